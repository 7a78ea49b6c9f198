// If-Match and If-None-Match (RFC 9110 §13.1) over row versions: the ETag of a row is W/"<version>".
import { fail } from '../errors.ts';
import { header, type Exchange } from '../exchange.ts';

export interface Precondition {
  readonly any: boolean;
  /** Row versions, as digits. */
  readonly versions: readonly string[];
}

const ETAG = /^(?:W\/)?"([^"]*)"$/;

function readPrecondition(name: string, text: string): Precondition {
  if (text.trim() === '*') return { any: true, versions: [] };
  const versions = text.split(',').map((part) => {
    const version = ETAG.exec(part.trim())?.[1];
    if (version === undefined)
      throw fail('HEADER_INVALID', { name, reason: `${part.trim()} is not an ETag like W/"1234"` });
    return version;
  });
  return { any: false, versions };
}

export function ifMatch(exchange: Exchange): Precondition | undefined {
  const text = header(exchange, 'if-match');
  return text === undefined ? undefined : readPrecondition('If-Match', text);
}

export function ifNoneMatch(exchange: Exchange): Precondition | undefined {
  const text = header(exchange, 'if-none-match');
  return text === undefined ? undefined : readPrecondition('If-None-Match', text);
}

/** What the operations take as `version`: undefined for none or `*`; a version no row has where the ETag is not ours. */
export function matchVersion(condition: Precondition | undefined): string | undefined {
  if (!condition || condition.any) return undefined;
  const [version = ''] = condition.versions;
  return /^\d{1,18}$/.test(version) ? version : '0';
}

export function entityTag(version: string): string {
  return `W/"${version}"`;
}
