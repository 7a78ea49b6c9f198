// Where the words of a search stand in a text, compared as the database compares them: for snippets with the matches marked.
import { plain } from '../db/fold.ts';

/** Letters of a snippet, before and after which it is cut. */
const SNIPPET = 160;
/** Letters kept before the first match of a long text. */
const LEAD = 40;

/** A text cut at the matches: every second part is one, beginning with what stands before the first. */
export type Parts = readonly string[];

/** The words of a search, in plain letters, without repetition; at most eight. */
export function wordsOf(text: string): readonly string[] {
  const words = plain(text.slice(0, 200))
    .split(/\s+/u)
    .filter((word) => word !== '');
  return [...new Set(words)].slice(0, 8);
}

/** Undefined where none of the words is in the text. */
export function mark(text: string, words: readonly string[]): Parts | undefined {
  const { letters, starts } = spell(text);
  const found = [...matches(letters, words)];
  const [first] = found;
  if (!first) return undefined;
  const place = (index: number): number => starts[index] ?? text.length;
  const isLong = text.length > SNIPPET;
  const from = isLong ? wordStart(text, Math.max(0, place(first[0]) - LEAD)) : 0;
  const to = isLong ? Math.min(text.length, from + SNIPPET) : text.length;
  const parts: string[] = [];
  let at = from;
  for (const [start, end] of found) {
    const left = place(start);
    // Marks above a letter go with it, a joiner after it does not.
    const right = left + text.slice(left, place(end)).replace(/[\u200c-\u200f]+$/u, '').length;
    if (left < at || right > to) continue;
    parts.push(text.slice(at, left), text.slice(left, right));
    at = right;
  }
  parts.push(text.slice(at, to));
  if (from > 0) parts[0] = `…${parts[0] ?? ''}`;
  if (to < text.length) parts[parts.length - 1] = `${parts.at(-1) ?? ''}…`;
  return parts;
}

/** The plain letters of a text and where in it each of them begins. */
function spell(text: string): { readonly letters: string; readonly starts: readonly number[] } {
  let letters = '';
  const starts: number[] = [];
  let at = 0;
  for (const letter of text) {
    const spelled = plain(letter);
    for (let index = 0; index < spelled.length; index += 1) starts.push(at);
    letters += spelled;
    at += letter.length;
  }
  return { letters, starts };
}

/** Stretches that are some word, in order, joined where they overlap. */
function matches(letters: string, words: readonly string[]): readonly (readonly [number, number])[] {
  const all: [number, number][] = [];
  for (const word of words) {
    for (let at = letters.indexOf(word); at >= 0; at = letters.indexOf(word, at + word.length)) {
      all.push([at, at + word.length]);
    }
  }
  const joined: [number, number][] = [];
  for (const [start, end] of all.toSorted((a, b) => a[0] - b[0] || b[1] - a[1])) {
    const last = joined.at(-1);
    if (last && start <= last[1]) last[1] = Math.max(last[1], end);
    else joined.push([start, end]);
  }
  return joined;
}

/** The next beginning of a word, so that a cut text does not begin inside one. */
function wordStart(text: string, at: number): number {
  if (at === 0) return 0;
  const space = text.indexOf(' ', at);
  return space < 0 || space - at > LEAD / 2 ? at : space + 1;
}
