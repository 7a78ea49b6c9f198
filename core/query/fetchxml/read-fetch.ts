// FetchXML → the query tree with its constants set apart, and the page asked for. All problems that can be told apart are
// reported together, each with its line and column.
import type { Entity, Model } from '../../model/model.ts';
import { fail } from '../errors.ts';
import type { Literal } from '../literal.ts';
import { Problems } from '../odata/token-reader.ts';
import type { Query } from '../tree.ts';
import { flag, hint, note, refuseAttributes, refuseChild, wholeNumber, TooMuch } from './fetch-scope.ts';
import type { FetchScope, Table } from './fetch-scope.ts';
import { parseXml, type Element } from './parse-xml.ts';
import { placesOf, readAggregate, readAttributes, readOrders } from './read-answer.ts';
import { filterOf, joinsOf, openLinks, readRelated } from './read-link.ts';

export interface ReadFetch {
  readonly query: Query;
  readonly literals: readonly Literal[];
  /** From 1. */
  readonly page: number;
  /** Rows of a page, where the text says so. */
  readonly count: number | undefined;
  /** The text of `paging-cookie`. */
  readonly cookie: string | undefined;
  readonly top: number | undefined;
}

export interface FetchOptions {
  readonly annotations: Query['annotations'];
  readonly language: string;
}

const fetchAttributes = [
  'aggregate',
  'aggregatelimit',
  'count',
  'datasource',
  'distinct',
  'latematerialize',
  'mapping',
  'min-active-row-version',
  'no-lock',
  'options',
  'output-format',
  'page',
  'paging-cookie',
  'returntotalrecordcount',
  'top',
  'useraworderby',
  'utc-offset',
  'version',
];

/** A page by its number alone walks over all rows before it: so many at most. */
const mostSkipped = 50_000;
const mostRows = 5000;

/** `entity`: the one of the set that is asked. Throws QUERY_INVALID (400) with every problem. */
export function readFetch(model: Model, entity: Entity, text: string, options: FetchOptions): ReadFetch {
  const problems = new Problems();
  const root = parseXml(text, problems);
  const read = root && readWhole(() => readRoot({ model, entity, problems }, root, options));
  const [first] = problems.found;
  if (first) throw fail('QUERY_INVALID', { first: first.message }, { details: problems.found });
  if (!read) throw fail('QUERY_INVALID', { first: 'fetchXml is empty' });
  return read;
}

function readWhole(read: () => ReadFetch | undefined): ReadFetch | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof TooMuch) return undefined;
    throw error;
  }
}

function readRoot(
  { model, entity, problems }: { readonly model: Model; readonly entity: Entity; readonly problems: Problems },
  root: Element,
  options: FetchOptions,
): ReadFetch | undefined {
  const scope: FetchScope = {
    model,
    problems,
    literals: [],
    root: entity,
    joined: new Map(),
    taken: new Set(),
    related: readRelated,
  };
  const [first, ...more] = root.children.filter(({ name }) => name === 'entity');
  if (root.name !== 'fetch' || !first) {
    note(
      scope,
      'QUERY_SYNTAX',
      root.name === 'fetch'
        ? 'expected <entity name="…"> inside <fetch>'
        : `expected <fetch>, not <${root.name.slice(0, 40)}>`,
      root,
    );
    return undefined;
  }
  for (const child of root.children) if (child.name !== 'entity') refuseChild(scope, root, child, ['entity']);
  if (more[0]) note(scope, 'QUERY_SYNTAX', 'a query has one entity', more[0]);
  refuseAttributes(scope, root, fetchAttributes);
  refuseAttributes(scope, first, ['name', 'enableprefiltering', 'prefilterparametername']);
  if (!isOf(scope, first)) return undefined;
  const table: Table = { entity, path: [], around: new Map() };
  const links = openLinks(scope, table, first);
  const places = placesOf(scope, { table, alias: undefined, elements: [first] }, links);
  const filter = filterOf(scope, table, [first], links);
  const joins = joinsOf(scope, links);
  const isDistinct = flag(scope, root, 'distinct');
  const aggregate = flag(scope, root, 'aggregate') ? readAggregate(scope, places) : undefined;
  const selected = aggregate ? undefined : readAttributes(scope, places, isDistinct);
  const results = aggregate && new Set([...aggregate.groupBy, ...aggregate.measures].map(({ as = '' }) => as));
  const sort = readOrders(scope, places, results);
  const page = readPage(scope, root);
  const query: Query = {
    entity: entity.name,
    select: selected?.select ?? [],
    sort,
    expand: [],
    ...(filter && { filter }),
    ...(joins.length > 0 && { joins }),
    ...(selected && selected.columns.length > 0 && { columns: selected.columns }),
    ...(isDistinct && !aggregate && { distinct: true }),
    ...(aggregate && { aggregate }),
    count: flag(scope, root, 'returntotalrecordcount'),
    annotations: options.annotations,
    language: options.language,
  };
  return { query, literals: scope.literals, ...page };
}

/** The address says which rows are meant; another entity in the text is a mistake. */
function isOf(scope: FetchScope, element: Element): boolean {
  const name = element.attributes.get('name') ?? '';
  if (name === scope.root.name) return true;
  const other = scope.model.entities.get(name);
  const message = other
    ? `the address asks ${scope.root.set}, and the text ${name}: send it to ${other.set}`
    : `there is no entity ${name.slice(0, 100)}${hint(scope, name, [scope.root.name, ...scope.model.entities.keys()])}`;
  note(scope, 'QUERY_NAVIGATION_UNKNOWN', message, element);
  return false;
}

function readPage(scope: FetchScope, root: Element): Pick<ReadFetch, 'page' | 'count' | 'cookie' | 'top'> {
  const top = wholeNumber(scope, root, 'top', 1, mostRows);
  const count = wholeNumber(scope, root, 'count', 1, mostRows);
  const page = wholeNumber(scope, root, 'page', 1, 100_000_000) ?? 1;
  const cookie = root.attributes.get('paging-cookie');
  const isPaged = page > 1 || cookie !== undefined;
  if (top !== undefined && isPaged)
    note(scope, 'QUERY_VALUE_INVALID', 'top takes the first rows only; pages need count and page', root);
  return { top, count, page, cookie: cookie === '' ? undefined : cookie };
}

/** Rows before a page that is named by its number alone; throws QUERY_INVALID (400) where they are too many. */
export function rowsBefore(page: number, size: number): number {
  const rows = (page - 1) * size;
  if (rows <= mostSkipped) return rows;
  const message = `page ${page} begins after row ${rows}; without paging-cookie a page begins after row ${mostSkipped} at most`;
  throw fail(
    'QUERY_INVALID',
    { first: message },
    { details: [{ code: 'QUERY_TOO_LARGE', target: 'fetchXml', message }] },
  );
}
