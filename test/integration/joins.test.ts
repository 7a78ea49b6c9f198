// Joins, distinct rows and groups of the query tree on a real Postgres, against slow and obvious readings of the same rows.
import { GregorianCalendar, PersianCalendar, fromDate, parseDate, toCalendar } from '@internationalized/date';
import type { CalendarDate } from '@internationalized/date';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Call } from '../../core/engine.ts';
import type { Literal } from '../../core/query/literal.ts';
import type { Aggregate, Condition, DatePart, Join, Query } from '../../core/query/tree.ts';
import { list } from '../../core/records/list.ts';
import type { Principal } from '../../core/security/principal.ts';
import { testDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { callOn, captain, makeTables, shipModel } from '../support/ships.ts';
import type { Ships } from '../support/ships.ts';

const id = (kind: number, number: number) => `00000000-0000-7000-800${kind}-${number.toString(16).padStart(12, '0')}`;

interface Ship {
  readonly shipid: string;
  readonly name: string;
  readonly crew: number | null;
  readonly tonnage: number | null;
  readonly built: string | null;
  readonly inspected: string | null;
  readonly kind: number | null;
  readonly homeport: string | null;
  readonly calls: readonly string[];
}

let test: TestDatabase;
let ships: Ships;
let call: Call;
const ports = Array.from({ length: 6 }, (_, index) => ({
  portid: id(1, index),
  name: `Port ${index % 5}`,
  country: ['Iran', 'Oman', null][index % 3] ?? null,
}));
const days = [
  '2024-12-31',
  '2025-01-01',
  '2025-03-20',
  '2025-03-21',
  '2025-03-22',
  '2026-11-22',
  '1899-12-31',
  '9999-12-31',
];
const instants = ['2025-03-20T20:29:59.999Z', '2025-03-20T20:30:00Z', '2024-12-31T20:30:00Z', '2025-01-01T00:00:00Z'];
const fleet: readonly Ship[] = Array.from({ length: 60 }, (_, index) => ({
  shipid: id(2, (index * 7919) % 65_536),
  name: `Ship ${index % 7}`,
  crew: index % 4 === 0 ? null : (index * 13) % 9,
  tonnage: index % 6 === 0 ? null : (index * 31) % 100,
  built: index % 10 === 0 ? null : (days[index % days.length] ?? null),
  inspected: index % 9 === 0 ? null : (instants[index % instants.length] ?? null),
  kind: index % 3 === 0 ? null : (index % 2) + 1,
  homeport: index % 5 === 0 ? null : (ports[index % 6]?.portid ?? null),
  calls: ports.filter((_, port) => (index >> port) % 2 === 1).map(({ portid }) => portid),
}));

beforeAll(async () => {
  ships = await shipModel();
  test = await testDatabase();
  const { database } = test;
  await makeTables(database, ships.model, ['port', 'ship', 'account', 'contact', 'systemuser']);
  call = callOn(database, ships.model);
  const insert = (table: string, rows: readonly object[]) =>
    database.query(
      `insert into org_default.${table} select * from json_populate_recordset(null::org_default.${table}, $1::json)`,
      [JSON.stringify(rows)],
    );
  const filled = { createdon: '2026-01-01T00:00:00Z' };
  await insert(
    'port',
    ports.map((port, index) => ({ ...port, ...filled, versionnumber: index + 1 })),
  );
  await insert(
    'ship',
    fleet.map((ship, index) => ({ ...ship, calls: undefined, ...filled, versionnumber: index + 1 })),
  );
  await insert(
    'ship_calls',
    fleet.flatMap(({ shipid, calls }) => calls.map((portid) => ({ shipid, portid }))),
  );
});

afterAll(async () => {
  await test.drop();
});

const plain: Query = {
  entity: 'ship',
  select: ['name'],
  sort: [],
  expand: [],
  count: false,
  annotations: { formatted: false, lookup: false },
};

async function rows(query: Partial<Query>, as = call): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const { json } = await list(as, { ...plain, ...query });
  return JSON.parse(`[${json}]`) as Record<string, unknown>[];
}

/** All rows in pages of `size`. */
async function paged(query: Partial<Query>, size: number): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const found: Record<string, unknown>[] = [];
  let after: readonly (string | null)[] | undefined;
  do {
    const page = await list(call, { ...plain, ...query, page: { size, ...(after && { after }) } });
    const given = JSON.parse(`[${page.json}]`) as Record<string, unknown>[];
    expect(given.length).toBeLessThanOrEqual(size);
    found.push(...given);
    after = page.next;
  } while (after && found.length < 10_000);
  return found;
}

const home: Join = { alias: 'home', entity: 'port', from: 'portid', to: '_homeport_value', type: 'inner' };
const calls: Join = {
  alias: 'call',
  entity: 'port',
  from: 'portid',
  to: 'shipid',
  through: { relation: 'ship_calls', parent: 'first' },
  type: 'inner',
};
const inIran: Condition = { kind: 'compare', path: ['country'], operator: 'eq', value: 'Iran' };
const portOf = (key: string | null) => ports.find(({ portid }) => portid === key);
const tally = (items: readonly unknown[]) => items.map((item) => JSON.stringify(item)).sort();

describe('a join', () => {
  it('inner: gives a row for each match, and none without one', async () => {
    const columns = [{ path: ['@call', 'name'], as: 'call.name' }];
    const expected = fleet.flatMap((ship) => ship.calls.map((port) => [ship.shipid, portOf(port)?.name]));
    const found = await paged({ joins: [calls], columns, sort: [{ path: ['@call', 'name'], direction: 'desc' }] }, 7);
    expect(tally(found.map((row) => [row['shipid'], row['call.name']]))).toEqual(tally(expected));
    const named = found.map((row) => String(row['call.name']));
    expect(named).toEqual(named.toSorted().toReversed());
  });

  it('outer: keeps rows without a match, and pages over the nulls it makes', async () => {
    const joins: Join[] = [{ ...calls, type: 'outer', filter: inIran }];
    const columns = [{ path: ['@call', 'name'], as: 'port' }];
    const expected = fleet.flatMap((ship): unknown[][] => {
      const found = ship.calls.filter((port) => portOf(port)?.country === 'Iran');
      return found.length === 0 ? [[ship.shipid, null]] : found.map((port) => [ship.shipid, portOf(port)?.name]);
    });
    const query: Partial<Query> = { joins, columns, sort: [{ path: ['crew'], direction: 'desc' }] };
    expect(tally((await paged(query, 9)).map((row) => [row['shipid'], row['port']]))).toEqual(tally(expected));
    const { count } = await list(call, { ...plain, ...query, count: true });
    expect(count).toBe(String(expected.length));
  });

  it('inside an outer join: empties that join only, the row stays', async () => {
    const back: Join = { alias: 'other', entity: 'ship', from: '_homeport_value', to: 'portid', type: 'inner' };
    const full: Condition = { kind: 'compare', path: ['crew'], operator: 'gt', value: 6 };
    const found = await rows({
      joins: [{ ...home, type: 'outer', joins: [{ ...back, filter: full }] }],
      columns: [
        { path: ['@home', 'name'], as: 'home' },
        { path: ['@other', 'name'], as: 'other' },
      ],
    });
    const expected = fleet.flatMap((ship): unknown[][] => {
      const others = fleet.filter(
        (other) => ship.homeport !== null && other.homeport === ship.homeport && (other.crew ?? 0) > 6,
      );
      if (others.length === 0) return [[ship.shipid, null, null]];
      return others.map((other) => [ship.shipid, portOf(ship.homeport)?.name, other.name]);
    });
    expect(tally(found.map((row) => [row['shipid'], row['home'], row['other']]))).toEqual(tally(expected));
  });

  it('first: gives one row of many', async () => {
    const found = await rows({
      joins: [{ ...calls, type: 'first' }],
      columns: [{ path: ['@call', 'portid'], as: 'p' }],
    });
    const expected = fleet.flatMap(({ shipid, calls: [first] }) => (first === undefined ? [] : [[shipid, first]]));
    expect(tally(found.map((row) => [row['shipid'], row['p']]))).toEqual(tally(expected));
  });

  it('distinct: gives each different row once, counted as such, on every page', async () => {
    const query: Partial<Query> = {
      joins: [{ ...home, type: 'outer' }],
      columns: [
        { path: ['@home', 'country'], as: 'country' },
        { path: ['crew'], as: 'crew' },
      ],
      distinct: true,
      sort: [{ path: ['crew'], direction: 'desc' }],
    };
    const expected = [
      ...new Set(fleet.map((ship) => JSON.stringify([portOf(ship.homeport)?.country ?? null, ship.crew]))),
    ];
    const found = await paged(query, 4);
    expect(tally(found.map((row) => [row['country'], row['crew']]))).toEqual(expected.toSorted());
    expect(found.map((row) => Object.keys(row).join())).toEqual(found.map(() => 'country,crew'));
    expect((await list(call, { ...plain, ...query, count: true })).count).toBe(String(expected.length));
  });

  it('related: some, none, or others only', async () => {
    const ask = async (quantifier: 'some' | 'none' | 'others') => {
      const filter: Condition = { kind: 'related', quantifier, join: { ...calls, filter: inIran } };
      return tally((await rows({ filter })).map((row) => row['shipid']));
    };
    const iranian = (ship: Ship) => ship.calls.some((port) => portOf(port)?.country === 'Iran');
    const expected = (holds: (ship: Ship) => boolean) => tally(fleet.filter(holds).map(({ shipid }) => shipid));
    expect(await ask('some')).toEqual(expected(iranian));
    expect(await ask('none')).toEqual(expected((ship) => !iranian(ship)));
    expect(await ask('others')).toEqual(expected((ship) => ship.calls.length > 0 && !iranian(ship)));
  });

  it('compares columns of two tables, in the query and inside what is related', async () => {
    const same: Condition = {
      kind: 'compare-terms',
      left: { kind: 'column', path: ['name'] },
      operator: 'eq',
      right: { kind: 'column', path: ['@home', 'name'] },
    };
    const related: Condition = { kind: 'related', quantifier: 'some', join: { ...calls, filter: same } };
    const found = await rows({ joins: [home], filter: related });
    const expected = fleet.filter((ship) => {
      const name = portOf(ship.homeport)?.name;
      return name !== undefined && ship.calls.some((port) => portOf(port)?.name === name);
    });
    expect(tally(found.map((row) => row['shipid']))).toEqual(tally(expected.map(({ shipid }) => shipid)));
  });
});

const zone = 'Asia/Tehran';

function dayOf(ship: Ship, column: 'built' | 'inspected', calendar: Principal['calendar']): CalendarDate | undefined {
  const text = ship[column];
  if (text === null) return undefined;
  const zoned = column === 'built' ? parseDate(text) : fromDate(new Date(text), zone);
  const { year, month, day } = toCalendar(
    zoned,
    calendar === 'persian' ? new PersianCalendar() : new GregorianCalendar(),
  );
  return { year, month, day } as CalendarDate;
}

const two = (number: number) => String(number).padStart(2, '0');

function periodOf({ year, month, day }: CalendarDate, part: DatePart): readonly [number, string] {
  const quarter = Math.ceil(month / 3);
  switch (part) {
    case 'day':
      return [day, `${year}-${two(month)}-${two(day)}`];
    case 'month':
      return [month, `${year}-${two(month)}`];
    case 'quarter':
      return [quarter, `${year}-Q${quarter}`];
    default:
      return [year, String(year)];
  }
}

/** Outside of the years from 1800 to 2200 the statement takes everything together. */
const isNear = (ship: Ship) => ship.built !== '9999-12-31';

describe('groups', () => {
  const sum: Aggregate['measures'] = [
    { as: 'total', function: 'sum', path: ['tonnage'] },
    { as: 'n', function: 'count' },
  ];

  it.each(
    (['gregory', 'persian'] as const).flatMap((calendar) =>
      (['day', 'month', 'quarter', 'year'] as const).flatMap((part) =>
        (['built', 'inspected'] as const).map((column) => [calendar, part, column] as const),
      ),
    ),
  )('%s: take the %s of %s together, in number and in period', async (calendar, part, column) => {
    const as: Call = { ...call, principal: { ...captain, calendar, timeZone: zone } };
    for (const form of ['number', 'period'] as const) {
      const found = await rows(
        { aggregate: { groupBy: [{ as: 'g', path: [column], by: { part, as: form } }], measures: sum } },
        as,
      );
      const expected = new Map<unknown, { total: number | null; n: number }>();
      for (const ship of fleet.filter((one) => column === 'inspected' || isNear(one))) {
        const day = dayOf(ship, column, calendar);
        const key = day ? periodOf(day, part)[form === 'number' ? 0 : 1] : null;
        const group = expected.get(key) ?? { total: null, n: 0 };
        const total = ship.tonnage === null ? group.total : (group.total ?? 0) + ship.tonnage;
        expected.set(key, { total, n: group.n + 1 });
      }
      const near = found.filter(({ g }) => !String(g).startsWith('>') && (g !== null || form === 'period'));
      const wanted = [...expected].filter(([g]) => g !== null || form === 'period');
      expect(tally(near)).toEqual(tally(wanted.map(([g, group]) => ({ g, ...group }))));
    }
  });

  it('of weeks begin where the caller’s do, and the first of a year holds its first day', async () => {
    const query: Partial<Query> = {
      filter: { kind: 'compare', path: ['built'], operator: 'lt', value: '9000-01-01' },
      aggregate: {
        groupBy: [
          { as: 'week', path: ['built'], by: { part: 'week', as: 'period' } },
          { as: 'day', path: ['built'] },
        ],
        measures: [],
      },
    };
    const weeks = async (principal: Partial<Principal>) =>
      Object.fromEntries(
        (await rows(query, { ...call, principal: { ...captain, ...principal } })).map((row) => [
          row['day'],
          row['week'],
        ]),
      );
    expect(await weeks({ calendar: 'gregory', language: 'en-US' })).toMatchObject({
      '1899-12-31': '1900-W01',
      '2024-12-31': '2025-W01',
      '2025-01-01': '2025-W01',
      '2025-03-22': '2025-W12',
    });
    expect(await weeks({ calendar: 'gregory', language: 'de-DE' })).toMatchObject({ '1899-12-31': '1899-W53' });
    expect(await weeks({ calendar: 'persian' })).toMatchObject({
      '2025-03-20': '1404-W01',
      '2025-03-21': '1404-W01',
      '2025-03-22': '1404-W02',
    });
  });

  it('of fiscal periods follow the organization’s year, whatever the caller’s calendar', async () => {
    const fiscalYear: Principal['fiscalYear'] = { calendar: 'gregory', startMonth: 3, startDay: 21, period: 'quarter' };
    const as: Call = { ...call, principal: { ...captain, fiscalYear } };
    const found = await rows(
      {
        filter: { kind: 'compare', path: ['built'], operator: 'ge', value: '2025-01-01' },
        aggregate: {
          groupBy: [
            { as: 'period', path: ['built'], by: { part: 'fiscal-period', as: 'period' } },
            { as: 'number', path: ['built'], by: { part: 'fiscal-period', as: 'number' } },
            { as: 'year', path: ['built'], by: { part: 'fiscal-year', as: 'number' } },
          ],
          measures: [{ as: 'from', function: 'min', path: ['built'] }],
        },
      },
      as,
    );
    expect(found).toEqual([
      { period: '2024-P04', number: 4, year: 2024, from: '2025-01-01' },
      { period: '2025-P01', number: 1, year: 2025, from: '2025-03-21' },
      { period: '2026-P03', number: 3, year: 2026, from: '2026-11-22' },
      { period: '>2199-P04', number: null, year: null, from: '9999-12-31' },
    ]);
  });

  it('are sorted by what they amount to, chosen by it, and paged to the last', async () => {
    const literals: Literal[] = [{ kind: 'number', value: '2', item: undefined, option: '$apply', at: 0 }];
    const query: Query = {
      ...plain,
      joins: [{ ...home, type: 'outer' }],
      aggregate: {
        groupBy: [{ as: 'country', path: ['@home', 'country'] }, { path: ['crew'] }],
        measures: [...sum, { as: 'ships', function: 'count-distinct', path: ['name'] }],
        having: { kind: 'compare', name: 'n', operator: 'gt', value: { slot: 0 } },
      },
      sort: [{ path: ['total'], direction: 'desc' }],
      count: true,
    };
    const all = JSON.parse(`[${(await list(call, query, literals)).json}]`) as Record<string, unknown>[];
    expect(all.length).toBeGreaterThan(6);
    expect(all.every(({ n }) => Number(n) > 2)).toBe(true);
    const totals = all.map(({ total }) => (total === null ? -1 : Number(total)));
    expect(totals).toEqual(totals.toSorted((a, b) => b - a));
    const found: unknown[] = [];
    let after: readonly (string | null)[] | undefined;
    do {
      const page = await list(call, { ...query, page: { size: 2, ...(after && { after }) } }, literals);
      expect(page.count).toBe(String(all.length));
      found.push(...(JSON.parse(`[${page.json}]`) as unknown[]));
      after = page.next;
    } while (after);
    expect(found).toEqual(all);
  });

  it('of worked-out values, and measures over them', async () => {
    const big = {
      kind: 'call',
      function: 'div',
      of: [
        { kind: 'column', path: ['crew'] },
        { kind: 'constant', type: 'integer', value: 3 },
      ],
    } as const;
    const twice = {
      kind: 'call',
      function: 'mul',
      of: [
        { kind: 'column', path: ['tonnage'] },
        { kind: 'constant', type: 'integer', value: 2 },
      ],
    } as const;
    const found = await rows({
      aggregate: { groupBy: [{ as: 'third', term: big }], measures: [{ as: 'twice', function: 'sum', term: twice }] },
    });
    const expected = Map.groupBy(fleet, ({ crew }) => (crew === null ? null : Math.trunc(crew / 3)));
    expect(tally(found)).toEqual(
      tally(
        [...expected].map(([third, group]) => ({
          third,
          twice: group.reduce((all, { tonnage }) => all + 2 * (tonnage ?? 0), 0),
        })),
      ),
    );
  });
});
