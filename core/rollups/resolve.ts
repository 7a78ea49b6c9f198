// The rollups of a model, resolved: which rows of which table go into which column, and what is wrong with them. A rollup reads
// only what stands in the related row itself, so that a change of that row is all that can change it.
import type { Column, Entity, Field, Model } from '../model/model.ts';
import { escapeStep } from '../model/pointer.ts';
import type { ProblemList } from '../model/problem-list.ts';
import { suggest } from '../model/suggest.ts';
import type { Node } from '../formulas/formula.ts';
import { conditionOf } from '../query/expression.ts';
import type { Condition } from '../query/tree.ts';
import type { ColumnType, Rollup } from '../sdk/index.ts';

export interface Rolled {
  /** The rollup's field and the entity that has it. */
  readonly field: Field;
  readonly parent: Entity;
  readonly child: Entity;
  readonly spec: Rollup;
  readonly link:
    | { readonly kind: 'lookup'; readonly lookup: Field; /** Of a lookup of several targets. */ readonly type?: string }
    | { readonly kind: 'pairs'; readonly table: string; readonly mine: string; readonly theirs: string };
  /** None for `count`. */
  readonly value: Column | undefined;
  readonly where: Condition | undefined;
  readonly sort: { readonly column: Column; readonly direction: 'asc' | 'desc' } | undefined;
  /** The lookup that makes the parent's tree, where rows of all below count. */
  readonly up: Field | undefined;
}

const known = new WeakMap<Model, readonly Rolled[]>();

/** Every sound rollup; what is wrong with the others was told when the model was compiled. */
export function rollupsOf(model: Model): readonly Rolled[] {
  let all = known.get(model);
  if (!all) {
    all = rollupFields(model).flatMap(({ entity, field }) => {
      const resolved = resolve(model, entity, field);
      return 'problem' in resolved ? [] : [resolved];
    });
    known.set(model, all);
  }
  return all;
}

function rollupFields(model: Model): readonly { readonly entity: Entity; readonly field: Field }[] {
  return [...model.entities.values()].flatMap((entity) =>
    entity.union ? [] : [...entity.fields.values()].flatMap((field) => (field.type.rollup ? [{ entity, field }] : [])),
  );
}

export function checkRollups(model: Model, problems: ProblemList): void {
  const report = (field: Field, message: string): void =>
    problems.add(
      'ROLLUP_INVALID',
      field.origins[0] ?? `${field.entity}/entity`,
      `/properties/${escapeStep(field.name)}/field`,
      message,
    );
  const sound = new Map<string, Rolled>();
  for (const { entity, field } of rollupFields(model)) {
    const resolved = resolve(model, entity, field);
    if ('problem' in resolved) report(field, resolved.problem);
    else sound.set(`${entity.name}.${field.name}`, resolved);
  }
  const done = new Set<Rolled>();
  const visit = (rolled: Rolled, path: readonly Rolled[]): void => {
    const start = path.indexOf(rolled);
    if (start >= 0) {
      const names = [...path.slice(start), rolled].map(({ field }) => `${field.entity}.${field.name}`);
      report(rolled.field, `the rollup goes round in a circle: ${names.join(' → ')}`);
      done.add(rolled);
      return;
    }
    if (done.has(rolled)) return;
    for (const name of readsOf(rolled)) {
      const next = sound.get(`${rolled.child.name}.${name}`);
      if (next) visit(next, [...path, rolled]);
    }
    done.add(rolled);
  };
  for (const rolled of sound.values()) visit(rolled, []);
}

type Outcome = Rolled | { readonly problem: string };

function resolve(model: Model, parent: Entity, field: Field): Outcome {
  const spec = field.type.rollup?.(field.spec);
  const relation = spec && model.relations.get(spec.of);
  if (!spec || !relation) {
    return {
      problem: `there is no relationship "${spec?.of ?? ''}"${suggest(spec?.of ?? '', model.relations.keys())}`,
    };
  }
  const found = linkOf(model, parent, relation);
  if ('problem' in found) return found;
  const { child, link } = found;
  if (child.union) return { problem: `${child.name} is a union of entities; roll up the rows of one of them` };
  const up = spec.below === undefined ? undefined : parent.fields.get(spec.below);
  if (spec.below !== undefined) {
    if (!up?.reference?.hierarchy)
      return { problem: `"${spec.below}" is no lookup that makes a tree of ${parent.name}` };
    if (link.kind === 'pairs')
      return { problem: `over an N:N relationship only a row's own links are rolled up, without "below"` };
  }
  const value = spec.value === undefined ? undefined : child.wire.get(spec.value);
  if (spec.value !== undefined && !value)
    return { problem: `${child.name} has no field "${spec.value}"${suggest(spec.value, child.wire.keys())}` };
  const sortColumn = spec.sort && child.wire.get(spec.sort.field);
  if (spec.sort && !sortColumn)
    return { problem: `${child.name} has no field "${spec.sort.field}"${suggest(spec.sort.field, child.wire.keys())}` };
  if ((spec.function === 'first' || spec.function === 'last') && !sortColumn)
    return { problem: `"${spec.function}" needs "sort": by what the rows stand one after the other` };
  const condition = spec.where === undefined ? undefined : conditionOf(model, child, spec.where);
  if (condition && 'problem' in condition) return { problem: `"where": ${condition.problem}` };
  const rolled: Rolled = {
    field,
    parent,
    child,
    spec,
    link,
    value,
    where: condition?.condition,
    sort: spec.sort && sortColumn ? { column: sortColumn, direction: spec.sort.direction } : undefined,
    up,
  };
  const problem = whyNotResult(rolled) ?? whyNotRead(rolled);
  return problem === undefined ? rolled : { problem };
}

function linkOf(
  model: Model,
  parent: Entity,
  relation: NonNullable<ReturnType<Model['relations']['get']>>,
): { readonly child: Entity; readonly link: Rolled['link'] } | { readonly problem: string } {
  if (relation.kind === 'one-to-many') {
    const child = model.entities.get(relation.many);
    const lookup = child?.fields.get(relation.field);
    if (!child || !lookup || (relation.one !== parent.name && relation.one !== parent.base))
      return { problem: `the relationship "${relation.name}" does not lead from ${parent.name} to many rows` };
    const isTyped = lookup.columns.some(({ suffix }) => suffix === '_type');
    return { child, link: { kind: 'lookup', lookup, ...(isTyped ? { type: relation.one } : {}) } };
  }
  const isFirst = relation.first === parent.name;
  const child = model.entities.get(isFirst ? relation.second : relation.first);
  if (!child || (!isFirst && relation.second !== parent.name))
    return { problem: `the relationship "${relation.name}" does not have ${parent.name} at one of its ends` };
  const [mine, theirs] = isFirst ? relation.columns : [relation.columns[1], relation.columns[0]];
  return { child, link: { kind: 'pairs', table: relation.table, mine, theirs } };
}

const numbers: ReadonlySet<ColumnType> = new Set<ColumnType>(['integer', 'bigint', 'numeric']);

function whyNotResult({ field, spec, value, sort }: Rolled): string | undefined {
  const own = field.columns[0]?.type;
  const of = value?.type;
  const unordered: ReadonlySet<unknown> = new Set(['boolean', 'uuid', 'jsonb', 'integer[]']);
  if (sort && unordered.has(sort.column.type)) return `rows cannot be sorted by "${sort.column.wire}"`;
  switch (spec.function) {
    case 'count':
      return own === 'integer' || own === 'bigint' ? undefined : 'a count is a whole number: "type": "integer"';
    case 'sum':
      if (!of || !numbers.has(of)) return `"${value?.wire}" is no number, so it has no sum`;
      return own === 'numeric' || (own && numbers.has(own) && of !== 'numeric')
        ? undefined
        : 'this sum is a number: "type": "number"';
    case 'avg':
      if (!of || !numbers.has(of)) return `"${value?.wire}" is no number, so it has no average`;
      return own === 'numeric' ? undefined : 'an average is a number: "type": "number"';
    case 'concat':
      if (of !== 'text') return `"${value?.wire}" is no text, so it makes no list`;
      return own === 'text' ? undefined : 'a list is a text: "type": "string"';
    default:
      if ((spec.function === 'min' || spec.function === 'max') && unordered.has(of))
        return `"${value?.wire}" has no order`;
      return own === of
        ? undefined
        : `"${value?.wire}" is stored as ${of}, the rollup as ${own}; say the same type and format`;
  }
}

/** Names of the related row's fields that the rollup follows. */
export function readsOf({ child, value, where, sort }: Rolled): ReadonlySet<string> {
  const names = new Set<string>();
  const add = (name: string): void => {
    if (names.has(name)) return;
    names.add(name);
    for (const read of child.fields.get(name)?.derivation?.reads ?? []) if (read.entity === child.name) add(read.field);
  };
  for (const column of [value, sort?.column]) if (column) add(column.field);
  if (where) for (const path of pathsOf(where)) add(child.wire.get(path[0] ?? '')?.field ?? path[0] ?? '');
  return names;
}

function pathsOf(condition: Condition): readonly (readonly string[])[] {
  const found: (readonly string[])[] = [];
  const visit = (part: unknown): void => {
    if (typeof part !== 'object' || part === null) return;
    for (const [key, value] of Object.entries(part)) {
      if (key === 'path' && Array.isArray(value)) found.push(value as readonly string[]);
      else visit(value);
    }
  };
  visit(condition);
  return found;
}

function whyNotRead(rolled: Rolled): string | undefined {
  const { child, where, field } = rolled;
  const far = where && pathsOf(where).find((path) => path.length > 1);
  if (far) return `"where" reads ${far.join('.')}: a rollup follows the related row alone, not rows that it refers to`;
  if (where && asksForCaller(where)) return '"where" depends on who asks; a rollup is the same for everybody';
  for (const name of readsOf(rolled)) {
    const of = child.fields.get(name);
    if (!of) continue;
    if (of.secured && !field.secured)
      return `it reads ${child.name}.${name}, which is secured; secure the rollup, too, or everybody sees through it`;
    const { derivation } = of;
    if (!derivation) continue;
    if (derivation.kind === 'evaluated')
      return `${child.name}.${name} is worked out on read; a rollup needs a formula that SQL can answer`;
    if (derivation.reads.some(({ steps }) => steps.length > 0))
      return `${child.name}.${name} reads rows that ${child.name} refers to; a rollup follows the related row alone`;
    if (dependsOnTime(derivation.node)) return `${child.name}.${name} depends on the time at which it is read`;
  }
  return undefined;
}

function asksForCaller(condition: Condition): boolean {
  return JSON.stringify(condition).includes('"operator":"me"');
}

const ofTime: ReadonlySet<string> = new Set(['now', 'millis', 'today', 'days']);

function dependsOnTime(node: Node): boolean {
  if (node.op === 'call' && ofTime.has(node.name)) return true;
  return 'of' in node ? node.of.some(dependsOnTime) : false;
}
