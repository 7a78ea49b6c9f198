// A hostile plugin beside a good one: each attack is refused or stopped with words, nothing of it is stored, others are served.
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Call } from '../../../core/engine.ts';
import { runOperation } from '../../../core/operations/run-operation.ts';
import { listenToHost, type HostEvent } from '../../../core/plugins/host/events.ts';
import { defaultLimits } from '../../../core/plugins/host/limits.ts';
import { closePlugins, loadPlugins, type LoadedPlugins } from '../../../core/plugins/load-plugins.ts';
import { openWorld } from '../../../core/plugins/open-world.ts';
import { create } from '../../../core/records/create.ts';
import { reachOf } from '../../../core/records/reach.ts';
import { update } from '../../../core/records/update.ts';
import { inputOf, testEngine, type TestEngine } from '../../support/engine.ts';

const folder = (name: string): string => fileURLToPath(new URL(`../../fixtures/${name}`, import.meta.url));
const MB = 1024 * 1024;
const limits = {
  ...defaultLimits,
  handler: { own: 300, whole: 5_000 },
  operation: { own: 300, whole: 5_000 },
  heap: 48,
  memory: 220 * MB,
  message: MB,
  file: 3 * MB,
  answer: MB / 2,
  strikes: 1_000,
};

let world: TestEngine;
let loaded: LoadedPlugins;
/** The same code with time enough: what is asked of it is not how long it may take. */
let patient: LoadedPlugins;
let call: Call;
const events: HostEvent[] = [];
const deaf = listenToHost((event) => events.push(event));
beforeAll(async () => {
  // Of the shipped ones only what has accounts: nothing here needs more tables.
  const shipped = fileURLToPath(new URL('../../../plugins/standard', import.meta.url));
  loaded = await loadPlugins({ shipped, folders: [folder('hostile'), folder('neighbour')], limits });
  patient = await loadPlugins({
    shipped,
    folders: [folder('hostile')],
    limits: { ...limits, operation: defaultLimits.operation, heap: defaultLimits.heap },
  });
  world = await testEngine({}, loaded);
  const { handlers, operations, parts } = loaded;
  const engine = { ...world.engine, handlers, operations, world: openWorld(parts, () => ({})) };
  call = { ...world.call, engine };
});
afterAll(async () => {
  deaf();
  await Promise.all([closePlugins(loaded), closePlugins(patient)]);
  await world.drop();
});

const invoke = async (name: string, { operations } = loaded): Promise<unknown> => {
  const operation = operations.find((one) => one.name === name);
  if (!operation) throw new TypeError(`no operation ${name}`);
  return runOperation(call, operation, {}, undefined, reachOf);
};
const attack = (name: string): Promise<unknown> => invoke(`Hostile${name}`);
const attackSlowly = (name: string): Promise<unknown> => invoke(`Hostile${name}`, patient);
/** The neighbour answers, and nothing of an attack is there. */
const allIsWell = async (): Promise<void> => {
  await expect(invoke('NeighbourCount')).resolves.toEqual(expect.any(Number));
  expect(await world.rows("select from org_default.account where name = 'half-written'")).toHaveLength(0);
};

describe('a hostile plugin', () => {
  it.each([
    ['Loop', 'PLUGIN_TIME', 'took longer than 300 ms'],
    ['AsyncLoop', 'PLUGIN_TIME', 'took longer than 300 ms'],
    ['Silence', 'PLUGIN_TIME', 'took longer than 300 ms'],
    ['Heap', 'PLUGIN_', ''],
    ['Buffers', 'PLUGIN_', ''],
    ['Exit', 'PLUGIN_CRASHED', 'it ended itself (0)'],
    ['ThrowLater', 'PLUGIN_CRASHED', 'thrown in a timer'],
    ['RejectLater', 'PLUGIN_CRASHED', 'rejected and forgotten'],
    ['Flood', 'PLUGIN_CRASHED', 'asked for more than 1000 things at a time'],
    ['Print', 'PLUGIN_', ''],
    ['RawMessage', 'PLUGIN_', ''],
    ['RawDepth', 'PLUGIN_CRASHED', 'more than 200 levels deep'],
    ['Sleep', 'PLUGIN_TIME', 'took longer than 300 ms'],
    ['Expression', 'PLUGIN_TIME', 'took longer than 300 ms'],
    ['Wasm', 'PLUGIN_', ''],
  ])('is stopped when it tries %s, while others wait for it and are served', async (name, code, words) => {
    // How long a process may take to end is not what these ask: only attacks on time run against the short clock.
    const attacked = code === 'PLUGIN_CRASHED' ? attackSlowly(name) : attack(name);
    const meanwhile = invoke('NeighbourCount');
    await expect(attacked).rejects.toMatchObject({
      code: expect.stringMatching(`^${code}`),
      message: expect.stringContaining(words),
      status: 409,
    });
    await meanwhile;
    await allIsWell();
  });

  it.each([
    ['ForbiddenTable', 'PLUGIN_RIGHT_MISSING', '"entities": { "systemuser": ["read"] }'],
    ['ForbiddenTableAsSystem', 'PLUGIN_RIGHT_MISSING', 'read rows of systemuser'],
    ['ForbiddenOverLookup', 'PLUGIN_RIGHT_MISSING', 'read rows of systemuser'],
    ['ForbiddenDelete', 'PLUGIN_RIGHT_MISSING', 'delete rows of account'],
    ['ForbiddenOwner', 'PLUGIN_RIGHT_MISSING', 'assign rows of account'],
    ['ForbiddenAppend', 'PLUGIN_RIGHT_MISSING', 'append rows of account'],
    ['ForbiddenAppendTo', 'PLUGIN_RIGHT_MISSING', 'append-to rows of account'],
    ['ForbiddenShare', 'PLUGIN_RIGHT_MISSING', 'share rows of account'],
    ['ForbiddenLink', 'PLUGIN_RIGHT_MISSING', 'append rows of account'],
    ['UndeclaredHost', 'PLUGIN_RIGHT_MISSING', '"hosts": ["example.org"]'],
    ['OwnNetwork', 'PLUGIN_FETCH', 'leads into the own network'],
    ['UndeclaredSecret', 'PLUGIN_RIGHT_MISSING', '"secrets": ["password"]'],
    ['OwnFetch', '', ''],
    ['Net', 'OPERATION_FAILED', 'node:net is not there for plugins'],
    ['Http', 'OPERATION_FAILED', 'node:http is not there for plugins'],
    ['Dns', 'OPERATION_FAILED', 'node:dns is not there for plugins'],
    ['Child', 'OPERATION_FAILED', 'node:child_process is not there for plugins'],
    ['Worker', 'OPERATION_FAILED', 'node:worker_threads is not there for plugins'],
    ['Data', 'OPERATION_FAILED', 'node:net is not there for plugins'],
    ['Passwords', 'OPERATION_FAILED', 'restricted'],
    ['Sources', 'OPERATION_FAILED', 'restricted'],
    ['Prototype', 'PLUGIN_CRASHED', '__proto__'],
  ])('is refused %s', async (name, code, words) => {
    const attacked = attack(name);
    if (code === '') await expect(attacked).resolves.toBe('there is no fetch');
    else await expect(attacked).rejects.toMatchObject({ code, message: expect.stringContaining(words) });
    await world.rows("delete from org_default.account where name = 'half-written'");
    await allIsWell();
  });

  it.each([
    ['LongMessage', 'one message holds 1 MB'],
    ['LongAnswer', 'one message holds 1 MB'],
    ['LongError', 'xxxx'],
    ['LongQuestion', 'the answer to invoke has more than 0.5 MB'],
    ['DeepAnswer', 'Maximum call stack'],
    ['HugeFile', 'the file has 2.9 MB, and plugins store files of 2.3 MB at most'],
  ])('hears that it is too much when it sends %s, and lives on', async (name, words) => {
    const ends = (): number => events.filter(({ kind }) => kind === 'ended').length;
    const before = ends();
    await expect(attackSlowly(name)).rejects.toMatchObject({
      code: 'OPERATION_FAILED',
      message: expect.stringContaining(words),
    });
    expect(ends()).toBe(before);
    await world.rows("delete from org_default.account where name = 'half-written'");
    await allIsWell();
  });

  it('stores a file of several messages, in pieces', async () => {
    const id = await attackSlowly('LargeFile');
    const rows = await world.rows(
      `select size::text, sha256 = encode(sha256(convert_to(repeat('ABC', 500000), 'UTF8')), 'hex') as whole
      from org_default._file where record = $1::uuid`,
      [String(id)],
    );
    expect(rows).toEqual([{ size: '1500000', whole: true }]);
    await world.rows("delete from org_default.account where name = 'half-written'");
  });

  it('sets no lookup in a before handler that it has no right to set', async () => {
    const writes = [
      create(call, world.entity('account'), inputOf({ name: 'appended' })),
      create(call, world.entity('contact'), inputOf({ lastname: 'appended' })),
    ];
    const lines = ['"account": ["read", "create", "write", "append"]', '"account": ["append-to"]'];
    const missing = ['append rows of account', 'append-to rows of account'];
    const told = await Promise.all(writes.map((write) => write.catch((error: unknown) => error)));
    expect(told).toEqual([
      expect.objectContaining({ code: 'PLUGIN_RIGHT_MISSING', message: expect.stringContaining(missing[0] ?? '') }),
      expect.objectContaining({ code: 'PLUGIN_RIGHT_MISSING', message: expect.stringContaining(missing[1] ?? '') }),
    ]);
    expect(String(told[0])).toContain(lines[0]);
  });

  it('finds no builtin module, no file of the system and no back door to the process', async () => {
    await expect(attackSlowly('System')).resolves.toEqual(Array.from({ length: 5 }, () => 'refused'));
    await expect(attackSlowly('Realm')).resolves.toEqual(['undefined', 'undefined', 'undefined', '[]', 'undefined']);
    const open = ['buffer', 'constants', 'crypto', 'events', 'module', 'process', 'punycode', 'querystring'];
    await expect(attackSlowly('Modules')).resolves.toEqual([...open, 'string_decoder', 'url', 'zlib']);
    await world.rows("delete from org_default.account where name = 'half-written'");
  });

  it('sees no environment, no way to other processes, no loader of its own', async () => {
    await expect(attack('Environment')).resolves.toBe('{}');
    await expect(attack('KillParent')).resolves.toBe('undefined');
    await expect(attack('Builtin')).resolves.toBe('undefined undefined');
    await expect(attack('Loader')).resolves.toEqual(Array.from({ length: 6 }, () => 'refused'));
  });

  it('tampers with its own prototypes only', async () => {
    await attack('Tampering').catch(() => undefined);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    await expect(invoke('NeighbourCount')).resolves.toEqual(expect.any(Number));
  });

  it('reaches nothing with what it kept of a call that has ended', async () => {
    await world.rows("delete from org_default.account where name = 'half-written'");
    await attack('Keep');
    await expect(attack('UseKept')).rejects.toThrow('this call has ended');
    await allIsWell();
  });

  it('is stopped inside a transaction, and the write is as if it had not been', async () => {
    const { id } = await create(call, world.entity('account'), inputOf({ name: 'Fine' }));
    await expect(update(call, world.entity('account'), { id }, inputOf({ name: 'Never' }))).rejects.toMatchObject({
      code: 'PLUGIN_TIME',
      message: expect.stringContaining('The handler hostile/loop of the plugin "hostile"'),
    });
    const [row] = await world.rows('select name, description from org_default.account where accountid = $1::uuid', [
      id,
    ]);
    expect(row).toMatchObject({ name: 'Fine', description: expect.stringContaining('made at') });
  });

  it.each(['loop', 'exit', 'throw'])(
    'cannot hold the server up or take it down with a field type: %s',
    async (value) => {
      const type = loaded.fieldTypes.get('trap');
      const field = { entity: 'x', name: 'f', options: {}, schema: {} };
      expect(type?.columns(field)).toEqual([{ suffix: '', type: 'text' }]);
      const begun = performance.now();
      expect(() => type?.decode(value, field, {})).toThrow(
        expect.objectContaining({ code: 'PLUGIN_CRASHED', status: 409 }),
      );
      expect(performance.now() - begun).toBeLessThan(2_000);
      // Its process is started anew meanwhile.
      await vi.waitFor(() => expect(type?.decode('fine', field, {})).toEqual({ values: ['fine'] }), 10_000);
    },
  );

  it('leaves its prints, within bounds, and its ends in the log', () => {
    const printed = events.filter((event) => event.kind === 'printed').map(({ text }) => text.length);
    expect(Math.max(...printed)).toBeLessThanOrEqual(8 * 1024);
    expect(events).toContainEqual(expect.objectContaining({ kind: 'ended', plugin: 'hostile' }));
  });
});
