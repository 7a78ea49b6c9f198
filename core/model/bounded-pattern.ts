// Regular expressions of documents, for Ajv: whoever writes a pattern must not be able to hold the server up with it, nor whoever
// sends a text that it tries in a million ways. What could take long runs with a deadline.
import { createContext, Script } from 'node:vm';

/** In milliseconds, by the clock: long enough that a busy machine refuses nothing. What takes longer does not match. */
const PATIENCE = 1_000;
/** Of a pattern that took longer once. */
const IMPATIENCE = 250;
/** Steps that nobody notices. */
const STEPS = 1_000_000;
/** Characters for which even repeated repetitions are few. */
const SHORT = 16;

const place: { pattern: RegExp; text: string } = { pattern: /^/, text: '' };
const script = new Script('pattern.test(text)');
let context: object | undefined;

interface Pattern {
  test(text: string): boolean;
  /** Ajv knows a pattern by this. */
  toString(): string;
}

/** As `new RegExp`, and throws as it does. */
export const boundedPattern = Object.assign(
  (source: string, flags: string): Pattern => {
    const pattern = new RegExp(source, flags);
    const bare = source.replace(/\\./g, 'x').replace(/\[[^\]]*\]/g, 'x');
    const isNested = /\)[*+{]/.test(bare);
    const turns = (bare.match(/[*+]|\{\d+,\d*\}/g)?.length ?? 0) + (bare.startsWith('^') ? 0 : 1);
    const isQuick = (length: number): boolean => turns === 0 || (isNested ? length <= SHORT : length ** turns <= STEPS);
    let patience = PATIENCE;
    return {
      test(text) {
        if (isQuick(text.length)) return pattern.test(text);
        const found = testWithin(pattern, text, patience);
        if (found === undefined) patience = IMPATIENCE;
        return found === true;
      },
      toString: () => String(pattern),
    };
  },
  // Where Ajv writes code to be run elsewhere, which it does not here.
  { code: 'new RegExp' },
);

/** Undefined: it took longer. */
function testWithin(pattern: RegExp, text: string, timeout: number): boolean | undefined {
  context ??= createContext(place);
  Object.assign(place, { pattern, text });
  try {
    return script.runInContext(context, { timeout }) === true;
  } catch (error) {
    if ((error as { readonly code?: unknown }).code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return undefined;
    throw error;
  } finally {
    Object.assign(place, { pattern: /^/, text: '' });
  }
}
