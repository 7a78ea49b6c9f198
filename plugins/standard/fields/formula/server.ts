// A value worked out from the row, and from rows it refers to, whenever it is read.
import { defineFieldType } from 'peyvand/sdk';
import {
  checkResult,
  refuseValue,
  resultOf,
  resultOptions,
  storageOf,
  type ResultOptions,
} from '../../values/result-value.ts';

interface FormulaOptions extends ResultOptions {
  readonly type: string;
  readonly formula: string;
}

export const formula = defineFieldType<FormulaOptions>({
  name: 'formula',
  options: {
    type: 'object',
    additionalProperties: false,
    properties: {
      formula: {
        type: 'string',
        minLength: 1,
        maxLength: 10_000,
        description: 'JSONata over the row: `firstname & " " & lastname`, `estimatedvalue * closeprobability / 100`.',
      },
      ...resultOptions,
    },
    required: ['formula'],
  },
  schema: { readOnly: true },
  edm: 'Edm.String',
  edmOf: ({ options, schema }) => storageOf[resultOf(options, schema)].edm,
  columns: ({ options, schema }) => [{ suffix: '', type: storageOf[resultOf(options, schema)].column }],
  decode: refuseValue,
  shownAs: ({ options, schema }) => resultOf(options, schema),
  operators: storageOf['date-time'].operators,
  operatorsOf: ({ options, schema }) => storageOf[resultOf(options, schema)].operators,
  check: ({ options, schema }) => checkResult(options, schema),
  derived: ({ options, schema }) => {
    const scale = options.precision ?? (resultOf(options, schema) === 'currency' ? 2 : undefined);
    return { expression: options.formula, ...(scale === undefined ? {} : { scale }) };
  },
});
