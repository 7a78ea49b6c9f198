// Conditions of the query tree inside the statements of writes: their parameters become slots beside those of the written
// columns, filled in for the caller when the statement runs, so that callers of one shape share its text.
import type { Parameter } from '../db/sql.ts';
import type { Entity, Model } from '../model/model.ts';
import { compileCondition } from '../query/compile-condition.ts';
import { From, type Compilation } from '../query/from.ts';
import { Statement, type Binding, type Run } from '../query/statement.ts';
import type { Condition } from '../query/tree.ts';
import type { Principal } from '../security/principal.ts';

export interface RowConditions {
  /** SQL that is true or false over the row of `entity` that `alias` names. */
  over(entity: Entity, alias: string, condition: Condition): string;
  /** How the slots `:access0`, `:access1` … are filled in. */
  readonly recipes: readonly Binding[];
}

export function rowConditions(
  target: { readonly model: Model; readonly schema: string },
  use: (slot: string, type: string) => string,
): RowConditions {
  const statement = new Statement((index, type) => use(`:access${index}`, type));
  const compilation: Compilation = {
    model: target.model,
    schema: target.schema,
    statement,
    rows: () => ({ kind: 'true' }),
    shown: () => 'full',
    condition: compileCondition,
  };
  return {
    // What is unknown about a row does not hold.
    over: (entity, alias, condition) =>
      condition.kind === 'true' || condition.kind === 'false'
        ? condition.kind
        : `(${new From(compilation, entity, alias).unrestricted(condition)}) is true`,
    recipes: statement.bindings,
  };
}

/** Fills the slots of conditions in for the caller. */
export function fillConditions(
  recipes: readonly Binding[],
  principal: Principal,
  parameters: Map<string, Parameter>,
): void {
  if (recipes.length === 0) return;
  const run: Run = {
    literals: [],
    principal,
    now: new Date(),
    size: 0,
    after: [],
    within: undefined,
    refuse(code, option, message) {
      throw new TypeError(`${code} in a condition on rows: ${option}: ${message}`);
    },
  };
  for (const [index, recipe] of recipes.entries()) parameters.set(`:access${index}`, recipe(run));
}
