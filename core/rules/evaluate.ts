// JSONata of rules on the server, within bounds: a rule never holds up the write of its row for long, nor the server for others.
import { createRequire } from 'node:module';
import type jsonata from 'jsonata';
import type { Evaluate } from '../../metadata/apply-rules.ts';
import { daysBetween, todayIn } from '../../metadata/expression-functions.ts';

/** Milliseconds for one expression, levels of calls, members of a list. */
const LIMITS = { timeout: 250, stack: 200, sequence: 10_000 } as const;

type Engine = (text: string, options: typeof LIMITS) => jsonata.Expression;

let engine: Engine | undefined;
const compiled = new Map<string, jsonata.Expression>();
/** Texts kept ready; an organization with more compiles the rest each time. */
const MOST = 2_000;

function expressionOf(text: string): jsonata.Expression {
  let expression = compiled.get(text);
  if (!expression) {
    engine ??= createRequire(import.meta.url)('jsonata') as Engine;
    expression = engine(text, LIMITS);
    if (compiled.size < MOST) compiled.set(text, expression);
  }
  return expression;
}

export interface Reader {
  readonly timeZone: string;
  readonly now: Date;
}

export class ExpressionFailed extends Error {
  readonly text: string;
  constructor(text: string, reason: string) {
    super(reason);
    this.text = text;
  }
}

/** The evaluation throws ExpressionFailed. */
export function evaluator({ timeZone, now }: Reader): Evaluate {
  const functions = {
    today: () => todayIn(timeZone, now),
    days: (from: unknown, to: unknown) => daysBetween(from, to, timeZone),
  };
  return async (text, record) => {
    try {
      return (await expressionOf(text).evaluate(record, functions)) as unknown;
    } catch (error) {
      const { message } = error as { readonly message?: unknown };
      throw new ExpressionFailed(text, typeof message === 'string' ? message : 'it could not be worked out');
    }
  };
}
