// $select, $orderby and $expand with its nested options → parts of the query tree.
import type { Entity, Model } from '../../model/model.ts';
import { suggest } from '../../model/suggest.ts';
import type { Literal } from '../literal.ts';
import { refuseOrder, resolveColumn, resolveNavigation } from '../scope.ts';
import type { Condition, Expand, Query, Sort } from '../tree.ts';
import { readFilter } from './read-filter.ts';
import { limits } from './token-reader.ts';
import type { TokenReader } from './token-reader.ts';

export interface ReadScope {
  readonly model: Model;
  readonly entity: Entity;
  readonly literals: readonly Literal[];
  readonly annotations: Query['annotations'];
  readonly language: string;
}

/** `name,_primarycontactid_value`; `*` = everything visible. */
export function readSelect(reader: TokenReader, scope: ReadScope): readonly string[] {
  const names = new Set<string>();
  if (reader.next.text === '*') {
    reader.take();
    return [];
  }
  do {
    const token = reader.name('a property');
    const resolved = resolveColumn(scope.model, scope.entity, [token.text]);
    if ('problem' in resolved) reader.note(resolved.code, resolved.problem, token);
    names.add(token.text);
    if (names.size > limits.names) reader.refuse(`more than ${limits.names} properties`, 'QUERY_TOO_LARGE', token);
  } while (reader.skip(','));
  return [...names];
}

/** `name desc,parentaccountid/name`. With `aliases` (of $apply) a name may be one of them. */
export function readOrderBy(reader: TokenReader, scope: ReadScope, aliases?: ReadonlySet<string>): readonly Sort[] {
  const sorts: Sort[] = [];
  do {
    const token = reader.name('a property');
    const path = [token.text];
    while (reader.skip('/')) {
      path.push(reader.name('a property').text);
      if (path.length > limits.steps)
        reader.refuse(`a path of more than ${limits.steps} steps`, 'QUERY_TOO_DEEP', token);
    }
    const direction = reader.next.text === 'desc' ? 'desc' : 'asc';
    if (reader.next.text === 'desc' || reader.next.text === 'asc') reader.take();
    const isAlias = aliases?.has(path.join('/')) === true;
    if (aliases && !isAlias) {
      reader.note('QUERY_FIELD_UNKNOWN', `$apply gives no ${path.join('/')}${suggest(path.join('/'), aliases)}`, token);
    } else if (!aliases) {
      const resolved = resolveColumn(scope.model, scope.entity, path);
      const refused = 'problem' in resolved ? resolved : refuseOrder(resolved);
      if (refused) reader.note(refused.code, refused.problem, token);
    }
    if (!sorts.some((sort) => sort.path?.join('/') === path.join('/'))) sorts.push({ path, direction });
    if (sorts.length > 10) reader.refuse('more than 10 sort properties', 'QUERY_TOO_LARGE', token);
  } while (reader.skip(','));
  return sorts;
}

/** `primarycontactid($select=fullname),contact_customer_accounts($filter=…;$top=3)` */
export function readExpand(reader: TokenReader, scope: ReadScope): readonly Expand[] {
  return reader.nested(() => {
    const expands: Expand[] = [];
    do {
      const token = reader.name('a navigation property');
      reader.problems.expansions += 1;
      if (reader.problems.expansions > limits.expansions) {
        reader.refuse(`more than ${limits.expansions} expansions`, 'QUERY_TOO_LARGE', token);
      }
      const walked = resolveNavigation(scope.model, scope.entity, token.text);
      // Without the target, its options mean nothing.
      if ('problem' in walked) reader.refuse(walked.problem, walked.code, token);
      if (expands.some((expand) => expand.as === token.text)) {
        reader.note('QUERY_SYNTAX', `${token.text} is expanded twice`, token);
      }
      const isMany = walked.navigation.kind !== 'one';
      const inner: ReadScope = { ...scope, entity: walked.target };
      const query = reader.skip('(') ? readNested(reader, inner, isMany) : emptyQuery(inner);
      expands.push({ navigation: token.text, as: token.text, query });
    } while (reader.skip(','));
    return expands;
  });
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

const nestedOptions = ['$select', '$filter', '$orderby', '$top', '$expand', '$count'];
const manyOnly = new Set(['$filter', '$orderby', '$top', '$count']);

function readNested(reader: TokenReader, scope: ReadScope, isMany: boolean): Query {
  let query = emptyQuery(scope);
  if (reader.skip(')')) return query;
  const seen = new Set<string>();
  do {
    const option = reader.name('an option of the expansion');
    reader.expect('=');
    if (!nestedOptions.includes(option.text)) {
      reader.refuse(
        `$expand has no option ${option.text}${suggest(option.text, nestedOptions)}`,
        'QUERY_OPTION_UNKNOWN',
        option,
      );
    }
    if (seen.has(option.text)) reader.note('QUERY_SYNTAX', `${option.text} stands twice`, option);
    seen.add(option.text);
    if (!isMany && manyOnly.has(option.text)) {
      reader.note('QUERY_OPTION_UNKNOWN', `${option.text} has no meaning where one row is expanded`, option);
    }
    query = { ...query, ...readNestedOption(reader, scope, option.text) };
  } while (reader.skip(';'));
  reader.expect(')');
  return query;
}

function readNestedOption(reader: TokenReader, scope: ReadScope, option: string): Partial<Query> {
  switch (option) {
    case '$select':
      return { select: readSelect(reader, scope) };
    case '$orderby':
      return { sort: readOrderBy(reader, scope) };
    case '$expand':
      return { expand: readExpand(reader, scope) };
    case '$filter':
      return { filter: readFilter(reader, scope) satisfies Condition };
    case '$count':
      reader.refuse(
        'rows of an expansion are not counted; ask the collection itself for $count',
        'QUERY_OPTION_UNKNOWN',
      );
    // eslint-disable-next-line no-fallthrough
    default: {
      const token = reader.take();
      if (token.literal !== 'number' || !/^\d{1,9}$/.test(token.text)) {
        reader.refuse('expected a whole number after $top', 'QUERY_SYNTAX', token);
      }
      return { top: Number(token.text) };
    }
  }
}
