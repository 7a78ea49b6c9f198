// Change tracking: a list that answers with a delta link, and what the link leads to: rows that are new or changed for the
// caller, and the ids of rows that are no longer there for them. README.md says why it is right under concurrency and rights.
import type { Call } from '../engine.ts';
import type { Entity } from '../model/model.ts';
import { compilePage } from '../query/compile.ts';
import { mainColumn } from '../query/from.ts';
import type { Literal } from '../query/literal.ts';
import { planOf, runPlan } from '../query/plan.ts';
import { Statement } from '../query/statement.ts';
import type { Condition, Query } from '../query/tree.ts';
import { listOData } from '../records/list.ts';
import type { ReadPreferences } from '../records/read-preferences.ts';
import { accessShape, requirePrivilege } from '../security/access.ts';
import { restrict } from '../security/restrict.ts';
import { candidatesSql } from './candidates.ts';
import { fail } from './errors.ts';
import { readMoment, requireValid, worldOf, type Use } from './moment.ts';
import { boundOf, optionOf, readTracked, without, type TrackedQuery } from './query.ts';
import { reachDigest, reachOf, type Reach } from './reach.ts';
import { readToken, writeToken, type Moment, type Token } from './token.ts';
import { goneSince, seenNow, type Asked } from './visible-now.ts';

/** Entries of one page, and ids that are looked at in one statement. */
const MOST = 1000;

interface Tracked {
  readonly query: TrackedQuery;
  readonly reach: Reach;
  readonly asked: Asked;
  readonly bound: Pick<Token, 'bound' | 'reach' | 'world'>;
  readonly now: Moment;
}

async function open(call: Call, entity: Entity, text: string, preferences: ReadPreferences): Promise<Tracked> {
  const { engine, principal } = call;
  requirePrivilege(principal, engine.model, 'read', entity.name);
  const reach = reachOf(principal, engine.model, entity);
  const query = readTracked(call, entity, text, preferences);
  const world = await worldOf(engine.database, engine.schema);
  // What follows reads later, so nothing falls between this moment and that reading.
  const now = await readMoment(call.executor ?? engine.database);
  const asked: Asked = {
    entity,
    filter: query.tree.filter,
    literals: query.request.literals,
    filtered: query.filtered,
  };
  const bound = {
    bound: boundOf(call, entity, query),
    reach: reachDigest(principal, engine.model, entity, reach),
    world,
  };
  return { query, reach, asked, bound, now };
}

function check(tracked: Tracked, token: Token, entity: Entity): void {
  if (token.bound !== tracked.bound.bound)
    throw fail('FEED_TOKEN_INVALID', { reason: 'it was made for another caller, entity, $select or $filter' });
  requireValid(token, tracked.bound.world, tracked.now);
  if (token.reach !== tracked.bound.reach)
    throw fail('FEED_RIGHTS_CHANGED', { entity: entity.name }, { data: { entity: entity.name } });
}

/**
 * `Prefer: odata.track-changes`, and the pages after it: the rows as ever, the last page with `@odata.deltaLink`. `query` is
 * the raw query string; `key` signs tokens. Throws FEED_NOT_TRACKED, FEED_OPTION, FEED_FILTER, FEED_TOKEN_INVALID (400),
 * FEED_EXPIRED, FEED_RIGHTS_CHANGED (410).
 */
export async function listTracked(
  call: Call,
  entity: Entity,
  query: string,
  preferences: ReadPreferences,
  key: string,
): Promise<string> {
  const tracked = await open(call, entity, query, preferences);
  const given = optionOf(query, '$deltatoken');
  const token = given === undefined ? undefined : readToken(given, key);
  if (token) check(tracked, token, entity);
  const since = token?.since ?? tracked.now;
  const text = without(query, '$deltatoken');
  const { body } = await listOData(call, entity, text, preferences);
  const reading = writeToken({ since, reading: true, ...tracked.bound }, key);
  const link = /,"@odata\.nextLink":"[^"]*"\}$/;
  if (link.test(body)) return body.replace(/"\}$/, `&$deltatoken=${reading}"}`);
  return `${body.slice(0, -1)},"@odata.deltaLink":${JSON.stringify(linkTo(entity, tracked, preferences, { since, ...tracked.bound }, key))}}`;
}

/** Whether the token stands for the pages of a first reading rather than for changes. */
export function isReading(query: string, key: string): boolean {
  const given = optionOf(query, '$deltatoken');
  return given !== undefined && readToken(given, key).reading === true;
}

function linkTo(entity: Entity, { query }: Tracked, preferences: ReadPreferences, token: Token, key: string): string {
  const options = [...(query.text === '' ? [] : [query.text]), `$deltatoken=${writeToken(token, key)}`].join('&');
  return `${preferences.root}/${preferences.path ?? entity.set}?${options}`;
}

/** What `@odata.deltaLink` leads to: a page of changes, with `@odata.nextLink` or the next `@odata.deltaLink`. */
export async function listChanges(
  call: Call,
  entity: Entity,
  query: string,
  preferences: ReadPreferences,
  key: string,
): Promise<string> {
  const token = readToken(optionOf(query, '$deltatoken') ?? '', key);
  const tracked = await open(call, entity, query, preferences);
  check(tracked, token, entity);
  const until = token.until ?? tracked.now;
  const size = Math.min(Math.max(preferences.maxPageSize ?? MOST, 1), MOST);
  let { last } = token;
  let [rows, removed]: [string, string[]] = ['', []];
  let more = true;
  while (more && rows === '' && removed.length === 0) {
    const ids = await candidates(call, entity, tracked.reach, token.since, last, size);
    more = ids.length === size;
    last = ids.at(-1);
    if (ids.length === 0) break;
    rows = await rowsNow(call, tracked, ids);
    const gone = await goneSince(call, tracked.asked, tracked.reach, ids, token.since);
    const context = JSON.stringify(`${preferences.root}/$metadata#${entity.set}/$deletedEntity`);
    removed = gone.map(
      ({ id, deleted }) => `{"@odata.context":${context},"id":"${id}","reason":"${deleted ? 'deleted' : 'changed'}"}`,
    );
  }
  const next: Token =
    more && last !== undefined
      ? { since: token.since, until, last, ...tracked.bound }
      : { since: until, ...tracked.bound };
  const name = next.last === undefined ? '@odata.deltaLink' : '@odata.nextLink';
  const value = [...(rows === '' ? [] : [rows]), ...removed].join(',');
  return `{"@odata.context":${JSON.stringify(`${preferences.root}/$metadata#${entity.set}/$delta`)},"value":[${value}],"${name}":${JSON.stringify(linkTo(entity, tracked, preferences, next, key))}}`;
}

/** `/$count?$deltatoken=`: how many changes wait, removed rows included. */
export async function countChanges(
  call: Call,
  entity: Entity,
  query: string,
  preferences: ReadPreferences,
  key: string,
): Promise<number> {
  const token = readToken(optionOf(query, '$deltatoken') ?? '', key);
  const tracked = await open(call, entity, query, preferences);
  check(tracked, token, entity);
  let [count, last]: [number, string | undefined] = [0, undefined];
  for (;;) {
    const ids = await candidates(call, entity, tracked.reach, token.since, last, MOST);
    count += (await seenNow(call, tracked.asked, ids)).size;
    count += (await goneSince(call, tracked.asked, tracked.reach, ids, token.since)).length;
    last = ids.at(-1);
    if (ids.length < MOST) return count;
  }
}

async function candidates(
  call: Call,
  entity: Entity,
  reach: Reach,
  since: Moment,
  last: string | undefined,
  size: number,
): Promise<readonly string[]> {
  if (reach.rows.kind === 'false') return [];
  const statement = new Statement();
  const use: Use = (type, value) => statement.parameter(type, () => value);
  const found = candidatesSql(call, entity, reach, since, use);
  const after = last === undefined ? '' : ` where c.id > ${use('uuid', last)}`;
  const text = `select distinct c.id::text as id, c.id as place from (${found}) c${after} order by c.id limit ${size}`;
  const rows = await runPlan<{ id: string }>(call, { text, bindings: statement.bindings }, { literals: [] });
  return rows.map(({ id }) => id);
}

/** The rows of these ids that the caller sees and the filter lets through, as JSON objects joined by commas. */
async function rowsNow(call: Call, { query }: Tracked, ids: readonly string[]): Promise<string> {
  const { engine, principal } = call;
  const { request, tree } = query;
  const entity = engine.model.entities.get(tree.entity);
  const wire = entity && mainColumn(entity.key).wire;
  if (wire === undefined) throw new TypeError(`the model has no entity ${tree.entity}`);
  const listed: Literal = { kind: 'list', value: ids, item: 'guid', option: '$deltatoken', at: 0 };
  const among: Condition = { kind: 'compare', path: [wire], operator: 'in', value: { slot: request.literals.length } };
  const changed: Query = { ...tree, sort: [], filter: tree.filter ? { kind: 'and', of: [among, tree.filter] } : among };
  const { formatted, lookup } = tree.annotations;
  const plan = planOf(
    engine.model,
    `feed\n${engine.schema}\n${tree.entity}\n${formatted ? `f${principal.language}` : ''}${lookup ? 'l' : ''}\n${accessShape(principal)}\n${request.shape}`,
    () =>
      compilePage(engine, restrict(changed, principal, engine.model), {
        limit: MOST,
        afterNulls: undefined,
        few: undefined,
      }),
  );
  const [row] = await runPlan<{ readonly rows: string }>(call, plan, {
    literals: [...request.literals, listed],
    size: MOST,
  });
  return row?.rows ?? '';
}
