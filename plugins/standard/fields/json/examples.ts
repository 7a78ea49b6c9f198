// Cases of the field type json for the contract suite.
import type { FieldExamples } from 'peyvand/sdk';

const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);

export const examples: FieldExamples = {
  definitions: [{ field: { type: 'json' } }, { field: { type: 'json', maxSize: 10 } }],
  valid: [
    { value: {} },
    { value: [] },
    { value: { a: 1, b: [true, null, 'x'] } },
    { value: 'text' },
    { value: '' },
    { value: 12.5 },
    { value: 0 },
    { value: true },
    { value: false },
    { value: { متن: 'می‌خواهم', '😀': '\u200f' } },
    { value: { 'key with "quotes" and \\': "'; drop table x; --" } },
    { value: nested(31) },
    { value: [1, 'a'], definition: 1 },
  ],
  invalid: [
    { value: 'a\0b' },
    { value: { a: 'x\0' } },
    { value: { 'k\0': 1 } },
    { value: ['\ud800'] },
    { value: { '\udc00': 1 } },
    { value: nested(33) },
    { value: 'x'.repeat(70_000) },
    { value: Array.from({ length: 70_000 }, () => 0) },
    { value: '123456789', definition: 1 },
    { value: { long: 'value' }, definition: 1 },
    { value: [1, 2, 3, 4, 5, 6], definition: 1 },
    { value: 'فارسی', definition: 1 },
  ],
  filters: [
    { filter: 'f eq null', matches: 0 },
    { filter: 'f ne null', matches: 12 },
  ],
};
