// Cases of the field type auto-number for the contract suite: numbers that a caller gives instead of the made one.
import type { FieldExamples } from 'peyvand/sdk';

export const examples: FieldExamples = {
  definitions: [
    { type: 'string', maxLength: 20, field: { type: 'auto-number', format: 'ACC-{SEQNUM:5}' } },
    {
      type: 'string',
      field: { type: 'auto-number', format: '{DATETIMEUTC:yyyyMMdd}-{SEQNUM:3}-{RANDSTRING:6}', start: 7 },
    },
  ],
  valid: [
    { value: 'ACC-00001' },
    { value: 'OLD/17' },
    { value: '1' },
    { value: '00017' },
    { value: 'با حروف فارسی' },
    { value: '۱۲۳۴' },
    { value: ' spaced ' },
    { value: 'x'.repeat(20) },
    { value: '😀' },
    { value: '{SEQNUM:5}' },
    { value: '-' },
    { value: '' },
    { value: '20261122-007-ABC123', definition: 1 },
  ],
  invalid: [
    { value: 17 },
    { value: true },
    { value: [] },
    { value: {} },
    { value: 'a\0b' },
    { value: '\0' },
    { value: '\ud800' },
    { value: '\udc00' },
    { value: 'x'.repeat(21) },
    { value: '😀'.repeat(21) },
    { value: 'x'.repeat(101), definition: 1 },
    { value: 1.5, definition: 1 },
  ],
  filters: [
    { filter: "f eq 'ACC-00001'", matches: 1 },
    { filter: "startswith(f,'0001')", matches: 1 },
    { filter: 'f eq null', matches: 0 },
  ],
};
