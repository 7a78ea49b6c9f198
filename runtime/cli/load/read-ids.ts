// Asks the engine which rows have one of these texts in a field, through the only way to read: rights and all.
import type { Call } from '../../../core/engine.ts';
import type { Entity } from '../../../core/model/model.ts';
import { listOData } from '../../../core/records/list.ts';
import type { ReadRows } from './lookups.ts';

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** An OData literal of the text for this kind of column; undefined where the text cannot be such a value. */
function literal(type: string, text: string): string | undefined {
  if (type === 'text') return `'${text.replaceAll("'", "''")}'`;
  if (type === 'uuid') return guid.test(text) ? text : undefined;
  return /^-?\d+(\.\d+)?$/.test(text) ? text : undefined;
}

export const readIds: ReadRows = async (call: Call, entity: Entity, by: string, texts: readonly string[]) => {
  const column = entity.fields.get(by)?.columns[0];
  const key = entity.key.columns[0]?.wire;
  if (!column || key === undefined) throw new TypeError(`${entity.name} has no field ${by}`);
  const literals = texts.flatMap((text) => literal(column.type, text) ?? []);
  if (literals.length === 0) return [];
  const query = `$select=${key},${column.wire}&$filter=${encodeURIComponent(`${column.wire} in (${literals.join(',')})`)}`;
  const { body } = await listOData(call, entity, query, { root: '' });
  const { value } = JSON.parse(body) as { readonly value: readonly Readonly<Record<string, unknown>>[] };
  // The engine compares text without regard to case; a map means what it says.
  return value.map((row) => [String(row[column.wire]), String(row[key])] as const);
};
