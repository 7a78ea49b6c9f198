// Reading one row by its id or an alternate key: as JSON text with the row's version, for the ETag.
import type { Call } from '../engine.ts';
import type { Entity } from '../model/model.ts';
import { compileRow } from '../query/compile.ts';
import type { Compiled } from '../query/compile.ts';
import { fail } from '../query/errors.ts';
import { mainColumn } from '../query/from.ts';
import { convert } from '../query/literal.ts';
import { lexRequest } from '../query/odata/lex-request.ts';
import { readRequest } from '../query/odata/read-request.ts';
import { planOf, runPlan } from '../query/plan.ts';
import type { Query } from '../query/tree.ts';
import { accessShape, requirePrivilege } from '../security/access.ts';
import { restrict } from '../security/restrict.ts';
import type { Literal } from '../query/literal.ts';
import { requireFields } from './authorize-fields.ts';
import type { RecordAddress } from './input.ts';
import { annotationsOf } from './read-preferences.ts';
import type { ReadPreferences } from './read-preferences.ts';

export interface Retrieved {
  /** The row as a JSON object. */
  readonly json: string;
  /** The row version; the ETag is `W/"<version>"`. */
  readonly version: string;
}

export interface RetrievedOData {
  /** The whole answer. */
  readonly body: string;
  readonly version: string;
}

/** The row the address names, or undefined when there is none that the caller may read. */
export async function retrieve(call: Call, query: Query, address: RecordAddress): Promise<Retrieved | undefined> {
  const { engine, principal } = call;
  const entity = engine.model.entities.get(query.entity);
  if (!entity) throw new TypeError(`the model has no entity ${query.entity}`);
  const place = placeOf(call, entity, address);
  const key = `row tree\n${engine.schema}\n${place.shape}\n${accessShape(principal)}\n${JSON.stringify(query)}`;
  const plan = planOf(engine.model, key, () =>
    compileRow(engine, restrict(query, principal, engine.model), place.fields),
  );
  return run(call, plan, place.values, []);
}

/** The same with $select and $expand of a raw query string (without `?`). Throws PRIVILEGE_MISSING (403). */
export async function retrieveOData(
  call: Call,
  entity: Entity,
  address: RecordAddress,
  query: string,
  preferences: ReadPreferences,
): Promise<RetrievedOData | undefined> {
  const { engine, principal } = call;
  requirePrivilege(principal, engine.model, 'read', entity.name);
  const request = lexRequest(query);
  const place = placeOf(call, entity, address);
  const annotations = annotationsOf(preferences.annotations);
  const flags = `${annotations.formatted ? `f:${principal.language}` : ''}${annotations.lookup ? 'l' : ''}`;
  const key = `row\n${engine.schema}\n${entity.name}\n${place.shape}\n${flags}\n${accessShape(principal)}\n${request.shape}`;
  const plan = planOf(engine.model, key, () => {
    const tree = readRequest(engine.model, entity, request, { annotations, language: principal.language, of: 'row' });
    return compileRow(engine, restrict(tree, principal, engine.model), place.fields);
  });
  const row = await run(call, plan, place.values, request.literals);
  if (!row) return undefined;
  const context = JSON.stringify(`${preferences.root}/$metadata#${entity.set}/$entity`);
  return { body: `{"@odata.context":${context},${row.json.slice(1)}`, version: row.version };
}

async function run(
  call: Call,
  compiled: Compiled,
  values: readonly (string | null)[],
  literals: readonly Literal[],
): Promise<Retrieved | undefined> {
  const [row] = await runPlan<{ readonly row: string; readonly version: string }>(call, compiled, {
    literals,
    after: values,
  });
  return row && { json: row.row, version: row.version };
}

interface Place {
  readonly shape: string;
  /** Fields of the alternate key; undefined for the id. */
  readonly fields: readonly string[] | undefined;
  readonly values: readonly string[];
}

function placeOf(call: Call, entity: Entity, address: RecordAddress): Place {
  if ('id' in address) {
    return { shape: 'id', fields: undefined, values: [valueOf(entity, entity.key.name, address.id)] };
  }
  const given = Object.entries(address.key).map(
    ([name, value]) => [entity.wire.get(name)?.field ?? name, value] as const,
  );
  const names = given.map(([name]) => name).sort();
  const alternate = entity.keys.find((key) => [...key.fields].sort().join() === names.join());
  if (!alternate && names.join() !== entity.key.name) {
    const keys = entity.keys.map((key) => `(${key.fields.join(', ')})`).join(' ');
    const first = `${entity.name} has no alternate key (${names.join(', ')})${keys === '' ? '' : `; it has ${keys}`}`;
    throw fail(
      'QUERY_INVALID',
      { first },
      { details: [{ code: 'QUERY_KEY_UNKNOWN', target: names.join(','), message: first }] },
    );
  }
  requireFields(call, entity, names, 'read');
  const values = given.map(([name, value]) => valueOf(entity, name, value));
  return { shape: `key ${given.map(([name]) => name).join()}`, fields: given.map(([name]) => name), values };
}

function valueOf(entity: Entity, name: string, value: string | number): string {
  const field = entity.fields.get(name);
  const column = field && mainColumn(field);
  const converted = column && convert(typeof value === 'number' ? 'number' : 'string', String(value), column.type);
  if (converted && 'value' in converted) return String(converted.value);
  const first = `${name}: ${converted?.problem ?? 'is no field'}`;
  throw fail('QUERY_INVALID', { first }, { details: [{ code: 'QUERY_VALUE_INVALID', target: name, message: first }] });
}
