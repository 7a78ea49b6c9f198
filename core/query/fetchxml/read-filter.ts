// <filter> and <condition> → conditions of the tree, and <link-entity> inside a filter, which asks about rows without joining.
import type { ColumnType } from '../../sdk/index.ts';
import { convert, type LiteralKind } from '../literal.ts';
import { limits } from '../odata/token-reader.ts';
import { operandProblem } from '../operand.ts';
import { conditionOf } from '../operator-condition.ts';
import { operatorNames, readOperator, type KnownOperator } from '../operators.ts';
import { refuseKnown, type Resolved } from '../scope.ts';
import type { Condition, Path, Value } from '../tree.ts';
import {
  attributeOf,
  hint,
  isAlike,
  note,
  placed,
  refuseAttributes,
  refuseChild,
  slotOf,
  tableNamed,
} from './fetch-scope.ts';
import type { Attributed, FetchScope, Table } from './fetch-scope.ts';
import type { Element } from './parse-xml.ts';

const filterAttributes = [
  'type',
  'hint',
  'isquickfindfields',
  'overridequickfindrecordlimitenabled',
  'overridequickfindrecordlimitdisabled',
  'bypassquickfind',
];

export function readFilter(scope: FetchScope, table: Table, element: Element): Condition {
  refuseAttributes(scope, element, filterAttributes);
  const type = element.attributes.get('type') ?? 'and';
  if (type !== 'and' && type !== 'or')
    note(scope, 'QUERY_VALUE_INVALID', `a filter's type is and or or, not "${type.slice(0, 40)}"`, element);
  const of = element.children.flatMap((child): readonly Condition[] => {
    switch (child.name) {
      case 'condition':
        return readCondition(scope, table, child) ?? [];
      case 'filter':
        // A filter without conditions asks nothing, also beside others of an `or`.
        return child.children.length > 0 ? [readFilter(scope, table, child)] : [];
      case 'link-entity':
        return [scope.related(scope, table, child)].filter((one) => one !== undefined);
      default:
        refuseChild(scope, element, child, ['condition', 'filter', 'link-entity']);
        return [];
    }
  });
  if (of.length === 0) return { kind: 'true' };
  return { kind: type === 'or' ? 'or' : 'and', of };
}

const conditionAttributes = [
  'attribute',
  'operator',
  'value',
  'valueof',
  'entityname',
  'column',
  'uiname',
  'uitype',
  'uihidden',
];

function readCondition(scope: FetchScope, table: Table, element: Element): [Condition] | undefined {
  refuseAttributes(scope, element, conditionAttributes);
  scope.problems.conditions += 1;
  if (scope.problems.conditions > limits.conditions) {
    // Said once.
    if (scope.problems.conditions === limits.conditions + 1)
      note(scope, 'QUERY_TOO_LARGE', `more than ${limits.conditions} conditions`, element);
    return undefined;
  }
  const { attributes } = element;
  const name = attributes.get('attribute');
  const said = attributes.get('operator') ?? '';
  const known = readOperator(said);
  if (name === undefined) note(scope, 'QUERY_SYNTAX', 'a condition needs its attribute', element);
  if (!known) {
    const message =
      said === ''
        ? 'a condition needs its operator'
        : `there is no operator ${said.slice(0, 60)}${hint(scope, said, operatorNames)}`;
    note(scope, 'QUERY_OPERATOR_UNKNOWN', message, element);
  }
  const named = attributes.get('entityname');
  const home = named === undefined ? table : tableNamed(scope, table, named, element);
  const found = home && name !== undefined ? attributeOf(scope, home, name, element) : undefined;
  if (!known || !found || !home) return undefined;
  const path = home === table ? found.path : placed(home, found.path);
  const valueof = attributes.get('valueof');
  if (valueof !== undefined) return compareColumns(scope, table, element, known, found, path, valueof);
  const refused = refuseKnown(scope.model, found, known);
  if (refused) {
    note(scope, refused.code, refused.problem, element);
    return undefined;
  }
  const values = readValues(scope, element, known, found);
  return values && [conditionOf(path, known, values)];
}

const compared = ['eq', 'ne', 'gt', 'ge', 'lt', 'le'] as const;

/** `valueof="name"` or `valueof="alias.name"`. */
function compareColumns(
  scope: FetchScope,
  table: Table,
  element: Element,
  { operator: asked }: KnownOperator,
  left: Attributed,
  path: Path,
  valueof: string,
): [Condition] | undefined {
  const operator = compared.find((one) => one === asked);
  if (!operator) {
    note(scope, 'QUERY_OPERATOR_UNKNOWN', `columns are compared by ${compared.join(', ')} only`, element);
    return undefined;
  }
  const dot = valueof.indexOf('.');
  const home = dot < 0 ? table : tableNamed(scope, table, valueof.slice(0, dot), element);
  const right = home && attributeOf(scope, home, valueof.slice(dot + 1), element);
  if (!home || !right) return undefined;
  if (!isAlike(left.column.type, right.column.type)) {
    const message = `${left.field.name} (${left.field.type.name}) and ${right.field.name} (${right.field.type.name}) hold different kinds of values`;
    note(scope, 'QUERY_OPERATOR_UNKNOWN', message, element);
    return undefined;
  }
  const other = home === table ? right.path : placed(home, right.path);
  return [
    {
      kind: 'compare-terms',
      left: { kind: 'column', path },
      operator,
      right: { kind: 'column', path: other },
    },
  ];
}

/** The operand, set apart as constants; undefined where it does not fit, which is noted. */
function readValues(
  scope: FetchScope,
  element: Element,
  known: KnownOperator,
  resolved: Resolved,
): readonly Value[] | undefined {
  const { takes } = known;
  for (const child of element.children) {
    if (child.name !== 'value') refuseChild(scope, element, child, ['value']);
    else refuseAttributes(scope, child, ['uiname', 'uitype']);
  }
  const listed = element.children.filter((child) => child.name === 'value').map((child) => child.text);
  const single = element.attributes.get('value');
  // What an operator has no use for is ignored, as the reference system does.
  if (takes === 'nothing') return [];
  const given = single === undefined ? listed : [single, ...listed];
  const problem =
    given.length > limits.listItems
      ? `a list of more than ${limits.listItems} values`
      : operandProblem(element.attributes.get('operator') ?? '', takes, given);
  if (problem !== undefined) {
    note(scope, 'QUERY_VALUE_INVALID', `${resolved.field.name}: ${problem}`, element);
    return undefined;
  }
  switch (takes) {
    case 'list':
      return listOf(scope, element, given, resolved);
    case 'numbers':
      return [
        slotOf(
          scope,
          'list',
          given.map((one) => one.trim()),
          'number',
        ),
      ];
    case 'value':
    case 'two': {
      const values = given.map((text) => valueOf(scope, element, text, resolved));
      return values.every((value) => value !== undefined) ? values : undefined;
    }
    case 'text':
    case 'pattern':
      return [slotOf(scope, 'string', given[0] ?? '')];
    case 'id':
      return [slotOf(scope, 'guid', given[0] ?? '')];
    default:
      return given.map((text) => slotOf(scope, 'string', text));
  }
}

function kindOf(type: ColumnType): Exclude<LiteralKind, 'list'> {
  return type === 'integer' || type === 'bigint' || type === 'numeric' ? 'number' : 'string';
}

function valueOf(scope: FetchScope, element: Element, text: string, { field, column }: Resolved): Value | undefined {
  const { type } = column;
  if (type === 'boolean') {
    const is = ['1', 'true'].includes(text.trim().toLowerCase());
    if (is || ['0', 'false'].includes(text.trim().toLowerCase())) return is;
    note(scope, 'QUERY_VALUE_INVALID', `${field.name}: expected 1 or 0, not "${text.slice(0, 40)}"`, element);
    return undefined;
  }
  const fitting = type === 'text' ? text : text.trim();
  const converted = convert(kindOf(type), fitting, type);
  if ('value' in converted) return slotOf(scope, kindOf(type), fitting);
  note(scope, 'QUERY_VALUE_INVALID', `${field.name}: ${converted.problem}`, element);
  return undefined;
}

function listOf(
  scope: FetchScope,
  element: Element,
  given: readonly string[],
  { field, column: { type } }: Resolved,
): readonly Value[] | undefined {
  const items = given.map((one) => (type === 'text' ? one : one.trim()));
  const problems = items
    .map((item) => convert(kindOf(type), item, type))
    .flatMap((result) => ('problem' in result ? [result.problem] : []));
  for (const problem of problems.slice(0, 5)) note(scope, 'QUERY_VALUE_INVALID', `${field.name}: ${problem}`, element);
  return problems.length === 0 ? [slotOf(scope, 'list', items, kindOf(type))] : undefined;
}
