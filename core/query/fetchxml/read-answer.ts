// What a FetchXML query answers with: attributes, groups and measures, and the order.
import type { ColumnType } from '../../sdk/index.ts';
import { refuseOrder, treeOf } from '../scope.ts';
import type { DatePart, Group, Measure, SelectedColumn, Sort } from '../tree.ts';
import { attributeOf, flag, hint, note, placed, refuseAttributes } from './fetch-scope.ts';
import type { Attributed, FetchScope, Table } from './fetch-scope.ts';
import type { Element } from './parse-xml.ts';
import type { Link } from './read-link.ts';

/** An entity or link-entity with what stands directly inside it. */
export interface Place {
  readonly table: Table;
  /** Undefined for the query's own entity. */
  readonly alias: string | undefined;
  readonly elements: readonly Element[];
}

/** The entity and all joins, in the order of the text. Links only asked about have no attributes of their own. */
export function placesOf(scope: FetchScope, root: Place, links: readonly Link[]): readonly Place[] {
  const places = [root];
  const walk = (inside: readonly Link[]): void => {
    for (const { table, alias, elements, quantifier, links: more } of inside) {
      if (quantifier === undefined) places.push({ table, alias, elements });
      else refuseAnswers(scope, elements, more);
      if (quantifier === undefined) walk(more);
    }
  };
  walk(links);
  return places;
}

function refuseAnswers(scope: FetchScope, elements: readonly Element[], links: readonly Link[]): void {
  for (const element of elements) {
    const wanted = childrenOf([element], 'attribute', 'all-attributes', 'order')[0];
    if (wanted)
      note(
        scope,
        'QUERY_SYNTAX',
        'rows of this link-type are only asked about; attributes and orders need link-type inner or outer',
        wanted,
      );
  }
  for (const link of links) refuseAnswers(scope, link.elements, link.links);
}

function childrenOf(elements: readonly Element[], ...names: readonly string[]): readonly Element[] {
  return elements.flatMap(({ children }) => children.filter(({ name }) => names.includes(name)));
}

const attributeNames = ['name', 'alias', 'addedby', 'build', 'rowaggregate'];
const aggregateNames = [
  'name',
  'alias',
  'aggregate',
  'groupby',
  'dategrouping',
  'distinct',
  'usertimezone',
  'addedby',
  'build',
];

export interface Selected {
  readonly select: readonly string[];
  readonly columns: readonly SelectedColumn[];
}

/** `isDistinct`: all of it stands in `columns`. */
export function readAttributes(scope: FetchScope, places: readonly Place[], isDistinct: boolean): Selected {
  const select: string[] = [];
  const columns: SelectedColumn[] = [];
  let isAll = false;
  for (const place of places) {
    const { table, alias, elements } = place;
    const add = (found: Attributed, as: string | undefined): void => {
      const isOwn = alias === undefined && as === undefined;
      if (isOwn && !isDistinct) select.push(found.column.wire);
      else columns.push({ path: placed(table, found.path), as: as ?? nameOf(alias, found) });
    };
    for (const element of childrenOf(elements, 'attribute', 'all-attributes')) {
      if (element.name === 'all-attributes') {
        if (alias === undefined && !isDistinct) isAll = true;
        else for (const one of allOf(table)) add(one, undefined);
        continue;
      }
      refuseAttributes(scope, element, attributeNames);
      const name = element.attributes.get('name') ?? '';
      const as = asOf(scope, element);
      const found = attributeOf(scope, table, name, element);
      if (!found) continue;
      const rows = element.attributes.get('rowaggregate');
      if (rows === undefined) add(found, as);
      else columns.push(...countedChildren(scope, place, found, element, rows, as));
    }
  }
  refuseTwice(scope, places, [...select, ...columns.map(({ as }) => as)]);
  const key = scope.root.key.columns[0]?.wire ?? scope.root.key.name;
  if (isDistinct && columns.length === 0) return { select: [], columns: [{ path: [key], as: key }] };
  // Without any attribute the answer holds the keys alone; an empty select would mean all.
  return { select: isAll ? [] : select.length > 0 ? [...new Set(select)] : [key], columns };
}

/** `alias.attribute` of a joined row, the property's own name else. */
function nameOf(alias: string | undefined, { field, column }: Attributed): string {
  if (alias === undefined) return column.wire;
  return `${alias}.${column === field.columns[0] ? field.name : column.wire}`;
}

function allOf({ entity }: Table): readonly Attributed[] {
  return [...entity.fields.values()].flatMap((field) =>
    field.columns
      .filter((column) => column.hidden !== true)
      .map((column) => ({ entity, field, column, path: [column.wire] })),
  );
}

const aliasPattern = /^[\p{L}_][\p{L}\p{N}_.]{0,99}$/u;

function asOf(scope: FetchScope, element: Element): string | undefined {
  const as = element.attributes.get('alias');
  if (as !== undefined && !aliasPattern.test(as))
    note(scope, 'QUERY_VALUE_INVALID', `an alias is made of letters, digits and _, not "${as.slice(0, 60)}"`, element);
  return as;
}

/** Postgres gives 1,664 columns at most, and lookups bring a second one along. */
const mostColumns = 500;

function refuseTwice(scope: FetchScope, places: readonly Place[], names: readonly string[]): void {
  if (names.length > mostColumns) {
    const [element] = places[0]?.elements ?? [];
    if (element) note(scope, 'QUERY_TOO_LARGE', `more than ${mostColumns} attributes`, element);
    return;
  }
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  const [place] = places[0]?.elements ?? [];
  if (twice !== undefined && place)
    note(scope, 'QUERY_VALUE_INVALID', `two values of the answer are called ${twice}`, place);
}

/** How many rows stand directly below each row of a tree. */
function countedChildren(
  scope: FetchScope,
  { table, alias }: Place,
  found: Attributed,
  element: Element,
  said: string,
  as: string | undefined,
): readonly SelectedColumn[] {
  const tree =
    found.field === table.entity.key ? treeOf(scope.model, found) : { problem: `${found.field.name} is no key` };
  if (said !== 'CountChildren')
    note(
      scope,
      'QUERY_FUNCTION_UNKNOWN',
      `there is no rowaggregate ${said.slice(0, 40)}${hint(scope, said, ['CountChildren'])}`,
      element,
    );
  else if ('problem' in tree) note(scope, 'QUERY_OPERATOR_UNKNOWN', `CountChildren: ${tree.problem}`, element);
  else if (as === undefined) note(scope, 'QUERY_SYNTAX', 'a rowaggregate needs an alias', element);
  else {
    let child = 'children';
    while (scope.taken.has(child)) child += '_';
    const join = {
      alias: child,
      entity: table.entity.name,
      from: tree.parent,
      to: found.column.wire,
      type: 'inner' as const,
    };
    return [{ rows: { join, ...(alias !== undefined && { of: alias }) }, as }];
  }
  return [];
}

const parts: readonly DatePart[] = ['day', 'week', 'month', 'quarter', 'year', 'fiscal-period', 'fiscal-year'];
const functions: ReadonlyMap<string, Measure['function']> = new Map([
  ['sum', 'sum'],
  ['avg', 'avg'],
  ['min', 'min'],
  ['max', 'max'],
  ['count', 'count'],
  ['countcolumn', 'count'],
]);

export interface Aggregated {
  readonly groupBy: readonly Group[];
  readonly measures: readonly Measure[];
}

export function readAggregate(scope: FetchScope, places: readonly Place[]): Aggregated {
  const groupBy: Group[] = [];
  const measures: Measure[] = [];
  for (const { table, elements } of places) {
    for (const element of childrenOf(elements, 'all-attributes'))
      note(scope, 'QUERY_SYNTAX', 'an aggregate names each of its attributes', element);
    for (const element of childrenOf(elements, 'attribute')) {
      refuseAttributes(scope, element, aggregateNames);
      const as = asOf(scope, element);
      if (as === undefined) note(scope, 'QUERY_SYNTAX', 'an attribute of an aggregate needs an alias', element);
      const found = attributeOf(scope, table, element.attributes.get('name') ?? '', element);
      if (element.attributes.get('usertimezone') === 'false')
        note(
          scope,
          'QUERY_VALUE_INVALID',
          'dates are grouped in the zone of who asks; usertimezone cannot be false',
          element,
        );
      if (!found || as === undefined) continue;
      const path = placed(table, found.path);
      if (flag(scope, element, 'groupby')) groupBy.push({ as, path, ...groupingOf(scope, element, found) });
      else measures.push({ as, ...measureOf(scope, element, found, path) });
    }
  }
  refuseTwice(scope, places, [...groupBy.map(({ as = '' }) => as), ...measures.map(({ as }) => as)]);
  const [root] = places[0]?.elements ?? [];
  if (groupBy.length + measures.length === 0 && root)
    note(scope, 'QUERY_SYNTAX', 'an aggregate needs an attribute with aggregate or groupby', root);
  return { groupBy, measures };
}

function groupingOf(scope: FetchScope, element: Element, found: Attributed): Pick<Group, 'by'> {
  const refused = refuseOrder(found);
  if (refused) note(scope, refused.code, refused.problem, element);
  const said = element.attributes.get('dategrouping');
  if (said === undefined) return {};
  const part = parts.find((one) => one === said);
  const { type } = found.column;
  if (!part)
    note(
      scope,
      'QUERY_VALUE_INVALID',
      `there is no dategrouping ${said.slice(0, 40)}${hint(scope, said, parts)}`,
      element,
    );
  else if (type !== 'date' && type !== 'timestamp' && type !== 'timestamptz')
    note(
      scope,
      'QUERY_OPERATOR_UNKNOWN',
      `${found.field.name} (${found.field.type.name}) holds no dates to group`,
      element,
    );
  else return { by: { part, as: 'number' } };
  return {};
}

function measureOf(
  scope: FetchScope,
  element: Element,
  found: Attributed,
  path: readonly string[],
): Omit<Measure, 'as'> {
  const said = element.attributes.get('aggregate');
  const known = functions.get(said ?? '');
  if (!known) {
    const message =
      said === undefined
        ? 'an attribute of an aggregate says aggregate or groupby="true"'
        : `there is no aggregate ${said.slice(0, 40)}${hint(scope, said, functions.keys())}`;
    note(scope, 'QUERY_FUNCTION_UNKNOWN', message, element);
    return { function: 'count' };
  }
  if (said === 'count') return { function: 'count' };
  if (!fits(known, found.column.type))
    note(scope, 'QUERY_OPERATOR_UNKNOWN', `${found.field.name} (${found.field.type.name}) has no ${said}`, element);
  const isDistinct = flag(scope, element, 'distinct');
  if (isDistinct && said !== 'countcolumn')
    note(scope, 'QUERY_VALUE_INVALID', 'distinct belongs to countcolumn', element);
  return { function: isDistinct && known === 'count' ? 'count-distinct' : known, path };
}

function fits(measure: Measure['function'], type: ColumnType): boolean {
  const isNumber = type === 'integer' || type === 'bigint' || type === 'numeric';
  if (measure === 'sum' || measure === 'avg') return isNumber;
  if (measure === 'count') return type !== 'jsonb';
  return isNumber || type === 'text' || type === 'date' || type === 'timestamptz' || type === 'timestamp';
}

const mostOrders = 50;
const orderNames = ['attribute', 'alias', 'descending', 'entityname'];

/** Orders of the entity first, then those of its links, as they stand in the text. */
export function readOrders(
  scope: FetchScope,
  places: readonly Place[],
  results: ReadonlySet<string> | undefined,
): readonly Sort[] {
  const sorts: Sort[] = [];
  for (const { table, elements } of places) {
    for (const element of childrenOf(elements, 'order')) {
      refuseAttributes(scope, element, orderNames);
      const direction = flag(scope, element, 'descending') ? 'desc' : 'asc';
      const path = results ? resultOf(scope, element, results) : orderedPath(scope, table, element);
      if (path) sorts.push({ path, direction });
    }
  }
  const [root] = places[0]?.elements ?? [];
  if (sorts.length > mostOrders && root) note(scope, 'QUERY_TOO_LARGE', `more than ${mostOrders} orders`, root);
  return sorts;
}

/** Groups are sorted by the alias of a group or a measure. */
function resultOf(scope: FetchScope, element: Element, results: ReadonlySet<string>): readonly string[] | undefined {
  const alias = element.attributes.get('alias') ?? '';
  if (results.has(alias)) return [alias];
  const message =
    alias === ''
      ? 'an aggregate is ordered by an alias'
      : `no attribute has the alias ${alias.slice(0, 60)}${hint(scope, alias, results)}`;
  note(scope, 'QUERY_FIELD_UNKNOWN', message, element);
  return undefined;
}

function orderedPath(scope: FetchScope, table: Table, element: Element): readonly string[] | undefined {
  const name = element.attributes.get('attribute');
  const named = element.attributes.get('entityname');
  const home = named === undefined ? table : scope.joined.get(named);
  if (name === undefined || !home) {
    const message =
      name === undefined
        ? 'an order needs its attribute'
        : `there is no link-entity ${(named ?? '').slice(0, 60)}${hint(scope, named ?? '', scope.joined.keys())}`;
    note(scope, 'QUERY_SYNTAX', message, element);
    return undefined;
  }
  const found = attributeOf(scope, home, name, element);
  const refused = found && refuseOrder(found);
  if (refused) note(scope, refused.code, refused.problem, element);
  return found && placed(home, found.path);
}
