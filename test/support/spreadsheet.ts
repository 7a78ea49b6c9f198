// An .xlsx file as somebody's spreadsheet program saves it again: texts in a table of their own, cells changed, rows taken out and
// added. Written without our reader and writer, so that they are not proved by themselves.
import { inflateRawSync } from 'node:zlib';
import { zip, type ZipEntry } from '../../core/exchange/zip-write.ts';

export type Typed = string | number | null;

export interface Edits {
  /** `B17` → what is typed there; null empties it. */
  readonly cells?: Readonly<Record<string, Typed>>;
  readonly removed?: readonly number[];
  /** Rows added at the end: letters → what is typed. */
  readonly added?: readonly Readonly<Record<string, Typed>>[];
}

/** The parts of an archive, by name. */
export function partsOf(bytes: Buffer): Map<string, string> {
  const parts = new Map<string, string>();
  let at = bytes.readUInt32LE(bytes.length - 22 + 16);
  while (bytes.readUInt32LE(at) === 0x0201_4b50) {
    const packed = bytes.readUInt32LE(at + 20);
    const length = bytes.readUInt16LE(at + 28);
    const head = bytes.readUInt32LE(at + 42);
    const begin = head + 30 + bytes.readUInt16LE(head + 26) + bytes.readUInt16LE(head + 28);
    const name = bytes.toString('utf8', at + 46, at + 46 + length);
    parts.set(name, inflateRawSync(bytes.subarray(begin, begin + packed)).toString());
    at += 46 + length + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return parts;
}

export async function archiveOf(parts: ReadonlyMap<string, string>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  const entries = (async function* (): AsyncGenerator<ZipEntry> {
    for (const [name, text] of parts) yield { name, content: [text] };
  })();
  for await (const piece of zip(entries)) pieces.push(piece);
  return Buffer.concat(pieces);
}

const unescape = (text: string): string =>
  text.replace(/&(amp|lt|gt|quot);/g, (_all, name: string) => ({ amp: '&', lt: '<', gt: '>', quot: '"' })[name] ?? '');
const escape = (text: string): string =>
  text.replace(/[&<>]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[sign] ?? '');

/** What stands in the first sheet: `B17` → a text, or a number (of a date too). */
export function cellsOf(bytes: Buffer): Map<string, string | number> {
  const text = partsOf(bytes).get('xl/worksheets/sheet1.xml') ?? '';
  const cells = new Map<string, string | number>();
  for (const [, place = '', body = ''] of text.matchAll(/<c r="([A-Z]+\d+)"[^>]*>(.*?)<\/c>/gs)) {
    const number = /<v>(.*?)<\/v>/.exec(body)?.[1];
    cells.set(place, number === undefined ? unescape(/<t[^>]*>(.*?)<\/t>/s.exec(body)?.[1] ?? '') : Number(number));
  }
  return cells;
}

export async function savedAgain(bytes: Buffer, { cells = {}, removed = [], added = [] }: Edits = {}): Promise<Buffer> {
  const parts = partsOf(bytes);
  const sheet = parts.get('xl/worksheets/sheet1.xml') ?? '';
  const strings = new Map<string, number>();
  const shared = (escaped: string): number => {
    let index = strings.get(escaped);
    if (index === undefined) strings.set(escaped, (index = strings.size));
    return index;
  };
  const typed = (place: string, value: Typed): string =>
    value === null
      ? ''
      : typeof value === 'number'
        ? `<c r="${place}"><v>${value}</v></c>`
        : `<c r="${place}" t="s"><v>${shared(escape(value))}</v></c>`;
  const order = (place: string): number =>
    [...(/^[A-Z]+/.exec(place)?.[0] ?? '')].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0);
  const rows: string[] = [];
  let last = 0;
  for (const [, number = '', body = ''] of sheet.matchAll(/<row r="(\d+)">(.*?)<\/row>/gs)) {
    last = Number(number);
    if (removed.includes(last)) continue;
    const written = new Map<string, string>();
    for (const [whole, place = '', inner = ''] of body.matchAll(/<c r="([A-Z]+\d+)"[^>]*>(.*?)<\/c>/gs)) {
      const text = /<t[^>]*>(.*?)<\/t>/s.exec(inner)?.[1];
      written.set(place, text === undefined ? whole : `<c r="${place}" t="s"><v>${shared(text)}</v></c>`);
    }
    for (const [place, value] of Object.entries(cells))
      if (place.replace(/^[A-Z]+/, '') === number) written.set(place, typed(place, value));
    const sorted = [...written].sort(([one], [other]) => order(one) - order(other)).map(([, text]) => text);
    rows.push(`<row r="${number}">${sorted.join('')}</row>`);
  }
  for (const row of added) {
    last += 1;
    rows.push(
      `<row r="${last}">${Object.entries(row)
        .map(([letters, value]) => typed(`${letters}${last}`, value))
        .join('')}</row>`,
    );
  }
  parts.set(
    'xl/worksheets/sheet1.xml',
    sheet.replace(/<sheetData>.*<\/sheetData>/s, () => `<sheetData>${rows.join('')}</sheetData>`),
  );
  parts.set(
    'xl/sharedStrings.xml',
    `<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">${[...strings.keys()].map((text) => `<si><r><t xml:space="preserve">${text}</t></r></si>`).join('')}</sst>`,
  );
  return archiveOf(parts);
}
