// The one statement that changes a row: it locks the old row, writes only when something differs (and the version, the
// referenced rows and the status transition allow it), logs old and new values, and leaves the outbox row.
import { ident, literal, qualified } from '../db/identifier.ts';
import type { Column, Entity, Model } from '../model/model.ts';
import { columnOf, factsOf } from './entity-facts.ts';
import { ownerValues } from './insert-statement.ts';
import { manySlots, type ManySlots, type ManyStatement } from './many-rows.ts';
import { rowConditions } from './row-conditions.ts';
import { askedText, may, type Asking } from './row-rights.ts';
import type { Lock } from './closed.ts';
import {
  auditInto,
  audited,
  compose,
  jsonObject,
  outboxInto,
  referenceChecks,
  slots,
  stamp,
  table,
  type CheckedReference,
  type Slots,
  type Statement,
} from './statement.ts';
import { wireText } from './wire-text.ts';

export interface UpdateShape {
  /** Columns written, in any order. */
  readonly given: readonly string[];
  readonly references: readonly CheckedReference[];
  /** The new owner's entity, where the owner is written. */
  readonly owner: string | undefined;
  /** Only at this version. */
  readonly version: boolean;
  /** The state is given without a reason: the row keeps its reason if it already is in that state. */
  readonly keepReason: boolean;
  /** The reasons from which the new one may be reached; undefined = all. */
  readonly from: readonly number[] | undefined;
  /** Readonly states the row may be in, each with the columns that may change all the same; none where it does not matter. */
  readonly locks: readonly Lock[];
  /** File fields that are cleared: their bytes go too. */
  readonly cleared: readonly string[];
  /** Write also where nothing differs: the version must not tell the caller that a hidden value was guessed. */
  readonly blind: boolean;
  readonly notify: boolean;
  /** What is asked of the row: flags of the answer; the write waits for the required ones. */
  readonly asking: Asking;
}

/** Columns of the answer: before, version (null: nothing written), reason, current (the given columns, when stale), state, locked, ref:…, may … */
export function updateStatement(model: Model, schema: string, entity: Entity, shape: UpdateShape): Statement {
  return build(model, schema, entity, shape, slots(), undefined);
}

/**
 * The same for any number of rows, each with its own values of the given columns; a row is answered with its `id`. Undefined where
 * the statement would have to look something up or ask something for each row: those are changed one by one.
 */
export function updateManyStatement(
  model: Model,
  schema: string,
  entity: Entity,
  shape: UpdateShape,
): ManyStatement | undefined {
  const { references, owner, version, keepReason, from, locks, cleared, asking } = shape;
  const isPlain = references.length + locks.length + cleared.length + asking.flags.length === 0;
  if (!isPlain || owner !== undefined || version || keepReason || from !== undefined) return undefined;
  if (factsOf(entity).stamps.length > 0) return undefined;
  // The old row carries what it is to become.
  const parameters = manySlots('old', givenName);
  return { ...build(model, schema, entity, shape, parameters, parameters), rowSlots: parameters.rowSlots };
}

const givenName = (place: number): string => `given ${place}`;

function build(
  model: Model,
  schema: string,
  entity: Entity,
  shape: UpdateShape,
  parameters: Slots,
  many: ManySlots | undefined,
): Statement {
  const facts = factsOf(entity);
  const columns = new Map<string, Column>();
  for (const field of entity.fields.values()) for (const column of field.columns) columns.set(column.name, column);
  const key = ident(columnOf(entity.key).name);
  const version = facts.system.get('version');
  const versionColumn = version ? ident(columnOf(version).name) : undefined;
  const state = facts.system.get('state');
  const status = facts.system.get('status');

  const values = new Map<string, string>();
  for (const name of shape.given) {
    const column = columns.get(name);
    if (column) values.set(name, parameters.use(name, column.type));
  }
  if (shape.keepReason && state && status) {
    const reason = columnOf(status).name;
    const stateName = columnOf(state).name;
    values.set(
      reason,
      `case when old.${ident(stateName)} = ${parameters.use(stateName, 'integer')} then old.${ident(reason)} else ${parameters.use(reason, 'integer')} end`,
    );
  }
  if (shape.owner !== undefined) {
    for (const [name, sql] of ownerValues(model, schema, entity, shape.owner, parameters.use)) values.set(name, sql);
  }
  const compared = [...values.keys()];
  const wired = (name: string): string => {
    const column = columns.get(name);
    return column ? wireText(column, 'old') : 'null';
  };

  const written = (name: string): boolean => values.has(name);
  const needed = new Set<string>([columnOf(entity.key).name, ...values.keys()]);
  const effective = (column: Column): string => {
    const value = values.get(column.name);
    if (value !== undefined) return value;
    needed.add(column.name);
    return `old.${ident(column.name)}`;
  };
  for (const [name, sql] of compose(entity, written, effective)) values.set(name, sql);
  const stamped = stamp(model, schema, entity, (name) => shape.given.includes(name), effective, 'old');
  for (const [name, sql] of stamped.values) values.set(name, sql);
  const logged = [...values.keys()];
  for (const name of logged) needed.add(name);
  if (status && shape.from) needed.add(columnOf(status).name);
  if (version) needed.add(columnOf(version).name);

  const user = () => parameters.use(':user', 'uuid');
  const modifiedOn = facts.system.get('modified-on');
  if (modifiedOn) values.set(columnOf(modifiedOn).name, 'now()');
  const modifiedBy = facts.system.get('modified-by');
  if (modifiedBy) values.set(columnOf(modifiedBy).name, user());
  if (version) values.set(columnOf(version).name, `nextval(${literal(qualified(schema, '_version'))}::regclass)`);

  const rows = rowConditions({ model, schema }, parameters.use);
  const checks = referenceChecks(model, schema, shape.references, parameters, rows, (field) => {
    const { name } = columnOf(field);
    return `old.${ident(name)} is not distinct from ${values.get(name) ?? 'null'}`;
  });
  const conditions = [`t.${key} = old.${key}`];
  const differs = compared.map((name) => `old.${ident(name)} is distinct from ${values.get(name) ?? 'null'}`);
  // A row that the caller may not read is written blindly too.
  const mayNotRead = shape.asking.flags.some(({ privilege }) => privilege === 'read')
    ? [`not old.${ident(may('read'))}`]
    : [];
  const due = [...differs, ...mayNotRead];
  if (!shape.blind) conditions.push(due.length > 0 ? `(${due.join(' or ')})` : 'false');
  const given = shape.version && versionColumn ? parameters.use(':version', 'bigint') : undefined;
  if (given) conditions.push(`old.${versionColumn} = ${given}`);
  if (shape.from && status) {
    const reason = columnOf(status).name;
    conditions.push(
      `(old.${ident(reason)} is null or old.${ident(reason)} = ${values.get(reason) ?? 'null'} or old.${ident(reason)} = any ('{${shape.from.join(',')}}'::integer[]))`,
    );
  }
  const isHidden = shape.blind || mayNotRead.length > 0;
  const locked = lockedText(shape, state && columnOf(state).name, values, isHidden);
  if (locked) conditions.push(`cardinality(${locked}) = 0`);
  if (locked && state) needed.add(columnOf(state).name);
  conditions.push(...checks.conditions);
  for (const privilege of shape.asking.required) conditions.push(`old.${ident(may(privilege))}`);

  const isAsked = shape.asking.flags.length > 0;
  const flags = askedText(rows, entity, 't', shape.asking.flags);
  if (many) for (const slot of [':id', ':audit']) many.use(slot, 'uuid');
  const one = (): string =>
    `old as materialized (select ${[...needed].map(ident).join(', ')}${flags} from ${table(schema, entity)}${isAsked ? ' t' : ''} where ${key} = ${parameters.use(':id', 'uuid')} for no key update)`;
  const ctes = [...(many ? [] : [one()]), ...checks.ctes, ...stamped.ctes];
  const sets = [...values].map(([name, sql]) => `${ident(name)} = ${sql}`);
  const returned = [columnOf(entity.key).name, ...logged, ...(version ? [columnOf(version).name] : [])];
  ctes.push(
    `new as (update ${table(schema, entity)} t set ${sets.join(', ')} from old${stamped.ctes.length > 0 ? ', stamped' : ''} where ${conditions.join(' and ')} returning ${[...new Set(returned)].map((name) => `t.${ident(name)}`).join(', ')})`,
  );
  const pairs = logged.map(
    (name) =>
      `case when old.${ident(name)} is distinct from new.${ident(name)} then ${jsonObject([[name, `jsonb_build_array(old.${ident(name)}, new.${ident(name)})`]])} else '{}'::jsonb end`,
  );
  const versionOf = versionColumn ? `new.${versionColumn}` : 'null::bigint';
  ctes.push(
    `diff as materialized (select new.${key} as id, ${versionOf} as version, ${pairs.length > 0 ? pairs.join(' || ') : `'{}'::jsonb`} as changes${many ? `, ${many.use(':audit', 'uuid')} as audit` : ''} from new${many ? ` join old on old.${key} = new.${key}` : ', old'})`,
  );
  const request = parameters.use(':request', 'text');
  if (entity.audit) {
    const log = audited(entity, 'changes', logged);
    const some = log === 'changes' && !shape.blind && mayNotRead.length === 0 ? '' : ` where (${log}) <> '{}'`;
    ctes.push(
      `audit as (${auditInto(schema, parameters, { id: many ? 'audit' : parameters.use(':audit', 'uuid'), entity: entity.name, record: 'id', action: 'update', changes: log, from: `diff${some}` })})`,
    );
  }
  const payload = shape.notify ? `(select jsonb_object_agg(key, value -> 1) from jsonb_each(changes))` : 'null';
  ctes.push(
    `outbox as (${outboxInto(schema)} select 'update', ${literal(entity.name)}, id, version, ${user()}, ${request}, array(select jsonb_object_keys(changes)), ${payload}, ${shape.notify ? 'null' : 'now()'} from diff)`,
  );
  if (shape.cleared.length > 0) {
    ctes.push(
      `files as (delete from ${qualified(schema, '_file')} f using diff where f."entity" = ${literal(entity.name)} and f."record" = diff.id and f."field" in (${shape.cleared.map((name) => literal(name)).join(', ')}))`,
    );
  }
  const results = [
    ...(many ? [`old.${key} as "id"`] : []),
    versionColumn ? `old.${versionColumn}::text as "before"` : `'0' as "before"`,
    versionColumn
      ? `${versionOf}::text as "version"`
      : `case when new.${key} is null then null else '0' end as "version"`,
    ...(shape.from && status ? [`old.${ident(columnOf(status).name)} as "reason"`] : []),
    ...(given
      ? [
          `case when old.${versionColumn} <> ${given} then ${jsonObject(compared.map((name) => [name, wired(name)]))}::text end as "current"`,
        ]
      : []),
    ...(locked && state ? [`old.${ident(columnOf(state).name)} as "state"`, `${locked} as "locked"`] : []),
    ...checks.flags,
    ...shape.asking.flags.map(({ privilege }) => `old.${ident(may(privilege))}`),
    ...(shape.notify
      ? [
          `case when new.${key} is not null then pg_notify(${parameters.use(':channel', 'text')}, '')::text end as "notified"`,
        ]
      : []),
  ];
  // Last, when all of their columns are known.
  if (many) ctes.unshift(...oldRows(schema, entity, [...needed], many));
  return {
    text: `with ${ctes.join(',\n')}\nselect ${results.join(', ')} from old left join new on ${many ? `new.${key} = old.${key}` : 'true'}`,
    slots: parameters.names,
    recipes: rows.recipes,
  };
}

/** The rows as they are, with what is given for each of them; locked in the order of their ids. */
function oldRows(schema: string, entity: Entity, needed: readonly string[], many: ManySlots): readonly string[] {
  const key = ident(columnOf(entity.key).name);
  const given = many.rowSlots.map((slot, place) => `input.${ident(slot)} as ${ident(givenName(place))}`);
  const columns = [...needed.map((name) => `t.${ident(name)}`), ...given];
  return [
    many.input(),
    `old as materialized (select ${columns.join(', ')} from input join ${table(schema, entity)} t on t.${key} = input.${ident(':id')}::uuid order by t.${key} for no key update of t)`,
  ];
}

/**
 * SQL of the columns that a readonly state keeps from changing; undefined where no state can. Whoever opens the row in the same
 * write may change what they want. `hidden`: whether a value differs is not to be told, so each one given counts.
 */
function lockedText(
  { locks, given }: UpdateShape,
  stateColumn: string | undefined,
  values: ReadonlyMap<string, string>,
  hidden: boolean,
): string | undefined {
  if (locks.length === 0 || stateColumn === undefined) return undefined;
  const state = `old.${ident(stateColumn)}`;
  const next = values.get(stateColumn);
  const stays =
    next === undefined ? '' : ` and ${next} = any ('{${locks.map((lock) => lock.state).join(',')}}'::integer[])`;
  const names = given.flatMap((name) => {
    const closed = locks.filter(({ free }) => !free.has(name)).map((lock) => lock.state);
    if (closed.length === 0) return [];
    const differs = hidden ? 'true' : `old.${ident(name)} is distinct from ${values.get(name) ?? 'null'}`;
    return [`case when ${state} in (${closed.join(', ')})${stays} and ${differs} then ${literal(name)} end`];
  });
  return names.length === 0 ? undefined : `array_remove(array[${names.join(', ')}]::text[], null)`;
}
