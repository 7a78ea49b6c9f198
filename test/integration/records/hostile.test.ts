// Whatever is thrown at a write ends in an answer of ours below 500, and stores nothing that it should not.
import * as fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { create } from '../../../core/records/create.ts';
import { readBody } from '../../../core/records/read-body.ts';
import { update } from '../../../core/records/update.ts';
import { upsert } from '../../../core/records/upsert.ts';
import { PeyvandError } from '../../../core/sdk/index.ts';
import { inputOf, testEngine, type TestEngine } from '../../support/engine.ts';
import { voyage } from '../../support/voyage.ts';

let world: TestEngine;
let known: string;
beforeAll(async () => {
  world = await testEngine(voyage);
  known = (await create(world.call, world.entity('new_ship'), inputOf({ new_name: 'Known', new_imo: 'K' }))).id;
});
afterAll(() => world.drop());

const names = () => {
  const ship = world.entity('new_ship');
  return [...ship.fields.keys(), ...ship.wire.keys(), ...[...ship.navigation.keys()].map((one) => `${one}@odata.bind`)];
};
const strange = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom<unknown>(
    '2026-02-30',
    '9999-12-31T23:59:59Z',
    '0001-01-01T00:00:00Z',
    '-infinity',
    'NaN',
    1e308,
    5e-324,
    -0,
    '1,2,3',
    '1,,2',
    '\0',
    '\ud800',
    'x'.repeat(5000),
    '/new_ships(1)',
    '/contacts(new_imo=1)',
    "/new_ships(new_imo='K')",
    '$1',
    '{}',
    [],
    {},
    9007199254740992,
    2147483648,
    -2147483649,
    '00000000-0000-0000-0000-000000000000',
    'true',
    null,
  ),
);
const numberText = fc.stringMatching(/^-?[1-9]\d{0,40}(\.\d{1,40})?([eE][+-]?\d{1,4})?$/);

/** The error's status, or 200. Anything else than an error of the platform fails the test. */
async function status(work: () => Promise<unknown>): Promise<number> {
  try {
    await work();
    return 200;
  } catch (error) {
    if (error instanceof PeyvandError) return error.status;
    throw error;
  }
}

test('any body at create, update and upsert', { timeout: 120_000 }, async () => {
  const ship = world.entity('new_ship');
  const body = fc
    .array(
      fc.tuple(
        fc.oneof(fc.constantFrom(...names()), fc.string()),
        fc.oneof(
          strange.map((one) => JSON.stringify(one)),
          numberText,
        ),
      ),
      {
        maxLength: 6,
      },
    )
    .map((pairs) => `{${pairs.map(([name, value]) => `${JSON.stringify(name)}:${value ?? 'null'}`).join(',')}}`);
  await fc.assert(
    fc.asyncProperty(body, fc.nat({ max: 3 }), async (text, way) => {
      const found = await status(async () => {
        const input = await readBody(world.call, ship, text);
        if (way === 0) return create(world.call, ship, { ...input, values: { new_name: 'x', ...input.values } });
        if (way === 1) return update(world.call, ship, { id: known }, input, { version: '9'.repeat(30) });
        if (way === 2) return upsert(world.call, ship, { key: { new_imo: text.slice(0, 7) } }, input);
        return update(world.call, ship, { id: known }, input);
      });
      expect(found).toBeLessThan(500);
    }),
    { numRuns: 400 },
  );
});

test('an object that no text can be made of is refused as a key, an alternate key and a value', async () => {
  const ship = world.entity('new_ship');
  const unspeakable = { toString: false, valueOf: false };
  const body = { new_name: 'x', new_shipid: unspeakable, new_imo: unspeakable };
  for (const work of [
    () => create(world.call, ship, inputOf(body)),
    () => create(world.call, ship, inputOf({ new_name: 'x', [ship.key.name]: unspeakable })),
    () => upsert(world.call, ship, { key: { new_imo: 'K' } }, inputOf({ new_name: 'x', new_imo: unspeakable })),
  ])
    expect(await status(work)).toBe(400);
});

test('any single value in any single field', { timeout: 120_000 }, async () => {
  // With these the rest of the row is sound, so that the value reaches the database.
  const sound: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
    new_ship: { new_name: 'x' },
    account: { name: 'x' },
    contact: { lastname: 'x' },
    task: { subject: 'x' },
    annotation: { subject: 'x' },
    systemuser: { lastname: 'x' },
    transactioncurrency: { currencyname: 'x', isocurrencycode: 'XXX', exchangerate: 2 },
    businessunit: { name: 'x' },
  };
  for (const [name, rest] of Object.entries(sound)) {
    const entity = world.entity(name);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...entity.fields.keys()), strange, async (field, value) => {
        expect(await status(() => create(world.call, entity, inputOf({ ...rest, [field]: value })))).toBeLessThan(500);
      }),
      { numRuns: 120 },
    );
  }
});
