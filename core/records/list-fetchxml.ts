// Reading many rows as a FetchXML query: the same tree, restrictions and statements as every other reading.
import type { Call } from '../engine.ts';
import { requirePrivilege } from '../security/access.ts';
import type { Entity } from '../model/model.ts';
import { readPagingCookie, writePagingCookie } from '../query/fetchxml/paging-cookie.ts';
import { readFetch, rowsBefore } from '../query/fetchxml/read-fetch.ts';
import type { Query } from '../query/tree.ts';
import { list, type ListedOData } from './list.ts';
import { annotationsOf, type ReadPreferences } from './read-preferences.ts';

const maxPageSize = 5000;

/** A collection by the text of a FetchXML query. Throws 4xx errors of core/query, PRIVILEGE_MISSING (403). */
export async function listFetchXml(
  call: Call,
  entity: Entity,
  text: string,
  preferences: ReadPreferences,
): Promise<ListedOData> {
  const { engine, principal } = call;
  requirePrivilege(principal, engine.model, 'read', entity.name);
  const annotations = annotationsOf(preferences.annotations);
  const { query, literals, page, count, cookie, top } = readFetch(engine.model, entity, text, {
    annotations,
    language: principal.language,
  });
  const size = Math.min(count ?? preferences.maxPageSize ?? maxPageSize, top ?? maxPageSize, maxPageSize);
  const order = orderOf(query);
  const after = cookie === undefined ? undefined : readPagingCookie(cookie, order);
  const skip = after ? 0 : rowsBefore(page, size);
  const tree: Query = {
    ...query,
    page: { size, ...(after && { after }) },
    ...(top !== undefined && { top }),
    ...(skip > 0 && { skips: true }),
  };
  const found = await list(call, tree, literals, skip);
  const parts = [
    `"@odata.context":${JSON.stringify(`${preferences.root}/$metadata#${entity.set}`)}`,
    `"@Microsoft.Dynamics.CRM.totalrecordcount":${found.count ?? -1}`,
    '"@Microsoft.Dynamics.CRM.totalrecordcountlimitexceeded":false',
    `"@Microsoft.Dynamics.CRM.morerecords":${found.next !== undefined}`,
  ];
  if (found.next)
    parts.push(
      `"@Microsoft.Dynamics.CRM.fetchxmlpagingcookie":${JSON.stringify(writePagingCookie(found.next, order, page))}`,
    );
  parts.push(`"value":[${found.json}]`);
  return { body: `{${parts.join(',')}}` };
}

/** What a cookie belongs to: whatever decides which values its cursor holds. */
function orderOf({ entity, sort, joins, columns, distinct, aggregate }: Query): string {
  const order = distinct === true || aggregate ? { columns, aggregate } : {};
  return JSON.stringify(['fetchxml', entity, sort, joins, order]);
}
