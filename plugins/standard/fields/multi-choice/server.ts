// Any number of labelled integers. Wire: `1,2,3` as the Dataverse Web API sends them, or a list.
import { defineFieldType } from 'peyvand/sdk';
import { accept, quote, refuse, refuseType } from '../../values/decoded.ts';
import { checkChoice, choiceOptions, decodeChoice } from '../../values/choice-value.ts';
import type { Refusal } from '../../values/decoded.ts';
import type { ChoiceOptions } from '../../values/choice-value.ts';

/** As many as a person could still read; also keeps one value from growing without bounds. */
const MOST = 150;

export const multiChoice = defineFieldType<ChoiceOptions>({
  name: 'multi-choice',
  options: choiceOptions,
  schema: { type: 'string' },
  edm: 'Edm.String',
  columns: () => [{ suffix: '', type: 'integer[]' }],
  decode(value, field) {
    if (value === null || value === '') return accept(null);
    const items = itemsOf(value);
    if ('violation' in items) return items;
    if (items.length > MOST)
      return refuse('CHOICE_MANY', `${items.length} options are chosen; at most ${MOST} are allowed.`);
    const chosen = new Set<number>();
    for (const item of items) {
      const read = decodeChoice(item, field.options);
      if (!('choice' in read)) return read.decoded;
      chosen.add(read.choice);
    }
    // A set has no order and no doubles; nothing chosen is the same as no value.
    return chosen.size === 0 ? accept(null) : accept([...chosen].sort((a, b) => a - b));
  },
  operators: ['eq', 'ne', 'null', 'has-any', 'has-all'],
  sortable: false,
  check: checkChoice,
  choices: (field) =>
    field.options.choice === undefined ? { many: true } : { choice: field.options.choice, many: true },
  attribute: {
    code: 'Virtual',
    kind: 'MultiSelectPicklist',
    define: ({ kind }) =>
      kind === 'MultiSelectPicklist' ? { property: { type: 'string', field: { type: 'multi-choice' } } } : undefined,
  },
});

function itemsOf(value: unknown): readonly number[] | Refusal {
  if (typeof value !== 'string') return refuseType('option values as text, such as "1,2,3"', value);
  if (!/^\s*-?\d{1,10}\s*(,\s*-?\d{1,10}\s*)*$/.test(value)) {
    return refuse('CHOICE_FORMAT', `${quote(value)} is not a list of option values such as 1,2,3.`);
  }
  return value.split(',').map(Number);
}
