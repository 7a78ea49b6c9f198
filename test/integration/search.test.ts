// One box over all entities, and lists of texts: what people find by how they write, in the order they expect, and nothing that
// they may not read.
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { create } from '../../core/records/create.ts';
import { listOData } from '../../core/records/list.ts';
import { search, type Group } from '../../core/search/search.ts';
import type { JsonObject } from '../../core/sdk/index.ts';
import { inputOf, testEngine, type TestEngine } from '../support/engine.ts';

const text = (more: object = {}): JsonObject => ({
  title: 'Text',
  type: 'string',
  maxLength: 200,
  field: { type: 'text', ...more },
});
const entity: JsonObject = {
  title: 'Ship',
  type: 'object',
  entity: {
    set: 'new_ships',
    plural: 'Ships',
    primary: 'new_name',
    ownership: 'organization',
    stateless: true,
    search: ['new_name', 'new_call', 'new_pin', 'new_log'],
  },
  properties: {
    new_name: text(),
    new_call: text(),
    new_pin: text({ secured: true }),
    new_log: { ...text(), maxLength: 2000 },
  },
};
const documents: Readonly<Record<string, JsonObject>> = {
  'new_ship/entity': entity,
  'roles/new_sailor': { title: 'Sailor', privileges: { new_ship: 'organization' } },
  'profiles/new_ends': {
    title: 'Ends',
    fields: { new_ship: { new_pin: { read: true, mask: { last: 2 } } } },
  },
};

let world: TestEngine;
beforeAll(async () => {
  world = await testEngine(documents);
  const ships: readonly (readonly [name: string | null, call?: string, pin?: string | null, log?: string])[] = [
    ['Northwind', 'NW-1', 'QXZW-4471'],
    ['Northwind Traders', 'NW-2'],
    ['Old Northwind', 'NW-3'],
    ['Unnorthwindy', 'NW-4'],
    ['Southern Cross', 'SC-9', null, `${'calm sea '.repeat(40)}met the Northwind at noon ${'calm sea '.repeat(40)}`],
    ['می‌گسار', 'MG-1'],
    ['كشتي آرش', 'KA-1'],
    ['سعید صادقی', 'SS-1'],
    ['شرکت ١٢ دریا', 'SD-1'],
    ['zz only letters', '100%_sure'],
    [null, 'nameless-call'],
  ];
  for (const [name, call, pin, log] of ships) {
    await create(
      world.call,
      world.entity('new_ship'),
      inputOf({ new_name: name, new_call: call ?? null, new_pin: pin ?? null, new_log: log ?? null }),
    );
  }
  await create(world.call, world.entity('account'), inputOf({ name: 'Northwind Bank', telephone1: '+98 21 555' }));
}, 120_000);
afterAll(() => world?.drop());

const ships = (groups: readonly Group[]): readonly (string | null)[] =>
  groups.filter((group) => group.entity === 'new_ship').flatMap((group) => group.hits.map((hit) => hit.name));
const found = async (typed: string, call = world.call) => search(call, { text: typed, top: 50 });

describe('the search box', () => {
  test('ranks what is exactly that before what begins with it, has it as a word, or inside', async () => {
    const { groups } = await found('northwind');
    expect(ships(groups)).toEqual([
      'Northwind',
      'Northwind Traders',
      'Old Northwind',
      'Southern Cross',
      'Unnorthwindy',
    ]);
    expect(groups.map((group) => group.entity)).toEqual(['new_ship', 'account']);
    expect(groups[0]).toMatchObject({ count: 5, more: false, partial: false, set: 'new_ships' });
    const [first, , , log] = groups[0]?.hits ?? [];
    expect(first).toMatchObject({ kind: 'exact', secondary: 'NW-1', highlights: [{ parts: ['', 'Northwind', ''] }] });
    expect(log?.highlights).toEqual([
      { field: 'new_log', parts: [expect.stringMatching(/^….*met the $/), 'Northwind', expect.stringMatching(/…$/)] },
    ]);
  });

  test.each([
    ['کشتی آرش', 'كشتي آرش'],
    ['كشتي ارش', 'كشتي آرش'],
    ['میگسار', 'می‌گسار'],
    ['شرکت ۱۲', 'شرکت ١٢ دریا'],
    ['دریا 12', 'شرکت ١٢ دریا'],
    ['صعید', 'سعید صادقی'],
    ['سادقی', 'سعید صادقی'],
    ['nortwind', 'Northwind'],
    ['northwnid traders', 'Northwind Traders'],
    ['NW-2', 'Northwind Traders'],
    ['no', 'Northwind Traders'],
    ['ن', undefined],
    ['100%_', 'zz only letters'],
    ['nameless', null],
  ])('finds for %s', async (typed, name) => {
    expect(ships((await found(typed)).groups)[0]).toBe(name);
  });

  test('marks matches in the letters that stand there', async () => {
    const { groups } = await found('گسار می');
    expect(groups[0]?.hits[0]?.highlights).toEqual([{ field: 'new_name', parts: ['', 'می‌گسار', ''] }]);
  });

  test('answers for nothing, for signs alone and for very much', async () => {
    for (const typed of ['', '  ', 'ـ', '%', '\\', "'", '😀😀😀', '. . .', `${'a '.repeat(90)}`]) {
      expect((await found(typed)).partial).toBe(false);
    }
    await expect(found('x'.repeat(201))).rejects.toMatchObject({ code: 'SEARCH_INVALID', status: 400 });
    await expect(search(world.call, { text: 'a', entities: ['new_shop'] })).rejects.toMatchObject({
      code: 'SEARCH_ENTITY_UNKNOWN',
      message: expect.stringContaining('new_ship') as string,
    });
  });

  test('a hidden field neither matches nor shows, and a masked one no more than it', async () => {
    const sailor = world.with({ principal: { userId: randomUUID(), roles: ['new_sailor'] } });
    const masked = { ...sailor, principal: { ...sailor.principal, profiles: ['new_ends'] } };
    expect(ships((await found('QXZW-4471')).groups)).toEqual(['Northwind']);
    for (const call of [sailor, masked]) {
      for (const typed of ['QXZW-4471', 'qxzw', '4471', '71', '••••71']) {
        expect((await found(typed, call)).groups).toEqual([]);
      }
      expect(JSON.stringify(await found('northwind', call))).not.toMatch(/QXZW|4471|••••/);
    }
  });

  test('an entity that may not be read is not searched, and is refused like one that is not there', async () => {
    const sailor = world.with({ principal: { userId: randomUUID(), roles: ['new_sailor'] } });
    expect((await found('northwind', sailor)).groups.map((group) => group.entity)).toEqual(['new_ship']);
    const asking = (name: string) =>
      search(sailor, { text: 'northwind', entities: [name] }).catch((error: unknown) => String(error));
    expect(String(await asking('account')).replace('account', 'nothing')).toBe(await asking('nothing'));
  });
});

describe('lists of texts', () => {
  const listed = async (query: string): Promise<readonly string[]> => {
    const names: string[] = [];
    let next: string | undefined = query;
    while (next !== undefined) {
      const { body } = await listOData(world.call, world.entity('account'), next, {
        root: 'http://host',
        maxPageSize: 7,
      });
      const page = JSON.parse(body) as { value: { name: string }[]; '@odata.nextLink'?: string };
      names.push(...page.value.map(({ name }) => name));
      next = page['@odata.nextLink']?.split('?')[1];
    }
    return names;
  };

  test('come in the order of the alphabet, each row once, page by page, up and down', async () => {
    // Letters that only the Persian order puts in their places, both writings of ye and kaf, cases, accents, digits, spaces.
    const words = [
      ...'ابپتجچحدذرزژسشصعغفقکگلمنوهی',
      'كتاب',
      'کتاب',
      'علي ب',
      'علی الف',
      'علی پ',
      'آب',
      'اب',
      'مسئول',
      'مسول',
      'می‌رود',
      'میرود',
      'apple',
      'Apple',
      'APPLE',
      'apples',
      'Zebra',
      'zebra',
      'éclair',
      'eclairs',
      '10',
      '۱۰',
      '2',
      'a b',
      'ab',
      'a-b',
    ];
    const twice = [...words, ...words.slice(0, 20)];
    for (const name of twice) {
      await create(world.call, world.entity('account'), inputOf({ name, address1_country: 'sorted' }));
    }
    const collator = new Intl.Collator('fa');
    const up = await listed(`$filter=address1_country eq 'sorted'&$select=name&$orderby=name`);
    expect(up.toSorted()).toEqual(twice.toSorted());
    expect(up.map((name, index) => collator.compare(up[index - 1] ?? '', name) <= 0)).toEqual(up.map(() => true));
    const down = await listed(`$filter=address1_country eq 'sorted'&$select=name&$orderby=name desc`);
    expect(down).toEqual(up.toReversed());
  });

  test('page on over rows without a value, which come before all others', async () => {
    for (let index = 0; index < 20; index += 1) {
      const city = index % 2 === 0 ? null : `City ${index}`;
      await create(
        world.call,
        world.entity('account'),
        inputOf({ name: `n${index}`, address1_country: 'x', address1_city: city }),
      );
    }
    const filter = `$filter=address1_country eq 'x'&$select=name,address1_city`;
    const up = await listed(`${filter}&$orderby=address1_city,name`);
    expect(up).toHaveLength(20);
    expect(up.slice(0, 10)).toEqual(['n0', 'n10', 'n12', 'n14', 'n16', 'n18', 'n2', 'n4', 'n6', 'n8']);
    expect(await listed(`${filter}&$orderby=address1_city desc,name desc`)).toEqual(up.toReversed());
  });
});
