// Looks for leaks: a restricted user's answers to random queries, before and after rows and fields that the user may not read
// were added and changed behind their back. Any difference tells of something hidden. What is hidden is the oracle's word
// (access-world.ts), not that of the code under test.
import type { Call, Engine } from '../../core/engine.ts';
import { ident, qualified } from '../../core/db/identifier.ts';
import type { Entity } from '../../core/model/model.ts';
import { countOData, listOData, listRelatedOData } from '../../core/records/list.ts';
import { listFetchXml } from '../../core/records/list-fetchxml.ts';
import { retrieveOData } from '../../core/records/retrieve.ts';
import { search } from '../../core/search/search.ts';
import { PeyvandError, type JsonObject } from '../../core/sdk/index.ts';
import { readPrincipal } from '../../core/security/principals.ts';
import { administratorRole, makeRow, may, rolesOf, rowValues, type Row, type World } from './access-world.ts';
import { makeFetch } from './fetch-queries.ts';
import type { Random } from './random.ts';

/** Profiles of the world's secured fields; who holds none of them sees neither field. */
export const leakProfiles: Readonly<Record<string, JsonObject>> = {
  'profiles/reads-secrets': {
    title: 'Reads secrets of dossiers',
    fields: { dossier: { secret: { read: true } } },
  },
  'profiles/sees-ends': {
    title: 'Sees the ends of IBANs',
    fields: {
      dossier: { iban: { read: true, mask: { last: 4 } } },
      leaf: { iban: { read: true, mask: { first: 2, last: 2 } } },
    },
  },
};
const profiles = ['reads-secrets', 'sees-ends'] as const;

export interface Fuzzed {
  readonly queries: number;
  /** Of them, those that were refused as malformed: they prove little. */
  readonly refused: number;
  readonly mutations: number;
  /** What leaked, in words; the first few. */
  readonly leaks: readonly string[];
}

type Asked =
  | { readonly kind: 'fetch'; readonly entity: string; readonly text: string; readonly next: string }
  | { readonly kind: 'search'; readonly entity: string; readonly text: string }
  | { readonly kind: 'list' | 'count'; readonly entity: string; readonly query: string; readonly size: number }
  | { readonly kind: 'row'; readonly entity: string; readonly id: string; readonly query: string }
  | {
      readonly kind: 'related';
      readonly entity: string;
      readonly id: string;
      readonly navigation: string;
      readonly query: string;
    };

/** The world's rows stand in the engine's database; its model has `leakProfiles`. Changes rows of both. */
export async function fuzzLeaks(
  engine: Engine,
  world: World,
  random: Random,
  sizes: { readonly rounds: number; readonly queries: number },
): Promise<Fuzzed> {
  const restricted = world.users.filter((user) => !rolesOf(world, user).some(({ role }) => role === administratorRole));
  // Who sees some rows and not others has something to learn; who sees none or all has little.
  const dossiers = world.rows.filter((row) => row.entity === 'dossier');
  const partly = restricted.filter((user) => {
    const share = dossiers.filter((row) => may(world, user, 'read', row)).length / dossiers.length;
    return share > 0.1 && share < 0.9;
  });
  const total = { queries: 0, refused: 0, mutations: 0, leaks: [] as string[] };
  for (let round = 0; round < sizes.rounds && restricted.length > 0; round += 1) {
    const user = partly.length > 0 && random.chance(0.9) ? random.pick(partly) : random.pick(restricted);
    const found = await readPrincipal(engine.database, engine.schema, engine.model, user.id);
    if (!found) throw new Error(`user ${user.id} is not in the database`);
    const held = profiles.filter(() => random.chance(0.4));
    const call: Call = { engine, principal: { ...found, profiles: held } };
    const asked = Array.from({ length: sizes.queries }, () => makeQuery(random, world));
    const before = await answersOf(call, asked);
    const changed = await changeHidden(engine, world, random, user, held);
    total.mutations += changed.length;
    const after = await answersOf(call, asked);
    for (const [index, one] of asked.entries()) {
      total.queries += 1;
      if (before[index]?.startsWith('refused QUERY')) total.refused += 1;
      if (before[index] === after[index] || total.leaks.length >= 10) continue;
      total.leaks.push(
        `${JSON.stringify(one)} by ${user.id} with profiles [${held.join()}]\n  before ${before[index]}\n  after  ${after[index]}\n  changes: ${changed.join('; ')}`,
      );
    }
  }
  return total;
}

async function answersOf(call: Call, asked: readonly Asked[]): Promise<readonly string[]> {
  const answers: string[] = [];
  for (let start = 0; start < asked.length; start += 8) {
    answers.push(...(await Promise.all(asked.slice(start, start + 8).map((one) => answerOf(call, one)))));
  }
  return answers;
}

async function answerOf(call: Call, asked: Asked): Promise<string> {
  const entity = entityOf(call.engine, asked.entity);
  const preferences = { root: 'http://world', annotations: '*' };
  try {
    if (asked.kind === 'search') {
      return JSON.stringify(await search(call, { text: asked.text, entities: [asked.entity], top: 50 }));
    }
    if (asked.kind === 'fetch') {
      const first = (await listFetchXml(call, entity, asked.text, preferences)).body;
      if (!first.includes('"@Microsoft.Dynamics.CRM.morerecords":true')) return first;
      const cookie =
        (JSON.parse(first) as Record<string, string>)['@Microsoft.Dynamics.CRM.fetchxmlpagingcookie'] ?? '';
      const inner = decodeURIComponent(/pagingcookie="([^"]*)"/.exec(cookie)?.[1] ?? '');
      const second = await listFetchXml(call, entity, asked.next.replace('COOKIE', inner), preferences);
      return `${first}\n${second.body}`;
    }
    if (asked.kind === 'count') return await countOData(call, entity, asked.query);
    if (asked.kind === 'row') {
      const row = await retrieveOData(call, entity, { id: asked.id }, asked.query, preferences);
      return row ? `${row.version} ${row.body}` : 'nothing';
    }
    if (asked.kind === 'related') {
      const within = { entity, id: asked.id, navigation: asked.navigation };
      return (await listRelatedOData(call, within, asked.query, preferences)).body;
    }
    const paged = { ...preferences, maxPageSize: asked.size };
    const first = (await listOData(call, entity, asked.query, paged)).body;
    const next = (JSON.parse(first) as Record<string, string>)['@odata.nextLink'];
    if (next === undefined) return first;
    return `${first}\n${(await listOData(call, entity, next.slice(next.indexOf('?') + 1), paged)).body}`;
  } catch (error) {
    if (error instanceof PeyvandError && error.status < 500) return `refused ${error.code} ${error.message}`;
    throw new Error(`${JSON.stringify(asked)} failed`, { cause: error });
  }
}

function entityOf(engine: Engine, name: string): Entity {
  const entity = engine.model.entities.get(name);
  if (!entity) throw new Error(`the model has no ${name}`);
  return entity;
}

/** Adds and changes what the user may not read, in the database and the world; says what it did. */
async function changeHidden(
  engine: Engine,
  world: World,
  random: Random,
  user: World['users'][number],
  held: readonly string[],
): Promise<readonly string[]> {
  const reads = (row: Row): boolean => may(world, user, 'read', row);
  const seen = (): string =>
    world.rows
      .filter(reads)
      .map((row) => row.id)
      .join();
  const visible = seen();
  const done: string[] = [];
  for (let index = 0; index < 8; index += 1) {
    const backup = new Map(world.rows.map((row) => [row, { ...row }]));
    const length = world.rows.length;
    const row = change(world, random, reads, held);
    // A hidden row may be what a role's condition on a readable one asks for; then it is not the query that tells of it.
    if (!row || seen() !== visible) {
      for (const [old, values] of backup) Object.assign(old, values);
      for (const added of world.rows.splice(length)) world.byId.delete(added.id);
      continue;
    }
    await write(engine, row, world.rows.length > length);
    done.push(`${row.entity} ${row.id} ${reads(row) ? 'a hidden field' : 'a hidden row'}`);
  }
  return done;
}

function change(world: World, random: Random, reads: (row: Row) => boolean, held: readonly string[]): Row | undefined {
  const fresh = makeRow(random, world);
  if (random.chance(0.3)) {
    world.rows.push(fresh);
    world.byId.set(fresh.id, fresh);
    return reads(fresh) ? undefined : fresh;
  }
  const row = random.pick(world.rows);
  if (!reads(row)) {
    const { amount, kind, flag, name, secret, iban, owner, ownerKind, unit } = fresh;
    Object.assign(row, {
      amount,
      kind,
      flag,
      name,
      secret,
      iban,
      ...(random.chance(0.3) && { owner, ownerKind, unit }),
    });
    return reads(row) ? undefined : row;
  }
  if (row.entity !== 'dossier' && row.entity !== 'leaf') return undefined;
  if (row.entity === 'leaf' || !held.includes('reads-secrets')) row.secret = fresh.secret;
  if (!held.includes('sees-ends')) row.iban = fresh.iban;
  else if (row.iban !== null) {
    const [first, last] = row.entity === 'dossier' ? [0, 4] : [2, 2];
    row.iban = row.iban.slice(0, first) + String(random.below(1e9)).padStart(16, '0') + row.iban.slice(-last);
  }
  return row;
}

/** Straight into the table: a row's version and times tell that it was changed, which is no secret. */
async function write(engine: Engine, row: Row, isNew: boolean): Promise<void> {
  const values = rowValues(row);
  const columns = Object.keys(values).map(ident);
  const table = qualified(engine.schema, row.entity);
  const source = `jsonb_populate_record(null::${table}, $1::text::jsonb) r`;
  const key = ident(entityOf(engine, row.entity).key.name);
  await engine.database.query(
    isNew
      ? `insert into ${table} (${columns.join(', ')}) select ${columns.join(', ')} from ${source}`
      : `update ${table} t set ${columns.map((name) => `${name} = r.${name}`).join(', ')} from ${source} where t.${key} = r.${key}`,
    [JSON.stringify(values)],
  );
}

const texts = ['name', 'secret', 'iban'] as const;
const numbers = ['amount', 'kind'] as const;
const one: Readonly<Record<string, string>> = { dossier: 'parentid', leaf: 'dossierid' };
const many = ['dossier_above', 'dossier_leaves'] as const;
const targets: Readonly<Record<string, string>> = { dossier_above: 'dossier', dossier_leaves: 'leaf' };

function makeQuery(random: Random, world: World): Asked {
  const entity = random.pick(['dossier', 'dossier', 'dossier', 'leaf', 'leaf', 'task', 'activitypointer']);
  const isPlain = entity !== 'dossier' && entity !== 'leaf';
  const kind = random.below(15);
  if (kind > 10) {
    const fetch = makeFetch(random, world);
    const size = random.pick([1, 3, 10, 50]);
    const next = fetch.text(`count='${size}' page='2' paging-cookie='COOKIE'`);
    return { kind: 'fetch', entity: fetch.entity, text: fetch.text(`count='${size}'`), next };
  }
  if (kind === 10) return { kind: 'search', entity: 'dossier', text: searched(random, world) };
  if (kind === 0) {
    const row = random.pick(world.rows);
    const query = row.entity === 'dossier' || row.entity === 'leaf' ? options(random, world, row.entity, 'row') : '';
    return { kind: 'row', entity: row.entity, id: row.id, query };
  }
  if (kind === 1) return { kind: 'count', entity, query: `$filter=${filter(random, world, entity)}`, size: 0 };
  if (kind === 2) {
    const row = random.pick(world.rows.filter((one) => one.entity === 'dossier'));
    const navigation = random.pick(many);
    const query = options(random, world, targets[navigation] ?? '', 'list');
    return { kind: 'related', entity: 'dossier', id: row.id, navigation, query };
  }
  const size = random.pick([1, 3, 10, 50]);
  if (kind <= 4 && !isPlain) return { kind: 'list', entity, query: apply(random, world, entity), size };
  return { kind: 'list', entity, query: options(random, world, entity, 'list'), size };
}

/** What stands in some row, readable or not; or a part of it, or something like it. */
function searched(random: Random, world: World): string {
  const row = random.pick(world.rows);
  const text = String(random.pick([row.name, row.name, row.secret, row.iban]) ?? 'alpha');
  if (random.chance(0.3)) return text;
  const start = random.below(Math.max(1, text.length - 3));
  return random.chance(0.5)
    ? text.slice(start, start + 1 + random.below(6))
    : text.slice(0, start) + text.slice(start + 1);
}

function options(random: Random, world: World, entity: string, of: 'list' | 'row'): string {
  const parts: string[] = [];
  const isPlain = entity !== 'dossier' && entity !== 'leaf';
  if (!isPlain && random.chance(0.5)) parts.push(`$select=${some(random, [...texts, ...numbers, 'flag']).join(',')}`);
  if (!isPlain && random.chance(0.4)) parts.push(`$expand=${expand(random, world, entity)}`);
  if (of === 'row') return parts.join('&');
  if (random.chance(0.7)) parts.push(`$filter=${filter(random, world, entity)}`);
  if (random.chance(0.6)) parts.push(`$orderby=${order(random, entity)}`);
  if (random.chance(0.3)) parts.push('$count=true');
  if (random.chance(0.2)) parts.push(`$top=${1 + random.below(20)}`);
  if (entity === 'dossier' && random.chance(0.15))
    parts.push(`$search=${random.pick(['alpha', 'secret', 'Gamma', 'secret 1'])}`);
  return parts.join('&');
}

function some(random: Random, names: readonly string[]): readonly string[] {
  const picked = names.filter(() => random.chance(0.5));
  return picked.length > 0 ? picked : [random.pick(names)];
}

function expand(random: Random, world: World, entity: string): string {
  const selected = some(random, [...texts, ...numbers]).join(',');
  if (entity === 'leaf' || random.chance(0.4)) return `${one[entity]}($select=${selected})`;
  const navigation = random.pick(many);
  const target = targets[navigation] ?? '';
  return `${navigation}($select=${selected};$filter=${filter(random, world, target, 2)};$orderby=${order(random, target)};$top=${1 + random.below(4)})`;
}

function order(random: Random, entity: string): string {
  const direction = () => random.pick(['asc', 'desc']);
  if (entity !== 'dossier' && entity !== 'leaf') return `${random.pick(['subject', 'createdon'])} ${direction()}`;
  const field = () => random.pick([...texts, ...numbers, 'createdon']);
  const place = () => (random.chance(0.25) ? `${one[entity]}/${field()}` : field());
  return Array.from({ length: 1 + random.below(2) }, () => `${place()} ${direction()}`).join(',');
}

function apply(random: Random, world: World, entity: string): string {
  const measure = () =>
    random.pick([
      '$count as n',
      'amount with sum as n',
      'amount with max as n',
      'kind with average as n',
      'secret with countdistinct as n',
      'iban with min as n',
      'iban with max as n',
    ]);
  const by = random.pick([
    'secret',
    'iban',
    'kind',
    'flag',
    'name',
    `${one[entity]}/name`,
    `${one[entity]}/secret`,
    '_ownerid_value',
  ]);
  const filtered = random.chance(0.4) ? `filter(${filter(random, world, entity)})/` : '';
  return random.chance(0.3)
    ? `$apply=${filtered}aggregate(${measure()})`
    : `$apply=${filtered}groupby((${by}),aggregate(${measure()}))`;
}

function filter(random: Random, world: World, entity: string, depth = 0): string {
  if (depth < 3 && random.chance(0.35)) {
    const [left, right] = [filter(random, world, entity, depth + 1), filter(random, world, entity, depth + 1)];
    return random.chance(0.25) ? `not (${left})` : `(${left} ${random.pick(['and', 'or'])} ${right})`;
  }
  return comparison(random, world, entity, '', depth);
}

function comparison(random: Random, world: World, entity: string, prefix: string, depth: number): string {
  if (entity !== 'dossier' && entity !== 'leaf') {
    return random.pick([
      `contains(${prefix}subject,'alpha')`,
      `${prefix}subject ne 'beta 3'`,
      `startswith(${prefix}subject,'G')`,
    ]);
  }
  const row = random.pick(world.rows);
  const field = random.pick(texts);
  const value = (row[field] ?? 'x').slice(random.chance(0.2) ? 2 : 0);
  switch (random.below(depth > 2 ? 7 : 11)) {
    case 0:
      return `${prefix}${field} ${random.pick(['eq', 'ne', 'gt', 'le'])} '${value}'`;
    case 1:
      return `${random.pick(['contains', 'startswith', 'endswith'])}(${prefix}${field},'${value.slice(0, 1 + random.below(6))}')`;
    case 2:
      return `${prefix}${field} ${random.pick(['eq', 'ne'])} null`;
    case 3:
      return `${prefix}${random.pick(numbers)} ${random.pick(['eq', 'ne', 'gt', 'lt'])} ${random.below(10)}`;
    case 4:
      return `${prefix}flag eq ${random.chance(0.5)}`;
    case 5:
      return `${prefix}secret eq ${prefix}iban`;
    case 6:
      return `${prefix}_${one[entity]}_value eq ${row.parent ?? 'null'}`;
    case 7:
    case 8:
      return comparison(random, world, 'dossier', `${prefix}${one[entity]}/`, 3);
    default: {
      if (entity === 'leaf' || prefix !== '') return `${prefix}amount gt ${random.below(10)}`;
      const navigation = random.pick(many);
      if (random.chance(0.15)) return `${navigation}/any()`;
      return `${navigation}/${random.pick(['any', 'all'])}(x:${comparison(random, world, targets[navigation] ?? '', 'x/', 3)})`;
    }
  }
}
