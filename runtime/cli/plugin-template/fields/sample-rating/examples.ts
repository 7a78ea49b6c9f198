// What the field type promises: the test holds it to each of these on a real database.
import type { FieldExamples } from 'peyvand/sdk';

export const examples: FieldExamples = {
  definitions: [
    { type: 'integer', field: { type: 'sample-rating' } },
    { type: 'integer', field: { type: 'sample-rating', most: 3 } },
  ],
  valid: [{ value: 1 }, { value: 5 }, { value: 3 }, { value: 3, definition: 1 }],
  invalid: [{ value: 0 }, { value: 6 }, { value: 2.5 }, { value: '3' }, { value: {} }, { value: 4, definition: 1 }],
  filters: [
    { filter: 'f ge 3', matches: 2 },
    { filter: 'f eq null', matches: 0 },
  ],
  sorted: [1, 3, 5],
};
