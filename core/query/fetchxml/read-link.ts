// <link-entity> → joins and conditions about related rows. Links are opened first, all of them, because conditions may point at
// any; then their filters are read.
import type { Entity } from '../../model/model.ts';
import { limits } from '../odata/token-reader.ts';
import type { Condition, Join, Path } from '../tree.ts';
import { attributeOf, hint, isAlike, note, refuseAttributes, refuseChild } from './fetch-scope.ts';
import type { FetchScope, Table } from './fetch-scope.ts';
import type { Element } from './parse-xml.ts';
import { readFilter } from './read-filter.ts';

export interface Link {
  /** The element, and of a many-to-many link the one inside that names the other side. */
  readonly elements: readonly Element[];
  readonly table: Table;
  readonly alias: string;
  readonly join: Omit<Join, 'filter' | 'joins'>;
  /** Set where rows are only asked about. */
  readonly quantifier: Quantifier | undefined;
  readonly links: readonly Link[];
}

type Quantifier = (Condition & { readonly kind: 'related' })['quantifier'];

const joinTypes: ReadonlyMap<string, Join['type']> = new Map([
  ['inner', 'inner'],
  ['natural', 'inner'],
  ['outer', 'outer'],
  ['matchfirstrowusingcrossapply', 'first'],
]);

/**
 * What the Dataverse means: `all` = there are rows, and none of them is as the filter says; `not all` is the same as `any`.
 */
const quantifiers: ReadonlyMap<string, Quantifier> = new Map([
  ['exists', 'some'],
  ['in', 'some'],
  ['any', 'some'],
  ['not any', 'none'],
  ['all', 'others'],
  ['not all', 'some'],
]);

const linkAttributes = [
  'name',
  'from',
  'to',
  'alias',
  'link-type',
  'intersect',
  'visible',
  'enableprefiltering',
  'prefilterparametername',
];

/** The link-entities directly inside an element. */
export function openLinks(scope: FetchScope, parent: Table, element: Element, isAsked = false): readonly Link[] {
  return element.children
    .filter(({ name }) => name === 'link-entity')
    .flatMap((child) => openLink(scope, parent, child, isAsked) ?? []);
}

/** `isAsked`: inside of what is only asked about, which conditions outside cannot point at. */
function openLink(scope: FetchScope, parent: Table, element: Element, isAsked: boolean): Link | undefined {
  refuseAttributes(scope, element, linkAttributes);
  scope.problems.expansions += 1;
  if (scope.problems.expansions > limits.expansions) {
    if (scope.problems.expansions === limits.expansions + 1)
      note(scope, 'QUERY_TOO_LARGE', `more than ${limits.expansions} link-entities`, element);
    return undefined;
  }
  const { attributes } = element;
  const said = attributes.get('link-type') ?? 'inner';
  const quantifier = quantifiers.get(said);
  const type = joinTypes.get(said) ?? (quantifier && 'inner');
  if (!type) {
    const known = [...joinTypes.keys(), ...quantifiers.keys()];
    note(
      scope,
      'QUERY_VALUE_INVALID',
      `there is no link-type ${said.slice(0, 60)}${hint(scope, said, known)}`,
      element,
    );
  }
  const name = attributes.get('name') ?? '';
  const relation = scope.model.relations.get(name);
  if (relation?.kind === 'many-to-many') {
    return type && openPairs(scope, parent, element, relation, { type, quantifier, isAsked });
  }
  const entity = scope.model.entities.get(name);
  if (!entity) {
    const known = [
      ...scope.model.entities.keys(),
      ...[...scope.model.relations.values()].flatMap((one) => (one.kind === 'many-to-many' ? one.name : [])),
    ];
    const message =
      name === ''
        ? 'a link-entity needs its name'
        : `there is no entity ${name.slice(0, 100)}${hint(scope, name, known)}`;
    note(scope, 'QUERY_NAVIGATION_UNKNOWN', message, element);
    return undefined;
  }
  const alias = aliasOf(scope, element, entity.name);
  const table = tableOf(scope, parent, entity, alias, quantifier !== undefined || isAsked);
  const to = sideOf(scope, parent, element, 'to');
  const from = sideOf(scope, { entity, path: [], around: new Map() }, element, 'from');
  if (to && from && !isAlike(to.column.type, from.column.type)) {
    const message = `${from.field.name} of ${entity.name} and ${to.field.name} of ${parent.entity.name} hold different kinds of values`;
    note(scope, 'QUERY_OPERATOR_UNKNOWN', message, element);
  }
  const links = openLinks(scope, table, element, quantifier !== undefined || isAsked);
  if (!to || !from || !type) return undefined;
  const join = { alias, entity: entity.name, from: from.column.wire, to: to.column.wire, type };
  return { elements: [element], table, alias, join, quantifier, links };
}

function sideOf(scope: FetchScope, table: Table, element: Element, side: 'from' | 'to') {
  const name = element.attributes.get(side);
  if (name !== undefined) {
    const found = attributeOf(scope, table, name, element);
    return found && found.path.length === 1 ? found : undefined;
  }
  const of = side === 'from' ? element.attributes.get('name') : table.entity.name;
  note(scope, 'QUERY_SYNTAX', `a link-entity needs its ${side}: an attribute of ${of ?? 'the other entity'}`, element);
  return undefined;
}

interface LinkKind {
  readonly type: Join['type'];
  readonly quantifier: Quantifier | undefined;
  readonly isAsked: boolean;
}

/** An intersect entity, with the link-entity inside that leads to the other side, if there is one. */
function openPairs(
  scope: FetchScope,
  parent: Table,
  element: Element,
  relation: {
    readonly name: string;
    readonly first: string;
    readonly second: string;
    readonly columns: readonly [string, string];
  },
  { type, quantifier, isAsked }: LinkKind,
): Link | undefined {
  const from = element.attributes.get('from');
  const sides = [relation.first, relation.second];
  const side = from === undefined ? sides.indexOf(parent.entity.name) : relation.columns.indexOf(from);
  const other = scope.model.entities.get(sides[1 - side] ?? '');
  if (side < 0 || sides[side] !== parent.entity.name || !other) {
    const message =
      from !== undefined && side < 0
        ? `${relation.name} has no attribute ${from.slice(0, 60)}${hint(scope, from, relation.columns)}`
        : `${relation.name} relates ${sides.join(' and ')}, not ${parent.entity.name}`;
    note(scope, 'QUERY_NAVIGATION_UNKNOWN', message, element);
    return undefined;
  }
  const [inner, ...more] = element.children.filter(({ name }) => name === 'link-entity');
  if (more[0]) note(scope, 'QUERY_SYNTAX', `the intersect entity ${relation.name} holds one link-entity`, more[0]);
  if (inner) {
    refuseAttributes(scope, inner, linkAttributes);
    const name = inner.attributes.get('name') ?? '';
    if (name !== other.name)
      note(
        scope,
        'QUERY_NAVIGATION_UNKNOWN',
        `${relation.name} leads to ${other.name} here, not to ${name.slice(0, 60)}`,
        inner,
      );
    const isJoined = ['inner', 'outer', 'natural'].includes(inner.attributes.get('link-type') ?? 'inner');
    if (!isJoined)
      note(scope, 'QUERY_VALUE_INVALID', 'inside an intersect entity the link-type is inner or outer', inner);
  }
  const alias = inner ? aliasOf(scope, inner, other.name) : aliasOf(scope, element, relation.name);
  const key = (entity: Entity): string => entity.key.columns[0]?.wire ?? entity.key.name;
  const start = parent.path[0] ?? '@';
  const pairs = new Map<string, Path>([
    [relation.columns[side] ?? '', [start, key(parent.entity)]],
    [relation.columns[1 - side] ?? '', [key(other)]],
  ]);
  const isHidden = quantifier !== undefined || isAsked;
  const table = tableOf(scope, parent, other, alias, isHidden, pairs);
  const own = element.attributes.get('alias');
  if (inner && own !== undefined && !isHidden) scope.joined.set(own, table);
  const through = { relation: relation.name, parent: side === 0 ? ('first' as const) : ('second' as const) };
  const join = { alias, entity: other.name, from: key(other), to: key(parent.entity), through, type };
  const links = inner ? openLinks(scope, table, inner, isHidden) : [];
  return { elements: inner ? [element, inner] : [element], table, alias, join, quantifier, links };
}

const aliasPattern = /^[\p{L}_][\p{L}\p{N}_]{0,99}$/u;

/** The alias said, or the name with the first number that is free. */
function aliasOf(scope: FetchScope, element: Element, name: string): string {
  const said = element.attributes.get('alias');
  let alias = said ?? '';
  if (said === undefined) for (let n = 1; alias === '' || scope.taken.has(alias); n += 1) alias = `${name}${n}`;
  else if (!aliasPattern.test(said))
    note(
      scope,
      'QUERY_VALUE_INVALID',
      `an alias is made of letters, digits and _, not "${said.slice(0, 60)}"`,
      element,
    );
  else if (scope.taken.has(said))
    note(scope, 'QUERY_VALUE_INVALID', `${said} is the alias of two link-entities`, element);
  scope.taken.add(alias);
  return alias;
}

function tableOf(
  scope: FetchScope,
  parent: Table,
  entity: Entity,
  alias: string,
  isHidden: boolean,
  pairs?: ReadonlyMap<string, Path>,
): Table {
  const around = new Map(parent.around);
  const table: Table = { entity, path: [`@${alias}`], around, ...(pairs && { pairs }) };
  around.set(alias, table);
  if (!isHidden) scope.joined.set(alias, table);
  return table;
}

const known = ['attribute', 'all-attributes', 'no-attrs', 'order', 'filter', 'link-entity'];

/** What the filters of an entity or a link-entity ask, those about related rows included. */
export function filterOf(
  scope: FetchScope,
  table: Table,
  elements: readonly Element[],
  links: readonly Link[],
): Condition | undefined {
  const conditions = elements.flatMap((element) => {
    for (const child of element.children) if (!known.includes(child.name)) refuseChild(scope, element, child, known);
    return element.children.filter(({ name }) => name === 'filter').map((one) => readFilter(scope, table, one));
  });
  const related = links.map((link) => relatedOf(scope, link)).filter((one) => one !== undefined);
  const of = [...conditions, ...related].filter(({ kind }) => kind !== 'true');
  return of.length > 1 ? { kind: 'and', of } : of[0];
}

/** The joins among links; those only asked about are part of the filter. */
export function joinsOf(scope: FetchScope, links: readonly Link[]): readonly Join[] {
  return links.filter(({ quantifier }) => quantifier === undefined).map((link) => joinOf(scope, link));
}

function joinOf(scope: FetchScope, { elements, table, join, links }: Link): Join {
  const filter = filterOf(scope, table, elements, links);
  const joins = joinsOf(scope, links);
  return { ...join, ...(filter && { filter }), ...(joins.length > 0 && { joins }) };
}

function relatedOf(scope: FetchScope, link: Link): Condition | undefined {
  const { quantifier } = link;
  return quantifier && { kind: 'related', quantifier, join: joinOf(scope, link) };
}

/** A link-entity inside a filter: any, not any, all, not all, exists, in. */
export function readRelated(scope: FetchScope, table: Table, element: Element): Condition | undefined {
  const said = element.attributes.get('link-type');
  if (said === undefined || !quantifiers.has(said)) {
    const message = `inside a filter the link-type of a link-entity is ${[...quantifiers.keys()].join(', ')}`;
    note(scope, 'QUERY_VALUE_INVALID', `${message}${hint(scope, said ?? '', quantifiers.keys())}`, element);
    return undefined;
  }
  const link = openLink(scope, table, element, true);
  return link && relatedOf(scope, link);
}
