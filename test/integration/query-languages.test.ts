// One question, asked as a query tree, as OData text, as FetchXML text and as a saved view: all find the rows that a plain reading
// of them in JavaScript finds, and group them alike.
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Call } from '../../core/engine.ts';
import type { Entity } from '../../core/model/model.ts';
import { list, listOData } from '../../core/records/list.ts';
import { listFetchXml } from '../../core/records/list-fetchxml.ts';
import type { Condition } from '../../core/query/tree.ts';
import type { JsonObject } from '../../core/sdk/index.ts';
import { conditions, linksOf, type Asked, type Property, type Relation } from '../support/asked.ts';
import { testDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { random } from '../support/random.ts';
import { callOn, makeTables, shipModel } from '../support/ships.ts';

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
  readonly homeport: string | null;
  readonly calls: readonly string[];
}

const root = 'http://host/api/data/v9.2';
const id = (kind: number, number: number) => `00000000-0000-7000-800${kind}-${number.toString(16).padStart(12, '0')}`;
const names = ['Ann', 'ann', 'Bob', '50%_x', 'شیر دریا', "O'Brien", 'Zoë', '<&>"'];
const signs = ['aa', 'AB', 'b', 'ba', 'c'];
const days = ['1999-12-31', '2020-02-29', '2026-03-20', '2026-03-21'];
const countries = ['Iran', 'iran', 'Oman'];

const ports: Port[] = [];
const fleet: Ship[] = [];
const portOf = (ship: Ship) => ports.find((port) => port.portid === ship.homeport);

const properties: readonly Property<Ship>[] = [
  { path: ['name'], attribute: 'name', value: (ship) => ship.name, constants: names, kind: 'text' },
  { path: ['callsign'], attribute: 'callsign', value: (ship) => ship.callsign, constants: signs, kind: 'text' },
  { path: ['crew'], attribute: 'crew', value: (ship) => ship.crew, constants: [-1, 0, 1, 3], kind: 'number' },
  { path: ['tonnage'], attribute: 'tonnage', value: (ship) => ship.tonnage, constants: [0, 0.1, 12.5], kind: 'number' },
  { path: ['afloat'], attribute: 'afloat', value: (ship) => ship.afloat, constants: [true, false], kind: 'boolean' },
  { path: ['built'], attribute: 'built', value: (ship) => ship.built, constants: days, kind: 'date' },
  {
    path: ['_homeport_value'],
    attribute: 'homeport',
    value: (ship) => ship.homeport,
    constants: [id(1, 1), id(1, 2)],
    kind: 'id',
  },
  {
    path: ['homeport', 'name'],
    attribute: 'name',
    value: (ship) => portOf(ship)?.name ?? null,
    constants: signs,
    kind: 'text',
  },
  {
    path: ['homeport', 'country'],
    attribute: 'country',
    value: (ship) => portOf(ship)?.country ?? null,
    constants: countries,
    kind: 'text',
  },
];
const calls: Relation<Ship, Port> = {
  navigation: 'ship_calls',
  intersect: { name: 'ship_calls', mine: 'shipid', theirs: 'portid', entity: 'port' },
  rows: (ship) => ports.filter((port) => ship.calls.includes(port.portid)),
  properties: [
    { path: ['name'], attribute: 'name', value: (port) => port.name, constants: signs, kind: 'text' },
    { path: ['country'], attribute: 'country', value: (port) => port.country, constants: countries, kind: 'text' },
  ],
};
const asked = conditions(properties, calls, ['a', 'AN', "'", 'ش', 'ie', 'o']);
const links = linksOf(properties, { homeport: { entity: 'port', key: 'portid', attribute: 'homeport' } });
/** Those that are saved as views before the test begins. */
const saved: readonly Asked<Ship>[] = fc.sample(asked, { numRuns: 60, seed: 1405 });

let test: TestDatabase;
let ship: Entity;
let call: Call;

beforeAll(async () => {
  const views = saved.map(({ view }, index): [string, JsonObject] => [
    `ship/views/v${index}`,
    { title: `View ${index}`, columns: [{ id: 'name' }], filter: view },
  ]);
  const ships = await shipModel(Object.fromEntries(views));
  ship = ships.ship;
  test = await testDatabase();
  await makeTables(test.database, ships.model, ['port', 'ship', 'account', 'contact', 'systemuser']);
  call = callOn(test.database, ships.model);
  const { pick, below } = random(7);
  const maybe = <T>(items: readonly T[]): T | null => (below(4) === 0 ? null : pick(items));
  for (let index = 0; index < 9; index++)
    ports.push({ portid: id(1, index), name: pick(signs), country: maybe(countries) });
  for (let index = 0; index < 150; index++) {
    const called = [maybe(ports), maybe(ports)].flatMap((port) => (port ? [port.portid] : []));
    fleet.push({
      shipid: id(2, index),
      name: pick(names),
      callsign: maybe(signs),
      crew: maybe([-1, 0, 1, 2]),
      tonnage: maybe([0, 0.1, 12.5]),
      afloat: maybe([true, false]),
      built: maybe(days),
      homeport: maybe(ports)?.portid ?? null,
      calls: [...new Set(called)],
    });
  }
  const insert = (table: string, rows: readonly object[]) =>
    test.database.query(
      `insert into org_default.${table} select * from json_populate_recordset(null::org_default.${table}, $1::json)`,
      [JSON.stringify(rows.map((row) => ({ createdon: '2026-01-01T00:00:00Z', versionnumber: 1, ...row })))],
    );
  await insert('port', ports);
  await insert(
    'ship',
    fleet.map((row) => ({ ...row, calls: undefined })),
  );
  await insert(
    'ship_calls',
    fleet.flatMap(({ shipid, calls: portids }) => portids.map((portid) => ({ shipid, portid }))),
  );
});
afterAll(() => test.drop());

type Rows = readonly Readonly<Record<string, unknown>>[];

async function read(query: Readonly<Record<string, string>>): Promise<Rows> {
  const text = Object.entries(query)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&');
  const { body } = await listOData(call, ship, text, { root, maxPageSize: 5000 });
  return (JSON.parse(body) as { readonly value: Rows }).value;
}

async function fetched(xml: string): Promise<Rows> {
  const { body } = await listFetchXml(call, ship, xml, { root, maxPageSize: 5000 });
  return (JSON.parse(body) as { readonly value: Rows }).value;
}

const idsOf = (rows: Rows): readonly unknown[] => rows.map((row) => row['shipid']).toSorted();

async function byTree(filter: Condition): Promise<readonly unknown[]> {
  const { json } = await list(call, {
    entity: 'ship',
    select: ['shipid'],
    filter,
    sort: [],
    expand: [],
    page: { size: 5000 },
    count: false,
    annotations: { formatted: false, lookup: false },
  });
  return idsOf(JSON.parse(`[${json}]`) as Rows);
}

const inXml = (inner: string): string => `<fetch><entity name="ship">${inner}</entity></fetch>`;

async function sameInAll(question: Asked<Ship>, view?: string): Promise<void> {
  const expected = fleet.filter(question.holds).map(({ shipid }) => shipid);
  const text = question.odata();
  expect([text, await byTree(question.tree)]).toEqual([text, expected]);
  expect([text, idsOf(await read({ $select: 'shipid', $filter: text }))]).toEqual([text, expected]);
  const xml = inXml(`<attribute name="shipid"/>${links}<filter>${question.fetchXml(false)}</filter>`);
  expect([xml, idsOf(await fetched(xml))]).toEqual([xml, expected]);
  if (view === undefined) return;
  expect([text, idsOf(await read({ $select: 'shipid', savedQuery: view }))]).toEqual([text, expected]);
}

it('random questions find the same rows in every language, and those that a plain reading finds', async () => {
  await fc.assert(
    fc.asyncProperty(asked, (question) => sameInAll(question)),
    { numRuns: 150 },
  );
}, 120_000);

it('saved as views they find the same rows', async () => {
  for (const [index, question] of saved.entries()) await sameInAll(question, `v${index}`);
}, 120_000);

it('groups with counts and sums are the same in OData and FetchXML, and what a plain reading adds up', async () => {
  const groups = [
    { group: 'kind of float', path: 'afloat', xml: '<attribute name="afloat" groupby="true" alias="g"/>', links: '' },
    {
      group: 'country of the home port',
      path: 'homeport/country',
      xml: '',
      links:
        '<link-entity name="port" from="portid" to="homeport" link-type="outer"><attribute name="country" groupby="true" alias="g"/></link-entity>',
    },
  ] as const;
  const value = { afloat: (one: Ship) => one.afloat, 'homeport/country': (one: Ship) => portOf(one)?.country ?? null };
  await fc.assert(
    fc.asyncProperty(asked, fc.constantFrom(...groups), async (question, { path, xml, links: linked }) => {
      const expected = new Map<unknown, [number, number]>();
      for (const one of fleet.filter(question.holds)) {
        const key = value[path](one);
        const [count, crew] = expected.get(key) ?? [0, 0];
        expected.set(key, [count + 1, crew + (one.crew ?? 0)]);
      }
      const wanted = [...expected].map(([key, sums]) => JSON.stringify([key, ...sums])).toSorted();
      const told = (rows: Rows, key: (row: Rows[number]) => unknown): readonly string[] =>
        rows.map((row) => JSON.stringify([key(row) ?? null, row['n'], row['crew'] ?? 0])).toSorted();

      const apply = `filter(${question.odata()})/groupby((${path}),aggregate($count as n,crew with sum as crew))`;
      const [first = '', second] = path.split('/');
      const byOData = told(await read({ $apply: apply }), (row) =>
        second === undefined ? row[first] : (row[first] as Readonly<Record<string, unknown>> | null)?.[second],
      );
      expect([apply, byOData]).toEqual([apply, wanted]);

      const fetch =
        `<fetch aggregate="true"><entity name="ship">${xml}<attribute name="shipid" aggregate="count" alias="n"/>` +
        `<attribute name="crew" aggregate="sum" alias="crew"/>${linked}${links}<filter>${question.fetchXml(false)}</filter></entity></fetch>`;
      expect([fetch, told(await fetched(fetch), (row) => row['g'])]).toEqual([fetch, wanted]);
    }),
    { numRuns: 60 },
  );
}, 120_000);
