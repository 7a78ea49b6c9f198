// A quote, order or invoice on paper: A4, mirrored for Persian, with its digits and calendar. Text is shaped and ordered here; pdfkit
// only places it. Every glyph is kept with its letters, so that readers find and copy the text.
import Pdf from 'pdfkit';
import { shapeLine, widthOf, type Direction, type Piece } from './shape-line.ts';
import { typeface, type Weight } from './typeface.ts';
import { words, type PrintedKind, type PrintLanguage } from './words.ts';

export interface PrintedLine {
  readonly product: string;
  /** It belongs to the line of a bundle before it; of a required part the amount is empty. */
  readonly isPart?: boolean;
  /** What is in a kit, beneath its name: "2 × Pen". */
  readonly holds?: readonly string[];
  readonly quantity: string;
  readonly unit: string;
  readonly price: string;
  /** Of the whole line; empty where there is none. */
  readonly discount: string;
  /** Before tax. */
  readonly amount: string;
}

/** Amounts are decimals as text, days `2026-11-22`, absent where they are not known. */
export interface PrintedDocument {
  readonly kind: PrintedKind;
  readonly language: PrintLanguage;
  readonly calendar: 'gregory' | 'persian';
  readonly issuer: string;
  readonly title: string;
  readonly number: string;
  readonly revision?: number;
  /** Instant of printing, for the file itself. */
  readonly printedAt: string;
  readonly date: string;
  readonly validUntil?: string;
  readonly delivery?: string;
  readonly due?: string;
  readonly currency: { readonly code: string; readonly decimals: number };
  readonly customer: string;
  readonly billTo: readonly string[];
  readonly shipTo: readonly string[];
  readonly lines: readonly PrintedLine[];
  readonly totals: {
    readonly detail: string;
    readonly discount: string;
    readonly freight: string;
    readonly tax: string;
    readonly total: string;
  };
  readonly description?: string;
}

interface Style {
  readonly size: number;
  readonly weight?: Weight;
  readonly color?: string;
  /** Towards the end of the line: the right in English, the left in Persian. */
  readonly atEnd?: boolean;
}

const PAGE = { width: 595.28, height: 841.89, margin: 48 };
const INNER = PAGE.width - 2 * PAGE.margin;
const BOTTOM = PAGE.height - 64;
const INK = '#111827';
const QUIET = '#6b7280';
const RULE = '#d1d5db';
const ACCENT = '#1d4ed8';
const SHADE = '#f3f4f6';
const LEADING = 1.55;

/** Columns of the table in points, from the side where reading begins. */
const COLUMNS = [
  { id: 'index', width: 22 },
  { id: 'product', width: 158 },
  { id: 'quantity', width: 52 },
  { id: 'unit', width: 50 },
  { id: 'price', width: 72 },
  { id: 'discount', width: 60 },
  { id: 'amount', width: INNER - 414 },
] as const;

/** `plain`: streams not compressed, for those who look inside. */
export async function documentPdf(
  document: PrintedDocument,
  options: { readonly plain?: boolean } = {},
): Promise<Uint8Array> {
  const { language } = document;
  const say = words[language];
  const direction: Direction = language === 'fa' ? 'rtl' : 'ltr';
  const heading = `${say[document.kind]} ${document.number}`;
  const pdf = new Pdf({
    size: 'A4',
    margin: 0,
    bufferPages: true,
    compress: options.plain !== true,
    lang: language,
    displayTitle: true,
    // No font is known by itself: pdfkit would look for files of its own.
    font: null as unknown as string,
    info: { Title: heading, Author: document.issuer, Creator: 'Peyvand', CreationDate: new Date(document.printedAt) },
  });
  const chunks: Uint8Array[] = [];
  const ended = new Promise<void>((resolve, reject) => {
    pdf.on('data', (chunk: Uint8Array) => chunks.push(chunk));
    pdf.on('end', resolve);
    pdf.on('error', reject);
  });
  const number = new Intl.NumberFormat(language, { maximumFractionDigits: 10 });
  const amounts = new Intl.NumberFormat(language, {
    minimumFractionDigits: document.currency.decimals,
    maximumFractionDigits: Math.max(document.currency.decimals, 4),
  });
  // Intl reads decimals from text exactly.
  const count = (text: string) => (text === '' ? '' : number.format(text as unknown as number));
  const amount = (text: string) => (text === '' ? '' : amounts.format(text as unknown as number));
  const days = new Intl.DateTimeFormat(`${language}-u-ca-${document.calendar}`, { dateStyle: 'long', timeZone: 'UTC' });
  const day = (text: string | undefined) =>
    text === undefined || text === '' ? '' : days.format(new Date(`${text.slice(0, 10)}T12:00:00Z`));

  /** `from`: points from the side where reading begins to the beginning of the box. Draws one line. */
  const draw = (text: string, from: number, y: number, width: number, style: Style): void => {
    if (text === '') return;
    const pieces = shapeLine(text, direction, style.weight ?? 'regular');
    const length = (widthOf(pieces) * style.size) / 1000;
    const towardsRight = (direction === 'rtl') !== (style.atEnd === true);
    const left = direction === 'rtl' ? PAGE.width - PAGE.margin - from - width : PAGE.margin + from;
    place(pieces, towardsRight ? left + width - length : left, y, style);
  };

  const place = (pieces: readonly Piece[], start: number, y: number, style: Style): void => {
    pdf.fontSize(style.size).fillColor(style.color ?? INK);
    let x = start;
    for (const piece of pieces) {
      pdf.font(piece.face.name);
      pdf.text(piece.text, x, y, { lineBreak: false, features: [], baseline: 'alphabetic' });
      x += (piece.width * style.size) / 1000;
    }
  };

  /** Answers the height it took. */
  const drawWrapped = (text: string, from: number, y: number, width: number, style: Style): number => {
    const rows = wrap(text, width, direction, style);
    rows.forEach((row, index) => draw(row, from, y + index * style.size * LEADING, width, style));
    return rows.length * style.size * LEADING;
  };

  const rule = (y: number, color = RULE): void => {
    pdf
      .moveTo(PAGE.margin, y)
      .lineTo(PAGE.width - PAGE.margin, y)
      .lineWidth(0.7)
      .strokeColor(color)
      .stroke();
  };

  const begin = (): void => {
    for (const script of ['arabic', 'latin'] as const) {
      for (const weight of ['regular', 'bold'] as const) {
        const face = typeface(script, weight);
        pdf.registerFont(face.name, Buffer.from(face.data));
      }
    }
  };

  const tableHead = (y: number): number => {
    pdf.rect(PAGE.margin, y, INNER, 22).fill(SHADE);
    let from = 0;
    for (const { id, width } of COLUMNS) {
      const label = id === 'index' ? '#' : say[id];
      const atEnd = id !== 'index' && id !== 'product' && id !== 'unit';
      draw(label, from + 5, y + 14.5, width - 10, { size: 8.5, weight: 'bold', color: QUIET, atEnd });
      from += width;
    }
    return y + 22;
  };

  begin();
  let y = PAGE.margin + 14;
  draw(document.issuer, 0, y, INNER / 2, { size: 15, weight: 'bold' });
  draw(say[document.kind], INNER / 2, y, INNER / 2, { size: 19, weight: 'bold', color: ACCENT, atEnd: true });
  y += 14;
  rule(y, ACCENT);
  y += 24;
  const facts: (readonly [string, string])[] = [
    [say.number, document.number],
    ...(document.revision ? ([[say.revision, number.format(document.revision)]] as const) : []),
    [say.date, day(document.date)],
    [say.validUntil, day(document.validUntil)],
    [say.delivery, day(document.delivery)],
    [say.due, day(document.due)],
  ];
  let side = y;
  for (const [label, value] of facts) {
    if (value === '') continue;
    draw(label, INNER * 0.58, side, INNER * 0.2, { size: 9, color: QUIET });
    draw(value, INNER * 0.76, side, INNER * 0.24, { size: 9.5, atEnd: true });
    side += 16;
  }
  let main = y;
  main += drawWrapped(document.title, 0, main, INNER * 0.54, { size: 12, weight: 'bold' });
  draw(say.customer, 0, main, INNER * 0.14, { size: 9, color: QUIET });
  main += drawWrapped(document.customer, INNER * 0.14, main, INNER * 0.4, { size: 9.5 });
  y = Math.max(main, side) + 12;
  const blocks = [
    [say.billTo, document.billTo],
    [say.shipTo, document.shipTo],
  ] as const;
  let tallest = 0;
  for (const [index, [label, rows]] of blocks.entries()) {
    if (rows.length === 0) continue;
    const from = index * (INNER / 2);
    draw(label, from, y, INNER / 2 - 12, { size: 8.5, weight: 'bold', color: QUIET });
    let at = y + 15;
    for (const row of rows) at += drawWrapped(row, from, at, INNER / 2 - 12, { size: 9.5 });
    tallest = Math.max(tallest, at - y);
  }
  y += tallest === 0 ? 0 : tallest + 6;
  const money = new Intl.DisplayNames(language, { type: 'currency' }).of(document.currency.code);
  draw(`${say.amountsIn} ${money ?? document.currency.code}`, 0, y, INNER, { size: 8.5, color: QUIET, atEnd: true });
  y = tableHead(y + 8);
  let numbered = 0;
  for (const line of document.lines) {
    const style: Style = { size: 9, ...(line.isPart === true && { color: QUIET }) };
    const indent = line.isPart === true ? 12 : 0;
    const small: Style = { size: 8, color: QUIET };
    const holds = (line.holds ?? []).flatMap((one) =>
      wrap(
        one.replace(/^[\d.]+/, (figure) => count(figure)),
        COLUMNS[1].width - 22,
        direction,
        small,
      ),
    );
    const named = wrap(line.product, COLUMNS[1].width - 10 - indent, direction, style).length * style.size * LEADING;
    const height = named + holds.length * small.size * LEADING + 8;
    if (line.isPart !== true) numbered += 1;
    if (y + height > BOTTOM) {
      pdf.addPage();
      y = tableHead(PAGE.margin);
    }
    const cells = {
      index: line.isPart === true ? '' : number.format(numbered),
      product: line.product,
      quantity: count(line.quantity),
      unit: line.unit,
      price: amount(line.price),
      discount: amount(line.discount),
      amount: line.isPart === true && line.amount === '' ? say.included : amount(line.amount),
    };
    let from = 0;
    for (const { id, width } of COLUMNS) {
      const atEnd = id !== 'index' && id !== 'product' && id !== 'unit';
      if (id === 'product') drawWrapped(cells[id], from + 5 + indent, y + 13, width - 10 - indent, style);
      else draw(cells[id], from + 5, y + 13, width - 10, { ...style, atEnd, ...(id === 'index' && { color: QUIET }) });
      from += width;
    }
    holds.forEach((one, row) =>
      draw(one, COLUMNS[0].width + 17, y + 12 + named + row * small.size * LEADING, COLUMNS[1].width - 22, small),
    );
    y += height;
    rule(y);
  }
  const sums: (readonly [string, string, boolean])[] = [
    [say.detail, document.totals.detail, false],
    [say.totalDiscount, isNothing(document.totals.discount) ? '' : `-${document.totals.discount}`, false],
    [say.freight, isNothing(document.totals.freight) ? '' : document.totals.freight, false],
    [say.totalTax, isNothing(document.totals.tax) ? '' : document.totals.tax, false],
    [say.total, document.totals.total, true],
  ];
  if (y + 120 > BOTTOM) {
    pdf.addPage();
    y = PAGE.margin;
  }
  y += 20;
  for (const [label, value, isLast] of sums) {
    if (value === '') continue;
    if (isLast) {
      const left = direction === 'rtl' ? PAGE.margin : PAGE.margin + INNER * 0.52;
      pdf.rect(left, y - 15, INNER * 0.48, 24).fill(SHADE);
    }
    const style: Style = isLast ? { size: 11.5, weight: 'bold' } : { size: 9.5 };
    draw(label, INNER * 0.52 + 8, y, INNER * 0.2, isLast ? style : { ...style, color: QUIET });
    const shown = isLast ? `${amount(value)} ${document.currency.code}` : amount(value);
    draw(shown, INNER * 0.66, y, INNER * 0.34 - 5, { ...style, atEnd: true });
    y += isLast ? 30 : 18;
  }
  for (const paragraph of (document.description ?? '').split('\n')) {
    for (const row of wrap(paragraph, INNER, direction, { size: 9 })) {
      if (y > BOTTOM) {
        pdf.addPage();
        y = PAGE.margin + 14;
      }
      draw(row, 0, y, INNER, { size: 9 });
      y += 9 * LEADING;
    }
  }
  const { count: pages } = pdf.bufferedPageRange();
  for (let page = 0; page < pages; page++) {
    pdf.switchToPage(page);
    const pageOf = { page: number.format(page + 1), pages: number.format(pages) };
    const text = say.page.replace('{page}', pageOf.page).replace('{pages}', pageOf.pages);
    draw(heading, 0, PAGE.height - 34, INNER / 2, { size: 8, color: QUIET });
    draw(text, INNER / 2, PAGE.height - 34, INNER / 2, { size: 8, color: QUIET, atEnd: true });
  }
  pdf.end();
  await ended;
  return Buffer.concat(chunks);
}

function isNothing(amount: string): boolean {
  return amount === '' || /^-?0*(?:\.0*)?$/.test(amount);
}

/** Lines of whole words; a word that is wider than the line is cut. */
function wrap(text: string, width: number, direction: Direction, style: Style): readonly string[] {
  const most = (width * 1000) / style.size;
  const measure = (part: string) => widthOf(shapeLine(part, direction, style.weight ?? 'regular'));
  const rows: string[] = [];
  let row = '';
  for (const word of text.split(/\s+/u).filter((one) => one !== '')) {
    const longer = row === '' ? word : `${row} ${word}`;
    if (measure(longer) <= most) {
      row = longer;
      continue;
    }
    if (row !== '') rows.push(row);
    row = '';
    for (const sign of word) {
      if (row !== '' && measure(row + sign) > most) {
        rows.push(row);
        row = '';
      }
      row += sign;
    }
  }
  return row === '' && rows.length > 0 ? rows : [...rows, row];
}
