// How well a row answers a search: exactly what was typed, then what begins with it, then whole beginnings of words, then what is
// inside of them, then what merely sounds alike. The name counts more than the other fields.
import { fold, plain, similarity, sound } from '../db/fold.ts';

export type MatchKind = 'exact' | 'prefix' | 'word' | 'inside' | 'similar';

export interface Ranked {
  readonly kind: MatchKind;
  /** 0–100. */
  readonly score: number;
}

/** A field's text; the name comes first. */
export interface Searched {
  readonly text: string;
  readonly isName: boolean;
}

const scores: Readonly<Record<Exclude<MatchKind, 'similar'>, readonly [name: number, other: number]>> = {
  exact: [100, 90],
  prefix: [80, 60],
  word: [70, 50],
  inside: [40, 30],
};

/** `words` in plain letters, `typed` as the caller wrote it. Undefined: nothing of it is found. */
export function rank(fields: readonly Searched[], words: readonly string[], typed: string): Ranked | undefined {
  const whole = plain(typed).trim().replace(/\s+/gu, ' ');
  let best: Ranked | undefined;
  for (const { text, isName } of fields) {
    const letters = plain(text).trim().replace(/\s+/gu, ' ');
    const kind = kindOf(letters, words, whole);
    if (kind === undefined) continue;
    const score = scores[kind][isName ? 0 : 1];
    if (!best || score > best.score) best = { kind, score };
  }
  if (best) return best;
  // Each word somewhere, though not all in one field.
  const all = fields.map(({ text }) => plain(text)).join('\n');
  if (words.length > 0 && words.every((word) => all.includes(word))) return { kind: 'inside', score: 25 };
  const name = fields.find(({ isName }) => isName);
  const alike = name ? likeness(typed, name.text) : 0;
  return alike > 0.35 ? { kind: 'similar', score: Math.round(alike * 20) } : undefined;
}

function kindOf(text: string, words: readonly string[], whole: string): Exclude<MatchKind, 'similar'> | undefined {
  if (text === whole) return 'exact';
  if (text.startsWith(whole)) return 'prefix';
  if (words.length === 0 || !words.every((word) => text.includes(word))) return undefined;
  return words.every((word) => isAtWord(text, word)) ? 'word' : 'inside';
}

function isAtWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (at === 0 || !/[\p{L}\p{N}]/u.test(text[at - 1] ?? '')) return true;
  }
  return false;
}

/** 0–1: each word that was typed beside the one that sounds most like it. */
function likeness(typed: string, text: string): number {
  const [wanted, there] = [typed, text].map((one) => sound(one)?.split(' ') ?? []);
  if (!wanted || !there || wanted.length === 0) return 0;
  const joined = similarity(sound(typed)?.replaceAll(' ', '') ?? '', sound(text)?.replaceAll(' ', '') ?? '');
  const total = wanted.reduce((sum, word) => sum + Math.max(0, ...there.map((one) => similarity(word, one))), 0);
  // Of names with the same word the shorter one is nearer.
  return Math.max(joined, total / wanted.length) * 0.8 + joined * 0.2;
}

/** True where likeness has something to go by: three letters at least. */
export function canSound(typed: string): boolean {
  return (fold(typed)?.replaceAll(' ', '').length ?? 0) >= 3;
}
