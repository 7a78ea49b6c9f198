import { describe, expect, test } from 'vitest';
import type { EntityMetadata, FieldMetadata } from '../../../../../metadata/effective.ts';
import type { FieldContext } from '../../../../../runtime/ui/field-ui.ts';
import { createFieldRegistry } from '../../../../../runtime/ui/field-registry.ts';
import { RecordDraft } from '../../../../../runtime/ui/form/record-draft.ts';
import { compareSides } from '../../../../../runtime/ui/form/compare-sides.ts';
import { createLocale } from '../../../../../runtime/ui/locale/create-locale.ts';
import { bodyOf, overlayRow, valuesOf } from '../../../../../runtime/ui/record-values.ts';

const field = (name: string, more: Partial<FieldMetadata> = {}): FieldMetadata => ({
  name,
  title: name,
  type: 'text',
  options: {},
  wire: name,
  required: false,
  readOnly: false,
  immutable: false,
  operators: [],
  sortable: true,
  ...more,
});
const owner = field('ownerid', {
  wire: '_ownerid_value',
  targets: [
    { entity: 'systemuser', navigation: 'ownerid_systemuser' },
    { entity: 'team', navigation: 'ownerid_team' },
  ],
});
const entity: EntityMetadata = {
  name: 'account',
  set: 'accounts',
  title: 'Account',
  plural: 'Accounts',
  key: 'accountid',
  primary: 'name',
  create: true,
  quickCreate: true,
  version: '1',
  ownership: 'user',
  fields: { name: field('name', { required: true, maxLength: 5 }), phone: field('phone'), ownerid: owner },
  navigation: {},
  search: [],
  forms: {},
  views: {},
  commands: [],
};
const row = {
  name: 'Ada',
  phone: '1',
  _ownerid_value: 'u1',
  '_ownerid_value@Microsoft.Dynamics.CRM.lookuplogicalname': 'team',
  '_ownerid_value@OData.Community.Display.V1.FormattedValue': 'Sales',
};
const draft = (of: Readonly<Record<string, unknown>> | undefined = row) =>
  new RecordDraft({
    entity,
    fields: createFieldRegistry({}),
    locale: createLocale({ language: 'en', calendar: 'gregory', timeZone: 'UTC' }, {}),
    ...(of ? { row: of, etag: 'W/"1"' } : {}),
    context: () => ({}) as FieldContext,
  });

describe('a record being edited', () => {
  test('is clean again when the old value is typed back', () => {
    const one = draft();
    one.set('phone', '2');
    expect(one.changes).toEqual({ phone: '2' });
    one.set('phone', '1');
    expect(one.dirty).toBe(false);
  });
  test('begins, when new, with the defaults that the server would fill in, and is not asked for them', () => {
    const one = new RecordDraft({
      entity: { ...entity, fields: { ...entity.fields, seats: field('seats', { required: true, default: 4 }) } },
      fields: createFieldRegistry({}),
      locale: createLocale({ language: 'en', calendar: 'gregory', timeZone: 'UTC' }, {}),
      context: () => ({}) as FieldContext,
    });
    expect(one.value('seats')).toBe(4);
    expect(one.dirty).toBe(false);
    expect(one.checkAll(['seats'])).toBe(true);
    one.set('seats', null);
    expect(one.checkAll(['seats'])).toBe(false);
  });
  test('names what is missing and what is too long, and forgets it once mended', () => {
    const one = draft();
    one.set('name', '');
    expect(one.checkAll(['name'])).toBe(false);
    expect(one.error('name')).toBeDefined();
    one.set('name', 'Lovelace');
    expect(one.error('name')).toBeDefined();
    one.set('name', 'Grace');
    expect(one.error('name')).toBeUndefined();
  });
  test('takes the violations of the server to its fields, by whatever name', () => {
    const one = draft();
    const rest = one.takeViolations([
      { code: 'A', target: 'ownerid_team@odata.bind', message: 'gone' },
      { code: 'B', target: '/phone', message: 'bad' },
      { code: 'C', target: '', message: 'all of it' },
    ]);
    expect(one.error('ownerid')).toBe('gone');
    expect(one.error('phone')).toBe('bad');
    expect(rest.map((detail) => detail.message)).toEqual(['all of it']);
  });
  test('what the server refused stays refused when the field is left, and until it changes', () => {
    const one = draft();
    one.set('phone', '2');
    one.takeViolations([{ code: 'B', target: 'phone', message: 'bad' }]);
    // Ctrl+S in a field: the summary takes the focus, and leaving the field checks it.
    expect(one.check('phone')).toBe(false);
    expect(one.error('phone')).toBe('bad');
    one.set('phone', '3');
    expect(one.error('phone')).toBeUndefined();
    one.set('phone', '2');
    expect(one.checkAll(['phone'])).toBe(true);
    expect(one.check('phone')).toBe(true);
  });
  test('keeps both sides of a conflict apart', () => {
    const one = draft();
    one.set('phone', '2');
    expect(compareSides(one, valuesOf({ ...row, phone: '3', name: 'Eve' }, entity))).toEqual({
      both: ['phone'],
      onlyTheirs: ['name'],
    });
    expect(compareSides(one, valuesOf({ ...row, phone: '2' }, entity)).both).toEqual([]);
  });
});

describe('on the way to the server', () => {
  const setOf = (name: string) => `${name}s`;
  test('a lookup is bound through the navigation of its target, and cleared', () => {
    const team = { entity: 'team', id: 't1', name: 'Sales' };
    expect(bodyOf({ ownerid: team, phone: null }, entity, setOf)).toEqual({
      'ownerid_team@odata.bind': '/teams(t1)',
      phone: null,
    });
    expect(bodyOf({ ownerid: null }, entity, setOf)).toEqual({ 'ownerid_systemuser@odata.bind': null });
  });
  test('a row shows the new values at once, as if it had been read again', () => {
    const values = { ownerid: { entity: 'systemuser', id: 'u2', name: 'Ada' }, phone: '9' };
    expect(valuesOf(overlayRow(row, values, entity), entity)).toMatchObject(values);
  });
});
