// A row's address → its id: as it is, or looked up by an alternate key.
import { ident } from '../db/identifier.ts';
import type { Parameter } from '../db/sql.ts';
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
import { fillConditions, rowConditions } from './row-conditions.ts';
import { askedShape, askingOf } from './row-rights.ts';
import { slots, table } from './statement.ts';
import { statementFor } from './statement-cache.ts';
import { alone, executorOf } from './transact.ts';

export { notFound, say } from './not-found.ts';

/**
 * Undefined when no row that the caller may read or write has the alternate key. An id is only checked for its form. Throws
 * KEY_UNKNOWN, RECORD_ID_INVALID, PRIVILEGE_MISSING, FIELD_FORBIDDEN.
 */
export async function resolveAddress(call: Call, entity: Entity, address: RecordAddress): Promise<string | undefined> {
  if ('id' in address) {
    const id = readId(address.id);
    if (id === undefined) throw fail('RECORD_ID_INVALID', { id: address.id.slice(0, 80) });
    return id;
  }
  const { principal, engine } = call;
  requirePrivilege(principal, engine.model, 'read', entity.name);
  const values = keyValues(entity, address.key);
  requireFields(call, entity, Object.keys(address.key), 'read');
  const columns = [...values.keys()];
  const asking = askingOf(call, entity.name, ['read']);
  const statement = statementFor(engine, entity, `key ${columns.join()} ${askedShape(call, asking.flags)}`, () => {
    const parameters = slots();
    const conditions = rowConditions(engine, parameters.use);
    const types = new Map(
      [...entity.fields.values()].flatMap((field) => field.columns.map((c) => [c.name, c.type] as const)),
    );
    const where = columns.map(
      (name) => `t.${ident(name)} = ${parameters.use(name, 'text')}::${types.get(name) ?? 'text'}`,
    );
    if (asking.known) {
      const known = asking.flags.map(({ condition }) => conditions.over(entity, 't', condition));
      where.push(`(${known.join(' or ')})`);
    }
    const text = `select t.${ident(columnOf(entity.key).name)} as id from ${table(engine.schema, entity)} t where ${where.join(' and ')} limit 1`;
    return { text, slots: parameters.names, recipes: conditions.recipes };
  });
  const parameters = new Map<string, Parameter>(columns.map((name) => [name, textOf(values.get(name) ?? null)]));
  fillConditions(statement.recipes ?? [], principal, parameters);
  const rows = await alone(call, entity, (inside) =>
    executorOf(inside).query<{ id: string }>(
      statement.text,
      statement.slots.map((slot) => parameters.get(slot) ?? null),
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
