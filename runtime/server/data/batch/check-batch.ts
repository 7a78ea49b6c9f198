// What no format of a batch may hold, said before anything is done: every fault at once.
import type { Violation } from '../../../../core/sdk/index.ts';
import { fail } from '../../errors.ts';
import { METHODS, MOST_REQUESTS, requestsOf, type BatchItem, type BatchRequest } from './batch-item.ts';

const MOST_TOLD = 100;

/** What is written into the schema, and what changes rows in a transaction of its own, cannot be part of another one. */
const ALONE =
  /^(?:.*\/api\/data\/v9\.2)?\/?(?:EntityDefinitions|RelationshipDefinitions|GlobalOptionSetDefinitions|ManagedPropertyDefinitions|CreateEntities|CreateManyToMany|CreateOneToMany)\b/i;
const NESTED = /(?:^|\/)(?:\$|%24)batch\/?(?:[?#]|$)/i;

/** Throws BATCH_INVALID. */
export function checkBatch(items: readonly BatchItem[]): void {
  const details: Violation[] = [];
  const refuse = (request: BatchRequest, code: string, message: string): void => {
    if (details.length < MOST_TOLD) details.push({ code, target: `request ${request.number}`, message });
  };
  const requests = requestsOf(items);
  if (requests.length === 0) {
    details.push({ code: 'BATCH_EMPTY', target: 'batch', message: 'It holds no request.' });
  }
  if (requests.length > MOST_REQUESTS) {
    const message = `It holds ${requests.length} requests; at most ${MOST_REQUESTS} are taken. Send several batches.`;
    details.push({ code: 'BATCH_TOO_MANY', target: 'batch', message });
  }
  for (const item of items) {
    const ids = new Set<string>();
    for (const request of item.kind === 'set' ? item.requests : [item.request]) {
      const { method, url, id } = request;
      if (!METHODS.has(method)) {
        refuse(request, 'METHOD_UNKNOWN', `The method ${method.slice(0, 20)} is none of ${[...METHODS].join(', ')}.`);
      }
      if (NESTED.test(url)) refuse(request, 'BATCH_NESTED', 'A batch cannot hold another batch.');
      if (item.kind !== 'set') continue;
      if (method === 'GET') {
        refuse(request, 'CHANGE_SET_READS', 'A change set holds changes only. Put the GET before or behind it.');
      }
      if (ALONE.test(url)) {
        refuse(
          request,
          'CHANGE_SET_DEFINITION',
          'Changes of definitions cannot be part of a change set; send them alone.',
        );
      }
      if (id !== undefined && ids.has(id)) {
        refuse(request, 'CONTENT_ID_TWICE', `The id ${id.slice(0, 80)} is given twice; each names one request.`);
      }
      if (id !== undefined) ids.add(id);
    }
  }
  if (details.length > 0) throw fail('BATCH_INVALID', { count: details.length, first: first(details) }, { details });
}

function first([detail]: readonly Violation[]): string {
  return detail ? `${detail.target}: ${detail.message}` : '';
}

/** BATCH_INVALID for what a reader cannot make sense of. `where` as `part 3` or `requests/2/url`. */
export function malformed(where: string, message: string): Error {
  const details: Violation[] = [{ code: 'BATCH_MALFORMED', target: where, message }];
  return fail('BATCH_INVALID', { count: 1, first: first(details) }, { details });
}
