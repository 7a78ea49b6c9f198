// Explaining is deciding: for random roles, people and rows, what explain answers is what a list filters by, row for row.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compileCondition } from '../../../core/query/compile-condition.ts';
import { From } from '../../../core/query/from.ts';
import { runPlan } from '../../../core/query/plan.ts';
import { Statement } from '../../../core/query/statement.ts';
import { create } from '../../../core/records/create.ts';
import type { JsonObject } from '../../../core/sdk/index.ts';
import { depths, privileges, rowsFor, type Privilege } from '../../../core/security/access.ts';
import { explain } from '../../../core/security/explain/explain.ts';
import type { Principal } from '../../../core/security/principal.ts';
import { administrator, inputOf, rootUnit, testEngine, type TestEngine } from '../../support/engine.ts';

const id = (kind: number, index: number) => `${kind}0000000-0000-7000-8000-${String(index).padStart(12, '0')}`;
const units = [0, 1, 2, 3].map((index) => id(1, index));
const users = [0, 1, 2, 3, 4, 5].map((index) => id(2, index));
const teams = [0, 1, 2].map((index) => id(3, index));
const ROWS = 24;

const whens = [
  'numberofemployees > 50',
  'creditonhold',
  'name = "Row 3" or numberofemployees = null',
  'ownerid = $user',
];
const grant = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...depths) },
  {
    weight: 1,
    arbitrary: fc.record({ depth: fc.constantFrom(...depths), when: fc.constantFrom(...whens) }),
  },
);
const roleDocument = fc
  .record({
    grants: fc.dictionary(fc.constantFrom(...privileges), grant),
    read: grant,
    deny: fc.array(
      fc.record({
        privileges: fc.uniqueArray(fc.constantFrom(...privileges), { minLength: 1, maxLength: 3 }),
        when: fc.option(fc.constantFrom(...whens), { nil: undefined }),
      }),
      { maxLength: 1 },
    ),
    denies: fc.integer({ min: 0, max: 3 }),
  })
  .map(({ grants, read, deny, denies }): JsonObject => ({
    title: 'Random',
    privileges: { account: { ...grants, read } as JsonObject },
    deny: (denies === 0 ? deny : []).map(({ privileges: denied, when }, index) => ({
      id: `rule-${index}`,
      entity: 'account',
      privileges: denied,
      ...(when !== undefined && { when }),
    })),
  }));
const documents = Object.fromEntries(
  fc
    .sample(roleDocument, { numRuns: 14, seed: 20_260_722 })
    .map((document, index) => [`roles/new_r${index}`, document]),
);
const roleNames = Object.keys(documents).map((name) => name.slice('roles/'.length));

const principal = fc
  .record({
    user: fc.constantFrom(...users),
    unit: fc.constantFrom(...units),
    teamIds: fc.subarray(teams),
    held: fc.array(
      fc.record({
        role: fc.constantFrom(...roleNames),
        unit: fc.constantFrom(...units),
        below: fc.subarray(units),
        team: fc.option(fc.constantFrom(...teams), { nil: undefined }),
      }),
      { minLength: 1, maxLength: 4 },
    ),
    direct: fc.subarray(users, { maxLength: 2 }),
    far: fc.subarray([...users, ...teams], { maxLength: 2 }),
  })
  .map(({ user, unit, teamIds, held, direct, far }): Principal => {
    const roles = held.map(({ role, unit: at, below, team }) => ({
      role,
      unit: at,
      below: [...new Set([at, ...below])],
      ...(team !== undefined && { team }),
    }));
    return {
      userId: user,
      businessUnitId: unit,
      teamIds,
      roles: [...new Set(roles.map(({ role }) => role))].toSorted(),
      held: roles,
      reports: { direct, far },
      timeZone: 'UTC',
      language: 'en',
      calendar: 'gregory',
    };
  });

let world: TestEngine;
const rows = Array.from({ length: ROWS }, (_, index) => id(4, index));
beforeAll(async () => {
  world = await testEngine(documents);
  const { call, entity, rows: query } = world;
  for (const [index, unit] of units.entries())
    await create(
      call,
      entity('businessunit'),
      inputOf({ businessunitid: unit, name: `Unit ${index}`, parentbusinessunitid: rootUnit }),
    );
  for (const [index, user] of users.entries())
    await create(
      call,
      entity('systemuser'),
      inputOf({ systemuserid: user, lastname: `User ${index}`, businessunitid: units[index % units.length] }),
    );
  for (const [index, team] of teams.entries())
    await create(
      call,
      entity('team'),
      inputOf({ teamid: team, name: `Team ${index}`, teamtype: 0, businessunitid: units[index % units.length] }),
    );
  const owners = [...users, ...teams, administrator];
  for (const [index, row] of rows.entries()) {
    const owner = owners[index % owners.length] ?? administrator;
    await create(
      call,
      entity('account'),
      inputOf(
        {
          accountid: row,
          name: `Row ${index}`,
          ownerid: owner,
          ...(index % 3 !== 0 && { numberofemployees: index * 7 }),
          ...(index % 4 === 0 && { creditonhold: true }),
        },
        { ownerid: teams.includes(owner) ? 'team' : 'systemuser' },
      ),
    );
  }
  const grantees = [...users, ...teams];
  for (const [index, row] of rows.entries())
    if (index % 2 === 0)
      await query(
        `insert into org_default._share (entity, record, principal, principal_type, rights, expires_at)
         values ('account', $1, $2, 'systemuser', (('x' || $3)::bit(8))::integer & 127, ${index % 6 === 0 ? "now() - interval '1 day'" : 'null'})`,
        [row, grantees[(index * 5) % grantees.length] ?? '', ((index * 37) % 128).toString(16).padStart(2, '0')],
      );
}, 120_000);
afterAll(() => world?.drop());

async function within(who: Principal, privilege: Privilege): Promise<ReadonlySet<string>> {
  const { engine, call, entity } = world;
  const statement = new Statement();
  const condition = rowsFor(who, engine.model, privilege, 'account');
  const from = new From(
    {
      model: engine.model,
      schema: engine.schema,
      statement,
      rows: () => condition,
      shown: () => 'full',
      condition: compileCondition,
    },
    entity('account'),
  );
  const where = from.visible;
  const text = `select ${from.key} as id from ${from.text}${where === undefined ? '' : ` where ${where}`}`;
  const found = await runPlan<{ id: string }>(
    { ...call, principal: who },
    { text, bindings: statement.bindings },
    { literals: [] },
  );
  return new Set(found.map((row) => row.id));
}

test('for everybody, every privilege and every row, the answer is what the row filter says, and the reasons add up to it', async () => {
  let [decisions, yeses] = [0, 0];
  await fc.assert(
    fc.asyncProperty(principal, async (who) => {
      const filters = new Map<Privilege, ReadonlySet<string>>();
      for (const privilege of privileges) filters.set(privilege, await within(who, privilege));
      const readable = filters.get('read');
      for (const record of rows) {
        const said = await explain({ ...world.call, principal: who }, { entity: 'account', record });
        for (const { privilege, decision, because, missing } of said.verdicts) {
          // What one may not read one is told nothing of: it might as well not be there.
          const expected = readable?.has(record) === true && filters.get(privilege)?.has(record) === true;
          expect([privilege, record, decision]).toEqual([privilege, record, expected ? 'yes' : 'no']);
          decisions += 1;
          if (expected) yeses += 1;
          if (readable?.has(record) !== true) {
            expect(because.some(({ holds }) => holds !== undefined)).toBe(false);
            continue;
          }
          const allowed = because.some(({ kind, holds }) => kind !== 'deny' && holds === true);
          const denied = because.some(({ kind, holds }) => kind === 'deny' && holds === true);
          expect([privilege, record, allowed && !denied]).toEqual([privilege, record, expected]);
          expect(missing.length === 0).toBe(expected);
        }
      }
    }),
    { numRuns: 40, seed: 7 },
  );
  expect(decisions).toBe(40 * ROWS * 8);
  expect(yeses).toBeGreaterThan(decisions / 20);
}, 180_000);
