// /api/backgroundoperation/<id>: the state of an action that was asked for with `Prefer: respond-async`, in the words of Dataverse;
// DELETE cancels it while it waits.
import type { Job, JobState } from '../../../core/jobs/job.ts';
import { cancelJob, readJob } from '../../../core/jobs/store.ts';
import type { Principal } from '../../../core/security/principal.ts';
import { answerJson } from '../answer.ts';
import type { Exchange } from '../exchange.ts';
import { callOf } from '../call.ts';
import { namedIn } from '../jobs/request.ts';
import type { Services } from '../services.ts';
import { isObject } from './batch/is-object.ts';

/** State and status as numbers of the Dataverse table backgroundoperation. */
const CODES: Readonly<Record<JobState, readonly [state: number, status: number]>> = {
  waiting: [0, 0],
  running: [2, 20],
  cancelling: [2, 22],
  done: [3, 30],
  failed: [3, 31],
  cancelled: [3, 32],
};

function answer(job: Job): Response {
  const [state, status] = CODES[job.state];
  const body = isObject(job.result?.['body']) ? job.result['body'] : {};
  const outputs = Object.fromEntries(Object.entries(body).filter(([name]) => !name.startsWith('@')));
  return answerJson(200, {
    backgroundOperationStateCode: state,
    backgroundOperationStatusCode: status,
    backgroundOperationErrorCode: job.failure?.code ?? null,
    backgroundOperationErrorMessage: job.failure?.message ?? null,
    ...outputs,
  });
}

/** Throws JOB_UNKNOWN (404). */
export async function showBackgroundOperation(
  services: Services,
  exchange: Exchange,
  principal: Principal,
): Promise<Response> {
  return answer(await readJob(callOf(services, exchange, principal), namedIn(exchange)));
}

/** Throws JOB_UNKNOWN (404), JOB_ENDED (409). */
export async function cancelBackgroundOperation(
  services: Services,
  exchange: Exchange,
  principal: Principal,
): Promise<Response> {
  return answer(await cancelJob(callOf(services, exchange, principal), namedIn(exchange)));
}
