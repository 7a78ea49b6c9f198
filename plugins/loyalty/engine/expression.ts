// JSONata of rules and tiers: compiled once, run within bounds of time, depth and size, so that no rule holds up a day's purchases.
import jsonata from 'jsonata';

type Options = { readonly timeout: number; readonly stack: number; readonly sequence: number };
const compile = jsonata as unknown as (text: string, options: Options) => jsonata.Expression;

/** Milliseconds for one value. */
const LIMITS: Options = { timeout: 250, stack: 200, sequence: 10_000 };

/** A memo: compiled again where a process has none. */
const compiled = new Map<string, jsonata.Expression>();

/** Throws Error with the expression's own words where it does not parse, fails or takes too long. */
export async function evaluate(text: string, input: unknown): Promise<unknown> {
  try {
    let expression = compiled.get(text);
    if (!expression) {
      expression = compile(text, LIMITS);
      if (compiled.size > 500) compiled.clear();
      compiled.set(text, expression);
    }
    return (await expression.evaluate(input)) as unknown;
  } catch (error) {
    throw new Error(`The expression ${text.slice(0, 120)} failed: ${wordsOf(error)}`, { cause: error });
  }
}

function wordsOf(error: unknown): string {
  return String((error as { readonly message?: unknown } | undefined)?.message ?? error);
}

/** What is wrong with the text; undefined where it parses. */
export function problemOf(text: string): string | undefined {
  try {
    compile(text, LIMITS);
    return undefined;
  } catch (error) {
    return wordsOf(error);
  }
}

/** A whole number of points, rounded down, none below zero; undefined where the value is no number. */
export function wholeOf(value: unknown): bigint | undefined {
  if (typeof value !== 'number' || !Number.isFinite(value)) return undefined;
  return BigInt(Math.floor(Math.min(Math.max(value, 0), Number.MAX_SAFE_INTEGER)));
}
