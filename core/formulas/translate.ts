// JSONata → the typed tree of formula.ts, for the part of the language in which SQL gives the same answer. An empty field is
// missing, as JSONata calls it: arithmetic with it is missing, `&` takes it as the empty text, `=` and `!=` with it are false.
import { parseExpression } from '../model/expression.ts';
import type { Entity, Field } from '../model/model.ts';
import { suggest } from '../model/suggest.ts';
import type { ColumnType } from '../sdk/index.ts';
import type { Arithmetic, Comparison, Kind, Node, Read } from './formula.ts';

interface Syntax {
  readonly type?: string;
  readonly value?: unknown;
  readonly lhs?: Syntax;
  readonly rhs?: Syntax;
  readonly expression?: Syntax;
  readonly steps?: readonly Syntax[];
  readonly expressions?: readonly Syntax[];
  readonly arguments?: readonly Syntax[];
  readonly procedure?: Syntax;
  readonly condition?: Syntax;
  readonly then?: Syntax;
  readonly else?: Syntax;
  readonly predicate?: unknown;
  readonly stages?: unknown;
  readonly body?: unknown;
}

export interface Around {
  readonly entities: ReadonlyMap<string, Entity>;
  readonly entity: Entity;
  /** Whether a field of the kind that is worked out can be answered by SQL: found out first. */
  readonly isEvaluated: (field: Field) => boolean;
}

/** SQL has no exact word for it; JavaScript may still answer. */
class Untranslatable extends Error {}
/** The formula is wrong however it is answered. */
class Wrong extends Error {}

export type Translated =
  | { readonly kind: 'translated'; readonly node: Node; readonly reads: readonly Read[] }
  | { readonly kind: 'evaluated'; readonly reason: string; readonly reads: readonly Read[] }
  | { readonly kind: 'wrong'; readonly problem: string };

export function translate(around: Around, text: string): Translated {
  try {
    const syntax = parseExpression(text) as Syntax;
    refuseUnbounded(syntax);
    const reads = readsOf(around, syntax);
    try {
      const node = read(around, syntax);
      return { kind: 'translated', node, reads };
    } catch (error) {
      if (!(error instanceof Untranslatable)) throw error;
      return { kind: 'evaluated', reason: error.message, reads };
    }
  } catch (error) {
    return { kind: 'wrong', problem: error instanceof Error ? error.message : messageOf(error) };
  }
}

function messageOf(error: unknown): string {
  const { message } = error as { readonly message?: unknown };
  return typeof message === 'string' ? message : String(error);
}

const isSyntax = (value: unknown): value is Syntax => typeof value === 'object' && value !== null;

function children(syntax: Syntax): readonly Syntax[] {
  return Object.values(syntax)
    .flatMap((value: unknown) => (Array.isArray(value) ? value.flat(2) : [value]))
    .filter(isSyntax);
}

/** What no limit of time could stop, and what would run text as a program. */
function refuseUnbounded(syntax: Syntax): void {
  if (syntax.type === 'regex')
    throw new Wrong('a pattern (/…/) cannot stand in a formula: nothing bounds how long it searches');
  const called = syntax.type === 'function' || syntax.type === 'partial' ? String(syntax.procedure?.value ?? '') : '';
  if (called === 'eval') throw new Wrong('$eval cannot stand in a formula');
  if (called === 'random' || called === 'shuffle')
    throw new Wrong(`$${called} cannot stand in a formula: it would say something else each time the row is read`);
  if (syntax.type === 'wildcard' || syntax.type === 'descendant' || syntax.type === 'parent')
    throw new Wrong(
      `"${String(syntax.value ?? syntax.type)}" reads whatever there is; name the fields that the formula reads`,
    );
  for (const child of children(syntax)) refuseUnbounded(child);
}

/** Every field read, checked. Names inside of what a name leads to (`json.a.b`, filters, maps) are the value's own. */
function readsOf(around: Around, syntax: Syntax): readonly Read[] {
  const found = new Map<string, Read>();
  const visit = (node: Syntax, moved: boolean): void => {
    if (node.type === 'variable' && (node.value === '' || node.value === '$') && !moved)
      throw new Wrong('"$" is the whole row; name the fields that the formula reads');
    if (node.type === 'path' && node.steps) {
      const [first, ...rest] = node.steps;
      if (first?.type === 'name') {
        if (!moved)
          for (const one of followed(around, node.steps))
            found.set(`${one.steps.join('.')}.${one.entity}.${one.field}`, one);
      } else if (first) visit(first, moved);
      for (const step of rest) for (const child of step.type === 'name' ? children(step) : [step]) visit(child, true);
      for (const part of [first?.predicate, first?.stages].flat(2)) if (isSyntax(part)) visit(part, true);
      return;
    }
    for (const child of children(node)) visit(child, moved);
  };
  visit(syntax, false);
  return [...found.values()];
}

/** The fields at the end of a path, one for each kind of row its lookups may name. */
function followed(around: Around, path: readonly Syntax[]): readonly Read[] {
  const names: string[] = [];
  for (const step of path) {
    if (step.type !== 'name') break;
    names.push(String(step.value));
    if (step.predicate !== undefined || step.stages !== undefined) break;
  }
  return follow(around.entities, around.entity, names, []);
}

function follow(
  entities: Around['entities'],
  entity: Entity,
  names: readonly string[],
  steps: readonly string[],
): readonly Read[] {
  const [name = '', ...rest] = names;
  const field = entity.fields.get(name);
  if (!field) {
    const walk = entity.navigation.get(name);
    if (walk && walk.kind !== 'one')
      throw new Wrong(`"${name}" leads from ${entity.name} to many rows; a rollup counts or sums those`);
    throw new Wrong(`${entity.name} has no field "${name}"${suggest(name, entity.fields.keys())}`);
  }
  if (!field.reference || rest.length === 0) return [{ steps, entity: entity.name, field: name }];
  const targets = targetsOf(entities, field);
  const last = rest[0] ?? '';
  const having = targets.filter((target) => target.fields.has(last));
  if (having.length === 0) {
    const near = suggest(
      last,
      targets.flatMap((target) => [...target.fields.keys()]),
    );
    throw new Wrong(
      `${targets.map(({ name: one }) => one).join(' and ')} (by "${name}") has no field "${last}"${near}`,
    );
  }
  return having.flatMap((target) => follow(entities, target, rest, [...steps, name]));
}

function targetsOf(entities: Around['entities'], field: Field): readonly Entity[] {
  return (field.reference?.targets ?? []).flatMap((name) => entities.get(name) ?? []);
}

const kinds: Partial<Record<ColumnType, Kind>> = {
  text: 'text',
  uuid: 'text',
  integer: 'number',
  bigint: 'number',
  numeric: 'number',
  boolean: 'boolean',
  date: 'date',
  timestamptz: 'instant',
  timestamp: 'local',
};

const words: Readonly<Record<Kind, string>> = {
  text: 'a text',
  number: 'a number',
  boolean: 'yes or no',
  date: 'a date',
  instant: 'a point in time',
  local: 'a date and time',
};

export function kindOf(type: ColumnType): Kind | undefined {
  return kinds[type];
}

export function wordsFor(kind: Kind): string {
  return words[kind];
}

const isText = (kind: Kind): boolean => kind !== 'number' && kind !== 'boolean';

function read(around: Around, syntax: Syntax): Node {
  switch (syntax.type) {
    case 'string':
      return { op: 'constant', kind: 'text', value: String(syntax.value) };
    case 'number':
      return { op: 'constant', kind: 'number', value: Number(syntax.value) };
    case 'value':
      if (typeof syntax.value === 'boolean') return { op: 'constant', kind: 'boolean', value: syntax.value };
      throw new Wrong('an empty field is not null but missing: ask $exists(field) or $not($exists(field))');
    case 'block':
      if (syntax.expressions?.length === 1 && syntax.expressions[0]) return read(around, syntax.expressions[0]);
      throw new Untranslatable('steps in ( … ; … )');
    case 'path':
      return readPath(around, syntax);
    case 'unary':
      if (syntax.value !== '-' || !syntax.expression) throw new Untranslatable('lists and objects');
      return call('negate', 'number', [numeric(read(around, syntax.expression), '-')]);
    case 'binary':
      return readBinary(around, syntax);
    case 'condition':
      return readCondition(around, syntax);
    case 'function':
      return readCall(around, syntax);
    case 'apply':
      if (syntax.lhs && syntax.rhs?.type === 'function')
        return readCall(around, { ...syntax.rhs, arguments: [syntax.lhs, ...(syntax.rhs.arguments ?? [])] });
      if (syntax.lhs && syntax.rhs?.type === 'variable')
        return readCall(around, { type: 'function', procedure: syntax.rhs, arguments: [syntax.lhs] });
      throw new Untranslatable('~>');
    default:
      throw new Untranslatable(`"${String(syntax.value ?? syntax.type)}"`);
  }
}

function call(name: string, kind: Kind, of: readonly Node[]): Node {
  return { op: 'call', name, kind, of };
}

function readPath(around: Around, syntax: Syntax): Node {
  const steps = syntax.steps ?? [];
  const isPlain = steps.every(
    (step) => step.type === 'name' && step.predicate === undefined && step.stages === undefined,
  );
  if (!isPlain) throw new Untranslatable('paths with filters or calculations in them');
  return walk(
    around,
    around.entity,
    steps.map((step) => String(step.value)),
  );
}

function walk(around: Around, entity: Entity, names: readonly string[]): Node {
  const [name = '', ...rest] = names;
  const field = entity.fields.get(name);
  const column = field?.columns[0];
  if (!field || !column) throw new Untranslatable(`${entity.name}.${name}`);
  if (rest.length === 0) {
    const kind = kindOf(column.type);
    if (kind === undefined || field.type.blob) throw new Untranslatable(`${name} (${field.type.name})`);
    if (around.isEvaluated(field)) throw new Untranslatable(`${name}, which is worked out on read`);
    return { op: 'field', kind, name, raw: column.type };
  }
  if (!field.reference) throw new Untranslatable(`a path inside of ${name}`);
  const ends = targetsOf(around.entities, field)
    .filter((target) => target.fields.has(rest[0] ?? ''))
    .map((target) => ({ target: target.name, of: walk(around, target, rest) }));
  const [first] = ends;
  if (!first) throw new Untranslatable(`${entity.name}.${name}`);
  if (ends.some((end) => end.of.kind !== first.of.kind))
    throw new Untranslatable(`${names.join('.')}, which is now ${words[first.of.kind]} and now something else`);
  return { op: 'through', kind: first.of.kind, lookup: name, ends };
}

const comparisons: ReadonlySet<unknown> = new Set<Comparison>(['=', '!=', '<', '<=', '>', '>=']);
const arithmetics: ReadonlySet<unknown> = new Set<Arithmetic>(['+', '-', '*', '/', '%']);

function readBinary(around: Around, { value, lhs, rhs }: Syntax): Node {
  if (!lhs || !rhs) throw new Untranslatable(`"${String(value)}"`);
  if (value === 'in') return readIn(around, lhs, rhs);
  const [left, right] = [read(around, lhs), read(around, rhs)];
  if (arithmetics.has(value)) {
    const sign = value as Arithmetic;
    return { op: 'arithmetic', kind: 'number', sign, of: [numeric(left, sign), numeric(right, sign)] };
  }
  if (value === '&') return call('concat', 'text', [left, right]);
  if (value === 'and' || value === 'or') return { op: value, kind: 'boolean', of: [left, right] };
  if (comparisons.has(value)) return compare(value as Comparison, left, right);
  throw new Untranslatable(`"${String(value)}"`);
}

function compare(sign: Comparison, left: Node, right: Node): Node {
  const isOrder = sign !== '=' && sign !== '!=';
  const alike = left.kind === right.kind || (isText(left.kind) && isText(right.kind));
  if (!alike) throw new Wrong(`"${sign}" compares ${words[left.kind]} with ${words[right.kind]}`);
  if (isOrder && left.kind === 'boolean') throw new Wrong(`yes and no have no order for "${sign}"`);
  return { op: 'compare', kind: 'boolean', sign, of: [left, right] };
}

function readIn(around: Around, lhs: Syntax, rhs: Syntax): Node {
  const left = read(around, lhs);
  const list = rhs.type === 'unary' && rhs.value === '[' ? (rhs.expressions ?? []) : [rhs];
  const none: Node = { op: 'constant', kind: 'boolean', value: false };
  return list
    .map((item) => compare('=', left, read(around, item)))
    .reduce((all: Node, one) => ({ op: 'or', kind: 'boolean', of: [all, one] }), none);
}

function numeric(node: Node, sign: string): Node {
  if (node.kind !== 'number') throw new Wrong(`"${sign}" calculates with numbers, not with ${words[node.kind]}`);
  return node;
}

function readCondition(around: Around, syntax: Syntax): Node {
  if (!syntax.condition || !syntax.then) throw new Untranslatable('this condition');
  const condition = read(around, syntax.condition);
  const then = read(around, syntax.then);
  const otherwise: Node = syntax.else ? read(around, syntax.else) : { op: 'missing', kind: then.kind };
  if (then.kind !== otherwise.kind)
    throw new Untranslatable(`a condition that gives ${words[then.kind]} or ${words[otherwise.kind]}`);
  return { op: 'if', kind: then.kind, of: [condition, then, otherwise] };
}

/** Functions of a value of one kind, which give nothing for nothing. */
const plain: Readonly<Record<string, readonly [Kind, Kind]>> = {
  length: ['text', 'number'],
  uppercase: ['text', 'text'],
  lowercase: ['text', 'text'],
  trim: ['text', 'text'],
  abs: ['number', 'number'],
  floor: ['number', 'number'],
  ceil: ['number', 'number'],
};

function readCall(around: Around, syntax: Syntax): Node {
  const name = String(syntax.procedure?.value ?? '');
  if (syntax.procedure?.type !== 'variable') throw new Untranslatable('a function of its own');
  const given = syntax.arguments ?? [];
  const [first, second, third] = given;
  const one = plain[name];
  if (one && first && given.length === 1) return call(name, one[1], [wanted(name, read(around, first), one[0])]);
  switch (name) {
    case 'now':
    case 'millis':
    case 'today':
      if (given.length === 0) return call(name, name === 'now' ? 'instant' : name === 'today' ? 'date' : 'number', []);
      break;
    case 'string':
      if (first && given.length === 1) return call('string', 'text', [read(around, first)]);
      break;
    case 'number':
      if (first && given.length === 1) {
        const of = read(around, first);
        if (of.kind === 'number') return of;
      }
      break;
    case 'boolean':
    case 'not':
      if (first && given.length === 1) return call(name, 'boolean', [read(around, first)]);
      break;
    case 'exists':
      if (first && given.length === 1) return call('exists', 'boolean', [read(around, first)]);
      break;
    case 'toMillis':
      if (first && given.length === 1) {
        const of = read(around, first);
        if (of.kind === 'date' || of.kind === 'instant') return call('toMillis', 'number', [of]);
      }
      break;
    case 'days':
      if (first && second && given.length === 2) {
        const of = [read(around, first), read(around, second)];
        if (of.some(({ kind }) => kind !== 'date' && kind !== 'instant'))
          throw new Wrong('$days(from, to) counts the days between two dates');
        return call('days', 'number', of);
      }
      throw new Wrong('$days(from, to) takes two dates');
    case 'round':
      if (first && given.length <= 2) {
        const digits = second === undefined ? 0 : constantNumber(second);
        if (digits !== undefined && Number.isInteger(digits) && Math.abs(digits) <= 15)
          return call('round', 'number', [wanted(name, read(around, first), 'number'), number(digits)]);
      }
      break;
    case 'substring':
      if (first && second && given.length <= 3) {
        const at = [second, ...(third ? [third] : [])].map(constantNumber);
        if (at.every((place) => place !== undefined && Number.isInteger(place) && Math.abs(place) < 1_000_000))
          return call(name, 'text', [
            wanted(name, read(around, first), 'text'),
            ...at.map((place) => number(place ?? 0)),
          ]);
      }
      break;
    case 'substringBefore':
    case 'substringAfter':
    case 'contains':
      if (first && second?.type === 'string' && second.value !== '' && given.length === 2)
        return call(name, name === 'contains' ? 'boolean' : 'text', [
          wanted(name, read(around, first), 'text'),
          read(around, second),
        ]);
      break;
    case 'replace':
      if (first && second?.type === 'string' && second.value !== '' && third?.type === 'string' && given.length === 3)
        return call(name, 'text', [
          wanted(name, read(around, first), 'text'),
          read(around, second),
          read(around, third),
        ]);
      break;
    case 'sum':
    case 'max':
    case 'min':
    case 'average':
    case 'count':
    case 'join':
      return readOverList(around, name, given);
    default:
  }
  throw new Untranslatable(`$${name}`);
}

/** Functions of a list written out: `$max([a, b])`. */
function readOverList(around: Around, name: string, given: readonly Syntax[]): Node {
  const [list, separator] = given;
  const isList = list?.type === 'unary' && list.value === '[' && (list.expressions ?? []).length > 0;
  // A list in a list would be flattened, a range is many.
  const items = isList ? (list.expressions ?? []).filter((item) => item.type !== 'unary' || item.value === '-') : [];
  if (!isList || items.length !== list.expressions?.length)
    throw new Untranslatable(`$${name} of a list that is not written out`);
  const of = items.map((item) => read(around, item));
  if (name === 'count' && given.length === 1) return call('count', 'number', of);
  if (name === 'join') {
    if (given.length > 2 || (separator && separator.type !== 'string'))
      throw new Untranslatable('$join with this separator');
    const between: Node = { op: 'constant', kind: 'text', value: separator ? String(separator.value) : '' };
    return call('join', 'text', [between, ...of.map((one) => wanted(name, one, 'text'))]);
  }
  if (given.length !== 1) throw new Untranslatable(`$${name}`);
  return call(
    name,
    'number',
    of.map((one) => wanted(name, one, 'number')),
  );
}

function wanted(name: string, node: Node, kind: Kind): Node {
  if (node.kind === kind || (kind === 'text' && isText(node.kind))) return node;
  throw new Wrong(`$${name} takes ${words[kind]}, not ${words[node.kind]}`);
}

function number(value: number): Node {
  return { op: 'constant', kind: 'number', value };
}

function constantNumber(syntax: Syntax): number | undefined {
  if (syntax.type === 'number') return Number(syntax.value);
  if (syntax.type === 'unary' && syntax.value === '-' && syntax.expression?.type === 'number')
    return -Number(syntax.expression.value);
  return undefined;
}
