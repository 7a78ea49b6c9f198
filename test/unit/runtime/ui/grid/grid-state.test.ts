import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FieldMetadata } from '../../../../../metadata/effective.ts';
import { createFieldRegistry } from '../../../../../runtime/ui/field-registry.ts';
import {
  condition,
  filterOperators,
  readState,
  writeState,
  type GridState,
} from '../../../../../runtime/ui/grid/grid-state.ts';

const field = (more: Partial<FieldMetadata>): FieldMetadata => ({
  name: 'name',
  title: 'Name',
  type: 'text',
  options: {},
  wire: 'name',
  required: false,
  readOnly: false,
  immutable: false,
  operators: ['eq', 'ne', 'gt', 'null', 'contains'],
  sortable: true,
  ...more,
});
const view: GridState = {
  columns: [{ id: 'name', width: 200 }],
  sort: [{ id: 'name', direction: 'asc' }],
  filters: [],
  search: '',
};

describe('the address', () => {
  test('says nothing about a view that was not changed', () => {
    expect(writeState(view, view).toString()).toBe('');
  });
  test('brings back whatever was made of the list', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9_.]{0,12}$/);
    const state = fc.record({
      columns: fc.array(fc.record({ id: name, width: fc.integer({ min: 64, max: 900 }) }, { requiredKeys: ['id'] }), {
        minLength: 1,
      }),
      sort: fc.array(fc.record({ id: name, direction: fc.constantFrom('asc' as const, 'desc' as const) })),
      filters: fc.array(
        fc.record({
          id: name,
          operator: fc.constantFrom('eq', 'contains', 'in', 'last-x-days'),
          value: fc.oneof(fc.string(), fc.integer(), fc.constant(null), fc.array(fc.integer())),
        }),
      ),
      search: fc.string(),
    });
    fc.assert(
      fc.property(state, (one) => {
        const again = readState(new URLSearchParams(writeState(one, view).toString()), view);
        expect(again).toEqual(one);
      }),
    );
  });
});

describe('a filter', () => {
  const fields = createFieldRegistry({});
  test('doubles the quotes of what was typed', () => {
    expect(condition({ id: 'name', operator: 'contains', value: "O'Brien" }, field({}), fields)).toBe(
      "contains(name,'O''Brien')",
    );
  });
  test('names the row of a lookup by its id', () => {
    const lookup = field({ wire: '_ownerid_value', targets: [{ entity: 'systemuser', navigation: 'ownerid' }] });
    const value = { entity: 'systemuser', id: '0190', name: 'Ada' };
    expect(condition({ id: 'ownerid', operator: 'eq', value }, lookup, fields)).toBe('_ownerid_value eq 0190');
  });
  test('asks for dates in the words of the query language', () => {
    const date = field({ wire: 'createdon' });
    expect(condition({ id: 'createdon', operator: 'this-month', value: null }, date, fields)).toBe(
      "Microsoft.Dynamics.CRM.ThisMonth(PropertyName='createdon')",
    );
    expect(condition({ id: 'createdon', operator: 'last-x-days', value: 7 }, date, fields)).toBe(
      "Microsoft.Dynamics.CRM.LastXDays(PropertyName='createdon',PropertyValue=7)",
    );
  });
  test('says nothing while its value is missing', () => {
    expect(condition({ id: 'name', operator: 'eq', value: '' }, field({}), fields)).toBeUndefined();
  });
  test('offers for text what says something about text', () => {
    expect(filterOperators(field({}))).toEqual(['contains', 'eq', 'ne', 'null', 'not-null']);
  });
});
