// The rows of the first sheet of an .xlsx file that somebody sent, while they are unpacked. No document type and no entities of
// the file's own, no formula is worked out, and everything has a bound.
import { SaxesParser } from 'saxes';
import { PeyvandError } from '../sdk/index.ts';
import { fail } from './errors.ts';
import { openArchive, type Archive } from './zip-read.ts';

/** A cell as it is stored; empty ones are left out. */
export interface StoredCell {
  readonly type: 'number' | 'text' | 'boolean';
  readonly value: string;
}

export interface StoredRow {
  /** From 1, as the sheet shows it. */
  readonly number: number;
  /** By column, from 0. */
  readonly cells: ReadonlyMap<number, StoredCell>;
}

export interface StoredSheet {
  readonly rows: AsyncIterable<StoredRow>;
  /** Added to serial numbers of dates. */
  readonly epoch: number;
}

/** Bytes of the parts when unpacked. */
const MOST_SHEET = 512 * 1024 * 1024;
const MOST_STRINGS = 128 * 1024 * 1024;
const MOST_PART = 4 * 1024 * 1024;
export const MOST_ROWS = 200_000;
const MOST_COLUMNS = 1_000;
const MOST_TEXT = 2_000_000;

interface Tag {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
}

interface Listener {
  open?(tag: Tag): void;
  text?(text: string): void;
  close?(name: string): void;
}

/** Reads a part's XML; `flush` is asked after each piece. */
async function* parse<T>(
  archive: Archive,
  part: string,
  limit: number,
  listener: Listener,
  flush: () => readonly T[],
): AsyncGenerator<T> {
  const parser = new SaxesParser({ xmlns: false });
  const refuse = (reason: string): never => {
    throw fail('IMPORT_FILE', { reason: `${part}: ${reason.slice(0, 200)}` });
  };
  parser.on('error', (error) => refuse(error.message));
  parser.on('doctype', () => refuse('a document type is not read'));
  parser.on('opentag', (tag) =>
    listener.open?.({ name: local(tag.name), attributes: tag.attributes as Tag['attributes'] }),
  );
  parser.on('closetag', (tag) => listener.close?.(local(tag.name)));
  parser.on('text', (text) => listener.text?.(text));
  parser.on('cdata', (text) => listener.text?.(text));
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const bytes of archive.read(part, limit)) {
      parser.write(decoder.decode(bytes, { stream: true }));
      yield* flush();
    }
    parser.write(decoder.decode()).close();
    yield* flush();
  } catch (error) {
    if (error instanceof PeyvandError) throw error;
    if (error instanceof TypeError) refuse('it is not UTF-8 text');
    throw error;
  }
}

const local = (name: string): string => name.slice(name.indexOf(':') + 1);

async function through(archive: Archive, part: string, listener: Listener, limit = MOST_PART): Promise<void> {
  const nothing: readonly never[] = [];
  for await (const one of parse(archive, part, limit, listener, () => nothing)) void one;
}

/** Throws IMPORT_FILE (400), IMPORT_TOO_LARGE (413), also while the rows are read. */
export async function readXlsx(bytes: Buffer): Promise<StoredSheet> {
  const archive = openArchive(bytes);
  let first: string | undefined;
  let epoch = 0;
  await through(archive, 'xl/workbook.xml', {
    open({ name, attributes }) {
      if (name === 'sheet')
        first ??= Object.entries(attributes).find(([key]) => key.endsWith(':id') || key === 'id')?.[1];
      if (name === 'workbookPr' && (attributes['date1904'] === '1' || attributes['date1904'] === 'true')) epoch = 1_462;
    },
  });
  let target: string | undefined;
  await through(archive, 'xl/_rels/workbook.xml.rels', {
    open({ name, attributes }) {
      if (name === 'Relationship' && attributes['Id'] === first) target = attributes['Target'];
    },
  });
  if (target === undefined) throw fail('IMPORT_FILE', { reason: 'it has no sheet' });
  const part = target.startsWith('/') ? target.slice(1) : `xl/${target.replace(/^\.\//, '')}`;
  const strings = archive.names.includes('xl/sharedStrings.xml') ? await readStrings(archive) : [];
  return { rows: readSheet(archive, part, strings), epoch };
}

async function readStrings(archive: Archive): Promise<readonly string[]> {
  const strings: string[] = [];
  let inText = false;
  let phonetic = 0;
  let text = '';
  await through(
    archive,
    'xl/sharedStrings.xml',
    {
      open({ name }) {
        if (name === 'si') text = '';
        else if (name === 'rPh') phonetic += 1;
        else if (name === 't') inText = phonetic === 0;
      },
      text(piece) {
        if (inText) text += piece;
      },
      close(name) {
        if (name === 't') inText = false;
        else if (name === 'rPh') phonetic -= 1;
        else if (name === 'si') {
          if (strings.length >= MOST_TEXT) throw fail('IMPORT_TOO_LARGE', { what: `more than ${MOST_TEXT} texts` });
          strings.push(decode(text));
        }
      },
    },
    MOST_STRINGS,
  );
  return strings;
}

function readSheet(archive: Archive, part: string, strings: readonly string[]): AsyncGenerator<StoredRow> {
  let rows: StoredRow[] = [];
  let number = 0;
  let cells = new Map<number, StoredCell>();
  let column = -1;
  let type = 'n';
  let value = '';
  let inValue = false;
  let inline = false;
  let phonetic = 0;
  const listener: Listener = {
    open({ name, attributes }) {
      if (name === 'row') {
        const given = Number(attributes['r'] ?? number + 1);
        if (!Number.isInteger(given) || given <= number)
          throw fail('IMPORT_FILE', { reason: `row ${attributes['r'] ?? ''} is out of order` });
        number = given;
        if (number > MOST_ROWS + 1) throw fail('IMPORT_TOO_LARGE', { what: `more than ${MOST_ROWS} rows` });
        cells = new Map();
        column = -1;
      } else if (name === 'c') {
        column = indexOf(attributes['r']) ?? column + 1;
        if (column >= MOST_COLUMNS) throw fail('IMPORT_TOO_LARGE', { what: `more than ${MOST_COLUMNS} columns` });
        type = attributes['t'] ?? 'n';
        value = '';
      } else if (name === 'v') inValue = true;
      else if (name === 'is') inline = true;
      else if (name === 'rPh') phonetic += 1;
      else if (name === 't') inValue = inline && phonetic === 0;
    },
    text(piece) {
      if (!inValue) return;
      value += piece;
      if (value.length > 4 * 1024 * 1024)
        throw fail('IMPORT_TOO_LARGE', { what: 'a cell of more than 4 million letters' });
    },
    close(name) {
      if (name === 'v' || name === 't') inValue = false;
      else if (name === 'is') inline = false;
      else if (name === 'rPh') phonetic -= 1;
      else if (name === 'c') {
        const cell = cellOf(type, value, strings);
        if (cell) cells.set(column, cell);
      } else if (name === 'row') rows.push({ number, cells });
    },
  };
  return parse(archive, part, MOST_SHEET, listener, () => {
    const ready = rows;
    rows = [];
    return ready;
  });
}

function cellOf(type: string, value: string, strings: readonly string[]): StoredCell | undefined {
  switch (type) {
    case 's': {
      const text = strings[Number(value)] ?? '';
      return text === '' ? undefined : { type: 'text', value: text };
    }
    case 'n':
      return value.trim() === '' ? undefined : { type: 'number', value: value.trim() };
    case 'b':
      return { type: 'boolean', value: value.trim() === '1' ? 'true' : 'false' };
    default: {
      const text = decode(value);
      return text === '' ? undefined : { type: 'text', value: text };
    }
  }
}

/** `BC12` → 54 */
function indexOf(place: string | undefined): number | undefined {
  const letters = /^([A-Z]{1,3})\d*$/.exec(place ?? '')?.[1];
  if (letters === undefined) return undefined;
  let index = 0;
  for (const letter of letters) index = index * 26 + letter.charCodeAt(0) - 64;
  return index - 1;
}

function decode(text: string): string {
  if (!text.includes('_x')) return text;
  return text.replace(/_x([0-9a-fA-F]{4})_/g, (_all, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}
