// Questions to two million opportunities, over HTTP to the server as `npm start` runs it: how far down a list costs, searching for
// a part of a name, grouping by stage and month against the same SQL by hand, what a rollup costs a write, and how fast a
// question that nobody should ask is refused. QUERY_ROWS (default 2,000,000) is the table's size, QUERY_TRIES (default 21) how
// often each is asked; whatever is compared is asked by turns.
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectDatabase } from '../../core/db/connect.ts';
import type { Database } from '../../core/db/sql.ts';
import { systemPrincipal } from '../../core/security/system-principal.ts';
import { hostileQueries } from './hostile-queries.ts';
import { ownLayer, withOwnEngine } from './own-engine.ts';
import { benchRollup, rollupDocuments } from './rollup.ts';
import { databaseUrl, key, startGeneric, stop } from './server-process.ts';
import { median, table } from './table.ts';

const rows = Number(process.env['QUERY_ROWS'] ?? 2_000_000);
const tries = Number(process.env['QUERY_TRIES'] ?? 21);
const schema = 'org_default';

export async function bench(): Promise<Readonly<Record<string, unknown>>> {
  const folder = await mkdtemp(join(tmpdir(), 'peyvand-bench-'));
  let child: ChildProcess | undefined;
  let database: Database | undefined;
  try {
    process.stderr.write(`preparing: first start, ${rows.toLocaleString('en')} rows …\n`);
    const running = await startGeneric(folder);
    child = running.process;
    database = connectDatabase({ url: await databaseUrl(folder), max: 1, statementTimeout: 0 });
    await fill(database);
    const server = asker(running.url);
    const figures = {
      ...(await comparePages(server)),
      ...(await searchNames(server)),
      ...(await compareGroups(server, database)),
      ...(await refuseHostile(server)),
      ...(await compareRollups()),
    };
    return { rows, tries, ...figures };
  } finally {
    await database?.end();
    if (child) await stop(child);
    await rm(folder, { recursive: true, force: true });
  }
}

const english = [
  'harbour',
  'lantern',
  'meadow',
  'granite',
  'willow',
  'copper',
  'saffron',
  'velvet',
  'thunder',
  'orchard',
];
const persian = ['بندر', 'فانوس', 'چمنزار', 'خارا', 'بیدمشک', 'زعفران', 'مخمل', 'تندر', 'بوستان', 'گندم‌زار'];

/** Names of three words and a number; every second one Persian. Days of closing over six years. */
async function fill(database: Database): Promise<void> {
  const words = (list: readonly string[]): string => `array[${list.map((word) => `'${word}'`).join(',')}]`;
  const word = (list: readonly string[], factor: number): string =>
    `(${words(list)})[1 + (n::bigint * ${factor} / 7) % ${list.length}]`;
  const name = (list: readonly string[]): string =>
    [7919, 104729, 1299709].map((factor) => word(list, factor)).join(` || ' ' || `);
  await database.script(`
    insert into ${schema}.opportunity (opportunityid, name, estimatedvalue, estimatedvalue_base, estimatedclosedate, salesstage,
      opportunityratingcode, transactioncurrencyid, exchangerate, createdon, createdby, modifiedon, modifiedby, ownerid, ownerid_type,
      owninguser, owningbusinessunit, statecode, statuscode)
    select ('00000000-0000-7000-8003-' || lpad(to_hex(n), 12, '0'))::uuid,
      case n % 2 when 0 then ${name(english)} else ${name(persian)} end || ' ' || n, v, v,
      '2021-01-01'::date + (n::bigint * 7919 % 2190)::integer, n % 4, 2, c.transactioncurrencyid, 1,
      now() - n * interval '20 seconds', u.systemuserid, now(), u.systemuserid, u.systemuserid, 'systemuser', u.systemuserid,
      u.businessunitid, n % 3, 1
    from (select n, ((n::bigint * 7919) % 10000000) / 100.0 as v from generate_series(1, ${rows}) n) one,
      (select * from ${schema}.systemuser order by createdon desc limit 1) u,
      (select * from ${schema}.transactioncurrency limit 1) c`);
  await database.script('vacuum (analyze)');
}

interface Answer {
  readonly status: number;
  readonly took: number;
  readonly body: string;
}
type Ask = (path: string, calendar?: 'gregory' | 'persian') => Promise<Answer>;

function asker(url: string): Ask {
  return async (path) => {
    const began = performance.now();
    const answer = await fetch(path.startsWith('http') ? path : `${url}/api/data/v9.2/${path}`, {
      headers: { Authorization: `Bearer ${key}`, Prefer: 'odata.maxpagesize=50' },
    });
    const body = await answer.text();
    return { status: answer.status, took: performance.now() - began, body };
  };
}

async function sound(ask: Ask, path: string): Promise<Answer> {
  const answer = await ask(path);
  if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}: ${answer.body.slice(0, 300)}`);
  return answer;
}

/** Milliseconds of each, asked by turns. */
async function byTurns(works: readonly (() => Promise<number>)[]): Promise<readonly (readonly number[])[]> {
  const took = works.map((): number[] => []);
  for (const work of works) for (let warm = 0; warm < 3; warm++) await work();
  for (let turn = 0; turn < tries; turn++) {
    for (const index of turn % 2 === 0 ? works.keys() : [...works.keys()].toReversed()) {
      const work = works[index];
      if (work) took[index]?.push(await work());
    }
  }
  return took;
}

const round = (value: number, digits = 1): number => Number(value.toFixed(digits));
const ms = (values: readonly number[]): string =>
  `${median(values).toFixed(1)} (${Math.min(...values).toFixed(1)}–${Math.max(...values).toFixed(1)})`;

/** The first and the 1,000th page of 50 rows, each reached by following links. */
async function comparePages(ask: Ask): Promise<Readonly<Record<string, unknown>>> {
  const lists = {
    newest: 'opportunities?$select=name,estimatedvalue,createdon&$orderby=createdon%20desc',
    by_name: 'opportunities?$select=name,estimatedvalue,createdon&$orderby=name',
    open_by_value: 'opportunities?$select=name,estimatedvalue&$filter=statecode%20eq%200&$orderby=createdon%20desc',
  };
  const ratios: Record<string, number> = {};
  const lines: string[][] = [];
  for (const [name, first] of Object.entries(lists)) {
    process.stderr.write(`pages: ${name} …\n`);
    let far = first;
    for (let page = 1; page < 1000; page++) {
      const { body } = await sound(ask, far);
      const next = (JSON.parse(body) as { readonly '@odata.nextLink'?: string })['@odata.nextLink'];
      if (next === undefined) throw new Error(`the list ended at page ${page}`);
      far = next;
    }
    const [near = [], deep = []] = await byTurns([first, far].map((path) => async () => (await sound(ask, path)).took));
    ratios[name] = round(median(deep) / median(near), 2);
    lines.push([name, ms(near), ms(deep), String(ratios[name])]);
  }
  process.stdout.write(`\n${table(['list', 'first page ms', '1,000th page ms', 'ratio'], lines)}\n`);
  return { page_ratios: ratios };
}

/** A part of a name in the middle of it, in both languages; one that nothing has; a typed search. */
async function searchNames(ask: Ask): Promise<Readonly<Record<string, unknown>>> {
  const medians: Record<string, number> = {};
  const lines: string[][] = [];
  const asked = {
    english: english.map((word) => word.slice(1)),
    persian: persian.map((word) => word.slice(1)),
    rare: Array.from({ length: 10 }, (_, index) => String(rows - 7 * index)),
    absent: ['zzyzx', 'ژژژژ', 'qqqq'],
    // Arabic letters and digits for Persian ones.
    folded: ['بيدمشك', 'گندم زار'],
  };
  for (const [name, words] of Object.entries(asked)) {
    process.stderr.write(`contains: ${name} …\n`);
    const took: number[] = [];
    for (const word of words) {
      const filter = encodeURIComponent(`contains(name,'${word}')`);
      const path = `opportunities?$select=name,createdon&$filter=${filter}&$orderby=createdon%20desc&$top=50`;
      for (let turn = 0; turn < Math.max(3, Math.ceil(tries / words.length)); turn++)
        took.push((await sound(ask, path)).took);
    }
    medians[name] = round(median(took));
    lines.push([name, ms(took)]);
  }
  process.stdout.write(`\n${table(['contains', 'ms'], lines)}\n`);
  return { contains_ms: medians };
}

/** By stage and month of closing: `$apply` against the statement a person would write. */
async function compareGroups(ask: Ask, database: Database): Promise<Readonly<Record<string, unknown>>> {
  process.stderr.write('groups …\n');
  const apply = encodeURIComponent(
    'compute(Peyvand.Month(estimatedclosedate) as month)/groupby((salesstage,month),aggregate(estimatedvalue with sum as total,$count as number))',
  );
  const byHand = `select salesstage, to_char(date_trunc('month', estimatedclosedate), 'YYYY-MM') as month, sum(estimatedvalue) as total, count(*) as number
    from ${schema}.opportunity group by salesstage, date_trunc('month', estimatedclosedate)`;
  const generic = async (): Promise<number> => (await sound(ask, `opportunities?$apply=${apply}`)).took;
  const hand = async (): Promise<number> => {
    const began = performance.now();
    await database.query(byHand);
    return performance.now() - began;
  };
  const calendar = async (name: string): Promise<void> => {
    await database.query(`update ${schema}.systemuser set calendar = $1`, [name]);
    // Who the caller is stays in memory for half a minute.
    await new Promise((resolve) => setTimeout(resolve, 31_000));
  };
  const ratios: Record<string, number> = {};
  const lines: string[][] = [];
  for (const name of ['gregory', 'persian']) {
    await calendar(name);
    const [ours = [], theirs = []] = await byTurns([generic, hand]);
    ratios[name] = round(median(ours) / median(theirs), 2);
    lines.push([name, ms(ours), ms(theirs), String(ratios[name])]);
  }
  process.stdout.write(`\n${table(['stage and month', 'generic ms', 'by hand ms', 'ratio'], lines)}\n`);
  return { group_ratios: ratios };
}

/** Writing rows that a parent adds up against rows that nobody adds up, through the engine. */
async function compareRollups(): Promise<Readonly<Record<string, unknown>>> {
  process.stderr.write('rollups …\n');
  const figures = await withOwnEngine(async (organization) => {
    await organization.publish(ownLayer(rollupDocuments));
    return benchRollup({ engine: organization.current(), principal: systemPrincipal, requestId: 'bench' });
  });
  const lines = Object.entries(figures).map(([write, one]) => [write, one.plain, one.rolled, one.ratio]);
  process.stdout.write(`\n${table(['write', 'plain ms', 'with a rollup ms', 'ratio'], lines)}\n\n`);
  return { rollup_ratios: Object.fromEntries(Object.entries(figures).map(([write, one]) => [write, one.ratio])) };
}

/** Each must be refused, and at once. */
async function refuseHostile(ask: Ask): Promise<Readonly<Record<string, unknown>>> {
  process.stderr.write('hostile queries …\n');
  const lines: string[][] = [];
  let longest = 0;
  for (const { name, path } of hostileQueries) {
    const took: number[] = [];
    for (let turn = 0; turn < 5; turn++) {
      const answer = await ask(path);
      if (answer.status < 400 || answer.status >= 500) throw new Error(`${name} was answered with ${answer.status}`);
      took.push(answer.took);
    }
    longest = Math.max(longest, median(took));
    lines.push([name, ms(took)]);
  }
  process.stdout.write(`\n${table(['refused', 'ms'], lines)}\n\n`);
  return { refused_max_ms: round(longest) };
}
