// The rules of values, one by one, as a caller meets them.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { create } from '../../../core/records/create.ts';
import { readBody } from '../../../core/records/read-body.ts';
import { deletePreview } from '../../../core/records/delete-preview.ts';
import { remove } from '../../../core/records/remove.ts';
import { update } from '../../../core/records/update.ts';
import { upsert } from '../../../core/records/upsert.ts';
import { systemPrincipal } from '../../../core/security/system-principal.ts';
import { administrator, inputOf, rootUnit, testEngine, type TestEngine } from '../../support/engine.ts';
import { refused, targets } from '../../support/refused.ts';
import { voyage } from '../../support/voyage.ts';

let world: TestEngine;
const ship = () => world.entity('new_ship');
const cargo = () => world.entity('new_cargo');
beforeAll(async () => {
  world = await testEngine(voyage);
});
afterAll(() => world.drop());

const made = (values: Record<string, unknown>, to: Record<string, string> = {}) =>
  create(world.call, ship(), inputOf({ new_name: 'Argo', ...values }, to));
const rowOf = async (id: string) =>
  (await world.rows(`select * from org_default.new_ship where new_shipid = $1`, [id]))[0] ?? {};

/** What is wrong with names is told with what is wrong with values, when the row is written. */
const send = async (text: string) => create(world.call, ship(), await readBody(world.call, ship(), text));

const readFleet = async (bind: unknown) =>
  (await readBody(world.call, ship(), JSON.stringify({ 'new_fleet@odata.bind': bind }))).values['new_fleet'];

describe('a body', () => {
  test('keeps every digit of a number', async () => {
    const input = await readBody(world.call, ship(), '{"new_name":"Argo","new_draught":12345678901.1234567891}');
    const { id } = await create(world.call, ship(), input);
    expect((await rowOf(id))['new_draught']).toBe('12345678901.1234567891');
  });

  test('refers to rows by id, by absolute address, by alternate key, and clears with null', async () => {
    const { id } = await made({ new_imo: "9'1" });
    expect(await readFleet(`/new_ships(${id})`)).toBe(id);
    expect(await readFleet(`new_ships({${id.toUpperCase()}})`)).toBe(id);
    expect(await readFleet(`https://x.example/api/data/v9.2/new_ships(${id})`)).toBe(id);
    expect(await readFleet(`/new_ships(new_imo='9''1')`)).toBe(id);
    expect(await readFleet(`/new_ships(new_imo='9%27%271')`)).toBe(id);
    expect(await readFleet(null)).toBe(null);
  });

  test('names every reference that does not fit', async () => {
    const wrong = {
      'new_fleet@odata.bind': '/contacts(0197a1b2-3c4d-7e5f-8a9b-0c1d2e3f4a5b)',
      'new_fleett@odata.bind': '/new_ships(x)',
      new_nmae: 1,
    };
    const error = await refused(send(JSON.stringify(wrong)));
    expect(targets(error)).toEqual([
      'new_fleet@odata.bind BIND_INVALID',
      'new_fleett@odata.bind NAVIGATION_UNKNOWN',
      'new_name FIELD_REQUIRED',
      'new_nmae FIELD_UNKNOWN',
    ]);
    for (const bind of ['/new_ships(x)', '/new_shipz(1)', 5, '/new_ships', "/new_ships(new_imo='nobody')"]) {
      const one = await refused(send(JSON.stringify({ 'new_fleet@odata.bind': bind })));
      expect(one.status).toBe(400);
    }
    const unknownKey = await refused(
      readBody(world.call, ship(), `{"new_fleet@odata.bind":"/new_ships(new_name='x')"}`),
    );
    expect(unknownKey.code).toBe('KEY_UNKNOWN');
  });

  test('may echo what was read: annotations and the own id', async () => {
    const { id } = await made({});
    const body = { '@odata.etag': 'W/"1"', 'new_name@OData.x': 'y', new_shipid: id.toUpperCase(), new_name: 'B' };
    const input = await readBody(world.call, ship(), JSON.stringify(body), { address: { id } });
    expect(input.values).toEqual({ new_name: 'B' });
  });

  test('that is no JSON object is refused', async () => {
    expect((await refused(readBody(world.call, ship(), '{"a":'))).code).toBe('BODY_NOT_JSON');
    expect((await refused(readBody(world.call, ship(), '[1]'))).code).toBe('BODY_NOT_OBJECT');
    expect((await refused(send('{"__proto__":{"a":1}}'))).code).toBe('RECORD_INVALID');
  });
});

describe('values', () => {
  test('all that is wrong is said at once', async () => {
    const error = await refused(
      create(
        world.call,
        ship(),
        inputOf({
          new_imo: 'x'.repeat(8),
          new_crew: 0,
          new_flags: '1,9',
          new_launched: '2026-02-30',
          new_seen: '2026-01-01T10:00:00',
          new_price: 'much',
          new_call: 'a\0b',
          createdon: '2026-01-01T00:00:00Z',
          exchangerate: 2,
          nonsense: 1,
        }),
      ),
    );
    expect(error).toMatchObject({ code: 'RECORD_INVALID', status: 400 });
    expect(targets(error).map((one) => one.split(' ')[0])).toEqual([
      'createdon',
      'exchangerate',
      'new_call',
      'new_crew',
      'new_flags',
      'new_imo',
      'new_launched',
      'new_name',
      'new_price',
      'new_seen',
      'nonsense',
    ]);
    expect(error.details.find((one) => one.target === 'new_imo')?.message).toBe(
      'The text has 8 characters; at most 7 are allowed. Shorten it.',
    );
  });

  test('of a wrong JSON type are refused', async () => {
    for (const value of [1, true, {}, []]) {
      expect(targets(await refused(made({ new_imo: value })))).toHaveLength(1);
    }
    expect(targets(await refused(made({ new_crew: 'many' })))).toHaveLength(1);
  });

  test('a required one may not be emptied, an immutable one not changed', async () => {
    const { id } = await made({ new_yard: 'Bremen' });
    const error = await refused(
      update(world.call, ship(), { id }, inputOf({ new_name: null, new_yard: 'Kiel', new_shipid: administrator })),
    );
    expect(targets(error)).toEqual([
      'new_name FIELD_REQUIRED',
      'new_shipid FIELD_READ_ONLY',
      'new_yard FIELD_IMMUTABLE',
    ]);
  });

  test('an owner and a state a row always has: null makes the usual ones at first and is refused later', async () => {
    const { id } = await made({ ownerid: null, statecode: null, statuscode: null });
    expect(await rowOf(id)).toMatchObject({ ownerid: administrator, statecode: 0, statuscode: 1 });
    const error = await refused(
      update(world.call, ship(), { id }, inputOf({ ownerid: null, statecode: null, statuscode: null })),
    );
    expect(targets(error)).toEqual(['ownerid FIELD_REQUIRED', 'statecode FIELD_REQUIRED', 'statuscode FIELD_REQUIRED']);
  });

  test('a team may own a row, and brings its unit', async () => {
    const team = await create(world.call, world.entity('team'), inputOf({ name: 'Crew' }));
    const { id } = await made({ ownerid: team.id }, { ownerid: 'team' });
    expect(await rowOf(id)).toMatchObject({
      ownerid: team.id,
      owningteam: team.id,
      owninguser: null,
      owningbusinessunit: rootUnit,
    });
  });

  test('missing ones get their default, numbers come in order, and given ones stay', async () => {
    const [one, two, three] = [await made({}), await made({ new_crew: null }), await made({ new_number: 'mine' })];
    const rows = await Promise.all([one, two, three].map((row) => rowOf(row.id)));
    expect(rows.map((row) => row['new_crew'])).toEqual([12, null, 12]);
    const numbers = rows.map((row) => String(row['new_number']));
    expect(numbers[0]).toMatch(/^S-\d{3}-[A-Z0-9]{4}-\d{4}$/);
    expect(Number(numbers[1]?.slice(2, 5))).toBeGreaterThan(Number(numbers[0]?.slice(2, 5)));
    expect(numbers[2]).toBe('mine');
  });

  test('composed text follows its parts', async () => {
    const contact = world.entity('contact');
    const { id } = await create(world.call, contact, inputOf({ firstname: ' Ada ', lastname: 'Lovelace' }));
    const name = async () =>
      (await world.rows<{ fullname: string }>(`select fullname from org_default.contact where contactid = $1`, [id]))[0]
        ?.fullname;
    expect(await name()).toBe('Ada Lovelace');
    await update(world.call, contact, { id }, inputOf({ firstname: null }));
    expect(await name()).toBe('Lovelace');
  });

  test('kept out of the log by their field stay out of it', async () => {
    const { id } = await made({ new_secret: 'x' });
    await update(world.call, ship(), { id }, inputOf({ new_secret: 'y' }));
    const log = await world.rows<{ changes: string }>(`select changes from org_default._audit where record = $1`, [id]);
    expect(log).toHaveLength(1);
    expect(JSON.stringify(log)).not.toContain('new_secret');
  });
});

describe('money', () => {
  test('carries the rate of its currency and the amount in base currency, also when only one of them changes', async () => {
    const rial = await create(
      world.call,
      world.entity('transactioncurrency'),
      inputOf({ currencyname: 'Rial', isocurrencycode: 'IRR', exchangerate: 40000 }),
    );
    const { id } = await made({ new_price: '120000.00' });
    expect(await rowOf(id)).toMatchObject({ new_price: '120000', new_price_base: '120000.00', exchangerate: '1' });
    await update(world.call, ship(), { id }, inputOf({ transactioncurrencyid: rial.id }));
    expect(await rowOf(id)).toMatchObject({ new_price_base: '3.00', exchangerate: '40000' });
    await update(world.call, world.entity('transactioncurrency'), { id: rial.id }, inputOf({ exchangerate: 60000 }));
    expect(await rowOf(id)).toMatchObject({ new_price_base: '3.00' });
    await update(world.call, ship(), { id }, inputOf({ new_price: 90000 }));
    expect(await rowOf(id)).toMatchObject({ new_price_base: '1.50', exchangerate: '60000' });
    await update(world.call, ship(), { id }, inputOf({ new_price: null }));
    expect(await rowOf(id)).toMatchObject({ new_price: null, new_price_base: null });
  });

  test('rows without an amount carry no currency', async () => {
    expect(await rowOf((await made({})).id)).toMatchObject({ transactioncurrencyid: null, exchangerate: null });
  });
});

describe('lookups', () => {
  const nobody = '0197a1b2-3c4d-7e5f-8a9b-0c1d2e3f4a5b';
  test('a row that is not there is refused, by foreign key and by the engine', async () => {
    const one = await refused(create(world.call, cargo(), inputOf({ new_label: 'x', new_ship: nobody })));
    expect(one.status).toBe(400);
    expect(targets(one)).toEqual(['new_ship LOOKUP_NOT_FOUND']);
    const two = await refused(
      create(world.call, cargo(), inputOf({ new_label: 'x', new_owner: nobody }, { new_owner: 'contact' })),
    );
    expect(targets(two)).toEqual(['new_owner LOOKUP_NOT_FOUND']);
    const { id } = await create(world.call, cargo(), inputOf({ new_label: 'x' }));
    const three = await refused(
      update(world.call, cargo(), { id }, inputOf({ new_owner: nobody }, { new_owner: 'account' })),
    );
    expect(targets(three)).toEqual(['new_owner LOOKUP_NOT_FOUND']);
    const four = await refused(update(world.call, cargo(), { id }, inputOf({ new_ship: nobody })));
    expect(targets(four)).toEqual(['new_ship LOOKUP_NOT_FOUND']);
  });

  test('of several targets store which one', async () => {
    const account = await create(world.call, world.entity('account'), inputOf({ name: 'A' }));
    const input = await readBody(
      world.call,
      cargo(),
      JSON.stringify({ new_label: 'x', 'new_owner_account@odata.bind': `/accounts(${account.id})` }),
    );
    const { id } = await create(world.call, cargo(), input);
    const [row] = await world.rows(
      `select new_owner, new_owner_type from org_default.new_cargo where new_cargoid = $1`,
      [id],
    );
    expect(row).toEqual({ new_owner: account.id, new_owner_type: 'account' });
  });

  test('that form a tree refuse loops', async () => {
    const [a, b, c] = [await made({}), await made({}), await made({})];
    await update(world.call, ship(), { id: b.id }, inputOf({ new_fleet: a.id }));
    await update(world.call, ship(), { id: c.id }, inputOf({ new_fleet: b.id }));
    for (const parent of [a.id, b.id, c.id]) {
      const error = await refused(update(world.call, ship(), { id: a.id }, inputOf({ new_fleet: parent })));
      expect(targets(error)).toEqual(['new_fleet HIERARCHY_LOOP']);
    }
    const self = await refused(made({ new_shipid: administrator, new_fleet: administrator }));
    expect(targets(self)).toEqual(['new_fleet HIERARCHY_LOOP']);
  });
});

const stateOf = async (id: string) => {
  const row = await rowOf(id);
  return [row['statecode'], row['statuscode']];
};

describe('states', () => {
  test('a state brings its first reason, a reason its state', async () => {
    const { id } = await made({});
    expect(await stateOf(id)).toEqual([0, 1]);
    await update(world.call, ship(), { id }, inputOf({ statuscode: 2 }));
    await update(world.call, ship(), { id }, inputOf({ statecode: 0 }));
    expect(await stateOf(id)).toEqual([0, 2]);
    await update(world.call, ship(), { id }, inputOf({ statecode: 1 }));
    expect(await stateOf(id)).toEqual([1, 3]);
    expect(await stateOf((await made({ statuscode: 3 })).id)).toEqual([1, 3]);
  });

  test('a step that its reason does not allow is refused with those it does', async () => {
    const { id } = await made({});
    const error = await refused(update(world.call, ship(), { id }, inputOf({ statuscode: 3 })));
    expect(targets(error)).toEqual(['statuscode STATUS_TRANSITION']);
    expect(error.details[0]?.message).toBe('1 (Moored) cannot become 3 (Docked). Next may be 2 (Sailing).');
    const whole = await refused(update(world.call, ship(), { id }, inputOf({ statecode: 1 })));
    expect(targets(whole)).toEqual(['statuscode STATUS_TRANSITION']);
    expect(await stateOf(id)).toEqual([0, 1]);
  });

  test('a reason of another state, and one that does not exist, are refused', async () => {
    expect(targets(await refused(made({ statecode: 1, statuscode: 1 })))).toEqual(['statuscode STATUS_OF_OTHER_STATE']);
    expect((await refused(made({ statuscode: 77 }))).status).toBe(400);
    expect((await refused(made({ statecode: 77 }))).status).toBe(400);
  });
});

describe('unique keys', () => {
  test('a taken one answers 409 with the key and the row that has it', async () => {
    const first = await made({ new_imo: '1234567' });
    const error = await refused(made({ new_imo: '1234567' }));
    expect(error).toMatchObject({ code: 'KEY_TAKEN', status: 409, data: { key: 'imo', id: first.id } });
    const other = await made({});
    const second = await refused(update(world.call, ship(), { id: other.id }, inputOf({ new_imo: '1234567' })));
    expect(second).toMatchObject({ code: 'KEY_TAKEN', data: { id: first.id } });
    expect(await refused(made({ new_shipid: first.id }))).toMatchObject({ code: 'KEY_TAKEN', status: 409 });
    const pair = await made({ new_flag: 'IR', new_call: 'X,1' });
    expect(await refused(made({ new_flag: 'IR', new_call: 'X,1' }))).toMatchObject({
      data: { key: 'call', id: pair.id },
    });
  });

  test('address rows', async () => {
    const { id } = await made({ new_imo: '7777777' });
    await update(world.call, ship(), { key: { new_imo: '7777777' } }, inputOf({ new_crew: 99 }));
    expect((await rowOf(id))['new_crew']).toBe(99);
    expect(await refused(update(world.call, ship(), { key: { new_imo: '0' } }, inputOf({})))).toMatchObject({
      status: 404,
    });
  });
});

test('what is not there is 404, what is no id 400, a union only reads', async () => {
  const nobody = '0197a1b2-3c4d-7e5f-8a9b-0c1d2e3f4a5b';
  expect((await refused(update(world.call, ship(), { id: nobody }, inputOf({ new_crew: 2 })))).status).toBe(404);
  expect((await refused(update(world.call, ship(), { id: 'x' }, inputOf({})))).status).toBe(400);
  expect((await refused(made({ new_shipid: 'x' }))).status).toBe(400);
  expect((await refused(create(world.call, world.entity('activitypointer'), inputOf({ subject: 'x' })))).code).toBe(
    'ENTITY_READ_ONLY',
  );
});

test('of an entity with a single row nobody makes a second one or deletes the one there is', async () => {
  const organization = world.entity('organization');
  const one = await create(world.with({ principal: systemPrincipal }), organization, inputOf({ name: 'Acme' }));
  for (const attempt of [
    () => create(world.call, organization, inputOf({ name: 'Mine' })),
    () => upsert(world.call, organization, { id: administrator }, inputOf({ name: 'Mine' })),
    () => remove(world.call, organization, { id: one.id }),
    () => deletePreview(world.call, organization, one.id),
  ])
    expect((await refused(attempt())).code).toBe('ENTITY_SINGLE');
  const change = { name: 'Acme Iran', hierarchydepth: 2, auditretentionmonths: 24 };
  await update(world.call, organization, { id: one.id }, inputOf(change));
  expect(await world.rows('select name, hierarchydepth from org_default.organization')).toEqual([
    { name: 'Acme Iran', hierarchydepth: 2 },
  ]);
});

test('what only setting up writes of the organization, callers cannot', async () => {
  const [row] = await world.rows<{ id: string }>('select organizationid as id from org_default.organization');
  const change = { setupcompletedon: null, basecurrencyid: administrator, hierarchydepth: 11, calendar: 'mayan' };
  const error = await refused(update(world.call, world.entity('organization'), { id: row?.id ?? '' }, inputOf(change)));
  expect(targets(error)).toEqual([
    'basecurrencyid FIELD_READ_ONLY',
    'calendar TEXT_PATTERN',
    'hierarchydepth NUMBER_RANGE',
    'setupcompletedon FIELD_READ_ONLY',
  ]);
});
