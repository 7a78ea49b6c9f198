// What stands in a cell of a file → the plain form that cells are compared in, and the value of the field. People type with
// Persian, Arabic or Latin digits and in either calendar: the year tells which.
import {
  CalendarDate,
  CalendarDateTime,
  GregorianCalendar,
  PersianCalendar,
  toCalendar,
  toZoned,
} from '@internationalized/date';
import { digits, plainNumber, type Manner } from './cell.ts';
import type { ExchangeColumn } from './columns.ts';
import type { StoredCell } from './xlsx-read.ts';
import { clockOfSerial } from './xlsx-write.ts';

/** Persian and Arabic digits as Latin ones. */
export function latinDigits(text: string): string {
  return text.replace(/[۰-۹٠-٩]/g, (digit) => {
    const code = digit.charCodeAt(0);
    return String(code - (code >= 0x6f0 ? 0x6f0 : 0x660));
  });
}

/** Letters that mean the same, as search takes them. */
export function foldText(text: string): string {
  return latinDigits(text)
    .replaceAll('ي', 'ی')
    .replaceAll('ك', 'ک')
    .replace(/\u200c|\u200d|\u0640|\u200e|\u200f/g, '')
    .trim()
    .toLowerCase();
}

/** The plain form; text that is none of its kind comes back as it is, to be refused by `valueOf`. */
export function plainOf(cell: StoredCell | undefined, column: ExchangeColumn, epoch: number): string {
  if (!cell) return '';
  const { type, value } = cell;
  switch (column.kind) {
    case 'whole':
    case 'decimal':
      if (column.access.read !== 'full') return value;
      return type === 'number' ? numeric(value) : (readNumber(value) ?? value);
    case 'date':
      return type === 'number'
        ? (serial(value, epoch)?.slice(0, 10) ?? value)
        : (readMoment(value)?.slice(0, 10) ?? value);
    case 'clock':
    case 'instant':
      return type === 'number' ? (serial(value, epoch) ?? value) : (readMoment(value) ?? value);
    default:
      return type === 'number' ? numeric(value) : value.replace(/\r\n?/g, '\n');
  }
}

function numeric(value: string): string {
  const number = Number(value);
  return Number.isFinite(number) ? plainNumber(String(number)) : value;
}

function serial(value: string, epoch: number): string | undefined {
  return clockOfSerial(Number(value) + epoch);
}

/** A number as people write it in English or Persian → plain decimal text. */
export function readNumber(text: string): string | undefined {
  let plain = latinDigits(text.trim())
    .replace(/[\u200e\u200f\u061c\s\u00a0\u202f'’]/g, '')
    .replaceAll('−', '-')
    .replaceAll('٬', '')
    .replaceAll('٫', '.')
    .replace(/[,،]/g, '');
  if (/^\(.*\)$/.test(plain)) plain = `-${plain.slice(1, -1)}`;
  if (/^\d[\d.]*-$/.test(plain)) plain = `-${plain.slice(0, -1)}`;
  if (!/^[-+]?(?:\d+\.?\d*|\.\d+)$/.test(plain) || plain.length > 200) return undefined;
  plain = plain
    .replace(/^\+/, '')
    .replace(/^(-?)0+(?=\d)/, '$1')
    .replace(/^(-?)\./, '$10.');
  return plainNumber(plain);
}

const gregorian = new GregorianCalendar();
const persian = new PersianCalendar();

/** `1405/9/1`, `۱۴۰۵/۰۹/۰۱ ۱۰:۳۰`, `2026-11-22T10:00`, `22.11.2026` → `2026-11-22T10:00:00`; undefined: it is no date. */
export function readMoment(text: string): string | undefined {
  const typed = latinDigits(text.trim()).replace(/[\u200e\u200f\u061c]/g, '');
  const match = /^(\d{1,4})[/.-](\d{1,2})[/.-](\d{1,4})(?:[ T،,]+(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?$/.exec(
    typed,
  );
  if (!match) return undefined;
  const [, a = '', b = '', c = '', hour = '0', minute = '0', second = '0'] = match;
  const yearFirst = a.length === 4;
  if (!yearFirst && c.length !== 4) return undefined;
  const [year, month, day] = [Number(yearFirst ? a : c), Number(b), Number(yearFirst ? c : a)];
  // Nobody keeps records of the years 1600 to 1699 in either calendar.
  const calendar = year >= 1700 ? gregorian : year < 1600 ? persian : undefined;
  if (!calendar || year < 1 || month < 1 || month > 12 || day < 1) return undefined;
  const begin = new CalendarDate(calendar, year, month, 1);
  if (day > calendar.getDaysInMonth(begin)) return undefined;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const date = toCalendar(begin.set({ day }), gregorian);
  const two = (part: string): string => part.padStart(2, '0');
  return `${date.toString()}T${two(hour)}:${two(minute)}:${two(second)}`;
}

export type TypedValue =
  | { readonly value: unknown; readonly exact?: string }
  | { readonly problem: 'number' | 'date' | 'choice' | 'json'; readonly parameters: Readonly<Record<string, string>> };

/** The wire value of a changed cell that is no lookup. `labels`: of the languages that the file may speak. */
export function valueOf(
  plain: string,
  column: ExchangeColumn,
  manner: Manner,
  labels: readonly (readonly [number, string])[],
): TypedValue {
  if (plain === '') return { value: null };
  switch (column.kind) {
    case 'whole':
    case 'decimal':
      return /^-?\d+(?:\.\d+)?$/.test(plain)
        ? { value: Number(plain), exact: plain }
        : { problem: 'number', parameters: {} };
    case 'date':
    case 'clock':
    case 'instant':
      return moment(plain, column, manner);
    case 'choice':
    case 'choices':
      return choice(plain, column, labels);
    case 'json':
      try {
        return { value: JSON.parse(plain) as unknown };
      } catch {
        return { problem: 'json', parameters: {} };
      }
    default:
      return { value: plain };
  }
}

function moment(plain: string, column: ExchangeColumn, { timeZone, language, calendar }: Manner): TypedValue {
  if (column.kind === 'date' && /^\d{4}-\d\d-\d\d$/.test(plain)) return { value: plain };
  const match = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)$/.exec(plain);
  if (!match || column.kind === 'date') {
    const example = digits(calendar === 'persian' ? '1405/09/01' : '2026-11-22', language);
    return { problem: 'date', parameters: { example } };
  }
  if (column.kind === 'clock') return { value: plain };
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  const clock = new CalendarDateTime(gregorian, year, month, day, hour, minute, second);
  return { value: toZoned(clock, timeZone, 'compatible').toDate().toISOString() };
}

const MANY = /\s*[;؛]\s*/;

function choice(plain: string, column: ExchangeColumn, labels: readonly (readonly [number, string])[]): TypedValue {
  const isMany = column.kind === 'choices';
  const values: number[] = [];
  for (const item of isMany ? plain.split(MANY).filter((one) => one !== '') : [plain]) {
    const wanted = foldText(item);
    const found =
      labels.find(([, label]) => foldText(label) === wanted) ??
      labels.find(([value]) => String(value) === wanted) ??
      (column.column.type === 'boolean' && (wanted === 'true' || wanted === 'false')
        ? ([wanted === 'true' ? 1 : 0, ''] as const)
        : undefined);
    if (!found) {
      const options = column.labels.map(([, label]) => label);
      const more = options.length > 12 ? '…' : '';
      return {
        problem: 'choice',
        parameters: { text: item.slice(0, 60), options: options.slice(0, 12).join('، ') + more },
      };
    }
    values.push(found[0]);
  }
  const [only = 0] = values;
  if (column.column.type === 'boolean') return { value: only === 1 };
  return { value: isMany ? values.join(',') : only };
}
