// A file that belongs to a job, in pieces: what it made, or what it was given. It goes with the job; nothing lies on a disk.
import { qualified } from '../db/identifier.ts';
import type { Call } from '../engine.ts';
import { fail } from './errors.ts';
import type { Job } from './job.ts';

const PART = 1024 * 1024;

/** Keeps the pieces, in place of what an earlier attempt left; answers the size. */
export async function keepParts(
  call: Call,
  job: string,
  content: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<number> {
  const { schema, database } = call.engine;
  const executor = call.executor ?? database;
  const parts = qualified(schema, '_job_part');
  await executor.query(`delete from ${parts} where job = $1::uuid`, [job]);
  let number = 0;
  let size = 0;
  let gathered: Uint8Array[] = [];
  let length = 0;
  const keep = async (): Promise<void> => {
    if (length === 0) return;
    await executor.query(`insert into ${parts} (job, n, data) values ($1::uuid, $2::integer, $3::bytea)`, [
      job,
      number,
      Buffer.concat(gathered),
    ]);
    number += 1;
    gathered = [];
    length = 0;
  };
  for await (const piece of content) {
    gathered.push(piece);
    length += piece.length;
    size += piece.length;
    if (length >= PART) await keep();
  }
  await keep();
  return size;
}

/** The pieces in order, one in memory at a time. */
export async function* readParts(call: Call, job: string): AsyncGenerator<Buffer> {
  const { schema, database } = call.engine;
  for (let number = 0; ; number += 1) {
    const [part] = await database.query<{ data: Buffer }>(
      `select data from ${qualified(schema, '_job_part')} where job = $1::uuid and n = $2::integer`,
      [job, number],
    );
    if (!part) return;
    yield part.data;
  }
}

/** Says that the kept pieces are the job's file. */
export async function nameFile(call: Call, job: string, file: NonNullable<Job['file']>): Promise<void> {
  const { schema, database } = call.engine;
  await (call.executor ?? database).query(
    `update ${qualified(schema, '_job')} set file = $2::text::jsonb where id = $1::uuid`,
    [job, JSON.stringify(file)],
  );
}

/** Throws JOB_FILE_GONE (404). */
export function fileOf(job: Job): NonNullable<Job['file']> {
  if (!job.file) throw fail('JOB_FILE_GONE');
  return job.file;
}
