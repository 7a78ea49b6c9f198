// /api/import/:entity: a file is checked by one job, what it would change is looked at, and another job writes what was chosen.
import { beginCheck, beginImport, MOST_BYTES, readChoices } from '../../../core/exchange/import-jobs.ts';
import { readFindings } from '../../../core/exchange/findings.ts';
import { readJob } from '../../../core/jobs/store.ts';
import type { Principal } from '../../../core/security/principal.ts';
import { countOf } from '../admin/request.ts';
import { answerJson } from '../answer.ts';
import { readBody, readJson } from '../body.ts';
import { fail } from '../errors.ts';
import { header, type Exchange } from '../exchange.ts';
import { readQueryString } from '../query-string.ts';
import type { Services } from '../services.ts';
import { callOf } from '../call.ts';
import { answerBegun, entityIn, namedIn } from './request.ts';

const ACCEPTED =
  /^(?:application\/(?:vnd\.openxmlformats-officedocument\.spreadsheetml\.sheet|octet-stream)|text\/csv)\s*(?:;|$)/i;

/** POST /api/import/:entity?name= with the file as its body → 202 with the job that checks it. */
export async function checkImport(services: Services, exchange: Exchange, principal: Principal): Promise<Response> {
  const call = callOf(services, exchange, principal);
  const entity = entityIn(call, exchange);
  const type = header(exchange, 'content-type') ?? '(none)';
  if (!ACCEPTED.test(type))
    throw fail('CONTENT_TYPE', { type, accepted: 'application/octet-stream, an .xlsx file or text/csv' });
  const name = readQueryString(exchange.query).get('name') ?? '';
  const bytes = await readBody(exchange, MOST_BYTES);
  return answerBegun(call, await beginCheck(call, entity, { name, bytes }));
}

/** GET /api/jobs/:id/rows?state=ready|stale&after=&top=: what a check found. */
export async function showFindings(services: Services, exchange: Exchange, principal: Principal): Promise<Response> {
  const call = callOf(services, exchange, principal);
  const query = readQueryString(exchange.query);
  const { id } = await readJob(call, namedIn(exchange));
  const state = query.get('state') === 'stale' ? 'stale' : 'ready';
  const after = countOf(query, 'after', 0, 999_999_999, 0);
  return answerJson(200, await readFindings(call, id, { state, after, top: countOf(query, 'top', 1, 500, 50) }));
}

/** POST /api/import/:entity/apply `{check, stale?, rows?}` → 202 with the job that writes. */
export async function applyImport(services: Services, exchange: Exchange, principal: Principal): Promise<Response> {
  const call = callOf(services, exchange, principal);
  const entity = entityIn(call, exchange);
  const { value } = await readJson(exchange);
  return answerBegun(call, await beginImport(call, entity, readChoices(value)));
}
