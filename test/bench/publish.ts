// Publishing on a table of two million rows while people work: a reader and a writer go through the engine's own operations,
// and every request of theirs is timed. The publish adds a field with a default, an index and a required constraint, and makes
// a field required that was not. PUBLISH_ROWS (default 2,000,000) is the table's size.
import { mkdtemp, rm } from 'node:fs/promises';
import { chmodSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { connectDatabase } from '../../core/db/connect.ts';
import { startEmbedded } from '../../core/db/embedded.ts';
import type { Call } from '../../core/engine.ts';
import type { Entity } from '../../core/model/model.ts';
import { layerOf } from '../../core/model/read-layer.ts';
import { openOrganization, type Organization } from '../../core/organization.ts';
import { loadPlugins } from '../../core/plugins/load-plugins.ts';
import { list } from '../../core/records/list.ts';
import { retrieve } from '../../core/records/retrieve.ts';
import type { Query } from '../../core/query/tree.ts';
import { create } from '../../core/records/create.ts';
import { update } from '../../core/records/update.ts';
import type { JsonObject } from '../../core/sdk/index.ts';
import { bootstrap } from '../../core/security/bootstrap.ts';
import { systemPrincipal } from '../../core/security/system-principal.ts';
import { median, table } from './table.ts';

const ROWS = Number(process.env['PUBLISH_ROWS'] ?? 2_000_000);
const LIMIT_MS = 500;
/** Seconds of work without a publish, before. */
const BASELINE = 10;
const ENTITY = 'bench_item';

type Kind = 'retrieve' | 'list' | 'create' | 'update';
type Waits = Record<Kind, number[]>;

/** Prints the table; gives the figures of the last line. */
export async function bench(): Promise<Readonly<Record<string, unknown>>> {
  const folder = await mkdtemp(join(tmpdir(), 'peyvand-bench-'));
  chmodSync(folder, 0o755);
  const server = await startEmbedded({ folder });
  const database = connectDatabase({ url: server.url, max: 4 });
  let organization: Organization | undefined;
  try {
    organization = await openOrganization({ database, plugins: await loadPlugins() });
    await bootstrap(organization.current(), {
      organization: 'Bench',
      adminEmail: 'bench@example.com',
      passwordHash: () => Promise.resolve('none'),
    });
    await organization.publish(ownLayer(before()));
    process.stderr.write(`filling a table with ${ROWS.toLocaleString('en')} rows …\n`);
    await fill(server.url);

    const quiet = noWaits();
    await work(organization, quiet, () => pause(BASELINE * 1000));
    const busy = noWaits();
    const steps: { readonly summary: string; readonly at: number }[] = [];
    let took = 0;
    const open = organization;
    await work(open, busy, async () => {
      const began = performance.now();
      await open.publish(ownLayer(after()), {
        onStep: (step) => steps.push({ summary: step.summary, at: performance.now() - began }),
      });
      took = performance.now() - began;
    });
    return report(quiet, busy, steps, took);
  } finally {
    await organization?.close();
    await database.end();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function ownLayer(document: JsonObject) {
  const { layer, problems } = layerOf(
    { id: 'organization', version: '1', kind: 'organization' },
    { [`${ENTITY}/entity`]: document },
  );
  if (problems.length > 0) throw new Error(problems.map(({ message }) => message).join('\n'));
  return layer;
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

function after(): JsonObject {
  const document = before();
  return {
    ...document,
    entity: { ...(document['entity'] as JsonObject), indexes: { region: { fields: ['region', 'amount'] } } },
    required: ['region', 'grade'],
    properties: {
      ...(document['properties'] as JsonObject),
      grade: { title: 'Grade', type: 'integer', default: 1, field: { type: 'whole-number' } },
      region: { title: 'Region', type: 'string', maxLength: 50, default: 'north', field: { type: 'text' } },
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
    waits[kind].push(performance.now() - began);
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

function report(
  quiet: Waits,
  busy: Waits,
  steps: readonly { readonly summary: string; readonly at: number }[],
  took: number,
): Readonly<Record<string, unknown>> {
  const kinds: readonly Kind[] = ['retrieve', 'list', 'create', 'update'];
  const lines = kinds.flatMap((kind) => [
    [`${kind}, before`, ...summary(quiet[kind])],
    [`${kind}, during`, ...summary(busy[kind])],
  ]);
  const times = steps.map(({ summary: text, at }, position) => [
    text,
    `${(((steps[position + 1]?.at ?? took) - at) / 1000).toFixed(2)} s`,
  ]);
  process.stdout.write(`Publishing on ${ROWS.toLocaleString('en')} rows took ${(took / 1000).toFixed(1)} s.\n\n`);
  process.stdout.write(`${table(['step', 'took'], times)}\n\n`);
  process.stdout.write(`${table(['request (ms)', 'requests', 'median', 'p99', 'longest'], lines)}\n`);
  const all = kinds.flatMap((kind) => busy[kind]);
  const longest = Math.max(...all);
  process.stdout.write(
    `\nThe longest wait of any request: ${longest.toFixed(0)} ms (${longest <= LIMIT_MS ? 'within' : 'OVER'} ${LIMIT_MS} ms).\n`,
  );
  return {
    rows: ROWS,
    publish_s: round(took / 1000),
    requests: all.length,
    max_wait_ms: round(longest),
    limit_ms: LIMIT_MS,
    median_ms: Object.fromEntries(kinds.map((kind) => [kind, [round(median(quiet[kind])), round(median(busy[kind]))]])),
    p99_ms: Object.fromEntries(kinds.map((kind) => [kind, [round(p99(quiet[kind])), round(p99(busy[kind]))]])),
  };
}

function summary(values: readonly number[]): string[] {
  return [
    values.length.toLocaleString('en'),
    ...[median(values), p99(values), Math.max(...values)].map((value) => value.toFixed(1)),
  ];
}

function p99(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.99)] ?? NaN;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
