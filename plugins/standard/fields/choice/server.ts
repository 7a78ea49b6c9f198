// One of a list of labelled integers: a shared choice document, or the field's own options.
import { defineFieldType } from 'peyvand/sdk';
import { accept } from '../../values/decoded.ts';
import { checkChoice, choiceOptions, decodeChoice } from '../../values/choice-value.ts';
import type { ChoiceOptions } from '../../values/choice-value.ts';

export const choice = defineFieldType<ChoiceOptions>({
  name: 'choice',
  options: choiceOptions,
  schema: { type: 'integer' },
  edm: 'Edm.Int32',
  columns: () => [{ suffix: '', type: 'integer' }],
  decode(value, field) {
    if (value === null) return accept(null);
    const read = decodeChoice(value, field.options);
    return 'choice' in read ? accept(read.choice) : read.decoded;
  },
  // The order of values is no order of meanings, but clients write `statecode lt 2`.
  operators: ['eq', 'ne', 'gt', 'ge', 'lt', 'le', 'in', 'null'],
  check: checkChoice,
  choices: (field) =>
    field.options.choice === undefined ? { many: false } : { choice: field.options.choice, many: false },
  attribute: {
    code: 'Picklist',
    define: ({ kind }) =>
      kind === 'Picklist' ? { property: { type: 'integer', field: { type: 'choice' } } } : undefined,
  },
});
