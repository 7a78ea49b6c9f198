// A server that is killed while it does a job: `node work-and-die.ts <url> <batches>` works on what waits and kills itself in the
// midst of the batch of that number.
import { bulkKinds } from '../../core/bulk/kinds.ts';
import { connectDatabase } from '../../core/db/connect.ts';
import { startJobs } from '../../core/jobs/runner.ts';
import { systemPrincipal } from '../../core/security/system-principal.ts';
import { modelOf } from './model.ts';

const [url = '', batches = '1'] = process.argv.slice(2);
const engine = {
  database: connectDatabase({ url, max: 4 }),
  schema: 'org_default',
  model: await modelOf({}),
  handlers: [],
};
let begun = 0;
await startJobs({
  engine: () => engine,
  principalOf: async (userId) => {
    begun += 1;
    if (begun > Number(batches)) setTimeout(() => process.kill(process.pid, 'SIGKILL'), 10);
    return { ...systemPrincipal, userId };
  },
  kinds: bulkKinds,
});
