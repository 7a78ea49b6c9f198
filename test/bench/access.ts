// Row and field rights: are they right, do they leak, what do they cost. Decisions: compiled rules against a slow oracle for
// every user × row × privilege of random organizations. Leaks: random queries of restricted users before and after what they
// may not read changed. Cost: the same list of 200,000 rows for an administrator and for restricted users, in alternating
// rounds over HTTP. ACCESS_DECISIONS (default 1,000,000) and ACCESS_QUERIES (default 100,000) say how often is asked at least,
// ACCESS_SEED where the random organizations begin; BENCH_SECONDS (default 3) and BENCH_ROUNDS (default 5) as in crud.
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectDatabase } from '../../core/db/connect.ts';
import { startEmbedded } from '../../core/db/embedded.ts';
import type { Database } from '../../core/db/sql.ts';
import type { Engine } from '../../core/engine.ts';
import { layerOf } from '../../core/model/read-layer.ts';
import { openOrganization } from '../../core/organization.ts';
import { loadPlugins } from '../../core/plugins/load-plugins.ts';
import { createApiKey } from '../../core/security/sign-in/api-keys.ts';
import { compareWorld } from '../support/access-decisions.ts';
import { fuzzLeaks, leakProfiles } from '../support/access-leaks.ts';
import { clearWorld, makeWorld, worldDocuments, worldEntities, writeWorld } from '../support/access-world.ts';
import { modelOf } from '../support/model.ts';
import { random } from '../support/random.ts';
import { load, type Throughput } from './load.ts';
import { databaseUrl, key, startGeneric, stop, type Running } from './server-process.ts';
import { median, spread, table } from './table.ts';

const wantedDecisions = Number(process.env['ACCESS_DECISIONS'] ?? 1_000_000);
const wantedQueries = Number(process.env['ACCESS_QUERIES'] ?? 100_000);
const firstSeed = Number(process.env['ACCESS_SEED'] ?? 1);
const seconds = Number(process.env['BENCH_SECONDS'] ?? 3);
const rounds = Number(process.env['BENCH_ROUNDS'] ?? 5);
const schema = 'org_default';

export async function bench(): Promise<Readonly<Record<string, unknown>>> {
  const proof = await prove();
  const cost = await measureCost();
  return { ...proof, ...cost };
}

async function prove(): Promise<Readonly<Record<string, unknown>>> {
  const folder = await mkdtemp(join(tmpdir(), 'peyvand-bench-'));
  chmodSync(folder, 0o755);
  const server = await startEmbedded({ folder });
  const database = connectDatabase({ url: server.url, max: 8 });
  try {
    const organization = await openOrganization({ database, plugins: await loadPlugins() });
    const { layer, problems } = layerOf({ id: 'organization', version: '1', kind: 'organization' }, worldEntities);
    if (problems.length > 0) throw new Error(problems.map(({ message }) => message).join('\n'));
    await organization.publish(layer);
    const engine = organization.current();
    await organization.close();
    return { ...(await decide(engine)), ...(await fuzz(engine)) };
  } finally {
    await database.end();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function decide(engine: Engine): Promise<Readonly<Record<string, unknown>>> {
  let decisions = 0;
  let worlds = 0;
  const differences: string[] = [];
  for (let seed = firstSeed; decisions < wantedDecisions; seed += 1) {
    const world = makeWorld(seed, { units: 9, users: 14, teams: 6, roles: 9, rows: 3000, shares: 400 });
    await clearWorld(engine.database, schema);
    await writeWorld(engine.database, schema, world);
    await engine.database.script('analyze');
    const compared = await compareWorld({ ...engine, model: await modelOf(worldDocuments(world)) }, world);
    decisions += compared.decisions;
    worlds += 1;
    differences.push(...compared.differences.map((text) => `world ${seed}: ${text}`));
    process.stderr.write(
      `\rdecisions: ${decisions.toLocaleString('en')} in ${worlds} organizations, ${differences.length} differ`,
    );
  }
  process.stderr.write('\n');
  for (const text of differences.slice(0, 20)) process.stdout.write(`${text}\n`);
  return { decisions, worlds, differences: differences.length };
}

async function fuzz(engine: Engine): Promise<Readonly<Record<string, unknown>>> {
  let queries = 0;
  let refused = 0;
  let mutations = 0;
  const leaks: string[] = [];
  for (let seed = firstSeed; queries < wantedQueries; seed += 1) {
    const world = makeWorld(seed, { units: 6, users: 10, teams: 4, roles: 6, rows: 300, shares: 60 });
    await clearWorld(engine.database, schema);
    await writeWorld(engine.database, schema, world);
    await engine.database.script('analyze');
    const model = await modelOf({ ...worldDocuments(world), ...leakProfiles });
    const found = await fuzzLeaks({ ...engine, model }, world, random(~seed), { rounds: 10, queries: 250 });
    queries += found.queries;
    refused += found.refused;
    mutations += found.mutations;
    leaks.push(...found.leaks.map((text) => `world ${seed}: ${text}`));
    process.stderr.write(
      `\rqueries: ${queries.toLocaleString('en')} asked twice, ${mutations} hidden changes, ${leaks.length} leaks`,
    );
  }
  process.stderr.write('\n');
  for (const text of leaks.slice(0, 10)) process.stdout.write(`${text}\n`);
  return { queries, refused, mutations, leaks: leaks.length };
}

/** Who asks for the list; each with an API key of their own. */
interface Reader {
  readonly name: string;
  readonly key: string;
  /** Rows of the 200,000 that they may read. */
  readonly rows: number;
}

const list =
  '/api/data/v9.2/opportunities?$select=name,estimatedvalue,statecode,createdon' +
  '&$filter=statecode%20eq%200&$orderby=createdon%20desc';

async function measureCost(): Promise<Readonly<Record<string, unknown>>> {
  const folder = await mkdtemp(join(tmpdir(), 'peyvand-bench-'));
  const plugin = writeRolePlugin(folder);
  let running: Running | undefined;
  let database: Database | undefined;
  try {
    process.stderr.write('preparing 200,000 rows …\n');
    const more = { PEYVAND_PLUGINS: plugin };
    running = await startGeneric(folder, more);
    database = connectDatabase({ url: await databaseUrl(folder), max: 1, statementTimeout: 0 });
    const readers = await seedReaders(database);
    await database.end();
    await stop(running.process);
    running = await startGeneric(folder, more);
    return await compareReaders(running, readers);
  } finally {
    await database?.end();
    if (running) await stop(running.process);
    await rm(folder, { recursive: true, force: true });
  }
}

function writeRolePlugin(folder: string): string {
  const plugin = join(folder, 'bench-roles');
  mkdirSync(join(plugin, 'roles'), { recursive: true });
  const write = (name: string, document: unknown): void => writeFileSync(join(plugin, name), JSON.stringify(document));
  write('plugin.json', {
    id: 'bench-roles',
    version: '1.0.0',
    title: 'Roles of the bench',
    engine: '^0.1.0',
    requires: { sales: '^0.1.0' },
  });
  write('roles/unit-seller.json', { title: 'Unit seller', privileges: { opportunity: { read: 'unit' } } });
  write('roles/own-seller.json', { title: 'Own seller', privileges: { opportunity: { read: 'own' } } });
  return plugin;
}

const id = (kind: number, number: number | string): string =>
  typeof number === 'number'
    ? `00000000-0000-7000-800${kind}-${number.toString(16).padStart(12, '0')}`
    : `('00000000-0000-7000-800${kind}-' || lpad(to_hex(${number}), 12, '0'))::uuid`;

/** 20 units of ten people each; 200,000 opportunities, a tenth of them owned by teams. */
async function seedReaders(database: Database): Promise<readonly Reader[]> {
  const [facts] = await database.query<{ admin: string; root: string; currency: string }>(
    `select u.systemuserid as admin, u.businessunitid as root, c.transactioncurrencyid as currency
     from ${schema}.systemuser u, ${schema}.transactioncurrency c order by u.createdon desc limit 1`,
  );
  if (!facts) throw new Error('there is no administrator');
  const stamps = 'createdon, modifiedon';
  const [seller, loner] = [id(1, 1), id(1, 200)];
  await database.script(`
    insert into ${schema}.businessunit (businessunitid, name, parentbusinessunitid, ${stamps})
      select ${id(2, 'n')}, 'Unit ' || n, '${facts.root}', now(), now() from generate_series(1, 20) n;
    insert into ${schema}.systemuser (systemuserid, lastname, fullname, businessunitid, isdisabled, ${stamps})
      select ${id(1, 'n')}, 'Seller ' || n, 'Seller ' || n, ${id(2, '1 + n % 20')}, false, now(), now() from generate_series(1, 200) n;
    insert into ${schema}.team (teamid, name, businessunitid, teamtype, ${stamps})
      select ${id(3, 'n')}, 'Team ' || n, ${id(2, 'n')}, 0, now(), now() from generate_series(1, 20) n;
    insert into ${schema}.teammembership_association (systemuserid, teamid) values ('${seller}', '${id(3, 5)}');
    insert into ${schema}.systemuserroles_association (systemuserid, roleid)
      select '${seller}'::uuid, roleid from ${schema}.role where document = 'unit-seller'
      union all select '${loner}'::uuid, roleid from ${schema}.role where document = 'own-seller';
    insert into ${schema}.opportunity (opportunityid, name, estimatedvalue, estimatedvalue_base, transactioncurrencyid, exchangerate,
        ownerid, ownerid_type, owninguser, owningteam, owningbusinessunit, statecode, statuscode, createdby, modifiedby, ${stamps})
      select ${id(4, 'n')}, 'Opportunity ' || n, n, n, '${facts.currency}', 1,
        case when isteam then ${id(3, '1 + who % 20')} else ${id(1, '1 + who % 199')} end, case when isteam then 'team' else 'systemuser' end,
        case when not isteam then ${id(1, '1 + who % 199')} end, case when isteam then ${id(3, '1 + who % 20')} end,
        case when isteam then ${id(2, '1 + who % 20')} else ${id(2, '1 + (1 + who % 199) % 20')} end,
        n % 3, 1, '${facts.admin}', '${facts.admin}', now() - n * interval '1 minute', now()
      from (select n, n % 10 = 0 as isteam, (n::bigint * 7919 % 100003)::int as who from generate_series(1, 199900) n) one;
    insert into ${schema}.opportunity (opportunityid, name, estimatedvalue, estimatedvalue_base, transactioncurrencyid, exchangerate,
        ownerid, ownerid_type, owninguser, owningbusinessunit, statecode, statuscode, createdby, modifiedby, ${stamps})
      select ${id(4, 'n')}, 'Old opportunity ' || n, n, n, '${facts.currency}', 1, '${loner}', 'systemuser', '${loner}', '${id(2, 1)}', 0, 1,
        '${facts.admin}', '${facts.admin}', now() - n * interval '1 minute', now()
      from generate_series(199901, 200000) n;
    insert into ${schema}._share (entity, record, principal, principal_type, rights)
      select 'opportunity', ${id(4, 'n')}, '${seller}', 'systemuser', 1 from (values (7), (7000), (150000)) v(n);
    insert into peyvand_auth."user" (id, name, email)
      select u, u, u || '@example.com' from (values ('${seller}'), ('${loner}')) v(u);
  `);
  await database.script('vacuum (analyze)');
  const readers: Reader[] = [{ name: 'administrator', key, rows: 200_000 }];
  for (const [name, userId, where] of [
    [
      'own + team + unit + 3 shares',
      seller,
      `ownerid in ('${seller}', '${id(3, 5)}') or owningbusinessunit = '${id(2, 2)}' or opportunityid in ('${id(4, 7)}', '${id(4, 7000)}', '${id(4, 150000)}')`,
    ],
    ['own, 100 old rows', loner, `ownerid = '${loner}'`],
  ] as const) {
    const made = await createApiKey(database, { name, userId });
    const [count] = await database.query<{ n: number }>(
      `select count(*)::int as n from ${schema}.opportunity where ${where}`,
    );
    readers.push({ name, key: made.key, rows: count?.n ?? 0 });
  }
  return readers;
}

async function compareReaders(server: Running, readers: readonly Reader[]): Promise<Readonly<Record<string, unknown>>> {
  const results = new Map<string, Throughput[]>(readers.map(({ name }) => [name, []]));
  const headers = (reader: Reader) => ({ Authorization: `Bearer ${reader.key}`, Prefer: 'odata.maxpagesize=50' });
  for (const reader of readers) {
    const response = await fetch(server.url + list, { headers: headers(reader) });
    const { value } = (await response.json()) as { readonly value?: readonly unknown[] };
    if (value?.length !== 50) throw new Error(`${reader.name} got ${value?.length} rows, not a full page of 50`);
  }
  const run = (reader: Reader, duration: number) =>
    load({
      url: server.url,
      headers: headers(reader),
      connections: 16,
      duration,
      status: 200,
      next: () => ({ method: 'GET', path: list }),
    });
  for (const reader of readers) await run(reader, 2000);
  for (let index = 0; index < rounds; index += 1) {
    for (const reader of index % 2 === 0 ? readers : readers.toReversed()) {
      results.get(reader.name)?.push(await run(reader, seconds * 1000));
    }
  }
  const [administrator, ...restricted] = readers.map((reader) => ({ reader, runs: results.get(reader.name) ?? [] }));
  const ratios = restricted.map(({ reader, runs }) => ({
    name: reader.name,
    ratios: runs.map((one, index) => one.rate / (administrator?.runs[index]?.rate ?? NaN)),
  }));
  const rows = readers.map((reader) => {
    const runs = results.get(reader.name) ?? [];
    const ratio = ratios.find(({ name }) => name === reader.name)?.ratios;
    return [
      reader.name,
      reader.rows.toLocaleString('en'),
      spread(runs.map((one) => one.rate)),
      ratio ? spread(ratio, 2) : '',
      spread(
        runs.map((one) => one.p99),
        1,
      ),
    ];
  });
  process.stdout.write(
    `\naccess: a list of 50 of 200,000, median (least–most) of ${rounds} rounds of ${seconds} s, 16 connections\n\n` +
      `${table(['as', 'may read', 'req/s', 'ratio', 'p99 ms'], rows)}\n\n`,
  );
  return {
    cost_ratios: Object.fromEntries(ratios.map((one) => [one.name, Math.round(median(one.ratios) * 1000) / 1000])),
  };
}
