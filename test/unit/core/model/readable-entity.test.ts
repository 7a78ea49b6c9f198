// The metadata of an entity as field profiles leave it: what forms, lists and search offer to somebody who may not have all.
import { beforeAll, expect, test } from 'vitest';
import type { EntityMetadata } from '../../../../metadata/effective.ts';
import { entityMetadata } from '../../../../core/model/effective.ts';
import type { Model } from '../../../../core/model/model.ts';
import type { JsonObject } from '../../../../core/sdk/index.ts';
import { fieldAccess } from '../../../../core/security/field-access.ts';
import { systemPrincipal } from '../../../../core/security/system-principal.ts';
import { modelOf } from '../../../support/model.ts';

const text = (field: JsonObject = {}): JsonObject => ({
  title: 'Text',
  type: 'string',
  field: { type: 'text', ...field },
});
const secured = { secured: true };
const lookup = (target: string, field: JsonObject): JsonObject => ({
  title: 'Lookup',
  type: 'string',
  format: 'uuid',
  field: { type: 'lookup', target, ...field },
});

let model: Model;
beforeAll(async () => {
  model = await modelOf({
    'person/entity': {
      title: 'Person',
      type: 'object',
      entity: { set: 'people', plural: 'People', primary: 'name', search: ['name', 'pin', 'alias'] },
      properties: {
        name: text(),
        pin: text(secured),
        alias: text(secured),
        code: text(secured),
        note: text(secured),
        doctor: lookup('contact', { ...secured, relation: { name: 'doctor_people' } }),
        partner: lookup('person', { relation: { name: 'partner_people' } }),
      },
    },
    'person/forms/main': {
      title: 'Person',
      kind: 'main',
      header: ['alias', 'pin', 'name'],
      tabs: [
        {
          id: 'all',
          title: 'All',
          columns: [
            {
              id: 'one',
              sections: [
                {
                  id: 'one',
                  items: ['name', 'pin', 'alias', 'code', 'note', 'doctor'].map((id) => ({ id })),
                },
              ],
            },
          ],
        },
      ],
    },
    'contact/forms/people': {
      title: 'People',
      kind: 'main',
      tabs: [
        {
          id: 'all',
          title: 'All',
          columns: [
            {
              id: 'one',
              sections: [
                {
                  id: 'one',
                  items: [{ id: 'lastname' }, { id: 'people', control: 'sub-grid', navigation: 'doctor_people' }],
                },
              ],
            },
          ],
        },
      ],
    },
    'person/views/all': {
      title: 'All',
      kind: 'grid',
      columns: ['name', 'pin', 'alias', 'code', 'doctor.lastname', 'partner.alias', 'partner.pin', 'partner.name'].map(
        (id) => ({ id }),
      ),
      sort: ['alias', 'pin', 'partner.pin', 'name'].map((id) => ({ id })),
      filter: { and: [{ field: 'alias', is: 'eq', value: 'Zorro' }] },
    },
    'person/views/named': {
      title: 'Named',
      kind: 'grid',
      columns: [{ id: 'name' }],
      filter: { field: 'name', is: 'ne', value: 'x' },
    },
    'profiles/some': {
      title: 'Some',
      fields: {
        person: { pin: { read: true, mask: { last: 4 } }, code: { create: true }, note: { read: true, create: true } },
      },
    },
  });
});

function shown(name: string, profiles: readonly string[], roles: readonly string[] = ['basic-user']): EntityMetadata {
  const principal = { ...systemPrincipal, roles, profiles };
  const metadata = entityMetadata(model, 'en', name, {
    read: () => true,
    create: () => true,
    field: (field) => fieldAccess(principal, model, field),
    right: () => false,
  });
  if (!metadata) throw new TypeError(`no ${name}`);
  return metadata;
}
const itemsOf = (metadata: EntityMetadata, form: string): readonly string[] =>
  (metadata.forms[form]?.tabs ?? [])
    .flatMap((tab) => tab.columns)
    .flatMap((column) => column.sections)
    .flatMap((section) => section.items)
    .map((item) => item.id);

test('a field says what is left of it: masked, read only, for new rows only; a hidden one is not there', () => {
  const { fields } = shown('person', ['some']);
  expect(fields['name']?.secured).toBeUndefined();
  expect(fields['pin']).toMatchObject({ sortable: false, secured: { read: 'masked', create: false, update: false } });
  expect(fields['note']).toMatchObject({ sortable: true, secured: { read: 'full', create: true, update: false } });
  expect(fields['code']).toMatchObject({
    sortable: false,
    operators: [],
    secured: { read: 'none', create: true, update: false },
  });
  expect(fields['alias']).toBeUndefined();
  expect(fields['doctor']).toBeUndefined();
});

test('forms, search, columns, sorting and filters name nothing that is hidden', () => {
  const metadata = shown('person', ['some']);
  expect(itemsOf(metadata, 'main')).toEqual(['name', 'pin', 'code', 'note']);
  expect(metadata.forms['main']?.header).toEqual(['pin', 'name']);
  expect(metadata.search).toEqual(['name', 'pin']);
  expect(metadata.views['all']?.columns.map(({ id }) => id)).toEqual(['name', 'pin', 'partner.pin', 'partner.name']);
  expect(metadata.views['all']?.sort.map(({ id }) => id)).toEqual(['name']);
  expect(metadata.views['all']?.filter).toBeUndefined();
  expect(metadata.views['named']?.filter).toBeDefined();
});

test('a relationship over a hidden lookup is there from neither side, its sub-grid neither', () => {
  expect(shown('person', []).navigation['doctor']).toBeUndefined();
  expect(shown('person', []).navigation['partner']).toBeDefined();
  const contact = shown('contact', []);
  expect(contact.navigation['doctor_people']).toBeUndefined();
  expect(itemsOf(contact, 'people')).toEqual(['lastname']);
  expect(itemsOf(shown('contact', [], ['system-administrator']), 'people')).toEqual(['lastname', 'people']);
});

test('an administrator gets the same object as ever, and so does everybody where nothing is secured', () => {
  expect(shown('person', [], ['system-administrator']).fields).toEqual(entityMetadata(model, 'en', 'person')?.fields);
  expect(shown('tag', []).fields).toBe(entityMetadata(model, 'en', 'tag')?.fields);
});
