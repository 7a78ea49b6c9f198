// A server that writes to its embedded Postgres until it is killed: `node start-and-write.ts <folder>` prints the postmaster's
// pid and then each number whose row was acknowledged.
import { connectDatabase } from '../../core/db/connect.ts';
import { startEmbedded } from '../../core/db/embedded.ts';

const server = await startEmbedded({ folder: process.argv[2] ?? '' });
const database = connectDatabase({ url: server.url, max: 2 });
await database.script('create table if not exists kept (number integer primary key)');
const [last] = await database.query<{ number: number | null }>('select max(number) as number from kept');
process.stdout.write(`pid ${server.pid}\n`);
for (let number = (last?.number ?? 0) + 1; ; number += 1) {
  await database.query('insert into kept values ($1)', [number]);
  process.stdout.write(`${number}\n`);
}
