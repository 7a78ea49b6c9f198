// Constants of a request's text, kept apart from its shape, and how one becomes a parameter of a column's storage class.
import type { ColumnType } from '../sdk/index.ts';
import type { TermType } from './tree.ts';

/** What a constant may be converted to. */
export type ValueType = ColumnType | TermType;

export type LiteralKind = 'string' | 'number' | 'guid' | 'date' | 'datetime' | 'time' | 'duration' | 'list';

export interface Literal {
  readonly kind: LiteralKind;
  /** The text without quotes; a list's items. */
  readonly value: string | readonly string[];
  /** Of a list: the kind its items share. */
  readonly item: Exclude<LiteralKind, 'list'> | undefined;
  /** Query option it stands in and its place there (characters from 0), for messages. */
  readonly option: string;
  readonly at: number;
}

export type Converted = { readonly value: string | number } | { readonly problem: string };

const integer = /^-?\d+$/;
const decimal = /^-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const uuid = /^\{?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\}?$/i;
const day = /^(\d{4})-(\d\d)-(\d\d)$/;
const instant = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+\- ]\d\d:\d\d)?)?$/i;

const clock = /^(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,12}))?)?$/;
const period = /^([+-]?)P(?:(\d{1,9})D)?(T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})(?:\.(\d{1,12}))?S)?)?$/i;

/** What a value of each storage class looks like, for messages. */
const example: Readonly<Record<ValueType, string>> = {
  text: "text in quotes: 'Contoso'",
  integer: 'a whole number: 42',
  bigint: 'a whole number: 42',
  numeric: 'a number: 12.50',
  boolean: 'true or false',
  date: 'a date: 2026-11-22',
  timestamptz: 'an instant: 2026-11-22T10:00:00Z',
  timestamp: 'a date and time: 2026-11-22T10:00:00',
  uuid: 'an id: 00000000-0000-0000-0000-000000000000',
  time: 'a time of day: 10:30:00',
  duration: "a duration: duration'P1DT2H'",
  jsonb: 'null',
  'integer[]': "numbers in quotes: '1,2'",
};

/** One literal (or one item of a list) as the parameter of a column; numbers stay text, so that nothing is rounded. */
export function convert(kind: LiteralKind, text: string, type: ValueType): Converted {
  const value = parameterOf(kind, text, type);
  return value === undefined ? { problem: `expected ${example[type]}, not ${shown(kind, text)}` } : { value };
}

export function expectation(type: ValueType): string {
  return example[type];
}

function shown(kind: LiteralKind, text: string): string {
  const short = text.length > 60 ? `${text.slice(0, 60)}…` : text;
  return kind === 'string' ? `'${short}'` : short;
}

function parameterOf(kind: LiteralKind, text: string, type: ValueType): string | undefined {
  switch (type) {
    case 'text':
      return kind === 'string' && !text.includes('\0') ? text : undefined;
    case 'integer':
      return kind === 'number' && integer.test(text) && within(text, 2n ** 31n) ? text : undefined;
    case 'bigint':
      return kind === 'number' && integer.test(text) && within(text, 2n ** 63n) ? text : undefined;
    case 'numeric':
      return kind === 'number' && decimal.test(text) && Math.abs(exponentOf(text)) <= 400 ? text : undefined;
    case 'uuid':
      return kind === 'guid' || kind === 'string' ? uuid.exec(text)?.[1]?.toLowerCase() : undefined;
    case 'date':
      return kind === 'number' ? undefined : dayOf(text);
    case 'timestamptz':
      return kind === 'number' ? undefined : instantOf(text, true);
    case 'timestamp':
      return kind === 'number' ? undefined : instantOf(text, false);
    case 'integer[]':
      return kind === 'number' || kind === 'string' ? integersOf(text) : undefined;
    case 'time':
      return kind === 'time' || kind === 'string' ? timeOf(text) : undefined;
    case 'duration':
      return kind === 'duration' || kind === 'string' ? secondsOf(text) : undefined;
    case 'boolean':
    case 'jsonb':
      return undefined;
  }
}

/** One sign more on the negative side is not worth a second bound: the lowest integer is refused. */
function within(text: string, bound: bigint): boolean {
  if (text.length > 20) return false;
  const value = BigInt(text);
  return value < bound && value > -bound;
}

function exponentOf(text: string): number {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e');
  return mantissa.length > 200 ? 1000 : Number(exponent);
}

function isDay(text: string): boolean {
  const match = day.exec(text);
  if (!match) return false;
  const [year, month, date] = [Number(match[1]), Number(match[2]), Number(match[3])];
  if (year < 1 || month < 1 || month > 12 || date < 1) return false;
  return date <= new Date(Date.UTC(year < 100 ? year + 400 : year, month, 0)).getUTCDate();
}

function dayOf(text: string): string | undefined {
  const start = instant.exec(text)?.[1];
  return start !== undefined && isDay(start) ? start : undefined;
}

/** A day alone is its midnight (UTC for instants, as the Dataverse Web API reads it). */
function instantOf(text: string, zoned: boolean): string | undefined {
  const match = instant.exec(text);
  const [, date = '', hour = '00', minute = '00', second = '00', fraction, zone = 'Z'] = match ?? [];
  if (!match || !isDay(date) || hour > '23' || minute > '59' || second > '59') return undefined;
  // Form decoding turns the + of an unescaped offset into a space.
  const offset = zone.toUpperCase() === 'Z' ? 'Z' : zone.replace(' ', '+');
  if (offset !== 'Z' && (offset.slice(1, 3) > '14' || offset.slice(4) > '59')) return undefined;
  const time = `${date}T${hour}:${minute}:${second}${fraction === undefined ? '' : `.${fraction.slice(0, 6)}`}`;
  return zoned ? `${time}${offset}` : time;
}

function timeOf(text: string): string | undefined {
  const [, hour = '', minute = '', second = '00', fraction] = clock.exec(text) ?? [];
  if (hour === '' || hour > '23' || minute > '59' || second > '59') return undefined;
  return `${hour}:${minute}:${second}${fraction === undefined ? '' : `.${fraction.slice(0, 6)}`}`;
}

/** Exact seconds of `P1DT2H30M5.5S`, as text. Months and years have no fixed length, so OData's durations know none. */
function secondsOf(text: string): string | undefined {
  const match = period.exec(text);
  const [, sign = '', days = '0', time, hours = '0', minutes = '0', seconds = '0', fraction = ''] = match ?? [];
  // Something has to follow the P, and the T.
  if (!match || text.length > 60 || !/[dhms]$/i.test(text) || (time !== undefined && time.length < 2)) return undefined;
  const whole = BigInt(days) * 86_400n + BigInt(hours) * 3600n + BigInt(minutes) * 60n + BigInt(seconds);
  return `${sign === '-' ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction.slice(0, 6)}`}`;
}

function integersOf(text: string): string | undefined {
  const items = text.split(',').map((item) => item.trim());
  return items.every((item) => integer.test(item) && within(item, 2n ** 31n)) ? `{${items.join(',')}}` : undefined;
}

/** The Postgres text form of an array of texts. */
export function arrayText(items: readonly (string | number)[]): string {
  return `{${items.map((item) => `"${String(item).replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`).join(',')}}`;
}
