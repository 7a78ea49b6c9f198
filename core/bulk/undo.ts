// Puts the taking back of a job in the queue, once.
import { qualified } from '../db/identifier.ts';
import type { Call } from '../engine.ts';
import { fail } from '../jobs/errors.ts';
import { ENDED } from '../jobs/job.ts';
import { enqueueJob, readJob } from '../jobs/store.ts';

/** The new job's id. One that was cancelled or failed half-way may be begun again. Throws JOB_UNKNOWN (404), JOB_RUNNING, JOB_UNDONE, JOB_NOT_UNDOABLE (409). */
export async function beginUndo(call: Call, id: string): Promise<string> {
  const { schema, database } = call.engine;
  const job = await readJob(call, id);
  if (!ENDED.has(job.state)) throw fail('JOB_RUNNING');
  if (!job.undoable || job.entity === null) throw fail('JOB_NOT_UNDOABLE');
  const { entity } = job;
  const jobs = qualified(schema, '_job');
  return database.transaction(async (executor) => {
    const inside = { ...call, executor };
    const [locked] = await executor.query<{ by: string | null }>(
      `select (select u.id from ${jobs} u where u.id = j.undone_by and u.state not in ('cancelled', 'failed')) as by
         from ${jobs} j where j.id = $1::uuid for update of j`,
      [job.id],
    );
    if (!locked) throw fail('JOB_UNKNOWN', { id });
    if (locked.by !== null) throw fail('JOB_UNDONE', { by: locked.by });
    const undo = await enqueueJob(inside, { kind: 'undo', entity, parameters: { of: job.kind }, undoes: job.id });
    await executor.query(`update ${jobs} set undone_by = $2::uuid where id = $1::uuid`, [job.id, undo]);
    return undo;
  });
}
