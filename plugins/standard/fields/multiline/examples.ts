// Cases of the field type multiline for the contract suite.
import type { FieldExamples } from 'peyvand/sdk';

export const examples: FieldExamples = {
  definitions: [
    { type: 'string', field: { type: 'multiline' } },
    { type: 'string', maxLength: 5, field: { type: 'multiline', rows: 8 } },
  ],
  valid: [
    { value: 'one line' },
    { value: 'two\nlines' },
    { value: 'windows\r\nlines' },
    { value: '\n\n' },
    { value: '' },
    { value: '  indented\n\ttext' },
    { value: 'متن فارسی با نیم‌فاصله‌ها\nو خط دوم' },
    { value: '😀 emoji' },
    { value: '\u202bembedded\u202c' },
    { value: 'x'.repeat(2000) },
    { value: '{"json": "as text"}' },
    { value: '12345', definition: 1 },
    { value: '😀😀😀😀😀', definition: 1 },
  ],
  invalid: [
    { value: 1 },
    { value: false },
    { value: ['a'] },
    { value: { text: 'a' } },
    { value: 'a\0b' },
    { value: '\0' },
    { value: 'lone \udfff' },
    { value: '\ud800' },
    { value: 'x'.repeat(2001) },
    { value: '123456', definition: 1 },
    { value: '12\n345', definition: 1 },
    { value: '😀😀😀😀😀😀', definition: 1 },
  ],
  filters: [
    { filter: "contains(f,'lines')", matches: 2 },
    { filter: "f eq 'one line'", matches: 1 },
    { filter: "startswith(f,'متن')", matches: 1 },
    { filter: 'f ne null', matches: 11 },
  ],
};
