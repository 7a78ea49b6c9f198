// Formulas that SQL has no words for, worked out in JavaScript when the rows have come: within bounds of time and depth, and an
// error in one row empties that value and says why in an annotation.
import { createRequire } from 'node:module';
import type jsonata from 'jsonata';
import type { Field, Model } from '../model/model.ts';
import { daysBetween, todayIn } from '../../metadata/expression-functions.ts';
import { CLOSES, OPENS, PARTS } from './marks.ts';

/**
 * Milliseconds for one value, and for all values of one answer; a formula that took too long once is not tried on the answer's
 * further rows.
 */
const LIMITS = { value: 250, answer: 1_000, depth: 200, items: 10_000 } as const;

interface Budget {
  readonly ends: number;
  readonly given: Set<Field>;
}

export interface Reader {
  readonly timeZone: string;
  readonly now: Date;
}

type Options = { timeout: number; stack: number; sequence: number };
type Engine = (text: string, options: Options) => jsonata.Expression;

let engine: Engine | undefined;
const EITHER = new RegExp(`([${OPENS}${CLOSES}])`);
const compiled = new WeakMap<Field, jsonata.Expression>();

function expressionOf(field: Field): jsonata.Expression {
  let expression = compiled.get(field);
  if (!expression) {
    engine ??= createRequire(import.meta.url)('jsonata') as Engine;
    const options = { timeout: LIMITS.value, stack: LIMITS.depth, sequence: LIMITS.items };
    expression = engine(field.derivation?.text ?? '', options);
    compiled.set(field, expression);
  }
  return expression;
}

/** The text with every marked place filled in. Values inside of marked places come first. */
export async function fillEvaluated(text: string, model: Model, reader: Reader): Promise<string> {
  if (!text.includes(OPENS)) return text;
  const budget: Budget = { ends: performance.now() + LIMITS.answer, given: new Set() };
  const open: string[] = [''];
  for (const piece of text.split(EITHER)) {
    if (piece === OPENS) open.push('');
    else if (piece === CLOSES) {
      const inner = open.pop() ?? '';
      const value = await valueOf(inner, model, reader, open.length > 1, budget);
      open.push((open.pop() ?? '') + value);
    } else open.push((open.pop() ?? '') + piece);
  }
  return open.join('');
}

async function valueOf(inner: string, model: Model, reader: Reader, nested: boolean, budget: Budget): Promise<string> {
  const [name = '', inputs = '{}'] = inner.split(PARTS);
  const at = name.indexOf('.');
  const field = model.entities.get(name.slice(0, at))?.fields.get(name.slice(at + 1));
  if (!field) return 'null';
  try {
    if (performance.now() > budget.ends || budget.given.has(field))
      throw new Error('working out the formula took too long');
    const value = await evaluate(field, recordOf(JSON.parse(inputs) as Readonly<Record<string, unknown>>), reader);
    return jsonText(field, value);
  } catch (error) {
    const { message, code } = error as { readonly message?: unknown; readonly code?: unknown };
    if (code === 'D1012') budget.given.add(field);
    const reason = typeof message === 'string' ? message : 'the formula could not be worked out';
    return nested ? 'null' : `null,${JSON.stringify(`${field.name}@Peyvand.Error`)}:${JSON.stringify(reason)}`;
  }
}

/** `{"customerid.name": "x"}` → `{customerid: {name: "x"}}`; what is empty is missing. */
function recordOf(inputs: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const record: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  const paths = Object.entries(inputs).sort(([a], [b]) => b.length - a.length);
  for (const [path, value] of paths) {
    if (value === null) continue;
    const steps = path.split('.');
    let at = record;
    for (const step of steps.slice(0, -1)) {
      const next = at[step];
      at = (typeof next === 'object' && next !== null ? next : (at[step] = {})) as Record<string, unknown>;
    }
    at[steps.at(-1) ?? ''] ??= value;
  }
  return { ...record };
}

/** The formula's value over a record in which empty fields are left out. Throws where it fails or takes too long. */
export async function evaluate(
  field: Field,
  record: Readonly<Record<string, unknown>>,
  reader: Reader,
): Promise<unknown> {
  return expressionOf(field).evaluate(record, {
    today: () => todayIn(reader.timeZone, reader.now),
    days: (from: unknown, to: unknown) => daysBetween(from, to, reader.timeZone),
  });
}

/** The JSON text of a value of the field's storage class. Throws where it is none. */
function jsonText(field: Field, value: unknown): string {
  if (value === undefined || value === null) return 'null';
  const [column] = field.columns;
  const unfit = (wanted: string): Error => new Error(`the formula gives no ${wanted}`);
  switch (column?.type) {
    case 'text':
      if (typeof value !== 'string') throw unfit('text');
      return JSON.stringify(value);
    case 'date': {
      if (typeof value !== 'string' || Number.isNaN(Date.parse(value))) throw unfit('date');
      return JSON.stringify(value.slice(0, 10));
    }
    case 'timestamptz': {
      const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
      if (Number.isNaN(time)) throw unfit('point in time');
      return JSON.stringify(new Date(time).toISOString());
    }
    case 'boolean':
      if (typeof value !== 'boolean') throw unfit('yes or no');
      return String(value);
    default: {
      if (typeof value !== 'number' || !Number.isFinite(value)) throw unfit('number');
      const scale = column?.type === 'numeric' ? field.derivation?.scale : 0;
      return String(scale === undefined || Math.abs(value) >= 1e21 ? value : Number(value.toFixed(scale)));
    }
  }
}
