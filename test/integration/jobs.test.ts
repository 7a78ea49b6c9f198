// Many rows changed behind the answer: each once, with the rights of the one who asked, whatever dies on the way; and taken back.
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, test } from 'vitest';
import { beginChange, previewChange, readChange } from '../../core/bulk/change.ts';
import { bulkKinds } from '../../core/bulk/kinds.ts';
import { beginUndo } from '../../core/bulk/undo.ts';
import type { Call } from '../../core/engine.ts';
import type { Job, JobNews } from '../../core/jobs/job.ts';
import { jobChannel } from '../../core/jobs/job.ts';
import { readRowErrors } from '../../core/jobs/rows.ts';
import { startJobs, type Jobs, type JobsOptions } from '../../core/jobs/runner.ts';
import { cancelJob, enqueueJob, listJobs, readJob, sweepJobs } from '../../core/jobs/store.ts';
import { create } from '../../core/records/create.ts';
import { remove } from '../../core/records/remove.ts';
import { update } from '../../core/records/update.ts';
import type { Principal } from '../../core/security/principal.ts';
import { administrator, inputOf, testEngine, type TestEngine } from '../support/engine.ts';

let world: TestEngine;
let running: Jobs[] = [];
beforeAll(async () => {
  world = await testEngine();
});
afterAll(() => world?.drop());
beforeEach(async () => {
  for (const jobs of running) await jobs.stop();
  running = [];
  await world.rows('delete from org_default.account');
  await world.rows('delete from org_default._job_row');
  await world.rows('delete from org_default._job');
});

const account = () => world.entity('account');

async function accounts(count: number, values: Record<string, unknown> = {}): Promise<void> {
  // Written as the platform does, in one statement, so that the test is about what comes after.
  await world.rows(
    `insert into org_default.account (accountid, name, ownerid, ownerid_type, owningbusinessunit, statecode, statuscode, createdon, modifiedon, versionnumber, description)
     select gen_random_uuid(), 'Account ' || lpad(i::text, 5, '0'), '${administrator}', 'systemuser', (select businessunitid from org_default.businessunit limit 1),
       0, 1, now(), now(), nextval('org_default._version'), $2 from generate_series(1, $1::integer) i`,
    [String(count), String(values['description'] ?? 'old')],
  );
}

async function work(options: Partial<JobsOptions> = {}): Promise<Jobs> {
  const jobs = await startJobs({
    engine: () => world.engine,
    principalOf: async (userId) => ({ ...world.call.principal, userId }),
    kinds: bulkKinds,
    onFault: (error) => {
      throw error;
    },
    ...options,
  });
  running.push(jobs);
  return jobs;
}

async function begin(body: Record<string, unknown>, call: Call = world.call): Promise<string> {
  return beginChange(call, account(), await readChange(call, account(), body));
}

async function finished(id: string, options: Partial<JobsOptions> = {}): Promise<Job> {
  const jobs = await work(options);
  await jobs.drain();
  await jobs.stop();
  return readJob(world.call, id);
}

const texts = async (): Promise<Record<string, number>> => {
  const rows = await world.rows<{ description: string | null; n: string }>(
    'select description, count(*)::text as n from org_default.account group by 1',
  );
  return Object.fromEntries(rows.map(({ description, n }) => [description ?? '', Number(n)]));
};

describe('a change of all rows that a query finds', () => {
  test('meets each row once, also where the change itself takes rows out of the query', async () => {
    await accounts(230);
    const query = "$filter=description eq 'old'&$orderby=name&$count=true";
    expect(await previewChange(world.call, account(), { query })).toMatchObject({ count: 230 });
    const id = await begin({ query, action: 'update', set: { description: 'new' } });
    expect(await finished(id)).toMatchObject({ state: 'done', done: 230, total: 230, errors: 0, undoable: true });
    expect(await texts()).toEqual({ new: 230 });
    const audited = await world.rows<{ n: string; rows: string; via: string }>(
      `select count(*)::text as n, count(distinct record)::text as rows, min(via) as via from org_default._audit where action = 'update' and entity = 'account'`,
    );
    expect(audited).toEqual([{ n: '230', rows: '230', via: 'job bulk-update' }]);
  });

  test('keeps what goes wrong with its row and reason, and goes on with the rest', async () => {
    await accounts(60);
    const handlers = [
      {
        name: 'refuses two',
        message: 'update' as const,
        entity: 'account',
        stage: 'before' as const,
        run: (context: {
          id: string;
          refuse: (...all: { code: string; target: string; message: string }[]) => never;
        }) => {
          if (refused.includes(context.id))
            context.refuse({ code: 'NO', target: 'description', message: 'Not this one.' });
        },
      },
    ];
    const all = await ids();
    const refused = [all[3] ?? '', all[41] ?? ''];
    const id = await begin({ query: '', action: 'update', set: { description: 'new' } });
    const job = await finished(id, { engine: () => ({ ...world.engine, handlers: handlers as never }) });
    expect(job).toMatchObject({ state: 'done', done: 60, errors: 2 });
    const { errors } = await readRowErrors(world.call, id);
    expect(errors.map((error) => error.id).sort()).toEqual([...refused].sort());
    expect(errors[0]).toMatchObject({ code: 'RECORD_INVALID' });
    expect(errors[0]?.message).toContain('Not this one.');
    const page = await readRowErrors(world.call, id, { top: 1 });
    expect((await readRowErrors(world.call, id, { after: page.next ?? 0 })).errors).toEqual([errors[1]]);
    expect(await texts()).toEqual({ new: 58, old: 2 });
  });

  test('leaves rows alone that somebody changed since they were counted, where that is asked for', async () => {
    await accounts(20);
    const { version } = await previewChange(world.call, account(), { query: '' });
    const [first = ''] = await ids();
    await update(world.call, account(), { id: first }, inputOf({ description: 'mine' }));
    const id = await begin({ query: '', action: 'update', set: { description: 'new' }, unchangedSince: version });
    expect(await finished(id)).toMatchObject({ done: 20, errors: 1 });
    expect((await readRowErrors(world.call, id)).errors).toMatchObject([{ id: first, code: 'BULK_ROW_CHANGED' }]);
    expect(await texts()).toEqual({ new: 19, mine: 1 });
  });

  test('refuses at once what would be refused for every row', async () => {
    const refused = (body: Record<string, unknown>) => expect(begin(body)).rejects;
    await refused({ action: 'update', set: { description: 'x' } }).toMatchObject({ code: 'BULK_INVALID' });
    await refused({ query: '', action: 'erase' }).toMatchObject({ code: 'BULK_INVALID' });
    await refused({ query: '$top=5', action: 'delete' }).toMatchObject({ code: 'QUERY_INVALID' });
    await refused({ query: "$filter=nothing eq 'x'", action: 'delete' }).toMatchObject({ code: 'QUERY_INVALID' });
    await refused({ query: '', action: 'update', set: { nosuchfield: 1 } }).toMatchObject({ code: 'RECORD_INVALID' });
    await refused({ query: '', action: 'update', set: { name: 'x'.repeat(10_000) } }).toMatchObject({
      code: 'RECORD_INVALID',
    });
    await refused({ ids: ['x'], action: 'delete' }).toMatchObject({ code: 'BULK_INVALID' });
    const nobody = world.with({ principal: { roles: [] } });
    await expect(begin({ query: '', action: 'delete' }, nobody)).rejects.toMatchObject({ status: 403 });
    expect((await listJobs(world.call)).jobs).toEqual([]);
  });

  test('is cancelled with what is done staying done, and says how much that is', async () => {
    await accounts(400);
    const id = await begin({ query: '', action: 'update', set: { description: 'new' } });
    let batches = 0;
    const job = await finished(id, {
      principalOf: async (userId) => {
        if ((batches += 1) === 4) await cancelJob(world.call, id);
        return { ...world.call.principal, userId };
      },
    });
    expect(job.state).toBe('cancelled');
    expect(job.done).toBeGreaterThan(0);
    expect(job.done).toBeLessThan(400);
    expect((await texts())['new']).toBe(job.done);
    await expect(cancelJob(world.call, id)).rejects.toMatchObject({ code: 'JOB_ENDED' });
    // What was done can still be taken back.
    expect(await finished(await beginUndo(world.call, id))).toMatchObject({ state: 'done', done: job.done, errors: 0 });
    expect(await texts()).toEqual({ old: 400 });
  });

  test('stops when its user may not act any more; nobody else sees it', async () => {
    await accounts(200);
    const id = await begin({ query: '', action: 'update', set: { description: 'new' } });
    let batches = 0;
    const job = await finished(id, {
      principalOf: async (userId) => ((batches += 1) > 3 ? undefined : { ...world.call.principal, userId }),
    });
    expect(job).toMatchObject({ state: 'failed', failure: { code: 'JOB_USER_GONE' } });
    expect((await texts())['new']).toBe(job.done);
    const other = world.with({
      principal: { userId: 'a0000000-0000-7000-8000-00000000000f', roles: ['sales-person'] },
    });
    await expect(readJob(other, id)).rejects.toMatchObject({ code: 'JOB_UNKNOWN' });
    await expect(cancelJob(other, id)).rejects.toMatchObject({ code: 'JOB_UNKNOWN' });
    await expect(beginUndo(other, id)).rejects.toMatchObject({ code: 'JOB_UNKNOWN' });
    expect((await listJobs(other, { all: true })).jobs).toEqual([]);
  });

  test('acts with no more roles than its request had, and with those still held', async () => {
    await accounts(10);
    const id = await begin({ query: '', action: 'update', set: { description: 'new' } });
    const job = await finished(id, {
      principalOf: async (userId): Promise<Principal> => ({ ...world.call.principal, userId, roles: ['another'] }),
    });
    // It was an administrator's request; the role is gone and the new one was not the request's.
    expect(job.done).toBe(job.errors);
    expect(await texts()).toEqual({ old: 10 });
  });
});

const ids = async (): Promise<string[]> =>
  (await world.rows<{ accountid: string }>('select accountid from org_default.account order by name')).map(
    ({ accountid }) => accountid,
  );

describe('taking back', () => {
  test('brings old values back field by field, and says what others changed meanwhile', async () => {
    await accounts(5);
    const id = await begin({
      query: '',
      action: 'update',
      set: { description: 'new', numberofemployees: 7, revenue: 12.5 },
    });
    await finished(id);
    const [first = '', second = '', third = ''] = await ids();
    await update(world.call, account(), { id: first }, inputOf({ description: 'mine' }));
    await update(world.call, account(), { id: second }, inputOf({ telephone1: '+98 21 1234 5678' }));
    await remove(world.call, account(), { id: third });
    const undo = await beginUndo(world.call, id);
    await expect(beginUndo(world.call, id)).rejects.toMatchObject({ code: 'JOB_UNDONE' });
    expect(await finished(undo)).toMatchObject({ state: 'done', done: 5, errors: 2, undoes: id });
    expect(
      await world.rows(
        'select description, numberofemployees as n, revenue, telephone1 as t from org_default.account order by name',
      ),
    ).toEqual([
      { description: 'mine', n: null, revenue: null, t: null },
      { description: 'old', n: null, revenue: null, t: '+98 21 1234 5678' },
      { description: 'old', n: null, revenue: null, t: null },
      { description: 'old', n: null, revenue: null, t: null },
    ]);
    const { errors } = await readRowErrors(world.call, undo);
    expect(errors.map(({ id: row, code }) => [row, code]).sort()).toEqual(
      [
        [first, 'BULK_UNDO_CHANGED'],
        [third, 'BULK_UNDO_GONE'],
      ].sort(),
    );
    expect(errors.find(({ id: row }) => row === first)?.message).toContain('Description');
  });

  test('brings deleted rows back under their ids, with what they were', async () => {
    const { id: made } = await create(
      world.call,
      account(),
      inputOf({ name: 'Gone', description: 'here', revenue: '1234.5600' }),
    );
    const before = await world.rows('select name, description, revenue, ownerid from org_default.account');
    const id = await begin({ ids: [made, made], action: 'delete' });
    expect(await finished(id)).toMatchObject({ state: 'done', done: 1, errors: 0 });
    expect(await ids()).toEqual([]);
    expect(await finished(await beginUndo(world.call, id))).toMatchObject({ state: 'done', done: 1, errors: 0 });
    expect(await ids()).toEqual([made]);
    expect(await world.rows('select name, description, revenue, ownerid from org_default.account')).toEqual(before);
  });

  test('gives rows back to those who had them', async () => {
    await accounts(3);
    const other = 'b0000000-0000-7000-8000-000000000001';
    await create(
      world.call,
      world.entity('systemuser'),
      inputOf({ systemuserid: other, lastname: 'Other', businessunitid: '00000000-0000-7000-8000-000000000002' }),
    );
    const id = await begin({ query: '', action: 'assign', to: `/systemusers(${other})` });
    await finished(id);
    const owners = () => world.rows('select distinct ownerid as owner, owninguser as "user" from org_default.account');
    expect(await owners()).toEqual([{ owner: other, user: other }]);
    expect(await finished(await beginUndo(world.call, id))).toMatchObject({ done: 3, errors: 0 });
    expect(await owners()).toMatchObject([{ owner: administrator }]);
  });
});

describe('servers that come and go', () => {
  test('one killed in the midst of a batch is followed by another, and every row is changed once', async () => {
    await accounts(300);
    const id = await begin({ query: '', action: 'update', set: { description: 'new' } });
    const [where] = await world.rows<{ name: string }>('select current_database() as name');
    const url = new URL(inject('databaseUrl'));
    url.pathname = `/${where?.name ?? ''}`;
    const since = new Date().toISOString();
    for (const batches of [2, 3]) {
      const child = spawnSync(process.execPath, ['test/support/work-and-die.ts', url.href, String(batches)], {
        encoding: 'utf8',
      });
      expect(child.signal, child.stderr).toBe('SIGKILL');
      // As if its lease had run out.
      await world.rows('update org_default._job set lease_until = now()');
    }
    const half = await readJob(world.call, id);
    expect(half.state).toBe('running');
    expect(half.done).toBeGreaterThan(0);
    expect(half.done).toBeLessThan(300);
    expect((await texts())['new']).toBe(half.done);
    expect(await finished(id)).toMatchObject({ state: 'done', done: 300, total: 300, errors: 0 });
    expect(await texts()).toEqual({ new: 300 });
    expect(
      await world.rows(
        `select count(*)::text as n, count(distinct record)::text as rows from org_default._audit where action = 'update' and entity = 'account' and at > $1::timestamptz`,
        [since],
      ),
    ).toEqual([{ n: '300', rows: '300' }]);
  });

  test('several share the work, one that stops gives its job back, and who listens hears how far it is', async () => {
    await accounts(150);
    const heard: JobNews[] = [];
    const unlisten = await world.engine.database.listen(jobChannel('org_default'), (payload) =>
      heard.push(JSON.parse(payload) as JobNews),
    );
    const jobs = [];
    for (const name of ['Account 0000', 'Account 0001', 'Account 0002'])
      jobs.push(
        await begin({ query: `$filter=startswith(name,'${name}')`, action: 'update', set: { description: name } }),
      );
    const one = await work({ atOnce: 1 });
    const other = await work({ atOnce: 1 });
    await one.stop();
    await other.drain();
    expect((await listJobs(world.call)).jobs.map(({ id, state, errors }) => [id, state, errors])).toEqual(
      jobs.toReversed().map((id) => [id, 'done', 0]),
    );
    const done = () => heard.filter(({ state }) => state === 'done').map(({ id }) => id);
    await expect.poll(() => done().sort()).toEqual([...jobs].sort());
    await unlisten();
  });

  test('a job that kills whoever takes it is given up; one of an unknown kind waits; old ones are forgotten', async () => {
    const poison = await enqueueJob(world.call, { kind: 'bulk-delete', entity: 'account', parameters: { query: '' } });
    await world.rows(`update org_default._job set attempts = 8, state = 'running', lease_until = now()`);
    const unknown = await enqueueJob(world.call, { kind: 'nobody-knows', parameters: {} });
    expect(await finished(poison)).toMatchObject({ state: 'failed', failure: { code: 'JOB_STOPPED_TOO_OFTEN' } });
    expect(await readJob(world.call, unknown)).toMatchObject({ state: 'waiting' });
    expect(await cancelJob(world.call, unknown)).toMatchObject({ state: 'cancelled' });
    await world.rows(`update org_default._job set finished_at = now() - interval '40 days' where id = $1::uuid`, [
      poison,
    ]);
    await sweepJobs(world.engine);
    expect((await listJobs(world.call)).jobs.map(({ id }) => id)).toEqual([unknown]);
  });

  test('nobody fills the queue', async () => {
    for (let count = 0; count < 20; count += 1) await enqueueJob(world.call, { kind: 'nobody-knows', parameters: {} });
    await expect(enqueueJob(world.call, { kind: 'nobody-knows', parameters: {} })).rejects.toMatchObject({
      status: 429,
    });
  });
});
