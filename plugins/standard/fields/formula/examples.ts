// Cases of the field type formula for the contract suite: nobody writes one.
import type { FieldExamples } from 'peyvand/sdk';

export const examples: FieldExamples = {
  definitions: [
    { type: 'string', readOnly: true, field: { type: 'formula', formula: "name & '!'" } },
    { type: 'number', readOnly: true, field: { type: 'formula', formula: '$length(name) / 3', precision: 2 } },
    { type: 'integer', readOnly: true, field: { type: 'formula', formula: '$length(name) * 2' } },
    { type: 'boolean', readOnly: true, field: { type: 'formula', formula: "$contains(name, 'a')" } },
    { type: 'string', format: 'date', readOnly: true, field: { type: 'formula', formula: '$today()' } },
    {
      type: 'string',
      readOnly: true,
      field: { type: 'formula', formula: '$map([1..2], function($n) { $n & name })[0]' },
    },
  ],
  valid: [],
  invalid: [{ value: 'x' }, { value: null }, { value: 1 }],
  filters: [
    { filter: "f eq 'x'", matches: 0 },
    { filter: "contains(f, 'x')", matches: 0 },
  ],
  sorted: [],
};
