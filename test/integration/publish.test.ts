import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectDatabase } from '../../core/db/connect.ts';
import { uuidv7 } from '../../core/db/uuid.ts';
import type { Organization } from '../../core/organization.ts';
import { openOrganization } from '../../core/organization.ts';
import { introspect } from '../../core/schema/introspect.ts';
import { printPlan } from '../../core/schema/print-plan.ts';
import type { JsonObject } from '../../core/sdk/index.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { shippedPlugins } from '../support/model.ts';
import { entityOf, lookup, openSmall, ownLayer, text, wholeNumber, type Documents } from '../support/small-world.ts';

const SCHEMA = 'org_small';
let test: TestDatabase;
let open: Organization[] = [];

beforeEach(async () => {
  test = await testDatabase();
});
afterEach(async () => {
  for (const organization of open.splice(0)) await organization.close();
  await test.drop();
});

async function start(documents?: Documents): Promise<Organization> {
  const organization = await openSmall(test.database);
  open.push(organization);
  if (documents) await organization.publish(ownLayer(documents), { confirm: true, grace: 0 });
  return organization;
}

async function publish(organization: Organization, documents: Documents): Promise<void> {
  await organization.publish(ownLayer(documents), { confirm: true, grace: 0 });
}

const rows = async (statement: string): Promise<unknown[]> => [...(await test.database.query(statement))];

/** The tables without what is not theirs to keep: row estimates. */
async function shape(): Promise<unknown> {
  const { tables, views, sequences } = await introspect(test.database, SCHEMA);
  return {
    tables: [...tables.values()].map((table) => ({ ...table, rows: 0, columns: [...table.columns.values()] })),
    views: [...views],
    sequences: [...sequences],
  };
}

async function insertThings(count: number, more = ''): Promise<void> {
  const ids = Array.from({ length: count }, uuidv7);
  await test.database.query(
    `insert into org_small.thing (thingid, name${more ? `, ${more}` : ''})
     select id, 'thing ' || n${more ? ', n' : ''} from unnest($1::uuid[]) with ordinality u(id, n)`,
    [ids],
  );
}

const THING = { 'thing/entity': entityOf({ name: text() }, { entity: { primary: 'name' } }) };

describe('the shipped metadata', () => {
  it('becomes tables that fit it: a second look finds nothing to change', async () => {
    const organization = await openOrganization({ database: test.database, plugins: await shippedPlugins() });
    open.push(organization);
    const again = await organization.plan();
    expect(printPlan(again)).toBe('Nothing to change: the tables are as the model wants them.');
    const withoutKey = await rows(
      `select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'org_default' and c.relkind in ('r', 'p')
          and not exists (select 1 from pg_index i where i.indrelid = c.oid and i.indisprimary)`,
    );
    expect(withoutKey).toEqual([]);
    expect(await rows('select count(*)::integer as count from org_default.activitypointer')).toEqual([{ count: 0 }]);
  });
});

describe('a change of a table with rows', () => {
  it('adds a required field with a default, an index and a reference, and old rows have the default', async () => {
    const organization = await start(THING);
    await insertThings(50);
    const next = {
      'thing/entity': entityOf(
        { name: text(), grade: wholeNumber({ default: 3 }), parentid: lookup('thing') },
        {
          required: ['grade'],
          entity: { primary: 'name', search: ['name'], indexes: { grade: { fields: ['grade'] } } },
        },
      ),
    };
    const plan = await organization.plan(ownLayer(next));
    expect(printPlan(plan)).toMatchSnapshot();
    await publish(organization, next);
    expect(await rows('select distinct grade from org_small.thing')).toEqual([{ grade: 3 }]);
    await expect(test.database.query('update org_small.thing set grade = null')).rejects.toThrow('not-null');
    expect((await organization.plan()).steps).toEqual([]);
    expect(organization.current().model.entities.get('thing')?.fields.has('grade')).toBe(true);
  });

  it('makes a field required: empty rows get the default, or are counted and nothing changes', async () => {
    const organization = await start({ 'thing/entity': entityOf({ name: text(), grade: wholeNumber() }) });
    await insertThings(30);
    await test.database.script(
      'update org_small.thing set grade = 9 where thingid in (select thingid from org_small.thing limit 10)',
    );
    const before = await shape();
    const required = { 'thing/entity': entityOf({ name: text(), grade: wholeNumber() }, { required: ['grade'] }) };
    await expect(publish(organization, required)).rejects.toMatchObject({
      code: 'REQUIRED_WITHOUT_VALUE',
      message: expect.stringContaining('20 rows have no value') as string,
    });
    expect(await shape()).toEqual(before);
    await publish(organization, {
      'thing/entity': entityOf({ name: text(), grade: wholeNumber({ default: 1 }) }, { required: ['grade'] }),
    });
    expect(await rows('select grade, count(*)::integer as count from org_small.thing group by 1 order by 1')).toEqual([
      { grade: 1, count: 20 },
      { grade: 9, count: 10 },
    ]);
    expect((await organization.plan()).steps).toEqual([]);
  });

  it('renames a field and an entity instead of making them anew', async () => {
    const organization = await start({
      'thing/entity': entityOf({ name: text(), parentid: lookup('thing') }, { entity: { keys: { name: ['name'] } } }),
    });
    await insertThings(3);
    const renamed = {
      'item/entity': entityOf(
        {
          label: text({}, { was: 'name' }),
          parentid: lookup('item'),
        },
        { entity: { was: 'thing', primary: 'label', keys: { name: ['label'] } } },
      ),
    };
    const plan = await organization.plan(ownLayer(renamed));
    expect(plan.losesData).toBe(false);
    await publish(organization, renamed);
    expect(await rows('select label from org_small.item order by 1')).toEqual([
      { label: 'thing 1' },
      { label: 'thing 2' },
      { label: 'thing 3' },
    ]);
    expect(printPlan(await organization.plan())).toBe('Nothing to change: the tables are as the model wants them.');
  });

  it('converts values that always convert, writes of the meantime included, and puts others away', async () => {
    const organization = await start({ 'thing/entity': entityOf({ name: text(), code: wholeNumber({ default: 7 }) }) });
    await insertThings(20, 'code');
    await publish(organization, { 'thing/entity': entityOf({ name: text(), code: text({ default: '7' }) }) });
    expect(await rows('select code from org_small.thing order by code::integer limit 2')).toEqual([
      { code: '1' },
      { code: '2' },
    ]);
    expect((await organization.plan()).steps).toEqual([]);
    const naming = { 'thing/entity': entityOf({ name: text(), code: lookup('thing') }) };
    const plan = await organization.plan(ownLayer(naming));
    expect(plan.losesData).toBe(true);
    expect(printPlan(plan)).toContain('cannot be converted');
    await publish(organization, naming);
    expect(await rows('select count(code)::integer as count from org_small.thing')).toEqual([{ count: 0 }]);
    expect((await organization.plan()).steps).toEqual([]);
    await publish(organization, { 'thing/entity': entityOf({ name: text(), code: wholeNumber() }) });
    expect(await rows('select sum(code)::integer as sum from org_small.thing')).toEqual([{ sum: 210 }]);
    expect((await organization.plan()).steps).toEqual([]);
  });
});

describe('what the model no longer has', () => {
  it('waits in the recycle bin and comes back with its values: a field', async () => {
    const full = {
      'thing/entity': entityOf(
        { name: text(), grade: wholeNumber() },
        { entity: { indexes: { grade: { fields: ['grade'] } } } },
      ),
    };
    const organization = await start(full);
    await insertThings(5, 'grade');
    const refused = organization.publish(ownLayer(THING));
    await expect(refused).rejects.toMatchObject({ code: 'PUBLISH_CONFIRMATION' });
    await publish(organization, THING);
    await insertThings(1);
    expect((await introspect(test.database, SCHEMA)).tables.get('thing')?.columns.has('grade')).toBe(false);
    expect((await organization.plan()).steps).toEqual([]);
    await publish(organization, full);
    expect(await rows('select grade from org_small.thing order by grade')).toEqual([
      ...[1, 2, 3, 4, 5].map((grade) => ({ grade })),
      { grade: null },
    ]);
    expect((await organization.plan()).steps).toEqual([]);
  });

  it('waits in the recycle bin and comes back with its rows: an entity, lookups to it included', async () => {
    const both = {
      'thing/entity': entityOf({ name: text(), ownerthing: lookup('box') }),
      'box/entity': entityOf({ name: text() }),
    };
    const organization = await start(both);
    const box = uuidv7();
    await test.database.query('insert into org_small.box (boxid, name) values ($1, $2)', [box, 'the box']);
    await insertThings(2);
    await test.database.query('update org_small.thing set ownerthing = $1', [box]);
    await publish(organization, { 'thing/entity': entityOf({ name: text() }) });
    expect((await introspect(test.database, SCHEMA)).tables.has('box')).toBe(false);
    await publish(organization, both);
    expect(await rows('select b.name from org_small.thing t join org_small.box b on b.boxid = t.ownerthing')).toEqual([
      { name: 'the box' },
      { name: 'the box' },
    ]);
    expect((await organization.plan()).steps).toEqual([]);
  });

  it('is never put away by a mere start: the server says what the metadata on disk lacks', async () => {
    const organization = await start({ 'thing/entity': entityOf({ name: text(), grade: wholeNumber() }) });
    await organization.close();
    await test.database.query('update org_small._layer set documents = $1', [
      JSON.stringify({ 'thing/entity': JSON.stringify(THING['thing/entity']) }),
    ]);
    await expect(openSmall(test.database)).rejects.toMatchObject({
      code: 'PLAN_LOSES_DATA',
      message: expect.stringContaining('Move thing.grade with its values to the recycle bin') as string,
    });
    const looking = await openSmall(test.database, { changes: 'leave' });
    expect((await looking.plan()).losesData).toBe(true);
  });
});

describe('a publish that fails', () => {
  it('in the middle leaves tables, rows and the model in use as they were', async () => {
    const organization = await start({
      'thing/entity': entityOf({ name: text(), grade: wholeNumber(), code: wholeNumber() }),
    });
    await insertThings(20);
    await test.database.script(
      `update org_small.thing set code = 5; update org_small.thing set grade = 1 where name = 'thing 1'`,
    );
    const before = await shape();
    const grades = await rows('select name, grade from org_small.thing order by name');
    const model = organization.current().model;
    const failing = {
      'thing/entity': entityOf(
        {
          name: text(),
          grade: wholeNumber({ default: 4 }),
          code: wholeNumber(),
          extra: text({ default: 'x' }),
          level: wholeNumber(),
        },
        { required: ['grade', 'level'], entity: { indexes: { extra: { fields: ['extra'] } } } },
      ),
      'box/entity': entityOf({ name: text(), thing: lookup('thing') }),
    };
    await expect(publish(organization, failing)).rejects.toMatchObject({ code: 'REQUIRED_WITHOUT_VALUE' });
    expect(await shape()).toEqual(before);
    expect(await rows('select name, grade from org_small.thing order by name')).toEqual(grades);
    expect(organization.current().model).toBe(model);
    const unique = {
      'thing/entity': entityOf(
        { name: text(), grade: wholeNumber(), code: wholeNumber(), extra: text() },
        { entity: { keys: { code: ['code'] } } },
      ),
    };
    await expect(publish(organization, unique)).rejects.toMatchObject({
      code: 'KEY_NOT_UNIQUE',
      message: expect.stringContaining('equal values in (code): 5') as string,
    });
    expect(await shape()).toEqual(before);
    expect(
      await rows('select state, count(*)::integer as count from org_small._publish group by 1 order by 1'),
    ).toEqual([
      { state: 'done', count: 1 },
      { state: 'undone', count: 2 },
    ]);
  });

  it('because rows name what they no longer may says which step and row', async () => {
    const boxes = { 'box/entity': entityOf({ name: text() }), 'crate/entity': entityOf({ name: text() }) };
    const organization = await start({ ...boxes, 'thing/entity': entityOf({ name: text(), inside: lookup('box') }) });
    const box = uuidv7();
    await test.database.query('insert into org_small.box (boxid) values ($1)', [box]);
    await insertThings(1);
    await test.database.query('update org_small.thing set inside = $1', [box]);
    const before = await shape();
    await expect(
      publish(organization, { ...boxes, 'thing/entity': entityOf({ name: text(), inside: lookup('crate') }) }),
    ).rejects.toMatchObject({
      code: 'STEP_FAILED',
      message: expect.stringMatching(/Check that every thing\.inside names a row of crate.+is not present/s) as string,
    });
    expect(await shape()).toEqual(before);
  });

  it('because a table stays busy names who holds it', async () => {
    const organization = await start(THING);
    const next = { 'thing/entity': entityOf({ name: text(), grade: wholeNumber() }) };
    await test.database.transaction(async (executor) => {
      await executor.query('lock table org_small.thing in access share mode');
      await expect(organization.publish(ownLayer(next), { confirm: true, patience: 300 })).rejects.toMatchObject({
        code: 'LOCK_BUSY',
        message: expect.stringMatching(/transaction of peyvand \(pid \d+\)/) as string,
      });
    });
    await publish(organization, next);
    expect((await organization.plan()).steps).toEqual([]);
  });

  it('because the server was killed is taken back by the next start, or finished if it had switched', async () => {
    const first = { 'thing/entity': entityOf({ name: text(), grade: wholeNumber(), old: text() }) };
    const second = {
      'thing/entity': entityOf(
        { name: text(), grade: wholeNumber({ default: 4 }), extra: text({ default: 'x' }) },
        { required: ['grade'], entity: { search: ['name'], indexes: { extra: { fields: ['extra'] } } } },
      ),
      'box/entity': entityOf({ name: text() }),
    };
    const organization = await start(first);
    await insertThings(40);
    const count = (await organization.plan(ownLayer(second))).steps.length;
    const before = await shape();
    await organization.close();
    const outcomes = new Set<string>();
    for (let position = 0; position < count; position += 1) {
      const child = spawnSync(
        process.execPath,
        ['test/support/publish-and-die.ts', test.url, String(position), JSON.stringify(second)],
        { encoding: 'utf8' },
      );
      expect(child.signal, child.stderr).toBe('SIGKILL');
      const again = await openSmall(test.database);
      expect((await again.plan()).steps).toEqual([]);
      if (again.current().model.entities.has('box')) {
        outcomes.add('finished');
        expect(await rows('select distinct grade from org_small.thing')).toEqual([{ grade: 4 }]);
        await again.publish(ownLayer(first), { confirm: true, grace: 0 });
        await test.database.script('update org_small.thing set grade = null');
        await test.database.script(
          'delete from org_small._recycle; alter table org_small.thing drop column if exists "_deleted_1_extra"; drop table if exists org_small."_deleted_1_box"',
        );
      } else {
        outcomes.add('taken back');
        expect(await rows('select distinct grade from org_small.thing')).toEqual([{ grade: null }]);
        expect(await shape()).toEqual(before);
      }
      await again.close();
    }
    expect(outcomes).toContain('taken back');
  }, 180_000);
});

describe('several servers', () => {
  it('that start at once make the tables once', async () => {
    const organizations = await Promise.all([1, 2, 3].map(() => openSmall(test.database)));
    open.push(...organizations);
    const [first] = organizations;
    await first?.publish(ownLayer(THING));
    const second = testDatabaseOf(test.url);
    await Promise.all(organizations.map((organization) => organization.close()));
    open = [];
    await test.database.script('drop table org_small.thing');
    const again = await Promise.all([openSmall(test.database), openSmall(second)]);
    open.push(...again);
    expect(await rows(`select count(*)::integer as count from org_small._publish`)).toEqual([{ count: 2 }]);
    await Promise.all(again.map((organization) => organization.close()));
    open = [];
    await second.end();
  });

  it('follow a model that another one published; requests under way keep theirs', async () => {
    const one = await start(THING);
    const other = await start();
    const held = other.current();
    const followed = new Promise((resolve) => other.onChange(resolve));
    await publish(one, { 'thing/entity': entityOf({ name: text(), grade: wholeNumber() }) });
    await followed;
    expect(other.current().model.version).toBe(one.current().model.version);
    expect(held.model.entities.get('thing')?.fields.has('grade')).toBe(false);
  });
});

describe('any sequence of changes', () => {
  /** What one line of text may hold. */
  const line = fc.string({ maxLength: 12, unit: 'binary' }).map((given) => given.replace(/[\p{C}\p{Z}]/gu, 'ی'));
  const field = fc.oneof(
    fc.record({
      kind: fc.constant('text' as const),
      given: fc.option(line, { nil: undefined }),
    }),
    fc.record({
      kind: fc.constant('number' as const),
      given: fc.option(fc.integer({ min: -5, max: 5 }), { nil: undefined }),
    }),
    fc.record({ kind: fc.constant('lookup' as const), given: fc.constant(undefined) }),
  );
  const entity = fc.record({
    fields: fc.dictionary(fc.constantFrom('alpha', 'beta', 'order', 'user'), field, { maxKeys: 4 }),
    required: fc.boolean(),
    indexed: fc.boolean(),
    searched: fc.boolean(),
  });
  const world = fc.dictionary(fc.constantFrom('one', 'two', 'select'), entity, { minKeys: 1, maxKeys: 3 });

  type World = typeof world extends fc.Arbitrary<infer T> ? T : never;

  function documentsOf(drawn: World): Documents {
    const names = Object.keys(drawn);
    return Object.fromEntries(
      Object.entries(drawn).map(([name, { fields, required, indexed, searched }]) => {
        const clean = Object.entries(fields).map(([key, { kind, given }]): [string, JsonObject] => {
          if (kind === 'text') return [key, text(given === undefined ? {} : { default: given })];
          if (kind === 'number') return [key, wholeNumber(given === undefined ? {} : { default: given })];
          return [key, lookup(names[0] ?? name)];
        });
        const needed = clean.filter(([, property]) => property['default'] !== undefined).map(([key]) => key);
        const first = clean[0]?.[0];
        return [
          `${name}/entity`,
          entityOf(
            { name: text(), ...Object.fromEntries(clean) },
            {
              required: required ? needed : [],
              entity: {
                search: searched ? ['name'] : [],
                ...(indexed && first ? { indexes: { first: { fields: [first] } } } : {}),
              },
            },
          ),
        ];
      }),
    );
  }

  it('ends in tables that fit the model, and going back brings the values back', async () => {
    const organization = await start();
    await fc.assert(
      fc.asyncProperty(world, world, async (a, b) => {
        await publish(organization, documentsOf(a));
        expect(printPlan(await organization.plan())).toBe('Nothing to change: the tables are as the model wants them.');
        const names = Object.keys(a);
        for (const name of names) {
          await test.database.query(`insert into org_small."${name}" ("${name}id", name) values ($1, 'kept')`, [
            uuidv7(),
          ]);
        }
        const before = await Promise.all(names.map((name) => contents(name)));
        await publish(organization, documentsOf(b));
        expect(printPlan(await organization.plan())).toBe('Nothing to change: the tables are as the model wants them.');
        await publish(organization, documentsOf(a));
        expect(await Promise.all(names.map((name) => contents(name)))).toMatchObject(before);
      }),
      { numRuns: 10, endOnFailure: true },
    );

    /** The values of the model's columns. What was empty may have got a default while the field was required. */
    async function contents(name: string): Promise<unknown[]> {
      const all = await test.database.query(`select * from org_small."${name}" order by "${name}id"`);
      return all.map((row) =>
        Object.fromEntries(
          Object.entries(row).filter(([key, value]) => value !== null && !key.startsWith('_deleted_')),
        ),
      );
    }
  }, 120_000);
});

function testDatabaseOf(url: string) {
  return connectDatabase({ url, max: 2 });
}
