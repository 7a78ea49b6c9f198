// Unique ids in the canonical lower-case form that Postgres answers with.
import type { Decoded } from 'peyvand/sdk';
import { quote, refuse, refuseType } from './decoded.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export function decodeUuid(value: unknown): { readonly id: string } | { readonly decoded: Decoded } {
  if (typeof value !== 'string') return { decoded: refuseType('a unique id (text)', value) };
  if (!UUID.test(value)) {
    return {
      decoded: refuse(
        'ID_FORMAT',
        `${quote(value)} is not a unique id. Write it as 01890000-0000-7000-8000-000000000000.`,
      ),
    };
  }
  return { id: value.toLowerCase() };
}
