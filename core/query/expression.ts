// JSONata → condition: the part of the language that SQL can answer with indexes, for attribute conditions of roles. The same
// text gives the same answer over a row's JSON: text compares letter by letter, an empty field is null.
import { parseExpression } from '../model/expression.ts';
import type { Entity, Model } from '../model/model.ts';
import { suggest } from '../model/suggest.ts';
import type { ColumnType } from '../sdk/index.ts';
import { convert } from './literal.ts';
import { resolveColumn, type Resolved } from './scope.ts';
import type { Condition, Path } from './tree.ts';

interface Node {
  readonly type?: string;
  readonly value?: unknown;
  readonly lhs?: Node;
  readonly rhs?: Node;
  readonly steps?: readonly Node[];
  readonly expressions?: readonly Node[];
  readonly arguments?: readonly Node[];
  readonly procedure?: Node;
  readonly predicate?: unknown;
  readonly stages?: unknown;
}

interface Scope {
  readonly model: Model;
  readonly entity: Entity;
}

class Untranslatable extends Error {}

const signs = { '=': 'eq', '!=': 'ne', '<': 'lt', '<=': 'le', '>': 'gt', '>=': 'ge' } as const;
const mirrored = { eq: 'eq', ne: 'ne', lt: 'gt', le: 'ge', gt: 'lt', ge: 'le' } as const;
const isSign = (value: unknown): value is keyof typeof signs => typeof value === 'string' && value in signs;

const known =
  'A condition here is made of comparisons of fields with constants (= != < <= > >=, in [ … ]), yes/no fields, ' +
  '$contains(field, "text"), $not( … ), and, or, and $user for the caller';

/** The condition an expression says about rows of `entity`, or what of it cannot be said. */
export function conditionOf(
  model: Model,
  entity: Entity,
  text: string,
): { readonly condition: Condition } | { readonly problem: string } {
  try {
    return { condition: read({ model, entity }, parseExpression(text) as Node) };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

function read(scope: Scope, node: Node): Condition {
  if (node.type === 'block' && node.expressions?.length === 1 && node.expressions[0]) {
    return read(scope, node.expressions[0]);
  }
  if (node.type === 'binary' && node.lhs && node.rhs) {
    const { value, lhs, rhs } = node;
    if (value === 'and' || value === 'or') return { kind: value, of: [read(scope, lhs), read(scope, rhs)] };
    if (value === 'in') return readIn(scope, lhs, rhs);
    if (isSign(value)) return readComparison(scope, signs[value], lhs, rhs);
  }
  if (node.type === 'function') return readFunction(scope, node);
  if (node.type === 'value' && typeof node.value === 'boolean') return { kind: node.value ? 'true' : 'false' };
  const path = pathOf(node);
  if (path) {
    const column = columnAt(scope, path);
    if (column.resolved.column.type !== 'boolean') {
      throw new Untranslatable(`${path.join('.')} is no yes/no field; compare it with something`);
    }
    return { kind: 'compare', path: column.path, operator: 'eq', value: true };
  }
  throw untranslatable(node);
}

function readFunction(scope: Scope, node: Node): Condition {
  const name = node.procedure?.value;
  const [first, second] = node.arguments ?? [];
  if (name === 'not' && first && !second) return { kind: 'not', of: read(scope, first) };
  const path = first && pathOf(first);
  if (name === 'contains' && path && second?.type === 'string') {
    const { path: place, resolved } = columnAt(scope, path);
    if (resolved.column.type !== 'text') throw new Untranslatable(`${path.join('.')} is no text`);
    return { kind: 'compare', path: place, operator: 'contains', value: String(second.value), exact: true };
  }
  throw untranslatable(node);
}

function readComparison(scope: Scope, operator: (typeof signs)[keyof typeof signs], lhs: Node, rhs: Node): Condition {
  const [left, right] = [pathOf(lhs), pathOf(rhs)];
  if (left && right) throw new Untranslatable('two fields cannot be compared with each other in a condition');
  if (right) return compare(scope, right, mirrored[operator], lhs);
  if (left) return compare(scope, left, operator, rhs);
  throw new Untranslatable('a comparison needs a field on one side');
}

function compare(
  scope: Scope,
  path: Path,
  operator: 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge',
  constant: Node,
): Condition {
  const { path: place, resolved } = columnAt(scope, path);
  const isOrder = operator !== 'eq' && operator !== 'ne';
  if (constant.type === 'variable' && constant.value === 'user') {
    if (isOrder || resolved.column.type !== 'uuid')
      throw new Untranslatable('$user is compared with a lookup, by = or !=');
    const mine: Condition = { kind: 'compare', path: place, operator: 'me', value: null };
    return operator === 'eq' ? mine : { kind: 'not', of: mine };
  }
  if (constant.type === 'value' && constant.value === null) {
    if (isOrder) throw new Untranslatable('null has no order');
    const empty: Condition = { kind: 'compare', path: place, operator: 'null', value: null };
    return operator === 'eq' ? empty : { kind: 'not', of: empty };
  }
  const value = constantOf(constant, resolved, path);
  if (isOrder && (resolved.column.type === 'boolean' || resolved.column.type === 'uuid')) {
    throw new Untranslatable(`${path.join('.')} has no order`);
  }
  return { kind: 'compare', path: place, operator, value, exact: true };
}

function readIn(scope: Scope, lhs: Node, rhs: Node): Condition {
  const path = pathOf(lhs);
  if (!path || rhs.value !== '[' || !rhs.expressions) {
    throw new Untranslatable('"in" asks whether a field is one of [ … ]');
  }
  const { path: place, resolved } = columnAt(scope, path);
  const of = rhs.expressions.map((item): Condition => {
    const value = constantOf(item, resolved, path);
    return { kind: 'compare', path: place, operator: 'eq', value, exact: true };
  });
  return { kind: 'or', of };
}

function constantOf(node: Node, { column }: Resolved, path: Path): string | number | boolean {
  const { value } = node;
  const isConstant = node.type === 'string' || node.type === 'number' || node.type === 'value';
  if (!isConstant || value === null || value === undefined) {
    throw new Untranslatable(`${path.join('.')} can only be compared with a constant`);
  }
  if (column.type === 'jsonb' || column.type === 'integer[]') {
    throw new Untranslatable(`${path.join('.')} cannot stand in a condition`);
  }
  if (column.type === 'boolean' || typeof value === 'boolean') {
    if (typeof value === 'boolean' && column.type === 'boolean') return value;
    throw new Untranslatable(
      `${path.join('.')}: expected ${column.type === 'boolean' ? 'true or false' : 'another constant'}`,
    );
  }
  const converted = convert(kindOf(value), String(value), column.type as ColumnType);
  if ('problem' in converted) throw new Untranslatable(`${path.join('.')}: ${converted.problem}`);
  return value as string | number;
}

function kindOf(value: unknown): 'number' | 'string' {
  return typeof value === 'number' ? 'number' : 'string';
}

/** `primarycontactid.jobtitle`: field names, where the steps before the last are lookups. */
function pathOf(node: Node): Path | undefined {
  if (node.type !== 'path' || !node.steps) return undefined;
  const isPlain = node.steps.every((step) => step.type === 'name' && !step.predicate && !step.stages);
  return isPlain ? node.steps.map((step) => String(step.value)) : undefined;
}

/** Names of the language (field names) → names of the tree (navigation and wire names). */
function columnAt({ model, entity }: Scope, names: Path): { readonly path: Path; readonly resolved: Resolved } {
  const path: string[] = [];
  let at = entity;
  for (const name of names.slice(0, -1)) {
    const steps = [...at.navigation.values()].filter((step) => step.kind === 'one' && step.field === name);
    const step = steps.find((one) => one.name === name) ?? (steps.length === 1 ? steps[0] : undefined);
    const target = step && model.entities.get(step.target);
    if (!step || !target) throw new Untranslatable(`${at.name}.${name} leads to no single kind of row`);
    path.push(step.name);
    at = target;
  }
  const last = names.at(-1) ?? '';
  const field = at.fields.get(last);
  if (!field) throw new Untranslatable(`${at.name} has no field "${last}"${suggest(last, at.fields.keys())}`);
  path.push(field.columns[0]?.wire ?? last);
  const resolved = resolveColumn(model, entity, path);
  if ('problem' in resolved) throw new Untranslatable(resolved.problem);
  return { path, resolved };
}

function untranslatable(node: Node): Untranslatable {
  const what = node.type === 'function' ? `$${String(node.procedure?.value)}( … )` : String(node.value ?? node.type);
  return new Untranslatable(`"${what}" cannot stand in a condition on rows. ${known}`);
}
