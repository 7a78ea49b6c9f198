// One row as handlers see it: wire values by field name, exact numbers as numbers where a double holds them and as text
// where not. Only for the engine's own use inside a write; callers read through core/query.
import { ident } from '../db/identifier.ts';
import type { Call } from '../engine.ts';
import type { Entity } from '../model/model.ts';
import { columnOf } from './entity-facts.ts';
import { table } from './statement.ts';
import { executorOf } from './transact.ts';
import { fromText, wireText } from './wire-text.ts';

export type Row = Readonly<Record<string, unknown>>;

/** The row, locked for the transaction where asked; undefined when there is none. */
export async function readRow(call: Call, entity: Entity, id: string, lock: boolean): Promise<Row | undefined> {
  const columns = [...entity.fields.values()].flatMap((field) => (field.derivation ? [] : field.columns));
  const list = columns.map((column) => `${wireText(column, 't')} as ${ident(column.name)}`).join(', ');
  const rows = await executorOf(call).query<Record<string, string | null>>(
    `select ${list} from ${table(call.engine.schema, entity)} t where t.${ident(columnOf(entity.key).name)} = $1::uuid${lock ? ' for no key update' : ''}`,
    [id],
  );
  const row = rows[0];
  if (!row) return undefined;
  return Object.fromEntries(columns.map((column) => [column.name, fromText(column, row[column.name] ?? null)]));
}
