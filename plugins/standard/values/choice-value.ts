// What choice and multi-choice share: the field's own options or a shared list, and the integers that stand for them.
import type { Decoded, FieldSpec, JsonSchema } from 'peyvand/sdk';
import { refuse, refuseType } from './decoded.ts';

export interface ChoiceOptions {
  readonly type: string;
  /** The id of a shared choice document. */
  readonly choice?: string;
  readonly options?: readonly { readonly value: number; readonly title: string; readonly color?: string }[];
  /** Set by the engine's own state fields, whose options are the entity's `status`. */
  readonly system?: string;
}

const integer: JsonSchema = { type: 'integer', minimum: -2147483648, maximum: 2147483647 };

export const choiceOptions: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    choice: { type: 'string', minLength: 1, description: 'The id of a shared choice document.' },
    options: {
      type: 'array',
      minItems: 1,
      description: 'The field’s own options, in the order shown.',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['value', 'title'],
        properties: {
          value: integer,
          title: { type: 'string', minLength: 1, maxLength: 200 },
          description: { type: 'string' },
          color: { type: 'string', pattern: '^#[0-9a-fA-F]{6}$' },
        },
      },
    },
  },
};

/** Definition check: exactly one source of options, and no value twice. */
export function checkChoice(field: FieldSpec<ChoiceOptions>): readonly string[] {
  const { choice, options, system } = field.options;
  const problems: string[] = [];
  if (choice !== undefined && options !== undefined)
    problems.push('choice and options exclude each other: keep one of them.');
  if (choice === undefined && options === undefined && system === undefined) {
    problems.push('Say which options there are: choice (the id of a choice document) or options (a list).');
  }
  const seen = new Set<number>();
  for (const { value } of options ?? []) {
    if (seen.has(value)) problems.push(`options: the value ${value} stands twice; every option needs its own.`);
    seen.add(value);
  }
  return problems;
}

/** An integer; whether a shared choice holds it is the engine's check, which has the choice's document. */
export function decodeChoice(
  value: unknown,
  options: ChoiceOptions,
): { readonly choice: number } | { readonly decoded: Decoded } {
  if (typeof value !== 'number') return { decoded: refuseType('an option’s value (a whole number)', value) };
  if (!Number.isInteger(value) || value < -2147483648 || value > 2147483647) {
    return { decoded: refuse('CHOICE_VALUE', 'An option’s value is a whole number of 32 bits.') };
  }
  const own = options.options;
  if (own && !own.some((option) => option.value === value)) {
    const known = own.slice(0, 20).map((option) => `${option.value} (${option.title})`);
    const more = own.length > known.length ? ', …' : '';
    return { decoded: refuse('CHOICE_UNKNOWN', `${value} is not one of the options ${known.join(', ')}${more}.`) };
  }
  return { choice: Object.is(value, -0) ? 0 : value };
}
