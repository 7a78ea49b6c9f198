// One question in five forms: as the query tree, as OData text, as FetchXML text, as a view's filter, and as a plain JavaScript
// reading of the rows. Random ones are made with fast-check; whoever answers them differently is wrong.
import * as fc from 'fast-check';
import type { Condition, Value } from '../../core/query/tree.ts';
import type { JsonObject } from '../../core/sdk/index.ts';

export type Scalar = string | number | boolean | null;

/** A property as every language names it, its value in a row, and constants to compare it with. */
export interface Property<Row> {
  /** Wire names over single-valued navigation. */
  readonly path: readonly [string] | readonly [string, string];
  /** As FetchXML and views name its last step. */
  readonly attribute: string;
  readonly value: (row: Row) => Scalar;
  readonly constants: readonly Scalar[];
  readonly kind: 'text' | 'number' | 'boolean' | 'date' | 'id';
}

export interface Asked<Row> {
  readonly tree: Condition;
  readonly odata: (variable?: string) => string;
  /** Negation is pushed down: FetchXML has none. */
  readonly fetchXml: (negated: boolean) => string;
  readonly view: JsonObject;
  readonly holds: (row: Row) => boolean;
}

const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** Without case, as texts are compared. */
const plain = (value: Scalar): Scalar => (typeof value === 'string' ? value.toLowerCase() : value);

type Order = 'eq' | 'ne' | 'gt' | 'ge' | 'lt' | 'le';
const opposite = { eq: 'ne', ne: 'eq', gt: 'le', ge: 'lt', lt: 'ge', le: 'gt' } as const;

function compares(left: Scalar, operator: Order, right: Scalar): boolean {
  const [a, b] = [plain(left), plain(right)];
  if (operator === 'eq') return a === b;
  if (operator === 'ne') return a !== b;
  if (a === null || b === null) return false;
  return operator === 'gt' ? a > b : operator === 'ge' ? a >= b : operator === 'lt' ? a < b : a <= b;
}

/** `alias` is the outer link that FetchXML reaches a property of two steps by. */
const aliasOf = (step: string): string => `l_${step}`;

/** Attributes of a condition that name the property. */
const named = <Row>({ path, attribute }: Property<Row>): string =>
  `${path.length === 2 ? ` entityname="${aliasOf(path[0])}"` : ''} attribute="${attribute}"`;

const inFetch = (value: Scalar): string => (typeof value === 'boolean' ? (value ? '1' : '0') : String(value));

function written<Row>({ kind }: Property<Row>, value: Scalar): string {
  if (value === null) return 'null';
  return kind === 'text' ? quote(String(value)) : String(value);
}

const inOData = <Row>({ path }: Property<Row>, variable: string | undefined): string =>
  [...(variable === undefined ? [] : [variable]), ...path].join('/');

const dotted = <Row>({ path, attribute }: Property<Row>): string => [...path.slice(0, -1), attribute].join('.');

function comparison<Row>(property: Property<Row>): fc.Arbitrary<Asked<Row>> {
  const orders: readonly Order[] =
    property.kind === 'number' || property.kind === 'date' ? ['eq', 'ne', 'gt', 'ge', 'lt', 'le'] : ['eq', 'ne'];
  return fc.tuple(fc.constantFrom(...orders), fc.constantFrom(...property.constants)).map(([operator, constant]) => {
    const condition = (asked: Order): string =>
      `<condition${named(property)} operator="${asked}" value="${escape(inFetch(constant))}"/>`;
    const isOrder = operator !== 'eq' && operator !== 'ne';
    return {
      tree: { kind: 'compare', path: property.path, operator, value: constant },
      odata: (variable) => `${inOData(property, variable)} ${operator} ${written(property, constant)}`,
      fetchXml: (negated) => {
        if (!negated) return condition(operator);
        const turned = condition(opposite[operator]);
        if (!isOrder) return turned;
        return `<filter type="or">${turned}<condition${named(property)} operator="null"/></filter>`;
      },
      view: { field: dotted(property), is: operator, value: constant },
      holds: (row) => compares(property.value(row), operator, constant),
    };
  });
}

function emptiness<Row>(property: Property<Row>): fc.Arbitrary<Asked<Row>> {
  return fc.constant({
    tree: { kind: 'compare', path: property.path, operator: 'null', value: null },
    odata: (variable) => `${inOData(property, variable)} eq null`,
    fetchXml: (negated) => `<condition${named(property)} operator="${negated ? 'not-null' : 'null'}"/>`,
    view: { field: dotted(property), is: 'null' },
    holds: (row) => property.value(row) === null,
  });
}

function membership<Row>(property: Property<Row>): fc.Arbitrary<Asked<Row>> {
  return fc.array(fc.constantFrom(...property.constants), { minLength: 1, maxLength: 4 }).map((constants) => ({
    tree: { kind: 'compare', path: property.path, operator: 'in', value: constants as Value },
    odata: (variable) =>
      `${inOData(property, variable)} in (${constants.map((one) => written(property, one)).join(',')})`,
    fetchXml: (negated) =>
      `<condition${named(property)} operator="${negated ? 'not-in' : 'in'}">${constants
        .map((one) => `<value>${escape(inFetch(one))}</value>`)
        .join('')}</condition>`,
    view: { field: dotted(property), is: 'in', value: constants as readonly string[] },
    holds: (row) => constants.some((one) => compares(property.value(row), 'eq', one)),
  }));
}

function part<Row>(property: Property<Row>, parts: readonly string[]): fc.Arbitrary<Asked<Row>> {
  const kinds = ['contains', 'startswith', 'endswith'] as const;
  return fc.tuple(fc.constantFrom(...kinds), fc.constantFrom(...parts)).map(([kind, piece]) => {
    const inXml = { contains: 'like', startswith: 'begins-with', endswith: 'ends-with' }[kind];
    const notInXml = { contains: 'not-like', startswith: 'not-begin-with', endswith: 'not-end-with' }[kind];
    const value = kind === 'contains' ? `%${piece}%` : piece;
    return {
      tree: { kind: 'compare', path: property.path, operator: kind, value: piece },
      odata: (variable) => `${kind}(${inOData(property, variable)},${quote(piece)})`,
      fetchXml: (negated) =>
        `<condition${named(property)} operator="${negated ? notInXml : inXml}" value="${escape(value)}"/>`,
      view: { field: dotted(property), is: kind, value: piece },
      holds: (row) => {
        const text = plain(property.value(row));
        if (typeof text !== 'string') return false;
        const small = piece.toLowerCase();
        if (kind === 'contains') return text.includes(small);
        return kind === 'startswith' ? text.startsWith(small) : text.endsWith(small);
      },
    };
  });
}

/** Many-to-many rows: how each language goes there. */
export interface Relation<Row, Other> {
  readonly navigation: string;
  /** Intersect table and the columns that both sides share with it. */
  readonly intersect: {
    readonly name: string;
    readonly mine: string;
    readonly theirs: string;
    readonly entity: string;
  };
  readonly rows: (row: Row) => readonly Other[];
  readonly properties: readonly Property<Other>[];
}

function related<Row, Other>(relation: Relation<Row, Other>): fc.Arbitrary<Asked<Row>> {
  const inner = fc
    .constantFrom(...relation.properties)
    .chain((property) => fc.oneof(comparison(property), emptiness(property)));
  const { name, mine, theirs, entity } = relation.intersect;
  return fc.tuple(fc.constantFrom('some', 'every'), inner).map(([kind, where]) => {
    const link = (type: 'any' | 'not any', negated: boolean): string =>
      `<link-entity name="${name}" from="${mine}" to="${mine}" link-type="${type}">` +
      `<link-entity name="${entity}" from="${theirs}" to="${theirs}"><filter>${where.fetchXml(negated)}</filter></link-entity></link-entity>`;
    return {
      tree: { kind, path: [relation.navigation], where: where.tree },
      odata: (variable) =>
        `${variable === undefined ? '' : `${variable}/`}${relation.navigation}/${kind === 'some' ? 'any' : 'all'}(x:${where.odata('x')})`,
      // Every row is such: there is none that is not.
      fetchXml: (negated) =>
        kind === 'some' ? link(negated ? 'not any' : 'any', false) : link(negated ? 'any' : 'not any', true),
      view: { [kind === 'some' ? 'any' : 'every']: relation.navigation, where: where.view },
      holds: (row) => relation.rows(row)[kind](where.holds),
    };
  });
}

/** Conditions of every sort, nested up to `depth`. */
export function conditions<Row, Other>(
  properties: readonly Property<Row>[],
  relation: Relation<Row, Other>,
  parts: readonly string[],
  depth = 4,
): fc.Arbitrary<Asked<Row>> {
  const leaf = fc.oneof(
    fc.constantFrom(...properties).chain((property) => fc.oneof(comparison(property), emptiness(property))),
    fc.constantFrom(...properties.filter(({ kind }) => kind !== 'boolean')).chain(membership),
    fc.constantFrom(...properties.filter(({ kind }) => kind === 'text')).chain((property) => part(property, parts)),
    related(relation),
  );
  const { condition } = fc.letrec<{ condition: Asked<Row> }>((tie) => ({
    condition: fc.oneof(
      { maxDepth: depth, withCrossShrink: true },
      leaf,
      fc.tuple(fc.constantFrom('and', 'or'), fc.array(tie('condition'), { minLength: 1, maxLength: 3 })).map(joined),
      tie('condition').map(turned),
    ),
  }));
  return condition;
}

function joined<Row>([kind, of]: readonly ['and' | 'or', readonly Asked<Row>[]]): Asked<Row> {
  const swapped = kind === 'and' ? 'or' : 'and';
  return {
    tree: { kind, of: of.map(({ tree }) => tree) },
    odata: (variable) => `(${of.map((one) => one.odata(variable)).join(` ${kind} `)})`,
    fetchXml: (negated) =>
      `<filter type="${negated ? swapped : kind}">${of.map((one) => one.fetchXml(negated)).join('')}</filter>`,
    view: { [kind]: of.map(({ view }) => view) },
    holds: (row) => (kind === 'and' ? of.every((one) => one.holds(row)) : of.some((one) => one.holds(row))),
  };
}

function turned<Row>(of: Asked<Row>): Asked<Row> {
  return {
    tree: { kind: 'not', of: of.tree },
    odata: (variable) => `not (${of.odata(variable)})`,
    fetchXml: (negated) => of.fetchXml(!negated),
    view: { not: of.view },
    holds: (row) => !of.holds(row),
  };
}

/** The outer links that FetchXML needs for properties of two steps. */
export function linksOf<Row>(
  properties: readonly Property<Row>[],
  targets: Readonly<Record<string, { readonly entity: string; readonly key: string; readonly attribute: string }>>,
): string {
  const steps = new Set(properties.flatMap(({ path }) => (path.length === 2 ? [path[0]] : [])));
  return [...steps]
    .map((step) => {
      const target = targets[step];
      if (!target) throw new TypeError(`no target for ${step}`);
      return `<link-entity name="${target.entity}" from="${target.key}" to="${target.attribute}" alias="${aliasOf(step)}" link-type="outer"/>`;
    })
    .join('');
}
