// The paging cookie of FetchXML answers: our cursor in the clothes that clients expect. They decode the annotation twice and send
// what stands inside back in `paging-cookie`.
import { readCursor, writeCursor } from '../cursor.ts';
import type { Cursor } from '../tree.ts';

/** Value of `@Microsoft.Dynamics.CRM.fetchxmlpagingcookie` behind page `page`. `order`: what the cursor belongs to. */
export function writePagingCookie(after: Cursor, order: string, page: number): string {
  const inner = `<cookie page="${page}"><peyvand last="${writeCursor({ after, remaining: undefined }, order)}" /></cookie>`;
  const encoded = encodeURIComponent(encodeURIComponent(inner));
  return `<cookie pagenumber="${page + 1}" pagingcookie="${encoded}" istracking="False" />`;
}

/**
 * Where the page begins, or undefined for a cookie that is not ours: its page number counts then. Throws QUERY_PAGE_INVALID (400)
 * for one that was changed or belongs to another query.
 */
export function readPagingCookie(cookie: string, order: string): Cursor | undefined {
  const token = /<peyvand last="([^"]*)"/.exec(decoded(cookie))?.[1];
  return token === undefined ? undefined : readCursor(token, order).after;
}

/** As a whole annotation, or what stands in it, encoded or not. */
function decoded(cookie: string): string {
  let text = cookie;
  for (let round = 0; round < 2 && /%3c|%25/i.test(text); round += 1) {
    try {
      text = decodeURIComponent(text);
    } catch {
      return text;
    }
  }
  return text;
}
