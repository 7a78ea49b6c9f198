// True or false, with a label for each.
import { defineFieldType } from 'peyvand/sdk';
import { accept, refuseType } from '../../values/decoded.ts';

interface YesNoOptions {
  readonly type: string;
  readonly yes?: string;
  readonly no?: string;
}

export const yesNo = defineFieldType<YesNoOptions>({
  name: 'yes-no',
  options: {
    type: 'object',
    additionalProperties: false,
    properties: {
      yes: { type: 'string', minLength: 1, maxLength: 100, description: 'Label of true.' },
      no: { type: 'string', minLength: 1, maxLength: 100, description: 'Label of false.' },
    },
  },
  schema: { type: 'boolean' },
  edm: 'Edm.Boolean',
  columns: () => [{ suffix: '', type: 'boolean' }],
  decode: (value) =>
    value === null || typeof value === 'boolean' ? accept(value) : refuseType('true or false', value),
  operators: ['eq', 'ne', 'in', 'null'],
  attribute: {
    code: 'Boolean',
    define: ({ kind }) =>
      kind === 'Boolean' ? { property: { type: 'boolean', field: { type: 'yes-no' } } } : undefined,
  },
});
