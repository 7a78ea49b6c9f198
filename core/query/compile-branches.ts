// The page of a caller who may read few rows. A filter "mine or my unit's or shared with me" walks the sort's index and throws
// away what is not theirs: the fewer rows they have, the longer. Where the caller's ids are few, each of them is asked for its
// own newest rows instead, over an index that begins with it, and the best of all are the page. Each id is a parameter of its
// own: an array would look different to the planner for every caller, and be planned anew for each.
import { ident } from '../db/identifier.ts';
import type { Entity } from '../model/model.ts';
import { idsOf, type Principal } from '../security/principal.ts';
import type { CarriedColumn } from './compile-columns.ts';
import { compileCondition } from './compile-condition.ts';
import { afterCursor, orderBy, sortKeys, whereText, type SortKey } from './compile-rows.ts';
import { entityOf, From, mainColumn } from './from.ts';
import type { Compilation } from './from.ts';
import type { Condition, Query, Sort } from './tree.ts';

/** More ids than this, and walking the sort's index finds a page sooner. */
const FEW = 16;

/** Ids are counted in these steps, the rest filled up with null, so that callers with about as many share a statement. */
const STEPS = [1, 2, 4, 8, 16];

type Leaf = Condition & { readonly kind: 'among' | 'shared' };

/** Rows of some ids of the caller's, as far as the other conditions hold too. */
interface Branch {
  readonly leaf: Leaf;
  readonly and: readonly Condition[];
}

/** For each branch of the condition the places for ids, or undefined where they are so many that walking is the shorter way. */
export function fewIds(rows: Condition, principal: Principal): readonly number[] | undefined {
  const places: number[] = [];
  for (const { leaf } of branchesOf(rows) ?? []) {
    const ids = leaf.kind === 'among' ? idsOf(principal, leaf.set).length : 1;
    places.push(STEPS.find((step) => step >= ids) ?? FEW + 1);
  }
  const total = places.reduce((sum, one) => sum + one, 0);
  return total === 0 || total > FEW ? undefined : places;
}

/** The condition as branches any of which suffices, or undefined where it has no such form. */
function branchesOf(condition: Condition, and: readonly Condition[] = []): readonly Branch[] | undefined {
  switch (condition.kind) {
    case 'among':
      return condition.path.length === 1 ? [{ leaf: { ...condition, kind: 'among' }, and }] : undefined;
    case 'shared':
      return [{ leaf: { ...condition, kind: 'shared' }, and }];
    case 'or': {
      const all = condition.of.map((one) => branchesOf(one, and));
      return all.every((one) => one !== undefined) ? all.flat() : undefined;
    }
    case 'and': {
      // One part of it names the ids, the others only narrow.
      for (const [index, part] of condition.of.entries()) {
        const found = branchesOf(part, [...and, ...condition.of.filter((_, at) => at !== index)]);
        if (found) return found;
      }
      return undefined;
    }
    default:
      return undefined;
  }
}

/** The sort that indexes beginning with an owner or a unit go on with (core/schema/desired.ts). */
function isIndexed(entity: Entity, sorts: readonly Sort[]): boolean {
  const [first, second, ...more] = sorts;
  const created = entity.wire.get(first?.path?.[0] ?? '');
  return (
    more.length === 0 &&
    sorts.every((sort) => sort.path?.length === 1 && sort.direction === 'desc') &&
    entity.fields.get(created?.field ?? '')?.system === 'created-on' &&
    (second === undefined || second.path?.[0] === mainColumn(entity.key).wire)
  );
}

export interface PageShape {
  /** Rows read at most, one more than given. */
  readonly limit: number;
  /** Which of the cursor's values are null; undefined: the first page. */
  readonly afterNulls: readonly boolean[] | undefined;
  /** What `fewIds` says of the caller's rows. */
  readonly few: readonly number[] | undefined;
  /** The rows read are locked, in the order they come in. */
  readonly lock?: boolean;
}

export interface FoundPage {
  readonly keys: readonly SortKey[];
  /** SQL of the rows in order, `limit` and one more. */
  readonly found: string;
  /** `, (…) as total` where asked. */
  readonly count: string;
  /** What the rows carry beside their own columns. */
  readonly columns?: readonly CarriedColumn[];
}

/** Whether it needs more than the table's own rows. */
function isWide({ joins, columns, distinct, skips }: Query): boolean {
  return joins !== undefined || columns !== undefined || distinct === true || skips === true;
}

/** Undefined where the sort or the caller's rights are of another kind. */
export function branchedPage(compilation: Compilation, query: Query, page: PageShape): FoundPage | undefined {
  const entity = entityOf(compilation, query);
  const branches = entity.union ? undefined : branchesOf(compilation.rows(entity.name));
  if (!branches || !page.few || query.within || isWide(query) || !isIndexed(entity, query.sort)) return undefined;
  const outer = new From(compilation, entity);
  const keys = sortKeys(outer, query.sort);
  const limit = page.limit + 1;
  const texts = branches.flatMap((branch, index) =>
    Array.from({ length: page.few?.[index] ?? 0 }, (_, place) =>
      branchText(compilation, entity, branch, place, query, page.afterNulls, limit),
    ),
  );
  const union = compilation.statement.alias();
  const carried = keys.map((key) => `${union}.${ident(key.carried)}`).join(', ');
  const order = keys.map((key) => `${union}.${ident(key.carried)} ${key.direction}`).join(', ');
  const best = compilation.statement.alias();
  const ids = `select distinct on (${carried}) ${carried} from (${texts.join(' union all ')}) ${union} order by ${order} limit ${limit}`;
  const key = ident(mainColumn(entity.key).name);
  const joined = `(${ids}) ${best} join ${outer.text} on ${outer.key} = ${best}.${key}`;
  return { keys, count: '', found: `select ${outer.alias}.* from ${joined} order by ${orderBy(keys)}` };
}

function branchText(
  compilation: Compilation,
  entity: Entity,
  { leaf, and }: Branch,
  place: number,
  query: Query,
  afterNulls: readonly boolean[] | undefined,
  limit: number,
): string {
  const from = new From(compilation, entity);
  const keys = sortKeys(from, query.sort);
  const where = [
    leaf.kind === 'shared' ? from.unrestricted(leaf) : ownedText(from, leaf, place),
    ...and.map((condition) => from.unrestricted(condition)),
    ...(query.filter ? [compileCondition(from, query.filter)] : []),
    ...(afterNulls ? [afterCursor(from, keys, afterNulls)] : []),
  ];
  const columns = keys.map((key) => `${key.sql} as ${ident(key.carried)}`).join(', ');
  return `(select ${columns} from ${from.text}${whereText(where)} order by ${orderBy(keys)} limit ${limit})`;
}

function ownedText(from: From, { path, set }: Leaf & { readonly kind: 'among' }, place: number): string {
  const column = from.entity.wire.get(path[0] ?? '');
  if (!column) throw new TypeError(`${from.entity.name} has no property ${path.join('/')}`);
  const id = from.compilation.statement.parameter('uuid', (run) => idsOf(run.principal, set)[place] ?? null);
  return `${from.alias}.${ident(column.name)} = ${id}`;
}
