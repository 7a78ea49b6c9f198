// What field profiles grant on secured fields: adding up, masks, texts made of others, unions.
import { beforeAll, expect, test } from 'vitest';
import type { Field, Model } from '../../../../core/model/model.ts';
import type { JsonObject } from '../../../../core/sdk/index.ts';
import { fieldAccess, maskText, readableField } from '../../../../core/security/field-access.ts';
import { systemPrincipal } from '../../../../core/security/system-principal.ts';
import { modelOf } from '../../../support/model.ts';

const text = (more: JsonObject = {}): JsonObject => ({
  title: 'Text',
  type: 'string',
  field: { type: 'text', ...more },
});
const overlay = (of: string, properties: JsonObject): JsonObject => ({ overlays: `base@1.0.0:${of}`, properties });
const grants = (fields: JsonObject): JsonObject => ({ title: 'Grants', fields });

/** With that of the sales module. */
const ACTIVITIES = ['task', 'phonecall', 'appointment', 'email', 'letter', 'opportunityclose'];

let model: Model;
beforeAll(async () => {
  model = await modelOf({
    'person/entity': {
      title: 'Person',
      type: 'object',
      entity: { set: 'people', plural: 'People', primary: 'name' },
      properties: {
        name: text(),
        pin: text({ secured: true }),
        alias: text({ secured: true }),
        open: text(),
        both: { ...text({ compose: ['open', 'pin', 'alias'] }), readOnly: true },
      },
    },
    'task/entity': overlay('task/entity', { subcategory: { field: { secured: true } } }),
    'activitypointer/entity': overlay('activitypointer/entity', { remark: text({ secured: true }) }),
    'profiles/nothing': grants({}),
    'profiles/ends': grants({ person: { pin: { read: true, mask: { last: 4 } } } }),
    'profiles/start': grants({ person: { pin: { read: true, mask: { first: 2 } } } }),
    'profiles/whole': grants({ person: { pin: { read: true } } }),
    'profiles/alias': grants({ person: { alias: { read: true, create: true } } }),
    'profiles/writer': grants({ person: { pin: { update: true } } }),
    'profiles/unread': grants({ person: { pin: { create: true } } }),
    'profiles/tasks': grants({ task: { remark: { read: true } } }),
    'profiles/masks': grants(
      Object.fromEntries(ACTIVITIES.map((name) => [name, { remark: { read: true, mask: { last: 2 } } }])),
    ),
    'profiles/activities': grants(Object.fromEntries(ACTIVITIES.map((name) => [name, { remark: { read: true } }]))),
  });
});

function fieldOf(entity: string, name: string): Field {
  const field = model.entities.get(entity)?.fields.get(name);
  if (!field) throw new TypeError(`no ${entity}.${name}`);
  return field;
}
const access = (profiles: readonly string[], name: string, entity = 'person') =>
  fieldAccess({ ...systemPrincipal, roles: ['basic-user'], profiles }, model, fieldOf(entity, name));

const full = { read: 'full', create: true, update: true };
const none = { read: 'none', create: false, update: false };

test("a field that is not secured is everybody's", () => expect(access([], 'open')).toEqual(full));

test("a secured field is nobody's without a profile, and the administrator's", () => {
  expect(access([], 'pin')).toEqual(none);
  expect(access(['nothing', 'gone'], 'pin')).toEqual(none);
  expect(fieldAccess(systemPrincipal, model, fieldOf('person', 'pin'))).toEqual(full);
});

test('profiles add up: one reads, one creates, one updates', () => {
  expect(access(['whole', 'writer', 'unread'], 'pin')).toEqual(full);
  expect(access(['writer'], 'pin')).toEqual({ read: 'none', create: false, update: true });
  expect(access(['ends', 'writer'], 'pin')).toEqual({ read: { first: 0, last: 4 }, create: false, update: true });
});

test('of two masks the more telling one holds, and whole beats any mask', () => {
  expect(access(['start', 'ends'], 'pin').read).toEqual({ first: 0, last: 4 });
  expect(access(['ends', 'start', 'whole'], 'pin').read).toBe('full');
});

test('a text joined of secured ones shows no more than all of them', () => {
  expect(access(['whole'], 'both').read).toBe('none');
  expect(access(['alias'], 'both').read).toBe('none');
  expect(access(['whole', 'alias'], 'both').read).toBe('full');
  expect(access(['ends', 'alias'], 'both').read).toBe('none');
});

test('a union shows a field to who may read it in each of its members', () => {
  expect(access(['tasks'], 'remark', 'task').read).toBe('full');
  expect(access(['tasks'], 'remark', 'phonecall').read).toBe('none');
  expect(access(['tasks'], 'remark', 'activitypointer').read).toBe('none');
  expect(access(['activities'], 'remark', 'activitypointer').read).toBe('full');
  expect(access(['masks'], 'remark', 'activitypointer').read).toEqual({ first: 0, last: 2 });
  expect(access(['masks', 'tasks'], 'remark', 'activitypointer').read).toEqual({ first: 0, last: 2 });
});

test('a masked value may be shown, a hidden one not', () => {
  const principal = { ...systemPrincipal, roles: [], profiles: ['ends'] };
  expect(readableField(principal, model, fieldOf('person', 'pin'))).toBe(true);
  expect(readableField(principal, model, fieldOf('person', 'alias'))).toBe(false);
});

test.each([
  ['0123456789', { first: 0, last: 4 }, '••••6789'],
  ['0123456789', { first: 2, last: 2 }, '01••••89'],
  ['0123456789', { first: 3, last: 0 }, '012••••'],
  ['1234', { first: 0, last: 4 }, '••••'],
  ['', { first: 0, last: 4 }, '••••'],
  ['نام👍🏽👍', { first: 1, last: 1 }, 'ن••••👍'],
])('the mask of "%s" by %o is "%s"', (value, mask, shown) => expect(maskText(value, mask)).toBe(shown));
