// Upsert, links, files, owners, rights and handlers.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startDispatcher } from '../../../core/events/dispatcher.ts';
import { associate } from '../../../core/records/associate.ts';
import { create } from '../../../core/records/create.ts';
import { disassociate } from '../../../core/records/disassociate.ts';
import { readFile, storeFile } from '../../../core/records/files.ts';
import { removeFile } from '../../../core/records/remove-file.ts';
import { reachOf } from '../../../core/records/reach.ts';
import { remove } from '../../../core/records/remove.ts';
import { update } from '../../../core/records/update.ts';
import { upsert } from '../../../core/records/upsert.ts';
import { defineHandler, type EventHandler } from '../../../core/sdk/index.ts';
import { administrator, inputOf, rootUnit, testEngine, type TestEngine } from '../../support/engine.ts';
import { refused, targets } from '../../support/refused.ts';
import { voyage } from '../../support/voyage.ts';

let world: TestEngine;
const ship = () => world.entity('new_ship');
beforeAll(async () => {
  world = await testEngine(voyage);
});
afterAll(() => world.drop());

const make = async (entity: string, values: Record<string, unknown>, to: Record<string, string> = {}) =>
  (await create(world.call, world.entity(entity), inputOf(values, to))).id;
const rowOf = async (id: string) =>
  (await world.rows(`select * from org_default.new_ship where new_shipid = $1`, [id]))[0] ?? {};
const audits = async (id: string) =>
  (
    await world.rows<{ action: string; changes: string }>(
      `select action, changes from org_default._audit where record = $1 order by id`,
      [id],
    )
  ).map((one) => ({ action: one.action, changes: JSON.parse(one.changes) as Record<string, unknown> }));

describe('upsert', () => {
  test('creates what is not there and changes what is, by id and by alternate key', async () => {
    const id = '0197a1b2-3c4d-7e5f-8a9b-0c1d2e3f4a01';
    expect(await upsert(world.call, ship(), { id }, inputOf({ new_name: 'One' }))).toMatchObject({ id, created: true });
    expect(await upsert(world.call, ship(), { id }, inputOf({ new_crew: 3 }))).toMatchObject({
      id,
      created: false,
      changed: true,
    });
    const address = { key: { new_imo: "a'/&:%" } };
    const first = await upsert(world.call, ship(), address, inputOf({ new_name: 'Key' }));
    expect(first.created).toBe(true);
    const second = await upsert(world.call, ship(), address, inputOf({ new_name: 'Key', new_imo: "a'/&:%" }));
    expect(second).toEqual({ id: first.id, version: first.version, created: false, changed: false });
    expect((await rowOf(first.id))['new_imo']).toBe("a'/&:%");
  });

  test('only to create, or only to change, says so where it cannot', async () => {
    const id = await make('new_ship', { new_name: 'There', new_imo: '5' });
    const there = inputOf({ new_name: 'x' });
    expect(await refused(upsert(world.call, ship(), { id }, there, { only: 'create' }))).toMatchObject({
      code: 'RECORD_EXISTS',
      status: 412,
    });
    expect(
      (await refused(upsert(world.call, ship(), { key: { new_imo: '5' } }, there, { only: 'create' }))).status,
    ).toBe(412);
    const nobody = { id: '0197a1b2-3c4d-7e5f-8a9b-0c1d2e3f4a77' };
    expect((await refused(upsert(world.call, ship(), nobody, there, { only: 'update' }))).status).toBe(404);
    expect((await refused(upsert(world.call, ship(), { id }, there, { version: '1' }))).status).toBe(412);
  });

  test('a row that another key stands against is refused with that key', async () => {
    await make('new_ship', { new_name: 'Taken', new_imo: '6' });
    const error = await refused(
      upsert(
        world.call,
        ship(),
        { id: '0197a1b2-3c4d-7e5f-8a9b-0c1d2e3f4a78' },
        inputOf({ new_name: 'x', new_imo: '6' }),
      ),
    );
    expect(error).toMatchObject({ code: 'KEY_TAKEN', status: 409, data: { key: 'imo' } });
  });

  test('a body that contradicts the address is refused', async () => {
    const error = await refused(
      upsert(world.call, ship(), { key: { new_imo: 'k1' } }, inputOf({ new_name: 'x', new_imo: 'k2' })),
    );
    expect(targets(error)).toEqual(['new_imo KEY_DIFFERS']);
  });
});

describe('links', () => {
  test('of many with many are made once, logged, and taken away from either side', async () => {
    const id = await make('new_ship', { new_name: 'L' });
    const port = await make('new_port', { new_name: 'P' });
    const links = () => world.rows(`select new_shipid from org_default.new_ship_ports where new_shipid = $1`, [id]);
    await associate(world.call, ship(), { id }, 'new_ship_ports', { id: port });
    await associate(world.call, ship(), { id }, 'new_ship_ports', { id: port });
    expect(await links()).toHaveLength(1);
    const navigation = [...world.entity('new_port').navigation.values()].find(
      (one) => one.relation === 'new_ship_ports',
    );
    await disassociate(world.call, world.entity('new_port'), { id: port }, navigation?.name ?? '', { id });
    expect(await links()).toHaveLength(0);
    expect((await audits(id)).map((one) => one.action)).toEqual(['create', 'associate']);
    expect((await audits(port)).at(-1)).toEqual({ action: 'disassociate', changes: { new_ship_ports: [id, null] } });
  });

  test('to what is not there are refused', async () => {
    const id = await make('new_ship', { new_name: 'L' });
    const nobody = { id: '0197a1b2-3c4d-7e5f-8a9b-0c1d2e3f4a79' };
    expect((await refused(associate(world.call, ship(), { id }, 'new_ship_ports', nobody))).status).toBe(404);
    expect((await refused(associate(world.call, ship(), nobody, 'new_ship_ports', { id }))).status).toBe(404);
    expect((await refused(associate(world.call, ship(), { id }, 'new_ship_prots', nobody))).message).toContain(
      'new_ship_ports',
    );
  });

  test('over a lookup are set from either side, and emptied only where they say so', async () => {
    const id = await make('new_ship', { new_name: 'L' });
    const cargo = await make('new_cargo', { new_label: 'C' });
    const other = await make('new_ship', { new_name: 'M' });
    const shipOf = async () =>
      (
        await world.rows<{ new_ship: string | null }>(
          `select new_ship from org_default.new_cargo where new_cargoid = $1`,
          [cargo],
        )
      )[0]?.new_ship;
    await associate(world.call, ship(), { id }, 'new_ship_cargo', { id: cargo });
    expect(await shipOf()).toBe(id);
    await disassociate(world.call, ship(), { id: other }, 'new_ship_cargo', { id: cargo });
    expect(await shipOf()).toBe(id);
    await associate(world.call, world.entity('new_cargo'), { id: cargo }, 'new_ship', { id: other });
    expect(await shipOf()).toBe(other);
    await disassociate(world.call, world.entity('new_cargo'), { id: cargo }, 'new_ship');
    expect(await shipOf()).toBe(null);
  });
});

const text = (data: string, mediaType = 'text/plain') => ({
  name: '../b\u0001.txt',
  mediaType,
  data: Buffer.from(data),
});

describe('files', () => {
  test('are stored, replaced, read and removed with the row', async () => {
    const id = await make('new_ship', { new_name: 'F' });
    const one = await storeFile(world.call, ship(), { id }, 'new_papers', text('one'));
    const two = await storeFile(world.call, ship(), { id }, 'new_papers', text('two'), { version: one.version });
    expect(await readFile(world.call, ship(), { id }, 'new_papers')).toMatchObject({
      name: 'b.txt',
      size: 3,
      mediaType: 'text/plain',
      data: Buffer.from('two'),
    });
    expect(
      (await refused(storeFile(world.call, ship(), { id }, 'new_papers', text('x'), { version: one.version }))).status,
    ).toBe(412);
    expect((await rowOf(id))['new_papers_name']).toBe('b.txt');
    await removeFile(world.call, ship(), { id }, 'new_papers', { version: two.version });
    expect((await refused(readFile(world.call, ship(), { id }, 'new_papers'))).status).toBe(404);
    expect(await world.rows(`select 1 from org_default._file where record = $1`, [id])).toHaveLength(0);
  });

  test('a plugin puts one into a row, in the transaction of what it does', async () => {
    const id = await make('new_ship', { new_name: 'F' });
    const { records } = reachOf(world.call, false);
    const file = { name: 'p.txt', mediaType: 'text/plain', base64: Buffer.from('سلام').toString('base64') };
    await records.storeFile('new_ship', id, 'new_papers', file);
    const stored = await readFile(world.call, ship(), { id }, 'new_papers');
    expect([stored.name, Buffer.from(stored.data).toString()]).toEqual(['p.txt', 'سلام']);
    expect((await refused(records.storeFile('new_ship', id, 'new_name', file))).status).toBe(400);
  });

  test('too large, of another kind, or in a field that holds none, are refused', async () => {
    const id = await make('new_ship', { new_name: 'F' });
    const put = (field: string, file: ReturnType<typeof text>) =>
      refused(storeFile(world.call, ship(), { id }, field, file));
    expect((await put('new_papers', text('x'.repeat(1001)))).status).toBe(413);
    expect((await put('new_papers', text('x', 'image/png'))).status).toBe(415);
    expect((await put('new_name', text('x'))).status).toBe(400);
    expect(targets(await refused(update(world.call, ship(), { id }, inputOf({ new_papers: id }))))).toEqual([
      'new_papers FIELD_IS_FILE',
    ]);
  });
});

describe('owners', () => {
  test('are passed on to the rows below that the old owner had, with unit, user and team', async () => {
    const unit = await make('businessunit', { name: 'North', parentbusinessunitid: rootUnit });
    const user = await make('systemuser', { lastname: 'New', businessunitid: unit });
    const id = await make('new_ship', { new_name: 'O' });
    const mine = await make('new_cargo', { new_label: 'mine', new_ship: id });
    const theirs = await make(
      'new_cargo',
      { new_label: 'theirs', new_ship: id, ownerid: user },
      { ownerid: 'systemuser' },
    );
    const third = await make('systemuser', { lastname: 'Third', businessunitid: rootUnit });
    await update(world.call, ship(), { id }, inputOf({ ownerid: third }, { ownerid: 'systemuser' }));
    const owners = await world.rows<{ label: string; owner: string; unit: string }>(
      `select new_label as label, ownerid as owner, owningbusinessunit as unit from org_default.new_cargo where new_cargoid = any ($1::text[]::uuid[]) order by 1`,
      [[mine, theirs]],
    );
    expect(owners).toEqual([
      { label: 'mine', owner: third, unit: rootUnit },
      { label: 'theirs', owner: user, unit },
    ]);
    expect(await rowOf(id)).toMatchObject({
      ownerid: third,
      owninguser: third,
      owningteam: null,
      owningbusinessunit: rootUnit,
    });
    expect((await audits(mine)).at(-1)?.changes).toMatchObject({ ownerid: [administrator, third] });
  });
});

describe('rights', () => {
  test('each write asks for its privilege and names the one that is missing', async () => {
    const call = world.with({ principal: { roles: ['new_clerk'] } });
    const { id } = await create(call, ship(), inputOf({ new_name: 'R' }));
    await update(call, ship(), { id }, inputOf({ new_crew: 5 }));
    const asked: [Promise<unknown>, string, string][] = [
      [remove(call, ship(), { id }), 'delete', 'new_ship'],
      [create(call, world.entity('account'), inputOf({ name: 'x' })), 'create', 'account'],
      [
        update(call, ship(), { id }, inputOf({ ownerid: administrator }, { ownerid: 'systemuser' })),
        'assign',
        'new_ship',
      ],
      [create(call, ship(), inputOf({ new_name: 'x', new_fleet: id })), 'append-to', 'new_ship'],
      [create(world.with({ principal: { roles: [] } }), ship(), inputOf({ new_name: 'x' })), 'create', 'new_ship'],
    ];
    for (const [work, privilege, entity] of asked) {
      expect(await refused(work)).toMatchObject({
        code: 'PRIVILEGE_MISSING',
        status: 403,
        data: { privilege, entity },
      });
    }
  });
});

const on = (handler: Omit<EventHandler, 'name'> & { name?: string }) => defineHandler({ name: 'h', ...handler });

describe('handlers', () => {
  test('before a write may change and refuse it; after it see and do more, all in one transaction', async () => {
    const handlers = [
      on({
        name: 'shout',
        stage: 'before',
        message: 'create',
        entity: 'new_ship',
        run: (c) => void (c.values['new_name'] = String(c.values['new_name']).toUpperCase()),
      }),
      on({
        name: 'load',
        stage: 'after',
        message: 'create',
        entity: 'new_ship',
        run: async (c) => void (await c.records.create('new_cargo', { new_label: 'first', new_ship: c.id })),
      }),
      on({
        name: 'fussy',
        stage: 'after',
        message: 'create',
        entity: 'new_ship',
        after: ['load'],
        run: (c) => {
          if (c.values['new_name'] === 'BAD') c.refuse({ code: 'BAD', target: 'new_name', message: 'No bad ships.' });
        },
      }),
    ];
    const call = world.with({ handlers });
    const { id } = await create(call, ship(), inputOf({ new_name: 'argo' }));
    expect((await rowOf(id))['new_name']).toBe('ARGO');
    expect(await world.rows(`select 1 from org_default.new_cargo where new_ship = $1`, [id])).toHaveLength(1);
    const before = await world.rows(`select count(*)::text as n from org_default.new_cargo`);
    expect(targets(await refused(create(call, ship(), inputOf({ new_name: 'bad' }))))).toEqual(['new_name BAD']);
    expect(await world.rows(`select count(*)::text as n from org_default.new_cargo`)).toEqual(before);
  });

  test('get the row before the write, and run only for what really changes', async () => {
    const seen: unknown[] = [];
    const call = world.with({
      handlers: [
        on({
          stage: 'before',
          message: 'update',
          entity: 'new_ship',
          changed: ['new_draught'],
          image: true,
          run: (c) => void seen.push(c.image?.['new_draught']),
        }),
      ],
    });
    const id = await make('new_ship', { new_name: 'I', new_draught: '1.5' });
    await update(call, ship(), { id }, inputOf({ new_draught: 1.5, new_crew: 4 }));
    await update(call, ship(), { id }, inputOf({ new_draught: 2 }));
    expect(seen).toEqual([1.5]);
  });

  test('that set each other off are stopped, with the chain', async () => {
    const call = world.with({
      handlers: [
        on({
          name: 'again',
          stage: 'after',
          message: 'update',
          entity: 'new_ship',
          run: (c) => c.records.update('new_ship', c.id, { new_crew: c.depth + 100 }),
        }),
      ],
    });
    const id = await make('new_ship', { new_name: 'Loop' });
    const error = await refused(update(call, ship(), { id }, inputOf({ new_crew: 1 })));
    expect(error.code).toBe('DEPTH_EXCEEDED');
    expect(error.message).toContain('again (after update new_ship) → again');
    expect((await rowOf(id))['new_crew']).toBe(12);
  });

  test('that fail refuse the write and are named', async () => {
    const call = world.with({
      handlers: [
        on({
          name: 'broken',
          stage: 'before',
          message: 'create',
          entity: 'new_ship',
          run: () => Promise.reject(new Error('oops')),
        }),
      ],
    });
    const error = await refused(create(call, ship(), inputOf({ new_name: 'x' })));
    expect(error.status).toBeLessThan(500);
    expect(error.message).toContain('broken');
  });

  test('whose own writes are refused are named, so that the caller does not look for the fault in what was sent', async () => {
    const call = world.with({
      handlers: [
        on({
          name: 'fleet/careless',
          stage: 'after',
          message: 'create',
          entity: 'new_ship',
          run: async (c) => void (await c.records.create('new_ship', { new_nmae: 'x' })),
        }),
      ],
    });
    const error = await refused(create(call, ship(), inputOf({ new_name: 'x' })));
    expect(error.code).toBe('RECORD_INVALID');
    expect(error.message).toMatch(/^The handler fleet\/careless could not write\. .*new_nmae/);
    expect(error.data?.['handler']).toBe('fleet/careless');
  });

  test('run for each row that a deletion takes along', async () => {
    const gone: string[] = [];
    const call = world.with({
      handlers: [
        on({
          stage: 'before',
          message: 'delete',
          image: true,
          run: (c) => void gone.push(`${c.entity} ${String(c.image?.['new_label'] ?? c.image?.['new_name'])}`),
        }),
      ],
    });
    const id = await make('new_ship', { new_name: 'D' });
    await make('new_cargo', { new_label: 'E', new_ship: id });
    await remove(call, ship(), { id });
    expect(gone).toEqual(['new_ship D', 'new_cargo E']);
  });

  test('after the commit get every row at least once, again after a failure, and stop when it never works', async () => {
    const calls: string[] = [];
    let failures = 2;
    const call = world.with({
      handlers: [
        on({
          name: 'flaky',
          stage: 'async',
          message: 'create',
          entity: 'new_port',
          run: (c) => {
            calls.push(`flaky ${String(c.values['new_name'])} ${c.idempotencyKey?.split(':')[1]}`);
            if (failures-- > 0) throw new Error('not now');
          },
        }),
        on({
          name: 'sure',
          stage: 'async',
          message: 'create',
          entity: 'new_port',
          run: (c) => void calls.push(`sure ${c.userId}`),
        }),
        on({
          name: 'never',
          stage: 'async',
          message: 'update',
          entity: 'new_port',
          changed: ['new_name'],
          run: () => Promise.reject(new Error('no')),
        }),
      ],
    });
    const failed: string[] = [];
    const dispatcher = await startDispatcher({
      engine: () => call.engine,
      principalOf: () => Promise.resolve(call.principal),
      reach: reachOf,
      onFailure: (one) => void failed.push(`${one.handler} ${one.attempt} ${one.parked}`),
      attempts: 3,
      pause: () => 0,
    });
    const { id } = await create(call, world.entity('new_port'), inputOf({ new_name: 'Anzali' }));
    await update(call, world.entity('new_port'), { id }, inputOf({ new_name: 'Nowshahr' }));
    await dispatcher.drain();
    await dispatcher.stop();
    expect(calls).toEqual(['flaky Anzali flaky', `sure ${administrator}`, 'flaky Anzali flaky', 'flaky Anzali flaky']);
    expect(failed.toSorted()).toEqual([
      'flaky 1 false',
      'flaky 2 false',
      'never 1 false',
      'never 2 false',
      'never 3 true',
    ]);
    expect(await world.rows(`select failure from org_default._outbox_retry where parked_at is not null`)).toEqual([
      { failure: 'never: no' },
    ]);
    expect(await world.rows(`select 1 from org_default._outbox where processed_at is null`)).toHaveLength(0);
  });
});
