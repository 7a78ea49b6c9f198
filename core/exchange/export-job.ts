// An export that is too large to wait for: a job whose result is the file.
import type { Call } from '../engine.ts';
import type { JobKind } from '../jobs/job.ts';
import { keepParts, nameFile } from '../jobs/parts.ts';
import { enqueueJob } from '../jobs/store.ts';
import type { Entity } from '../model/model.ts';
import type { JsonObject } from '../sdk/index.ts';
import { fail } from './errors.ts';
import { noteExport, planExport, writeExport, type ExportRequest } from './export.ts';
import { readRows } from './read-rows.ts';

export const MEDIA_TYPES = {
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  csv: 'text/csv; charset=utf-8',
} as const;

/** The job's id. The request must have been planned, so that nobody waits for a refusal. */
export function beginExport(call: Call, entity: Entity, request: ExportRequest, total?: number): Promise<string> {
  return enqueueJob(call, {
    kind: 'export',
    entity: entity.name,
    parameters: request as unknown as JsonObject,
    ...(total !== undefined && { total }),
  });
}

export const exportJob: JobKind = {
  name: 'export',
  async run(run) {
    const call = await run.call();
    const entity = call.engine.model.entities.get(run.job.entity ?? '');
    if (!entity) throw fail('EXPORT_INVALID', { count: 1, first: `There is no ${run.job.entity ?? ''} any more.` });
    const plan = planExport(call, entity, run.job.parameters as unknown as ExportRequest);
    // A file that is half done cannot be gone on with: another attempt begins anew, and so does its count.
    let before = run.job.done;
    let rows = 0;
    const size = await readRows(call, plan.list, async (pages) => {
      const noted = (async function* () {
        for await (const page of pages) {
          yield page;
          // Asked for each page whether it is to go on at all.
          const now = await run.call();
          await run.note(now, { done: page.length - before });
          before = 0;
          rows += page.length;
        }
      })();
      return keepParts(call, run.job.id, writeExport(plan, noted));
    });
    const { database } = call.engine;
    await database.transaction(async (executor) => {
      const inside = { ...call, executor };
      const { format } = plan.request;
      await nameFile(inside, run.job.id, { name: `${plan.title}.${format}`, type: MEDIA_TYPES[format], size });
      await noteExport(inside, plan, rows);
    });
    return { rows };
  },
};
