// Two operands and what stands between them → a condition. A column beside a constant becomes `compare`, whose SQL indexes are
// made for; everything else compares terms.
import { convert, expectation } from '../literal.ts';
import { refuseOperator, refuseOrder } from '../scope.ts';
import type { Resolved } from '../scope.ts';
import { commonType, isNumber } from '../term-types.ts';
import type { HierarchyOperator } from '../operators.ts';
import type { Condition, ConditionOperator, Term, TermType, Value } from '../tree.ts';
import { isWhole } from './lexer.ts';
import type { Token } from './lexer.ts';
import { nothing, termOf, typeOfLiteral } from './operands.ts';
import type { FilterScope, Operand, ReadPath } from './operands.ts';
import { limits } from './token-reader.ts';
import type { TokenReader } from './token-reader.ts';

export type Comparison = 'eq' | 'ne' | 'gt' | 'ge' | 'lt' | 'le';
type TextComparison = 'contains' | 'startswith' | 'endswith';

const mirrored = { eq: 'eq', ne: 'ne', gt: 'lt', ge: 'le', lt: 'gt', le: 'ge' } as const;

/** The next word, where it compares. */
export function comparisonAt(token: Token): Comparison | undefined {
  return token.kind === 'name' && Object.hasOwn(mirrored, token.text) ? (token.text as Comparison) : undefined;
}

export function compareOperands(reader: TokenReader, left: Operand, operator: Comparison, right: Operand): Condition {
  const isConstant = (one: Operand) => one.kind === 'literal' || one.kind === 'null' || one.kind === 'boolean';
  if (isConstant(left) && !isConstant(right)) return compareOperands(reader, right, mirrored[operator], left);
  const [a, b] = [folded(left), folded(right)];
  if (a.kind === 'broken' || b.kind === 'broken') return nothing;
  if (b.kind === 'list' || a.kind === 'list')
    reader.refuse(`expected one value after ${operator}`, 'QUERY_SYNTAX', b.token);
  if (a.kind === 'path') {
    if (b.kind === 'null') return emptiness(reader, a.path, a.resolved, operator);
    if (b.kind === 'boolean') return truth(reader, a.path, a.resolved, operator, b);
    if (b.kind === 'literal' && !isFraction(a.resolved, b.token))
      return compareConstant(reader, a.path, a.resolved, operator, b.token);
  }
  if (a.kind === 'condition' && b.kind === 'boolean' && (operator === 'eq' || operator === 'ne')) {
    return (operator === 'eq') === b.value ? a.condition : { kind: 'not', of: a.condition };
  }
  return compareValues(reader, left, operator, right);
}

/** Text compares without case, so that tolower(name) may use the index of name. */
function folded(operand: Operand): Operand {
  return operand.kind === 'term' && operand.alike ? folded(operand.alike) : operand;
}

/** A whole number's column beside a number with a point: no constant of the column's type. */
function isFraction(resolved: Resolved | undefined, token: Token): boolean {
  const type = resolved?.column.type;
  return (type === 'integer' || type === 'bigint') && token.literal === 'number' && !isWhole(token.text);
}

function emptiness(
  reader: TokenReader,
  path: ReadPath,
  resolved: Resolved | undefined,
  operator: Comparison,
): Condition {
  if (!resolved || !allow(reader, path, resolved, 'null')) return nothing;
  const empty: Condition = { kind: 'compare', path: path.steps, operator: 'null', value: null };
  if (operator === 'eq') return empty;
  // No order holds with null.
  return operator === 'ne' ? { kind: 'not', of: empty } : nothing;
}

function truth(
  reader: TokenReader,
  path: ReadPath,
  resolved: Resolved | undefined,
  operator: Comparison,
  right: Operand & { readonly kind: 'boolean' },
): Condition {
  if (!resolved || !allow(reader, path, resolved, operator)) return nothing;
  const { type, wire } = resolved.column;
  if (type !== 'boolean') {
    reader.note('QUERY_VALUE_INVALID', `${wire}: expected ${expectation(type)}, not ${right.token.text}`, right.token);
  }
  return { kind: 'compare', path: path.steps, operator, value: right.value };
}

function compareConstant(
  reader: TokenReader,
  path: ReadPath,
  resolved: Resolved | undefined,
  operator: Exclude<ConditionOperator, HierarchyOperator>,
  token: Token,
): Condition {
  if (!resolved || !allow(reader, path, resolved, operator)) return nothing;
  return { kind: 'compare', path: path.steps, operator, value: slotOf(reader, resolved, token) };
}

/** Two values as they come, each worked out for the row. */
function compareValues(reader: TokenReader, left: Operand, operator: Comparison, right: Operand): Condition {
  for (const side of [left, right]) {
    if (side.kind !== 'path' || !side.resolved) continue;
    if (!allow(reader, side.path, side.resolved, operator)) return nothing;
    const refused = operator === 'eq' || operator === 'ne' ? undefined : refuseOrder(side.resolved);
    if (refused) reader.note(refused.code, refused.problem, side.token);
  }
  const a = left.kind === 'null' ? undefined : termOf(reader, left);
  if (right.kind === 'null') {
    // Null beside null, or a value beside it.
    const type = a && isScalar(a.type) ? a.type : 'text';
    if (left.kind !== 'null' && !a) return nothing;
    if (operator !== 'eq' && operator !== 'ne') return nothing;
    const empty: Term = { kind: 'constant', type, value: null };
    return { kind: 'compare-terms', left: a?.term ?? empty, operator, right: empty };
  }
  if (!a) return nothing;
  const b = right.kind === 'literal' ? constantBeside(reader, a.type, right.token) : termOf(reader, right);
  if (!b) return nothing;
  const problem = incomparable(a.type, b.type);
  if (problem !== undefined) {
    reader.note(
      'QUERY_VALUE_INVALID',
      `${shown(left)} and ${shown(right)} cannot be compared: ${problem}`,
      right.token,
    );
    return nothing;
  }
  return { kind: 'compare-terms', left: a.term, operator, right: b.term };
}

function incomparable(left: TermType | string, right: TermType | string): string | undefined {
  if (left === right) return undefined;
  const type = commonType([left as TermType, right as TermType]);
  return typeof type === 'object' ? type.problem : undefined;
}

function isScalar(type: string): type is TermType {
  return type !== 'jsonb' && type !== 'integer[]';
}

function shown(operand: Operand): string {
  return operand.kind === 'path'
    ? operand.path.text
    : operand.kind === 'literal'
      ? operand.token.text.slice(0, 40)
      : 'what stands here';
}

/** A constant as its own type where that can be compared with the other side's, else read as that. */
function constantBeside(
  reader: TokenReader,
  type: TermType | string,
  token: Token,
): { readonly term: Term; readonly type: TermType } | undefined {
  const own = typeOfLiteral(token.literal, token.text);
  const isOwn = incomparable(type, own) === undefined;
  const as = isOwn || !isScalar(type) ? own : type;
  const converted = convert(token.literal ?? 'string', token.text, isOwn && isNumber(as) ? 'numeric' : as);
  if ('problem' in converted) {
    reader.note('QUERY_VALUE_INVALID', converted.problem, token);
    return undefined;
  }
  return { term: { kind: 'constant', type: as, value: { slot: token.slot } }, type: as };
}

/** contains, startswith, endswith over two operands. */
export function compareTexts(reader: TokenReader, left: Operand, operator: TextComparison, right: Operand): Condition {
  const [a, b] = [folded(left), folded(right)];
  if (a.kind === 'broken' || b.kind === 'broken') return nothing;
  if (b.kind === 'null' || a.kind === 'null') return nothing;
  if (a.kind === 'path' && b.kind === 'literal') return compareConstant(reader, a.path, a.resolved, operator, b.token);
  if (a.kind === 'path' && a.resolved && !allow(reader, a.path, a.resolved, operator)) return nothing;
  const [x, y] = [termOf(reader, a), termOf(reader, b)];
  if (!x || !y) return nothing;
  for (const [{ type }, { token }] of [
    [x, a],
    [y, b],
  ] as const) {
    if (type !== 'text') reader.note('QUERY_VALUE_INVALID', `${operator} takes two texts`, token);
  }
  return { kind: 'compare-terms', left: x.term, operator, right: y.term };
}

/** One of a list: a lexed one (its constants share a kind), or values one by one. */
export function compareAmong(
  reader: TokenReader,
  scope: FilterScope,
  left: Operand,
  items: readonly Operand[],
): Condition {
  if (left.kind === 'broken') return nothing;
  const of = items.map((item): Condition => {
    if (item.kind !== 'list') return compareOperands(reader, left, 'eq', item);
    const a = folded(left);
    const literal = scope.literals[item.token.slot];
    const texts = Array.isArray(literal?.value) ? (literal.value as readonly string[]) : [];
    if (
      a.kind === 'path' &&
      a.resolved &&
      !texts.some((text) => isFraction(a.resolved, { ...item.token, literal: literal?.item, text }))
    ) {
      if (!allow(reader, a.path, a.resolved, 'in')) return nothing;
      return {
        kind: 'compare',
        path: a.path.steps,
        operator: 'in',
        value: listSlot(reader, scope, a.resolved, item.token),
      };
    }
    const value = termOf(reader, left);
    if (!value) return nothing;
    const own = typeOfLiteral(literal?.item, texts[0] ?? '');
    const type = isScalar(value.type) && !isNumber(value.type) ? value.type : own;
    if (incomparable(value.type, type) !== undefined)
      reader.note('QUERY_VALUE_INVALID', `${shown(left)} and the list cannot be compared`, item.token);
    checkList(reader, texts, literal?.item, isNumber(type) ? 'numeric' : type, '', item.token);
    const right: Term = { kind: 'constant', type, value: { slot: item.token.slot } };
    return { kind: 'compare-terms', left: value.term, operator: 'in', right };
  });
  const [first] = of;
  return first ? (of.length > 1 ? { kind: 'or', of } : first) : nothing;
}

/** `flags has '1,2'`: all of them are chosen. */
export function compareFlags(reader: TokenReader, left: Operand, right: Operand): Condition {
  if (left.kind === 'broken') return nothing;
  if (left.kind !== 'path') return reader.refuse('has asks about a property', 'QUERY_SYNTAX', left.token);
  const { path, resolved, token } = left;
  if (right.kind !== 'literal') return reader.refuse("expected what is chosen: '1,2'", 'QUERY_SYNTAX', right.token);
  if (!resolved) return nothing;
  if (resolved.column.type !== 'integer[]') {
    reader.note('QUERY_OPERATOR_UNKNOWN', `${path.text} holds one value; ask with eq`, token);
    return nothing;
  }
  if (!allow(reader, path, resolved, 'has-all')) return nothing;
  return { kind: 'compare', path: path.steps, operator: 'has-all', value: slotOf(reader, resolved, right.token) };
}

export function allow(
  reader: TokenReader,
  path: ReadPath,
  resolved: Resolved,
  operator: Exclude<ConditionOperator, HierarchyOperator>,
): boolean {
  const refused = refuseOperator(resolved, operator);
  if (refused) reader.note(refused.code, refused.problem, path.token);
  return !refused;
}

/** Checks the constant now, and leaves it to be filled in when the plan runs. */
export function slotOf(reader: TokenReader, resolved: Resolved, token: Token): Value {
  const converted = convert(token.literal ?? 'string', token.text, resolved.column.type);
  if ('problem' in converted)
    reader.note('QUERY_VALUE_INVALID', `${resolved.column.wire}: ${converted.problem}`, token);
  return { slot: token.slot };
}

export function listSlot(reader: TokenReader, scope: FilterScope, resolved: Resolved, token: Token): Value {
  const literal = scope.literals[token.slot];
  const items = Array.isArray(literal?.value) ? (literal.value as readonly string[]) : [];
  checkList(reader, items, literal?.item, resolved.column.type, `${resolved.column.wire}: `, token);
  return { slot: token.slot };
}

function checkList(
  reader: TokenReader,
  items: readonly string[],
  kind: NonNullable<FilterScope['literals'][number]>['item'],
  type: Parameters<typeof convert>[2],
  name: string,
  token: Token,
): void {
  if (items.length > limits.listItems) {
    reader.note('QUERY_TOO_LARGE', `a list of more than ${limits.listItems} values`, token);
  }
  for (const item of items.slice(0, limits.listItems)) {
    const converted = convert(kind ?? 'string', item, type);
    if ('problem' in converted) reader.note('QUERY_VALUE_INVALID', `${name}${converted.problem}`, token);
  }
}
