// Cases of the field type yes-no for the contract suite.
import type { FieldExamples } from 'peyvand/sdk';

export const examples: FieldExamples = {
  definitions: [
    { type: 'boolean', field: { type: 'yes-no' } },
    { type: 'boolean', field: { type: 'yes-no', yes: 'Allow', no: 'Do not allow' } },
  ],
  // There are but two values; the rest of a dozen are what people send instead.
  valid: [{ value: true }, { value: false }, { value: true, definition: 1 }, { value: false, definition: 1 }],
  invalid: [
    { value: 1 },
    { value: 0 },
    { value: 'true' },
    { value: 'false' },
    { value: 'yes' },
    { value: 'بله' },
    { value: '' },
    { value: [] },
    { value: [true] },
    { value: {} },
    { value: 1.5 },
    { value: 'on', definition: 1 },
  ],
  filters: [
    { filter: 'f eq true', matches: 1 },
    { filter: 'f eq false', matches: 1 },
    { filter: 'f ne true', matches: 1 },
    { filter: 'f ne null', matches: 2 },
  ],
  sorted: [false, true],
};
