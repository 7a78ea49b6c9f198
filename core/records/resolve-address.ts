// A row's address → its id: as it is, or looked up by an alternate key.
import { ident } from '../db/identifier.ts';
import type { Call } from '../engine.ts';
import type { Entity } from '../model/model.ts';
import { requirePrivilege } from '../security/access.ts';
import type { ColumnValue, Violation } from '../sdk/index.ts';
import { requireFields } from './authorize-fields.ts';
import { columnOf } from './entity-facts.ts';
import { fail } from './errors.ts';
import type { RecordAddress } from './input.ts';
import { invalid } from './invalid.ts';
import { readId } from './parse-address.ts';
import { table } from './statement.ts';
import { alone, executorOf } from './transact.ts';

/**
 * Undefined when no row has the alternate key. An id is only checked for its form; looking a key up is reading. Throws
 * KEY_UNKNOWN, RECORD_ID_INVALID, PRIVILEGE_MISSING, FIELD_FORBIDDEN.
 */
export async function resolveAddress(call: Call, entity: Entity, address: RecordAddress): Promise<string | undefined> {
  if ('id' in address) {
    const id = readId(address.id);
    if (id === undefined) throw fail('RECORD_ID_INVALID', { id: address.id.slice(0, 80) });
    return id;
  }
  requirePrivilege(call.principal, call.engine.model, 'read', entity.name);
  const values = keyValues(entity, address.key);
  requireFields(call, entity, Object.keys(address.key), 'read');
  const columns = [...values.keys()];
  const types = new Map(
    [...entity.fields.values()].flatMap((field) => field.columns.map((c) => [c.name, c.type] as const)),
  );
  const where = columns.map((name, index) => `${ident(name)} = $${index + 1}::text::${types.get(name) ?? 'text'}`);
  const rows = await alone(call, entity, (inside) =>
    executorOf(inside).query<{ id: string }>(
      `select ${ident(columnOf(entity.key).name)} as id from ${table(call.engine.schema, entity)} where ${where.join(' and ')} limit 1`,
      columns.map((name) => textOf(values.get(name) ?? null)),
    ),
  );
  return rows[0]?.id;
}

function textOf(value: ColumnValue): string | null {
  if (value === null) return null;
  return typeof value === 'object' ? `{${value.join(',')}}` : String(value);
}

/** Column → value of an alternate key's address, read by the field types. */
function keyValues(entity: Entity, key: Readonly<Record<string, string | number>>): Map<string, ColumnValue> {
  const names = Object.keys(key);
  const known = entity.keys.some(
    (one) => one.fields.length === names.length && one.fields.every((field) => names.includes(field)),
  );
  if (!known) {
    const keys = entity.keys.map((one) => `${one.name} (${one.fields.join(', ')})`).join('; ');
    const hint = keys === '' ? 'It has none; address rows by id.' : `It has: ${keys}.`;
    throw fail('KEY_UNKNOWN', { entity: entity.name, fields: names.join(', '), hint });
  }
  const columns = new Map<string, ColumnValue>();
  const violations: Violation[] = [];
  for (const name of names) {
    const field = entity.fields.get(name);
    if (!field) continue;
    const value = key[name] ?? null;
    const decoded = field.type.decode(value, field.spec, typeof value === 'number' ? { exact: String(value) } : {});
    if ('violation' in decoded) violations.push({ ...decoded.violation, target: name });
    else columns.set(columnOf(field).name, decoded.values[0] ?? null);
  }
  if (violations.length > 0) throw invalid(entity, violations);
  return columns;
}

/** `(0197…)` or `(accountnumber='A-1')`, for messages. */
export function say(address: RecordAddress): string {
  if ('id' in address) return address.id.slice(0, 80);
  return Object.entries(address.key)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(', ')
    .slice(0, 200);
}

/** RECORD_NOT_FOUND, 404. */
export function notFound(entity: Entity, address: RecordAddress): Error {
  return fail('RECORD_NOT_FOUND', { entity: entity.name, address: say(address) });
}
