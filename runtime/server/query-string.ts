// Query options as sent → decoded pairs. Unlike URLSearchParams it refuses broken percent-encoding instead of guessing.
import { fail } from './errors.ts';

function decode(text: string): string {
  const spaced = text.includes('+') ? text.replaceAll('+', ' ') : text;
  if (!spaced.includes('%')) return spaced;
  try {
    return decodeURIComponent(spaced);
  } catch (cause) {
    throw fail(
      'PATH_MALFORMED',
      { reason: `'${text.slice(0, 100)}' in the query is not valid percent-encoding` },
      { cause },
    );
  }
}

const EMPTY: ReadonlyMap<string, string> = new Map();

/** The first of several options of one name counts. */
export function readQueryString(query: string): ReadonlyMap<string, string> {
  if (query === '') return EMPTY;
  const options = new Map<string, string>();
  for (const part of query.split('&')) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const name = decode(equals < 0 ? part : part.slice(0, equals));
    if (!options.has(name)) options.set(name, equals < 0 ? '' : decode(part.slice(equals + 1)));
  }
  return options;
}
