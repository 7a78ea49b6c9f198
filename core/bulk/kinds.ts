// The jobs that change many rows: update and assign, delete, and taking any of them back.
import type { Call } from '../engine.ts';
import type { JobKind, JobRun } from '../jobs/job.ts';
import { noteDone, noteIds, noteRows, workRows, type JobRowInput, type RowOutcome } from '../jobs/rows.ts';
import type { Entity } from '../model/model.ts';
import type { RecordInput } from '../records/input.ts';
import { remove } from '../records/remove.ts';
import { update } from '../records/update.ts';
import type { JsonObject } from '../sdk/index.ts';
import { keysOf } from './change.ts';
import { fail } from './errors.ts';
import { takeBack } from './take-back.ts';

interface Parameters {
  readonly query?: string;
  readonly ids?: readonly string[];
  readonly input?: RecordInput;
  readonly unchangedSince?: string;
}

/** The entity on the model of now: a publish may have changed it on the way. */
export function entityOf(call: Call, run: JobRun): Entity {
  const entity = call.engine.model.entities.get(run.job.entity ?? '');
  if (!entity) throw fail('BULK_INVALID', { count: 1, first: `There is no entity ${run.job.entity ?? ''} any more.` });
  return entity;
}

/** Notes the rows that are meant, once. */
async function note(run: JobRun, parameters: Parameters): Promise<void> {
  if (run.position) return;
  const call = await run.call();
  const entity = entityOf(call, run);
  // On a connection of its own: finding a million rows takes longer than a request may.
  await call.engine.database.reserve((reserved) =>
    reserved.transaction(async (executor) => {
      const inside = { ...call, executor };
      const { query, ids = [] } = parameters;
      let total: number;
      if (query === undefined) total = await noteIds(inside, run.job.id, ids);
      else {
        const { keys, literals } = keysOf(inside, entity, query);
        total = await noteRows(inside, run.job.id, keys, literals);
      }
      await run.note(inside, { total, position: { noted: true } });
    }),
  );
}

type Write = (call: Call, entity: Entity, id: string, version: string | undefined) => Promise<RowOutcome | undefined>;

function changing(name: string, write: (input: RecordInput) => Write): JobKind {
  return {
    name,
    async run(run) {
      const parameters = run.job.parameters as unknown as Parameters;
      const { unchangedSince, input = { values: {}, targets: {}, exact: {} } } = parameters;
      await note(run, parameters);
      const act = write(input);
      await workRows(run, (call) => {
        const entity = entityOf(call, run);
        return {
          entity,
          undo: true,
          write: (inside, row) => act(inside, entity, row.record ?? '', expected(row, unchangedSince)),
        };
      });
      return {};
    },
  };
}

/** The version that the row must still have; throws where it was changed since the caller looked. */
function expected({ version }: JobRowInput, unchangedSince: string | undefined): string | undefined {
  if (unchangedSince === undefined || version === null) return undefined;
  if (BigInt(version) > BigInt(unchangedSince)) throw fail('BULK_ROW_CHANGED');
  return version;
}

export const bulkUpdate = changing('bulk-update', updating);
export const bulkAssign = changing('bulk-assign', updating);
export const bulkDelete = changing('bulk-delete', () => async (call, entity, id, version) => {
  await remove(call, entity, { id }, version === undefined ? {} : { version });
  return { act: 'delete' };
});

function updating(input: RecordInput): Write {
  return async (call, entity, id, version) => {
    const { changed } = await update(call, entity, { id }, input, version === undefined ? {} : { version });
    return changed ? { act: 'update' } : undefined;
  };
}

/** Takes back what another job did; `beginUndo` puts it in the queue. */
export const undo: JobKind = {
  name: 'undo',
  async run(run) {
    if (!run.position) {
      const call = await run.call();
      await call.engine.database.transaction(async (executor) => {
        const inside = { ...call, executor };
        const total = await noteDone(inside, run.job.id, run.job.undoes ?? '');
        await run.note(inside, { total, position: { noted: true } });
      });
    }
    await workRows(run, (call) => {
      const entity = entityOf(call, run);
      return { entity, undo: false, write: (inside, row) => takeBack(inside, entity, row) };
    });
    return {} satisfies JsonObject;
  },
};

export const bulkKinds: readonly JobKind[] = [bulkUpdate, bulkAssign, bulkDelete, undo];
