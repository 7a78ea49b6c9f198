// Rows out to a file and back: the caller's rows and fields only, every value as it is, and only what was changed is written.
import fc from 'fast-check';
import { deflateRawSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { bulkKinds } from '../../core/bulk/kinds.ts';
import { beginUndo } from '../../core/bulk/undo.ts';
import type { Call } from '../../core/engine.ts';
import { beginExport, exportJob } from '../../core/exchange/export-job.ts';
import { noteExport, planExport, readExportRequest, writeExport } from '../../core/exchange/export.ts';
import { readFindings, type Choices } from '../../core/exchange/findings.ts';
import { beginCheck, beginImport, importCheck, importRows } from '../../core/exchange/import-jobs.ts';
import { readRows } from '../../core/exchange/read-rows.ts';
import type { Job } from '../../core/jobs/job.ts';
import { readParts } from '../../core/jobs/parts.ts';
import { readRowErrors } from '../../core/jobs/rows.ts';
import { startJobs, type Jobs } from '../../core/jobs/runner.ts';
import { readJob } from '../../core/jobs/store.ts';
import { create } from '../../core/records/create.ts';
import { remove } from '../../core/records/remove.ts';
import { update } from '../../core/records/update.ts';
import type { Principal } from '../../core/security/principal.ts';
import { inputOf, testEngine, type TestEngine } from '../support/engine.ts';
import { archiveOf, cellsOf, partsOf, savedAgain, type Edits } from '../support/spreadsheet.ts';

const options = [
  { value: 1, title: 'Red' },
  { value: 2, title: 'Green, or so' },
  { value: 3, title: 'Blue' },
];
const DOCUMENTS = {
  'item/entity': {
    title: 'Item',
    type: 'object',
    required: ['name'],
    entity: { set: 'items', plural: 'Items', ownership: 'organization', primary: 'name' },
    properties: {
      name: { title: 'Name', type: 'string', maxLength: 200, field: { type: 'text' } },
      note: { title: 'Note', type: 'string', maxLength: 100_000, field: { type: 'multiline' } },
      amount: { title: 'Amount', type: 'number', field: { type: 'decimal', precision: 10 } },
      price: { title: 'Price', type: 'number', field: { type: 'currency' } },
      count: { title: 'Count', type: 'integer', field: { type: 'whole-number' } },
      born: { title: 'Born', type: 'string', format: 'date', field: { type: 'date' } },
      met: { title: 'Met', type: 'string', field: { type: 'date-time' } },
      wall: { title: 'Wall', type: 'string', field: { type: 'date-time', behavior: 'time-zone-independent' } },
      color: { title: 'Color', type: 'integer', field: { type: 'choice', options } },
      colors: {
        title: 'Colors',
        type: 'string',
        field: { type: 'multi-choice', options: options.filter(({ value }) => value !== 2) },
      },
      done: { title: 'Done', type: 'boolean', field: { type: 'yes-no' } },
      parent: {
        title: 'Parent',
        type: 'string',
        format: 'uuid',
        field: { type: 'lookup', target: 'item', relation: { name: 'item_parent' } },
      },
      pin: { title: 'Pin', type: 'string', field: { type: 'text', secured: true } },
      hint: { title: 'Hint', type: 'string', field: { type: 'text', secured: true } },
    },
  },
  'roles/clerk': { title: 'Clerk', privileges: { item: 'organization' } },
  'profiles/ends': {
    title: 'Ends',
    fields: { item: { hint: { read: true, mask: { last: 2 }, update: true } } },
  },
};

let world: TestEngine;
let jobs: Jobs;
let persian: Call;
let clerk: Call;
const actors = new Map<string, Principal>();
beforeAll(async () => {
  world = await testEngine(DOCUMENTS as never);
  persian = world.with({ principal: { language: 'fa', calendar: 'persian', timeZone: 'Asia/Tehran' } });
  clerk = world.with({
    principal: { userId: 'c0000000-0000-7000-8000-000000000001', roles: ['clerk'], profiles: ['ends'] },
  });
  for (const { principal } of [world.call, clerk]) actors.set(principal.userId, principal);
  jobs = await startJobs({
    engine: () => world.engine,
    principalOf: async (userId) => actors.get(userId),
    kinds: [...bulkKinds, exportJob, importCheck, importRows],
    onFault: (error) => console.error(error),
  });
});
afterAll(async () => {
  await jobs?.stop();
  await world?.drop();
});
beforeEach(async () => {
  await world.rows('delete from org_default.item');
});

const item = () => world.entity('item');
const COLUMNS = [
  'name',
  'note',
  'amount',
  'price',
  'count',
  'born',
  'met',
  'wall',
  'color',
  'colors',
  'done',
  'parent',
  'parent.name',
  'createdon',
];

async function exported(call: Call, body: Record<string, unknown> = {}): Promise<Buffer> {
  const plan = planExport(call, item(), readExportRequest({ columns: COLUMNS, query: '$orderby=name', ...body }));
  return readRows(call, plan.list, async (pages) => {
    const pieces: Uint8Array[] = [];
    for await (const piece of writeExport(plan, pages)) pieces.push(piece);
    return Buffer.concat(pieces);
  });
}

async function ended(call: Call, id: string): Promise<Job> {
  await jobs.drain();
  return readJob(call, id);
}

async function checked(call: Call, bytes: Buffer): Promise<Job> {
  return ended(call, await beginCheck(call, item(), { name: 'items.xlsx', bytes }));
}

async function applied(call: Call, check: Job, choices: Partial<Choices> = {}): Promise<Job> {
  return ended(call, await beginImport(call, item(), { check: check.id, stale: 'skip', rows: {}, ...choices }));
}

const add = async (values: Record<string, unknown>): Promise<string> =>
  (await create(world.call, item(), inputOf(values, values['parent'] === undefined ? {} : { parent: 'item' }))).id;
const change = (id: string, values: Record<string, unknown>) => update(world.call, item(), { id }, inputOf(values));
const stored = () =>
  world.rows<Record<string, string | number | boolean | null>>(
    'select name, note, amount, price, count, born, met, wall, color, colors::text as colors, done from org_default.item order by name',
  );

/** Heading → letters of its column. */
function lettersOf(bytes: Buffer): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...cellsOf(bytes)].flatMap(([place, text]) =>
      /^[A-Z]+1$/.test(place) ? [[String(text), place.slice(0, -1)]] : [],
    ),
  );
}

/** `born`: the first year; one below 1600 that is typed is Jalali. */
const rowValues = (born: string) =>
  fc.record(
    {
      note: fc.oneof(
        fc
          .string({ unit: 'binary', maxLength: 30 })
          .map((text) => text.replace(/\0/g, '').replace(/[\ud800-\udfff]/g, '')),
        fc.constantFrom(
          '=1+1',
          '+98 21',
          '-5',
          '@x',
          "'=x",
          "'",
          '_x0041_',
          'a\r\nb\rc\n',
          ' lead ',
          '<&>"',
          'پیوند\u200cها',
          '\t=1',
        ),
      ),
      amount: fc
        .tuple(fc.integer({ min: -99_999_999, max: 99_999_999 }), fc.stringMatching(/^\d{0,10}$/))
        .map(([whole, fraction]) => `${whole}${fraction === '' ? '' : `.${fraction}`}`),
      price: fc.integer({ min: -1_000_000_000, max: 1_000_000_000 }).map((cents) => cents / 100),
      count: fc.integer({ min: -2_147_483_648, max: 2_147_483_647 }),
      born: fc
        .date({ min: new Date(born), max: new Date('2200-01-01'), noInvalidDate: true })
        .map((date) => date.toISOString().slice(0, 10)),
      met: fc
        .date({ min: new Date('1850-01-01'), max: new Date('2200-01-01'), noInvalidDate: true })
        .map((date) => date.toISOString()),
      wall: fc
        .date({ min: new Date('1950-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
        .map((date) => date.toISOString().slice(0, 19)),
      color: fc.constantFrom(1, 2, 3),
      colors: fc.constantFrom('1', '3', '1,3'),
      done: fc.boolean(),
    },
    { requiredKeys: [] },
  );

describe('an export that comes back', () => {
  test('unchanged changes nothing, whatever the rows hold, in both formats, languages and calendars, saved again or not', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(rowValues('1500-01-01'), { minLength: 1, maxLength: 8 }), async (rows) => {
        await world.rows('delete from org_default.item');
        let parent: string | undefined;
        for (const [index, values] of rows.entries())
          parent = await add({ name: `Item ${index}`, ...values, ...(parent !== undefined && { parent }) });
        for (const [call, other] of [
          [world.call, persian],
          [persian, world.call],
        ] as const)
          for (const bytes of [
            await savedAgain(await exported(call)),
            await exported(call, { raw: call === persian }),
            await exported(call, { format: 'csv', keys: true }),
          ]) {
            // Whoever brings it back may live elsewhere.
            const check = await checked(other, bytes);
            expect(check).toMatchObject({
              state: 'done',
              errors: 0,
              result: { updates: 0, creates: 0, stale: 0, problems: 0, unchanged: rows.length },
            });
          }
      }),
      { numRuns: 3, endOnFailure: true },
    );
  });

  test('changes exactly the cells that were changed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(rowValues('1700-01-01'), rowValues('1700-01-01')), { minLength: 1, maxLength: 6 }),
        fc.boolean(),
        async (rows, inPersian) => {
          await world.rows('delete from org_default.item');
          for (const [index, [before]] of rows.entries()) await add({ name: `Item ${index}`, ...before });
          const call = inPersian ? persian : world.call;
          const first = await exported(call);
          const old = cellsOf(await exported(call));
          const was = await stored();
          // The values as somebody types them: what an export of them shows.
          const others = await Promise.all(rows.map(([, after], index) => add({ name: `Other ${index}`, ...after })));
          const wanted = cellsOf(await exported(call, { query: "$filter=startswith(name,'Other')&$orderby=name" }));
          const will = (await stored()).filter(({ name }) => String(name).startsWith('Other'));
          for (const id of others) await remove(world.call, item(), { id });
          const letters = Object.values(lettersOf(first)).slice(4, 14);
          const isMeant = (place: string): boolean =>
            letters.includes(place.replace(/\d+$/, '')) && !/^[A-Z]+1$/.test(place);
          const cells: Record<string, string | number | null> = {};
          for (const [place, value] of wanted) if (isMeant(place)) cells[place] = value;
          for (const place of old.keys()) if (isMeant(place) && !wanted.has(place)) cells[place] = null;
          const check = await checked(call, await savedAgain(first, { cells }));
          expect(check).toMatchObject({ state: 'done', result: { creates: 0, stale: 0, problems: 0 } });
          const touched = new Set<string>();
          for (const { cells: found } of (await readFindings(call, check.id, { state: 'ready' })).rows)
            for (const { cell } of found) touched.add(cell);
          for (const place of touched) expect(cells).toHaveProperty(place);
          expect(await applied(call, check)).toMatchObject({ state: 'done', errors: 0 });
          // A cell cannot tell an empty text from none, nor a line's end from another, and shows whole seconds.
          const names = (all: Record<string, unknown>[]) =>
            all.map(({ name: _name, met, note, ...rest }) => ({
              ...rest,
              met: String(met).slice(0, 19),
              note: String(note ?? '').replace(/\r\n?/g, '\n'),
            }));
          expect(names(await stored())).toEqual(names(will));
          expect(will.length).toBe(was.length);
        },
      ),
      { numRuns: 3, endOnFailure: true },
    );
  });
});

const stalePeople = async (): Promise<readonly [string, string, string]> => [
  await add({ name: 'A', note: 'a', count: 1 }),
  await add({ name: 'B', note: 'b', count: 2 }),
  await add({ name: 'C', note: 'c', count: 3 }),
];

async function edited(
  call: Call,
  edits: (letters: Readonly<Record<string, string>>) => Edits,
  body = {},
): Promise<Buffer> {
  const bytes = await exported(call, body);
  return savedAgain(bytes, edits(lettersOf(bytes)));
}

describe('a file that somebody changed', () => {
  test('tells rows that others changed since, with both values, and writes them only where that is chosen', async () => {
    const [a, b, c] = await stalePeople();
    const bytes = await edited(world.call, ({ Note, Count }) => ({
      cells: { [`${Note}2`]: 'mine', [`${Note}3`]: 'mine', [`${Count}4`]: '۴٬۰۰۰' },
    }));
    await change(a, { note: 'theirs' });
    await change(b, { count: 20 });
    const check = await checked(world.call, bytes);
    expect(check.result).toMatchObject({ updates: 1, stale: 2, unchanged: 0, problems: 0 });
    const { rows } = await readFindings(world.call, check.id, { state: 'stale' });
    expect(rows.map(({ row, id, cells }) => [row, id, cells[0]?.yours, cells[0]?.theirs, cells[0]?.moved])).toEqual([
      [2, a, 'mine', 'theirs', true],
      [3, b, 'mine', 'b', false],
    ]);
    const job = await applied(world.call, check, { rows: { 3: 'overwrite' } });
    expect(job).toMatchObject({ state: 'done', done: 2, total: 2, errors: 0 });
    expect((await stored()).map(({ note, count }) => [note, count])).toEqual([
      ['theirs', 1],
      ['mine', 20],
      ['c', 4000],
    ]);
    // And all of it back.
    expect(await ended(world.call, await beginUndo(world.call, job.id))).toMatchObject({ errors: 0, done: 2 });
    expect((await stored()).map(({ note, count }) => [note, count])).toEqual([
      ['theirs', 1],
      ['b', 20],
      ['c', 3],
    ]);
    void c;
  });

  test('makes rows that have no id, ignores those that were taken out, and understands Jalali dates and names', async () => {
    const [a] = await stalePeople();
    const bytes = await edited(persian, ({ Name, Born, Met, Color, Parent, Done }) => ({
      removed: [3],
      cells: {
        [`${Born}2`]: '۱۴۰۵/۹/۱',
        [`${Met}2`]: '1405/09/01 10:30',
        [`${Color}2`]: 'green, OR so',
        [`${Done}2`]: 'بله',
      },
      added: [{ [Name ?? '']: 'Made', [Parent ?? '']: 'a' }, {}],
    }));
    const check = await checked(persian, bytes);
    expect(check.result).toMatchObject({ updates: 1, creates: 1, problems: 0 });
    const job = await applied(persian, check);
    expect(job).toMatchObject({ done: 2, errors: 0 });
    const rows = await world.rows('select name, born, met, color, done, parent from org_default.item order by name');
    expect(rows).toMatchObject([
      { name: 'A', born: '2026-11-22', met: '2026-11-22 07:00:00+00', color: 2, done: true },
      { name: 'B' },
      { name: 'C' },
      { name: 'Made', parent: a },
    ]);
    await ended(world.call, await beginUndo(world.call, job.id));
    expect((await stored()).map(({ name }) => name)).toEqual(['A', 'B', 'C']);
  });

  test('names the cell of what it cannot take, in the words of the one who asks, and writes the rest', async () => {
    await stalePeople();
    await add({ name: 'Twin' });
    await add({ name: 'Twin' });
    const wrong = ({
      Count,
      Born,
      Color,
      Parent,
      Note,
      ['Created on']: created,
    }: Readonly<Record<string, string>>): Edits => ({
      cells: {
        [`${Count}2`]: 'many',
        [`${Born}3`]: '1405/13/01',
        [`${Color}4`]: 'Violet',
        [`${Parent}5`]: 'Twin',
        [`${created}6`]: 40_000,
        A1: '(id)',
        [`${Note}1`]: 'Nonsense',
      },
      added: [{ [Count ?? '']: 3 }],
    });
    const check = await checked(world.call, await edited(world.call, wrong));
    expect(check.result).toMatchObject({
      updates: 0,
      problems: 6,
      notes: ['E1: there is no column “Nonsense” here, so it was left out.'],
    });
    const { errors } = await readRowErrors(world.call, check.id);
    expect(errors.map(({ message }) => message)).toEqual([
      'H2: “many” is not a number.',
      'I3: “1405/13/01” is not a date. Write one such as 2026-11-22.',
      'L4: “Violet” is none of Red، Green, or so، Blue.',
      'O5: several of Item are called “Twin”. Give the id of the one that is meant.',
      'Q6: Created on cannot be changed here.',
      expect.stringMatching(/^7: /),
    ]);
    const again = await checked(
      persian,
      await edited(persian, (letters) => ({ cells: { [`${letters['Count']}2`]: 'many' } })),
    );
    expect((await readRowErrors(persian, again.id)).errors[0]?.message).toBe('H2: «many» عدد نیست.');
  });

  test('shows and takes only what its reader may: hidden fields have no column, masked ones stay masked', async () => {
    await add({ name: 'Secret', pin: 'PIN-12345', hint: 'HINT-12345', count: 1 });
    const columns = ['name', 'pin', 'hint', 'count'];
    const bytes = await exported(clerk, { columns });
    const letters = lettersOf(bytes);
    expect(Object.keys(letters)).not.toContain('Pin');
    const text = [...partsOf(bytes).values()].join('');
    expect(text).not.toContain('12345');
    expect([...cellsOf(bytes).values()]).toContain('••••45');
    expect((await checked(clerk, bytes)).result).toMatchObject({ unchanged: 1 });
    const changed = await savedAgain(bytes, { cells: { [`${letters['Hint']}2`]: 'new', [`${letters['Count']}2`]: 2 } });
    const check = await checked(clerk, changed);
    expect(check.result).toMatchObject({ problems: 1, updates: 0 });
    expect((await readRowErrors(clerk, check.id)).errors[0]?.message).toContain('shown to you in part only');
    // A column that somebody else exported is none of theirs either.
    const whole = await edited(world.call, ({ Pin }) => ({ cells: { [`${Pin}2`]: 'new' } }), { columns });
    expect((await checked(clerk, whole)).result).toMatchObject({ updates: 0, notes: [expect.stringContaining('Pin')] });
    const stranger = world.with({ principal: { roles: [] } });
    await expect(exported(stranger)).rejects.toMatchObject({ status: 403 });
  });

  test('is refused where it is meant to do harm, and nothing is left behind', async () => {
    await stalePeople();
    const good = await exported(world.call);
    const failing = async (bytes: Buffer) => (await checked(world.call, bytes)).failure;
    const sheetOf = async (text: string): Promise<Buffer> =>
      archiveOf(new Map([...partsOf(good), ['xl/worksheets/sheet1.xml', text]]));
    const laughs =
      '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><worksheet><sheetData><row r="1"><c t="inlineStr"><is><t>&b;</t></is></c></row></sheetData></worksheet>';
    expect(await failing(await sheetOf(laughs))).toMatchObject({ code: 'IMPORT_FILE' });
    expect(
      await failing(
        await sheetOf(
          '<worksheet><sheetData><row r="1"><c t="inlineStr"><is><t>&b;</t></is></c></row></sheetData></worksheet>',
        ),
      ),
    ).toMatchObject({ code: 'IMPORT_FILE' });
    expect(
      await failing(await sheetOf('<worksheet><sheetData><row r="300000"></row></sheetData></worksheet>')),
    ).toMatchObject({ code: 'IMPORT_TOO_LARGE' });
    expect(
      await failing(await sheetOf('<worksheet><sheetData><row r="1"><c r="ZZZ1"/></row></sheetData></worksheet>')),
    ).toMatchObject({ code: 'IMPORT_TOO_LARGE' });
    expect(await failing(Buffer.from('PK not an archive'))).toMatchObject({ code: 'IMPORT_FILE' });
    expect(await failing(good.subarray(0, good.length - 40))).toMatchObject({ code: 'IMPORT_FILE' });
    expect(await failing(Buffer.from('Something,Else\r\n1,2\r\n'))).toMatchObject({ code: 'IMPORT_NO_COLUMNS' });
    expect(await failing(Buffer.from([0xff, 0xfe, 0x41, 0x00]))).toMatchObject({ code: 'IMPORT_FILE' });
    // Five megabytes of nothing, many times over, that say they are small.
    const bomb = deflateRawSync(Buffer.alloc(140 * 1024 * 1024, 0x20));
    expect(await failing(bombed(good, bomb))).toMatchObject({ code: 'IMPORT_TOO_LARGE' });
    expect(await world.rows('select count(*)::integer as n from org_default._job_part')).toEqual([{ n: 0 }]);
  });

  test('as CSV without marks is held against the rows as they are', async () => {
    const [a] = await stalePeople();
    const csv = `itemid,Name,Count\r\n${a},A,7\r\n,'=Made,1\r\n`;
    const check = await checked(world.call, Buffer.from(csv));
    expect(check.result).toMatchObject({ updates: 1, creates: 1, problems: 0 });
    await applied(world.call, check);
    expect((await stored()).map(({ name, count }) => [name, count])).toEqual([
      ['=Made', 1],
      ['A', 7],
      ['B', 2],
      ['C', 3],
    ]);
  });
});

/** The archive with its texts in place of which stands `packed`, said to be one byte long. */
function bombed(good: Buffer, packed: Buffer): Buffer {
  const name = Buffer.from('xl/sharedStrings.xml');
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x0403_4b50, 0);
  local.writeUInt16LE(8, 8);
  local.writeUInt32LE(packed.length, 18);
  local.writeUInt32LE(1, 22);
  local.writeUInt16LE(name.length, 26);
  const end = good.subarray(good.length - 22);
  const at = end.readUInt32LE(16);
  const central = Buffer.alloc(46);
  central.writeUInt32LE(0x0201_4b50, 0);
  central.writeUInt16LE(8, 10);
  central.writeUInt32LE(packed.length, 20);
  central.writeUInt32LE(1, 24);
  central.writeUInt16LE(name.length, 28);
  central.writeUInt32LE(at, 42);
  const added = Buffer.concat([local, name, packed]);
  const directory = Buffer.concat([good.subarray(at, good.length - 22), central, name]);
  const tail = Buffer.from(end);
  tail.writeUInt16LE(end.readUInt16LE(10) + 1, 10);
  tail.writeUInt16LE(end.readUInt16LE(10) + 1, 8);
  tail.writeUInt32LE(directory.length, 12);
  tail.writeUInt32LE(at + added.length, 16);
  return Buffer.concat([good.subarray(0, at), added, directory, tail]);
}

describe('an export', () => {
  test('as a job leaves a file with the job, and stands in the audit log', async () => {
    await stalePeople();
    const request = readExportRequest({
      columns: ['name', 'parent'],
      format: 'csv',
      query: '$filter=count gt 1&$orderby=name desc',
    });
    const job = await ended(world.call, await beginExport(world.call, item(), request));
    expect(job).toMatchObject({ state: 'done', done: 3 - 1, result: { rows: 2 }, file: { name: 'Items.csv' } });
    const pieces: Buffer[] = [];
    for await (const piece of readParts(world.call, job.id)) pieces.push(piece);
    expect(Buffer.concat(pieces).toString()).toBe('\uFEFFName,Parent\r\nC,\r\nB,\r\n');
    expect(job.file?.size).toBe(Buffer.concat(pieces).length);
    const [entry] = await world.rows<{ changes: string; user_id: string }>(
      `select changes, user_id from org_default._audit where action = 'export' order by at desc limit 1`,
    );
    expect(JSON.parse(entry?.changes ?? '{}')).toMatchObject({
      entity: 'item',
      rows: 2,
      format: 'csv',
      columns: ['name', 'parent'],
    });
    await noteExport(world.call, planExport(world.call, item(), request), 2);
  });

  test('puts an apostrophe before what a spreadsheet would run, and only there', async () => {
    await add({ name: '=1+1', note: "'a", count: -5 });
    const csv = (await exported(world.call, { columns: ['name', 'note', 'count'], format: 'csv' })).toString();
    expect(csv).toBe("\uFEFFName,Note,Count\r\n'=1+1,''a,-5\r\n");
    expect(partsOf(await exported(world.call)).get('xl/worksheets/sheet1.xml')).not.toContain('<f>');
  });

  test('writes a sheet from right to left with Jalali dates and Persian headings for who reads Persian', async () => {
    await add({ name: 'پیوند', born: '2026-11-22', price: 12.5 });
    const parts = partsOf(await exported(persian));
    expect(parts.get('xl/worksheets/sheet1.xml')).toContain('rightToLeft="1"');
    expect(parts.get('xl/worksheets/sheet1.xml')).toContain('تاریخ ایجاد');
    expect(parts.get('xl/styles.xml')).toContain('[$-3160429]yyyy/mm/dd');
    expect((await exported(persian, { format: 'csv', columns: ['born', 'price'] })).toString()).toContain(
      '۱۴۰۵/۰۹/۰۱,۱۲٫۵۰',
    );
  });
});
