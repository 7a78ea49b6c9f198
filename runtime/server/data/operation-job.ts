// The job that does an action behind its answer, in one transaction with the note that it is done: however often a server dies on the
// way, it happens once.
import type { JobKind } from '../../../core/jobs/job.ts';
import { transactAll } from '../../../core/records/transact.ts';
import type { JsonObject } from '../../../core/sdk/index.ts';
import { fail } from '../errors.ts';
import { openLaterExchange } from '../exchange.ts';
import type { Services } from '../services.ts';
import { OPERATION_JOB, type LaterRequest } from './operations/answer-later.ts';
import { dataRoute } from './route.ts';

/** `services`: undefined until the server is open; the job waits then. */
export function operationJob(services: () => Services | undefined): JobKind {
  return {
    name: OPERATION_JOB,
    async run(run) {
      if (run.position) return run.position;
      const open = services();
      if (!open) throw fail('STARTING');
      const call = await run.call();
      const { url, headers, body } = run.job.parameters as unknown as LaterRequest;
      const request = { method: 'POST', url, headers, body: Buffer.from(body) };
      const from = { peer: call.origin?.address ?? '', via: call.origin?.via };
      return transactAll(call, async (inside) => {
        const exchange = openLaterExchange(call.requestId ?? run.job.id, request, from);
        const { executor, engine } = inside;
        const within = { references: new Map<string, never>(), engine, ...(executor && { executor }) };
        const response = await dataRoute(open, exchange, call.principal, within);
        const text = await response.text();
        const result: JsonObject = {
          status: response.status,
          ...(text !== '' && { body: JSON.parse(text) as JsonObject }),
        };
        await run.note(inside, { done: 1, position: result });
        return result;
      });
    },
  };
}
