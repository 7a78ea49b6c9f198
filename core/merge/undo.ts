// Takes a merge back: both records field by field, what was moved, what collapsed. Only what the merge changed, and only where it
// still is as the merge left it; the rest is told.
import { ident, qualified } from '../db/identifier.ts';
import type { Parameter } from '../db/sql.ts';
import type { Call } from '../engine.ts';
import type { Entity } from '../model/model.ts';
import { mayReadFully } from '../records/authorize-fields.ts';
import { bulkUpdate } from '../records/bulk-update.ts';
import { columnOf } from '../records/entity-facts.ts';
import { readId } from '../records/parse-address.ts';
import { table } from '../records/statement.ts';
import { executorOf, transact } from '../records/transact.ts';
import { fail } from './errors.ts';
import { returnLinks } from './links.ts';
import { asMerge, exchangeBytes, tell } from './merge.ts';
import { among, lockRows, requireRows, type RowTexts } from './mergeable.ts';
import { restore } from './restore.ts';
import { returnShares } from './shares.ts';
import type { Move, UndoLog } from './undo-log.ts';

/** Something that was changed after the merge and stays as it is. */
export interface Kept {
  readonly entity: string;
  readonly id: string;
  /** The field, or the N:N relationship; absent: a share. */
  readonly field?: string;
}

export interface Undone {
  readonly entity: string;
  readonly winner: string;
  readonly loser: string;
  readonly kept: readonly Kept[];
}

interface MergeRow {
  readonly entity: string;
  readonly winner: string;
  readonly loser: string;
  readonly undo: string;
  readonly undone: boolean;
}

/** Throws MERGE_UNKNOWN (404), PRIVILEGE_MISSING (403), MERGE_UNDONE, MERGE_GONE (409). */
export async function undoMerge(call: Call, given: string): Promise<Undone> {
  const id = readId(given);
  const found = id === undefined ? undefined : await readMerge(call, id, false);
  const entity = found && call.engine.model.entities.get(found.entity);
  if (id === undefined || !found || !entity) throw fail('MERGE_UNKNOWN', { id: given.slice(0, 80) });
  return transact(asMerge(call), entity, (inside) => undo(inside, entity, id));
}

async function readMerge(call: Call, id: string, lock: boolean): Promise<MergeRow | undefined> {
  const rows = await executorOf(call).query<MergeRow>(
    `select "entity", "winner", "loser", "undo"::text as "undo", "undone_at" is not null as "undone" from ${qualified(call.engine.schema, '_merge')} where "id" = $1::uuid${lock ? ' for update' : ''}`,
    [id],
  );
  return rows[0];
}

async function undo(call: Call, entity: Entity, id: string): Promise<Undone> {
  const found = await readMerge(call, id, true);
  if (!found) throw fail('MERGE_UNKNOWN', { id });
  const { winner, loser } = found;
  const there = await executorOf(call).query<{ id: string }>(
    `select 1 from ${table(call.engine.schema, entity)} where ${ident(columnOf(entity.key).name)} = any ($1::text[]::uuid[]) order by ${ident(columnOf(entity.key).name)} for update`,
    [[winner, loser]],
  );
  const visible = await among(call, entity, [winner, loser], { kind: 'true' });
  // Who may read neither does not learn that there was a merge.
  if (visible.size === 0) throw fail('MERGE_UNKNOWN', { id });
  if (there.length < 2) throw fail('MERGE_GONE');
  await requireRows(
    call,
    entity,
    new Map([
      [winner, ['write']],
      [loser, ['write']],
    ]),
  );
  if (found.undone) throw fail('MERGE_UNDONE');
  const log = JSON.parse(found.undo) as UndoLog;
  const now = await lockRows(call, entity, [winner, loser]);
  const [stays, goes] = [now.get(winner) ?? {}, now.get(loser) ?? {}];
  const kept: Kept[] = [];
  const keep = (of: string, fields: readonly string[]): void =>
    void kept.push(...fields.map((field) => ({ entity: entity.name, id: of, field })));

  keep(winner, await restore(call, entity, winner, log.winner, stays));
  keep(loser, await restore(call, entity, loser, log.loser, goes));
  keep(winner, await returnFiles(call, entity, log, { winner, loser }, stays, goes));
  for (const move of log.moves) kept.push(...(await returnRows(call, move, winner, loser)));
  // Backwards: a link of the loser with itself was moved from one side, then from the other.
  for (const link of log.links.toReversed()) {
    const relation = call.engine.model.relations.get(link.relation);
    if (relation?.kind !== 'many-to-many') continue;
    const left = await returnLinks(call, entity, { ...link, of: relation }, winner, loser);
    const other = call.engine.model.entities.get(link.side === 0 ? relation.second : relation.first);
    const readable = other ? await among(call, other, left, { kind: 'true' }) : new Set<string>();
    for (const one of readable) kept.push({ entity: other?.name ?? '', id: one, field: relation.name });
  }
  if (log.shares) {
    const left = await returnShares(call, entity, log.shares, winner);
    if (left.length > 0) kept.push({ entity: entity.name, id: winner });
  }
  await executorOf(call).query(
    `update ${qualified(call.engine.schema, '_merge')} set "undone_at" = now(), "undone_by" = $2::uuid where "id" = $1::uuid`,
    [id, call.principal.userId],
  );
  await tell(call, entity, 'unmerge', winner, loser);
  return { entity: entity.name, winner, loser, kept: kept.filter((one) => isTold(call, one)) };
}

/** What was changed since in a field that the caller may not read is not told. */
function isTold(call: Call, { entity, field }: Kept): boolean {
  const known = field === undefined ? undefined : call.engine.model.entities.get(entity)?.fields.get(field);
  return !known || mayReadFully(call, known);
}

/** Rows that still refer to the winner refer to the loser again. */
async function returnRows(call: Call, move: Move, winner: string, loser: string): Promise<readonly Kept[]> {
  const child = call.engine.model.entities.get(move.entity);
  const lookup = child?.fields.get(move.field);
  if (!child || !lookup) return [];
  const column = columnOf(lookup).name;
  const key = ident(columnOf(child.key).name);
  const back = await bulkUpdate(call, child, {
    set: (parameters) => new Map([[column, parameters.use(':loser', 'uuid')]]),
    where: (parameters) =>
      `t.${key} = any (${parameters.use(':ids', 'text')}[]::uuid[]) and t.${ident(column)} = ${parameters.use(':winner', 'uuid')}`,
    values: new Map<string, Parameter>([
      [':loser', loser],
      [':winner', winner],
      [':ids', move.ids],
    ]),
  });
  const returned = new Set(back);
  const left = move.ids.filter((id) => !returned.has(id));
  const readable = left.length > 0 ? await among(call, child, left, { kind: 'true' }) : new Set<string>();
  return [...readable].map((id) => ({ entity: child.name, id, field: lookup.name }));
}

/** Files go back where both rows still have what the merge gave them. Answers the fields that do not. */
async function returnFiles(
  call: Call,
  entity: Entity,
  log: UndoLog,
  ids: { readonly winner: string; readonly loser: string },
  stays: RowTexts,
  goes: RowTexts,
): Promise<readonly string[]> {
  const kept: string[] = [];
  for (const name of log.files) {
    const columns = entity.fields.get(name)?.columns ?? [];
    const same = columns.every(
      (column) =>
        (stays[column.name] ?? null) === (log.winner[column.name]?.[1] ?? stays[column.name] ?? null) &&
        (goes[column.name] ?? null) === (log.loser[column.name]?.[1] ?? goes[column.name] ?? null),
    );
    if (!same) {
      kept.push(name);
      continue;
    }
    for (const [id, changes] of [
      [ids.winner, log.winner],
      [ids.loser, log.loser],
    ] as const) {
      const changed = columns.filter((column) => column.name in changes);
      if (changed.length === 0) continue;
      await bulkUpdate(call, entity, {
        set: (parameters) =>
          new Map(
            changed.map((column) => [column.name, `${parameters.use(`:old ${column.name}`, 'text')}::${column.type}`]),
          ),
        where: (parameters) => `t.${ident(columnOf(entity.key).name)} = ${parameters.use(':id', 'uuid')}`,
        values: new Map<string, Parameter>([
          [':id', id],
          ...changed.map((column) => [`:old ${column.name}`, changes[column.name]?.[0] ?? null] as const),
        ]),
      });
    }
    await exchangeBytes(call, entity, [name], ids.winner, ids.loser);
  }
  return kept;
}
