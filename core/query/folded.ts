// How text compares: without case, in the words its indexes are made on (core/schema/desired.ts).

/** The form of a text that is compared in the place of the text itself. */
export function foldedSql(sql: string): string {
  return `lower(${sql})`;
}
