// Publishing on a table of two million rows while people work: a reader and a writer go through the engine's own operations,
// and every request of theirs is timed. The first publish adds a required field with a default and an index. The second makes
// a field required that is empty in half of the rows, which have to be filled. PUBLISH_ROWS (default 2,000,000) is the table's
// size.
import { setTimeout as pause } from 'node:timers/promises';
import { connectDatabase } from '../../core/db/connect.ts';
import type { Call } from '../../core/engine.ts';
import type { Entity } from '../../core/model/model.ts';
import type { Organization } from '../../core/organization.ts';
import { list } from '../../core/records/list.ts';
import { retrieve } from '../../core/records/retrieve.ts';
import type { Query } from '../../core/query/tree.ts';
import { create } from '../../core/records/create.ts';
import { update } from '../../core/records/update.ts';
import type { JsonObject } from '../../core/sdk/index.ts';
import { systemPrincipal } from '../../core/security/system-principal.ts';
import { ownLayer, withOwnEngine } from './own-engine.ts';
import { median, table } from './table.ts';

const ROWS = Number(process.env['PUBLISH_ROWS'] ?? 2_000_000);
const LIMIT_MS = 500;
/** Seconds of work without a publish, before. */
const BASELINE = 10;
const ENTITY = 'bench_item';

const KINDS = ['retrieve', 'list', 'create', 'update'] as const;
type Kind = (typeof KINDS)[number];
/** Milliseconds a request took, and when it began. */
interface Wait {
  readonly at: number;
  readonly took: number;
}
type Waits = Record<Kind, Wait[]>;

/** Prints the table; gives the figures of the last line. */
export async function bench(): Promise<Readonly<Record<string, unknown>>> {
  return withOwnEngine(async (organization, url) => {
    await organization.publish(ownLayer({ [`${ENTITY}/entity`]: before() }));
    process.stderr.write(`filling a table with ${ROWS.toLocaleString('en')} rows …\n`);
    await fill(url);

    const quiet = noWaits();
    await work(organization, quiet, () => pause(BASELINE * 1000));
    const added = await publishWhileWorking(organization, withField());
    const filled = await publishWhileWorking(organization, withRequired());
    print('Adding a required field with a default and an index', quiet, added);
    print('Making a field required that half of the rows lack', quiet, filled);
    return {
      rows: ROWS,
      limit_ms: LIMIT_MS,
      quiet_max_ms: round(longestOf(allOf(quiet))),
      max_wait_ms: round(longestOf(allOf(added.waits))),
      publish_s: round((added.ended - added.began) / 1000),
      requests: allOf(added.waits).length,
      fill_max_wait_ms: round(longestOf(allOf(filled.waits))),
      fill_publish_s: round((filled.ended - filled.began) / 1000),
      median_ms: figures(quiet, added.waits, middle),
      p99_ms: figures(quiet, added.waits, p99),
      fill_p99_ms: figures(quiet, filled.waits, p99),
    };
  });
}

function before(): JsonObject {
  return {
    title: 'Bench item',
    type: 'object',
    entity: { set: 'bench_items', plural: 'Bench items', primary: 'name', ownership: 'organization' },
    properties: {
      name: { title: 'Name', type: 'string', maxLength: 200, field: { type: 'text' } },
      amount: { title: 'Amount', type: 'integer', field: { type: 'whole-number' } },
      grade: { title: 'Grade', type: 'integer', field: { type: 'whole-number' } },
    },
  };
}

const REGION = { title: 'Region', type: 'string', maxLength: 50, default: 'north', field: { type: 'text' } };

function withField(): JsonObject {
  const document = before();
  return {
    ...document,
    entity: { ...(document['entity'] as JsonObject), indexes: { region: { fields: ['region', 'amount'] } } },
    required: ['region'],
    properties: { ...(document['properties'] as JsonObject), region: REGION },
  };
}

function withRequired(): JsonObject {
  const document = withField();
  return {
    ...document,
    required: ['region', 'grade'],
    properties: {
      ...(document['properties'] as JsonObject),
      grade: { title: 'Grade', type: 'integer', default: 1, field: { type: 'whole-number' } },
    },
  };
}

const idOf = (number: string): string => `('00000000-0000-7000-8009-' || lpad(to_hex(${number}), 12, '0'))::uuid`;

async function fill(url: string): Promise<void> {
  const database = connectDatabase({ url, max: 1, statementTimeout: 0 });
  // Every second row has no grade: a million rows to fill.
  await database.script(`insert into org_default.${ENTITY} (${ENTITY}id, name, amount, grade, createdon, modifiedon, statecode, statuscode)
    select ${idOf('n')}, 'Item ' || n, n % 1000, case n % 2 when 0 then n % 7 end, now() - n * interval '1 second', now(), 0, 1
    from generate_series(1, ${ROWS}) n`);
  await database.script('vacuum (analyze)');
  await database.script('checkpoint');
  await database.end();
}

/** One reader and one writer, each one request after the other, while `during` lasts. */
async function work(organization: Organization, waits: Waits, during: () => Promise<void>): Promise<void> {
  let going = true;
  const timed = async (kind: Kind, request: () => Promise<unknown>): Promise<void> => {
    const began = performance.now();
    await request();
    waits[kind].push({ at: began, took: performance.now() - began });
    await pause(5);
  };
  const begin = (): { readonly call: Call; readonly entity: Entity } => {
    const engine = organization.current();
    const entity = engine.model.entities.get(ENTITY);
    if (!entity) throw new Error(`no entity ${ENTITY}`);
    return { call: { engine, principal: systemPrincipal, requestId: 'bench' }, entity };
  };
  const random = (): string => {
    const number = 1 + Math.floor(Math.random() * ROWS);
    return `00000000-0000-7000-8009-${number.toString(16).padStart(12, '0')}`;
  };
  const query: Query = {
    entity: ENTITY,
    select: ['name', 'amount', 'grade'],
    sort: [{ path: ['createdon'], direction: 'desc' }],
    expand: [],
    page: { size: 50 },
    count: false,
    annotations: { formatted: false, lookup: false },
  };
  const reader = async (): Promise<void> => {
    while (going) {
      const { call } = begin();
      await timed('retrieve', () => retrieve(call, { ...query, sort: [] }, { id: random() }));
      await timed('list', () => list(begin().call, query));
    }
  };
  const writer = async (): Promise<void> => {
    for (let number = 0; going; number += 1) {
      const values = { name: `Written ${number}`, amount: number % 1000, grade: 3 };
      await timed('create', () => {
        const { call, entity } = begin();
        return create(call, entity, { values, targets: {}, exact: {} });
      });
      await timed('update', () => {
        const { call, entity } = begin();
        return update(call, entity, { id: random() }, { values: { amount: number, grade: 2 }, targets: {}, exact: {} });
      });
    }
  };
  const working = Promise.all([reader(), writer()]);
  // A request that fails ends the bench.
  await Promise.race([during(), working]).finally(() => (going = false));
  await working;
}

function noWaits(): Waits {
  return { retrieve: [], list: [], create: [], update: [] };
}

interface Publishing {
  readonly waits: Waits;
  readonly steps: readonly { readonly summary: string; readonly at: number }[];
  readonly began: number;
  readonly ended: number;
}

async function publishWhileWorking(organization: Organization, document: JsonObject): Promise<Publishing> {
  const waits = noWaits();
  const steps: { readonly summary: string; readonly at: number }[] = [];
  let began = 0;
  let ended = 0;
  await work(organization, waits, async () => {
    began = performance.now();
    await organization.publish(ownLayer({ [`${ENTITY}/entity`]: document }), {
      onStep: (step) => steps.push({ summary: step.summary, at: performance.now() }),
    });
    ended = performance.now();
  });
  return { waits, steps, began, ended };
}

function print(title: string, quiet: Waits, { waits, steps, began, ended }: Publishing): void {
  const all = allOf(waits);
  const lines = KINDS.flatMap((kind) => [
    [`${kind}, before`, ...summary(quiet[kind])],
    [`${kind}, during`, ...summary(waits[kind])],
  ]);
  const times = steps.map(({ summary: text, at }, position) => {
    const until = steps[position + 1]?.at ?? ended;
    // Of the requests that were under way at some time of the step.
    const during = all.filter((wait) => wait.at < until && wait.at + wait.took > at);
    return [text, `${((until - at) / 1000).toFixed(2)} s`, longestOf(during).toFixed(0)];
  });
  const longest = longestOf(all);
  process.stdout.write(
    `\n${title}: ${ROWS.toLocaleString('en')} rows, ${((ended - began) / 1000).toFixed(1)} s.\n\n` +
      `${table(['step', 'took', 'longest wait (ms)'], times)}\n\n` +
      `${table(['request (ms)', 'requests', 'median', 'p99', 'longest'], lines)}\n\n` +
      `The longest wait of any request: ${longest.toFixed(0)} ms (${longest <= LIMIT_MS ? 'within' : 'OVER'} ${LIMIT_MS} ms).\n`,
  );
}

/** Before and during, of each kind of request. */
function figures(quiet: Waits, busy: Waits, of: (waits: readonly Wait[]) => number) {
  return Object.fromEntries(KINDS.map((kind) => [kind, [round(of(quiet[kind])), round(of(busy[kind]))]]));
}

function allOf(waits: Waits): readonly Wait[] {
  return KINDS.flatMap((kind) => waits[kind]);
}

function summary(waits: readonly Wait[]): string[] {
  return [
    waits.length.toLocaleString('en'),
    ...[middle(waits), p99(waits), longestOf(waits)].map((value) => value.toFixed(1)),
  ];
}

function longestOf(waits: readonly Wait[]): number {
  return waits.reduce((most, { took }) => Math.max(most, took), 0);
}

function middle(waits: readonly Wait[]): number {
  return median(waits.map(({ took }) => took));
}

function p99(waits: readonly Wait[]): number {
  const sorted = waits.map(({ took }) => took).toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length * 0.99)] ?? NaN;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
