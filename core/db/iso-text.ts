// A timestamptz column as ISO 8601 text in UTC, for answers that are read by programs.
import { ident } from './identifier.ts';

/** `column` of the table known as `alias`. Null stays null. */
export function isoText(column: string, alias: string): string {
  return `to_char(${ident(alias)}.${ident(column)} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
}
