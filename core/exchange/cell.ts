// A row of an answer → its cells: what is compared (`plain`: the same whatever writes the file), what a spreadsheet stores, and
// what is shown in text. Digits, calendar and zone are those of the one who exports.
import { CalendarDate, GregorianCalendar, parseAbsolute, PersianCalendar, toCalendar } from '@internationalized/date';
import type { ExchangeColumn } from './columns.ts';

/** How a file was written; a file says it of itself, so that it is read the same way. */
export interface Manner {
  readonly language: string;
  readonly calendar: 'gregory' | 'persian';
  readonly timeZone: string;
  /** Values as the API has them: numbers of choices, ids of lookups. */
  readonly raw: boolean;
}

export interface Cell {
  /** '' = empty. A number as its shortest decimal text, a date `2026-11-22`, a time `2026-11-22T10:00:00` on its clock. */
  readonly plain: string;
  readonly kind: 'text' | 'number' | 'date' | 'moment';
  /** Decimals of a number. */
  readonly decimals?: number;
  /** Sign of the amount's currency. */
  readonly currency?: string | undefined;
  /** The whole text did not fit. */
  readonly cut?: boolean;
}

export const EMPTY: Cell = { plain: '', kind: 'text' };
/** Letters of one cell, as spreadsheets have it. */
export const MOST_LETTERS = 32_767;
const FORMATTED = '@OData.Community.Display.V1.FormattedValue';

export type AnswerRow = Readonly<Record<string, unknown>>;

function isRow(value: unknown): value is AnswerRow {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function rowOf(row: AnswerRow, column: ExchangeColumn): AnswerRow | undefined {
  if (column.via.length === 0) return row;
  for (const way of column.via) {
    const far = row[way];
    if (isRow(far)) return far;
  }
  return undefined;
}

/** `exact`: the source texts of the row's numbers that a double would round. */
export function cellOf(
  row: AnswerRow,
  column: ExchangeColumn,
  manner: Manner,
  exact: Readonly<Record<string, string>>,
): Cell {
  const owner = rowOf(row, column);
  const { wire } = column.column;
  const value = owner?.[wire] ?? null;
  if (owner === undefined || value === null) return EMPTY;
  const label = owner[wire + FORMATTED];
  switch (column.kind) {
    case 'choice':
    case 'choices':
      return text(manner.raw ? String(value) : typeof label === 'string' ? label : String(value));
    case 'lookup':
      // A row that the caller may not read has no name, only its id.
      return text(!manner.raw && typeof label === 'string' ? label : String(value));
    case 'file':
      return text(typeof label === 'string' ? label : '');
    case 'whole':
    case 'decimal': {
      if (column.access.read !== 'full') return text(String(value));
      const plain = owner === row ? (exact[wire] ?? String(value)) : String(value);
      const decimals = column.kind === 'whole' ? 0 : column.decimals;
      return { plain: plainNumber(plain), kind: 'number', decimals, currency: symbolOf(row, column) };
    }
    case 'date':
      return moment(String(value), 'date');
    case 'clock':
      return moment(String(value).slice(0, 19), 'moment');
    case 'instant':
      return moment(wallClock(String(value), manner.timeZone), 'moment');
    case 'json':
      return text(JSON.stringify(value));
    default:
      return text(String(value));
  }
}

function symbolOf(row: AnswerRow, { currency }: ExchangeColumn): string | undefined {
  const far = currency === undefined ? undefined : row[currency];
  if (!isRow(far)) return undefined;
  const symbol = far['currencysymbol'] ?? far['isocurrencycode'];
  return typeof symbol === 'string' && symbol !== '' ? symbol : undefined;
}

/** Line ends are one character, as spreadsheets keep them; what is too long for a cell is cut. */
function text(value: string): Cell {
  const plain = value.includes('\r') ? value.replace(/\r\n?/g, '\n') : value;
  if (plain.length <= MOST_LETTERS) return { plain, kind: 'text' };
  return { plain: `${plain.slice(0, MOST_LETTERS - 1)}…`, kind: 'text', cut: true };
}

/** Years that spreadsheets cannot count stay text. */
function moment(plain: string, kind: 'date' | 'moment'): Cell {
  return { plain, kind: plain < '1900-03-01' || plain.length > 19 ? 'text' : kind };
}

/** `1.50` → `1.5`, `1e21` in full. */
export function plainNumber(value: string): string {
  let plain = value;
  if (/e/i.test(plain)) {
    const number = Number(plain);
    plain = Number.isInteger(number) ? BigInt(number).toString() : number.toFixed(20);
  }
  if (plain.includes('.')) plain = plain.replace(/0+$/, '').replace(/\.$/, '');
  return plain === '-0' || plain === '' ? '0' : plain;
}

/** An instant on the clock of a zone, to the second. */
export function wallClock(instant: string, timeZone: string): string {
  try {
    const local = parseAbsolute(instant, timeZone);
    return local.toString().slice(0, 19);
  } catch {
    return instant.slice(0, 19);
  }
}

const persian = new PersianCalendar();
const gregorian = new GregorianCalendar();
const two = (value: number): string => String(value).padStart(2, '0');

/** As people of that language read it: what stands in a CSV file, and beside a stale value. */
export function shown(cell: Cell, manner: Manner): string {
  if (cell.plain === '' || manner.raw) return cell.plain;
  switch (cell.kind) {
    case 'number':
      return numberText(cell, manner.language);
    case 'date':
      return digits(dateText(cell.plain, manner.calendar), manner.language);
    case 'moment':
      return digits(`${dateText(cell.plain.slice(0, 10), manner.calendar)} ${timeText(cell.plain)}`, manner.language);
    default:
      return cell.plain;
  }
}

function timeText(plain: string): string {
  return plain.endsWith(':00') ? plain.slice(11, 16) : plain.slice(11);
}

function dateText(iso: string, calendar: Manner['calendar']): string {
  if (calendar === 'gregory') return iso;
  const [year = 0, month = 0, day = 0] = iso.split('-').map(Number);
  const date = toCalendar(new CalendarDate(gregorian, year, month, day), persian);
  return `${String(date.year).padStart(4, '0')}/${two(date.month)}/${two(date.day)}`;
}

export function digits(value: string, language: string): string {
  if (language.split('-')[0] !== 'fa') return value;
  return value.replace(/\d/g, (digit) => String.fromCharCode(0x6f0 + Number(digit)));
}

const formats = new Map<string, Intl.NumberFormat>();

function numberText({ plain, decimals = 0 }: Cell, language: string): string {
  const stored = plain.split('.')[1]?.length ?? 0;
  const fraction = Math.max(decimals, stored);
  const key = `${language} ${fraction} ${decimals}`;
  let format = formats.get(key);
  if (!format) {
    const tag = language === 'fa' ? 'fa-IR' : language;
    format = new Intl.NumberFormat(tag, {
      minimumFractionDigits: Math.min(decimals, 20),
      maximumFractionDigits: Math.min(fraction, 100),
    });
    if (formats.size > 200) formats.clear();
    formats.set(key, format);
  }
  // A decimal text is formatted digit by digit, however long.
  return format.format(plain as unknown as number);
}

/** A short mark of what a cell held: another value has the same mark once in seventy thousand million times. */
export function markOf(plain: string): string {
  let high = 0x811c9dc5;
  let low = 0x41c6ce57;
  for (let index = 0; index < plain.length; index += 1) {
    const code = plain.charCodeAt(index);
    high = Math.imul(high ^ code, 0x01000193);
    low = Math.imul(low ^ code, 0x5bd1e995);
    low ^= low >>> 15;
  }
  high = Math.imul(high ^ (high >>> 16), 0x85ebca6b) ^ low;
  let mark = '';
  for (let step = 0; step < 3; step += 1) mark += SIGNS[(high >>> (step * 6)) & 63] ?? '';
  for (let step = 0; step < 3; step += 1) mark += SIGNS[(low >>> (step * 6 + 7)) & 63] ?? '';
  return mark;
}

const SIGNS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
export const MARK_LENGTH = 6;

/** What the hidden columns are called; the third's heading goes on with how the file was written. */
export const KEY_HEADERS = ['(id)', '(version)', '(check)'] as const;

export interface FileNote extends Manner {
  readonly entity: string;
  /** Ids of the columns with their headings, in the order of the marks. */
  readonly columns: readonly (readonly [id: string, header: string])[];
}

export function writeNote(note: FileNote): string {
  return `${KEY_HEADERS[2]} ${Buffer.from(JSON.stringify(note)).toString('base64url')}`;
}

/** Undefined: it is none of ours. */
export function readNote(header: string): FileNote | undefined {
  if (!header.startsWith(`${KEY_HEADERS[2]} `)) return undefined;
  try {
    const note = JSON.parse(Buffer.from(header.slice(KEY_HEADERS[2].length + 1), 'base64url').toString()) as FileNote;
    const isPair = (one: unknown): boolean =>
      Array.isArray(one) && typeof one[0] === 'string' && typeof one[1] === 'string';
    const sound =
      typeof note.entity === 'string' &&
      Array.isArray(note.columns) &&
      note.columns.length <= 1_000 &&
      note.columns.every(isPair) &&
      (note.calendar === 'gregory' || note.calendar === 'persian') &&
      typeof note.language === 'string' &&
      /^[\w-]{2,35}$/.test(note.language) &&
      typeof note.timeZone === 'string' &&
      isZone(note.timeZone);
    return sound ? { ...note, raw: (note.raw as unknown) === true } : undefined;
  } catch {
    return undefined;
  }
}

function isZone(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}
