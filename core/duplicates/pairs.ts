// All pairs of rows that a rule takes for the same thing, page by page. The database finds candidates by the rule's index; what
// is told is read in the ordinary way and compared once more, so that rows and fields the caller may not read make no pair.
import { fold, foldPhone, similaritySql, alikeSql, similarity, sound } from '../db/fold.ts';
import { ident, literal } from '../db/identifier.ts';
import type { Call } from '../engine.ts';
import type { DuplicateCriterion, DuplicateRule, Entity } from '../model/model.ts';
import { suggest } from '../model/suggest.ts';
import { comparedSql } from '../query/compile-condition.ts';
import type { Literal } from '../query/literal.ts';
import { requireFields } from '../records/authorize-fields.ts';
import { columnOf, factsOf } from '../records/entity-facts.ts';
import { list } from '../records/list.ts';
import { readId } from '../records/parse-address.ts';
import { table } from '../records/statement.ts';
import { alone, executorOf } from '../records/transact.ts';
import { requirePrivilege } from '../security/access.ts';
import { fail } from './errors.ts';

/** A page is full with so many pairs. */
const PAGE = 50;
/** Rows looked at by one statement, and statements of one page at most: then the caller asks for the next. */
const CHUNK = 2000;
const CHUNKS = 25;
const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

export interface DuplicateSide {
  readonly entity: string;
  readonly id: string;
  readonly name: string;
}

export interface DuplicatePair {
  readonly first: DuplicateSide;
  readonly second: DuplicateSide;
  /** 0–1. */
  readonly score: number;
}

export interface DuplicatePairs {
  readonly rule: string;
  readonly pairs: readonly DuplicatePair[];
  /** Where the next page begins; absent on the last. A page may be empty and have a next. */
  readonly next?: string;
}

/** `rule`: its full id or the part behind the last slash. Throws DUPLICATE_RULE_UNKNOWN, PRIVILEGE_MISSING, FIELD_FORBIDDEN. */
export async function duplicatePairs(
  call: Call,
  entity: Entity,
  rule: string | undefined,
  after: string | undefined,
): Promise<DuplicatePairs> {
  requirePrivilege(call.principal, call.engine.model, 'read', entity.name);
  const rules = call.engine.model.duplicateRules.get(entity.name) ?? [];
  const shortId = (id: string): string => id.slice(id.lastIndexOf('/') + 1);
  const found = rule === undefined ? rules[0] : rules.find(({ id }) => id === rule || shortId(id) === rule);
  const other = found && call.engine.model.entities.get(found.with);
  if (!found || !other) {
    const suggestion = suggest(
      rule ?? '',
      rules.map(({ id }) => shortId(id)),
    );
    throw fail('DUPLICATE_RULE_UNKNOWN', { entity: entity.name, rule: (rule ?? '').slice(0, 80), suggestion });
  }
  // The database finds pairs by the values themselves: their number and order would tell what is hidden or masked.
  requireFields(
    call,
    entity,
    found.criteria.map(({ field }) => field),
    'read',
  );
  requireFields(
    call,
    other,
    found.criteria.map((one) => one.with),
    'read',
  );
  return alone(call, entity, (inside) => findPairs(inside, found, entity, other, after));
}

interface Candidate {
  readonly first: string | null;
  readonly second: string | null;
  /** The last row looked at. */
  readonly last: string | null;
  readonly looked: number;
}

async function findPairs(
  call: Call,
  rule: DuplicateRule,
  entity: Entity,
  other: Entity,
  after: string | undefined,
): Promise<DuplicatePairs> {
  const [a, b] = (after ?? '').split('~');
  let cursor: readonly [string, string] | undefined = [
    readId(a ?? '') ?? '00000000-0000-0000-0000-000000000000',
    readId(b ?? '') ?? '00000000-0000-0000-0000-000000000000',
  ];
  const pairs: DuplicatePair[] = [];
  for (let chunk = 0; chunk < CHUNKS && cursor && pairs.length < PAGE; chunk++) {
    const rows: readonly Candidate[] = await executorOf(call).query<Candidate>(
      candidatesSql(call, rule, entity, other),
      [...cursor],
    );
    const found = rows.flatMap(({ first, second }) => (first !== null && second !== null ? [{ first, second }] : []));
    pairs.push(...(await told(call, rule, entity, other, found)));
    const [some] = rows;
    const final = found.at(-1);
    if (final && found.length === PAGE) cursor = [final.first, final.second];
    else cursor = some && some.looked === CHUNK && some.last !== null ? [some.last, LAST_ID] : undefined;
  }
  return { rule: rule.id, pairs, ...(cursor ? { next: cursor.join('~') } : {}) };
}

function candidatesSql(call: Call, rule: DuplicateRule, entity: Entity, other: Entity): string {
  const { schema } = call.engine;
  const [key, otherKey] = [`a.${ident(columnOf(entity.key).name)}`, `b.${ident(columnOf(other.key).name)}`];
  const same = entity.name === other.name;
  const symmetric = same && rule.criteria.every((one) => one.field === one.with);
  const conditions = [
    ...rule.criteria.map((one) => matchSql(schema, rule, entity, other, one)),
    ...standing(rule, entity, 'a'),
    ...standing(rule, other, 'b'),
    ...(symmetric ? [`${key} < ${otherKey}`] : same ? [`${key} <> ${otherKey}`] : []),
    `(${key}, ${otherKey}) > ($1::uuid, $2::uuid)`,
  ];
  return `with a as materialized (select a.* from ${table(schema, entity)} a where ${key} >= $1::uuid order by ${key} limit ${CHUNK}),
found as (select ${key} as "first", ${otherKey} as "second" from a join ${table(schema, other)} b on ${conditions.join(' and ')} order by 1, 2 limit ${PAGE})
select f."first"::text, f."second"::text, l."last", l."looked" from (select max(${key}::text) as "last", count(*)::integer as "looked" from a) l left join found f on true order by 1, 2`;
}

function matchSql(
  schema: string,
  rule: DuplicateRule,
  entity: Entity,
  other: Entity,
  { field, with: theirs, comparison }: DuplicateCriterion,
): string {
  const [mine, its] = [entity.fields.get(field), other.fields.get(theirs)];
  if (!mine || !its) return 'false';
  const left = comparedSql(schema, comparison, `a.${ident(columnOf(mine).name)}`);
  const right = comparedSql(schema, comparison, `b.${ident(columnOf(its).name)}`);
  if (comparison.kind === 'similar') {
    return `${alikeSql(schema, right, left)} and ${similaritySql(schema, right, left)} >= ${literal(comparison.threshold)}::real`;
  }
  return rule.ignoreBlank ? `${right} = ${left}` : `${right} is not distinct from ${left}`;
}

function standing(rule: DuplicateRule, entity: Entity, alias: string): readonly string[] {
  const { system } = factsOf(entity);
  const [merged, state] = [system.get('merged'), system.get('state')];
  const [first] = entity.status ?? [];
  return [
    ...(merged ? [`${alias}.${ident(columnOf(merged).name)} is not true`] : []),
    ...(rule.activeOnly && state && first ? [`${alias}.${ident(columnOf(state).name)} = ${literal(first.state)}`] : []),
  ];
}

type ReadRow = Readonly<Record<string, unknown>>;

/** The pairs of which the caller may read both rows and what they have in common. */
async function told(
  call: Call,
  rule: DuplicateRule,
  entity: Entity,
  other: Entity,
  found: readonly { readonly first: string; readonly second: string }[],
): Promise<readonly DuplicatePair[]> {
  if (found.length === 0) return [];
  const mine = rule.criteria.map(({ field }) => field);
  const theirs = rule.criteria.map(({ with: field }) => field);
  const first = await readRows(call, entity, [...new Set(found.map((pair) => pair.first))], mine);
  const second = await readRows(call, other, [...new Set(found.map((pair) => pair.second))], theirs);
  return found.flatMap((pair): readonly DuplicatePair[] => {
    const [left, right] = [first.get(pair.first), second.get(pair.second)];
    if (!left || !right) return [];
    const scores = rule.criteria.map((one) =>
      agreement(rule, one, textOf(entity, left, one.field), textOf(other, right, one.with)),
    );
    if (scores.includes(undefined)) return [];
    const mean = scores.reduce<number>((sum, score) => sum + (score ?? 0), 0) / scores.length;
    return [
      {
        first: sideOf(entity, pair.first, left),
        second: sideOf(other, pair.second, right),
        score: Math.round(mean * 100) / 100,
      },
    ];
  });
}

function sideOf(entity: Entity, id: string, row: ReadRow): DuplicateSide {
  return { entity: entity.name, id, name: String(row[columnOf(entity.primary).wire] ?? id) };
}

function textOf(entity: Entity, row: ReadRow, name: string): string | null {
  const field = entity.fields.get(name);
  const value = field && row[columnOf(field).wire];
  return value === null || value === undefined ? null : String(value);
}

/** How far two values agree, 0–1, or undefined where they do not as the rule wants it. */
function agreement(
  rule: DuplicateRule,
  { comparison }: DuplicateCriterion,
  left: string | null,
  right: string | null,
): number | undefined {
  const spelled = (text: string | null): string | undefined => {
    if (text === null) return undefined;
    switch (comparison.kind) {
      case 'equal':
        return text;
      case 'lower':
        return text.toLowerCase();
      case 'phone':
        return foldPhone(text);
      case 'prefix':
        return [...(fold(text) ?? '')].slice(0, comparison.length).join('') || undefined;
      case 'similar':
        return sound(text);
      case 'folded':
        return fold(text);
    }
  };
  const [a, b] = [spelled(left), spelled(right)];
  if (a === undefined && b === undefined) return rule.ignoreBlank ? undefined : 1;
  if (a === undefined || b === undefined) return undefined;
  if (comparison.kind !== 'similar') return a === b ? 1 : undefined;
  const score = similarity(a, b);
  return score >= comparison.threshold - 1e-6 ? score : undefined;
}

async function readRows(
  call: Call,
  entity: Entity,
  ids: readonly string[],
  names: readonly string[],
): Promise<ReadonlyMap<string, ReadRow>> {
  const key = columnOf(entity.key).wire;
  const fields = names.flatMap((name) => entity.fields.get(name) ?? []);
  const chosen: Literal = { kind: 'list', value: ids, item: 'guid', option: 'ids', at: 0 };
  const { json } = await list(
    call,
    {
      entity: entity.name,
      select: [...new Set([columnOf(entity.primary).wire, ...fields.map((field) => columnOf(field).wire)])],
      filter: { kind: 'compare', path: [key], operator: 'in', value: { slot: 0 } },
      sort: [],
      expand: [],
      page: { size: 100 },
      count: false,
      annotations: { formatted: false, lookup: false },
    },
    [chosen],
  );
  const rows = JSON.parse(`[${json}]`) as readonly ReadRow[];
  return new Map(rows.map((row) => [String(row[key]), row]));
}
