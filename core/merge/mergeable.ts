// Which rows may be merged, by whom: the checks before a merge and before its undoing, with both rows locked in the order of
// their ids, so that two merges of the same rows follow one another.
import { ident } from '../db/identifier.ts';
import type { Call } from '../engine.ts';
import type { Entity } from '../model/model.ts';
import type { Literal } from '../query/literal.ts';
import type { Condition } from '../query/tree.ts';
import { columnOf, factsOf } from '../records/entity-facts.ts';
import { list } from '../records/list.ts';
import { notFound } from '../records/resolve-address.ts';
import { requireRow } from '../records/row-rights.ts';
import { table } from '../records/statement.ts';
import { executorOf } from '../records/transact.ts';
import { mayAll, requirePrivilege, type Privilege } from '../security/access.ts';
import { fail } from './errors.ts';

/** Column → text of its value. */
export type RowTexts = Readonly<Record<string, string | null>>;

/** Throws MERGE_UNAVAILABLE. */
export function requireMergeable(entity: Entity): void {
  const reason = entity.union
    ? `it is a union; merge rows of ${entity.union.members.join(', ')}`
    : !entity.status
      ? 'they have no states, and the loser must be put aside. Take "stateless": true out of its entity document'
      : !factsOf(entity).system.has('master')
        ? 'its entity document says "merge": false'
        : undefined;
  if (reason !== undefined) throw fail('MERGE_UNAVAILABLE', { entity: entity.name, reason });
}

/** Every column's text of the rows, by id, locked. Throws RECORD_NOT_FOUND. */
export async function lockRows(
  call: Call,
  entity: Entity,
  ids: readonly string[],
): Promise<ReadonlyMap<string, RowTexts>> {
  const columns = [...entity.fields.values()].flatMap((field) =>
    field.derivation ? [] : field.columns.map(({ name }) => name),
  );
  const key = columnOf(entity.key).name;
  const texts = columns.map((name) => `t.${ident(name)}::text as ${ident(name)}`).join(', ');
  const rows = await executorOf(call).query<Record<string, string | null>>(
    `select ${texts} from ${table(call.engine.schema, entity)} t where t.${ident(key)} = any ($1::text[]::uuid[]) order by t.${ident(key)} for update`,
    [ids],
  );
  const found = new Map(rows.map((row) => [String(row[key]), row]));
  for (const id of ids) if (!found.has(id)) throw notFound(entity, { id });
  return found;
}

/** Every row must be the caller's to read (404), and to have each privilege on (403). */
export async function requireRows(
  call: Call,
  entity: Entity,
  wanted: ReadonlyMap<string, readonly Privilege[]>,
): Promise<void> {
  const { principal, engine } = call;
  if (!mayAll(principal, engine.model, 'read', entity.name)) {
    const readable = await among(call, entity, [...wanted.keys()], { kind: 'true' });
    for (const id of wanted.keys()) if (!readable.has(id)) throw notFound(entity, { id });
  }
  for (const privilege of new Set([...wanted.values()].flat())) {
    requirePrivilege(principal, engine.model, privilege, entity.name);
  }
  for (const [id, privileges] of wanted) await requireRow(call, entity, id, privileges);
}

/** Those of the ids that the caller may read and that `condition` holds for. */
export async function among(
  call: Call,
  entity: Entity,
  ids: readonly string[],
  condition: Condition,
): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  const key = columnOf(entity.key).wire;
  for (let start = 0; start < ids.length; start += 1000) {
    const value = ids.slice(start, start + 1000);
    const literal: Literal = { kind: 'list', value, item: 'guid', option: 'ids', at: 0 };
    const chosen: Condition = { kind: 'compare', path: [key], operator: 'in', value: { slot: 0 } };
    const { json } = await list(
      call,
      {
        entity: entity.name,
        select: [key],
        filter: { kind: 'and', of: [chosen, condition] },
        sort: [],
        expand: [],
        page: { size: 1000 },
        count: false,
        annotations: { formatted: false, lookup: false },
      },
      [literal],
    );
    for (const row of JSON.parse(`[${json}]`) as readonly Record<string, unknown>[]) found.add(String(row[key]));
  }
  return found;
}
