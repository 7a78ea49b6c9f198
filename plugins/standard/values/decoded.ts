// The two answers of a field type's `decode`, and how a foreign value is named in a refusal.
import type { ColumnValue, Decoded } from 'peyvand/sdk';

export type Refusal = Extract<Decoded, { readonly violation: unknown }>;

export const accept = (...values: readonly ColumnValue[]): Decoded => ({ values });

/** `message` says what is wrong and how to mend it; the engine adds the field's name as target. */
export const refuse = (code: string, message: string): Refusal => ({ violation: { code, message } });

/** How a value is spoken of: `a number`, `a list`. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  switch (typeof value) {
    case 'string':
      return 'text';
    case 'number':
      return 'a number';
    case 'boolean':
      return 'true or false';
    case 'object':
      return 'an object';
    default:
      return `a ${typeof value}`;
  }
}

export const refuseType = (expected: string, value: unknown): Refusal =>
  refuse('VALUE_TYPE', `Expected ${expected}, got ${kindOf(value)}.`);

/** A value as it stands in a message: short, on one line. */
export function quote(text: string): string {
  const points = Array.from(text.slice(0, 64));
  const short = points.length > 40 ? `${points.slice(0, 40).join('')}…` : text;
  return JSON.stringify(short);
}
