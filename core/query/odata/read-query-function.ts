// The query functions of the Dataverse Web API: Microsoft.Dynamics.CRM.LastXDays(PropertyName='createdon',PropertyValue=7).
import { suggest } from '../../model/suggest.ts';
import { operandProblem } from '../operand.ts';
import { conditionOf } from '../operator-condition.ts';
import { queryFunctionNames, readQueryFunction } from '../operators.ts';
import type { KnownOperator } from '../operators.ts';
import { refuseKnown } from '../scope.ts';
import type { Resolved } from '../scope.ts';
import type { Condition, Value } from '../tree.ts';
import { listSlot, slotOf } from './compare-operands.ts';
import type { Token } from './lexer.ts';
import { nothing } from './operands.ts';
import type { FilterScope, ReadPath } from './operands.ts';
import { resolvePath } from './read-path.ts';
import { limits } from './token-reader.ts';
import type { TokenReader } from './token-reader.ts';

export const queryFunctionNamespace = 'Microsoft.Dynamics.CRM.';
export const queryFunctionProposals: readonly string[] = queryFunctionNames.map(
  (name) => queryFunctionNamespace + name,
);

/** `name` and its opening bracket are taken. */
export function readQueryCondition(reader: TokenReader, scope: FilterScope, name: Token): Condition {
  const known = readQueryFunction(name.text.slice(queryFunctionNamespace.length));
  if (!known) {
    reader.refuse(
      `there is no query function ${name.text}${suggest(name.text, queryFunctionProposals)}`,
      'QUERY_FUNCTION_UNKNOWN',
      name,
    );
  }
  const given = readArguments(reader);
  const property = given.get('PropertyName');
  if (property?.literal !== 'string') reader.refuse("expected PropertyName='…'", 'QUERY_SYNTAX', name);
  const path = queryFunctionPath(scope, property);
  const resolved = resolvePath(reader, scope, path);
  if (!resolved) return nothing;
  const refused = refuseKnown(scope.model, resolved, known);
  if (refused) {
    reader.note(refused.code, refused.problem, path.token);
    return nothing;
  }
  return conditionOf(path.steps, known, queryFunctionValues(reader, scope, resolved, known, given, name));
}

/** Query functions name the attribute (`ownerid`), not the property of the answer (`_ownerid_value`). Both are understood. */
function queryFunctionPath(scope: FilterScope, token: Token): ReadPath {
  const name = token.text;
  const wire = scope.entity.wire.has(name) ? name : (scope.entity.fields.get(name)?.columns[0]?.wire ?? name);
  return { steps: [wire], text: name, token, entity: scope.entity };
}

/** PropertyValue, PropertyValues=[…], or PropertyValue1 and PropertyValue2, as the operator takes it. */
function queryFunctionValues(
  reader: TokenReader,
  scope: FilterScope,
  resolved: Resolved,
  known: KnownOperator,
  given: ReadonlyMap<string, Token>,
  name: Token,
): readonly Value[] {
  const { operator, takes } = known;
  if (takes === 'nothing') return [];
  const isList = takes === 'list' || takes === 'numbers' || takes === 'two';
  const one = given.get('PropertyValue') ?? given.get('PropertyValues') ?? given.get('PropertyValue1');
  const second = given.get('PropertyValue2');
  const wanted = isList
    ? 'PropertyValues'
    : takes === 'period-and-year'
      ? 'PropertyValue1=…,PropertyValue2'
      : 'PropertyValue';
  if (!one || (takes === 'period-and-year' && !second))
    return reader.refuse(`expected ${wanted}=…`, 'QUERY_SYNTAX', name);
  if (isList !== (one.literal === 'list')) {
    return reader.refuse(isList ? `expected PropertyValues=['1','2']` : 'expected one value', 'QUERY_SYNTAX', one);
  }
  const literals = scope.literals[one.slot]?.value ?? [];
  const items = isList ? (Array.isArray(literals) ? (literals as readonly string[]) : []) : [one.text];
  const problem = operandProblem(operator, takes, second ? [...items, second.text] : items);
  if (problem !== undefined) reader.note('QUERY_VALUE_INVALID', problem, one);
  if (items.length > limits.listItems)
    reader.note('QUERY_TOO_LARGE', `a list of more than ${limits.listItems} values`, one);
  if (takes === 'list') return [listSlot(reader, scope, resolved, one)];
  if (takes === 'two') return [0, 1].map((item) => ({ slot: one.slot, item }));
  if (takes === 'value' || takes === 'text') return [slotOf(reader, resolved, one)];
  return second ? [{ slot: one.slot }, { slot: second.slot }] : [{ slot: one.slot }];
}

/** `PropertyName='createdon',PropertyValue=7` up to the closing bracket. */
function readArguments(reader: TokenReader): ReadonlyMap<string, Token> {
  const given = new Map<string, Token>();
  do {
    const name = reader.name('PropertyName, PropertyValue or PropertyValues');
    reader.expect('=');
    const bracket = reader.skip('[');
    if (reader.next.kind !== 'literal') reader.refuse('expected a value');
    given.set(name.text, reader.take());
    if (bracket) reader.expect(']');
  } while (reader.skip(','));
  reader.expect(')');
  return given;
}
