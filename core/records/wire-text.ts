// A column's value in wire form: SQL that writes it as text, and the reading of that text. Exact numbers stay exact: a number
// where a double holds every digit, else its text.
import { ident } from '../db/identifier.ts';
import type { Column } from '../model/model.ts';

/** SQL of a column's value in wire form, as text that `fromText` reads. */
export function wireText(column: Column, alias: string): string {
  const name = `${alias}.${ident(column.name)}`;
  switch (column.type) {
    case 'timestamptz':
      return `to_char(${name} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;
    case 'timestamp':
      return `to_char(${name}, 'YYYY-MM-DD"T"HH24:MI:SS.US')`;
    case 'integer[]':
      return `array_to_string(${name}, ',')`;
    default:
      return `${name}::text`;
  }
}

/** A wire value from the text Postgres wrote. */
export function fromText(column: Column, text: string | null): unknown {
  if (text === null) return null;
  switch (column.type) {
    case 'integer':
      return Number(text);
    case 'bigint':
    case 'numeric': {
      const number = Number(text);
      const plain = text.includes('.') ? text.replace(/\.?0+$/, '') : text;
      return String(number) === (plain === '-0' ? '0' : plain) ? number : text;
    }
    case 'boolean':
      return text === 'true';
    case 'timestamptz':
    case 'timestamp':
      return text.replace(/\.0+(?=Z|$)/, '').replace(/(\.\d*?[1-9])0+(?=Z|$)/, '$1');
    case 'jsonb':
      return JSON.parse(text) as unknown;
    default:
      return text;
  }
}
