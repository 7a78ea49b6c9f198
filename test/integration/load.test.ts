// Importing CSV files by a map: small files of our own for each promise, and a real sales pipeline where it is at hand.
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listFetchXml } from '../../core/records/list-fetchxml.ts';
import { listOData } from '../../core/records/list.ts';
import { readLayer } from '../../core/model/read-layer.ts';
import { PeyvandError } from '../../core/sdk/index.ts';
import type { ImportDocument } from '../../metadata/schemas/import.gen.ts';
import { mapProblems } from '../../runtime/cli/load/file-plan.ts';
import { load, type FileReport } from '../../runtime/cli/load/load.ts';
import { readMap } from '../../runtime/cli/load/read-map.ts';
import { testEngine, type TestEngine } from '../support/engine.ts';

const silent = { show: () => undefined, clear: () => undefined };
const fixture = resolve('test/fixtures/crm-sales-opportunities');
const pipeline = resolve('../shared/data/crm-sales-opportunities');

let organization: TestEngine;
let folder: string;

beforeAll(async () => {
  const { layer, problems } = await readLayer(fixture, { id: 'organization', version: '1.0.0', kind: 'organization' });
  expect(problems).toEqual([]);
  organization = await testEngine(Object.fromEntries([...layer.documents].map(([id, { body }]) => [id, body])));
  folder = await mkdtemp(join(tmpdir(), 'peyvand-load-'));
});

afterAll(async () => {
  await organization.drop();
  await rm(folder, { recursive: true });
});

async function run(map: ImportDocument, from = folder, parallel = 4): Promise<readonly FileReport[]> {
  return load(organization.call, map, { folder: from, errorFolder: folder, progress: silent, parallel });
}

async function query(set: string, text: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const entity = organization.model.sets.get(set);
  if (!entity) throw new TypeError(`no set ${set}`);
  const { body } = await listOData(organization.call, entity, text, { root: '' });
  return (JSON.parse(body) as { value: Record<string, unknown>[] }).value;
}

const accounts = (fields: ImportDocument['files'][number]['fields'], more = {}): ImportDocument => ({
  title: 'Accounts',
  files: [{ id: 'accounts', file: 'accounts.csv', entity: 'account', key: ['name'], fields, ...more }],
});

describe('a load', () => {
  test('rejects what duplicate rules find, where the map says so, also within one file', async () => {
    await writeFile(
      join(folder, 'accounts.csv'),
      'number,name\nD-1,شرکت تکراری\nD-2,شركت تكراري\nD-3,Another\nD-1,شرکت تکراری\n',
    );
    const fields = { accountnumber: { column: 'number' }, name: { column: 'name' } };
    const map = (more: object) => accounts(fields, { key: ['accountnumber'], distinct: true, ...more });
    const [first] = await run(map({ duplicates: 'reject' }));
    expect(first).toMatchObject({ created: 2, rejected: 1, repeated: 1 });
    expect(await readFile(first?.errorFile ?? '', 'utf8')).toContain(
      'This account is already there, it seems: شرکت تکراری.',
    );
    const [again] = await run(map({}));
    expect(again).toMatchObject({ created: 1, unchanged: 2, rejected: 0 });
  });

  test('rejects rows one by one with number, column and reason, and keeps their cells for mending', async () => {
    await writeFile(
      join(folder, 'accounts.csv'),
      'name,staff,parent\nNorth,12,\n"South, Ltd",many,\nEast,3,Nowhere\n,4,\nNorth,5,\nWest\n',
    );
    const [report] = await run(
      accounts({
        name: { column: 'name' },
        numberofemployees: { column: 'staff' },
        parentaccountid: { column: 'parent', lookup: { entity: 'account', by: 'name' } },
      }),
    );
    expect(report).toMatchObject({ rows: 6, created: 1, rejected: 5 });
    expect(await readFile(join(folder, 'accounts.errors.csv'), 'utf8')).toBe(
      [
        'row,column,reason,name,staff,parent',
        '3,staff,“many” is not a number as the map says it is written,"South, Ltd",many,',
        '5,name,the key is empty: nothing to find the row by,,4,',
        '6,name,row 2 of this file has the same key,North,5,',
        '7,,"the row has 1 cells, the heading 3",West,,',
        '4,parent,"no row of Accounts has name “Nowhere”; add it, or an alias for it in the map",East,3,Nowhere',
        '',
      ].join('\n'),
    );
  });

  test('is safe to run again, and changes what the file changed', async () => {
    const map = accounts({ name: { column: 'name' }, numberofemployees: { column: 'staff' } });
    await writeFile(join(folder, 'accounts.csv'), 'name,staff\nAgain One,1\nAgain Two,2\n');
    expect((await run(map))[0]).toMatchObject({ created: 2, updated: 0, unchanged: 0 });
    await writeFile(join(folder, 'accounts.csv'), 'name,staff\nAgain One,1\nAgain Two,3\n');
    expect((await run(map))[0]).toMatchObject({ created: 0, updated: 1, unchanged: 1 });
  });

  test('links rows to rows of the same file, whichever comes first', async () => {
    await writeFile(join(folder, 'accounts.csv'), 'name,parent\nChild,Mother\nMother,\n');
    const parent = { column: 'parent', lookup: { entity: 'account', by: 'name' } };
    expect((await run(accounts({ name: { column: 'name' }, parentaccountid: parent })))[0]).toMatchObject({
      created: 2,
    });
    const [child] = await query('accounts', "$filter=name eq 'Child'&$expand=parentaccountid($select=name)");
    expect(child?.['parentaccountid']).toMatchObject({ name: 'Mother' });
  });

  test('reads Persian files: digits, decimal sign, Jalali dates, encoding', async () => {
    const text = 'name,sum,when\nپارسه,۱۲۳۴٫۵,۱۳۹۶/۱/۱\n';
    await writeFile(join(folder, 'deals.csv'), `\uFEFF${text}`);
    const [report] = await run({
      title: 'Deals',
      files: [
        {
          id: 'deals',
          file: 'deals.csv',
          entity: 'opportunity',
          key: ['crm_sourceid'],
          fields: {
            crm_sourceid: { column: 'name' },
            name: { column: 'name' },
            estimatedvalue: { column: 'sum', decimal: '٫' },
            estimatedclosedate: { column: 'when', format: 'yyyy/M/d', calendar: 'persian' },
          },
        },
      ],
    });
    expect(report).toMatchObject({ created: 1, rejected: 0 });
    const [deal] = await query('opportunities', "$filter=name eq 'پارسه'&$select=estimatedvalue,estimatedclosedate");
    expect(deal).toMatchObject({ estimatedvalue: 1234.5, estimatedclosedate: '2017-03-21' });
  });

  test('stores nothing when a file, a column or the heading is wrong', async () => {
    await writeFile(join(folder, 'accounts.csv'), 'name,staff\nNever,1\n');
    const wrongColumn = accounts({ name: { column: 'nmae' } });
    await expect(run(wrongColumn)).rejects.toThrow('did you mean "name"');
    await expect(run(accounts({ name: { column: 'name' } }, { file: 'gone.csv' }))).rejects.toThrow('There is no file');
    await writeFile(join(folder, 'accounts.csv'), 'name,staff\nNever,"1\n');
    await expect(run(accounts({ name: { column: 'name' } }))).rejects.toThrow('cannot be read as CSV');
    expect(await query('accounts', "$filter=name eq 'Never'")).toEqual([]);
  });
});

describe('a map', () => {
  const problems = (fields: ImportDocument['files'][number]['fields'], more = {}): readonly string[] =>
    mapProblems(accounts(fields, more), organization.model).map(({ pointer, message }) => `${pointer}: ${message}`);

  test('with a date but no format is refused, never guessed', () => {
    const date = { createdon: { column: 'when' }, name: { column: 'name' } };
    expect(problems(date)).toContainEqual(expect.stringContaining('a date needs `format`'));
  });

  test('that names what is not there is refused with all its problems and suggestions', () => {
    expect(
      problems({
        nmae: { column: 'a' },
        numberofemployees: { column: 'b', lookup: { entity: 'account', by: 'name' } },
      }),
    ).toEqual([
      expect.stringContaining('did you mean "name"'),
      expect.stringContaining('`lookup` is for lookup fields only'),
      expect.stringContaining('the key names name'),
    ]);
    expect(problems({ name: { column: 'a' } }, { entity: 'acount' })).toEqual([
      expect.stringContaining('did you mean "account"'),
    ]);
    expect(problems({ telephone1: { column: 'a' } }, { key: ['telephone1'] })).toEqual([
      expect.stringContaining('is no key of account'),
    ]);
  });

  test('that breaks its schema is refused with the place in the file', async () => {
    const file = join(folder, 'map.json');
    await writeFile(file, '{\n  "title": "X",\n  "files": [{ "id": "a", "fil": "a.csv" }]\n}');
    const error = await readMap(file, organization.model).catch((reason: unknown) => reason);
    if (!(error instanceof PeyvandError)) throw new Error('the map was taken');
    expect(error.details).toContainEqual(
      expect.objectContaining({ message: expect.stringContaining('did you mean "file"') as string }),
    );
  });
});

describe.skipIf(!existsSync(pipeline))('the real sales pipeline (needs ../shared/data/crm-sales-opportunities)', () => {
  let map: ImportDocument;
  beforeAll(async () => {
    map = await readMap(resolve('test/fixtures/crm-sales-opportunities.import.json'), organization.model);
  });

  const byId = (reports: readonly FileReport[]) => Object.fromEntries(reports.map((report) => [report.id, report]));

  test('without the alias rejects exactly the 1,480 rows of the misspelt product', async () => {
    const opportunities = map.files.find((file) => file.id === 'opportunities');
    if (!opportunities) throw new Error('the map has no opportunities');
    const { aliases: _, ...bare } = opportunities;
    const reports = await run(
      { ...map, files: [...map.files.filter((file) => file !== opportunities), bare] },
      pipeline,
    );
    expect(byId(reports)['opportunities']).toMatchObject({ rows: 8800, created: 7320, rejected: 1480 });
  }, 120_000);

  test('with it loads whole, with nothing rejected', async () => {
    const reports = byId(await run(map, pipeline));
    expect(reports['opportunities']).toMatchObject({ rows: 8800, created: 1480, unchanged: 7320, rejected: 0 });
    expect(reports['accounts']).toMatchObject({ rows: 85, rejected: 0 });
    expect(reports['products']).toMatchObject({ rows: 7, rejected: 0 });
    expect(reports['agents']).toMatchObject({ rows: 35, rejected: 0 });
  }, 120_000);

  test('loaded again creates and changes nothing', async () => {
    for (const report of await run(map, pipeline)) {
      expect(report).toMatchObject({ created: 0, updated: 0, rejected: 0 });
    }
  }, 120_000);

  test('keeps the hierarchy: 15 subsidiaries of 7 parents', async () => {
    const children = await query(
      'accounts',
      '$filter=_parentaccountid_value ne null and crm_sector ne null&$select=_parentaccountid_value',
    );
    expect(children).toHaveLength(15);
    expect(new Set(children.map((row) => row['_parentaccountid_value'])).size).toBe(7);
  });

  test('sums to 10,005,534 won over 4,238 opportunities', async () => {
    const sums = await query(
      'opportunities',
      '$apply=filter(statecode eq 1)/aggregate(actualvalue with sum as total,$count as deals)',
    );
    expect(sums).toEqual([{ total: 10005534, deals: 4238 }]);
  });

  // What every way of asking has to answer: the amounts won, by the period in which the deal was closed.
  const quarters = { '2017-Q1': 1_134_672, '2017-Q2': 3_086_111, '2017-Q3': 2_982_255, '2017-Q4': 2_802_496 };
  const jalali = () =>
    organization.with({ principal: { calendar: 'persian', timeZone: 'Asia/Tehran', language: 'fa' } });

  async function fetched(text: string, call = organization.call): Promise<readonly Record<string, number>[]> {
    const { body } = await listFetchXml(call, organization.entity('opportunity'), text, { root: '' });
    return (JSON.parse(body) as { value: Record<string, number>[] }).value;
  }

  async function viewed(
    view: string,
    call = organization.call,
    more = '',
  ): Promise<readonly Record<string, unknown>[]> {
    const query = `savedQuery=${view}${more}`;
    const { body } = await listOData(call, organization.entity('opportunity'), query, { root: '' });
    return (JSON.parse(body) as { value: Record<string, unknown>[] }).value;
  }

  const grouped = (part: string) => `<fetch aggregate='true'><entity name='opportunity'>
    <attribute name='actualvalue' alias='total' aggregate='sum'/>
    <attribute name='actualclosedate' alias='year' groupby='true' dategrouping='year'/>
    <attribute name='actualclosedate' alias='part' groupby='true' dategrouping='${part}'/>
    <filter><condition attribute='statecode' operator='eq' value='1'/></filter></entity></fetch>`;

  const applied = async (part: 'Quarter' | 'Month', call = organization.call) => {
    const steps = `filter(statecode eq 1)/compute(Peyvand.${part}(actualclosedate) as period)/groupby((period),aggregate(actualvalue with sum as total))`;
    const { body } = await listOData(call, organization.entity('opportunity'), `$apply=${steps}`, { root: '' });
    const { value } = JSON.parse(body) as { value: { period: string; total: number }[] };
    return Object.fromEntries(value.map(({ period, total }) => [period, total]));
  };

  test('sums the quarters of close alike in $apply, in FetchXML and in a view', async () => {
    expect(await applied('Quarter')).toEqual(quarters);
    const rows = await fetched(grouped('quarter'));
    expect(Object.fromEntries(rows.map(({ year, part, total }) => [`${year}-Q${part}`, total]))).toEqual(quarters);
    const view = await viewed('won-by-quarter');
    expect(Object.fromEntries(view.map(({ quarter, total }) => [quarter, total]))).toEqual(quarters);
    expect(view.reduce((all, { deals }) => all + Number(deals), 0)).toBe(4238);
  });

  test('sums the Jalali months of close alike in $apply, in FetchXML and in a view, for who uses that calendar', async () => {
    const rows = await fetched(grouped('month'), jalali());
    const months = Object.fromEntries(
      rows.map(({ year, part, total }) => [`${year}-${String(part).padStart(2, '0')}`, total]),
    );
    expect(months).toMatchObject({ '1395-12': 753_398, '1396-01': 879_720 });
    expect(await applied('Month', jalali())).toEqual(months);
    const best = await viewed('best-months', jalali());
    expect(best).toEqual(
      Object.entries(months)
        .filter(([, total]) => (total ?? 0) > 700_000)
        .toSorted(([, a = 0], [, b = 0]) => b - a)
        .slice(0, 3)
        .map(([month, total]) => ({ month, total })),
    );
    const pages = await viewed('best-months', jalali(), '&$orderby=month&$top=1');
    expect(pages).toHaveLength(1);
  });
});
