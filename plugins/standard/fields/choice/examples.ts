// Cases of the field type choice for the contract suite.
import type { FieldExamples } from 'peyvand/sdk';

const options = [
  { value: 1, title: 'Cold', color: '#3366cc' },
  { value: 2, title: 'Warm' },
  { value: 3, title: 'Hot', color: '#CC3333' },
  { value: 100_000_000, title: 'From elsewhere' },
  { value: -1, title: 'Unknown' },
  { value: 0, title: 'None' },
];

export const examples: FieldExamples = {
  definitions: [
    { type: 'integer', field: { type: 'choice', options } },
    { type: 'integer', field: { type: 'choice', options: [{ value: 7, title: 'Only' }] } },
  ],
  valid: [
    ...options.map(({ value }) => ({ value })),
    ...options.map(({ value }) => ({ value })),
    { value: -0, read: 0 },
    { value: 7, definition: 1 },
  ],
  invalid: [
    { value: 4 },
    { value: -2 },
    { value: 1.5 },
    { value: 2_147_483_648 },
    { value: 1e30 },
    { value: '1' },
    { value: 'Cold' },
    { value: '' },
    { value: true },
    { value: [1] },
    { value: {} },
    { value: 1, definition: 1 },
  ],
  filters: [
    { filter: 'f eq 1', matches: 2 },
    { filter: 'f ne 1', matches: 11 },
    { filter: 'f in (1,3)', matches: 4 },
    { filter: 'f ge 2', matches: 6 },
    { filter: 'f eq null', matches: 0 },
  ],
  sorted: [-1, -1, 0, 0, 0, 1, 1, 2, 2, 3, 3, 100_000_000, 100_000_000],
};
