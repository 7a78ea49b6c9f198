// How hard a password is to guess, roughly: what people are told while they choose one. The server only asks for length.

/** 0 too short, 1 weak, 2 fair, 3 good. */
export type Strength = 0 | 1 | 2 | 3;

export const SHORTEST = 8;
export const LONGEST = 128;

const COMMON = /pass ?w(?:or|0r)d|qwert|asdf|zxcv|letmein|welcome|admin|peyvand|iloveyou|abc123|1q2w3e|123123/;

/** Bits that a guesser who knows how people choose has to try, about. */
function bitsOf(password: string): number {
  const characters = [...password];
  const sorts = [/[a-z]/, /[A-Z]/, /[0-9۰-۹٠-٩]/, /[^\p{L}\p{N}]/u, /[^\x20-\x7e]/];
  const sizes = [26, 26, 10, 33, 32];
  const pool = sizes.reduce((sum, size, index) => (sorts[index]?.test(password) ? sum + size : sum), 0);
  // A character that repeats the one before it, or goes on counting from it, adds next to nothing.
  let counted = 0;
  for (const [index, character] of characters.entries()) {
    const step = (character.codePointAt(0) ?? 0) - (characters[index - 1]?.codePointAt(0) ?? -9);
    counted += index > 0 && Math.abs(step) <= 1 ? 0.2 : 1;
  }
  const varied = Math.min(counted, new Set(characters).size * 2);
  return varied * Math.log2(Math.max(pool, 2));
}

/** `known`: words a guesser tries first, such as the person's name and address. */
export function passwordStrength(password: string, known: readonly string[] = []): Strength {
  if ([...password].length < SHORTEST) return 0;
  const folded = password.toLowerCase();
  const guessed = known
    .flatMap((text) => text.toLowerCase().split(/[@.\s]+/))
    .filter((word) => word.length > 3 && folded.includes(word));
  const rest = guessed.reduce((text, word) => text.replaceAll(word, ''), password);
  const bits = bitsOf(COMMON.test(folded) ? rest.slice(6) : rest);
  return bits < 36 ? 1 : bits < 60 ? 2 : 3;
}
