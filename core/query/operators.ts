// The operators people may ask with, by the names of the Dataverse (`last-x-days`, in OData `LastXDays`), and the condition each
// becomes. All readers ask here, so that a filter means the same in a view, in OData and in FetchXML.
import type { Operator } from '../sdk/index.ts';

/**
 * What an operator is given: nothing; one value of the field's kind; two of them (from, to); a list; a text; a number of
 * units; a day; a fiscal year; a fiscal period; both (period, then year); a pattern with % and _; the id of a row.
 */
export type Takes =
  | 'nothing'
  | 'value'
  | 'two'
  | 'list'
  | 'numbers'
  | 'text'
  | 'pattern'
  | 'count'
  | 'day'
  | 'year'
  | 'period'
  | 'period-and-year'
  | 'id';

export interface KnownOperator {
  readonly operator: ConditionOperator | 'between';
  /** Turns it around; rows without a value then count. */
  readonly negated?: true;
  readonly takes: Takes;
}

const units = ['hours', 'days', 'weeks', 'months', 'years', 'fiscal-periods', 'fiscal-years'] as const;
const older = ['minutes', 'hours', 'days', 'weeks', 'months', 'years'] as const;
const spans = ['week', 'month', 'quarter', 'year', 'fiscal-period', 'fiscal-year'] as const;

type Span = (typeof spans)[number];

/** Operators over days and instants whose edges are worked out when the plan runs. */
export type DateOperator =
  | 'on'
  | 'before'
  | 'after'
  | 'on-or-before'
  | 'on-or-after'
  | 'today'
  | 'yesterday'
  | 'tomorrow'
  | 'last-seven-days'
  | 'next-seven-days'
  | `${'last' | 'this' | 'next'}-${Span}`
  | `${'last' | 'next'}-x-${(typeof units)[number]}`
  | `older-than-x-${(typeof older)[number]}`
  | 'in-fiscal-year'
  | 'in-fiscal-period'
  | 'in-fiscal-period-and-year'
  | 'in-or-before-fiscal-period-and-year'
  | 'in-or-after-fiscal-period-and-year';

/** Operators whose value is the caller. */
export type CallerOperator =
  'me' | 'my-teams' | 'me-or-my-teams' | 'me-or-my-reports' | 'me-or-my-reports-or-teams' | 'my-unit' | 'my-language';

/** Operators over a tree of rows. */
export type HierarchyOperator = 'above' | 'under' | 'eq-or-above' | 'eq-or-under';

/** What a condition may ask of a column; beyond a field type's own operators those that follow from them. */
export type ConditionOperator = Operator | 'like' | DateOperator | CallerOperator | HierarchyOperator;

const known = new Map<string, KnownOperator>();
const add = (
  names: string | readonly string[],
  operator: KnownOperator['operator'],
  takes: Takes,
  negated?: true,
): void => {
  for (const name of typeof names === 'string' ? [names] : names)
    known.set(name, { operator, takes, ...(negated && { negated }) });
};

for (const operator of ['eq', 'ne', 'gt', 'ge', 'lt', 'le'] as const) add(operator, operator, 'value');
add('neq', 'ne', 'value');
add('between', 'between', 'two');
add('not-between', 'between', 'two', true);
add('in', 'in', 'list');
add('not-in', 'in', 'list', true);
add('null', 'null', 'nothing');
add('not-null', 'null', 'nothing', true);
add('like', 'like', 'pattern');
add('not-like', 'like', 'pattern', true);
add('contains', 'contains', 'text');
add(['not-contains', 'does-not-contain'], 'contains', 'text', true);
add(['startswith', 'begins-with'], 'startswith', 'text');
add(['not-startswith', 'not-begin-with', 'does-not-begin-with'], 'startswith', 'text', true);
add(['endswith', 'ends-with'], 'endswith', 'text');
add(['not-endswith', 'not-end-with', 'does-not-end-with'], 'endswith', 'text', true);
add(['has-any', 'contain-values'], 'has-any', 'numbers');
add(['not-has-any', 'not-contain-values', 'does-not-contain-values'], 'has-any', 'numbers', true);
add('has-all', 'has-all', 'numbers');

for (const operator of ['on', 'before', 'after', 'on-or-before', 'on-or-after'] as const)
  add(operator, operator, 'day');
add('not-on', 'on', 'day', true);
for (const operator of ['today', 'yesterday', 'tomorrow', 'last-seven-days', 'next-seven-days'] as const)
  add(operator, operator, 'nothing');
add('last-7-days', 'last-seven-days', 'nothing');
add('next-7-days', 'next-seven-days', 'nothing');
for (const span of spans)
  for (const side of ['last', 'this', 'next'] as const) add(`${side}-${span}`, `${side}-${span}`, 'nothing');
for (const unit of units)
  for (const side of ['last', 'next'] as const) add(`${side}-x-${unit}`, `${side}-x-${unit}`, 'count');
for (const unit of older) add([`olderthan-x-${unit}`, `older-than-x-${unit}`], `older-than-x-${unit}`, 'count');
add('in-fiscal-year', 'in-fiscal-year', 'year');
add('in-fiscal-period', 'in-fiscal-period', 'period');
for (const operator of [
  'in-fiscal-period-and-year',
  'in-or-before-fiscal-period-and-year',
  'in-or-after-fiscal-period-and-year',
] as const)
  add(operator, operator, 'period-and-year');

add(['me', 'eq-userid', 'equal-user-id'], 'me', 'nothing');
add(['not-me', 'ne-userid', 'not-equal-user-id'], 'me', 'nothing', true);
add(['my-teams', 'eq-userteams', 'equal-user-teams'], 'my-teams', 'nothing');
add(['me-or-my-teams', 'eq-useroruserteams', 'equal-user-or-user-teams'], 'me-or-my-teams', 'nothing');
add(['me-or-my-reports', 'eq-useroruserhierarchy', 'equal-user-or-user-hierarchy'], 'me-or-my-reports', 'nothing');
add(
  ['me-or-my-reports-or-teams', 'eq-useroruserhierarchyandteams', 'equal-user-or-user-hierarchy-and-teams'],
  'me-or-my-reports-or-teams',
  'nothing',
);
add(['my-unit', 'eq-businessid', 'equal-business-id'], 'my-unit', 'nothing');
add(['not-my-unit', 'ne-businessid', 'not-equal-business-id'], 'my-unit', 'nothing', true);
add(['my-language', 'eq-userlanguage', 'equal-user-language'], 'my-language', 'nothing');

for (const operator of ['above', 'under'] as const) add(operator, operator, 'id');
add(['eq-or-above', 'above-or-equal'], 'eq-or-above', 'id');
add(['eq-or-under', 'under-or-equal'], 'eq-or-under', 'id');
add('not-under', 'under', 'id', true);

/** Every name an operator has, for suggestions. */
export const operatorNames: readonly string[] = [...known.keys()];

/** By its name in FetchXML or a view (`last-x-days`). */
export function readOperator(name: string): KnownOperator | undefined {
  return known.get(name);
}

/** By its name as an OData query function of the Dataverse without namespace: `LastXDays`, `Last7Days`, `EqualUserId`. */
export function readQueryFunction(name: string): KnownOperator | undefined {
  const kebab = name.replaceAll(/(?<=[a-z0-9])(?=[A-Z])|(?<=[a-z])(?=\d)|(?<=[A-Z])(?=[A-Z][a-z])/g, '-').toLowerCase();
  return known.get(kebab);
}

/** Names of the query functions, for suggestions and the service document. */
export const queryFunctionNames: readonly string[] = operatorNames
  .filter((name) => /^(?!.*(?:olderthan|userid|useror|userteams|businessid|userlanguage))[a-z0-9-]+$/.test(name))
  .map((name) => name.replaceAll(/(?:^|-)([a-z0-9])/g, (_, first: string) => first.toUpperCase()));

/** A field type allows an operator by allowing the one it follows from. */
export function allowedBy(operator: ConditionOperator): Operator {
  if (operator in follows) return follows[operator as keyof typeof follows];
  return isDateOperator(operator) ? 'on' : (operator as Operator);
}

const follows = {
  like: 'contains',
  'my-teams': 'me',
  'me-or-my-teams': 'me',
  'me-or-my-reports': 'me',
  'me-or-my-reports-or-teams': 'me',
  'my-unit': 'eq',
  'my-language': 'eq',
  above: 'eq',
  under: 'eq',
  'eq-or-above': 'eq',
  'eq-or-under': 'eq',
} as const satisfies Partial<Record<ConditionOperator, Operator>>;

const daily: ReadonlySet<string> = new Set(['on', 'before', 'after', 'on-or-before', 'on-or-after']);

/** Whether the edges are worked out when the plan runs. */
export function isDateOperator(operator: string): operator is DateOperator {
  return daily.has(operator) || /^(?:today|yesterday|tomorrow|(?:last|this|next|older-than|in)-.+)$/.test(operator);
}

/** Whether it asks for hours or minutes, which a day does not have. */
export function needsTime(operator: string): boolean {
  return /-(?:hours|minutes)$/.test(operator);
}

export function isHierarchyOperator(operator: string): operator is HierarchyOperator {
  return operator === 'above' || operator === 'under' || operator === 'eq-or-above' || operator === 'eq-or-under';
}
