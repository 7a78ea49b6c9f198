// What fields that nobody writes give: the kind of their result, from what the definition says or from the property's own type.
import type { ColumnType, Decoded, JsonObject, JsonSchema, Operator } from 'peyvand/sdk';
import { refuse } from './decoded.ts';

/** The field types whose values a result may have. */
export const RESULTS = [
  'text',
  'whole-number',
  'big-integer',
  'decimal',
  'currency',
  'yes-no',
  'date',
  'date-time',
] as const;

export type Result = (typeof RESULTS)[number];

export interface ResultOptions {
  readonly result?: Result;
  readonly precision?: number;
}

export const resultOptions: Readonly<Record<'result' | 'precision', JsonSchema>> = {
  result: {
    enum: [...RESULTS],
    description: 'How the value is stored and shown. Default: what the type and format of the property say.',
  },
  precision: {
    type: 'integer',
    minimum: 0,
    maximum: 10,
    description: 'Decimals kept of a number; absent: all (2 shown).',
  },
};

/** Where the definition does not say it: what the property's JSON Schema says. */
export function resultOf(options: ResultOptions, { type, format }: JsonObject): Result {
  if (options.result) return options.result;
  if (type === 'integer') return 'whole-number';
  if (type === 'number') return 'decimal';
  if (type === 'boolean') return 'yes-no';
  return format === 'date' || format === 'date-time' ? format : 'text';
}

interface Storage {
  readonly column: ColumnType;
  readonly edm: string;
  readonly json: string;
  readonly operators: readonly Operator[];
}

const equality: readonly Operator[] = ['eq', 'ne', 'in', 'null'];
const order: readonly Operator[] = [...equality, 'gt', 'ge', 'lt', 'le'];
const days: readonly Operator[] = [
  ...order,
  'on',
  'before',
  'after',
  'today',
  'yesterday',
  'tomorrow',
  'this-week',
  'this-month',
  'this-year',
  'last-x-days',
  'next-x-days',
];

export const storageOf: Readonly<Record<Result, Storage>> = {
  text: {
    column: 'text',
    edm: 'Edm.String',
    json: 'string',
    operators: [...order, 'contains', 'startswith', 'endswith'],
  },
  'whole-number': { column: 'integer', edm: 'Edm.Int32', json: 'integer', operators: order },
  'big-integer': { column: 'bigint', edm: 'Edm.Int64', json: 'integer', operators: order },
  decimal: { column: 'numeric', edm: 'Edm.Decimal', json: 'number', operators: order },
  currency: { column: 'numeric', edm: 'Edm.Decimal', json: 'number', operators: order },
  'yes-no': { column: 'boolean', edm: 'Edm.Boolean', json: 'boolean', operators: ['eq', 'ne', 'null'] },
  date: { column: 'date', edm: 'Edm.Date', json: 'string', operators: days },
  'date-time': { column: 'timestamptz', edm: 'Edm.DateTimeOffset', json: 'string', operators: days },
};

/** What the property says must be what the result is. */
export function checkResult(options: ResultOptions, schema: JsonObject): readonly string[] {
  const result = resultOf(options, schema);
  const { json } = storageOf[result];
  return schema['type'] === json ? [] : [`a result of type "${result}" needs "type": "${json}" on the property`];
}

export function refuseValue(): Decoded {
  return refuse('FIELD_READ_ONLY', 'The value follows from other fields and cannot be written. Leave it out.');
}
