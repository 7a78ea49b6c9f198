// The pieces from which insert-statement.ts and update-statement.ts build the one statement of a write: parameters by
// slot, checks of referenced rows, stamps, what changed, audit and outbox.
import { ident, literal, qualified } from '../db/identifier.ts';
import type { Parameter } from '../db/sql.ts';
import type { Call } from '../engine.ts';
import type { Column, Entity, Field, Model } from '../model/model.ts';
import type { Binding } from '../query/statement.ts';
import type { Condition } from '../query/tree.ts';
import { SHARED_ITSELF } from '../schema/system-tables.ts';
import type { ColumnType } from '../sdk/index.ts';
import type { Privilege } from '../security/access.ts';
import { columnOf, factsOf } from './entity-facts.ts';
import type { RowConditions } from './row-conditions.ts';

/**
 * SQL text, and for `$1 …` the name of the value that belongs there: a column's, or one of `:id`, `:user`, `:unit`,
 * `:version`, `:audit`, `:request`, `:address`, `:via`, `:channel`, `:payload`, and `:access0` … of the caller's rights.
 */
export interface Statement {
  readonly text: string;
  readonly slots: readonly string[];
  /** How `:access0` … are filled in. */
  readonly recipes?: readonly Binding[];
}

/** A privilege that has to be asked of each row, with the condition over the entity's rows. */
export interface Asked {
  readonly privilege: Privilege;
  readonly condition: Condition;
}

/** Types that the driver would write in its own way travel as text. */
const asText: ReadonlySet<string> = new Set<ColumnType>(['date', 'timestamp', 'timestamptz', 'jsonb']);

export interface Slots {
  /** `$3::numeric`; the same slot keeps its number. */
  use(slot: string, type: string): string;
  readonly names: readonly string[];
}

export function slots(): Slots {
  const names: string[] = [];
  return {
    names,
    use(slot, type) {
      let index = names.indexOf(slot);
      if (index < 0) index = names.push(slot) - 1;
      return asText.has(type) ? `$${index + 1}::text::${type}` : `$${index + 1}::${type}`;
    },
  };
}

/** A lookup whose referenced row the statement itself locks and checks, because no foreign key does. */
export interface CheckedReference {
  readonly field: Field;
  /** Logical name of the referenced entity. */
  readonly target: string;
  /** Where the caller may not refer to every row of it: which rows of a table may be referred to, and known of at all. */
  readonly reach?: (entity: string) => { readonly target: Condition; readonly known: Condition };
  /** An owner: who may not own rows (an access team, a disabled user) is told from who is not there. */
  readonly owner?: boolean;
  /** The row must not have been merged into another: also where that happens at this moment. */
  readonly standing?: boolean;
}

export function table(schema: string, entity: Pick<Entity, 'name'>): string {
  return qualified(schema, entity.name);
}

/** The tables that may hold a referenced row: the entity's own, or those of a union's members. */
function tablesOf(model: Model, target: string): readonly Entity[] {
  const entity = model.entities.get(target);
  if (!entity) return [];
  return entity.union ? entity.union.members.flatMap((member) => tablesOf(model, member)) : [entity];
}

/**
 * CTEs that lock the referenced rows against deletion, the conditions of the write, and the answer's flags: `ref:…` that the
 * row is there for the caller, `to:…` that the caller may refer to it, `own:…` that it may own rows (or was not merged), or
 * (`unchanged`, over the old row) that this one refers to it already.
 */
export function referenceChecks(
  model: Model,
  schema: string,
  references: readonly CheckedReference[],
  parameters: Slots,
  rows: RowConditions,
  unchanged?: (field: Field) => string,
): { readonly ctes: readonly string[]; readonly conditions: readonly string[]; readonly flags: readonly string[] } {
  const ctes: string[] = [];
  const conditions: string[] = [];
  const flags: string[] = [];
  for (const [index, { field, target, reach, owner, standing }] of references.entries()) {
    const names: string[] = [];
    for (const [part, entity] of tablesOf(model, target).entries()) {
      const name = `ref${index}_${part}`;
      names.push(name);
      const id = parameters.use(columnOf(field).name, 'uuid');
      const key = ident(columnOf(entity.key).name);
      const of = `from ${table(schema, entity)}`;
      const asked = reach?.(entity.name);
      const able = owner === true ? ableToOwn(entity) : standing === true ? notMerged(entity) : undefined;
      const text =
        asked || able !== undefined
          ? `select ${asked ? rows.over(entity, 't', asked.target) : 'true'} as "to", ${asked ? rows.over(entity, 't', asked.known) : 'true'} as "known", ${able ?? 'true'} as "able" ${of} t where t.${key} = ${id} for key share`
          : `select 1 ${of} where ${key} = ${id} for key share`;
      ctes.push(`${name} as materialized (${text})`);
    }
    const some = (where: string): string =>
      names.length > 0 ? `(${names.map((name) => `exists (select from ${name}${where})`).join(' or ')})` : 'false';
    const there = some(reach ? ' where "known"' : '');
    flags.push(`${there} as ${ident(flagOf(field))}`);
    conditions.push(there);
    const more = (kind: 'to' | 'own', condition: string): void => {
      flags.push(`${condition} as ${ident(flagOf(field, kind))}`);
      conditions.push(condition);
    };
    if (reach) more('to', some(' where "to"'));
    if (owner === true || standing === true)
      more('own', `(${[some(' where "able"'), ...(unchanged ? [unchanged(field)] : [])].join(' or ')})`);
  }
  return { ctes, conditions, flags };
}

/** Over `t`: whether the row still stands for itself. */
function notMerged(entity: Entity): string | undefined {
  const merged = factsOf(entity).system.get('merged');
  return merged && `t.${ident(columnOf(merged).name)} is not true`;
}

/** Over `t`: whether the row may own others. Users may be disabled; of teams only owner teams own. */
function ableToOwn(entity: Entity): string | undefined {
  const disabled = entity.fields.get('isdisabled');
  const kind = entity.fields.get('teamtype');
  if (entity.name === 'systemuser' && disabled) return `t.${ident(columnOf(disabled).name)} is not true`;
  if (entity.name === 'team' && kind) return `t.${ident(columnOf(kind).name)} is distinct from 1`;
  return undefined;
}

export function flagOf(field: Field, kind: 'ref' | 'to' | 'own' = 'ref'): string {
  return `${kind}:${field.name}`.slice(0, 60);
}

/** The base currency: the first row of the referenced entity whose own rate is 1. */
function baseCurrency(schema: string, currency: Entity): string {
  const key = ident(columnOf(currency.key).name);
  return `(select ${key} from ${table(schema, currency)} where "exchangerate" = 1 order by "createdon", ${key} limit 1)`;
}

export interface Stamped {
  /** `stamped as materialized (…)`, or none. */
  readonly ctes: readonly string[];
  /** Column → SQL, for stamps, the currency they come from, and the quotients. */
  readonly values: ReadonlyMap<string, string>;
}

/**
 * What the row copies from rows it refers to (an exchange rate), and the quotients by it. `effective` gives a column's
 * value after the write; `written` says whether the write names it; `from` is the relation `effective` reads.
 */
export function stamp(
  model: Model,
  schema: string,
  entity: Entity,
  written: (column: string) => boolean,
  effective: (column: Column) => string | undefined,
  from: string,
): Stamped {
  const facts = factsOf(entity);
  const due = facts.stamps.filter(
    ({ field, lookup }) =>
      written(columnOf(lookup).name) ||
      facts.quotients.some((one) => one.by === columnOf(field).name && written(one.of.name)),
  );
  const values = new Map<string, string>();
  if (due.length === 0) return { ctes: [], values };
  const lookups = [...new Set(due.map(({ lookup }) => lookup))];
  const inner = lookups.map((lookup) => {
    const column = columnOf(lookup);
    const target = model.entities.get(lookup.reference?.targets[0] ?? '');
    const own = effective(column);
    const base = lookup.system === 'base-currency' && target ? baseCurrency(schema, target) : undefined;
    const parts = [own, base].filter((part) => part !== undefined);
    const value = parts.length === 0 ? 'null::uuid' : parts.length === 1 ? parts[0] : `coalesce(${parts.join(', ')})`;
    values.set(column.name, `stamped.${ident(column.name)}`);
    return `${value} as ${ident(column.name)}`;
  });
  const outer = due.map(({ field, lookup, source }) => {
    const target = model.entities.get(lookup.reference?.targets[0] ?? '');
    const column = ident(columnOf(field).name);
    values.set(columnOf(field).name, `stamped.${column}`);
    return target
      ? `(select r.${ident(source)} from ${table(schema, target)} r where r.${ident(columnOf(target.key).name)} = given.${ident(columnOf(lookup).name)}) as ${column}`
      : `null as ${column}`;
  });
  for (const quotient of facts.quotients) {
    const rate = values.get(quotient.by);
    const amount = effective(quotient.of);
    if (rate === undefined || amount === undefined) continue;
    values.set(quotient.column.name, `round(${amount} / nullif(${rate}, 0), ${quotient.scale})`);
  }
  const cte = `stamped as materialized (select given.*, ${outer.join(', ')} from (select ${inner.join(', ')}${from ? ` from ${from}` : ''}) as given)`;
  return { ctes: [cte], values };
}

/** Fields joined from others, where one of their parts is written: column → SQL. */
export function compose(
  entity: Entity,
  written: (column: string) => boolean,
  effective: (column: Column) => string | undefined,
): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const { field, of } of factsOf(entity).composed) {
    const parts = of.flatMap((name) => {
      const part = entity.fields.get(name);
      return part ? [columnOf(part)] : [];
    });
    if (!parts.some((part) => written(part.name))) continue;
    const texts = parts.flatMap((part) => {
      const value = effective(part);
      return value === undefined ? [] : [`nullif(btrim(${value}), '')`];
    });
    values.set(columnOf(field).name, `nullif(concat_ws(' ', ${texts.join(', ')}), '')`);
  }
  return values;
}

/** Key–value pairs as jsonb; a function takes at most 100 arguments, so more are joined. */
export function jsonObject(pairs: readonly (readonly [string, string])[]): string {
  const parts: string[] = [];
  for (let start = 0; start < pairs.length; start += 40) {
    const slice = pairs.slice(start, start + 40).map(([name, value]) => `${literal(name)}, ${value}`);
    parts.push(`jsonb_build_object(${slice.join(', ')})`);
  }
  return parts.length === 0 ? `'{}'::jsonb` : parts.join(' || ');
}

/** Columns that the audit log leaves out. */
export function unaudited(entity: Entity): readonly string[] {
  return [...entity.fields.values()]
    .filter((field) => !field.audit)
    .flatMap((field) => field.columns.map((column) => column.name));
}

/** `changes` without what is not to be logged. */
export function audited(entity: Entity, changes: string, columns: readonly string[]): string {
  const out = unaudited(entity).filter((name) => columns.includes(name));
  return out.length === 0 ? changes : `${changes} - array[${out.map((name) => literal(name)).join(', ')}]`;
}

/** One entry of the audit log for each row of `from`; all but the entity and the action are SQL. */
export interface AuditEntry {
  readonly id: string;
  /** Logical name. */
  readonly entity: string;
  readonly record: string;
  readonly action: string;
  /** jsonb: column → [old, new]. */
  readonly changes: string;
  /** Relation, with a condition where needed. */
  readonly from: string;
}

/**
 * The insert into `_audit`. Its time is the clock's after the row is locked, not the transaction's beginning: so the entries
 * of a record stand in the order in which they happened, also those of one transaction.
 */
export function auditInto(schema: string, parameters: Slots, entry: AuditEntry): string {
  const [user, request, address, via] = [
    parameters.use(':user', 'uuid'),
    parameters.use(':request', 'text'),
    parameters.use(':address', 'text'),
    parameters.use(':via', 'text'),
  ];
  return `insert into ${qualified(schema, '_audit')} ("id", "at", "entity", "record", "action", "user_id", "request_id", "address", "via", "changes") select ${entry.id}, clock_timestamp(), ${literal(entry.entity)}, ${entry.record}, ${literal(entry.action)}, ${user}, ${request}, ${address}, ${via}, ${entry.changes} from ${entry.from}`;
}

/** A share, a row of `_share`, as the audit log keeps it. */
export function toldShare(alias: string): string {
  return `jsonb_build_object('principal', ${alias}."principal", 'type', ${alias}."principal_type", 'rights', ${alias}."rights", 'expiresAt', ${alias}."expires_at", 'reason', ${alias}."reason", 'source', nullif(${alias}."source", ${literal(SHARED_ITSELF)}::uuid))`;
}

/** The values of the slots that say who writes, from where and through what: `:user`, `:request`, `:address`, `:via`. */
export function traceOf({ principal, requestId, origin, chain }: Call): readonly (readonly [string, Parameter])[] {
  const handlers = (chain ?? []).map((one) => `handler ${one}`);
  const via = [...(origin?.via === undefined ? [] : [origin.via]), ...handlers].join(' → ');
  return [
    [':user', principal.userId],
    [':request', requestId ?? null],
    [':address', origin?.address ?? null],
    [':via', via === '' ? null : via],
  ];
}

/** `notify`: somebody waits for it; else the row is only history and counts as done. */
export function outboxInto(schema: string): string {
  return `insert into ${qualified(schema, '_outbox')} ("message", "entity", "record", "version", "user_id", "request_id", "changed", "payload", "processed_at")`;
}
