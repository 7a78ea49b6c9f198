// The one answer for a row that is not there, and for one that the caller may neither read nor write: nobody can tell them apart.
import type { Entity } from '../model/model.ts';
import { fail } from './errors.ts';
import type { RecordAddress } from './input.ts';
import { readId } from './parse-address.ts';

/** `0197…` or `accountnumber="A-1"`, for messages. */
export function say(address: RecordAddress): string {
  // One spelling, so that it does not tell which of the two it is.
  if ('id' in address) return readId(address.id) ?? address.id.slice(0, 80);
  return Object.entries(address.key)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(', ')
    .slice(0, 200);
}

/** RECORD_NOT_FOUND, 404. */
export function notFound(entity: Entity, address: RecordAddress): Error {
  return fail('RECORD_NOT_FOUND', { entity: entity.name, address: say(address) });
}
