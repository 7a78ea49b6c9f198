// One box over all entities. Each is asked in turn for rows whose name begins with what was typed, for rows that hold all of its
// words, and, where that finds little, for names that sound like it: ordinary reads, so that the caller's rows and fields hold,
// each over its index (core/schema/desired.ts) and within its time. What they find is ranked here.
import { databaseError } from '../db/errors.ts';
import type { Call } from '../engine.ts';
import type { Field } from '../model/model.ts';
import type { Literal } from '../query/literal.ts';
import type { Condition, Query, Sort } from '../query/tree.ts';
import { columnOf, factsOf } from '../records/entity-facts.ts';
import { list } from '../records/list.ts';
import { PeyvandError } from '../sdk/index.ts';
import { fail } from './errors.ts';
import { mark, wordsOf, type Parts } from './mark.ts';
import { canSound, rank, type MatchKind } from './rank.ts';
import { searchables, type Searchable } from './searchable.ts';

/** Rows looked at for each way of finding; no more are counted. */
export const CANDIDATES = 50;
/** Fewer found than this, and what sounds alike is looked for too. */
const FEW = 5;
/** Milliseconds one statement may take, one that guesses at misspelled names, and the whole search to begin another entity. */
const STATEMENT = 700;
const GUESS = 300;
const WHOLE = 2000;
/** How much of a name has to sound like what was typed (pg_trgm's word similarity): one wrong letter in eight. */
const ALIKE = 0.5;
const ENTITIES_AT_ONCE = 3;
/** Shorter words are too common to be looked for inside of texts. */
const INSIDE = 3;

export interface SearchRequest {
  readonly text: string;
  /** Logical or set names; all that can be searched where absent. */
  readonly entities?: readonly string[];
  /** Hits of each entity, at most 50. Default 5. */
  readonly top?: number;
}

export interface Hit {
  readonly entity: string;
  readonly id: string;
  /** The primary name, or null where there is none or it may not be read. */
  readonly name: string | null;
  /** The value of another search field, for a second line. */
  readonly secondary: string | null;
  readonly kind: MatchKind;
  /** 0–100. */
  readonly score: number;
  /** The fields that have matches, by name, with the matches marked. */
  readonly highlights: readonly { readonly field: string; readonly parts: Parts }[];
  /** When it was changed last, ISO, where the entity knows. */
  readonly changed: string | null;
  readonly version: string | null;
}

export interface Group {
  readonly entity: string;
  readonly set: string;
  readonly hits: readonly Hit[];
  /** Rows found; where `more` holds, at least so many. */
  readonly count: number;
  readonly more: boolean;
  /** Its time was over before everything was looked at. */
  readonly partial: boolean;
}

export interface SearchAnswer {
  readonly text: string;
  /** Those with hits, the one with the best first. */
  readonly groups: readonly Group[];
  /** Some entity was not looked at, or not wholly, within the time. */
  readonly partial: boolean;
}

export async function search(call: Call, request: SearchRequest): Promise<SearchAnswer> {
  const text = request.text.trim();
  if (text.length > 200) throw fail('SEARCH_INVALID', { reason: 'it is longer than 200 letters' });
  if (text.includes('\0')) throw fail('SEARCH_INVALID', { reason: 'a text cannot hold a zero byte' });
  const places = searchables(call.principal, call.engine.model, request.entities);
  const words = wordsOf(text);
  if (words.length === 0) return { text, groups: [], partial: false };
  const top = Math.min(Math.max(request.top ?? 5, 1), CANDIDATES);
  const deadline = performance.now() + WHOLE;
  const groups: Group[] = [];
  const waiting = [...places];
  let isPartial = false;
  const worker = async (): Promise<void> => {
    for (let place = waiting.shift(); place; place = waiting.shift()) {
      if (performance.now() > deadline) {
        isPartial = true;
        return;
      }
      const group = await searchEntity(call, place, text, words, top);
      isPartial ||= group.partial;
      if (group.hits.length > 0) groups.push(group);
    }
  };
  await Promise.all(Array.from({ length: ENTITIES_AT_ONCE }, worker));
  const best = (group: Group): number => group.hits[0]?.score ?? 0;
  const order = new Map(places.map(({ entity }, index) => [entity.name, index]));
  groups.sort((a, b) => best(b) - best(a) || (order.get(a.entity) ?? 0) - (order.get(b.entity) ?? 0));
  return { text, groups, partial: isPartial };
}

type Found = Readonly<Record<string, unknown>>;

async function searchEntity(
  call: Call,
  place: Searchable,
  text: string,
  words: readonly string[],
  top: number,
): Promise<Group> {
  const { entity } = place;
  const key = columnOf(entity.key).wire;
  const rows = new Map<string, Found>();
  let isMore = false;
  let isPartial = false;
  const collect = async (ask: Ask | undefined): Promise<void> => {
    if (!ask || isPartial) return;
    try {
      const found = await within(call, ask.counts ? STATEMENT : GUESS, (bounded) =>
        list(bounded, ask.query, ask.literals),
      );
      isMore ||= found.next !== undefined && ask.counts;
      for (const row of JSON.parse(`[${found.json}]`) as readonly Found[]) rows.set(String(row[key]), row);
    } catch (error) {
      if (!isTimeout(error)) throw error;
      isPartial = true;
    }
  };
  await collect(beginning(place, text));
  await collect(holding(place, words));
  const isFew = rows.size < FEW;
  if (isFew && canSound(text)) await collect(sounding(place, text));
  const hits = [...rows.values()].flatMap((row) => hitOf(place, row, words, text) ?? []);
  hits.sort((a, b) => b.score - a.score || Number(b.version ?? 0) - Number(a.version ?? 0) || (a.id < b.id ? -1 : 1));
  return {
    entity: entity.name,
    set: entity.set,
    hits: hits.slice(0, top),
    count: hits.length,
    more: isMore,
    partial: isPartial,
  };
}

function isTimeout(error: unknown): boolean {
  if (error instanceof PeyvandError) return error.code === 'DATABASE_TIMEOUT';
  return databaseError(error)?.code === '57014';
}

/** A statement of a search is given up rather than waited for. */
async function within<T>(call: Call, limit: number, work: (bounded: Call) => Promise<T>): Promise<T> {
  return (call.executor ?? call.engine.database).transaction(async (executor) => {
    await executor.script(
      `set local statement_timeout = ${limit}; set local plan_cache_mode = force_custom_plan; ` +
        `set local pg_trgm.word_similarity_threshold = ${ALIKE}`,
    );
    return work({ ...call, executor });
  });
}

interface Ask {
  readonly query: Query;
  readonly literals: readonly Literal[];
  /** What is beyond its page belongs to what was asked for. */
  readonly counts: boolean;
}

/** Names that begin with what was typed, in the order of the index that knows beginnings. */
function beginning(place: Searchable, text: string): Ask | undefined {
  const { entity } = place;
  if (place.fields[0] !== entity.primary) return undefined;
  const path = [columnOf(entity.primary).wire];
  return askOf(place, { kind: 'compare', path, operator: 'startswith', value: { slot: 0 } }, [text], true, [
    { path, direction: 'asc', plain: true },
  ]);
}

/** Rows whose search fields hold every word, the newest first. */
function holding(place: Searchable, words: readonly string[]): Ask | undefined {
  // A word too short for trigrams is only found beside one that is long enough.
  if (!words.some((word) => word.length >= INSIDE)) return undefined;
  const of = words.map((_, slot): Condition => ({
    kind: 'or',
    of: place.fields.map((field) => ({
      kind: 'compare',
      path: [columnOf(field).wire],
      operator: 'contains',
      value: { slot },
    })),
  }));
  const created = factsOf(place.entity).system.get('created-on');
  const sort: readonly Sort[] = created ? [{ path: [columnOf(created).wire], direction: 'desc' }] : [];
  return askOf(place, { kind: 'and', of }, words, true, sort);
}

/** Names that sound like what was typed. An order that no index has keeps the database to the index of sounds. */
function sounding(place: Searchable, text: string): Ask | undefined {
  const { entity } = place;
  if (place.fields[0] !== entity.primary) return undefined;
  const version = factsOf(entity).system.get('version');
  const sort: readonly Sort[] = version ? [{ path: [columnOf(version).wire], direction: 'desc' }] : [];
  const path = [columnOf(entity.primary).wire];
  return askOf(place, { kind: 'sounds-like', path, value: { slot: 0 } }, [text], false, sort);
}

function askOf(
  place: Searchable,
  filter: Condition,
  texts: readonly string[],
  counts: boolean,
  sort: readonly Sort[],
): Ask {
  const query: Query = {
    entity: place.entity.name,
    select: shownColumns(place),
    filter,
    sort,
    expand: [],
    page: { size: CANDIDATES },
    count: false,
    annotations: { formatted: false, lookup: false },
  };
  const literals = texts.map((value): Literal => ({ kind: 'string', value, item: undefined, option: 'search', at: 0 }));
  return { query, literals, counts };
}

function shownColumns({ entity, fields, named }: Searchable): readonly string[] {
  const { system } = factsOf(entity);
  const shown = [
    entity.key,
    ...(named ? [entity.primary] : []),
    ...fields,
    system.get('modified-on'),
    system.get('version'),
  ];
  return [...new Set(shown.flatMap((field) => (field ? [columnOf(field).wire] : [])))];
}

function hitOf(place: Searchable, row: Found, words: readonly string[], text: string): Hit | undefined {
  const { entity, fields, named } = place;
  const said = (field: Field | undefined): string | null => {
    const value = field && row[columnOf(field).wire];
    return value === undefined || value === null ? null : String(value);
  };
  const filled = fields.flatMap((field) => {
    const value = said(field);
    return value === null ? [] : [{ field, text: value, isName: field === entity.primary }];
  });
  const ranked = rank(filled, words, text);
  if (!ranked) return undefined;
  const highlights = filled.flatMap(({ field, text: value }) => {
    const parts = mark(value, words);
    return parts ? [{ field: field.name, parts }] : [];
  });
  const { system } = factsOf(entity);
  return {
    entity: entity.name,
    id: String(row[columnOf(entity.key).wire]),
    name: named ? said(entity.primary) : null,
    secondary: filled.find(({ isName }) => !isName)?.text ?? null,
    ...ranked,
    highlights,
    changed: said(system.get('modified-on')),
    version: said(system.get('version')),
  };
}
