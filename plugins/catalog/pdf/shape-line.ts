// A line of text as pieces from left to right, each of one font and one direction: the order of Unicode's bidirectional algorithm
// (UAX #9) and the letters joined by the font's own rules.
import bidiFactory from 'bidi-js';
import { typeface, type Script, type Typeface, type Weight } from './typeface.ts';

export type Direction = 'ltr' | 'rtl';

export interface Piece {
  readonly face: Typeface;
  /** To be laid out by the font; where the font would turn it round although it runs from left to right, it is turned already. */
  readonly text: string;
  /** In thousandths of the type size. */
  readonly width: number;
  /** Glyph ids from left to right. */
  readonly glyphs: readonly number[];
}

const bidi = bidiFactory();
/** Marks that steer the order and are not seen. */
const INVISIBLE = /[\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
const ARABIC = /\p{Script=Arabic}/u;

export function shapeLine(text: string, direction: Direction, weight: Weight): readonly Piece[] {
  const { levels } = bidi.getEmbeddingLevels(text, direction);
  return inVisualOrder(runsOf(text, levels)).flatMap(({ text: run, level }) => {
    const isRtl = level % 2 === 1;
    const pieces = byFont(isRtl ? mirrored(run) : run, isRtl, weight);
    return isRtl ? pieces.toReversed() : pieces;
  });
}

/** In thousandths of the type size. */
export function widthOf(pieces: readonly Piece[]): number {
  return pieces.reduce((sum, { width }) => sum + width, 0);
}

interface Run {
  readonly text: string;
  readonly level: number;
}

function runsOf(text: string, levels: Uint8Array): Run[] {
  const runs: { text: string; level: number }[] = [];
  // By code unit, as the levels are; the halves of a pair have the same.
  for (let index = 0; index < text.length; index++) {
    const level = levels[index] ?? 0;
    const last = runs.at(-1);
    if (last?.level === level) last.text += text.charAt(index);
    else runs.push({ text: text.charAt(index), level });
  }
  return runs;
}

/** Rule L2: from the deepest level to the first odd one, every stretch of at least that level is turned round. */
function inVisualOrder(runs: readonly Run[]): readonly Run[] {
  const order = [...runs];
  for (let level = Math.max(0, ...runs.map((run) => run.level)); level > 0; level--) {
    for (let from = 0; from < order.length; from++) {
      if ((order[from]?.level ?? 0) < level) continue;
      let to = from;
      while ((order[to]?.level ?? 0) >= level) to++;
      order.splice(from, to - from, ...order.slice(from, to).toReversed());
      from = to;
    }
  }
  return order;
}

function mirrored(text: string): string {
  return Array.from(text, (sign) => bidi.getMirroredCharacter(sign) ?? sign).join('');
}

function byFont(run: string, isRtl: boolean, weight: Weight): Piece[] {
  const parts: { script: Script; text: string }[] = [];
  for (const sign of run.replace(INVISIBLE, '')) {
    const script = scriptFor(sign, parts.at(-1)?.script ?? (isRtl ? 'arabic' : 'latin'), weight);
    const last = parts.at(-1);
    if (last?.script === script) last.text += sign;
    else parts.push({ script, text: sign });
  }
  return parts.map(({ script, text }) => pieceOf(typeface(script, weight), text, isRtl));
}

/** The font of the letter before it where it has the sign, so that words are not torn. */
function scriptFor(sign: string, before: Script, weight: Weight): Script {
  const other: Script = before === 'arabic' ? 'latin' : 'arabic';
  const code = sign.codePointAt(0) ?? 0;
  if (ARABIC.test(sign)) return 'arabic';
  if (/\p{Script=Latin}|[0-9]/u.test(sign)) return 'latin';
  return !typeface(before, weight).font.hasGlyphForCodePoint(code) &&
    typeface(other, weight).font.hasGlyphForCodePoint(code)
    ? other
    : before;
}

function pieceOf(face: Typeface, text: string, isRtl: boolean): Piece {
  const run = (given: string) => face.font.layout(given, []);
  // The font lays out from right to left by the letters alone. Digits of Arabic script run from left to right, and signs
  // without a script may run the other way.
  const turnsRound = ARABIC.test(text);
  const laid = turnsRound === isRtl ? text : [...text].toReversed().join('');
  const { glyphs, advanceWidth } = run(laid);
  return { face, text: laid, width: (advanceWidth * 1000) / face.font.unitsPerEm, glyphs: glyphs.map(({ id }) => id) };
}
