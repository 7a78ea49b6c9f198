// How texts compare wherever a condition or a term compares them: by their plain letters, which indexes are made on, and in
// the one order that lists have.
import { orderedSql } from '../db/collation.ts';
import { plainSql } from '../db/fold.ts';

/** The form that equality, contains and the like see. */
export function foldedSql(schema: string, sql: string): string {
  return plainSql(schema, sql);
}

/** A value where it is sorted or stands on one side of `<`: of texts the order is the collation's. */
export function inOrder(schema: string, type: string, sql: string): string {
  return type === 'text' ? orderedSql(schema, sql) : sql;
}
