// Rows → an .xlsx file (ECMA-376, SpreadsheetML) while they come: one sheet for each 1,048,575 rows, text as text (never a
// formula), numbers, dates and times as such, in the calendar and digits of the reader; hidden columns for the way back.
import type { Cell, Manner } from './cell.ts';
import { zip, type ZipEntry } from './zip-write.ts';

export interface SheetColumn {
  readonly header: string;
  /** Kept for re-import, not shown. */
  readonly hidden: boolean;
  /** Letters. */
  readonly width: number;
  /** What its empty cells are to be. */
  readonly kind: Cell['kind'];
  readonly decimals?: number;
}

export interface Sheet {
  readonly title: string;
  readonly columns: readonly SheetColumn[];
  readonly rows: AsyncIterable<readonly Cell[]>;
  readonly manner: Manner;
}

const MOST_ROWS = 1_048_576;
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const RELATIONS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006';
const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const TYPE = 'application/vnd.openxmlformats-officedocument.spreadsheetml';

export function xlsx(sheet: Sheet): AsyncGenerator<Buffer> {
  return zip(entriesOf(sheet));
}

async function* entriesOf(sheet: Sheet): AsyncGenerator<ZipEntry> {
  const styles = new Styles(sheet.manner);
  const rows = sheet.rows[Symbol.asyncIterator]();
  let sheets = 0;
  let more: boolean;
  do {
    sheets += 1;
    const state = { more: false };
    yield { name: `xl/worksheets/sheet${sheets}.xml`, content: sheetText(sheet, rows, styles, state) };
    more = state.more;
  } while (more);
  const numbers = Array.from({ length: sheets }, (_, index) => index + 1);
  const title =
    sheet.title
      .replace(/[[\]*?:/\\]/g, ' ')
      .replace(/^'+|'+$/g, '')
      .slice(0, 25)
      .trim() || 'Sheet';
  yield entry('xl/styles.xml', styles.text());
  yield entry(
    'xl/workbook.xml',
    `<workbook xmlns="${MAIN}" xmlns:r="${RELATIONS}"><sheets>${numbers
      .map(
        (number) =>
          `<sheet name="${xml(number === 1 ? title : `${title} ${number}`)}" sheetId="${number}" r:id="rId${number}"/>`,
      )
      .join('')}</sheets></workbook>`,
  );
  yield entry(
    'xl/_rels/workbook.xml.rels',
    `<Relationships xmlns="${PACKAGE}/relationships">${numbers
      .map(
        (number) =>
          `<Relationship Id="rId${number}" Type="${RELATIONS}/worksheet" Target="worksheets/sheet${number}.xml"/>`,
      )
      .join('')}<Relationship Id="rId${sheets + 1}" Type="${RELATIONS}/styles" Target="styles.xml"/></Relationships>`,
  );
  yield entry(
    '_rels/.rels',
    `<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
  );
  yield entry(
    '[Content_Types].xml',
    `<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${TYPE}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="${TYPE}.styles+xml"/>${numbers
      .map((number) => `<Override PartName="/xl/worksheets/sheet${number}.xml" ContentType="${TYPE}.worksheet+xml"/>`)
      .join('')}</Types>`,
  );
}

function entry(name: string, text: string): ZipEntry {
  return { name, content: [HEAD + text] };
}

async function* sheetText(
  { columns, manner }: Sheet,
  rows: AsyncIterator<readonly Cell[]>,
  styles: Styles,
  state: { more: boolean },
): AsyncGenerator<string> {
  const rightToLeft = /^(?:fa|ar|he|ur|ckb)\b/.test(manner.language) ? ' rightToLeft="1"' : '';
  const letters = columns.map((_, index) => columnLetters(index));
  yield `${HEAD}<worksheet xmlns="${MAIN}"><sheetViews><sheetView workbookViewId="0"${rightToLeft}><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><cols>`;
  for (const [index, { hidden, width, kind, decimals }] of columns.entries())
    yield `<col min="${index + 1}" max="${index + 1}" width="${width}" style="${styles.of(kind, decimals)}" customWidth="1"${hidden ? ' hidden="1"' : ''}/>`;
  yield `</cols><sheetData><row r="1">${columns.map(({ header }, index) => textCell(`${letters[index]}1`, header, 1)).join('')}</row>`;
  let number = 1;
  while (number < MOST_ROWS) {
    const next = await rows.next();
    if (next.done) break;
    number += 1;
    let text = `<row r="${number}">`;
    for (let index = 0; index < next.value.length; index += 1) {
      const cell = next.value[index];
      if (cell && cell.plain !== '') text += cellText(`${letters[index]}${number}`, cell, styles);
    }
    yield `${text}</row>`;
  }
  state.more = number >= MOST_ROWS;
  yield `</sheetData><autoFilter ref="A1:${letters.at(-1) ?? 'A'}${number}"/></worksheet>`;
}

/** What a double holds exactly goes in as a number; the rest stays text, so that no digit is lost. */
function cellText(place: string, cell: Cell, styles: Styles): string {
  switch (cell.kind) {
    case 'number':
      if (String(Number(cell.plain)) !== cell.plain || cell.plain.replace(/[-.]/g, '').length > 15) break;
      return `<c r="${place}" s="${styles.number(cell)}"><v>${cell.plain}</v></c>`;
    case 'date':
      return `<c r="${place}" s="${styles.date}"><v>${serialOf(cell.plain)}</v></c>`;
    case 'moment':
      return `<c r="${place}" s="${styles.moment}"><v>${serialOf(cell.plain)}</v></c>`;
    default:
  }
  return textCell(place, cell.plain, RISKY.test(cell.plain) ? 2 : TEXT);
}

/** Style of text: what is typed over it stays text. */
const TEXT = 3;

/** Typed into a cell, it would be taken for a formula: the style says that it is text. */
const RISKY = /^['=+\-@\t\r]/;

function textCell(place: string, value: string, style: number): string {
  return `<c r="${place}"${style === 0 ? '' : ` s="${style}"`} t="inlineStr"><is><t xml:space="preserve">${xml(value)}</t></is></c>`;
}

const DAY = 86_400_000;
const EPOCH = Date.UTC(1899, 11, 30);

/** Days since the last day of 1899, as spreadsheets count. */
function serialOf(plain: string): string {
  const time = Date.parse(plain.length === 10 ? `${plain}T00:00:00Z` : `${plain}Z`);
  const days = (time - EPOCH) / DAY;
  return Number.isInteger(days) ? String(days) : days.toFixed(9);
}

/** The place of a serial number in time, to the second; undefined beyond what a spreadsheet counts. */
export function clockOfSerial(serial: number): string | undefined {
  if (!(serial >= 0 && serial < 2_958_466)) return undefined;
  return new Date(EPOCH + Math.round(serial * 86_400) * 1_000).toISOString().slice(0, 19);
}

export function columnLetters(index: number): string {
  return (index >= 26 ? columnLetters(Math.floor(index / 26) - 1) : '') + String.fromCharCode(65 + (index % 26));
}

// What XML cannot hold is written as _xHHHH_ (ECMA-376 part 1, 22.9.2.19), and what looks so is written so.
const UNFIT = new RegExp(
  String.raw`[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]`,
  'g',
);

function xml(value: string): string {
  const escaped = value.includes('_x') ? value.replace(/_(?=x[0-9a-fA-F]{4}_)/g, '_x005F_') : value;
  return escaped
    .replace(/[&<>"]/g, (sign) => (sign === '&' ? '&amp;' : sign === '<' ? '&lt;' : sign === '>' ? '&gt;' : '&quot;'))
    .replace(UNFIT, (sign) => `_x${sign.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`);
}

/** Cell styles as they are needed: 0 plain, 1 heading, 2 text that looks like a formula, 3 text, then formats. */
class Styles {
  readonly date: number;
  readonly moment: number;
  readonly #formats = new Map<string, number>();
  readonly #locale: string;

  constructor({ language, calendar }: Manner) {
    const isPersian = language.split('-')[0] === 'fa';
    // [$-digits calendar language]: Persian digits are 03, the Persian calendar 16 (both hexadecimal), Persian of Iran 0429.
    this.#locale = isPersian ? '[$-3000429]' : '';
    const era = calendar === 'persian' ? (isPersian ? '[$-3160429]' : '[$-160429]') : this.#locale;
    const day = calendar === 'persian' ? 'yyyy/mm/dd' : 'yyyy-mm-dd';
    this.date = this.#of(`${era}${day};@`);
    this.moment = this.#of(`${era}${day} hh:mm;@`);
  }

  of(kind: Cell['kind'], decimals = 0): number {
    if (kind === 'number') return this.number({ plain: '', kind, decimals });
    return kind === 'date' ? this.date : kind === 'moment' ? this.moment : TEXT;
  }

  number({ decimals = 0, currency }: Cell): number {
    const digits = decimals > 0 ? `#,##0.${'0'.repeat(decimals)}` : '#,##0';
    return this.#of(`${this.#locale}${digits}${currency === undefined ? '' : ` "${currency.replaceAll('"', '')}"`}`);
  }

  #of(format: string): number {
    let index = this.#formats.get(format);
    if (index === undefined) this.#formats.set(format, (index = this.#formats.size + 4));
    return index;
  }

  text(): string {
    const formats = [...this.#formats.keys()];
    const number = (index: number): number => 164 + index;
    const xf = (format: number, more: string): string =>
      `<xf numFmtId="${format}" fontId="0" fillId="0" borderId="0" xfId="0"${more}/>`;
    return `<styleSheet xmlns="${MAIN}"><numFmts count="${formats.length}">${formats
      .map((format, index) => `<numFmt numFmtId="${number(index)}" formatCode="${xml(format)}"/>`)
      .join(
        '',
      )}</numFmts><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="${formats.length + 4}">${xf(0, '')}<xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/>${xf(49, ' quotePrefix="1" applyNumberFormat="1"')}${xf(49, ' applyNumberFormat="1"')}${formats.map((_, index) => xf(number(index), ' applyNumberFormat="1"')).join('')}</cellXfs></styleSheet>`;
  }
}
