// A variable WOFF2 font at one weight, as a plain TrueType file: the only kind that a PDF can hold a part of. Outlines are written anew
// from their points (ISO/IEC 14496-22, glyf and loca); tables of shaping are taken over as they are.
import { create, type Font, type PathCommand } from 'fontkit';

interface Point {
  readonly x: number;
  readonly y: number;
  readonly onCurve: boolean;
}

/** What fontkit keeps to itself and has no other door to: unpacked tables, points as they are moved by the weight. */
interface Inside extends Font {
  variationCoords: readonly number[];
  readonly HVAR?: unknown;
  readonly _variationProcessor: {
    transformPoints(glyph: number, points: unknown[]): void;
    getAdvanceAdjustment(glyph: number, table: unknown): number;
  } | null;
  _getTableStream(tag: string): { readBuffer(length: number): Uint8Array } | null;
  getGlyph(id: number): ReturnType<Font['getGlyph']> & {
    _decode(): { readonly numberOfContours: number; readonly points?: { copy(): unknown }[] } | null;
  };
}

const KEPT = ['GDEF', 'GPOS', 'GSUB', 'OS/2', 'cmap'];

/** `name`: of the new font, no other's in the same document. `weight`: 100 to 900. Answers a font file. */
export function staticFont(woff2: Uint8Array, name: string, weight: number): Uint8Array {
  const font = create(woff2) as Inside;
  // Of a packed font fontkit varies no outlines: what moves their points is taken from a second one, and asked for each.
  const varied = create(woff2) as Inside;
  varied.variationCoords = [weight];
  const processor = varied._variationProcessor;
  for (let id = 0; id < font.numGlyphs; id++) {
    const outline = font.getGlyph(id)._decode();
    if (!outline?.points || outline.numberOfContours <= 0) continue;
    // The four points behind the outline's own stand for its metrics; the deltas of a glyph count them too.
    const phantoms = Array.from({ length: 4 }, () => phantomOf(outline.points?.[0]));
    processor?.transformPoints(id, [...outline.points, ...phantoms]);
  }
  const glyphs = Array.from({ length: font.numGlyphs }, (_, id) => font.getGlyph(id));
  const tables = new Map<string, Uint8Array>();
  for (const tag of KEPT) {
    const length = font.directory.tables[tag]?.length ?? 0;
    const data = length > 0 ? font._getTableStream(tag)?.readBuffer(length) : undefined;
    if (data) tables.set(tag, Uint8Array.from(data));
  }
  const outlines = glyphs.map(({ path }) => encodeOutline(contoursOf(path.commands)));
  const loca = new DataView(new ArrayBuffer((outlines.length + 1) * 4));
  let end = 0;
  outlines.forEach(({ data }, id) => {
    end += data.length;
    loca.setUint32((id + 1) * 4, end);
  });
  const metrics = new DataView(new ArrayBuffer(glyphs.length * 4));
  glyphs.forEach(({ advanceWidth }, id) => {
    const more = varied.HVAR ? (processor?.getAdvanceAdjustment(id, varied.HVAR) ?? 0) : 0;
    metrics.setUint16(id * 4, Math.max(0, Math.round(advanceWidth + more)));
    metrics.setInt16(id * 4 + 2, outlines[id]?.left ?? 0);
  });
  tables.set('glyf', joined(outlines.map(({ data }) => data)));
  tables.set('loca', bytesOf(loca));
  tables.set('hmtx', bytesOf(metrics));
  tables.set(
    'head',
    changed(font, 'head', (view) => view.setInt16(50, 1)),
  );
  tables.set(
    'hhea',
    changed(font, 'hhea', (view) => view.setUint16(34, glyphs.length)),
  );
  tables.set('maxp', maximums(glyphs.length, outlines));
  tables.set('name', nameTable(name));
  tables.set('post', postTable(font));
  return fontFile(tables);
}

function phantomOf(point: { copy(): unknown } | undefined): unknown {
  return Object.assign(point?.copy() ?? {}, { x: 0, y: 0, endContour: true });
}

function changed(font: Inside, tag: string, change: (view: DataView) => void): Uint8Array {
  const data = Uint8Array.from(font._getTableStream(tag)?.readBuffer(font.directory.tables[tag]?.length ?? 0) ?? []);
  change(new DataView(data.buffer));
  return data;
}

/** Contours of points, quadratic curves only: what TrueType outlines consist of. */
function contoursOf(commands: readonly PathCommand[]): Point[][] {
  const contours: Point[][] = [];
  let open: Point[] = [];
  const at = (args: readonly number[], index: number, onCurve: boolean): Point => ({
    x: Math.round(args[index] ?? 0),
    y: Math.round(args[index + 1] ?? 0),
    onCurve,
  });
  for (const { command, args } of commands) {
    if (command === 'moveTo') contours.push((open = [at(args, 0, true)]));
    else if (command === 'lineTo') open.push(at(args, 0, true));
    else if (command === 'quadraticCurveTo') open.push(at(args, 0, false), at(args, 2, true));
  }
  return contours.map(withoutReturn).filter((contour) => contour.length > 1);
}

/** A contour closes by itself: a last point on the first is one too many. */
function withoutReturn(contour: Point[]): Point[] {
  const [first, last] = [contour[0], contour.at(-1)];
  const isBack = contour.length > 1 && first?.x === last?.x && first?.y === last?.y && last?.onCurve === true;
  return isBack ? contour.slice(0, -1) : contour;
}

interface Outline {
  readonly data: Uint8Array;
  readonly left: number;
  readonly points: number;
  readonly contours: number;
}

function encodeOutline(contours: readonly (readonly Point[])[]): Outline {
  const points = contours.flat();
  if (points.length === 0) return { data: new Uint8Array(0), left: 0, points: 0, contours: 0 };
  const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)];
  // 10 of header, 2 per contour, 2 for no instructions, 1 flag and two words per point; a glyph ends on a fourth byte.
  const size = 12 + contours.length * 2 + points.length * 5;
  const view = new DataView(new ArrayBuffer(Math.ceil(size / 4) * 4));
  const box = [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
  view.setInt16(0, contours.length);
  box.forEach((edge, index) => view.setInt16(2 + index * 2, edge));
  let at = 10;
  let last = -1;
  for (const contour of contours) {
    last += contour.length;
    view.setUint16(at, last);
    at += 2;
  }
  at += 2;
  for (const { onCurve } of points) view.setUint8(at++, onCurve ? 1 : 0);
  for (const line of [xs, ys]) {
    line.forEach((value, index) => {
      view.setInt16(at, value - (line[index - 1] ?? 0));
      at += 2;
    });
  }
  return { data: bytesOf(view), left: box[0] ?? 0, points: points.length, contours: contours.length };
}

/** No instructions, no compositions. */
function maximums(count: number, outlines: readonly Outline[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(32));
  view.setUint32(0, 0x00010000);
  view.setUint16(4, count);
  view.setUint16(6, Math.max(...outlines.map(({ points }) => points)));
  view.setUint16(8, Math.max(...outlines.map(({ contours }) => contours)));
  view.setUint16(14, 1);
  return bytesOf(view);
}

/** Family, style, full name and PostScript name, in English. */
function nameTable(name: string): Uint8Array {
  const entries = [1, 2, 4, 6].map((id) => [id, id === 2 ? 'Regular' : name] as const);
  const start = 6 + entries.length * 12;
  const view = new DataView(new ArrayBuffer(start + entries.reduce((sum, [, text]) => sum + text.length * 2, 0)));
  view.setUint16(2, entries.length);
  view.setUint16(4, start);
  let at = start;
  for (const [index, [id, text]] of entries.entries()) {
    const record = [3, 1, 0x409, id, text.length * 2, at - start];
    record.forEach((value, place) => view.setUint16(6 + index * 12 + place * 2, value));
    for (let place = 0; place < text.length; place++, at += 2) view.setUint16(at, text.charCodeAt(place));
  }
  return bytesOf(view);
}

/** Without glyph names (format 3). */
function postTable(font: Inside): Uint8Array {
  const view = new DataView(changed(font, 'post', () => undefined).buffer.slice(0, 32));
  view.setUint32(0, 0x00030000);
  return bytesOf(view);
}

function fontFile(tables: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const sorted = [...tables].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const power = 2 ** Math.floor(Math.log2(sorted.length));
  const header = new DataView(new ArrayBuffer(12 + sorted.length * 16));
  header.setUint32(0, 0x00010000);
  header.setUint16(4, sorted.length);
  header.setUint16(6, power * 16);
  header.setUint16(8, Math.log2(power));
  header.setUint16(10, (sorted.length - power) * 16);
  let offset = header.byteLength;
  const parts: Uint8Array[] = [];
  for (const [index, [tag, data]] of sorted.entries()) {
    const entry = 12 + index * 16;
    const padded = new Uint8Array(Math.ceil(data.length / 4) * 4);
    padded.set(data);
    for (let place = 0; place < 4; place++) header.setUint8(entry + place, tag.charCodeAt(place));
    header.setUint32(entry + 4, checksum(padded));
    header.setUint32(entry + 8, offset);
    header.setUint32(entry + 12, data.length);
    parts.push(padded);
    offset += padded.length;
  }
  return joined([bytesOf(header), ...parts]);
}

function checksum(data: Uint8Array): number {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  let sum = 0;
  for (let at = 0; at < data.length; at += 4) sum = (sum + view.getUint32(at)) >>> 0;
  return sum;
}

function bytesOf(view: DataView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
