// A request as the engine's operations take it: who asks, in which language, from where; and the entity that its path names.
import type { Call } from '../../core/engine.ts';
import type { Entity } from '../../core/model/model.ts';
import { suggest } from '../../core/model/suggest.ts';
import { mayI, readableEntities } from '../../core/security/access.ts';
import type { Principal } from '../../core/security/principal.ts';
import { speaking } from './data/speaking.ts';
import { fail } from './errors.ts';
import { originOf, type Exchange } from './exchange.ts';
import type { Services } from './services.ts';

/** On the model of this moment; rows that are read count against the caller's limits. */
export function callOf(services: Services, exchange: Exchange, principal: Principal): Call {
  const engine = services.organization.current();
  return {
    engine,
    principal: speaking(principal, exchange, engine.model),
    requestId: exchange.id,
    origin: originOf(exchange),
    ...(exchange.pass && { meter: exchange.pass.meter }),
  };
}

/** Throws ENTITY_UNKNOWN: who may read nothing of an entity does not learn that there is one. */
export function readableEntity({ engine: { model }, principal }: Call, name: string): Entity {
  const entity = model.entities.get(name);
  if (entity && mayI(principal, model, 'read', name)) return entity;
  const names = readableEntities(principal, model).map((one) => one.name);
  throw fail('ENTITY_UNKNOWN', { name: name.slice(0, 80), suggestion: suggest(name, names) });
}
