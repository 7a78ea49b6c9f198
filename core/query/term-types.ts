// What the functions of terms take and give. Readers ask before they make a call, the compiler relies on it.
import type { ValueType } from './literal.ts';
import type { TermFunction, TermType } from './tree.ts';

/** `number` takes any number, and gives a whole one (bigint) where all numbers taken are whole. */
type Taken = TermType | 'number';

interface Signature {
  readonly takes: readonly Taken[];
  /** Of `takes` so many may be left out at the end. */
  readonly optional?: number;
  readonly gives: Taken;
}

const sign = (gives: Taken, ...takes: readonly Taken[]): Signature => ({ takes, gives });

const moments: readonly TermType[] = ['date', 'timestamptz', 'timestamp'];
const clocks: readonly TermType[] = ['timestamptz', 'timestamp', 'time'];
const shift = (['date', 'timestamptz', 'timestamp', 'duration'] as const).map((type) => sign(type, type, 'duration'));
const distance = moments.map((type) => sign('duration', type, type));
const ofMoment = moments.map((type) => sign('bigint', type));
const ofClock = clocks.map((type) => sign('bigint', type));
const ofText = [sign('text', 'text')];
const arithmetic = sign('number', 'number', 'number');

/** `if` and `coalesce` give what their arguments are, and stand in `resultOf` itself. */
const signatures: Readonly<Record<Exclude<TermFunction, 'if' | 'coalesce'>, readonly Signature[]>> = {
  add: [arithmetic, ...shift],
  sub: [arithmetic, ...shift, ...distance],
  mul: [arithmetic, sign('duration', 'duration', 'number')],
  div: [arithmetic, sign('duration', 'duration', 'number')],
  divby: [sign('numeric', 'number', 'number'), sign('duration', 'duration', 'number')],
  mod: [arithmetic],
  negate: [sign('number', 'number'), sign('duration', 'duration')],
  abs: [sign('number', 'number'), sign('duration', 'duration')],
  // The second number says how many decimals stay.
  round: [{ takes: ['number', 'number'], optional: 1, gives: 'numeric' }],
  floor: [sign('bigint', 'number')],
  ceiling: [sign('bigint', 'number')],
  concat: [sign('text', 'text', 'text')],
  length: [sign('bigint', 'text')],
  indexof: [sign('bigint', 'text', 'text')],
  substring: [{ takes: ['text', 'number', 'number'], optional: 1, gives: 'text' }],
  tolower: ofText,
  toupper: ofText,
  trim: ofText,
  matchespattern: [sign('boolean', 'text', 'text')],
  year: ofMoment,
  month: ofMoment,
  day: ofMoment,
  hour: ofClock,
  minute: ofClock,
  second: ofClock,
  fractionalseconds: clocks.map((type) => sign('numeric', type)),
  date: moments.map((type) => sign('date', type)),
  time: clocks.map((type) => sign('time', type)),
  totaloffsetminutes: [sign('bigint', 'timestamptz')],
  totalseconds: [sign('numeric', 'duration')],
  now: [sign('timestamptz')],
  mindatetime: [sign('timestamptz')],
  maxdatetime: [sign('timestamptz')],
};

export type TermProblem = { readonly problem: string };

/** The type of a call's value, or why it has none. */
export function resultOf(name: TermFunction, of: readonly ValueType[]): TermType | TermProblem {
  if (name === 'if') {
    if (of.length !== 3 || of[0] !== 'boolean') return { problem: 'if takes a condition and two values' };
    return commonType(of.slice(1));
  }
  if (name === 'coalesce') return of.length > 0 ? commonType(of) : { problem: 'coalesce takes values' };
  const known = signatures[name];
  const found = known.find(({ takes, optional = 0 }) => {
    const isCounted = of.length <= takes.length && of.length >= takes.length - optional;
    return isCounted && of.every((type, index) => fits(type, takes[index]));
  });
  if (!found) return { problem: `${name} takes ${known.map(said).join(', or ')}, not ${list(of)}` };
  if (found.gives !== 'number') return found.gives;
  return of.every((type) => !isNumber(type) || isWhole(type)) ? 'bigint' : 'numeric';
}

/** The one type that all of them can be seen as. */
export function commonType(of: readonly ValueType[]): TermType | TermProblem {
  const [first] = of;
  if (first === undefined || first === 'jsonb' || first === 'integer[]')
    return { problem: `${first} is no single value` };
  if (of.every((type) => type === first)) return first;
  if (of.every(isNumber)) return of.every(isWhole) ? 'bigint' : 'numeric';
  // A day is its midnight.
  if (of.every((type) => moments.some((moment) => moment === type))) {
    return of.includes('timestamptz') ? 'timestamptz' : 'timestamp';
  }
  return { problem: `${list(of)} are of different types` };
}

/** What a value of a type can be cast to; what cannot be read as the other type becomes null. */
const casts: Readonly<Record<TermType, readonly TermType[]>> = {
  text: ['integer', 'bigint', 'numeric', 'boolean', 'date', 'timestamptz', 'timestamp', 'uuid'],
  integer: ['text', 'bigint', 'numeric'],
  bigint: ['text', 'integer', 'numeric'],
  numeric: ['text', 'integer', 'bigint'],
  boolean: ['text', 'integer', 'bigint', 'numeric'],
  date: ['text', 'timestamptz', 'timestamp'],
  time: ['text'],
  timestamptz: ['text', 'date', 'time', 'timestamp'],
  timestamp: ['text', 'date', 'time', 'timestamptz'],
  uuid: ['text'],
  duration: ['text'],
};

export function canCast(from: ValueType, to: TermType): boolean {
  return from === to || (from !== 'jsonb' && from !== 'integer[]' && casts[from].includes(to));
}

export function isNumber(type: ValueType): boolean {
  return type === 'integer' || type === 'bigint' || type === 'numeric';
}

function isWhole(type: ValueType): boolean {
  return type === 'integer' || type === 'bigint';
}

function fits(type: ValueType, taken: Taken | undefined): boolean {
  return taken === 'number' ? isNumber(type) : type === taken;
}

const spoken: Partial<Record<ValueType, string>> = {
  timestamptz: 'an instant',
  timestamp: 'a date and time',
  date: 'a date',
  time: 'a time of day',
  duration: 'a duration',
  boolean: 'yes/no',
  uuid: 'an id',
  numeric: 'a number',
  integer: 'a whole number',
  bigint: 'a whole number',
  jsonb: 'a list or document',
  'integer[]': 'several choices',
};

function list(types: readonly (ValueType | 'number')[]): string {
  if (types.length === 0) return 'nothing';
  return types.map((type) => (type === 'number' ? 'a number' : (spoken[type] ?? type))).join(' and ');
}

function said({ takes, optional = 0 }: Signature): string {
  if (optional === 0) return list(takes);
  return `${list(takes.slice(0, -optional))} (and ${list(takes.slice(-optional))})`;
}
