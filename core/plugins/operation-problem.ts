// What is wrong with a function or action that a plugin brings, in words; undefined where it is sound.
import { suggest } from '../model/suggest.ts';
import type { Operation, OperationType, OperationValue } from '../sdk/index.ts';

/** Complete by its type: a new one cannot be left out here. */
const types: Readonly<Record<OperationType, true>> = {
  text: true,
  boolean: true,
  integer: true,
  decimal: true,
  date: true,
  'date-time': true,
  id: true,
  entity: true,
  record: true,
  json: true,
};
const NAME = /^[A-Za-z_][\w.]{0,127}$/;

/** `known`: those that came before. */
export function operationProblem(operation: Operation, known: readonly Operation[]): string | undefined {
  const { name, kind, bound, parameters, returns, run } = operation ?? {};
  if (typeof name !== 'string' || !NAME.test(name)) return 'an operation needs a "name" of letters, digits, _ and dots';
  const about = `the operation "${name}"`;
  if (kind !== 'function' && kind !== 'action') return `the kind of ${about} is neither "function" nor "action"`;
  if (typeof run !== 'function') return `${about} lacks the function "run"`;
  if (bound !== undefined && typeof bound?.entity !== 'string') return `"bound" of ${about} names no entity`;
  if (!Array.isArray(parameters)) return `${about} lacks the list "parameters"`;
  const names = new Set<string>();
  for (const parameter of parameters) {
    if (typeof parameter?.name !== 'string' || !/^[A-Za-z_]\w{0,127}$/.test(parameter.name)) {
      return `a parameter of ${about} lacks a "name" of letters, digits and _`;
    }
    if (names.has(parameter.name)) return `${about} has two parameters "${parameter.name}"`;
    names.add(parameter.name);
    const problem = typeProblem(parameter);
    if (problem !== undefined) return `the parameter "${parameter.name}" of ${about} ${problem}`;
  }
  for (const value of returns === undefined ? [] : 'properties' in returns ? returns.properties : [returns]) {
    const problem = typeProblem(value);
    if (problem !== undefined) return `what ${about} returns ${problem}`;
  }
  const twin = known.find((one) => one.name === name && place(one) === place(operation));
  return twin && `${about} is there already, bound to the same; call it otherwise`;
}

function typeProblem(value: OperationValue): string | undefined {
  if (Object.hasOwn(types, value?.type)) return undefined;
  const all = Object.keys(types);
  return `is of the type "${String(value?.type)}"${suggest(String(value?.type), all)}; it is one of ${all.join(', ')}`;
}

function place({ bound }: Operation): string {
  return bound ? `${bound.entity}${bound.collection ? ' set' : ''}` : '';
}
