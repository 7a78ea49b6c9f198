// FetchXML on a real Postgres: what each of its parts finds, in the form that clients of the Dataverse read.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Call } from '../../core/engine.ts';
import { listFetchXml } from '../../core/records/list-fetchxml.ts';
import { PeyvandError } from '../../core/sdk/index.ts';
import { testDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { callOn, captain, makeTables, shipModel } from '../support/ships.ts';
import type { Ships } from '../support/ships.ts';

const id = (kind: number, number: number) => `00000000-0000-7000-800${kind}-${number.toString(16).padStart(12, '0')}`;

interface Ship {
  readonly shipid: string;
  readonly name: string;
  readonly crew: number | null;
  readonly kind: number | null;
  readonly afloat: boolean;
  readonly built: string | null;
  readonly flags: readonly number[] | null;
  readonly homeport: string | null;
  readonly calls: readonly string[];
}

interface Answer {
  readonly value: readonly Readonly<Record<string, unknown>>[];
  readonly more: boolean;
  readonly total: number;
  readonly cookie: string | undefined;
}

let test: TestDatabase;
let ships: Ships;
let call: Call;
const ports = Array.from({ length: 5 }, (_, index) => ({
  portid: id(1, index),
  name: `Port ${index}`,
  country: ['Iran', 'Oman', null][index % 3] ?? null,
}));
const fleet: readonly Ship[] = Array.from({ length: 40 }, (_, index) => ({
  shipid: id(2, (index * 7919) % 65_536),
  name: index % 8 === 0 ? `Port ${index % 5}` : `Ship ${index % 7}`,
  crew: index % 4 === 0 ? null : (index * 13) % 5,
  kind: index % 3 === 0 ? null : (index % 2) + 1,
  afloat: index % 2 === 0,
  built: index % 10 === 0 ? null : `2017-${String((index % 12) + 1).padStart(2, '0')}-15`,
  flags: index % 5 === 0 ? null : [(index % 3) + 1],
  homeport: index % 6 === 0 ? null : (ports[index % 4]?.portid ?? null),
  calls: ports.filter((_, port) => (index >> port) % 2 === 1).map(({ portid }) => portid),
}));

beforeAll(async () => {
  ships = await shipModel();
  test = await testDatabase();
  const { database } = test;
  await makeTables(database, ships.model, ['port', 'ship', 'account', 'contact', 'systemuser']);
  call = callOn(database, ships.model, { ...captain, calendar: 'gregory' });
  const insert = (table: string, rows: readonly object[]) =>
    database.query(
      `insert into org_default.${table} select * from json_populate_recordset(null::org_default.${table}, $1::json)`,
      [JSON.stringify(rows)],
    );
  const filled = { createdon: '2026-01-01T00:00:00Z', versionnumber: 1 };
  await insert(
    'port',
    ports.map((port) => ({ ...port, ...filled })),
  );
  await insert(
    'ship',
    fleet.map((ship) => ({ ...ship, calls: undefined, ...filled })),
  );
  await insert(
    'ship_calls',
    fleet.flatMap(({ shipid, calls }) => calls.map((portid) => ({ shipid, portid }))),
  );
});

afterAll(async () => {
  await test.drop();
});

async function fetchAll(text: string, as = call, annotations = ''): Promise<Answer> {
  const entity = as.engine.model.entities.get(/<entity name=["'](\w+)/.exec(text)?.[1] ?? '');
  const { body } = await listFetchXml(as, entity ?? ships.ship, text, { root: 'http://host', annotations });
  const answer = JSON.parse(body) as Record<string, unknown>;
  return {
    value: answer['value'] as Answer['value'],
    more: answer['@Microsoft.Dynamics.CRM.morerecords'] === true,
    total: Number(answer['@Microsoft.Dynamics.CRM.totalrecordcount']),
    cookie: answer['@Microsoft.Dynamics.CRM.fetchxmlpagingcookie'] as string | undefined,
  };
}

const rows = async (text: string): Promise<Answer['value']> => (await fetchAll(text)).value;
const tally = (items: readonly unknown[]) => items.map((item) => JSON.stringify(item)).sort();
const portOf = (key: string | null) => ports.find(({ portid }) => portid === key);
const inIran = (key: string | null) => portOf(key)?.country === 'Iran';

/** Ids of the ships that a filter's content finds. */
async function found(content: string, more = ''): Promise<readonly string[]> {
  const text = `<fetch><entity name='ship'><attribute name='name'/><filter>${content}</filter>${more}</entity></fetch>`;
  return tally((await rows(text)).map(({ shipid }) => shipid));
}

const those = (holds: (ship: Ship) => boolean) => tally(fleet.filter(holds).map(({ shipid }) => shipid));

async function refusals(text: string): Promise<readonly string[]> {
  const error: unknown = await fetchAll(text).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof PeyvandError)) throw new TypeError(`it was not refused: ${String(error)}`);
  expect(error.status).toBe(400);
  return (error.details ?? []).map(({ message }) => message);
}

describe('a FetchXML filter', () => {
  it.each<readonly [string, string, (ship: Ship) => boolean]>([
    ['eq', `<condition attribute='crew' operator='eq' value='3'/>`, ({ crew }) => crew === 3],
    [
      'ne, with rows without a value',
      `<condition attribute='crew' operator='ne' value='3'/>`,
      ({ crew }) => crew !== 3,
    ],
    [
      'in',
      `<condition attribute='crew' operator='in'><value>1</value><value>2</value></condition>`,
      ({ crew }) => crew === 1 || crew === 2,
    ],
    ['not-in', `<condition attribute='crew' operator='not-in'><value>1</value></condition>`, ({ crew }) => crew !== 1],
    [
      'between',
      `<condition attribute='crew' operator='between'><value>1</value><value>3</value></condition>`,
      ({ crew }) => crew !== null && crew >= 1 && crew <= 3,
    ],
    ['like', `<condition attribute='name' operator='like' value='%HIP 1%'/>`, ({ name }) => name.includes('hip 1')],
    [
      'not-begin-with',
      `<condition attribute='name' operator='not-begin-with' value='ship'/>`,
      ({ name }) => !name.startsWith('Ship'),
    ],
    ['null', `<condition attribute='homeport' operator='null'/>`, ({ homeport }) => homeport === null],
    ['yes and no', `<condition attribute='afloat' operator='eq' value='1'/>`, ({ afloat }) => afloat],
    [
      'several choices',
      `<condition attribute='flags' operator='contain-values'><value>2</value><value>3</value></condition>`,
      ({ flags }) => flags?.some((flag) => flag > 1) === true,
    ],
    [
      'a lookup in braces',
      `<condition attribute='homeport' operator='eq' value='{${id(1, 1)}}' uiname='x' uitype='port'/>`,
      ({ homeport }) => homeport === id(1, 1),
    ],
    [
      'days',
      `<condition attribute='built' operator='on-or-after' value='2017-06-15'/>`,
      ({ built }) => built !== null && built >= '2017-06-15',
    ],
    [
      'fiscal periods',
      `<condition attribute='built' operator='in-fiscal-period-and-year'><value>1</value><value>2017</value></condition>`,
      ({ built }) => built !== null && built < '2017-04-01',
    ],
    [
      'and/or nested, an empty filter asking nothing',
      `<filter type='or'><condition attribute='crew' operator='eq' value='1'/><filter/><filter><condition attribute='crew' operator='eq' value='2'/><condition attribute='afloat' operator='eq' value='0'/></filter></filter>`,
      ({ crew, afloat }) => crew === 1 || (crew === 2 && !afloat),
    ],
    [
      'a column compared with another',
      `<condition attribute='crew' operator='ge' valueof='kind'/>`,
      ({ crew, kind }) => crew !== null && kind !== null && crew >= kind,
    ],
  ])('finds by %s', async (_, content, holds) => {
    expect(await found(content)).toEqual(those(holds));
  });

  it('compares with columns of a link-entity, and asks the condition of one from outside', async () => {
    const link = `<link-entity name='port' from='portid' to='homeport' alias='home' link-type='outer'><attribute name='name'/></link-entity>`;
    expect(await found(`<condition attribute='name' operator='eq' valueof='home.name'/>`, link)).toEqual(
      those(({ name, homeport }) => homeport !== null && portOf(homeport)?.name === name),
    );
    expect(await found(`<condition entityname='home' attribute='portid' operator='null'/>`, link)).toEqual(
      those(({ homeport }) => homeport === null),
    );
    const back = `<link-entity name='ship_calls' from='shipid' to='shipid' intersect='true' link-type='exists'><link-entity name='port' from='portid' to='portid'><filter><condition attribute='name' operator='eq' valueof='ship.name'/></filter></link-entity></link-entity>`;
    expect(await found('', back)).toEqual(
      those(({ name, calls }) => calls.some((port) => portOf(port)?.name === name)),
    );
  });

  it.each<readonly [string, (ship: Ship) => boolean]>([
    ['any', ({ calls }) => calls.some(inIran)],
    ['not any', ({ calls }) => !calls.some(inIran)],
    ['all', ({ calls }) => calls.length > 0 && !calls.some(inIran)],
    ['not all', ({ calls }) => calls.some(inIran)],
  ])('asks about related rows: %s, as the Dataverse means it', async (type, holds) => {
    const inside = `<link-entity name='port' from='portid' to='portid'><filter><condition attribute='country' operator='eq' value='Iran'/></filter></link-entity>`;
    const link = `<link-entity name='ship_calls' from='shipid' to='shipid' intersect='true' link-type='${type}'>${inside}</link-entity>`;
    expect(await found(link)).toEqual(those(holds));
    const either = `<filter type='or'>${link}<condition attribute='crew' operator='eq' value='1'/></filter>`;
    expect(await found(either)).toEqual(those((ship) => holds(ship) || ship.crew === 1));
  });

  it('asks about 1:N rows and the intersect entity’s own columns', async () => {
    const text = (type: string) =>
      `<fetch><entity name='port'><attribute name='name'/><link-entity name='ship' from='homeport' to='portid' link-type='${type}'><filter><condition attribute='crew' operator='eq' value='4'/></filter></link-entity></entity></fetch>`;
    const expected = ports.filter(({ portid }) =>
      fleet.some(({ homeport, crew }) => homeport === portid && crew === 4),
    );
    for (const type of ['exists', 'in', 'any'])
      expect(tally((await rows(text(type))).map(({ portid }) => portid))).toEqual(
        tally(expected.map(({ portid }) => portid)),
      );
    const pairs = `<link-entity name='ship_calls' from='shipid' to='shipid' intersect='true'><filter><condition attribute='portid' operator='eq' value='${id(1, 2)}'/></filter></link-entity>`;
    expect(await found('', pairs)).toEqual(those(({ calls }) => calls.includes(id(1, 2))));
  });
});

describe('a FetchXML answer', () => {
  it('names values of links alias.attribute, and annotates them', async () => {
    const text = `<fetch top='1'><entity name='port'><attribute name='name'/><order attribute='name'/>
      <link-entity name='ship' from='homeport' to='portid' alias='s'><attribute name='kind'/><attribute name='homeport'/><attribute name='name' alias='called'/>
      <filter><condition attribute='kind' operator='eq' value='1'/></filter><order attribute='name' descending='true'/></link-entity></entity></fetch>`;
    const { value } = await fetchAll(text, call, '*');
    const first = fleet
      .filter(({ kind, homeport }) => kind === 1 && homeport !== null)
      .map((ship) => [portOf(ship.homeport)?.name ?? '', ship] as const)
      .toSorted(([a, x], [b, y]) => (a === b ? (x.name < y.name ? 1 : -1) : a < b ? -1 : 1))[0];
    expect(value).toEqual([
      {
        '@odata.etag': 'W/"1"',
        name: first?.[0],
        portid: first?.[1].homeport,
        's.kind': 1,
        's.kind@OData.Community.Display.V1.FormattedValue': 'Tug',
        's.homeport': first?.[1].homeport,
        's.homeport@OData.Community.Display.V1.FormattedValue': first?.[0],
        's.homeport@Microsoft.Dynamics.CRM.lookuplogicalname': 'port',
        's.homeport@Microsoft.Dynamics.CRM.associatednavigationproperty': 'homeport',
        called: first?.[1].name,
      },
    ]);
  });

  it('holds the key alone without attributes, all with all-attributes, generated aliases without alias', async () => {
    const [bare] = await rows(`<fetch top='1'><entity name='ship'/></fetch>`);
    expect(Object.keys(bare ?? {})).toEqual(['@odata.etag', 'shipid']);
    const [all] = await rows(
      `<fetch top='1' no-lock='true' latematerialize='true'><entity name='ship'><all-attributes/><link-entity name='port' from='portid' to='homeport'><all-attributes/></link-entity></entity></fetch>`,
    );
    expect(all).toHaveProperty('_homeport_value');
    expect(all).toHaveProperty(['port1.country']);
  });

  it('counts what it found in all, exactly, and says so only where asked', async () => {
    const text = (more: string) =>
      `<fetch count='3' ${more}><entity name='ship'><attribute name='name'/></entity></fetch>`;
    expect(await fetchAll(text(`returntotalrecordcount='true'`))).toMatchObject({ total: 40, more: true });
    expect(await fetchAll(text(''))).toMatchObject({ total: -1, more: true });
  });

  it('distinct: each different row once', async () => {
    const text = `<fetch distinct='true'><entity name='ship'><attribute name='kind'/><order attribute='kind'/><link-entity name='ship_calls' from='shipid' to='shipid' intersect='true'><link-entity name='port' from='portid' to='portid' alias='p'><attribute name='country'/></link-entity></link-entity></entity></fetch>`;
    const expected = new Set(
      fleet.flatMap(({ kind, calls }) =>
        calls.map((port) => JSON.stringify({ kind, 'p.country': portOf(port)?.country })),
      ),
    );
    expect(tally(await rows(text))).toEqual([...expected].sort());
  });

  it('counts the rows below each row of a tree', async () => {
    const text = `<fetch><entity name='account'><attribute name='accountid' rowaggregate='CountChildren' alias='below'/></entity></fetch>`;
    const insert = (key: string, parent: string | null) =>
      test.database.query('insert into org_default.account (accountid, name, parentaccountid) values ($1, $2, $3)', [
        key,
        'A',
        parent,
      ]);
    await insert(id(3, 1), null);
    await insert(id(3, 2), id(3, 1));
    await insert(id(3, 3), id(3, 1));
    expect(tally((await rows(text)).map(({ below }) => below))).toEqual(['0', '0', '2']);
  });
});

/** What `dynamics-web-api` and others do with the annotation. */
function clientCookie(annotation: string): string {
  const match = /pagingcookie="(<cookie page="(\d+)".+<\/cookie>)/.exec(
    decodeURIComponent(decodeURIComponent(annotation)),
  );
  const names: Record<string, string> = { '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return (match?.[1] ?? '').replaceAll(/[<>"']/g, (letter) => names[letter] ?? '');
}

async function pages(entity: (head: string) => string, size: number) {
  const given: Readonly<Record<string, unknown>>[] = [];
  let cookie: string | undefined;
  let count = 0;
  do {
    const more = cookie === undefined ? '' : ` paging-cookie="${clientCookie(cookie)}"`;
    const answer = await fetchAll(entity(`count="${size}" page="${count + 1}"${more}`));
    given.push(...answer.value);
    expect(answer.more).toBe(answer.cookie !== undefined);
    ({ cookie } = answer);
    count += 1;
  } while (cookie !== undefined && count < 100);
  return { given, count };
}

describe('a page of FetchXML', () => {
  const link = `<link-entity name='port' from='portid' to='homeport' alias='home' link-type='outer'><attribute name='country'/><order attribute='country' descending='true'/></link-entity>`;

  it.each([
    ['a sort with nulls and ties', `<attribute name='crew'/><order attribute='crew'/>`],
    ['a sort by an attribute of a link', `<attribute name='crew'/>${link}`],
    ['both', `<attribute name='crew'/><order attribute='crew' descending='true'/>${link}`],
  ])('goes on where the last ended, under %s: every row once', async (_, content) => {
    const { given, count } = await pages((head) => `<fetch ${head}><entity name='ship'>${content}</entity></fetch>`, 7);
    expect(count).toBe(6);
    expect(tally(given.map(({ shipid }) => shipid))).toEqual(those(() => true));
    const whole = await rows(`<fetch><entity name='ship'>${content}</entity></fetch>`);
    expect(given).toEqual(whole);
  });

  it('is found by its number alone, and with the cookie of another system', async () => {
    const text = (head: string) =>
      `<fetch count='9' ${head}><entity name='ship'><order attribute='crew'/></entity></fetch>`;
    const whole = await rows(`<fetch><entity name='ship'><order attribute='crew'/></entity></fetch>`);
    expect(await rows(text(`page='3'`))).toEqual(whole.slice(18, 27));
    const foreign =
      '&lt;cookie page=&quot;1&quot;&gt;&lt;shipid last=&quot;{X}&quot; first=&quot;{Y}&quot; /&gt;&lt;/cookie&gt;';
    expect(await rows(text(`page='2' paging-cookie='${foreign}'`))).toEqual(whole.slice(9, 18));
    expect(await refusals(text(`page='100000'`))).toEqual([expect.stringContaining('without paging-cookie')]);
  });

  it('does not begin at a cookie that was changed or belongs to another query', async () => {
    const text = (sort: string, more = '') =>
      `<fetch count='5'${more}><entity name='ship'><order attribute='${sort}'/></entity></fetch>`;
    const { cookie = '' } = await fetchAll(text('crew'));
    const sent = clientCookie(cookie);
    const broken = sent.replace(/(last=&quot;.{20})./, (_, kept: string) => `${kept}!`);
    for (const [sort, used] of [
      ['name', sent],
      ['crew', broken],
    ] as const)
      await expect(fetchAll(text(sort, ` page='2' paging-cookie="${used}"`))).rejects.toMatchObject({ status: 400 });
  });
});

describe('an aggregate', () => {
  it('groups by choices, lookups and parts of dates, with labels', async () => {
    const text = `<fetch aggregate='true'><entity name='ship'>
      <attribute name='crew' alias='total' aggregate='sum'/><attribute name='crew' alias='all' aggregate='count'/><attribute name='crew' alias='filled' aggregate='countcolumn'/>
      <attribute name='crew' alias='different' aggregate='countcolumn' distinct='true'/><attribute name='homeport' alias='home' groupby='true'/>
      <attribute name='built' alias='quarter' groupby='true' dategrouping='quarter'/><attribute name='built' alias='year' groupby='true' dategrouping='year'/>
      <filter><condition attribute='built' operator='not-null'/></filter><order alias='total' descending='true'/></entity></fetch>`;
    const expected = Map.groupBy(
      fleet.filter(({ built }) => built !== null),
      ({ homeport, built }) => JSON.stringify([homeport, Math.ceil(Number(built?.slice(5, 7)) / 3)]),
    );
    const { value } = await fetchAll(text, call, 'OData.Community.Display.V1.FormattedValue');
    expect(
      tally(
        value.map((row) => [
          row['home'],
          row['quarter'],
          row['year'],
          row['total'],
          row['all'],
          row['filled'],
          row['different'],
        ]),
      ),
    ).toEqual(
      tally(
        [...expected].map(([key, group]) => {
          const crews = group.map(({ crew }) => crew).filter((crew) => crew !== null);
          const sum = crews.length === 0 ? null : crews.reduce((all, crew) => all + crew, 0);
          return [...(JSON.parse(key) as unknown[]), 2017, sum, group.length, crews.length, new Set(crews).size];
        }),
      ),
    );
    const totals = value.map(({ total }) => (total === null ? -1 : Number(total)));
    expect(totals).toEqual(totals.toSorted((a, b) => b - a));
    const named = value.find(({ home }) => home === id(1, 1));
    expect(named?.['home@OData.Community.Display.V1.FormattedValue']).toBe('Port 1');
  });

  it('reads attributes of links, and pages without a cap', async () => {
    const entity = (
      head: string,
    ) => `<fetch aggregate='true' ${head}><entity name='port'><attribute name='country' alias='country' groupby='true'/>
      <link-entity name='ship' from='homeport' to='portid'><attribute name='kind' alias='kind' groupby='true'/><attribute name='crew' alias='most' aggregate='max'/><order alias='most'/></link-entity></entity></fetch>`;
    const whole = await rows(entity(''));
    const { given } = await pages(entity, 2);
    expect(given).toEqual(whole);
    const expected = Map.groupBy(
      fleet.filter(({ homeport }) => homeport !== null),
      ({ homeport, kind }) => JSON.stringify([portOf(homeport)?.country ?? null, kind]),
    );
    expect(whole.length).toBe(expected.size);
  });
});

describe('a FetchXML text that is wrong', () => {
  it('is refused with everything that is wrong, each with its place and a suggestion', async () => {
    const text = `<fetch cuont='3'>
 <entity name='ship'>
  <attribute name='nmae'/>
  <filter type='xor'>
   <condition attribute='crew' operator='eqq' value='1'/>
   <condition attribute='crew' operator='eq' value='many'/>
   <condition attribute='name' operator='eq' valueof='crew'/>
   <condition attribute='built' operator='last-x-days' value='-1'/>
  </filter>
  <link-entity name='prot' from='portid' to='homeport'/>
  <link-entity name='port' from='portid' to='homeport' link-type='otter'/>
  <order attribute='flags'/>
 </entity>
</fetch>`;
    expect((await refusals(text)).toSorted()).toMatchInlineSnapshot(`
      [
        "<fetch> has no attribute cuont (did you mean "count"?) (line 1, column 1 of fetchXml)",
        "a filter's type is and or or, not "xor" (line 4, column 3 of fetchXml)",
        "built: expected a whole number of days between 0 and 36500 (line 8, column 4 of fetchXml)",
        "crew: expected a whole number: 42, not many (line 6, column 4 of fetchXml)",
        "flags (multi-choice) has no order (line 12, column 3 of fetchXml)",
        "name (text) and crew (whole-number) hold different kinds of values (line 7, column 4 of fetchXml)",
        "ship has no attribute nmae (did you mean "name"?) (line 3, column 3 of fetchXml)",
        "there is no entity prot (did you mean "port"?) (line 10, column 3 of fetchXml)",
        "there is no link-type otter (did you mean "outer"?) (line 11, column 3 of fetchXml)",
        "there is no operator eqq (did you mean "eq"?) (line 5, column 4 of fetchXml)",
      ]
    `);
  });

  it.each([
    ['no XML', '<fetch', 'line 1'],
    ['a document type', `<!DOCTYPE x [<!ENTITY a 'b'>]><fetch/>`, 'no document type'],
    ['an entity of its own', `<fetch><entity name='&xxe;'/></fetch>`, 'line 1'],
    ['depth without end', `<fetch><entity name='ship'>${'<filter>'.repeat(60)}`, 'nested more than'],
    ['elements without end', `<fetch><entity name='ship'>${'<filter/>'.repeat(5000)}</entity></fetch>`, 'more than'],
    [
      'conditions without end',
      `<fetch><entity name='ship'><filter>${`<condition attribute='crew' operator='eq' value='1'/>`.repeat(501)}</filter></entity></fetch>`,
      'more than 500 conditions',
    ],
    [
      'mistakes without end',
      `<fetch><entity name='ship'>${`<order attribute='homeprot'/>`.repeat(1500)}</entity></fetch>`,
      'no attribute homeprot (did you mean "homeport"?)',
    ],
    [
      'orders without end',
      `<fetch><entity name='ship'>${`<order attribute='crew'/>`.repeat(51)}</entity></fetch>`,
      'more than 50 orders',
    ],
    ['another entity', `<fetch><entity name='prot'/></fetch>`, 'no entity prot'],
    ['another root', `<entity name='ship'/>`, 'expected <fetch>'],
    [
      'attributes of what is only asked about',
      `<fetch><entity name='ship'><link-entity name='port' from='portid' to='homeport' link-type='exists'><attribute name='name'/></link-entity></entity></fetch>`,
      'only asked about',
    ],
    [
      'an aggregate without alias',
      `<fetch aggregate='true'><entity name='ship'><attribute name='crew' aggregate='sum'/></entity></fetch>`,
      'needs an alias',
    ],
    [
      'a sum of texts',
      `<fetch aggregate='true'><entity name='ship'><attribute name='name' aggregate='sum' alias='a'/></entity></fetch>`,
      'has no sum',
    ],
    [
      'a link to a link that is only asked about',
      `<fetch><entity name='ship'><filter><condition entityname='p' attribute='name' operator='null'/></filter><link-entity name='port' from='portid' to='homeport' link-type='in' alias='p'/></entity></fetch>`,
      'no link-entity p',
    ],
  ])('is refused: %s', async (_, text, message) => {
    expect((await refusals(text)).join('\n')).toContain(message);
  });
});
