// $select, $orderby and $expand with its nested options → parts of the query tree.
import { suggest } from '../../model/suggest.ts';
import { refuseOrder, resolveColumn, resolveNavigation } from '../scope.ts';
import type { Expand, Query, Sort } from '../tree.ts';
import type { Token } from './lexer.ts';
import type { FilterScope } from './operands.ts';
import { resolvePath } from './read-path.ts';
import { readFilter, readValue } from './read-filter.ts';
import { limits } from './token-reader.ts';
import type { TokenReader } from './token-reader.ts';

export interface ReadScope extends FilterScope {
  readonly annotations: Query['annotations'];
  readonly language: string;
}

/** `name,_primarycontactid_value`; `*` = everything visible. Names of $compute are given apart. */
export function readSelect(
  reader: TokenReader,
  scope: ReadScope,
): { readonly select: readonly string[]; readonly computed: readonly string[] } {
  const names = new Set<string>();
  const computed = new Set<string>();
  let isAll = false;
  do {
    if (reader.skip('*')) {
      isAll = true;
      continue;
    }
    const token = reader.name('a property');
    if (scope.computed?.has(token.text)) computed.add(token.text);
    else if (reader.skip('/')) refuseStep(reader, scope, token);
    else {
      const resolved = resolveColumn(scope.model, scope.entity, [token.text]);
      if ('problem' in resolved) reader.note(resolved.code, resolved.problem, token);
      names.add(token.text);
    }
    if (names.size > limits.names) reader.refuse(`more than ${limits.names} properties`, 'QUERY_TOO_LARGE', token);
  } while (reader.skip(','));
  // A computed property alone leaves the row its key.
  const keyOnly = names.size === 0 && computed.size > 0 && !isAll ? [keyOf(scope)] : [];
  return { select: isAll ? [] : [...names, ...keyOnly], computed: [...computed] };
}

function keyOf({ entity }: ReadScope): string {
  return entity.key.columns[0]?.wire ?? entity.key.name;
}

/** What a related row says is asked for where the row is. */
function refuseStep(reader: TokenReader, scope: ReadScope, token: Token): never {
  const walked = resolveNavigation(scope.model, scope.entity, token.text);
  if ('problem' in walked) reader.refuse(walked.problem, walked.code, token);
  const rest = reader.next.kind === 'name' ? reader.next.text : '…';
  return reader.refuse(`write $expand=${token.text}($select=${rest})`, 'QUERY_FIELD_UNKNOWN', token);
}

/** `name desc,parentaccountid/name,length(name)`. With `aliases` (of $apply) a name may be one of them only. */
export function readOrderBy(reader: TokenReader, scope: ReadScope, aliases?: ReadonlySet<string>): readonly Sort[] {
  const sorts: Sort[] = [];
  do {
    const token = reader.next;
    const by = aliases ? readAlias(reader, aliases) : readSorted(reader, scope);
    const direction = reader.next.text === 'desc' ? 'desc' : 'asc';
    if (reader.next.text === 'desc' || reader.next.text === 'asc') reader.take();
    if (by && !sorts.some((sort) => by.path && sort.path?.join('/') === by.path.join('/'))) {
      sorts.push({ ...by, direction });
    }
    if (sorts.length > 10) reader.refuse('more than 10 sort properties', 'QUERY_TOO_LARGE', token);
  } while (reader.skip(','));
  return sorts;
}

type SortedBy =
  { readonly path: readonly string[] } | { readonly path?: undefined; readonly term: NonNullable<Sort['term']> };

function readAlias(reader: TokenReader, aliases: ReadonlySet<string>): SortedBy {
  const token = reader.name('a property');
  const path = [token.text];
  while (reader.skip('/')) path.push(reader.name('a property').text);
  const name = path.join('/');
  if (!aliases.has(name)) reader.note('QUERY_FIELD_UNKNOWN', `$apply gives no ${name}${suggest(name, aliases)}`, token);
  return { path };
}

function readSorted(reader: TokenReader, scope: ReadScope): SortedBy | undefined {
  const value = readValue(reader, scope);
  if (!value) return undefined;
  if (!value.path) {
    if (value.type === 'jsonb' || value.type === 'integer[]')
      reader.note('QUERY_ORDER_UNKNOWN', 'this has no order', value.token);
    return { term: value.term };
  }
  const resolved = resolvePath(reader, scope, value.path);
  const refused = resolved && refuseOrder(resolved);
  if (refused) reader.note(refused.code, refused.problem, value.token);
  return { path: value.path.steps };
}

/** `primarycontactid($select=fullname),contact_customer_accounts($filter=…;$top=3),opportunities/$count` */
export function readExpand(reader: TokenReader, scope: ReadScope): readonly Expand[] {
  return reader.nested(() => {
    const expands: Expand[] = [];
    do {
      const token = reader.next;
      if (token.text === '*') reader.refuse('name what is to be expanded; * is not', 'QUERY_NAVIGATION_UNKNOWN', token);
      const expand = readOneExpand(reader, scope);
      if (expands.some((other) => other.as === expand.as)) {
        reader.note('QUERY_SYNTAX', `${expand.as} is expanded twice`, token);
      }
      expands.push(expand);
    } while (reader.skip(','));
    return expands;
  });
}

function countExpansions(reader: TokenReader, token: Token, count: number): void {
  reader.problems.expansions += count;
  if (reader.problems.expansions > limits.expansions) {
    reader.refuse(`more than ${limits.expansions} expansions`, 'QUERY_TOO_LARGE', token);
  }
}

function readOneExpand(reader: TokenReader, scope: ReadScope): Expand {
  const token = reader.name('a navigation property');
  countExpansions(reader, token, 1);
  const walked = resolveNavigation(scope.model, scope.entity, token.text);
  // Without the target, its options mean nothing.
  if ('problem' in walked) reader.refuse(walked.problem, walked.code, token);
  const isMany = walked.navigation.kind !== 'one';
  let gives: Expand['gives'];
  if (reader.skip('/')) {
    if (reader.skip('$ref')) gives = 'references';
    else if (isMany && reader.skip('$count')) gives = 'count';
    else reader.refuse(`expected $ref${isMany ? ' or $count' : ''}, or ($expand=…) for what is related to the rows`);
  }
  const { variable: _variable, outer: _outer, computed: _computed, ...rest } = scope;
  const inner: ReadScope = { ...rest, entity: walked.target };
  const { query, levels } = reader.skip('(')
    ? readNested(reader, inner, optionsOf(isMany, gives))
    : { query: emptyQuery(inner), levels: 1 };
  const expand = { navigation: token.text, as: token.text, ...(gives && { gives }) };
  if (levels > 1 && walked.target !== scope.entity) {
    reader.note(
      'QUERY_OPTION_UNKNOWN',
      `$levels needs rows of one kind; ${token.text} leads to ${walked.target.name}`,
      token,
    );
  }
  countExpansions(reader, token, levels - 1);
  let nested: Expand = { ...expand, query };
  for (let level = 1; level < levels; level += 1) {
    nested = { ...expand, query: { ...query, expand: [...query.expand, nested] } };
  }
  return nested;
}

export function emptyQuery(scope: ReadScope): Query {
  return {
    entity: scope.entity.name,
    select: [],
    sort: [],
    expand: [],
    count: false,
    annotations: scope.annotations,
    language: scope.language,
  };
}

const ofOne = ['$select', '$expand', '$levels'];
const ofMany = [...ofOne, '$filter', '$orderby', '$top', '$count'];

/** The options an expansion understands, by what it gives. */
function optionsOf(isMany: boolean, gives: Expand['gives']): readonly string[] {
  if (gives === 'count') return ['$filter'];
  if (gives === 'references') return isMany ? ['$filter', '$orderby', '$top', '$count'] : [];
  return isMany ? ofMany : ofOne;
}

/** `$levels=max` */
const mostLevels = 10;

function readNested(
  reader: TokenReader,
  scope: ReadScope,
  options: readonly string[],
): { readonly query: Query; readonly levels: number } {
  let query = emptyQuery(scope);
  let levels = 1;
  if (reader.skip(')')) return { query, levels };
  const seen = new Set<string>();
  do {
    const option = reader.name('an option of the expansion');
    reader.expect('=');
    if (!ofMany.includes(option.text)) {
      const hint = option.text === '$skip' ? '; an expansion has no pages' : suggest(option.text, ofMany);
      reader.refuse(`$expand has no option ${option.text}${hint}`, 'QUERY_OPTION_UNKNOWN', option);
    }
    if (seen.has(option.text)) reader.note('QUERY_SYNTAX', `${option.text} stands twice`, option);
    seen.add(option.text);
    if (!options.includes(option.text)) {
      const where = options === ofOne ? 'where one row is expanded' : 'here';
      reader.note('QUERY_OPTION_UNKNOWN', `${option.text} has no meaning ${where}`, option);
    }
    if (option.text === '$levels') levels = readLevels(reader);
    else query = { ...query, ...readNestedOption(reader, scope, option.text) };
  } while (reader.skip(';'));
  reader.expect(')');
  return { query, levels };
}

function readLevels(reader: TokenReader): number {
  const token = reader.take();
  if (token.text === 'max') return mostLevels;
  const levels = token.literal === 'number' && /^\d{1,3}$/.test(token.text) ? Number(token.text) : 0;
  if (levels < 1 || levels > mostLevels)
    reader.refuse(`expected a number of levels from 1 to ${mostLevels}, or max`, 'QUERY_SYNTAX', token);
  return levels;
}

function readNestedOption(reader: TokenReader, scope: ReadScope, option: string): Partial<Query> {
  switch (option) {
    case '$select':
      return { select: readSelect(reader, scope).select };
    case '$orderby':
      return { sort: readOrderBy(reader, scope) };
    case '$expand':
      return { expand: readExpand(reader, scope) };
    case '$filter':
      return { filter: readFilter(reader, scope) };
    case '$count': {
      const token = reader.take();
      if (token.text !== 'true' && token.text !== 'false')
        reader.refuse('expected true or false after $count', 'QUERY_SYNTAX', token);
      return { count: token.text === 'true' };
    }
    default: {
      const token = reader.take();
      if (token.literal !== 'number' || !/^\d{1,9}$/.test(token.text)) {
        reader.refuse('expected a whole number after $top', 'QUERY_SYNTAX', token);
      }
      return { top: Number(token.text) };
    }
  }
}
