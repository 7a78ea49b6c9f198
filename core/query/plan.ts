// Compiled statements by shape. A request whose shape was seen before on this model, for callers of the same rights, runs a
// known statement: only its constants are converted. The least recently used plans go first.
import type { Parameter, Planned, Result } from '../db/sql.ts';
import { momentOf, type Call } from '../engine.ts';
import { databaseError } from '../db/errors.ts';
import { fillEvaluated } from '../formulas/evaluate.ts';
import type { Model } from '../model/model.ts';
import type { Violation } from '../sdk/index.ts';
import type { Compiled } from './compile.ts';
import { fail } from './errors.ts';
import type { Literal } from './literal.ts';
import type { Run } from './statement.ts';

const capacity = 1000;
const plansByModel = new WeakMap<Model, Map<string, unknown>>();

/** The plan of a shape; `make` runs once per model and key. Plans of a former model go with the model. */
export function planOf<P>(model: Model, key: string, make: () => P): P {
  let plans = plansByModel.get(model);
  if (!plans) plansByModel.set(model, (plans = new Map()));
  const known = plans.get(key) as P | undefined;
  // Order of use only matters where something may have to go soon.
  if (known !== undefined && plans.size < capacity * 0.75) return known;
  const plan = known ?? make();
  if (known !== undefined) plans.delete(key);
  else if (plans.size >= capacity) plans.delete(plans.keys().next().value ?? '');
  plans.set(key, plan);
  return plan;
}

export interface RunWith {
  readonly literals: readonly Literal[];
  readonly size?: number;
  readonly after?: readonly (string | null)[];
  readonly within?: string | undefined;
  readonly skip?: number;
}

const nothing: readonly never[] = [];

/** The statement's parameters for this call. Constants that do not fit are refused together (400). */
export function parametersOf(call: Call, compiled: Compiled, given: RunWith, now = momentOf(call)): Parameter[] {
  let problems: Violation[] | undefined;
  const run: Run = {
    literals: given.literals,
    principal: call.principal,
    now,
    size: given.size ?? 0,
    after: given.after ?? nothing,
    within: given.within,
    skip: given.skip,
    refuse(code, target, message) {
      problems ??= [];
      if (problems.length < 100) problems.push({ code, target, message });
    },
  };
  const parameters: Parameter[] = compiled.bindings.map((binding) => binding(run));
  if (problems !== undefined) throw refusal(problems);
  return parameters;
}

/** Fills the parameters in and runs the statement. */
export async function runPlan<Row>(call: Call, compiled: Compiled, given: RunWith): Promise<Result<Row>> {
  const now = momentOf(call);
  const parameters = parametersOf(call, compiled, given, now);
  try {
    const { text } = compiled;
    const answer = await (call.executor ?? call.engine.database).query<Row>(text, parameters, plannedFor(compiled));
    if (call.meter) call.meter.rows += rowsIn(answer[0]);
    return compiled.evaluates === true ? await evaluated(call, answer, now) : answer;
  } catch (error) {
    // Class 22: a value that is well-formed but too large for the column's type, or a sum that overflows.
    if (databaseError(error)?.code.startsWith('22') === true) throw fail('QUERY_OVERFLOW', {}, { cause: error });
    throw error;
  }
}

/** A page says how many rows it holds; anything else is one. */
function rowsIn(answer: unknown): number {
  if (typeof answer !== 'object' || answer === null) return 0;
  return 'n' in answer && typeof answer.n === 'number' ? answer.n : 1;
}

/** The rows with the values that JavaScript works out. */
async function evaluated<Row>(call: Call, rows: Result<Row>, now: Date): Promise<Result<Row>> {
  const reader = { timeZone: call.principal.timeZone, now };
  const fill = async (row: Row): Promise<Row> => {
    const filled = Object.entries(row as Record<string, unknown>).map(async ([name, value]) => [
      name,
      typeof value === 'string' ? await fillEvaluated(value, call.engine.model, reader) : value,
    ]);
    return Object.fromEntries(await Promise.all(filled)) as Row;
  };
  return Object.assign(await Promise.all(rows.map(fill)), { count: rows.count });
}

const planned = new WeakMap<Compiled, Planned>();

/**
 * Which index finds a part of a text hangs on the text. A plan made for any would walk the sort's index, and read the whole table
 * where few rows or none have it.
 */
function plannedFor(compiled: Compiled): Planned {
  let found = planned.get(compiled);
  if (!found) planned.set(compiled, (found = / like \$\d/.test(compiled.text) ? 'each-time' : 'once'));
  return found;
}

function refusal(problems: readonly Violation[]) {
  const first = problems[0];
  if (first?.code === 'QUERY_PAGE_INVALID') return fail('QUERY_PAGE_INVALID', { reason: first.message });
  return fail('QUERY_INVALID', { first: first?.message ?? '' }, { details: problems });
}
