// /api/search: our own answer, grouped by entity, and those of the Dataverse search API (query, suggest, autocomplete) in
// both of its versions. Reading only; what is found is what the caller may read.
import type { Call } from '../../core/engine.ts';
import { plain } from '../../core/db/fold.ts';
import { CANDIDATES, search, type Hit, type SearchAnswer } from '../../core/search/search.ts';
import type { Principal } from '../../core/security/principal.ts';
import { answerJson } from './answer.ts';
import { readJson } from './body.ts';
import { callOf } from './call.ts';
import { fail } from './errors.ts';
import type { Exchange } from './exchange.ts';
import { readQueryString } from './query-string.ts';
import type { Services } from './services.ts';

const BODY_LIMIT = 64 * 1024;
/** As the Dataverse search API answers where nothing is said. */
const QUERY_TOP = 50;
const SUGGEST_TOP = 5;
const NAMES = 100;

/** GET /api/search?q=&entities=account,contact&top= */
export async function showFound(services: Services, exchange: Exchange, principal: Principal): Promise<Response> {
  const options = readQueryString(exchange.query);
  const entities = options.get('entities');
  const top = options.get('top');
  if (top !== undefined && !/^[1-9]\d{0,3}$/.test(top)) throw invalid(`top is a number up to ${CANDIDATES}`);
  const answer = await search(callOf(services, exchange, principal), {
    text: options.get('q') ?? '',
    ...(entities !== undefined && entities !== '' && { entities: namesOf(entities.split(',')) }),
    ...(top !== undefined && { top: Number(top) }),
  });
  return answerJson(200, answer, { 'Cache-Control': 'no-store' });
}

/** POST /api/search/:version/:action with `{"search": …}`. */
export async function answerDataverse(services: Services, exchange: Exchange, principal: Principal): Promise<Response> {
  const action = exchange.path.split('/').at(-1);
  const { value } = await readJson(exchange, BODY_LIMIT);
  const body = typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
  const said = body['search'];
  if (typeof said !== 'string' || said.trim() === '') throw invalid('"search" is the text to search for');
  if (said.length > 100) throw invalid('"search" has at most 100 letters');
  const top = numberOf(body['top'], 'top') ?? (action === 'query' ? QUERY_TOP : SUGGEST_TOP);
  const skip = numberOf(body['skip'], 'skip') ?? 0;
  const entities = entitiesOf(body['entities']);
  const text = typedOf(said);
  const call = callOf(services, exchange, principal);
  const answer = await search(call, {
    text,
    ...(entities.length > 0 && { entities }),
    top: Math.min(top + skip, CANDIDATES),
  });
  const hits = answer.groups
    .flatMap((group) => group.hits)
    .toSorted((a, b) => b.score - a.score || Number(b.version ?? 0) - Number(a.version ?? 0));
  switch (action) {
    case 'suggest':
      return suggested(call, hits.slice(0, top));
    case 'autocomplete':
      return completed(text, hits);
    default:
      return queried(call, answer, hits.slice(skip, skip + top), body['count'] ?? body['returntotalrecordcount']);
  }
}

function invalid(reason: string) {
  return fail('SEARCH_REQUEST_INVALID', { reason });
}

function namesOf(names: readonly string[]): readonly string[] {
  if (names.length > NAMES) throw invalid(`at most ${NAMES} entities can be named`);
  return names.map((name) => name.trim());
}

function numberOf(value: unknown, name: string): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 1000) return value;
  throw invalid(`"${name}" is a whole number up to 1000`);
}

/** Names, or objects with a name; version 2.0 sends the list as text. */
function entitiesOf(value: unknown): readonly string[] {
  if (value === undefined || value === null || value === '') return [];
  const list = typeof value === 'string' ? parsed(value) : value;
  if (!Array.isArray(list)) throw invalid('"entities" is a list of names');
  return namesOf(
    list.map((one: unknown) => {
      const name = typeof one === 'object' && one !== null && 'name' in one ? one.name : one;
      if (typeof name !== 'string') throw invalid('"entities" is a list of names');
      return name;
    }),
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw invalid('"entities" is a list of names');
  }
}

/** The text without the signs of the query syntax: `+acme*`, `"north wind"~1`. */
function typedOf(text: string): string {
  return text
    .replace(/["()^]|~\d*|\*/g, ' ')
    .replace(/(^|\s)[+-](?=\S)/g, '$1')
    .replace(/\s+/g, ' ')
    .trim();
}

function marked(hit: Hit): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    hit.highlights.map(({ field, parts }) => [
      field,
      [parts.map((part, index) => (index % 2 === 1 ? `{crmhit}${part}{/crmhit}` : part)).join('')],
    ]),
  );
}

function queried(call: Call, answer: SearchAnswer, hits: readonly Hit[], wantsCount: unknown): Response {
  const total = answer.groups.reduce((sum, group) => sum + group.count, 0);
  const count = wantsCount === true ? total : 0;
  const value = hits.map((hit) => ({
    Id: hit.id,
    EntityName: hit.entity,
    ObjectTypeCode: 0,
    Attributes: attributesOf(call, hit),
    Highlights: marked(hit),
    Score: hit.score / 10,
  }));
  return both(
    { Error: null, Value: value, Facets: {}, QueryContext: null, Count: count },
    {
      value: hits.map((hit) => ({
        '@search.score': hit.score / 10,
        '@search.highlights': marked(hit),
        '@search.entityname': hit.entity,
        '@search.objectid': hit.id,
        ...attributesOf(call, hit),
      })),
      facets: {},
      totalrecordcount: count === 0 && wantsCount !== true ? -1 : count,
      querycontext: null,
    },
  );
}

/** The name, and the fields that have matches, cut as their snippets are. */
function attributesOf(call: Call, hit: Hit): Readonly<Record<string, string>> {
  const values = hit.highlights.map(({ field, parts }) => [field, parts.join('')] as const);
  const name = call.engine.model.entities.get(hit.entity)?.primary.name;
  return { ...Object.fromEntries(values), ...(name !== undefined && hit.name !== null && { [name]: hit.name }) };
}

function suggested(call: Call, hits: readonly Hit[]): Response {
  const all = hits.map((hit) => {
    const [first] = Object.values(marked(hit));
    const text = first?.[0] ?? hit.name ?? '';
    const document = {
      '@search.objectid': hit.id,
      '@search.entityname': hit.entity,
      ...attributesOf(call, hit),
    };
    return { text, document };
  });
  return both(
    { Error: null, Value: all.map(({ text, document }) => ({ Text: text, Document: document })), QueryContext: null },
    { value: all, querycontext: null },
  );
}

/** What was typed, its last word ended as the best hit that has it goes on. */
function completed(text: string, hits: readonly Hit[]): Response {
  const last = plain(text.split(' ').at(-1) ?? '');
  const words = hits.flatMap((hit) => (hit.name ?? '').split(/[\s,،;؛()«»"]+/u));
  const found = last === '' ? undefined : words.find((word) => plain(word).startsWith(last) && plain(word) !== last);
  const value =
    found === undefined
      ? ''
      : `${text.slice(0, text.length - (text.split(' ').at(-1) ?? '').length)}{crmhit}${found}{/crmhit}`;
  return both({ Error: null, Value: value, QueryContext: null }, { value, querycontext: null });
}

/** Clients of version 2.0 read `response`, those of 1.0 what stands beside it. */
function both(response: object, beside: object): Response {
  return answerJson(200, { response: JSON.stringify(response), ...beside });
}
