// The one statement that creates a row with its audit and outbox rows, built once per shape (which columns are given) and
// prepared by the database.
import { constraintName, ident, literal, qualified } from '../db/identifier.ts';
import type { Column, Entity, Model } from '../model/model.ts';
import { columnOf, factsOf, typeColumnOf } from './entity-facts.ts';
import { manySlots, type ManyStatement } from './many-rows.ts';
import { rowConditions } from './row-conditions.ts';
import {
  auditInto,
  compose,
  jsonObject,
  outboxInto,
  referenceChecks,
  slots,
  stamp,
  table,
  unaudited,
  type CheckedReference,
  type Slots,
  type Statement,
} from './statement.ts';

export interface InsertShape {
  /** Columns with a value, in any order; the key and system columns come by themselves. */
  readonly given: readonly string[];
  /** Columns explicitly null, so that no default of the table comes in. */
  readonly empty: readonly string[];
  readonly references: readonly CheckedReference[];
  /** The owner's entity where it is not the caller. */
  readonly owner: string | undefined;
  /** Auto-numbers drawn from a sequence: column → SQL made by `sequenceText`. */
  readonly sequences: readonly { readonly column: string; readonly parts: readonly SequencePart[] }[];
  /** Some consumer waits for the outbox row. */
  readonly notify: boolean;
  /** Do nothing where a unique key is taken (upsert). */
  readonly skipTaken: boolean;
}

/** A piece of an auto-number: ready text by its slot, or the next number of the field's sequence. */
export type SequencePart = { readonly slot: string } | { readonly field: string; readonly digits: number };

export function insertStatement(model: Model, schema: string, entity: Entity, shape: InsertShape): Statement {
  return build(model, schema, entity, shape, slots(), undefined);
}

/** The same for any number of rows. Undefined where the statement would have to look something up for each row: those are created one by one. */
export function insertManyStatement(
  model: Model,
  schema: string,
  entity: Entity,
  shape: InsertShape,
): ManyStatement | undefined {
  if (shape.sequences.length > 0 || shape.references.length > 0 || shape.skipTaken) return undefined;
  if (factsOf(entity).stamps.length > 0) return undefined;
  const parameters = manySlots();
  const { rowSlots, input } = parameters;
  return { ...build(model, schema, entity, shape, parameters, input), rowSlots };
}

/** `input`: the CTE of the rows to be made, asked for when all its columns are known; undefined for one row. */
function build(
  model: Model,
  schema: string,
  entity: Entity,
  shape: InsertShape,
  parameters: Slots,
  input: (() => string) | undefined,
): Statement {
  const facts = factsOf(entity);
  const columns = new Map<string, Column>();
  for (const field of entity.fields.values()) for (const column of field.columns) columns.set(column.name, column);

  const values = new Map<string, string>();
  const key = columnOf(entity.key).name;
  values.set(key, parameters.use(':id', 'uuid'));
  for (const name of shape.given) {
    const column = columns.get(name);
    if (column) values.set(name, parameters.use(name, column.type));
  }
  for (const name of shape.empty) values.set(name, 'null');
  for (const { column, parts } of shape.sequences) values.set(column, sequenceText(schema, entity, parts, parameters));

  const user = () => parameters.use(':user', 'uuid');
  for (const system of ['created-on', 'modified-on'] as const) {
    const field = facts.system.get(system);
    if (field) values.set(columnOf(field).name, 'now()');
  }
  for (const system of ['created-by', 'modified-by'] as const) {
    const field = facts.system.get(system);
    if (!field) continue;
    values.set(columnOf(field).name, user());
    const type = typeColumnOf(field);
    if (type) values.set(type.name, literal('systemuser'));
  }
  for (const [name, sql] of ownerValues(model, schema, entity, shape.owner, parameters.use)) values.set(name, sql);

  const written = (name: string): boolean => values.has(name);
  const effective = (column: Column): string | undefined => {
    const value = values.get(column.name);
    return value === 'null' ? undefined : value;
  };
  for (const [name, sql] of compose(entity, written, effective)) values.set(name, sql);
  const stamped = stamp(model, schema, entity, (name) => shape.given.includes(name), effective, '');
  for (const [name, sql] of stamped.values) values.set(name, sql);

  const conditions = rowConditions({ model, schema }, parameters.use);
  const checks = referenceChecks(model, schema, shape.references, parameters, conditions);
  const names = [...values.keys()];
  const from = input ? ' from input' : stamped.ctes.length > 0 ? ' from stamped' : '';
  const where = checks.conditions.length > 0 ? ` where ${checks.conditions.join(' and ')}` : '';
  const version = facts.system.get('version');
  const versionColumn = version ? ident(columnOf(version).name) : 'null::bigint';
  const silent = new Set(
    (['id', 'created-on', 'created-by', 'modified-on', 'modified-by', 'version'] as const).flatMap(
      (one) => facts.system.get(one)?.columns.map((column) => column.name) ?? [],
    ),
  );
  const logged = names.filter((name) => !silent.has(name) && values.get(name) !== 'null');
  const returned = [...new Set([key, ...logged, ...(version ? [columnOf(version).name] : [])])].map(ident);
  const insert = `insert into ${table(schema, entity)} (${names.map(ident).join(', ')}) select ${[...values.values()].join(', ')}${from}${where}${shape.skipTaken ? ' on conflict do nothing' : ''} returning ${returned.join(', ')}`;

  const secret = new Set(unaudited(entity));
  // The unit of a new row is its owner's; it is what comes later that somebody may ask for.
  const unit = new Set(facts.system.get('owning-unit')?.columns.map((column) => column.name));
  const told = logged.filter((name) => !secret.has(name) && !unit.has(name));
  const owner = facts.system.get('owner')?.columns.map((column) => column.name) ?? [];
  const sure = told.filter((name) => shape.given.includes(name) || owner.includes(name));
  const changes = [
    jsonObject(sure.map(pair)),
    ...told
      .filter((name) => !sure.includes(name))
      .map((name) => `case when new.${ident(name)} is null then '{}'::jsonb else ${jsonObject([pair(name)])} end`),
  ].join(' || ');

  const ctes = [...checks.ctes, ...stamped.ctes, `new as (${insert})`];
  const record = `new.${ident(key)}`;
  const made = input ? `new join input on ${parameters.use(':id', 'uuid')} = ${record}` : 'new';
  const request = parameters.use(':request', 'text');
  if (entity.audit) {
    ctes.push(
      `audit as (${auditInto(schema, parameters, { id: parameters.use(':audit', 'uuid'), entity: entity.name, record, action: 'create', changes, from: made })})`,
    );
  }
  const payload = shape.notify ? parameters.use(':payload', 'jsonb') : 'null';
  ctes.push(
    `outbox as (${outboxInto(schema)} select 'create', ${literal(entity.name)}, ${record}, ${versionColumn === 'null::bigint' ? versionColumn : `new.${versionColumn}`}, ${user()}, ${request}, array[${logged.map((name) => literal(name)).join(', ')}]::text[], ${payload}, ${shape.notify ? 'null' : 'now()'} from ${made})`,
  );
  const results = [
    version ? `new.${versionColumn}::text as "version"` : `'0' as "version"`,
    `${record} as "id"`,
    ...checks.flags,
    ...(shape.notify
      ? [
          `case when ${record} is not null then pg_notify(${parameters.use(':channel', 'text')}, '')::text end as "notified"`,
        ]
      : []),
  ];
  const source = shape.skipTaken || checks.flags.length > 0 ? '(select 1) one left join new on true' : 'new';
  return {
    text: `with ${[...(input ? [input()] : []), ...ctes].join(',\n')}\nselect ${results.join(', ')} from ${source}`,
    slots: parameters.names,
    recipes: conditions.recipes,
  };
}

const pair = (name: string) => [name, `jsonb_build_array(null, new.${ident(name)})`] as const;

/** The owner and what follows it: the owning unit, user and team. Column → SQL. */
export function ownerValues(
  model: Model,
  schema: string,
  entity: Entity,
  given: string | undefined,
  use: (slot: string, type: 'uuid') => string,
): ReadonlyMap<string, string> {
  const facts = factsOf(entity);
  const values = new Map<string, string>();
  const owner = facts.system.get('owner');
  if (!owner) return values;
  const column = columnOf(owner).name;
  const id = given === undefined ? use(':user', 'uuid') : use(column, 'uuid');
  const kind = given ?? 'systemuser';
  if (given === undefined) {
    values.set(column, id);
    const type = typeColumnOf(owner);
    if (type) values.set(type.name, literal(kind));
  }
  const unit = facts.system.get('owning-unit');
  if (unit) {
    values.set(columnOf(unit).name, given === undefined ? use(':unit', 'uuid') : unitOf(model, schema, kind, id));
  }
  const user = facts.system.get('owning-user');
  if (user) values.set(columnOf(user).name, kind === 'systemuser' ? id : 'null::uuid');
  const team = facts.system.get('owning-team');
  if (team) values.set(columnOf(team).name, kind === 'team' ? id : 'null::uuid');
  return values;
}

/** SQL of the business unit a user or team belongs to. */
export function unitOf(model: Model, schema: string, kind: string, id: string): string {
  const holder = model.entities.get(kind);
  const unit = [...(holder?.fields.values() ?? [])].find(
    (field) => field.reference?.targets[0] === 'businessunit' && field.system !== 'owning-unit',
  );
  if (!holder || !unit) return 'null::uuid';
  return `(select ${ident(columnOf(unit).name)} from ${table(schema, holder)} where ${ident(columnOf(holder.key).name)} = ${id})`;
}

function sequenceText(
  schema: string,
  entity: Entity,
  parts: readonly SequencePart[],
  parameters: ReturnType<typeof slots>,
): string {
  const pieces = parts.map((part) => {
    if ('slot' in part) return parameters.use(part.slot, 'text');
    const sequence = qualified(schema, constraintName('_seq', entity.name, part.field));
    return `(select lpad(n, greatest(${part.digits}, length(n)), '0') from (select nextval(${literal(sequence)}::regclass)::text as n offset 0) drawn)`;
  });
  return pieces.length === 1 ? (pieces[0] ?? `''`) : `concat(${pieces.join(', ')})`;
}
