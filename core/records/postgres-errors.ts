// What Postgres refuses → what the caller is told: the field, the key, the row in the way. No SQLSTATE ends in a 500.
import { databaseError, type DatabaseError } from '../db/errors.ts';
import { ident } from '../db/identifier.ts';
import type { Parameter } from '../db/sql.ts';
import type { Call } from '../engine.ts';
import type { Entity } from '../model/model.ts';
import { rowsFor } from '../security/access.ts';
import { mayReadFully } from './authorize-fields.ts';
import { columnOf } from './entity-facts.ts';
import { fail } from './errors.ts';
import { invalid } from './invalid.ts';
import { fillConditions, rowConditions } from './row-conditions.ts';
import { slots, table } from './statement.ts';

/** Serialization failure and deadlock: the same write may well succeed when tried again. */
export function isRetryable(error: unknown): boolean {
  const code = databaseError(error)?.code;
  return code === '40001' || code === '40P01';
}

/** The error to throw instead; anything that is not Postgres's comes back as it is. */
export async function translate(call: Call, entity: Entity, error: unknown): Promise<unknown> {
  const raised = databaseError(error);
  if (!raised) return error;
  const cause = { cause: error };
  switch (raised.code) {
    case '23503':
      return reference(call, entity, raised, error);
    case '23505':
      return keyTaken(call, entity, raised, error);
    case '23502': {
      const name = raised.column ?? '';
      return invalid(entity, [{ code: 'FIELD_REQUIRED', target: name, message: `${name} must have a value.` }]);
    }
    case '40001':
    case '40P01':
      return fail('WRITE_CONFLICT', {}, cause);
    case '57014':
    case '55P03':
      return fail('DATABASE_TIMEOUT', {}, cause);
  }
  switch (raised.code.slice(0, 2)) {
    case '22':
    case '54':
      return fail('VALUE_REFUSED', { entity: entity.name, reason: raised.message }, cause);
    case '23':
      return fail('WRITE_REFUSED', { entity: entity.name, reason: raised.message }, cause);
    case '0A':
    case '42':
      // The request began on a model whose tables have just been replaced; begun anew it meets the new one.
      return fail('MODEL_CHANGED', { entity: entity.name, reason: raised.message }, cause);
    default:
      return fail('DATABASE_BUSY', { reason: raised.message }, cause);
  }
}

/** `Key (a, b)=(1, x) …` → its columns and values, in any language of the server. */
function keyOf(raised: DatabaseError): { readonly columns: readonly string[]; readonly values: string } {
  const match = /\((.+?)\)=\((.*)\)[^()]*$/s.exec(raised.detail ?? '');
  const columns = (match?.[1] ?? '').split(', ').map((name) => name.replace(/^"|"$/g, ''));
  return { columns, values: match?.[2] ?? '' };
}

function reference(call: Call, entity: Entity, raised: DatabaseError, cause: unknown): unknown {
  const { columns, values } = keyOf(raised);
  const [name = ''] = columns;
  const { entities, relations } = call.engine.model;
  const { table: by } = raised;
  const isIntersect = [...relations.values()].some((one) => one.kind === 'many-to-many' && one.table === by);
  if (by !== undefined && by !== entity.name && !isIntersect) {
    const off = entities.has(by) ? '' : '; they belong to a plugin that is switched off';
    return fail('WRITE_REFUSED', { entity: entity.name, reason: `rows of ${by} still refer to it${off}` }, { cause });
  }
  const target = entity.fields.get(name)?.reference?.targets[0] ?? 'row';
  const which = isShown(call, entity, columns) ? ` ${values}` : '';
  return invalid(entity, [
    {
      code: 'LOOKUP_NOT_FOUND',
      target: name,
      message: `${name} refers to ${target}${which}, which does not exist (any more). Choose another.`,
    },
  ]);
}

async function keyTaken(call: Call, entity: Entity, raised: DatabaseError, cause: unknown): Promise<unknown> {
  const { columns, values } = keyOf(raised);
  if (columns.length === 1 && columns[0] === columnOf(entity.key).name) {
    return fail(
      'KEY_TAKEN',
      { entity: entity.name, key: `the id ${values}`, existing: '' },
      { cause, data: { id: values } },
    );
  }
  const key = entity.keys.find((one) =>
    columns.every((column) =>
      one.fields.some((name) => entity.fields.get(name)?.columns.some((c) => c.name === column)),
    ),
  );
  // That the value is taken cannot be hidden; which it is and which row has it is for who may read them. What the caller did
  // not send of a key of several columns stands in that row, or in the one to be changed.
  const own = raised.table === undefined || raised.table === entity.name;
  const isReadable = own && isShown(call, entity, columns);
  const id = isReadable ? await holderOf(call, entity, columns, values) : undefined;
  const shown = isReadable && (columns.length === 1 || id !== undefined);
  return fail(
    'KEY_TAKEN',
    {
      entity: entity.name,
      key: `${key ? `${key.name}: ` : ''}${columns.join(', ')}${shown ? ` = ${values}` : ' of that value'}`,
      existing: id === undefined ? '' : `It is ${entity.set}(${id}). `,
    },
    { cause, data: { key: key?.name, fields: columns, ...(id === undefined ? {} : { id }) } },
  );
}

/** Whether the caller may read all of these columns, so that their values may be spoken of. */
function isShown(call: Call, entity: Entity, columns: readonly string[]): boolean {
  const fields = [...entity.fields.values()];
  return columns.every((column) => {
    const field = fields.find((one) => one.columns.some(({ name }) => name === column));
    return field !== undefined && mayReadFully(call, field);
  });
}

/** The id of the row that has the key, if the caller may read it; the values come back through Postgres's own cast of their text. */
async function holderOf(
  { engine, principal }: Call,
  entity: Entity,
  columns: readonly string[],
  text: string,
): Promise<string | undefined> {
  const values = columns.length === 1 ? [text] : text.split(', ');
  const known = new Set([...entity.fields.values()].flatMap((field) => field.columns.map(({ name }) => name)));
  if (values.length !== columns.length || !columns.every((name) => known.has(name))) return undefined;
  const parameters = slots();
  const conditions = rowConditions(engine, parameters.use);
  const where = columns.map((name) => `t.${ident(name)}::text = ${parameters.use(name, 'text')}`);
  where.push(conditions.over(entity, 't', rowsFor(principal, engine.model, 'read', entity.name)));
  const given = new Map<string, Parameter>(columns.map((name, index) => [name, values[index] ?? null]));
  fillConditions(conditions.recipes, principal, given);
  const rows = await engine.database
    .query<{ id: string }>(
      `select t.${ident(columnOf(entity.key).name)} as id from ${table(engine.schema, entity)} t where ${where.join(' and ')} limit 1`,
      parameters.names.map((slot) => given.get(slot) ?? null),
    )
    .catch(() => []);
  return rows[0]?.id;
}
