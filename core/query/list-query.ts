// A list's options as its address has them → the tree of all the rows they find, without pages: for what is done with the whole
// of a list (changing it, exporting it).
import type { Call } from '../engine.ts';
import type { Entity } from '../model/model.ts';
import { fail } from './errors.ts';
import type { Literal } from './literal.ts';
import { lexRequest } from './odata/lex-request.ts';
import { readRequest } from './odata/read-request.ts';
import type { Query } from './tree.ts';

/** A tree and the constants that its slots stand for. */
export interface ListQuery {
  readonly tree: Query;
  readonly literals: readonly Literal[];
}

/**
 * `savedQuery=…&$filter=…&$search=…&$orderby=…`; what it says of columns, counts and pages is left out. Throws QUERY_INVALID (400),
 * also for `$apply`, `$top` and `$skiptoken`, which would make another set of rows of it.
 */
export function readListQuery(call: Call, entity: Entity, text: string): ListQuery {
  const request = lexRequest(text);
  const details = ['$apply', '$top', '$skiptoken']
    .filter((option) => request.options.has(option))
    .map((option) => ({
      code: 'QUERY_OPTION_UNKNOWN',
      target: option,
      message: `${option} has no meaning here: all rows that the query finds are meant`,
    }));
  const [first] = details;
  if (first) throw fail('QUERY_INVALID', { first: first.message }, { details });
  const { principal, engine } = call;
  const read = readRequest(engine.model, entity, request, {
    annotations: { formatted: false, lookup: false },
    language: principal.language,
    of: 'collection',
  });
  return { tree: { ...read, select: [], expand: [], count: false }, literals: request.literals };
}
