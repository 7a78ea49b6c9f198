// CSV (RFC 4180, UTF-8 with a byte order mark for spreadsheets). Text that a spreadsheet would run as a formula gets an apostrophe
// in front, which reading takes away again.
import { parse } from 'csv-parse/sync';
import { PeyvandError } from '../sdk/index.ts';
import { fail } from './errors.ts';
import { MOST_ROWS, type StoredCell, type StoredRow } from './xlsx-read.ts';

const GUARDED = /^['=+\-@\t\r\n＝＋－＠]/;

/** One line. `guard`: which fields are text that people typed. */
export function csvLine(fields: readonly string[], guard: (index: number) => boolean): string {
  let line = '';
  for (let index = 0; index < fields.length; index += 1) {
    let field = fields[index] ?? '';
    if (field !== '' && guard(index) && GUARDED.test(field)) field = `'${field}`;
    if (/[",\r\n]/.test(field)) field = `"${field.replaceAll('"', '""')}"`;
    line += index === 0 ? field : `,${field}`;
  }
  return `${line}\r\n`;
}

/** What was guarded, as it was. */
export function unguarded(field: string): string {
  return field.startsWith("'") && GUARDED.test(field.slice(1)) ? field.slice(1) : field;
}

export const BYTE_ORDER_MARK = '\uFEFF';

const MOST_FIELD = 4 * 1024 * 1024;

/** The rows of a CSV file that somebody sent, numbered as a spreadsheet would; empty fields are left out. Throws IMPORT_FILE. */
export function readCsv(bytes: Buffer): readonly StoredRow[] {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw fail('IMPORT_FILE', { reason: 'it is not UTF-8 text; save it as “CSV UTF-8”' });
  }
  const [head = ''] = text.split('\n', 1);
  const delimiter = [',', ';', '\t'].toSorted((a, b) => head.split(b).length - head.split(a).length)[0] ?? ',';
  try {
    const rows = parse(text, {
      bom: true,
      delimiter,
      relax_column_count: true,
      skip_empty_lines: false,
      max_record_size: MOST_FIELD,
      to: MOST_ROWS + 2,
    }) as string[][];
    if (rows.length > MOST_ROWS + 1) throw fail('IMPORT_TOO_LARGE', { what: `more than ${MOST_ROWS} rows` });
    return rows.map((fields, index) => ({
      number: index + 1,
      cells: new Map(
        fields.flatMap((field, column): [number, StoredCell][] =>
          field === '' ? [] : [[column, { type: 'text', value: unguarded(field) }]],
        ),
      ),
    }));
  } catch (error) {
    if (error instanceof PeyvandError) throw error;
    throw fail('IMPORT_FILE', { reason: error instanceof Error ? error.message.slice(0, 200) : String(error) });
  }
}
