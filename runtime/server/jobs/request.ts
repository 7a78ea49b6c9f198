// What every route about jobs reads the same way: the call in the language asked for, the entity and the id of the path, and the
// answer that says where the work goes on.
import type { Call } from '../../../core/engine.ts';
import { readJob } from '../../../core/jobs/store.ts';
import type { Entity } from '../../../core/model/model.ts';
import { suggest } from '../../../core/model/suggest.ts';
import { mayI, readableEntities } from '../../../core/security/access.ts';
import type { Principal } from '../../../core/security/principal.ts';
import { answerJson } from '../answer.ts';
import { decodePart } from '../data/path.ts';
import { speaking } from '../data/speaking.ts';
import { fail } from '../errors.ts';
import { originOf, type Exchange } from '../exchange.ts';
import type { Services } from '../services.ts';

export function callOf(services: Services, exchange: Exchange, principal: Principal): Call {
  const engine = services.organization.current();
  return {
    engine,
    principal: speaking(principal, exchange, engine.model),
    requestId: exchange.id,
    origin: originOf(exchange),
  };
}

/** `/api/jobs/<this>/…`, `/api/bulk/<this>/…` */
export function namedIn(exchange: Exchange): string {
  return decodePart(exchange.path.split('/')[3] ?? '');
}

/** Who may read nothing of an entity does not learn that there is one. */
export function entityIn(call: Call, exchange: Exchange): Entity {
  const name = namedIn(exchange);
  const { principal, engine } = call;
  const entity = engine.model.entities.get(name);
  if (entity && mayI(principal, engine.model, 'read', name)) return entity;
  const names = readableEntities(principal, engine.model).map((one) => one.name);
  throw fail('ENTITY_UNKNOWN', { name: name.slice(0, 80), suggestion: suggest(name, names) });
}

/** 202 with the job and its address. */
export async function answerBegun(call: Call, id: string): Promise<Response> {
  return answerJson(202, await readJob(call, id), { Location: `/api/jobs/${id}` });
}
