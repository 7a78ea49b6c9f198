// What readers of a record's history see, and what was there at any moment; bringing it back.
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readAsOf, reconstruct } from '../../../core/audit/as-of.ts';
import { readHistory } from '../../../core/audit/history.ts';
import { recordEvent } from '../../../core/audit/record-event.ts';
import { restore } from '../../../core/audit/restore.ts';
import { searchAudit, searchStatement } from '../../../core/audit/search.ts';
import type { Call } from '../../../core/engine.ts';
import { associate } from '../../../core/records/associate.ts';
import { create } from '../../../core/records/create.ts';
import { readRow } from '../../../core/records/read-row.ts';
import { remove } from '../../../core/records/remove.ts';
import { update } from '../../../core/records/update.ts';
import type { PeyvandError } from '../../../core/sdk/index.ts';
import { administrator, inputOf, testEngine, type TestEngine } from '../../support/engine.ts';

let world: TestEngine;
beforeAll(async () => {
  world = await testEngine({
    'roles/new_clerk': {
      title: 'Clerk',
      privileges: { account: 'organization', contact: { read: 'own', create: 'own', append: 'own' } },
    },
    'roles/new_reader': { title: 'Reader', privileges: { account: { read: 'organization' } } },
    'roles/new_auditor': { title: 'Auditor', rights: ['audit'], privileges: { account: { read: 'organization' } } },
    'account/entity': {
      overlays: 'base@1.0.0:account/entity',
      properties: {
        new_taxcode: { title: 'Tax code', type: 'string', field: { type: 'text', secured: true } },
        new_card: { title: 'Card', type: 'string', field: { type: 'text', secured: true } },
        new_ratio: { title: 'Ratio', type: 'number', field: { type: 'decimal', precision: 10 } },
        new_seen: { title: 'Seen', type: 'string', format: 'date-time', field: { type: 'date-time' } },
        new_born: { title: 'Born', type: 'string', format: 'date', field: { type: 'date' } },
        new_notes: { title: 'Notes', field: { type: 'json' } },
        new_fixed: { title: 'Fixed', type: 'string', field: { type: 'text', immutable: true } },
      },
    },
    'profiles/new_card': {
      title: 'Card',
      fields: { account: { new_card: { read: true, mask: { last: 4 }, update: true } } },
    },
  });
}, 60_000);
afterAll(() => world.drop());

const clerk = (more: Partial<Call['principal']> = {}): Call =>
  world.with({ principal: { userId: 'b0000000-0000-7000-8000-000000000001', roles: ['new_clerk'], ...more } });
const refused = async (work: Promise<unknown>): Promise<PeyvandError> => {
  try {
    await work;
  } catch (error) {
    return error as PeyvandError;
  }
  throw new Error('nothing was refused');
};

describe('the history of a record', () => {
  test('says who, when, from where, what and through what, newest first, page by page', async () => {
    const account = world.entity('account');
    const call: Call = { ...world.call, origin: { address: '192.0.2.7', via: 'session' } };
    const parent = await create(call, account, inputOf({ name: 'Parent' }));
    const { id } = await create(call, account, inputOf({ name: 'Acme', donotfax: false }));
    await update(call, account, { id }, inputOf({ name: 'Acme Ltd', new_ratio: '12345678901.0123456789' }));
    await update(call, account, { id }, inputOf({ parentaccountid: parent.id, industrycode: 6, donotfax: true }));
    const { entries, next } = await readHistory(call, account, id);
    expect(next).toBeUndefined();
    expect(entries.map(({ action }) => action)).toEqual(['update', 'update', 'create']);
    const [last, second, first] = entries;
    expect(last).toMatchObject({ address: '192.0.2.7', via: 'session', user: { id: administrator, name: 'Admin' } });
    expect(last?.changes).toMatchObject([
      { field: 'parentaccountid', old: null, new: parent.id, newLabel: 'Parent', newEntity: 'account' },
      { field: 'industrycode', old: null, new: 6 },
      { field: 'donotfax', old: false, new: true },
    ]);
    expect(last?.changes[1]?.newLabel).toBeTruthy();
    expect(last?.changes[2]?.oldLabel).toBeTruthy();
    expect(second?.changes).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ field: 'name', old: 'Acme', new: 'Acme Ltd' }) as unknown,
        expect.objectContaining({ field: 'new_ratio', old: null, new: '12345678901.0123456789' }) as unknown,
      ]) as unknown,
    );
    expect(first?.changes.map(({ field }) => field)).toContain('ownerid');
    const page = await readHistory(call, account, id, { top: 2 });
    expect(page.entries).toEqual(entries.slice(0, 2));
    expect((await readHistory(call, account, id, { top: 2, before: page.next ?? '' })).entries).toEqual(
      entries.slice(2),
    );
  });

  test('speaks the reader’s language', async () => {
    const account = world.entity('account');
    const { id } = await create(world.call, account, inputOf({ name: 'Acme', creditonhold: true }));
    const { entries } = await readHistory(world.with({ principal: { language: 'fa' } }), account, id);
    const hold = entries[0]?.changes.find(({ field }) => field === 'creditonhold');
    expect(hold?.title).toMatch(/[آ-ی]/);
    expect(hold?.newLabel).toMatch(/[آ-ی]/);
  });

  test('is for who may read the record; where it came from only for administrators', async () => {
    const account = world.entity('account');
    const call: Call = { ...world.call, origin: { address: '192.0.2.7', via: 'session' } };
    const { id } = await create(call, account, inputOf({ name: 'Acme' }));
    expect((await readHistory(clerk(), account, id)).entries[0]).not.toHaveProperty('address');
    const contact = await create(call, world.entity('contact'), inputOf({ lastname: 'Unseen' }));
    const error = await refused(readHistory(clerk(), world.entity('contact'), contact.id));
    expect(error).toMatchObject({ code: 'AUDIT_RECORD_NOT_FOUND', status: 404 });
    expect((await refused(readHistory(call, account, 'nothing'))).status).toBe(404);
    expect((await refused(readHistory(call, account, id, { before: "'; --" }))).status).toBe(400);
  });

  test('leaves out fields the reader may not read, and entries with nothing else; masked values come masked', async () => {
    const account = world.entity('account');
    const { id } = await create(world.call, account, inputOf({ name: 'Acme', new_taxcode: 'T-1' }));
    await update(world.call, account, { id }, inputOf({ new_taxcode: 'T-2' }));
    await update(world.call, account, { id }, inputOf({ new_taxcode: 'T-3', new_card: '1111222233334444' }));
    const all = await readHistory(world.call, account, id);
    expect(all.entries.map(({ changes }) => changes.map(({ field }) => field))).toMatchObject([
      ['new_taxcode', 'new_card'],
      ['new_taxcode'],
      {},
    ]);
    const none = await readHistory(clerk(), account, id);
    expect(none.entries.map(({ action }) => action)).toEqual(['create']);
    expect(JSON.stringify(none)).not.toMatch(/T-[123]|4444|taxcode|Tax code/);
    const masked = await readHistory(clerk({ profiles: ['new_card'] }), account, id);
    expect(masked.entries[0]?.changes).toEqual([
      { field: 'new_card', title: 'Card', old: null, new: '••••4444', masked: true },
    ]);
    const past = await readAsOf(clerk({ profiles: ['new_card'] }), account, id, masked.entries[0]?.at ?? '');
    expect(past.row).toMatchObject({ new_card: '••••4444', new_taxcode: null });
    expect(past.differs).toEqual([]);
  });

  test('pages over entries that the reader may see nothing of as if they were not there', async () => {
    const account = world.entity('account');
    const { id } = await create(world.call, account, inputOf({ name: 'Acme' }));
    for (let turn = 0; turn < 12; turn++)
      await update(world.call, account, { id }, inputOf({ new_taxcode: `T${turn}` }));
    const page = await readHistory(clerk(), account, id, { top: 1 });
    expect(page.entries.map(({ action }) => action)).toEqual(['create']);
    expect(page).not.toHaveProperty('next');
  });

  test('tells of a link only who may read both rows', async () => {
    const account = world.entity('account');
    const { id } = await create(world.call, account, inputOf({ name: 'Acme' }));
    const tag = await create(world.call, world.entity('tag'), inputOf({ name: 'Secret tag' }));
    const navigation = [...account.navigation.values()].find((one) => one.target === 'tag')?.name ?? '';
    await associate(world.call, account, { id }, navigation, { id: tag.id });
    const [link] = (await readHistory(world.call, account, id)).entries;
    expect(link).toMatchObject({
      action: 'associate',
      changes: [{ new: tag.id, newLabel: 'Secret tag', newEntity: 'tag' }],
    });
    expect((await readHistory(clerk(), account, id)).entries.map(({ action }) => action)).toEqual(['create']);
  });

  test('of a deleted record is for the right “audit” only', async () => {
    const account = world.entity('account');
    const { id } = await create(world.call, account, inputOf({ name: 'Gone' }));
    await remove(world.call, account, { id });
    expect((await refused(readHistory(clerk(), account, id))).status).toBe(404);
    const auditor = world.with({ principal: { roles: ['new_auditor'] } });
    expect((await readHistory(auditor, account, id)).entries.map(({ action }) => action)).toEqual(['delete', 'create']);
  });
});

describe('restoring', () => {
  test('one field, or the record, is an ordinary change of its own in the log', async () => {
    const account = world.entity('account');
    const { id } = await create(world.call, account, inputOf({ name: 'One', fax: '+98 21 1234 5678' }));
    const [made] = (await readHistory(world.call, account, id)).entries;
    const at = made?.at ?? '';
    const changed = await update(world.call, account, { id }, inputOf({ name: 'Two', fax: null, description: 'x' }));
    expect(await readAsOf(world.call, account, id, at)).toMatchObject({
      row: { name: 'One', fax: '+98 21 1234 5678', description: null },
      differs: ['name', 'fax', 'description'],
      deleted: false,
    });
    const one = await restore(world.call, account, id, { at, fields: ['fax'], version: changed.version });
    expect(one).toMatchObject({ restored: ['fax'], skipped: [], created: false });
    expect(await refused(restore(world.call, account, id, { at, version: changed.version }))).toMatchObject({
      code: 'PRECONDITION_FAILED',
    });
    await restore({ ...world.call, origin: { via: 'session' } }, account, id, { at });
    const { entries } = await readHistory(world.call, account, id);
    expect(entries.map(({ via }) => via).slice(0, 2)).toEqual(['session → restore', 'restore']);
    expect(await readRow(world.call, account, id, false)).toMatchObject({
      name: 'One',
      fax: '+98 21 1234 5678',
      description: null,
    });
    expect(await restore(world.call, account, id, { at })).toMatchObject({ restored: [] });
  });

  test('needs the rights of the change, and says what stays', async () => {
    const account = world.entity('account');
    const { id } = await create(
      world.call,
      account,
      inputOf({ name: 'One', new_taxcode: 'T', new_card: '1234567890' }),
    );
    const at = (await readHistory(world.call, account, id)).entries[0]?.at ?? '';
    await update(world.call, account, { id }, inputOf({ name: 'Two', new_taxcode: 'U', new_card: '0000000000' }));
    const reader = world.with({ principal: { roles: ['new_reader'] } });
    expect(await refused(restore(reader, account, id, { at }))).toMatchObject({ code: 'PRIVILEGE_MISSING' });
    const done = await restore(clerk({ profiles: ['new_card'] }), account, id, { at });
    expect(done).toMatchObject({ restored: ['name'], skipped: [{ field: 'new_card', reason: 'field-access' }] });
    expect(await readRow(world.call, account, id, false)).toMatchObject({ new_taxcode: 'U', new_card: '0000000000' });
    expect(await refused(restore(world.call, account, id, { at, fields: ['nmae'] }))).toMatchObject({
      code: 'AUDIT_FIELD_UNKNOWN',
      message: expect.stringContaining('name') as string,
    });
  });

  test('refuses by field, all at once, what no longer fits', async () => {
    const account = world.entity('account');
    const contact = await create(world.call, world.entity('contact'), inputOf({ lastname: 'Gone' }));
    const parent = await create(world.call, account, inputOf({ name: 'Parent' }));
    const { id } = await create(
      world.call,
      account,
      inputOf({ name: 'One', primarycontactid: contact.id, parentaccountid: parent.id }),
    );
    const at = (await readHistory(world.call, account, id)).entries[0]?.at ?? '';
    await update(world.call, account, { id }, inputOf({ name: 'Two', primarycontactid: null, parentaccountid: null }));
    await remove(world.call, world.entity('contact'), { id: contact.id });
    await remove(world.call, account, { id: parent.id });
    const error = await refused(restore(world.call, account, id, { at }));
    expect(error.details.map(({ target, code }) => [target, code])).toEqual([
      ['primarycontactid', 'LOOKUP_NOT_FOUND'],
      ['parentaccountid', 'LOOKUP_NOT_FOUND'],
    ]);
    expect(await readRow(world.call, account, id, false)).toMatchObject({ name: 'Two' });
    await restore(world.call, account, id, { at, fields: ['name'] });
    expect(await readRow(world.call, account, id, false)).toMatchObject({ name: 'One' });
  });

  test('brings a deleted record back under its id, for who may create', async () => {
    const account = world.entity('account');
    const { id } = await create(world.call, account, inputOf({ name: 'Back', new_fixed: 'f', accountnumber: 'N-7' }));
    await update(world.call, account, { id }, inputOf({ statecode: 1, description: 'closed' }));
    const before = await readRow(world.call, account, id, false);
    const at = (await readHistory(world.call, account, id)).entries[0]?.at ?? '';
    await remove(world.call, account, { id });
    expect(await readAsOf(world.call, account, id, at)).toMatchObject({ deleted: true, row: { name: 'Back' } });
    const auditor = world.with({ principal: { roles: ['new_auditor'] } });
    expect(await refused(restore(auditor, account, id, { at }))).toMatchObject({ code: 'PRIVILEGE_MISSING' });
    expect(await restore(world.call, account, id, { at })).toMatchObject({ created: true });
    const kept = ['name', 'new_fixed', 'accountnumber', 'statecode', 'statuscode', 'description', 'ownerid'];
    const after = await readRow(world.call, account, id, false);
    for (const name of kept) expect(after?.[name]).toEqual(before?.[name]);
  });

  test('a moment before the record, or one that is none, is refused', async () => {
    const account = world.entity('account');
    const { id } = await create(world.call, account, inputOf({ name: 'One' }));
    expect(await refused(readAsOf(world.call, account, id, '2020-01-01T00:00:00Z'))).toMatchObject({ status: 404 });
    expect(await refused(readAsOf(world.call, account, id, 'yesterday'))).toMatchObject({ status: 400 });
    expect(await refused(readAsOf(world.call, account, id, '2026-13-45T99:00:00Z'))).toMatchObject({ status: 400 });
  });
});

// The oracle is the row itself, read after each step.
const text = fc.option(
  fc.string({ unit: 'grapheme', maxLength: 20 }).filter((one) => one.isWellFormed() && !one.includes('\0')),
);
const edit = fc.record(
  {
    name: fc.constantFrom('A', 'B', 'پیوند', 'x'.repeat(160)),
    websiteurl: fc.option(fc.constantFrom('https://a.example', 'https://b.example')),
    description: text,
    industrycode: fc.option(fc.integer({ min: 1, max: 30 })),
    numberofemployees: fc.option(fc.integer({ min: 0, max: 1_000_000 })),
    revenue: fc.option(fc.constantFrom('0', '0.5', '99999999999.99', '12.3400')),
    new_ratio: fc.option(fc.constantFrom('0.0000000001', '-5', '1234567890.0123456789')),
    new_seen: fc.option(fc.constantFrom('2026-03-21T00:00:00Z', '1999-12-31T23:59:59.123Z')),
    new_born: fc.option(fc.constantFrom('2026-03-21', '0099-01-01')),
    new_notes: fc.option(fc.constantFrom({ a: [1, 'x', null] }, ['[]'], { text: '"quoted" \\ back' })),
    creditonhold: fc.option(fc.boolean()),
    parentaccountid: fc.option(fc.constantFrom('p0', 'p1')),
    primarycontactid: fc.option(fc.constantFrom('c0', 'c1')),
    statecode: fc.constantFrom(0, 1),
    new_taxcode: text,
  },
  { requiredKeys: [] },
);
const steps = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.record({ do: fc.constant('update' as const), values: edit }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('delete' as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('restore' as const), to: fc.nat(100) }) },
  ),
  { minLength: 1, maxLength: 12 },
);

const monetary = /^transactioncurrencyid$|^exchangerate$|_base$/;
/** Of every write by itself, not of the row's content. */
const volatile = new Set(['versionnumber', 'modifiedon', 'modifiedby', 'createdon', 'createdby']);

test(
  'after any sequence of edits every step can be seen again exactly, and brought back',
  { timeout: 180_000 },
  async () => {
    const account = world.entity('account');
    const { call } = world;
    const unlogged = [...account.fields.values()].filter(({ audit }) => !audit);
    for (const { columns } of unlogged) for (const { name } of columns) volatile.add(name);
    const ids = new Map<string, string>();
    for (const name of ['p0', 'p1']) ids.set(name, (await create(call, account, inputOf({ name }))).id);
    for (const name of ['c0', 'c1'])
      ids.set(name, (await create(call, world.entity('contact'), inputOf({ lastname: name }))).id);
    const content = async (id: string): Promise<Readonly<Record<string, unknown>> | undefined> => {
      const row = await readRow(call, account, id, false);
      return row && Object.fromEntries(Object.entries(row).filter(([name]) => !volatile.has(name)));
    };
    const moment = async (): Promise<string> => {
      const [row] = await world.rows<{ at: string }>(
        `select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at`,
      );
      return row?.at ?? '';
    };
    const pick = ({ was }: { was: Readonly<Record<string, unknown>> }) =>
      Object.fromEntries(Object.entries(was).filter(([name]) => !volatile.has(name)));

    await fc.assert(
      fc.asyncProperty(steps, fc.nat(100), async (sequence, back) => {
        const { id } = await create(call, account, inputOf({ name: 'Start' }));
        const recorded = [{ at: await moment(), row: await content(id) }];
        for (const step of sequence) {
          const gone = (await content(id)) === undefined;
          if (step.do === 'update' && !gone) {
            const { parentaccountid: parent, primarycontactid: contact, ...rest } = step.values;
            const links = {
              ...(parent !== undefined && { parentaccountid: parent === null ? null : ids.get(parent) }),
              ...(contact !== undefined && { primarycontactid: contact === null ? null : ids.get(contact) }),
            };
            await update(call, account, { id }, inputOf({ ...rest, ...links })).catch((error: PeyvandError) => {
              if (error.code !== 'RECORD_INVALID') throw error;
            });
          } else if (step.do === 'delete' && !gone) await remove(call, account, { id });
          else if (step.do === 'restore') {
            const wanted = recorded[step.to % recorded.length];
            if (wanted?.row) await restore(call, account, id, { at: wanted.at });
          }
          recorded.push({ at: await moment(), row: await content(id) });
        }
        for (const { at, row } of recorded) {
          const seen = await reconstruct(call, account, id, at).then(pick, (error: PeyvandError) => error.code);
          expect(seen).toEqual(row ?? 'AUDIT_NO_ROW');
        }
        const wanted = recorded.filter(({ row }) => row !== undefined)[back % recorded.length] ?? recorded[0];
        if (!wanted?.row) return;
        await restore(call, account, id, { at: wanted.at });
        // A record that once had a currency keeps one, with its rate and the amounts by it.
        const settled = (row: Readonly<Record<string, unknown>> | undefined) =>
          Object.fromEntries(Object.entries(row ?? {}).filter(([name]) => !monetary.test(name)));
        expect(settled(await content(id))).toEqual(settled(wanted.row));
      }),
      { numRuns: Number(process.env['RUNS'] ?? 40), endOnFailure: true },
    );
  },
);

describe('searching the whole log', () => {
  test('is for the right “audit”', async () => {
    expect(await refused(searchAudit(clerk(), {}))).toMatchObject({ code: 'RIGHT_MISSING', status: 403 });
    const auditor = world.with({ principal: { roles: ['new_auditor'] } });
    expect((await searchAudit(auditor, { top: 1 })).entries).toHaveLength(1);
  });

  test('finds by user, entity, action, time and text, page by page, and nothing in what the reader may not see', async () => {
    const account = world.entity('account');
    const other = 'c0000000-0000-7000-8000-000000000009';
    const auditor = world.with({ principal: { roles: ['new_auditor'] } });
    const call = world.with({ principal: { userId: other } });
    const [begun] = await world.rows<{ at: string }>(
      `select to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at`,
    );
    const from = begun?.at ?? '';
    await create(
      world.call,
      world.entity('systemuser'),
      inputOf({ systemuserid: other, lastname: 'Other', businessunitid: world.call.principal.businessUnitId }),
    );
    const { id } = await create(call, account, inputOf({ name: 'Needle Works', new_taxcode: 'HIDDEN' }));
    for (let turn = 0; turn < 5; turn++) await update(call, account, { id }, inputOf({ description: `0${turn}` }));
    await recordEvent(world.engine.database, world.engine.schema, {
      action: 'sign-in',
      entity: 'systemuser',
      record: other,
      userId: other,
    });
    const found = await searchAudit(auditor, { user: other, entity: 'account', from });
    expect(found.entries).toHaveLength(6);
    expect(found.entries[0]).toMatchObject({ entityTitle: 'Account', recordName: 'Needle Works', record: id });
    const pages = [];
    for (let before: string | undefined = ''; before !== undefined;) {
      const page = await searchAudit(auditor, { record: id, top: 2, before });
      pages.push(...page.entries);
      before = page.next;
    }
    expect(pages).toEqual(found.entries);
    expect((await searchAudit(auditor, { action: 'create', from, user: other })).entries).toHaveLength(1);
    expect((await searchAudit(auditor, { action: 'sign-ins', from })).entries).toMatchObject([{ action: 'sign-in' }]);
    expect((await searchAudit(auditor, { action: 'permissions', from })).entries).toMatchObject([
      { action: 'create', entity: 'systemuser' },
    ]);
    expect((await searchAudit(auditor, { text: 'NEEDLE', from, action: 'create' })).entries).toHaveLength(1);
    expect((await searchAudit(auditor, { text: 'hidden', from })).entries).toEqual([]);
    expect((await searchAudit(world.call, { text: 'hidden', from })).entries).toHaveLength(1);
    expect((await searchAudit(auditor, { to: '2001-01-01T00:00:00Z' })).entries).toEqual([]);
    for (const wrong of [{ user: 'x' }, { from: 'now' }, { action: 'toString' }, { before: 'x' }, { entity: '\0' }])
      expect((await refused(searchAudit(auditor, wrong))).status).toBe(400);
  });

  test('a page is read in the order of an index: sorting by the instant’s text read the whole log for it', async () => {
    const { database, schema } = world.engine;
    await database.query(
      `insert into org_default._audit (id, at, entity, record, action, user_id)
       select gen_random_uuid(), now() - n * interval '1 second', 'account', gen_random_uuid(), 'update', $1::uuid from generate_series(1, 20000) n`,
      [administrator],
    );
    await database.script('analyze org_default._audit');
    for (const filter of [{}, { user: administrator }, { entity: 'account' }, { action: 'delete' }]) {
      const { text, parameters } = searchStatement(schema, filter, undefined, 51);
      const rows = await database.query<{ 'QUERY PLAN': string }>(`explain (costs off) ${text}`, parameters);
      const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
      if (Object.keys(filter).length === 0) expect(plan).toContain('Merge Append');
      expect(plan).not.toMatch(/Sort Key: .*to_char/);
    }
  });
});
