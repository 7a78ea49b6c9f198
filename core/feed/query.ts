// The query of a tracked request: what may be asked, and the tree it becomes.
import type { Call } from '../engine.ts';
import type { Entity } from '../model/model.ts';
import { lexRequest, type LexedRequest } from '../query/odata/lex-request.ts';
import { readRequest } from '../query/odata/read-request.ts';
import type { Condition, Query } from '../query/tree.ts';
import { annotationsOf, type ReadPreferences } from '../records/read-preferences.ts';
import { fail } from './errors.ts';
import { isLogged, partsOf, timeless } from './reach.ts';
import { digest } from './token.ts';

export interface TrackedQuery {
  /** The query string without tokens. */
  readonly text: string;
  readonly request: LexedRequest;
  readonly tree: Query;
  /** Columns the filter reads; undefined: the past of some is not known, so the filter is not asked of it. */
  readonly filtered: readonly string[] | undefined;
}

const possible = new Set(['$select', '$filter', '$format']);

/** Throws QUERY_INVALID, FEED_OPTION, FEED_FILTER (400). */
export function readTracked(call: Call, entity: Entity, query: string, preferences: ReadPreferences): TrackedQuery {
  const text = without(query, '$deltatoken', '$skiptoken');
  const request = lexRequest(text);
  for (const option of request.options.keys())
    if (
      !possible.has(option) &&
      (option.startsWith('$') || option === 'savedQuery' || option === 'userQuery' || option === 'fetchXml')
    )
      throw fail('FEED_OPTION', { option });
  const tree = readRequest(call.engine.model, entity, request, {
    annotations: annotationsOf(preferences.annotations),
    language: call.principal.language,
    of: 'collection',
  });
  const wires = new Set<string>();
  if (tree.filter) collect(tree.filter, entity, wires);
  const filtered = [...wires].every((wire) => isLogged(entity, wire)) ? [...wires] : undefined;
  return { text, request, tree, filtered };
}

/** What a token belongs to. */
export function boundOf(call: Call, entity: Entity, { request }: TrackedQuery): string {
  const options = [...request.options].filter(([name]) => name !== '$format').toSorted(([a], [b]) => (a < b ? -1 : 1));
  return digest(call.engine.schema, call.principal.userId, entity.name, JSON.stringify(options));
}

function collect(condition: Condition, entity: Entity, wires: Set<string>): void {
  switch (condition.kind) {
    case 'true':
    case 'false':
      return;
    case 'and':
    case 'or':
      for (const one of condition.of) collect(one, entity, wires);
      return;
    case 'not':
      collect(condition.of, entity, wires);
      return;
    case 'compare':
      if (!timeless.has(condition.operator))
        throw fail('FEED_FILTER', { reason: `${condition.operator} reads the clock or other rows` });
      own(condition.path, entity, wires);
      return;
    case 'compare-terms': {
      const { paths, conditions, readsClock } = partsOf(condition.left, condition.right);
      if (readsClock) throw fail('FEED_FILTER', { reason: 'now() changes with the time' });
      for (const path of paths) own(path, entity, wires);
      for (const one of conditions) collect(one, entity, wires);
      return;
    }
    default:
      throw fail('FEED_FILTER', { reason: 'compare fields of the entity itself with constants or with each other' });
  }
}

function own(path: readonly string[], entity: Entity, wires: Set<string>): void {
  const [wire = '', ...rest] = path;
  if (rest.length > 0)
    throw fail('FEED_FILTER', {
      reason: `${path.join('/')} is of another row; compare fields of ${entity.name} itself`,
    });
  const column = entity.wire.get(wire);
  if (!column || entity.fields.get(column.field)?.derivation)
    throw fail('FEED_FILTER', { reason: `${wire} is worked out from other fields` });
  wires.add(wire);
}

/** A query string without some of its options. */
export function without(query: string, ...names: readonly string[]): string {
  const isOne = (part: string) => names.includes(part.replace(/^%24/i, '$').split('=', 1)[0] ?? '');
  return query
    .split('&')
    .filter((part) => part !== '' && !isOne(part))
    .join('&');
}

export function optionOf(query: string, name: string): string | undefined {
  const part = query.split('&').find((one) => one.replace(/^%24/i, '$').startsWith(`${name}=`));
  if (part === undefined) return undefined;
  try {
    return decodeURIComponent(part.slice(part.indexOf('=') + 1));
  } catch {
    // No token is written like this, so it is refused as one that was not made here.
    return '';
  }
}
