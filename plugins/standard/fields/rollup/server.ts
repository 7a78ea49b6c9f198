// A sum, count, extreme, average, first, last or list of related rows, stored and kept by the engine.
import type { Rollup } from 'peyvand/sdk';
import { defineFieldType } from 'peyvand/sdk';
import {
  checkResult,
  refuseValue,
  resultOf,
  resultOptions,
  storageOf,
  type ResultOptions,
} from '../../values/result-value.ts';

const OVER_FIELD = ['sum', 'min', 'max', 'avg', 'first', 'last', 'concat'] as const;

interface RollupOptions extends ResultOptions, Partial<Readonly<Record<(typeof OVER_FIELD)[number], string>>> {
  readonly type: string;
  readonly of: string;
  readonly count?: true;
  readonly where?: string;
  readonly sort?: string;
  readonly separator?: string;
  readonly below?: string;
}

const name = { type: 'string', pattern: '^[a-z][a-z0-9_]*$' } as const;

/** Decimals of an average that does not say. */
const AVERAGE_SCALE = 10;

export const rollup = defineFieldType<RollupOptions>({
  name: 'rollup',
  options: {
    type: 'object',
    additionalProperties: false,
    properties: {
      of: { ...name, description: 'The relationship whose rows are rolled up: 1:N, or N:N from either side.' },
      count: { const: true, description: 'How many rows.' },
      ...Object.fromEntries(
        OVER_FIELD.map((one) => [
          one,
          { ...name, description: 'The field of the related row; or the name of its amount in base currency.' },
        ]),
      ),
      where: {
        type: 'string',
        minLength: 1,
        maxLength: 2_000,
        description: 'Only related rows for which this JSONata condition holds: `statecode = 0`.',
      },
      sort: {
        type: 'string',
        pattern: '^[a-z][a-z0-9_]*( (asc|desc))?$',
        description: 'What tells the first, the last, and the order of a list: `createdon desc`.',
      },
      separator: { type: 'string', maxLength: 20, default: ', ' },
      below: {
        ...name,
        description: 'The lookup by which rows of this entity make a tree: what belongs to all rows below counts, too.',
      },
      ...resultOptions,
    },
    required: ['of'],
    oneOf: [{ required: ['count'] }, ...OVER_FIELD.map((one) => ({ required: [one] }))],
  },
  schema: { readOnly: true },
  edm: 'Edm.Decimal',
  edmOf: ({ options, schema }) => storageOf[resultOf(options, schema)].edm,
  columns: ({ options, schema }) => {
    const { column } = storageOf[resultOf(options, schema)];
    const own = { suffix: '', type: column };
    // An average is kept with what it is made of.
    if (options.avg === undefined) return [own];
    return [own, { suffix: '_sum', type: 'numeric', hidden: true }, { suffix: '_count', type: 'bigint', hidden: true }];
  },
  decode: refuseValue,
  shownAs: ({ options, schema }) => resultOf(options, schema),
  operators: storageOf['date-time'].operators,
  operatorsOf: ({ options, schema }) => storageOf[resultOf(options, schema)].operators,
  check: ({ options, schema }) => checkResult(options, schema),
  rollup: ({ options }): Rollup => {
    const over = OVER_FIELD.find((one) => options[one] !== undefined);
    const [field, direction] = options.sort?.split(' ') ?? [];
    return {
      function: over ?? 'count',
      of: options.of,
      ...(over === undefined ? {} : { value: options[over] ?? '' }),
      ...(options.where === undefined ? {} : { where: options.where }),
      ...(field === undefined ? {} : { sort: { field, direction: direction === 'desc' ? 'desc' : 'asc' } }),
      ...(options.below === undefined ? {} : { below: options.below }),
      ...(over === 'avg' ? { scale: options.precision ?? AVERAGE_SCALE } : {}),
      separator: options.separator ?? ', ',
    };
  },
});
