// Turns a cell's text into a field's wire value as the map says. What the field stores decides what is needed: a date needs
// a format, an instant a zone. Lookups are resolved elsewhere: here they stay text.
import type { Field } from '../../../core/model/model.ts';
import type { Source } from '../../../metadata/schemas/import.gen.ts';
import { multiply, readDecimal } from './decimal.ts';
import { dateReader, isoDate, isoInstant, isoWallTime, patternProblem } from './read-date.ts';

/** A value, or why the text is none. `exact` is the source text of a number for the exact path. */
export type Converted =
  { readonly value: unknown; readonly exact?: string } | { readonly skip: true } | { readonly problem: string };

export type Converter = (text: string) => Converted;

const dates = new Set(['date', 'timestamp', 'timestamptz']);

/** What in the map makes this field unreadable, before any row is looked at. */
export function sourceProblems(field: Field, source: Source): readonly string[] {
  const problems: string[] = [];
  const type = field.columns[0]?.type;
  const fromText = source.value === undefined;
  if (field.reference) {
    if (fromText && !source.lookup) problems.push('a lookup needs `lookup`: which entity, found by which field');
  } else if (source.lookup) {
    problems.push('`lookup` is for lookup fields only');
  }
  if (type !== undefined && dates.has(type) && fromText && !source.values) {
    if (source.format === undefined) {
      problems.push('a date needs `format` (such as "yyyy-MM-dd" or "M/d/yyyy"); it is never guessed');
    } else {
      const problem = patternProblem(source.format);
      if (problem) problems.push(`\`format\`: ${problem}`);
    }
    if (type === 'timestamptz' && source.zone === undefined) {
      problems.push('an instant needs `zone`, the time zone the file was written in (such as "Asia/Tehran")');
    }
  }
  if (source.zone !== undefined && !zoneExists(source.zone))
    problems.push(`\`zone\`: there is no time zone “${source.zone}”`);
  if (source.scale !== undefined && readDecimal(String(source.scale), '.', undefined) === undefined) {
    problems.push('`scale` must be a plain decimal number');
  }
  return problems;
}

function zoneExists(zone: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** Makes the reader of one field's cells. The map must be free of `sourceProblems`. */
export function converterOf(field: Field, source: Source): Converter {
  const read = source.values ? fromValues(source.values) : fromStorage(field, source);
  return (text) => {
    if (text.trim() !== '') return read(text);
    if (source.empty === 'skip') return { skip: true };
    if (source.empty === 'reject') return { problem: 'the cell is empty, and the map says `"empty": "reject"`' };
    return { value: null };
  };
}

function fromValues(values: NonNullable<Source['values']>): Converter {
  return (text) => {
    const key = text.trim();
    if (Object.hasOwn(values, key)) return { value: values[key] };
    return { problem: `“${key}” is none of the map's values: ${Object.keys(values).join(', ')}` };
  };
}

function fromStorage(field: Field, source: Source): Converter {
  const type = field.columns[0]?.type;
  if (field.reference) return (text) => ({ value: text.trim() });
  if (type === 'integer' || type === 'bigint' || type === 'numeric') return numbers(type, source);
  if (type === 'boolean') return truth;
  if (type !== undefined && dates.has(type)) return moments(type, source);
  if (type === 'jsonb') return json;
  return (text) => ({ value: text });
}

function numbers(type: string, source: Source): Converter {
  const factor = source.scale === undefined ? undefined : readDecimal(String(source.scale), '.', undefined);
  return (text) => {
    const plain = readDecimal(text, source.decimal ?? '.', source.group);
    if (plain === undefined) return { problem: `“${text}” is not a number as the map says it is written` };
    const exact = factor === undefined ? plain : multiply(plain, factor);
    if (type !== 'numeric' && exact.includes('.')) return { problem: `“${text}” is not a whole number` };
    return { value: Number(exact), exact };
  };
}

const truth: Converter = (text) => {
  const word = text.trim().toLowerCase();
  if (['true', '1', 'yes'].includes(word)) return { value: true };
  if (['false', '0', 'no'].includes(word)) return { value: false };
  return { problem: `“${text}” is neither true nor false; name the words in \`values\`` };
};

function moments(type: string, source: Source): Converter {
  const read = dateReader(source.format ?? '', source.calendar ?? 'gregory');
  const write = type === 'date' ? isoDate : type === 'timestamp' ? isoWallTime : undefined;
  return (text) => {
    const moment = read(text);
    if (typeof moment === 'string') return { problem: moment };
    return { value: write ? write(moment) : isoInstant(moment, source.zone ?? 'UTC') };
  };
}

const json: Converter = (text) => {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return { problem: 'the cell is not JSON' };
  }
};
