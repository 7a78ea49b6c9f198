// Cases of the field type duration for the contract suite.
import type { FieldExamples } from 'peyvand/sdk';

export const examples: FieldExamples = {
  definitions: [
    { type: 'integer', field: { type: 'duration' } },
    { type: 'integer', minimum: 15, maximum: 480, field: { type: 'duration' } },
  ],
  valid: [
    { value: 0 },
    { value: 1 },
    { value: 15 },
    { value: 30 },
    { value: 60 },
    { value: 90 },
    { value: 1439 },
    { value: 1440 },
    { value: 10_080 },
    { value: 525_600 },
    { value: 2_147_483_647 },
    { value: 15, definition: 1 },
    { value: 480, definition: 1 },
  ],
  invalid: [
    { value: -1 },
    { value: 0.5 },
    { value: 1.25 },
    { value: 2_147_483_648 },
    { value: '90' },
    { value: '1:30' },
    { value: '1 h' },
    { value: 'PT1H' },
    { value: '' },
    { value: true },
    { value: [] },
    { value: {} },
    { value: 14, definition: 1 },
    { value: 481, definition: 1 },
  ],
  filters: [
    { filter: 'f eq 90', matches: 1 },
    { filter: 'f ge 60 and f lt 1440', matches: 3 },
    { filter: 'f gt 1440', matches: 3 },
    { filter: 'f eq null', matches: 0 },
  ],
  sorted: [0, 1, 15, 30, 60, 90, 1439, 1440, 10_080, 525_600, 2_147_483_647],
};
