// Merging at scale and at once: two thousand duplicates, ten thousand children, random worlds, races.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Call } from '../../../core/engine.ts';
import { merge } from '../../../core/merge/merge.ts';
import { undoMerge } from '../../../core/merge/undo.ts';
import { create } from '../../../core/records/create.ts';
import type { PeyvandError } from '../../../core/sdk/index.ts';
import { inputOf, testEngine, type TestEngine } from '../../support/engine.ts';

let world: TestEngine;
let call: Call;
beforeAll(async () => {
  world = await testEngine({
    'client/entity': {
      title: 'Client',
      type: 'object',
      entity: { set: 'clients', plural: 'Clients', ownership: 'user', audit: false, keys: { code: ['code'] } },
      properties: {
        name: { title: 'Name', type: 'string', field: { type: 'text' } },
        first: { title: 'First', type: 'string', field: { type: 'text' } },
        last: { title: 'Last', type: 'string', field: { type: 'text' } },
        whole: { title: 'Whole', type: 'string', readOnly: true, field: { type: 'text', compose: ['first', 'last'] } },
        code: { title: 'Code', type: 'string', field: { type: 'text' } },
        born: { title: 'Born', type: 'string', format: 'date', field: { type: 'date' } },
        worth: { title: 'Worth', type: 'number', field: { type: 'currency', precision: 2 } },
        likes: {
          title: 'Likes',
          type: 'string',
          field: {
            type: 'multi-choice',
            options: [
              { value: 1, title: 'One' },
              { value: 2, title: 'Two' },
            ],
          },
        },
        aboveid: {
          title: 'Above',
          type: 'string',
          format: 'uuid',
          field: { type: 'lookup', target: 'client', relation: { name: 'client_above', hierarchy: true } },
        },
        partnerid: { title: 'Partner', type: 'string', format: 'uuid', field: { type: 'lookup', target: 'client' } },
      },
    },
    'visit/entity': {
      title: 'Visit',
      type: 'object',
      entity: { set: 'visits', plural: 'Visits', ownership: 'organization', stateless: true, audit: false },
      properties: {
        name: { title: 'Name', type: 'string', field: { type: 'text' } },
        hostid: { title: 'Host', type: 'string', format: 'uuid', field: { type: 'lookup', target: 'client' } },
        guestid: {
          title: 'Guest',
          type: 'string',
          format: 'uuid',
          field: { type: 'polymorphic', targets: ['client', 'contact'] },
        },
      },
    },
    'relations/client_tags': { title: 'Tags', first: { entity: 'client' }, second: { entity: 'tag' } },
    'relations/client_friends': { title: 'Friends', first: { entity: 'client' }, second: { entity: 'client' } },
  });
  call = world.call;
});
afterAll(() => world?.drop());

const make = async (
  entity: string,
  values: Record<string, unknown>,
  targets: Record<string, string> = {},
): Promise<string> => (await create(call, world.entity(entity), inputOf(values, targets))).id;

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'done',
    (error: unknown) => (error as PeyvandError).code,
  );

/** Every row of the tables, without who touched it last. */
async function everything(tables: readonly string[]): Promise<Record<string, readonly string[]>> {
  const all: Record<string, readonly string[]> = {};
  for (const name of tables) {
    const rows = await world.rows<{ row: string }>(
      `select (to_jsonb(t) - 'versionnumber' - 'modifiedon' - 'modifiedby')::text as row from org_default."${name}" t order by 1`,
    );
    all[name] = rows.map(({ row }) => row);
  }
  return all;
}

test('two thousand duplicates are merged, and one pair comes back field by field', async () => {
  // Half of them made by the database itself: what matters is the merging.
  const first = await make('client', { name: 'seed' });
  await world.rows(
    `insert into org_default.client (clientid, name, first, last, born, worth, likes, statecode, statuscode, ownerid, ownerid_type, owninguser, owningbusinessunit, createdon, modifiedon, createdby, modifiedby)
    select gen_random_uuid(), 'Client ' || (n / 2), 'First ' || n, 'Last ' || (n / 2), date '1980-01-01' + n, n * 1.25, array[1 + n % 2], 0, 1, c.ownerid, c.ownerid_type, c.owninguser, c.owningbusinessunit, now(), now(), c.createdby, c.modifiedby
      from generate_series(0, 3999) n, org_default.client c where c.clientid = $1::uuid`,
    [first],
  );
  await world.rows(`insert into org_default.visit (visitid, name, hostid, guestid, guestid_type, createdon, modifiedon)
    select gen_random_uuid(), 'of ' || name, clientid, clientid, 'client', now(), now() from org_default.client where name like 'Client %'`);
  const pairs = await world.rows<{ ids: readonly string[] }>(
    `select array_agg(clientid::text order by born) as ids from org_default.client where name like 'Client %' group by name order by name`,
  );
  expect(pairs).toHaveLength(2000);
  const before = await everything(['client', 'visit']);
  const entity = world.entity('client');
  const merges: string[] = [];
  const queue = [...pairs];
  const one = async (): Promise<void> => {
    for (let pair = queue.pop(); pair; pair = queue.pop()) {
      const [winner = '', loser = ''] = pair.ids;
      merges.push((await merge(call, entity, winner, loser, { content: inputOf({ first: 'chosen' }) })).id);
    }
  };
  await Promise.all([one(), one(), one(), one()]);
  const [counted] = await world.rows<{ aside: string; moved: string; left: string }>(
    `select (select count(*)::text from org_default.client where merged and statecode = 1 and masterid is not null) as aside,
            (select count(*)::text from org_default.visit v join org_default.client c on c.clientid = v.hostid and c.clientid = v.guestid where c.merged is null) as moved,
            (select count(*)::text from org_default.visit v join org_default.client c on c.clientid in (v.hostid, v.guestid) where c.merged) as left`,
  );
  expect(counted).toEqual({ aside: '2000', moved: '4000', left: '0' });

  const chosen = merges[1234] ?? '';
  const [row] = await world.rows<{ winner: string; loser: string }>(
    'select winner, loser from org_default._merge where id = $1::uuid',
    [chosen],
  );
  expect((await undoMerge(call, chosen)).kept).toEqual([]);
  const after = await everything(['client', 'visit']);
  const of = (all: Record<string, readonly string[]>) => ({
    client: all['client']?.filter(
      (text) => text.includes(`"clientid": "${row?.winner}"`) || text.includes(`"clientid": "${row?.loser}"`),
    ),
    visit: all['visit']?.filter((text) => text.includes(String(row?.winner)) || text.includes(String(row?.loser))),
  });
  expect(of(after).client).toHaveLength(2);
  expect(of(after)).toEqual(of(before));
}, 240_000);

test('ten thousand children go along in one go', async () => {
  const [winner, loser] = [await make('client', { name: 'W' }), await make('client', { name: 'L' })];
  await world.rows(
    `insert into org_default.visit (visitid, name, hostid, createdon, modifiedon) select gen_random_uuid(), 'v', $1::uuid, now(), now() from generate_series(1, 10000)`,
    [loser],
  );
  const { id } = await merge(call, world.entity('client'), winner, loser);
  const count = async (host: string) =>
    (
      await world.rows<{ n: number }>('select count(*)::integer as n from org_default.visit where hostid = $1::uuid', [
        host,
      ])
    )[0]?.n;
  expect([await count(winner), await count(loser)]).toEqual([10_000, 0]);
  expect((await undoMerge(call, id)).kept).toEqual([]);
  expect([await count(winner), await count(loser)]).toEqual([0, 10_000]);
});

const pick = fc.nat({ max: 4 });
const small = fc.record({
  clients: fc.array(
    fc.record({
      first: fc.constantFrom('A', 'B', null),
      last: fc.constantFrom('X', null),
      code: fc.boolean(),
      worth: fc.constantFrom(null, 1.5, 1234567.89),
      born: fc.constantFrom(null, '2000-02-29'),
      likes: fc.constantFrom(null, '1', '1,2'),
      above: fc.option(pick),
      partner: fc.option(pick),
    }),
    { minLength: 5, maxLength: 5 },
  ),
  visits: fc.array(fc.record({ host: fc.option(pick), guest: fc.option(pick) }), { maxLength: 6 }),
  tags: fc.array(fc.tuple(pick, fc.nat({ max: 2 })), { maxLength: 8 }),
  friends: fc.array(fc.tuple(pick, pick), { maxLength: 6 }),
  merges: fc.array(
    fc.record({
      winner: pick,
      loser: pick,
      take: fc.subarray(['first', 'last', 'code', 'worth', 'born', 'likes', 'partner']),
    }),
    { minLength: 1, maxLength: 4 },
  ),
});

test('merges taken back in any small world leave it as it was, in every table', async () => {
  const tables = ['client', 'visit', 'client_tags', 'client_friends', '_share', '_file'];
  const tags = [
    await make('tag', { name: 't0' }),
    await make('tag', { name: 't1' }),
    await make('tag', { name: 't2' }),
  ];
  const entity = world.entity('client');
  let merged = 0;
  await fc.assert(
    fc.asyncProperty(small, async (given) => {
      await world.rows(
        'truncate org_default.client, org_default.visit, org_default.client_tags, org_default.client_friends, org_default._merge cascade',
      );
      const ids: string[] = [];
      for (const [index, one] of given.clients.entries()) {
        const values = {
          name: `c${index}`,
          first: one.first,
          last: one.last,
          code: one.code ? `K${index}` : null,
          worth: one.worth,
          born: one.born,
          likes: one.likes,
          // Upwards only, so that it is a tree.
          aboveid: one.above !== null && one.above < index ? (ids[one.above] ?? null) : null,
          partnerid: one.partner === null ? null : (ids[one.partner] ?? null),
        };
        ids.push(await make('client', values));
      }
      const id = (index: number): string => ids[index] ?? '';
      for (const { host, guest } of given.visits)
        await make(
          'visit',
          { name: 'v', hostid: host === null ? null : id(host), guestid: guest === null ? null : id(guest) },
          guest === null ? {} : { guestid: 'client' },
        );
      for (const [client, tag] of given.tags)
        await world.rows('insert into org_default.client_tags values ($1::uuid, $2::uuid) on conflict do nothing', [
          id(client),
          tags[tag] ?? '',
        ]);
      for (const [one, other] of given.friends)
        await world.rows('insert into org_default.client_friends values ($1::uuid, $2::uuid) on conflict do nothing', [
          id(one),
          id(other),
        ]);

      const before = await everything(tables);
      const done: string[] = [];
      for (const { winner, loser, take } of given.merges) {
        const [row] = await world.rows<Record<string, string | null>>(
          `select first, last, code, worth::text, born::text, array_to_string(likes, ',') as likes, partnerid::text as partner from org_default.client where clientid = $1::uuid`,
          [id(loser)],
        );
        const content = Object.fromEntries(
          take.map((name) => [
            name === 'partner' ? 'partnerid' : name,
            name === 'worth' && row?.['worth'] ? Number(row['worth']) : (row?.[name] ?? null),
          ]),
        );
        try {
          done.push((await merge(call, entity, id(winner), id(loser), { content: inputOf(content) })).id);
        } catch (error) {
          expect(['MERGE_ITSELF', 'MERGE_ALREADY', 'MERGE_INACTIVE']).toContain((error as PeyvandError).code);
        }
      }
      merged += done.length;
      if (done.length > 0) {
        // Nothing refers to a row that was put aside, save those it was put aside with.
        const [stray] = await world.rows<{ n: number }>(
          `select count(*)::integer as n from org_default.client c where c.merged and (
             exists (select from org_default.visit v where c.clientid in (v.hostid, v.guestid))
             or exists (select from org_default.client_tags l where l.clientid = c.clientid)
             or exists (select from org_default.client o where o.aboveid = c.clientid and o.merged is null))`,
        );
        expect(stray?.n).toBe(0);
      }
      for (const one of done.toReversed()) expect((await undoMerge(call, one)).kept).toEqual([]);
      expect(await everything(tables)).toEqual(before);
    }),
    { numRuns: 60 },
  );
  expect(merged).toBeGreaterThan(40);
}, 120_000);

test('of two opposite merges at once one wins, and of two alike', async () => {
  const entity = world.entity('client');
  for (let round = 0; round < 15; round++) {
    const [a, b] = [await make('client', { name: 'A' }), await make('client', { name: 'B' })];
    await make('visit', { name: 'v', hostid: a });
    await make('visit', { name: 'v', hostid: b });
    const other: readonly [string, string] = round % 2 === 0 ? [b, a] : [a, b];
    const answers = await Promise.all([codeOf(merge(call, entity, a, b)), codeOf(merge(call, entity, ...other))]);
    expect(answers.toSorted()).toEqual(['MERGE_ALREADY', 'done']);
  }
});

test('merges of a ring of rows at once end without a deadlock left', async () => {
  const entity = world.entity('client');
  const ids = await Promise.all(Array.from({ length: 6 }, (_, index) => make('client', { name: `r${index}` })));
  for (const id of ids) await make('visit', { name: 'v', hostid: id, guestid: id }, { guestid: 'client' });
  const answers = await Promise.all(
    ids.map((id, index) => codeOf(merge(call, entity, id, ids[(index + 1) % ids.length] ?? ''))),
  );
  expect(answers.filter((one) => one === 'done').length).toBeGreaterThan(0);
  for (const answer of answers) expect(['done', 'MERGE_ALREADY', 'MERGE_INACTIVE']).toContain(answer);
});

test('one merge is undone once, however many ask at the same time', async () => {
  const [a, b] = [await make('client', { name: 'A' }), await make('client', { name: 'B' })];
  const { id } = await merge(call, world.entity('client'), a, b);
  const answers = await Promise.all([1, 2, 3].map(() => codeOf(undoMerge(call, id))));
  expect(answers.toSorted()).toEqual(['MERGE_UNDONE', 'MERGE_UNDONE', 'done']);
});

test('children that are made while their parent is merged go along, or are told where to', async () => {
  const entity = world.entity('client');
  for (let round = 0; round < 12; round++) {
    const [winner, loser] = [await make('client', { name: 'W' }), await make('client', { name: 'L' })];
    const children = Array.from({ length: 8 }, (_, index) =>
      index % 2 === 0
        ? codeOf(make('visit', { name: 'r', hostid: loser }))
        : codeOf(make('visit', { name: 'r', guestid: loser }, { guestid: 'client' })),
    );
    const [merged, ...answers] = await Promise.all([codeOf(merge(call, entity, winner, loser)), ...children]);
    expect(merged).toBe('done');
    for (const answer of answers) expect(['done', 'RECORD_INVALID']).toContain(answer);
    const [found] = await world.rows<{ lost: number; stored: number }>(
      `select count(*) filter (where $1::uuid in (hostid, guestid))::integer as lost,
              count(*) filter (where $2::uuid in (hostid, guestid))::integer as stored
         from org_default.visit`,
      [loser, winner],
    );
    expect(found).toEqual({ lost: 0, stored: answers.filter((one) => one === 'done').length });
  }
});

test('nothing new is added to a row that was merged into another', async () => {
  const [winner, loser] = [await make('client', { name: 'W' }), await make('client', { name: 'L' })];
  await merge(call, world.entity('client'), winner, loser);
  const failure = await make('visit', { name: 'v', hostid: loser }).catch((error: unknown) => error as PeyvandError);
  expect(failure).toMatchObject({ code: 'RECORD_INVALID', details: [{ code: 'LOOKUP_MERGED', target: 'hostid' }] });
});
