// /api/jobs: the caller's jobs, what went wrong in them, ending one and taking one back. Administrators reach everybody's.
import { beginUndo } from '../../../core/bulk/undo.ts';
import { readRowErrors } from '../../../core/jobs/rows.ts';
import { cancelJob, listJobs, readJob } from '../../../core/jobs/store.ts';
import type { Principal } from '../../../core/security/principal.ts';
import { countOf } from '../admin/request.ts';
import { answerJson } from '../answer.ts';
import type { Exchange } from '../exchange.ts';
import { readQueryString } from '../query-string.ts';
import type { Services } from '../services.ts';
import { callOf } from '../call.ts';
import { answerBegun, namedIn } from './request.ts';

/** GET /api/jobs?before=&top=&all=true */
export async function showJobs(services: Services, exchange: Exchange, principal: Principal): Promise<Response> {
  const query = readQueryString(exchange.query);
  const before = query.get('before');
  return answerJson(
    200,
    await listJobs(callOf(services, exchange, principal), {
      all: query.get('all') === 'true',
      top: countOf(query, 'top', 1, 200, 50),
      ...(before !== undefined && { before }),
    }),
  );
}

/** GET /api/jobs/:id */
export async function showJob(services: Services, exchange: Exchange, principal: Principal): Promise<Response> {
  return answerJson(200, await readJob(callOf(services, exchange, principal), namedIn(exchange)));
}

/** GET /api/jobs/:id/errors?after=&top= */
export async function showJobErrors(services: Services, exchange: Exchange, principal: Principal): Promise<Response> {
  const call = callOf(services, exchange, principal);
  const query = readQueryString(exchange.query);
  const { id } = await readJob(call, namedIn(exchange));
  const after = countOf(query, 'after', 0, 999_999_999, 0);
  return answerJson(200, await readRowErrors(call, id, { after, top: countOf(query, 'top', 1, 1_000, 50) }));
}

/** POST /api/jobs/:id/cancel */
export async function endJob(services: Services, exchange: Exchange, principal: Principal): Promise<Response> {
  return answerJson(200, await cancelJob(callOf(services, exchange, principal), namedIn(exchange)));
}

/** POST /api/jobs/:id/undo → 202 with the job that takes it back. */
export async function takeBackJob(services: Services, exchange: Exchange, principal: Principal): Promise<Response> {
  const call = callOf(services, exchange, principal);
  return answerBegun(call, await beginUndo(call, namedIn(exchange)));
}
