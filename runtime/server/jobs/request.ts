// What every route about jobs reads the same way: the call in the language asked for, the entity and the id of the path, and the
// answer that says where the work goes on.
import type { Call } from '../../../core/engine.ts';
import { readJob } from '../../../core/jobs/store.ts';
import type { Entity } from '../../../core/model/model.ts';
import { answerJson } from '../answer.ts';
import { readableEntity } from '../call.ts';
import { decodePart } from '../data/path.ts';
import type { Exchange } from '../exchange.ts';

/** `/api/jobs/<this>/…`, `/api/bulk/<this>/…` */
export function namedIn(exchange: Exchange): string {
  return decodePart(exchange.path.split('/')[3] ?? '');
}

/** Who may read nothing of an entity does not learn that there is one. */
export function entityIn(call: Call, exchange: Exchange): Entity {
  return readableEntity(call, namedIn(exchange));
}

/** 202 with the job and its address. */
export async function answerBegun(call: Call, id: string): Promise<Response> {
  return answerJson(202, await readJob(call, id), { Location: `/api/jobs/${id}` });
}
