// Cases of the field type rollup for the contract suite: nobody writes one.
import type { FieldExamples, JsonObject } from 'peyvand/sdk';

const rollup = (schema: JsonObject, field: JsonObject): JsonObject => ({
  ...schema,
  readOnly: true,
  field: { type: 'rollup', of: '{entity}_parts', ...field },
});

export const examples: FieldExamples = {
  documents: {
    '{entity}_part/entity': {
      title: 'Part',
      type: 'object',
      entity: { set: '{entity}_partset', plural: 'Parts', ownership: 'organization', primary: 'name', stateless: true },
      properties: {
        name: { title: 'Name', type: 'string', maxLength: 100, field: { type: 'text' } },
        amount: { title: 'Amount', type: 'number', field: { type: 'decimal', precision: 2 } },
        on: { title: 'On', type: 'string', format: 'date', field: { type: 'date' } },
        wholeid: {
          title: 'Whole',
          type: 'string',
          format: 'uuid',
          field: { type: 'lookup', target: '{entity}', relation: { name: '{entity}_parts', delete: 'remove-link' } },
        },
      },
    },
  },
  definitions: [
    rollup({ type: 'integer' }, { count: true }),
    rollup({ type: 'number' }, { sum: 'amount', where: 'amount > 0' }),
    rollup({ type: 'number' }, { avg: 'amount', precision: 2 }),
    rollup({ type: 'string', format: 'date' }, { max: 'on' }),
    rollup({ type: 'string' }, { concat: 'name', sort: 'name desc', separator: '; ' }),
    rollup({ type: 'number' }, { last: 'amount', sort: 'on' }),
  ],
  valid: [],
  invalid: [{ value: 1 }, { value: null }],
  filters: [{ filter: 'f gt 0', matches: 0 }],
  sorted: [],
};
