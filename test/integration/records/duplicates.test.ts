// Duplicate rules asked when rows are created and changed: what they find, for whom, on which paths, and at the same moment.
import fc from 'fast-check';
import { refused } from '../../support/refused.ts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fold, foldPhone } from '../../../core/db/fold.ts';
import { duplicatesOf } from '../../../core/duplicates/guard.ts';
import { duplicatePairs } from '../../../core/duplicates/pairs.ts';
import type { Duplicate } from '../../../core/duplicates/find.ts';
import type { Call } from '../../../core/engine.ts';
import { create } from '../../../core/records/create.ts';
import { update } from '../../../core/records/update.ts';
import { upsert } from '../../../core/records/upsert.ts';
import type { EventHandler, PeyvandError } from '../../../core/sdk/index.ts';
import { inputOf, testEngine, type TestEngine } from '../../support/engine.ts';

const text = (title: string, more: object = {}) => ({ title, type: 'string', field: { type: 'text', ...more } });

let world: TestEngine;
let call: Call;
/** The caller wants to be told. */
let told: Call;
beforeAll(async () => {
  world = await testEngine({
    'person/entity': {
      title: 'Person',
      type: 'object',
      entity: { set: 'people', plural: 'People', ownership: 'user', keys: { code: ['code'] } },
      properties: {
        name: text('Name'),
        code: text('Code'),
        pin: { title: 'Pin', type: 'string', field: { type: 'text', secured: true } },
        phone: text('Phone', { format: 'phone' }),
        city: text('City'),
        born: { title: 'Born', type: 'string', format: 'date', field: { type: 'date' } },
        vip: { title: 'VIP', type: 'boolean', field: { type: 'yes-no' } },
      },
    },
    'person/duplicates/name-born': {
      title: 'Same name and birthday',
      criteria: [
        { field: 'name', match: 'normalized' },
        { field: 'born', match: 'exact' },
      ],
    },
    'person/duplicates/alike': {
      title: 'Alike names, same phone',
      criteria: [
        { field: 'name', match: 'similar', threshold: 0.5 },
        { field: 'phone', match: 'normalized' },
      ],
    },
    'person/duplicates/pin': { title: 'Same pin', criteria: [{ field: 'pin', match: 'exact' }] },
    'person/duplicates/city': {
      title: 'Same begin of city, blank too',
      'ignore-blank': false,
      'active-only': false,
      criteria: [
        { field: 'city', match: 'prefix', length: 4 },
        { field: 'code', match: 'normalized' },
        { field: 'vip', match: 'exact' },
      ],
    },
    'member/entity': {
      title: 'Member',
      type: 'object',
      entity: { set: 'members', plural: 'Members', ownership: 'user' },
      properties: { name: text('Name'), card: text('Card') },
    },
    'member/duplicates/card': {
      title: 'One member a card',
      severity: 'refuse',
      criteria: [{ field: 'card', match: 'normalized' }],
    },
    'roles/reader': {
      title: 'Reader',
      privileges: {
        person: { create: 'organization', read: 'own', write: 'organization' },
        member: { create: 'organization', read: 'own', write: 'own' },
      },
    },
  });
  call = world.call;
  told = { ...call, detectDuplicates: true };
});
afterAll(() => world?.drop());

let made = 0;
/** People get a code of their own, so that the rule over blanks concerns only those it is tried with. */
const make = async (by: Call, entity: string, values: Record<string, unknown>): Promise<string> => {
  const own = entity === 'person' && !('city' in values) ? { code: `own ${made++}` } : {};
  return (await create(by, world.entity(entity), inputOf({ ...own, ...values }))).id;
};

/** The duplicates a write was refused for; none where it was stored. */
async function found(work: Promise<unknown>): Promise<readonly Duplicate[]> {
  try {
    await work;
    return [];
  } catch (error) {
    const { code, status, data } = error as PeyvandError;
    expect([code, status]).toEqual(['DUPLICATE_FOUND', 412]);
    return data?.['duplicates'] as readonly Duplicate[];
  }
}

describe('creating', () => {
  test('tells who asks of rows that are the same but for their spelling, with the fields they share', async () => {
    const id = await make(call, 'person', { name: 'علي كاوه‌اي', born: '1980-01-02' });
    const duplicates = await found(
      make(told, 'person', { name: 'علی کاوه ای'.replace('ه ا', 'ها'), born: '1980-01-02' }),
    );
    expect(duplicates).toMatchObject([
      {
        entity: 'person',
        id,
        name: 'علي كاوه‌اي',
        rule: 'person/duplicates/name-born',
        title: 'Same name and birthday',
        score: 1,
        fields: [
          { field: 'name', value: 'علي كاوه‌اي' },
          { field: 'born', value: '1980-01-02' },
        ],
      },
    ]);
    expect(await found(make(told, 'person', { name: 'علی کاوهای', born: '1980-01-03' }))).toEqual([]);
    // Whoever does not ask is not told.
    expect(await found(make(call, 'person', { name: 'علی کاوهای', born: '1980-01-02' }))).toEqual([]);
  });

  test('finds names that sound alike under one telephone number, however that is written', async () => {
    const id = await make(call, 'person', { name: 'صادق طباطبایی', phone: '+98 912 345 6789' });
    const [one] = await found(make(told, 'person', { name: 'سادق تباتبائی', phone: '09123456789' }));
    expect(one).toMatchObject({ id, rule: 'person/duplicates/alike' });
    expect(one?.score).toBeGreaterThan(0.7);
    expect(await found(make(told, 'person', { name: 'مینا', phone: '09123456789' }))).toEqual([]);
    expect(await found(make(told, 'person', { name: 'صادق طباطبایی', phone: '09123456780' }))).toEqual([]);
  });

  test('compares the beginning, blanks with blanks, and inactive rows where the rule says so', async () => {
    const id = await make(call, 'person', { name: 'x', city: 'Isfahan, Iran', statecode: 1 });
    expect(await found(make(told, 'person', { name: 'y', city: 'ISFAhan' }))).toMatchObject([{ id }]);
    expect(await found(make(told, 'person', { name: 'y', city: 'ISFAhan', code: '1' }))).toEqual([]);
    expect(await found(make(told, 'person', { name: 'y', city: 'ISFAhan', vip: true }))).toEqual([]);
  });

  test('leaves inactive and merged rows out', async () => {
    await make(call, 'person', { name: 'gone', born: '1990-01-01', statecode: 1 });
    expect(await found(make(told, 'person', { name: 'Gone!', born: '1990-01-01', city: 'a' }))).toEqual([]);
  });

  test('by a composed field: the full name from its parts', async () => {
    const id = await make(call, 'contact', { firstname: 'Reza', lastname: 'Kazemi', mobilephone: '0912 111 2233' });
    const values = { firstname: 'رضا', lastname: 'كاظمي', mobilephone: '+989121112233' };
    const persian = await make(call, 'contact', values);
    const duplicates = await found(make(told, 'contact', { ...values, firstname: 'Resa', lastname: 'Kazemi' }));
    expect(duplicates.map((one) => one.id)).toEqual([id]);
    const others = await found(make(told, 'contact', { ...values, lastname: 'کاظمی' }));
    expect(others.map((one) => one.id)).toEqual([persian]);
  });

  test('of a lead finds the contact with its e-mail', async () => {
    const id = await make(call, 'contact', { lastname: 'L', emailaddress1: 'Lead@Example.com' });
    const duplicates = await found(
      make(told, 'lead', { subject: 's', lastname: 'L', emailaddress1: 'lead@example.com' }),
    );
    expect(duplicates).toMatchObject([{ entity: 'contact', id, rule: 'lead/duplicates/contact-email' }]);
  });

  test('tells of ten at most', async () => {
    for (let index = 0; index < 12; index++) await make(call, 'account', { name: 'Many of one name' });
    expect(await found(make(told, 'account', { name: 'MANY of one-name' }))).toHaveLength(10);
  });

  test('by upsert asks as well, and what a handler writes is not asked', async () => {
    await make(call, 'person', { name: 'Upsert', born: '2001-01-01', code: 'U-1', city: 'b' });
    const other = inputOf({ name: 'upsert', born: '2001-01-01', city: 'c' });
    expect(await found(upsert(told, world.entity('person'), { key: { code: 'U-2' } }, other))).toHaveLength(1);
    const writer: EventHandler = {
      name: 'twin',
      entity: 'person',
      message: 'create',
      stage: 'after',
      run: async ({ values, records, depth }) => {
        if (depth === 1 && values['code'] === 'T')
          await records.create('person', { name: 'Upsert', born: '2001-01-01' });
      },
    };
    const handled = { ...world.with({ handlers: [writer] }), detectDuplicates: true };
    expect(await found(make(handled, 'person', { name: 'no twin', code: 'T', city: 'd' }))).toEqual([]);
  });
});

describe('changing', () => {
  test('asks only where a compared value really changes', async () => {
    await make(call, 'person', { name: 'Twin', born: '1970-05-05', city: 'e', code: 'tw1' });
    const id = await make(call, 'person', { name: 'Twin', born: '1970-05-05', city: 'f', code: 'tw2' });
    const change = (values: Record<string, unknown>) =>
      found(update(told, world.entity('person'), { id }, inputOf(values)));
    expect(await change({ city: 'g' })).toEqual([]);
    expect(await change({ name: 'Twin', born: '1970-05-05' })).toEqual([]);
    expect(await change({ name: 'TWIN' })).toHaveLength(1);
    expect(await change({ born: '1970-05-06' })).toEqual([]);
    expect(await change({ born: '1970-05-05' })).toHaveLength(1);
    expect(await duplicatesOf(call, world.entity('person'), id)).toEqual([]);
  });
});

describe('who may not read a row', () => {
  const stranger = 'a0000000-0000-7000-8000-0000000000b1';
  const unit = '00000000-0000-7000-8000-000000000002';
  const reader = (): Call => ({
    ...world.with({ principal: { userId: stranger, roles: ['reader'], businessUnitId: unit } }),
    detectDuplicates: true,
  });
  beforeAll(() => make(call, 'systemuser', { systemuserid: stranger, lastname: 'S', businessunitid: unit }));

  test('is never told of it, nor by a rule that refuses', async () => {
    await make(call, 'person', { name: 'Secret', born: '1999-09-09', city: 'h' });
    await make(call, 'member', { name: 'a', card: 'secret-card' });
    expect(await found(make(reader(), 'person', { name: 'Secret', born: '1999-09-09', city: 'i' }))).toEqual([]);
    expect(await found(make(reader(), 'member', { name: 'b', card: 'SECRET CARD' }))).toEqual([]);
    // Of the caller's own one is told.
    expect(await found(make(reader(), 'person', { name: 'secret', born: '1999-09-09', city: 'j' }))).toHaveLength(1);
    expect(await found(make(reader(), 'member', { name: 'c', card: 'Secret Card' }))).toHaveLength(1);
  });

  test('finds nothing by a field that is closed to the caller, in checks and in pairs', async () => {
    const entity = world.entity('person');
    const owned = async (name: string) => {
      const values = { name, pin: '4711', city: name, ownerid: stranger };
      return (await create(call, entity, inputOf(values, { ownerid: 'systemuser' }))).id;
    };
    const [first, second] = [await owned('p1'), await owned('p2')];
    expect(await duplicatesOf(reader(), entity, first)).toEqual([]);
    const pairs = duplicatePairs(reader(), entity, 'pin', undefined);
    expect((await refused(pairs)).code).toBe('FIELD_FORBIDDEN');
    expect(await duplicatesOf(call, entity, first)).toMatchObject([{ id: second }]);
    expect((await duplicatePairs(call, entity, 'pin', undefined)).pairs).toHaveLength(1);
  });

  test('does not learn the duplicates of a row that is not there for the caller', async () => {
    const id = await make(call, 'person', { name: 'hidden', city: 'm' });
    expect(await duplicatesOf(reader(), world.entity('person'), id)).toBeUndefined();
  });
});

describe('a rule that refuses', () => {
  test('holds whether one asks or not, on create and update', async () => {
    await make(call, 'member', { name: 'a', card: 'AB-12' });
    expect(await found(make(call, 'member', { name: 'b', card: 'ab ۱۲' }))).toHaveLength(1);
    const id = await make(call, 'member', { name: 'c', card: 'CD-1' });
    expect(await found(update(call, world.entity('member'), { id }, inputOf({ card: 'ab-12' })))).toHaveLength(1);
    expect(await found(update(call, world.entity('member'), { id }, inputOf({ card: 'cd 1' })))).toEqual([]);
  });

  test('lets one of many that are stored at the same moment pass', async () => {
    for (let round = 0; round < 5; round++) {
      const spellings = [
        `كارت ${round}`,
        `کارت ${round}`,
        `کارت-${round}`,
        `کـارت ${round}`,
        `کارت (${round})`,
        `کارت ${round}.`,
      ];
      const answers = await Promise.all(spellings.map((card) => found(make(call, 'member', { name: 'r', card }))));
      expect(answers.filter((one) => one.length === 0)).toHaveLength(1);
    }
  });

  test('does not hold where there is nothing to compare', async () => {
    for (const card of [null, '', ' - ']) expect(await found(make(call, 'member', { name: 'n', card }))).toEqual([]);
  });
});

test('pairs come page by page, each once, as a plain comparison of all rows with all finds them', async () => {
  await world.rows(`delete from org_default.person`);
  const names = ['Kaveh', 'كاوه', 'کاوه', 'Nord Wind', 'nord-wind', 'NORD  WIND.', 'x', null];
  const rows: { id: string; name: string | null; born: string | null }[] = [];
  for (let index = 0; index < 60; index++) {
    const name = names[(index * 7) % names.length] ?? null;
    const born = index % 5 === 0 ? null : `2000-01-0${1 + (index % 2)}`;
    rows.push({ id: await make(call, 'person', { name, born }), name, born });
  }
  const expected = new Set<string>();
  for (const a of rows)
    for (const b of rows)
      if (a.id < b.id && a.name && b.name && a.born && a.born === b.born && fold(a.name) === fold(b.name))
        expected.add(`${a.id} ${b.id}`);
  const seen: string[] = [];
  let after: string | undefined;
  let pages = 0;
  do {
    const page = await duplicatePairs(call, world.entity('person'), 'name-born', after);
    seen.push(...page.pairs.map((pair) => `${pair.first.id} ${pair.second.id}`));
    after = page.next;
    pages++;
  } while (after !== undefined);
  expect(new Set(seen)).toEqual(expected);
  expect(seen).toHaveLength(expected.size);
  expect(pages).toBeGreaterThan(1);
});

test('a check finds what a plain comparison finds, in any world', async () => {
  const spellings = fc.constantFrom('علي', 'علی', 'على', 'Ali', 'ALI.', 'al i', '', null);
  const phones = fc.constantFrom('09121234567', '+98 912 123 4567', '00989121234567', '09121234568', null);
  const person = fc.record({ name: spellings, phone: phones, active: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(person, { maxLength: 6 }), person, async (stored, fresh) => {
      await world.rows('delete from org_default.person');
      const ids: string[] = [];
      for (const one of stored)
        ids.push(
          await make(call, 'person', {
            name: one.name,
            phone: one.phone,
            city: 'z',
            code: `c${ids.length}`,
            statecode: one.active ? 0 : 1,
          }),
        );
      const wanted = stored.flatMap((one, index) => {
        const alike = one.name && fresh.name && fold(one.name) !== undefined && fold(one.name) === fold(fresh.name);
        const called = one.phone && fresh.phone && foldPhone(one.phone) === foldPhone(fresh.phone);
        return one.active && alike && called ? [ids[index]] : [];
      });
      const values = { name: fresh.name, phone: fresh.phone, city: 'q', code: 'fresh' };
      const duplicates = await found(make(told, 'person', values));
      // The rule is wider than equality of names: whatever is equal must be there.
      expect(duplicates.map(({ id }) => id)).toEqual(expect.arrayContaining(wanted));
      for (const { id } of duplicates) {
        const row = stored[ids.indexOf(id)];
        expect(row?.active).toBe(true);
        expect(foldPhone(row?.phone ?? '')).toBe(foldPhone(fresh.phone ?? '-'));
      }
    }),
    { numRuns: 40 },
  );
});
