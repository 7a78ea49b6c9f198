// Views over formulas are judged by what the formula gives, not by the type "formula".
import { expect, test } from 'vitest';
import type { JsonObject } from '../../../../core/sdk/index.ts';
import { modelOf } from '../../../support/model.ts';

const entity: JsonObject = {
  title: 'Deal',
  type: 'object',
  entity: { set: 'new_deals', plural: 'Deals', ownership: 'user', primary: 'new_name' },
  properties: {
    new_name: { title: 'Name', type: 'string', maxLength: 100, field: { type: 'text' } },
    new_value: { title: 'Value', type: 'number', field: { type: 'decimal', precision: 2 } },
    new_loud: {
      title: 'Loud',
      type: 'string',
      readOnly: true,
      field: { type: 'formula', result: 'text', formula: '$uppercase(new_name)' },
    },
    new_double: {
      title: 'Double',
      type: 'number',
      readOnly: true,
      field: { type: 'formula', result: 'decimal', formula: 'new_value * 2' },
    },
    new_turned: {
      title: 'Turned',
      type: 'string',
      readOnly: true,
      field: { type: 'formula', result: 'text', formula: '$join($reverse($split(new_name, "")))' },
    },
  },
  required: ['new_name'],
};

const view = (more: JsonObject): Readonly<Record<string, JsonObject>> => ({
  'new_deal/entity': entity,
  'new_deal/views/mine': { title: 'Mine', kind: 'grid', columns: [{ id: 'new_name' }], ...more },
});

test('a text formula is searched for a piece, a number formula compared, and rows come in their order', async () => {
  const filter = {
    and: [
      { field: 'new_loud', is: 'contains', value: 'A' },
      { field: 'new_double', is: 'gt', value: 10 },
    ],
  };
  await modelOf(view({ filter, sort: [{ id: 'new_double', direction: 'desc' }] }));
});

test.each([
  [
    'a number formula for a piece of text',
    { filter: { field: 'new_double', is: 'contains', value: '1' } },
    /new_double/,
  ],
  ['a text formula for this month', { filter: { field: 'new_loud', is: 'this-month' } }, /new_loud/],
  [
    'what is worked out on read, by value',
    { filter: { field: 'new_turned', is: 'eq', value: 'a' } },
    /worked out when/,
  ],
  ['what is worked out on read, by order', { sort: [{ id: 'new_turned', direction: 'asc' }] }, /worked out when/],
])('a view may not ask %s', async (_, more, said) => {
  await expect(modelOf(view(more as JsonObject))).rejects.toThrow(said);
});
