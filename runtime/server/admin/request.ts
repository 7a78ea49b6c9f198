// What every administration route reads the same way: parts of the path, numbers and ids of the query, the call.
import type { Principal } from '../../../core/security/principal.ts';
import { translator, type Translate } from '../../../core/model/labels.ts';
import { decodePart, readGuid } from '../data/path.ts';
import { fail } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import type { Services } from '../services.ts';

/** `/api/admin/roles/x` → `['roles', 'x']`. */
export function partsOf(exchange: Exchange): readonly string[] {
  return exchange.path.split('/').slice(3).map(decodePart);
}

/** The part behind the kind of thing: an id or a name. */
export function nameOf(exchange: Exchange): string {
  return partsOf(exchange)[1] ?? '';
}

/** Throws RECORD_ID_INVALID (400). */
export function guidOf(text: string): string {
  const id = readGuid(text);
  if (id === undefined) throw fail('QUERY_INVALID', { name: 'id', value: text.slice(0, 80), expected: 'a UUID' });
  return id;
}

/** A whole number of the query between `least` and `most`. */
export function countOf(
  query: ReadonlyMap<string, string>,
  name: string,
  least: number,
  most: number,
  otherwise: number,
): number {
  const text = query.get(name);
  if (text === undefined) return otherwise;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isNaN(value) || value < least || value > most)
    throw fail('QUERY_INVALID', {
      name,
      value: text.slice(0, 80),
      expected: `a whole number from ${least} to ${most}`,
    });
  return value;
}

/** Labels in the language the page asks for, else in the caller's. */
export function translateFor(services: Services, query: ReadonlyMap<string, string>, principal: Principal): Translate {
  const asked = query.get('language');
  const language = asked !== undefined && /^[\w-]{2,35}$/.test(asked) ? asked : principal.language;
  return translator(services.organization.current().model, language);
}
