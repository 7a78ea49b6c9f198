// The operators beyond plain comparison on a real Postgres: dates of every kind of column, trees of rows, the caller's people,
// patterns and ranges. What is expected is worked out row by row in JavaScript.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Call } from '../../core/engine.ts';
import type { Entity } from '../../core/model/model.ts';
import { listOData } from '../../core/records/list.ts';
import { isDateOperator, queryFunctionNames, readQueryFunction } from '../../core/query/operators.ts';
import type { DateOperator } from '../../core/query/operators.ts';
import { fiscalPeriodOf } from '../../core/query/fiscal-year.ts';
import { dateRange } from '../../core/query/relative-date.ts';
import { PeyvandError } from '../../core/sdk/index.ts';
import type { Principal } from '../../core/security/principal.ts';
import { parseDate } from '@internationalized/date';
import { testDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';
import { modelOf } from '../support/model.ts';
import { callOn, captain, makeTables } from '../support/ships.ts';

const id = (kind: number, number: number) => `00000000-0000-7000-8000-${kind}${String(number).padStart(11, '0')}`;
const root = 'http://host/api/data/v9.2';
const fiscalYear = { calendar: 'persian', startMonth: 1, startDay: 1, period: 'quarter' } as const;
const iranian: Principal = { ...captain, fiscalYear };
/** Sees accounts that are not called hidden. */
const scout: Principal = { ...captain, roles: ['scout'] };

interface Event {
  readonly meetingid: string;
  readonly name: string;
  readonly day: string | null;
  readonly at: string | null;
  readonly wall: string | null;
}
interface Account {
  readonly accountid: string;
  readonly name: string;
  readonly parentaccountid: string | null;
}

let test: TestDatabase;
let meeting: Entity;
let account: Entity;
let user: Entity;
let call: (principal?: Principal) => Call;
const meetings: Event[] = [];
const accounts: Account[] = [];
const now = new Date();

beforeAll(async () => {
  const model = await modelOf({
    'meeting/entity': {
      title: 'Meeting',
      type: 'object',
      entity: { set: 'meetings', plural: 'Meetings', ownership: 'organization', primary: 'name' },
      properties: {
        name: { title: 'Name', type: 'string', maxLength: 100, field: { type: 'text' } },
        day: { title: 'Day', type: 'string', format: 'date', field: { type: 'date' } },
        at: { title: 'At', type: 'string', format: 'date-time', field: { type: 'date-time' } },
        wall: { title: 'Wall', type: 'string', field: { type: 'date-time', behavior: 'time-zone-independent' } },
      },
      required: ['name'],
    },
    'roles/scout': {
      title: 'Scout',
      privileges: { account: { read: { depth: 'organization', when: "name != 'hidden'" } } },
    },
    'meeting/views/lately': {
      title: 'Lately',
      columns: [{ id: 'name' }],
      filter: {
        or: [
          { field: 'day', is: 'last-x-fiscal-periods', value: 2 },
          { field: 'at', is: 'between', value: ['2020-01-01', '2020-12-31'] },
          { field: 'day', is: 'in-fiscal-period-and-year', value: [3, 1400] },
        ],
      },
    },
  });
  const entity = (name: string): Entity => {
    const found = model.entities.get(name);
    if (!found) throw new TypeError(`no entity ${name}`);
    return found;
  };
  [meeting, account, user] = [entity('meeting'), entity('account'), entity('systemuser')];
  test = await testDatabase();
  await makeTables(test.database, model, ['meeting', 'account', 'systemuser', 'businessunit', 'team', 'contact']);
  call = (principal = iranian) => callOn(test.database, model, principal);
  const filled = { versionnumber: 1, createdon: '2026-01-01T00:00:00Z' };
  const insert = (table: string, rows: readonly object[]) =>
    test.database.query(
      `insert into org_default.${table} select * from json_populate_recordset(null::org_default.${table}, $1::json)`,
      [JSON.stringify(rows.map((row) => ({ ...filled, ...row })))],
    );
  // Days around now, dense nearby and sparse far away, at the edges of days.
  const offsets = Array.from({ length: 160 }, (_, index) => (index < 60 ? index - 30 : ((index * index) % 1500) - 750));
  for (const [index, offset] of offsets.entries()) {
    const instant = new Date(now.getTime() + offset * 86_400_000 + ((index * 37) % 48) * 1_800_000);
    const text = instant.toISOString();
    meetings.push({
      meetingid: id(1, index),
      name: `m${index}`,
      day: index % 9 === 0 ? null : text.slice(0, 10),
      at: index % 7 === 0 ? null : text,
      wall: index % 5 === 0 ? null : text.slice(0, 19),
    });
  }
  await insert('meeting', meetings);
  // A forest with one row that the scout may not see in the middle, and a loop.
  const parents: readonly (number | null)[] = [null, 0, 0, 1, 1, 3, 5, null, 7, 8, 11, 10];
  for (const [index, parent] of parents.entries()) {
    accounts.push({
      accountid: id(2, index),
      name: index === 3 ? 'hidden' : `a${index}`,
      parentaccountid: parent === null ? null : id(2, parent),
    });
  }
  await insert('account', accounts);
  await insert(
    'systemuser',
    [0, 1, 2, 3].map((index) => ({
      systemuserid: index === 0 ? captain.userId : id(3, index),
      lastname: `u${index}`,
      domainname: `u${index}@example.com`,
      internalemailaddress: `u${index}@example.com`,
      businessunitid: index < 2 ? captain.businessUnitId : id(4, 1),
      uilanguage: index === 1 ? 'EN' : 'fa',
    })),
  );
});
afterAll(() => test.drop());

async function found(entity: Entity, query: string, principal?: Principal): Promise<readonly string[]> {
  const { body } = await listOData(call(principal), entity, query, { root, maxPageSize: 500 });
  const rows = (JSON.parse(body) as { readonly value: readonly Readonly<Record<string, string>>[] }).value;
  return rows.map((row) => row[entity.key.name] ?? '').toSorted();
}

const crm = (name: string, property: string, rest = ''): string =>
  `$filter=${encodeURIComponent(`Microsoft.Dynamics.CRM.${name}(PropertyName='${property}'${rest})`)}`;

async function refusal(work: Promise<unknown>): Promise<string> {
  const error: unknown = await work.then(
    () => new Error('it was not refused'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof PeyvandError)) throw error;
  expect(error.status).toBe(400);
  return error.message;
}

describe('dates', () => {
  const valueOf: Readonly<Record<string, string>> = {
    count: ',PropertyValue=3',
    day: `,PropertyValue=${now.toISOString().slice(0, 10)}`,
    year: ',PropertyValue=1405',
    'period-and-year': ',PropertyValue1=3,PropertyValue2=1405',
  };
  const dated = queryFunctionNames.flatMap((name) => {
    const known = readQueryFunction(name);
    return known && isDateOperator(known.operator) && known.operator !== 'in-fiscal-period' ? [{ name, known }] : [];
  });

  it('every operator finds the rows of its range, in days, instants and times without a zone', async () => {
    expect(dated.length).toBeGreaterThan(50);
    for (const { name, known } of dated) {
      for (const [property, type] of [
        ['day', 'date'],
        ['at', 'timestamptz'],
        ['wall', 'timestamp'],
      ] as const) {
        const query = crm(name, property, valueOf[known.takes]);
        if (type === 'date' && /hours|minutes/.test(known.operator)) {
          expect(await refusal(found(meeting, query))).toContain('cannot be asked');
          continue;
        }
        const value = known.takes === 'count' || known.takes === 'period-and-year' ? '3' : '1405';
        const range = dateRange(
          known.operator as DateOperator,
          known.takes === 'day' ? now.toISOString().slice(0, 10) : value,
          type,
          iranian,
          now,
          '1405',
        );
        const expected = meetings.filter((one) => {
          const at = one[property];
          if (at === null) return known.negated === true;
          const isInside = (range.from === undefined || at >= range.from) && (range.to === undefined || at < range.to);
          return isInside !== (known.negated === true);
        });
        // An edge that is this very moment has moved on when the query runs.
        const moved = meetings.filter((one) => Math.abs(Date.parse(one.at ?? '') - now.getTime()) < 60_000);
        const skip = new Set(moved.map((one) => one.meetingid));
        const kept = (ids: readonly string[]) => ids.filter((one) => !skip.has(one));
        expect([name, property, kept(await found(meeting, query))]).toEqual([
          name,
          property,
          kept(expected.map((one) => one.meetingid).toSorted()),
        ]);
      }
    }
  });

  it('the third fiscal period of any year', async () => {
    const expected = meetings.filter(
      (one) => one.day !== null && fiscalPeriodOf(fiscalYear, parseDate(one.day)).period === 3,
    );
    expect(await found(meeting, crm('InFiscalPeriod', 'day', ',PropertyValue=3'))).toEqual(
      expected.map((one) => one.meetingid).toSorted(),
    );
    expect(expected.length).toBeGreaterThan(3);
    const instants = await found(meeting, crm('InFiscalPeriod', 'at', ',PropertyValue=3'));
    expect(instants.length).toBeGreaterThan(3);
  });

  it('a view asks with the same operators', async () => {
    const range = dateRange('last-x-fiscal-periods', '2', 'date', iranian, now);
    const expected = meetings.filter(
      (one) =>
        (one.day !== null && one.day >= (range.from ?? '') && one.day < (range.to ?? '')) ||
        (one.at !== null && one.at >= '2020-01-01' && one.at <= '2020-12-31'),
    );
    expect(await found(meeting, 'savedQuery=lately')).toEqual(expected.map((one) => one.meetingid).toSorted());
  });

  it('what an operator cannot take is said', async () => {
    expect(await refusal(found(meeting, crm('LastXMonths', 'day', ',PropertyValue=99999')))).toContain(
      'between 0 and 1200',
    );
    expect(await refusal(found(meeting, crm('InFiscalPeriodAndYear', 'day', ',PropertyValue1=3')))).toContain(
      'PropertyValue2',
    );
    expect(await refusal(found(meeting, crm('LastMonth', 'name')))).toContain('cannot be asked with last-month');
    expect(await refusal(found(meeting, crm('LastMonht', 'day')))).toContain('LastMonth');
    // The same shape with another value, once its plan is kept.
    await found(meeting, crm('LastXMonths', 'day', ',PropertyValue=1'));
    expect(await refusal(found(meeting, crm('LastXMonths', 'day', ',PropertyValue=-1')))).toContain(
      'whole number of months',
    );
    await found(meeting, crm('Between', 'day', ",PropertyValues=['2020-01-01','2030-01-01']"));
    expect(await refusal(found(meeting, crm('Between', 'day', ",PropertyValues=['2020-01-01']")))).toContain('values');
    expect(await refusal(found(meeting, crm('Between', 'day', ",PropertyValues=['2020-01-01','x']")))).toContain(
      'date',
    );
  });
});

describe('a tree of rows', () => {
  /** By walking up, over rows that may be seen. */
  const isUnder = (one: Account, top: string, seen: (row: Account) => boolean): boolean => {
    const known = new Set<string>();
    for (let at: Account | undefined = one; at && seen(at) && !known.has(at.accountid);) {
      known.add(at.accountid);
      if (at.parentaccountid === top) return true;
      const next: string | null = at.parentaccountid;
      at = accounts.find((row) => row.accountid === next);
    }
    return false;
  };
  const everyone = (): boolean => true;
  const unhidden = (row: Account): boolean => row.name !== 'hidden';
  const ask = (name: string, index: number, principal?: Principal, property = 'accountid') =>
    found(account, crm(name, property, `,PropertyValue='${id(2, index)}'`), principal);

  it('under, above, their inclusive forms and not-under, with a loop in the tree', async () => {
    for (const top of [0, 1, 5, 7, 10]) {
      const under = accounts.filter((one) => isUnder(one, id(2, top), everyone)).map((one) => one.accountid);
      expect(await ask('Under', top)).toEqual(under.toSorted());
      expect(await ask('UnderOrEqual', top)).toEqual([...new Set([...under, id(2, top)])].toSorted());
      const not = accounts.filter((one) => !under.includes(one.accountid)).map((one) => one.accountid);
      expect(await ask('NotUnder', top)).toEqual(not.toSorted());
      const start = accounts.find((one) => one.accountid === id(2, top));
      const above = accounts
        .filter((one) => start && isUnder(start, one.accountid, everyone))
        .map((one) => one.accountid);
      expect(await ask('Above', top)).toEqual(above.toSorted());
      expect(await ask('AboveOrEqual', top)).toEqual([...new Set([...above, id(2, top)])].toSorted());
    }
  });

  it('is asked of a lookup too', async () => {
    const below = new Set(await ask('UnderOrEqual', 1));
    const expected = accounts.filter((one) => one.parentaccountid !== null && below.has(one.parentaccountid));
    expect(await ask('UnderOrEqual', 1, undefined, 'parentaccountid')).toEqual(
      expected.map((one) => one.accountid).toSorted(),
    );
  });

  it('tells nothing of what stands between, where the caller may not see it', async () => {
    // 0 ← 1 ← 3 (hidden) ← 5 ← 6
    const expected = accounts.filter((one) => isUnder(one, id(2, 1), unhidden)).map((one) => one.accountid);
    expect(await ask('Under', 1, scout)).toEqual(expected.toSorted());
    expect(expected).toEqual([id(2, 4)]);
    expect(await ask('Above', 6, scout)).toEqual([id(2, 5)]);
    // What the row itself says of its parent is the caller's to read.
    expect(await ask('Under', 3, scout)).toEqual([id(2, 5), id(2, 6)]);
  });

  it('is refused of what is no tree', async () => {
    const query = crm('Under', 'primarycontactid', `,PropertyValue='${id(2, 1)}'`);
    expect(await refusal(found(account, query))).toContain('hierarchy');
    expect(await refusal(found(account, crm('Under', 'accountid', ",PropertyValue='x'")))).toContain('00000000-0000');
  });
});

describe('the caller', () => {
  it('is meant by the operators about users, teams, reports, unit and language', async () => {
    const manager: Principal = { ...captain, reports: { direct: [id(3, 1)], far: [id(3, 2)] } };
    const ask = (name: string, property = 'systemuserid') => found(user, crm(name, property), manager);
    expect(await ask('EqualUserId')).toEqual([captain.userId]);
    expect(await ask('NotEqualUserId')).toEqual([id(3, 1), id(3, 2), id(3, 3)]);
    expect(await ask('EqualUserOrUserHierarchy', 'createdby')).toEqual([]);
    expect(await ask('EqualBusinessId', 'businessunitid')).toEqual([captain.userId, id(3, 1)].toSorted());
    expect(await ask('EqualUserLanguage', 'uilanguage')).toEqual([id(3, 1)]);
  });
});

describe('texts and numbers', () => {
  it('between and its opposite, lists, and patterns with % and _', async () => {
    const text = (name: string, rest: string) => found(meeting, crm(name, 'name', rest));
    const named = (test: (name: string) => boolean) =>
      meetings
        .filter((one) => test(one.name))
        .map((one) => one.meetingid)
        .toSorted();
    expect(await text('Between', ",PropertyValues=['m10','m12']")).toEqual(
      named((name) => name >= 'm10' && name <= 'm12'),
    );
    expect(await text('NotBetween', ",PropertyValues=['m10','m12']")).toEqual(
      named((name) => name < 'm10' || name > 'm12'),
    );
    expect(await text('In', ",PropertyValues=['m1','M2']")).toEqual(named((name) => name === 'm1' || name === 'm2'));
    expect(await text('Like', ",PropertyValue='_1%'")).toEqual(named((name) => name.startsWith('m1')));
    expect(await text('NotLike', ",PropertyValue='%1%'")).toEqual(named((name) => !name.includes('1')));
    expect(await refusal(text('Like', `,PropertyValue='${'%a'.repeat(20)}'`))).toContain('ten %');
  });
});
