// Which fields may be secured, and what field profiles may grant: said when documents are read, with the reason.
import { expect, test } from 'vitest';
import type { JsonObject } from '../../../../core/sdk/index.ts';
import { modelOf, problemsOf } from '../../../support/model.ts';

const text = (more: JsonObject = {}): JsonObject => ({
  title: 'Text',
  type: 'string',
  field: { type: 'text', ...more },
});
const lookup = (target: string, more: JsonObject = {}): JsonObject => ({
  title: 'Lookup',
  type: 'string',
  format: 'uuid',
  field: { type: 'lookup', target, ...more },
});

function person(properties: Readonly<Record<string, JsonObject>>, entity: JsonObject = {}): JsonObject {
  return {
    title: 'Person',
    type: 'object',
    entity: { set: 'people', plural: 'People', primary: 'name', ...entity },
    properties: { name: text(), ...properties },
  };
}

async function said(documents: Readonly<Record<string, JsonObject>>): Promise<readonly string[]> {
  const problems = await problemsOf(documents);
  return problems.map(({ code, pointer, message }) => `${code} ${pointer} ${message}`);
}

test('a text, a number, a plain lookup, a key of its own and a search field may be secured', async () => {
  const model = await modelOf({
    'person/entity': person(
      {
        nationalid: text({ secured: true }),
        pay: { title: 'Pay', type: 'number', field: { type: 'currency', secured: true } },
        doctorid: lookup('contact', { secured: true }),
      },
      { keys: { nationalid: ['nationalid'] }, search: ['name', 'nationalid'] },
    ),
  });
  const secured = [...(model.entities.get('person')?.fields.values() ?? [])].filter((field) => field.secured);
  expect(secured.map(({ name }) => name)).toEqual(['nationalid', 'pay', 'doctorid']);
});

test.each<[string, Readonly<Record<string, JsonObject>>, RegExp]>([
  ['the primary name', { 'person/entity': person({ name: text({ secured: true }) }) }, /People are called by it/],
  [
    'a part of the primary name',
    {
      'person/entity': person(
        { first: text({ secured: true }), name: { ...text({ compose: ['first'] }), readOnly: true } },
        { primary: 'name' },
      ),
    },
    /People are called by it/,
  ],
  [
    'a joined text itself',
    {
      'person/entity': person({
        first: text(),
        full: { ...text({ compose: ['first'], secured: true }), readOnly: true },
      }),
    },
    /secure those/,
  ],
  [
    'the owner',
    {
      'account/entity': {
        overlays: 'base@1.0.0:account/entity',
        properties: { ownerid: { field: { secured: true } } },
      },
    },
    /the engine fills it/,
  ],
  [
    'one of the fields of an alternate key',
    {
      'person/entity': person({ code: text({ secured: true }), land: text() }, { keys: { code: ['code', 'land'] } }),
    },
    /by trying/,
  ],
  [
    'a lookup whose rows are deleted along',
    { 'person/entity': person({ of: lookup('account', { secured: true, relation: { delete: 'cascade' } }) }) },
    /"delete": "cascade"/,
  ],
  [
    'a lookup that keeps its row from being deleted',
    { 'person/entity': person({ of: lookup('account', { secured: true, relation: { delete: 'restrict' } }) }) },
    /"delete": "restrict"/,
  ],
  [
    'a lookup whose rows change hands along',
    { 'person/entity': person({ of: lookup('account', { secured: true, relation: { assign: 'cascade' } }) }) },
    /"assign": "cascade"/,
  ],
  [
    'the parent in a tree',
    { 'person/entity': person({ parent: lookup('person', { secured: true, relation: { hierarchy: true } }) }) },
    /tree/,
  ],
  [
    'the rate that base amounts are divided by',
    {
      'transactioncurrency/entity': {
        overlays: 'base@1.0.0:transactioncurrency/entity',
        properties: { exchangerate: { field: { secured: true } } },
      },
    },
    /divided by it/,
  ],
])('%s cannot be secured, and the reason is said', async (_what, documents, reason) => {
  const problems = await said(documents);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(/^SECURED_INVALID \/properties\/\w+\/field\/secured /);
  expect(problems[0]).toMatch(reason);
});

test('a secured field of a trait is secured in each entity that has it', async () => {
  const model = await modelOf({
    'traits/record': {
      overlays: 'base@1.0.0:traits/record',
      properties: { remark: text({ secured: true }) },
    },
  });
  expect(model.entities.get('account')?.fields.get('remark')?.secured).toBe(true);
  expect(model.entities.get('activitypointer')?.fields.get('remark')?.secured).toBe(true);
});

test('a profile grants on secured fields that exist, masks only text that is read, and names the members of a union', async () => {
  const problems = await said({
    'person/entity': person({
      nationalid: text({ secured: true }),
      pay: { title: 'Pay', type: 'number', field: { type: 'currency', secured: true } },
      note: text(),
    }),
    'profiles/clerk': {
      title: 'Clerk',
      fields: {
        person: {
          nationalid: { mask: { last: 4 } },
          pay: { read: true, mask: { last: 1 } },
          note: { read: true },
          nationalidd: { read: true },
        },
        persom: { note: { read: true } },
        activitypointer: { subject: { read: true } },
      },
    },
  });
  expect(problems).toEqual([
    'PROFILE_INVALID /fields/person/nationalid/mask a mask shows a part of what may be read: say "read": true beside it',
    'PROFILE_INVALID /fields/person/pay/mask pay of person is no text, so there is nothing of it to mask; grant "read" or leave it out',
    'PROFILE_INVALID /fields/person/note note of person is not secured, so everybody has it already; say "secured": true in its field, or take it out here',
    expect.stringMatching(/^FIELD_UNKNOWN \/fields\/person\/nationalidd .*nationalid/),
    expect.stringMatching(/^ENTITY_UNKNOWN \/fields\/persom .*person/),
    expect.stringMatching(/^PROFILE_INVALID \/fields\/activitypointer .*task/),
  ]);
});
