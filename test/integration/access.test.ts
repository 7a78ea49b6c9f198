// Row rights as a whole: in random organizations, what the compiled rules decide is what a slow, obvious reading of the rules
// decides, and nobody's answers change with what they may not read. `npm run bench -- access` asks a million times.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { clearWorld, makeWorld, worldDocuments, worldEntities, writeWorld } from '../support/access-world.ts';
import { actInWorld } from '../support/access-acts.ts';
import { fuzzLeaks, leakProfiles } from '../support/access-leaks.ts';
import { compareWorld } from '../support/access-decisions.ts';
import { random } from '../support/random.ts';
import { testEngine, type TestEngine } from '../support/engine.ts';
import { modelOf } from '../support/model.ts';

let world: TestEngine;
/** Milliseconds: thousands of queries on a machine that may be busy. */
const PATIENCE = 180_000;

beforeAll(async () => void (world = await testEngine(worldEntities)));
afterAll(() => world.drop());

test(
  'everybody may do with every row exactly what units, roles, conditions, denies, shares and managers say',
  async () => {
    const { engine } = world;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 2 ** 31 }), async (seed) => {
        const made = makeWorld(seed, { units: 5, users: 7, teams: 4, roles: 5, rows: 150, shares: 60 });
        await clearWorld(engine.database, engine.schema);
        await writeWorld(engine.database, engine.schema, made);
        const model = await modelOf(worldDocuments(made));
        const { differences } = await compareWorld({ ...engine, model }, made);
        expect(differences).toEqual([]);
      }),
      { numRuns: 4 },
    );
  },
  PATIENCE,
);

test(
  'no answer to any query changes with rows and fields that the asker may not read',
  async () => {
    const { engine } = world;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 2 ** 31 }), async (seed) => {
        const made = makeWorld(seed, { units: 4, users: 6, teams: 3, roles: 4, rows: 120, shares: 40 });
        await clearWorld(engine.database, engine.schema);
        await writeWorld(engine.database, engine.schema, made);
        const model = await modelOf({ ...worldDocuments(made), ...leakProfiles });
        const { leaks, queries, refused } = await fuzzLeaks({ ...engine, model }, made, random(~seed), {
          rounds: 3,
          queries: 60,
        });
        expect(leaks).toEqual([]);
        expect(refused).toBeLessThanOrEqual(queries / 20);
      }),
      { numRuns: 4 },
    );
  },
  PATIENCE,
);

test(
  'nobody creates, changes, assigns, links or deletes what the rules do not let them, and everybody what they do',
  async () => {
    const { engine } = world;
    const done = { allowed: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 2 ** 31 }), async (seed) => {
        const made = makeWorld(seed, { units: 4, users: 6, teams: 3, roles: 4, rows: 80, shares: 40 });
        await clearWorld(engine.database, engine.schema);
        await writeWorld(engine.database, engine.schema, made);
        const model = await modelOf(worldDocuments(made));
        const { differences, allowed, refused } = await actInWorld({ ...engine, model }, made, random(~seed), 120);
        expect(differences).toEqual([]);
        done.allowed += allowed;
        done.refused += refused;
        // What was done changed what may be done as the oracle says.
        const { differences: after } = await compareWorld({ ...engine, model }, made);
        expect(after).toEqual([]);
      }),
      { numRuns: 3 },
    );
    expect(Math.min(done.allowed, done.refused)).toBeGreaterThan(10);
  },
  PATIENCE,
);
