// Reading many rows: as a query tree (`list`) or as an OData query string (`listOData`, `countOData`). Both pass the caller's
// restrictions and answer with JSON text that Postgres wrote.
import { noteViewUse } from '../advice/view-use.ts';
import type { Call } from '../engine.ts';
import type { Entity } from '../model/model.ts';
import { compileCount, compileGroups, compilePage } from '../query/compile.ts';
import type { Compiled } from '../query/compile.ts';
import { readCursor, writeCursor } from '../query/cursor.ts';
import { lexRequest } from '../query/odata/lex-request.ts';
import { fewIds } from '../query/compile-branches.ts';
import type { LexedRequest } from '../query/odata/lex-request.ts';
import { readRequest, readTop } from '../query/odata/read-request.ts';
import type { Literal } from '../query/literal.ts';
import { planOf, runPlan } from '../query/plan.ts';
import type { Cursor, Query } from '../query/tree.ts';
import { accessShape, requirePrivilege, rowsFor } from '../security/access.ts';
import { restrict } from '../security/restrict.ts';
import { annotationsOf } from './read-preferences.ts';
import type { ReadPreferences } from './read-preferences.ts';

const maxPageSize = 5000;
/** Limits that statements are made for: a page reads at most the next of these, so that sizes do not multiply plans. */
const limits = [1, 10, 25, 50, 100, 250, 1000, 5000];

export interface Listed {
  /** The rows as JSON objects joined by commas. */
  readonly json: string;
  /** Where the next page begins; absent on the last. */
  readonly next?: Cursor;
  readonly count?: string;
}

export interface ListedOData {
  /** The whole answer. */
  readonly body: string;
}

interface PageRow {
  readonly rows: string;
  readonly n: number;
  readonly cursor: string | null;
  readonly total?: string;
}

/**
 * Runs a tree made by code. Its constants belong to the plan, so keep their variety small, or use slots: the nth stands for the
 * nth of `literals`. `skip`: rows before the page of a query that says `skips`.
 */
export async function list(call: Call, query: Query, literals: readonly Literal[] = [], skip = 0): Promise<Listed> {
  const { engine, principal } = call;
  const size = Math.min(query.page?.size ?? maxPageSize, query.top ?? maxPageSize, maxPageSize);
  const limit = limitFor(size);
  const { page, top, ...tree } = query;
  const afterNulls = page?.after?.map((value) => value === null);
  const few = fewIds(rowsFor(principal, engine.model, 'read', query.entity), principal);
  const key = `tree\n${engine.schema}\n${limit}${few ? `f${few.join()}` : ''}\n${nullMask(page?.after)}\n${accessShape(principal)}\n${JSON.stringify(tree)}`;
  const plan = planOf(engine.model, key, () => {
    const compile = tree.aggregate ? compileGroups : compilePage;
    return compile(engine, restrict(tree, principal, engine.model), { limit, afterNulls, few });
  });
  const [row] = await runPlan<PageRow>(call, plan, { literals, size, after: page?.after ?? [], skip });
  if (!row) throw new TypeError('a page always answers one row');
  const hasMore = row.n > size && (top === undefined || top > size);
  return {
    json: row.rows,
    ...(hasMore && row.cursor !== null && { next: JSON.parse(row.cursor) as Cursor }),
    ...(row.total !== undefined && { count: row.total }),
  };
}

/** A collection by its raw query string (without `?`). Throws 4xx errors of core/query, PRIVILEGE_MISSING (403). */
export async function listOData(
  call: Call,
  entity: Entity,
  query: string,
  preferences: ReadPreferences,
  options: { readonly lock?: boolean } = {},
): Promise<ListedOData> {
  // An empty list would say that there is nothing, where the caller merely has no business.
  requirePrivilege(call.principal, call.engine.model, 'read', entity.name);
  return answerPage(call, entity, query, preferences, undefined, options.lock === true && requireLockable(query));
}

/** What a list that locks its rows may say: anything else would lock them in another order than everybody, or other rows. */
const LOCKABLE: ReadonlySet<string> = new Set(['$select', '$filter', '$top']);

function requireLockable(query: string): true {
  for (const name of lexRequest(query).options.keys()) {
    if (!LOCKABLE.has(name))
      throw new TypeError(`a list that locks its rows takes $select, $filter and $top, not ${name}`);
  }
  return true;
}

/** The rows that a navigation property of one row leads to, with the options of a collection. */
export async function listRelatedOData(
  call: Call,
  within: { readonly entity: Entity; readonly id: string; readonly navigation: string },
  query: string,
  preferences: ReadPreferences,
): Promise<ListedOData> {
  const navigation = within.entity.navigation.get(within.navigation);
  const target = navigation && call.engine.model.entities.get(navigation.target);
  if (!target) throw new TypeError(`${within.entity.name} has no navigation property ${within.navigation}`);
  return answerPage(call, target, query, preferences, within);
}

/** `/$count`: how many rows match $filter and $search, exactly. */
export async function countOData(call: Call, entity: Entity, query: string): Promise<string> {
  const { engine, principal } = call;
  requirePrivilege(principal, engine.model, 'read', entity.name);
  const request = lexRequest(query);
  const key = `count\n${engine.schema}\n${entity.name}\n${accessShape(principal)}\n${request.shape}`;
  const plan = planOf(engine.model, key, () => {
    const tree = readRequest(engine.model, entity, request, { ...plain, language: principal.language });
    return compileCount(engine, restrict(tree, principal, engine.model));
  });
  const [row] = await runPlan<{ readonly total: string }>(call, plan, { literals: request.literals });
  return row?.total ?? '0';
}

const plain = { annotations: { formatted: false, lookup: false }, of: 'count' } as const;

interface PagePlan {
  readonly compiled: Compiled;
  /** Of a view that shows so many at most. */
  readonly top: number | undefined;
}

async function answerPage(
  call: Call,
  entity: Entity,
  query: string,
  preferences: ReadPreferences,
  within: { readonly entity: Entity; readonly id: string; readonly navigation: string } | undefined,
  lock = false,
): Promise<ListedOData> {
  const { engine, principal } = call;
  const request = lexRequest(query);
  const order = orderOf(entity, request);
  const token = request.options.get('$skiptoken');
  const position = token === undefined ? undefined : readCursor(token, order);
  const asked = position?.remaining ?? readTop(request);
  const page = Math.min(Math.max(preferences.maxPageSize ?? maxPageSize, 1), asked ?? maxPageSize, maxPageSize);
  const limit = limitFor(page);
  const annotations = annotationsOf(preferences.annotations);
  const few = fewIds(rowsFor(principal, engine.model, 'read', entity.name), principal);
  const key = [
    engine.schema,
    entity.name,
    within ? `${within.entity.name}/${within.navigation}` : lock ? 'locked' : '',
    few ? `${limit}f${few.join()}` : limit,
    nullMask(position?.after),
    annotations.formatted ? `f${annotations.lookup ? 'l' : ''}:${principal.language}` : annotations.lookup ? 'l' : '',
    accessShape(principal),
    request.shape,
    // A malformed $top is reported by the reader, so it may not share a plan with a good one.
    asked === undefined && request.options.has('$top') ? request.options.get('$top') : '',
  ].join('\n');
  const { compiled, top } = planOf(engine.model, key, (): PagePlan => {
    const read = readRequest(engine.model, entity, request, {
      annotations,
      language: principal.language,
      of: 'collection',
    });
    const tree: Query = within
      ? { ...read, within: { entity: within.entity.name, navigation: within.navigation } }
      : read;
    const restricted = restrict(tree, principal, engine.model);
    const afterNulls = position?.after.map((value) => value === null);
    const compile = tree.aggregate ? compileGroups : compilePage;
    return { compiled: compile(engine, restricted, { limit, afterNulls, few, lock }), top: tree.top };
  });
  const left = asked ?? top;
  const size = Math.min(page, left ?? page);
  const began = performance.now();
  const [row] = await runPlan<PageRow>(call, compiled, {
    literals: request.literals,
    size,
    after: position?.after ?? [],
    within: within?.id,
  });
  const view = request.options.get('savedQuery');
  if (view !== undefined) noteViewUse(engine, entity, view, performance.now() - began);
  if (!row) throw new TypeError('a page always answers one row');
  const isMore = row.n > size && row.cursor !== null && (left === undefined || left > size);
  const parts = [`{"@odata.context":${JSON.stringify(`${preferences.root}/$metadata#${entity.set}`)}`];
  if (row.total !== undefined) parts.push(`"@odata.count":${row.total}`);
  parts.push(`"value":[${row.rows}]`);
  if (isMore) {
    const after = JSON.parse(row.cursor ?? '[]') as Cursor;
    const next = writeCursor({ after, remaining: left === undefined ? undefined : left - size }, order);
    parts.push(`"@odata.nextLink":${JSON.stringify(nextLink(entity, query, preferences, next))}`);
  }
  return { body: `${parts.join(',')}}` };
}

/** What a cursor belongs to. */
function orderOf(entity: Entity, request: LexedRequest): string {
  const { options } = request;
  const names = ['$orderby', '$apply', 'savedQuery', 'userQuery'];
  return [entity.name, ...names.map((name) => options.get(name))].join('\n');
}

function limitFor(size: number): number {
  return limits.find((limit) => limit >= size) ?? maxPageSize;
}

function nullMask(after: Cursor | undefined): string {
  return after ? after.map((value) => (value === null ? 'n' : 'v')).join('') : '';
}

function nextLink(entity: Entity, query: string, preferences: ReadPreferences, cursor: string): string {
  const options = query.split('&').filter((part) => part !== '' && !/^(?:\$|%24)skiptoken=/i.test(part));
  return `${preferences.root}/${preferences.path ?? entity.set}?${[...options, `$skiptoken=${cursor}`].join('&')}`;
}
