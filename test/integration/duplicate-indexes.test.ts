// The indexes that duplicate rules are looked up by: made and dropped online, known again, and used at scale.
import { expect, test } from 'vitest';
import { findDuplicates } from '../../core/duplicates/find.ts';
import type { Call } from '../../core/engine.ts';
import { applyPlan, withPublishLock } from '../../core/schema/apply.ts';
import { desiredState } from '../../core/schema/desired.ts';
import { introspect } from '../../core/schema/introspect.ts';
import { planChanges } from '../../core/schema/plan.ts';
import type { JsonObject } from '../../core/sdk/index.ts';
import { testEngine } from '../support/engine.ts';
import { modelOf } from '../support/model.ts';

const text = (more: object = {}): JsonObject => ({ title: 'Text', type: 'string', field: { type: 'text', ...more } });
const entity: JsonObject = {
  title: 'Person',
  type: 'object',
  entity: { set: 'people', plural: 'People', ownership: 'organization', stateless: true, audit: false },
  properties: { name: text(), nick: text(), phone: text({ format: 'phone' }), mail: text(), code: text() },
};
const rules: Readonly<Record<string, JsonObject>> = {
  'person/duplicates/folded': { title: 'r', criteria: [{ field: 'name', match: 'normalized' }] },
  'person/duplicates/lower': { title: 'r', criteria: [{ field: 'mail', match: 'exact' }] },
  'person/duplicates/phone': { title: 'r', criteria: [{ field: 'phone', match: 'normalized' }] },
  'person/duplicates/prefix': { title: 'r', criteria: [{ field: 'code', match: 'prefix', length: 5 }] },
  'person/duplicates/similar': { title: 'r', criteria: [{ field: 'nick', match: 'similar' }] },
};

test('rules get their indexes without stopping work, keep them, and lose them with the rule', async () => {
  await using world = await testEngine({ 'person/entity': entity });
  const { database, schema } = world.engine;
  const planFor = async (documents: Readonly<Record<string, JsonObject>>) =>
    planChanges(await introspect(database, schema), desiredState(await modelOf(documents), schema));
  expect((await planFor({ 'person/entity': entity })).steps).toEqual([]);

  const withRules = { 'person/entity': entity, ...rules };
  const plan = await planFor(withRules);
  expect(plan.steps.map(({ kind }) => kind)).toEqual(plan.steps.map(() => 'create-index'));
  expect(plan.steps.flatMap(({ sql }) => sql).filter((one) => one.startsWith('create index'))).toEqual([
    expect.stringMatching(/^create index concurrently "person_name_folded_idx" .*_fold_1"\("name"\)/),
    expect.stringMatching(/^create index concurrently "person_mail_lower_idx" .*\(lower\("mail"\)\)/),
    expect.stringMatching(/^create index concurrently "person_phone_phone_idx" .*_phone_1"\("phone"\)/),
    expect.stringMatching(/^create index concurrently "person_code_folded5_idx" .*left\(.*_fold_1"\("code"\), 5\)/),
    expect.stringMatching(/^create index concurrently "person_nick_sound_trgm" .* using gin \(.*_sound_1"\("nick"\)/),
  ]);
  await withPublishLock(database, schema, (executor) => applyPlan(executor, { schema, plan, modelVersion: 'x' }));
  expect((await planFor(withRules)).steps).toEqual([]);
  const back = await planFor({ 'person/entity': entity });
  expect(back.steps.map(({ kind }) => kind)).toEqual(Object.keys(rules).map(() => 'drop-index'));
});

test('every rule is looked up by its index, never by reading the table', async () => {
  await using world = await testEngine({ 'person/entity': entity, ...rules });
  const { call } = world;
  await world.rows(`insert into org_default.person (personid, name, nick, phone, mail, code, createdon, modifiedon)
    select gen_random_uuid(), 'شركت ' || md5(n::text), md5('a' || n) || ' ' || md5('b' || n), '0912' || lpad(n::text, 7, '0'), 'm' || n || '@example.com', lpad(n::text, 5, '0') || ' code', now(), now() from generate_series(1, 20000) n`);
  await world.rows('analyze org_default.person');
  const [row] = await world.rows<Record<string, string>>(
    'select name, nick, phone, mail, code from org_default.person limit 1',
  );
  const indexes: Record<string, string | undefined> = {};
  for (const rule of world.model.duplicateRules.get('person') ?? []) {
    const { database } = call.engine;
    let plan = '';
    const explaining: Call = {
      ...call,
      executor: {
        ...database,
        query: async (statement, parameters) => {
          const lines = await database.query<{ 'QUERY PLAN': string }>(`explain ${statement}`, parameters);
          plan = lines.map((line) => line['QUERY PLAN']).join('\n');
          return database.query(statement, parameters);
        },
      },
    };
    const found = await findDuplicates(
      explaining,
      [rule],
      '00000000-0000-7000-8000-000000000009',
      (name) => row?.[name] ?? null,
    );
    expect([rule.id, found.length]).toEqual([rule.id, 1]);
    indexes[rule.id] = /(?:Index Scan|Bitmap Index Scan)(?: using| on) (\w+)/.exec(plan)?.[1];
    expect(plan).not.toContain('Seq Scan');
  }
  expect(indexes).toEqual({
    'person/duplicates/folded': 'person_name_folded_idx',
    'person/duplicates/lower': 'person_mail_lower_idx',
    'person/duplicates/phone': 'person_phone_phone_idx',
    'person/duplicates/prefix': 'person_code_folded5_idx',
    'person/duplicates/similar': 'person_nick_sound_trgm',
  });
});
