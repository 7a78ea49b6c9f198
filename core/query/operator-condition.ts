// An operator and what it is given → the condition.
import type { KnownOperator } from './operators.ts';
import type { Condition, Path, Value } from './tree.ts';

/** The condition; `values` as many as `takes` wants, already checked. */
export function conditionOf(
  path: Path,
  { operator, negated, takes }: KnownOperator,
  values: readonly Value[],
): Condition {
  const [first = null, second = null] = values;
  const condition: Condition =
    operator === 'between'
      ? {
          kind: 'and',
          of: [
            { kind: 'compare', path, operator: 'ge', value: first },
            { kind: 'compare', path, operator: 'le', value: second },
          ],
        }
      : {
          kind: 'compare',
          path,
          operator,
          value: first,
          ...(takes === 'period-and-year' && { second }),
        };
  return negated ? { kind: 'not', of: condition } : condition;
}
