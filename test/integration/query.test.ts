// Reading through the OData text, on a real Postgres: what the answers hold, and a comparison of random queries with a slow and
// obvious reading of the same rows in JavaScript.
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Call } from '../../core/engine.ts';
import { countOData, list, listOData, listRelatedOData } from '../../core/records/list.ts';
import { retrieve, retrieveOData } from '../../core/records/retrieve.ts';
import { PeyvandError } from '../../core/sdk/index.ts';
import { testDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { callOn, captain, makeTables, shipModel } from '../support/ships.ts';
import type { Ships } from '../support/ships.ts';

interface Port {
  readonly portid: string;
  readonly name: string;
  readonly country: string | null;
}

interface Ship {
  readonly shipid: string;
  readonly name: string;
  readonly callsign: string | null;
  readonly crew: number | null;
  readonly tonnage: number | null;
  readonly afloat: boolean | null;
  readonly built: string | null;
  readonly inspected: string | null;
  readonly kind: number | null;
  readonly flags: readonly number[] | null;
  readonly homeport: string | null;
  readonly keeper: readonly ['account' | 'contact', string] | null;
  readonly calls: readonly string[];
}

const root = 'http://host/api/data/v9.2';
const id = (kind: number, number: number) => `00000000-0000-7000-800${kind}-${number.toString(16).padStart(12, '0')}`;

let test: TestDatabase;
let ships: Ships;
let call: Call;
const ports: Port[] = [];
const fleet: Ship[] = [];

/** A small generator with a fixed seed: the same rows in every run. */
function generator(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * bound);
  };
}

const names = ['Ann', 'ann', 'Bob', '50%_x', 'شیر دریا', 'شير دريا', 'شیرِ دریا', "O'Brien", 'back\\slash', 'Zoë'];
const signs = ['aa', 'ab', 'b', 'ba', 'c', 'ca', 'd'];
const days = ['1999-12-31', '2020-02-29', '2026-03-20', '2026-03-21', '2026-11-22'];
const instants = days.flatMap((day) => [`${day}T00:00:00Z`, `${day}T21:00:00.123456Z`]);
const countries = ['Iran', 'iran', 'Oman', 'Chile'];

beforeAll(async () => {
  ships = await shipModel();
  test = await testDatabase();
  const { database } = test;
  await makeTables(database, ships.model, ['port', 'ship', 'account', 'contact', 'systemuser']);
  call = callOn(database, ships.model);
  const next = generator(42);
  const pick = <T>(items: readonly T[]): T | null => (next(4) === 0 ? null : (items[next(items.length)] ?? null));
  for (let index = 0; index < 12; index += 1) {
    ports.push({ portid: id(1, index), name: signs[next(signs.length)] ?? '', country: pick(countries) });
  }
  for (let index = 0; index < 300; index += 1) {
    fleet.push({
      shipid: id(2, (index * 7919) % 65_536),
      name: names[next(names.length)] ?? '',
      callsign: pick(signs),
      crew: pick([-1, 0, 1, 2, 2147483646]),
      tonnage: pick([0, 0.1, 12.5, 12.51, 1e9]),
      afloat: pick([true, false]),
      built: pick(days),
      inspected: pick(instants),
      kind: pick([1, 2]),
      flags: pick([[1], [1, 2], [3, 2]]),
      homeport: pick(ports)?.portid ?? null,
      keeper: pick([
        ['account', id(3, 1)],
        ['contact', id(4, 1)],
      ] as const),
      calls: [...new Set([pick(ports), pick(ports)])].flatMap((port) => (port ? [port.portid] : [])),
    });
  }
  const insert = (table: string, rows: readonly object[]) =>
    database.query(
      `insert into org_default.${table} select * from json_populate_recordset(null::org_default.${table}, $1::json)`,
      [JSON.stringify(rows)],
    );
  const filled = { versionnumber: 1, createdon: '2026-01-01T00:00:00Z' };
  await insert('account', [{ ...filled, accountid: id(3, 1), name: 'Keeper & Sons' }]);
  await insert('contact', [{ ...filled, contactid: id(4, 1), lastname: 'Keeper', fullname: 'Kate "Key" Keeper' }]);
  await insert(
    'port',
    ports.map((port) => ({ ...port, ...filled })),
  );
  await insert(
    'ship',
    fleet.map(({ keeper, calls: _calls, ...ship }, index) => {
      return { ...ship, ...filled, versionnumber: index + 1, keeper: keeper?.[1], keeper_type: keeper?.[0] };
    }),
  );
  const calls = fleet.flatMap(({ shipid, calls: portids }) => portids.map((portid) => ({ shipid, portid })));
  await insert('ship_calls', calls);
});
afterAll(() => test.drop());

interface Answer {
  readonly value: readonly Readonly<Record<string, unknown>>[];
  readonly '@odata.count'?: number;
  readonly '@odata.nextLink'?: string;
}

async function ask(query: string, options: { readonly annotations?: string; readonly maxPageSize?: number } = {}) {
  const encoded = query.replace(/[^&=$]+/g, (part) => encodeURIComponent(part));
  const { body } = await listOData(call, ships.ship, encoded, { root, ...options });
  return JSON.parse(body) as Answer;
}

async function related(entity: 'ship' | 'port', one: string, navigation: string) {
  const within = { entity: ships[entity], id: one, navigation };
  const { body } = await listRelatedOData(call, within, '', { root });
  return (JSON.parse(body) as Answer).value;
}

async function countBy(name: string, argument = '') {
  const filter = `Microsoft.Dynamics.CRM.${name}(PropertyName='createdon'${argument})`;
  return countOData(call, ships.port, `$filter=${encodeURIComponent(filter)}`);
}

async function refusal(work: Promise<unknown>): Promise<PeyvandError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof PeyvandError)) throw error ?? new Error('it was not refused');
  return error;
}

describe('a row in the answer', () => {
  it('has its wire forms: exact numbers, instants in UTC, numbers of a multi-choice joined, its version as ETag', async () => {
    const ship = fleet.find((one) => one.flags?.length === 2 && one.inspected?.includes('.') && one.tonnage === 12.5);
    const found = await retrieveOData(call, ships.ship, { id: ship?.shipid ?? '' }, '', { root });
    expect(found?.body).toContain('"tonnage":12.5,');
    expect(JSON.parse(found?.body ?? '')).toMatchObject({
      '@odata.context': `${root}/$metadata#ships/$entity`,
      '@odata.etag': `W/"${found?.version}"`,
      inspected: ship?.inspected,
      flags: ship?.flags?.join(','),
      built: ship?.built,
      _homeport_value: ship?.homeport,
      createdon: '2026-01-01T00:00:00Z',
    });
    expect(JSON.parse(found?.body ?? '')).not.toHaveProperty('keeper_type');
  });

  it('names what lookups point at, choices, yes and no, on request only', async () => {
    const ship = fleet.find(
      (one) => one.keeper?.[0] === 'contact' && one.kind === 2 && one.afloat && one.flags?.length === 2,
    );
    const address = { id: ship?.shipid ?? '' };
    const noted = await retrieveOData(call, ships.ship, address, '', { root, annotations: '*' });
    const formatted = '@OData.Community.Display.V1.FormattedValue';
    expect(JSON.parse(noted?.body ?? '')).toMatchObject({
      [`_keeper_value${formatted}`]: 'Kate "Key" Keeper',
      '_keeper_value@Microsoft.Dynamics.CRM.lookuplogicalname': 'contact',
      '_keeper_value@Microsoft.Dynamics.CRM.associatednavigationproperty': 'keeper_contact',
      [`kind${formatted}`]: `Captain's \\ "gig"`,
      [`afloat${formatted}`]: 'Yes',
      [`flags${formatted}`]: ship?.flags?.map((flag) => `Flag ${flag}`).join('; '),
    });
    const plain = await retrieveOData(call, ships.ship, address, '', { root });
    expect(plain?.body).not.toContain(formatted);
  });

  it('is found by an alternate key, exactly as written, and a key that is none is refused', async () => {
    const one = await retrieveOData(call, ships.port, { id: ports[0]?.portid ?? '' }, '$select=name', { root });
    expect(Object.keys(JSON.parse(one?.body ?? '{}') as object)).toEqual([
      '@odata.context',
      '@odata.etag',
      'name',
      'portid',
    ]);
    expect(await retrieveOData(call, ships.ship, { key: { callsign: 'AA' } }, '', { root })).toBeUndefined();
    expect(await retrieveOData(call, ships.ship, { id: id(9, 9) }, '', { root })).toBeUndefined();
    expect((await refusal(retrieveOData(call, ships.ship, { key: { crew: 1 } }, '', { root }))).status).toBe(400);
    expect((await refusal(retrieveOData(call, ships.ship, { id: 'x' }, '', { root }))).status).toBe(400);
  });
});

describe('expansions', () => {
  it('carry single rows, collections with their own filter, order and limit, and expansions of those', async () => {
    const nested =
      '$select=name;$filter=country ne null;$orderby=name desc;$top=1;$expand=port_ships($select=name;$top=2)';
    const { value } = await ask(`$expand=homeport($select=name),ship_calls(${nested})&$select=name&$top=300`);
    expect(value).toHaveLength(300);
    for (const row of value) {
      const ship = fleet.find((one) => one.shipid === row['shipid']);
      const home = ports.find((port) => port.portid === ship?.homeport);
      if (home) expect(row['homeport']).toMatchObject({ portid: home.portid, name: home.name });
      else expect(row['homeport']).toBeNull();
      const calls = ports
        .filter((port) => ship?.calls.includes(port.portid) && port.country !== null)
        .sort((a, b) => compareText(b.name, a.name) || compareText(b.portid, a.portid));
      const expanded = row['ship_calls'] as readonly { portid: string; port_ships: readonly unknown[] }[];
      expect(expanded.map((port) => port.portid)).toEqual(calls.slice(0, 1).map((port) => port.portid));
      expect(expanded.every((port) => port.port_ships.length <= 2)).toBe(true);
    }
  });

  it('of related rows are read from the row’s own path too, both ways of every relationship', async () => {
    const [port] = ports;
    const home = fleet.filter((ship) => ship.homeport === port?.portid);
    expect(await related('port', port?.portid ?? '', 'port_ships')).toHaveLength(home.length);
    const calling = fleet.filter((ship) => ship.calls.includes(port?.portid ?? ''));
    expect(await related('port', port?.portid ?? '', 'ship_calls')).toHaveLength(calling.length);
    expect(await related('ship', home[0]?.shipid ?? '', 'homeport')).toMatchObject([{ portid: port?.portid }]);
  });
});

describe('relative dates', () => {
  it('are the caller’s: days of their zone, months of their calendar', async () => {
    await test.database.script(`update org_default.port set createdon = now() where portid = '${ports[0]?.portid}'`);
    for (const name of ['Today', 'ThisWeek', 'ThisMonth', 'ThisYear']) expect(await countBy(name)).toBe('1');
    expect(await countBy('Yesterday')).toBe('0');
    expect(await countBy('LastXDays', ',PropertyValue=1')).toBe('1');
    expect(await countBy('On', ',PropertyValue=2026-01-01')).toBe('11');
    expect(await countBy('OnOrAfter', ',PropertyValue=2026-01-02')).toBe('1');
  });
});

describe('$apply', () => {
  it('groups, counts and sums what $filter leaves, exactly', async () => {
    const { value } = await ask(
      '$apply=filter(crew ge 0)/groupby((kind,homeport/country),aggregate(tonnage with sum as total,$count as n,callsign with countdistinct as signs))&$orderby=n desc',
    );
    const kept = fleet.filter((ship) => ship.crew !== null && ship.crew >= 0);
    const groups = new Map<string, Ship[]>();
    for (const ship of kept) {
      const country = ports.find((port) => port.portid === ship.homeport)?.country ?? null;
      const key = JSON.stringify([ship.kind, country]);
      groups.set(key, [...(groups.get(key) ?? []), ship]);
    }
    expect(value).toHaveLength(groups.size);
    for (const row of value) {
      const key = JSON.stringify([row['kind'], (row['homeport'] as { country: string | null }).country]);
      const group = groups.get(key) ?? [];
      const known = group.flatMap((ship) => (ship.tonnage === null ? [] : [ship.tonnage]));
      expect(row['n']).toBe(group.length);
      expect(row['total']).toBe(known.length === 0 ? null : Math.round(known.reduce((a, b) => a + b, 0) * 100) / 100);
      expect(row['signs']).toBe(new Set(group.map((ship) => ship.callsign).filter((sign) => sign !== null)).size);
    }
    const counts = value.map((row) => Number(row['n']));
    expect(counts).toEqual(counts.toSorted((a, b) => b - a));
  });

  it('names its groups where names are asked for', async () => {
    const { value } = await ask('$apply=groupby((_keeper_value,kind),aggregate($count as n))', { annotations: '*' });
    const formatted = '@OData.Community.Display.V1.FormattedValue';
    const named = value.find((row) => row['_keeper_value'] === id(4, 1) && row['kind'] === 1);
    expect(named).toMatchObject({ [`_keeper_value${formatted}`]: 'Kate "Key" Keeper', [`kind${formatted}`]: 'Tug' });
  });

  it('without groups answers one row', async () => {
    expect((await ask('$apply=aggregate($count as n,crew with max as most)')).value).toEqual([
      { n: 300, most: 2147483646 },
    ]);
  });
});

describe('what is worked out', () => {
  it('can be grouped by, summed, and groups asked about', async () => {
    const { value } = await ask(
      '$apply=compute(year(built) as y,crew mul 2 as double)/groupby((y),aggregate(double with sum as total,$count as n))/filter(n gt 40)/orderby(n desc,y)/top(2)',
    );
    const groups = [...new Set(fleet.map((ship) => ship.built?.slice(0, 4) ?? null))].map((year) => {
      const group = fleet.filter((ship) => (ship.built?.slice(0, 4) ?? null) === year);
      const crews = group.flatMap((ship) => (ship.crew === null ? [] : [ship.crew * 2]));
      return {
        y: year === null ? null : Number(year),
        total: crews.reduce((sum, one) => sum + one, 0),
        n: group.length,
      };
    });
    const wanted = groups.filter(({ n }) => n > 40).sort((a, b) => b.n - a.n || (a.y ?? 0) - (b.y ?? 0));
    expect(wanted.length).toBeGreaterThan(2);
    expect(value).toEqual(wanted.slice(0, 2));
  });

  it('is given beside the row, by pages in its order, in exact wire forms', async () => {
    const query =
      '$compute=crew divby 4 as quarter,now() sub inspected as age,time(inspected) as clock,Peyvand.Month(built) as month&$select=name,quarter,age,clock,month&$orderby=quarter desc&$filter=quarter ne null and clock ne null and month ne null';
    const first = await ask(query, { maxPageSize: 7 });
    const rows = [...first.value, ...(await follow(first, 7))];
    expect(rows).toHaveLength(fleet.filter((ship) => ship.crew !== null && ship.inspected && ship.built).length);
    const quarters = rows.map((row) => Number(row['quarter']));
    expect(quarters).toEqual([...quarters].sort((a, b) => b - a));
    for (const row of rows) {
      const ship = fleet.find((one) => one.shipid === row['shipid']);
      expect(row['quarter']).toBe((ship?.crew ?? 0) / 4);
      expect(row['age']).toMatch(/^-?PT\d+(\.\d+)?S$/);
      expect(String(row['clock']).slice(0, 8)).toBe(ship?.inspected?.slice(11, 19));
      // 20 and 21 March 2026 lie in two months, and two years, of the caller's calendar.
      if (ship?.built === '2026-03-20') expect(row['month']).toBe('1404-12');
      if (ship?.built === '2026-03-21') expect(row['month']).toBe('1405-01');
      expect(Object.keys(row).sort()).toEqual(['@odata.etag', 'age', 'clock', 'month', 'name', 'quarter', 'shipid']);
    }
    const { value } = await ask("$filter=Peyvand.Month(built) eq '1404-12'&$select=built");
    expect(value.map((row) => row['built'])).toEqual(
      fleet.filter((ship) => ship.built === '2026-03-20').map((ship) => ship.built),
    );
  });

  it('may be the number of related rows', async () => {
    const { value } = await ask('$compute=ship_calls/$count as ports&$select=ports&$orderby=ports desc&$top=5');
    expect(value.map((row) => row['ports'])).toEqual(
      fleet
        .map((ship) => ship.calls.length)
        .sort((a, b) => b - a)
        .slice(0, 5),
    );
  });
});

describe('expansions that count and refer', () => {
  it('tell how many rows there are, whatever of them is given', async () => {
    const { value } = await ask(
      '$select=shipid&$expand=ship_calls($select=name;$count=true;$top=1),homeport/$ref&$top=300',
    );
    for (const row of value) {
      const ship = fleet.find((one) => one.shipid === row['shipid']);
      expect(row['ship_calls@odata.count']).toBe(ship?.calls.length);
      expect(row['ship_calls']).toHaveLength(Math.min(ship?.calls.length ?? 0, 1));
      expect(row['homeport']).toEqual(ship?.homeport == null ? null : { '@odata.id': `ports(${ship.homeport})` });
    }
    const only = await ask('$select=shipid&$expand=ship_calls/$count($filter=country ne null)&$top=300');
    for (const row of only.value) {
      const ship = fleet.find((one) => one.shipid === row['shipid']);
      const calls = ports.filter((port) => port.country !== null && ship?.calls.includes(port.portid));
      expect(row['ship_calls@odata.count']).toBe(calls.length);
      expect(row).not.toHaveProperty('ship_calls');
    }
    const references = await ask('$select=shipid&$expand=ship_calls/$ref&$filter=ship_calls/$count eq 2&$top=1');
    expect(references.value[0]?.['ship_calls']).toEqual([
      { '@odata.id': expect.stringMatching(/^ports\([0-9a-f-]{36}\)$/) as string },
      { '@odata.id': expect.stringMatching(/^ports\([0-9a-f-]{36}\)$/) as string },
    ]);
  });
});

describe('a page cursor', () => {
  it('that was changed, or belongs to another sort, is refused', async () => {
    const first = await ask('$orderby=name', { maxPageSize: 5 });
    const token = /\$skiptoken=(.*)$/.exec(first['@odata.nextLink'] ?? '')?.[1] ?? '';
    expect((await ask(`$orderby=name&$skiptoken=${token}`)).value.length).toBeGreaterThan(0);
    const changed = (token[20] === 'A' ? 'B' : 'A') + token.slice(1);
    for (const query of [
      `$orderby=name&$skiptoken=${changed}`,
      `$orderby=crew&$skiptoken=${token}`,
      '$skiptoken=x',
      '$skiptoken=',
    ]) {
      expect(await refusal(ask(query)), query).toMatchObject({ status: 400, code: 'QUERY_PAGE_INVALID' });
    }
  });

  it('keeps to $top over several pages', async () => {
    const first = await ask('$top=7', { maxPageSize: 5 });
    expect(first.value).toHaveLength(5);
    const rest = await follow(first, 5);
    expect(rest).toHaveLength(2);
  });
});

describe('a caller without the right to read an entity', () => {
  it('is told so, and finds nothing of it in paths, lambdas, groups, expansions and the names of lookups', async () => {
    const model = { ...ships.model, roles: new Map([['mate', { privileges: { ship: { read: 'organization' } } }]]) };
    const mate = callOn(test.database, model, { ...captain, roles: ['mate'] });
    const read = async (entity: 'ship' | 'port', query: string) => {
      const { body } = await listOData(mate, ships[entity], encodeURI(query), { root, annotations: '*' });
      return (JSON.parse(body) as Answer).value;
    };
    const missing = { code: 'PRIVILEGE_MISSING', status: 403 };
    expect(await refusal(read('port', ''))).toMatchObject(missing);
    expect(await refusal(countOData(mate, ships.port, ''))).toMatchObject(missing);
    expect(await refusal(read('port', '$apply=aggregate($count as n)'))).toMatchObject(missing);
    const address = { id: ports[0]?.portid ?? '' };
    expect(await refusal(retrieveOData(mate, ships.port, address, '', { root }))).toMatchObject(missing);
    expect(await read('ship', '$filter=homeport/name ne null')).toEqual([]);
    expect(await read('ship', '$filter=ship_calls/any()')).toEqual([]);
    const all = await read('ship', '$expand=homeport,ship_calls&$orderby=homeport/name');
    expect(all).toHaveLength(300);
    for (const row of all) {
      expect(row['homeport']).toBeNull();
      expect(row['ship_calls']).toEqual([]);
      expect(row).not.toHaveProperty('_homeport_value@OData.Community.Display.V1.FormattedValue');
      expect(row).not.toHaveProperty('_keeper_value@OData.Community.Display.V1.FormattedValue');
    }
    const groups = await read('ship', '$apply=groupby((homeport/name),aggregate($count as n))');
    expect(groups).toEqual([{ homeport: { name: null }, n: 300 }]);
  });
});

describe('a value that only the database can refuse', () => {
  it('is a 4xx', async () => {
    expect((await refusal(ask('$filter=tonnage gt 1e9999'))).status).toBe(400);
    expect((await refusal(ask("$filter=name eq 'a\0b'"))).status).toBe(400);
    expect((await ask('$filter=tonnage lt 1e300')).value.length).toBeGreaterThan(0);
    expect((await ask('$filter=inspected lt 0001-01-01T00:00:00+14:00')).value).toEqual([]);
  });
});

describe('trees made by code', () => {
  it('list and retrieve read the same rows', async () => {
    const query = {
      entity: 'ship',
      select: ['name'],
      filter: { kind: 'compare', path: ['crew'], operator: 'in', value: [1, 2] } as const,
      sort: [{ path: ['name'], direction: 'asc' } as const],
      expand: [],
      count: true,
      annotations: { formatted: false, lookup: false },
    };
    const wanted = fleet.filter((ship) => ship.crew === 1 || ship.crew === 2).length;
    const first = await list(call, { ...query, page: { size: 10 } });
    expect(first.count).toBe(String(wanted));
    const second = await list(call, { ...query, page: { size: 5000, after: first.next ?? [] } });
    expect((JSON.parse(`[${second.json}]`) as unknown[]).length).toBe(wanted - 10);
    const one = await retrieve(
      call,
      { ...query, count: false, sort: [] },
      { id: fleet.find((ship) => ship.crew === 1)?.shipid ?? '' },
    );
    expect(one?.version).toMatch(/^\d+$/);
  });
});

async function follow(first: Answer, maxPageSize: number): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const rows: Readonly<Record<string, unknown>>[] = [];
  let link = first['@odata.nextLink'];
  while (link !== undefined) {
    const { body } = await listOData(call, ships.ship, link.slice(link.indexOf('?') + 1), { root, maxPageSize });
    const page = JSON.parse(body) as Answer;
    rows.push(...page.value);
    link = page['@odata.nextLink'];
  }
  return rows;
}

function compareText(a: string | null, b: string | null): number {
  if (a === b) return 0;
  if (a === null || b === null) return a === null ? -1 : 1;
  return a < b ? -1 : 1;
}

type Test = (ship: Ship) => boolean;
type PortTest = (port: Port) => boolean;
interface Asked<T> {
  readonly text: string;
  readonly holds: T;
}

const portOf = (ship: Ship) => ports.find((port) => port.portid === ship.homeport);
const quote = (text: string) => `'${text.replaceAll("'", "''")}'`;
type Scalar = string | number | boolean | null;

/** What texts compare by, for the few that are in use here. */
function spelled(text: string): string {
  const bare = text
    .normalize('NFD')
    .replaceAll(/[\p{M}\u200c]/gu, '')
    .toLowerCase();
  return bare.replaceAll('ي', 'ی').replaceAll('ك', 'ک');
}

/** The meaning of comparison in the API: null equals null and nothing else, and no order holds with it. */
function holds(left: Scalar, operator: string, right: Scalar): boolean {
  const [a, b] = [left, right].map((value) => (typeof value === 'string' ? spelled(value) : value));
  if (operator === 'eq') return a === b;
  if (operator === 'ne') return a !== b;
  if (a === null || b === null || a === undefined || b === undefined) return false;
  return operator === 'gt' ? a > b : operator === 'ge' ? a >= b : operator === 'lt' ? a < b : a <= b;
}

/** A property as the query names it, its value in a row, and constants to compare it with. */
interface Property {
  readonly name: string;
  readonly value: (ship: Ship) => Scalar;
  readonly constants: readonly Scalar[];
  readonly write: (constant: Scalar) => string;
  readonly ordered: boolean;
}

const written = (constant: Scalar) => (typeof constant === 'string' ? quote(constant) : String(constant));
const micro = (value: string | null) => (value === null ? null : value.replace(/(:\d\d)Z$/, '$1.000000Z'));
const properties: readonly Property[] = [
  { name: 'name', value: (ship) => ship.name, constants: names, write: written, ordered: false },
  { name: 'callsign', value: (ship) => ship.callsign, constants: signs, write: written, ordered: true },
  { name: 'crew', value: (ship) => ship.crew, constants: [-1, 0, 1, 3], write: written, ordered: true },
  { name: 'tonnage', value: (ship) => ship.tonnage, constants: [0, 0.1, 12.5, 12.505], write: written, ordered: true },
  { name: 'afloat', value: (ship) => ship.afloat, constants: [true, false], write: written, ordered: false },
  { name: 'built', value: (ship) => ship.built, constants: days, write: String, ordered: true },
  {
    name: 'inspected',
    value: (ship) => micro(ship.inspected),
    constants: instants.map(micro),
    write: String,
    ordered: true,
  },
  {
    name: 'homeport/name',
    value: (ship) => portOf(ship)?.name ?? null,
    constants: signs,
    write: written,
    ordered: true,
  },
  {
    name: 'homeport/country',
    value: (ship) => portOf(ship)?.country ?? null,
    constants: countries,
    write: written,
    ordered: false,
  },
  {
    name: '_homeport_value',
    value: (ship) => ship.homeport,
    constants: [id(1, 1), id(1, 2)],
    write: String,
    ordered: false,
  },
];

/** What is worked out for each row; null where one of its parts is. */
const counted = (name: string, value: (ship: Ship) => number | null, constants: readonly number[]): Property => ({
  name,
  value,
  constants,
  write: String,
  ordered: true,
});
const known = <T, R>(value: T | null, work: (value: T) => R): R | null => (value === null ? null : work(value));
const worked: readonly Property[] = [
  counted('length(callsign)', (ship) => known(ship.callsign, (text) => text.length), [1, 2]),
  counted('crew add 1', (ship) => known(ship.crew, (crew) => crew + 1), [0, 1, 2147483647]),
  counted('(crew sub 3) div 2', (ship) => known(ship.crew, (crew) => Math.trunc((crew - 3) / 2)), [-2, -1, 0]),
  counted('crew divby 2', (ship) => known(ship.crew, (crew) => crew / 2), [-0.5, 0, 0.5, 1]),
  counted('-crew mod 2', (ship) => known(ship.crew, (crew) => 0 - (crew % 2)), [-1, 0, 1]),
  counted('4 div crew', (ship) => known(ship.crew, (crew) => (crew === 0 ? null : Math.trunc(4 / crew))), [-4, 0, 2]),
  counted('tonnage mul 2', (ship) => known(ship.tonnage, (tonnage) => tonnage * 2), [0, 0.2, 25, 25.02]),
  counted('round(tonnage)', (ship) => known(ship.tonnage, Math.round), [0, 13]),
  counted(
    'floor(tonnage) add ceiling(tonnage)',
    (ship) => known(ship.tonnage, (one) => Math.floor(one) + Math.ceil(one)),
    [0, 1, 25],
  ),
  counted('year(built)', (ship) => known(ship.built, (day) => Number(day.slice(0, 4))), [1999, 2026]),
  counted(
    'month(inspected) mul 100 add day(inspected)',
    (ship) => known(ship.inspected, (at) => Number(at.slice(5, 7)) * 100 + Number(at.slice(8, 10))),
    [229, 320, 1122],
  ),
  counted('hour(inspected)', (ship) => known(ship.inspected, (at) => Number(at.slice(11, 13))), [0, 21]),
  counted('ship_calls/$count', (ship) => ship.calls.length, [0, 1, 2]),
  counted(
    'ship_calls/$count($filter=country eq null) add 1',
    (ship) => 1 + ports.filter((port) => port.country === null && ship.calls.includes(port.portid)).length,
    [1, 2],
  ),
  counted(
    'case(afloat:1,crew gt 0:2,true:3)',
    (ship) => (ship.afloat === true ? 1 : (ship.crew ?? 0) > 0 ? 2 : 3),
    [1, 2, 3],
  ),
  {
    name: "built add duration'P1D'",
    value: (ship) => known(ship.built, (day) => new Date(Date.parse(day) + 86_400_000).toISOString().slice(0, 10)),
    constants: ['2000-01-01', '2020-03-01', '2026-03-21'],
    write: String,
    ordered: true,
  },
  {
    name: 'date(inspected)',
    value: (ship) => known(ship.inspected, (at) => at.slice(0, 10)),
    constants: days,
    write: String,
    ordered: true,
  },
  {
    name: 'substring(concat(callsign,homeport/name),1)',
    value: (ship) => {
      const port = portOf(ship);
      return ship.callsign === null || !port ? null : (ship.callsign + port.name).slice(1);
    },
    constants: ['a', 'aa', 'bca', 'ab'],
    write: written,
    ordered: true,
  },
];

/** One value beside another, each a property or worked out. */
const numeric = [...worked.filter(({ constants }) => typeof constants[0] === 'number'), ...properties.slice(2, 4)];
const beside = fc
  .tuple(fc.constantFrom(...numeric), fc.constantFrom('eq', 'ne', 'gt', 'ge', 'lt', 'le'), fc.constantFrom(...numeric))
  .map(([left, operator, right]): Asked<Test> => ({
    text: `${left.name} ${operator} ${right.name}`,
    holds: (ship) => holds(left.value(ship), operator, right.value(ship)),
  }));

/** Lambdas that ask about the row outside. */
const outside = fc.constantFrom<Asked<Test>>(
  {
    text: 'ship_calls/any(p:p/name eq $it/callsign)',
    holds: (ship) => ports.some((port) => ship.calls.includes(port.portid) && holds(port.name, 'eq', ship.callsign)),
  },
  {
    text: 'ship_calls/all(p:p/country eq $it/homeport/country)',
    holds: (ship) => {
      const home = portOf(ship)?.country ?? null;
      return ports.every((port) => !ship.calls.includes(port.portid) || holds(port.country, 'eq', home));
    },
  },
  {
    text: 'ship_calls/any(p:p/port_ships/any(s:s/crew gt $it/crew and s/callsign eq p/name))',
    holds: (ship) =>
      ports.some(
        (port) =>
          ship.calls.includes(port.portid) &&
          fleet.some(
            (other) =>
              other.homeport === port.portid &&
              holds(other.crew, 'gt', ship.crew) &&
              holds(other.callsign, 'eq', port.name),
          ),
      ),
  },
);

const comparison = fc.constantFrom(...properties, ...worked).chain((property) => {
  const operators = property.ordered ? ['eq', 'ne', 'gt', 'ge', 'lt', 'le'] : ['eq', 'ne'];
  return fc
    .tuple(fc.constantFrom(...operators), fc.constantFrom(...property.constants, null))
    .map(([operator, constant]): Asked<Test> => ({
      text: `${property.name} ${operator} ${constant === null ? 'null' : property.write(constant)}`,
      holds: (ship) => holds(property.value(ship), operator, constant),
    }));
});

const membership = fc
  .constantFrom(...[...properties, ...worked].filter((one) => one.name !== 'afloat'))
  .chain((property) =>
    fc.array(fc.constantFrom(...property.constants), { minLength: 1, maxLength: 4 }).map((constants): Asked<Test> => ({
      text: `(${property.name}) in (${constants.map(property.write).join(',')})`,
      holds: (ship) => constants.some((constant) => holds(property.value(ship), 'eq', constant)),
    })),
  );

const search = fc
  .tuple(
    fc.constantFrom('contains', 'startswith', 'endswith'),
    fc.constantFrom('a', 'AN', '%', '_x', "'", '\\', 'ش', 'sla', ''),
    fc.constantFrom(properties[0], properties[8]),
  )
  .map(([kind, part, property]): Asked<Test> => {
    return {
      text: `${kind}(${property?.name},${quote(part)})`,
      holds(ship) {
        const text = property?.value(ship);
        if (typeof text !== 'string') return false;
        const [whole, piece] = [spelled(text), spelled(part)];
        return kind === 'contains'
          ? whole.includes(piece)
          : kind === 'startswith'
            ? whole.startsWith(piece)
            : whole.endsWith(piece);
      },
    };
  });

const portTest = fc.oneof(
  fc
    .tuple(fc.constantFrom('eq', 'ne', 'gt', 'le'), fc.constantFrom(...signs, null))
    .map(([operator, constant]): Asked<PortTest> => ({
      text: `p/name ${operator} ${written(constant)}`,
      holds: (port) => holds(port.name, operator, constant),
    })),
  fc.constantFrom(...countries).map((country): Asked<PortTest> => ({
    text: `not (p/country eq ${quote(country)})`,
    holds: (port) => !holds(port.country, 'eq', country),
  })),
);

const lambda = fc.tuple(fc.constantFrom('any', 'all'), portTest).map(([kind, inner]): Asked<Test> => ({
  text: `ship_calls/${kind}(p:${inner.text})`,
  holds(ship) {
    const called = ports.filter((port) => ship.calls.includes(port.portid));
    return kind === 'any' ? called.some(inner.holds) : called.every(inner.holds);
  },
}));

const { condition } = fc.letrec<{ condition: Asked<Test>; group: Asked<Test> }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    comparison,
    membership,
    search,
    lambda,
    beside,
    outside,
    tie('group'),
  ),
  group: fc
    .tuple(fc.constantFrom('and', 'or', 'not'), fc.array(tie('condition'), { minLength: 1, maxLength: 3 }))
    .map(([kind, parts]): Asked<Test> => {
      const [first] = parts;
      if (kind === 'not' && first) return { text: `not (${first.text})`, holds: (ship) => !first.holds(ship) };
      return {
        text: `(${parts.map((part) => part.text).join(` ${kind} `)})`,
        holds: (ship) =>
          kind === 'and' ? parts.every((part) => part.holds(ship)) : parts.some((part) => part.holds(ship)),
      };
    }),
}));

const sortable = [...properties, ...worked].filter((property) => property.ordered || property.name === 'afloat');
const sorting = fc.uniqueArray(fc.tuple(fc.constantFrom(...sortable), fc.constantFrom('asc', 'desc')), {
  maxLength: 3,
  selector: ([property]) => property.name,
});

function ordered(rows: readonly Ship[], sorts: readonly (readonly [Property, string])[]): readonly string[] {
  const last = sorts.at(-1)?.[1] ?? 'asc';
  return [...rows]
    .sort((a, b) => {
      for (const [property, direction] of sorts) {
        const [left, right] = [property.value(a), property.value(b)];
        if (left === right) continue;
        const less = left === null || (right !== null && left < right);
        return less === (direction === 'asc') ? -1 : 1;
      }
      return (a.shipid < b.shipid ? -1 : 1) * (last === 'asc' ? 1 : -1);
    })
    .map((ship) => ship.shipid);
}

describe('random texts', () => {
  const mutated = fc
    .tuple(
      condition,
      fc.nat(200),
      fc.constantFrom("'", '(', ')', ' ', '\\', '9', '-', 'null', ',', '/', ':', 'e99', '\0', 'ی'),
      fc.nat(3),
    )
    .map(([filter, at, insert, cut]) => {
      const { text } = filter;
      return text.slice(0, at % (text.length + 1)) + insert + text.slice((at % (text.length + 1)) + cut);
    });

  it('are answered or refused with a 4xx, never with a failure', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('$filter', '$orderby', '$search', '$apply'), mutated, async (option, text) => {
        const query = `${option}=${option === '$apply' ? `filter(${text})/groupby((kind))` : text}&$top=3`;
        await ask(query).catch((error: unknown) => {
          if (!(error instanceof PeyvandError) || error.status >= 500) throw error;
        });
      }),
      { numRuns: 300 },
    );
  }, 120_000);
});

describe('random queries', () => {
  it('find exactly the rows that an obvious reading finds, in its order, each once over all pages', async () => {
    await fc.assert(
      fc.asyncProperty(condition, sorting, fc.integer({ min: 7, max: 120 }), async (filter, sorts, maxPageSize) => {
        const wanted = ordered(fleet.filter(filter.holds), sorts);
        const order = sorts.map(([property, direction]) => `${property.name} ${direction}`).join(',');
        const query = `$select=shipid&$count=true&$filter=${filter.text}${order === '' ? '' : `&$orderby=${order}`}`;
        const first = await ask(query, { maxPageSize });
        expect(first['@odata.count'], query).toBe(wanted.length);
        const rows = [...first.value, ...(await follow(first, maxPageSize))];
        expect(
          rows.map((row) => row['shipid']),
          query,
        ).toEqual(wanted);
      }),
      { numRuns: 150 },
    );
  }, 120_000);
});
