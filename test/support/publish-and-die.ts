// A server that is killed while it publishes: `node publish-and-die.ts <url> <position> <documents as JSON>` begins to publish
// and kills itself as the step of that position begins.
import { connectDatabase } from '../../core/db/connect.ts';
import { openSmall, ownLayer, type Documents } from './small-world.ts';

const [url = '', position = '0', documents = '{}'] = process.argv.slice(2);
const organization = await openSmall(connectDatabase({ url, max: 2 }));
await organization.publish(ownLayer(JSON.parse(documents) as Documents, 'killed'), {
  confirm: true,
  grace: 0,
  onStep: (_, at) => {
    // A moment later, so that the step is under way.
    if (at === Number(position)) setTimeout(() => process.kill(process.pid, 'SIGKILL'), 2);
  },
});
