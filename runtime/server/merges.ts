// /api/merge/…: what merging a row would take along, the merges it took part in, and taking one back. /api/duplicates/…: pairs.
import { duplicatePairs } from '../../core/duplicates/pairs.ts';
import type { Call } from '../../core/engine.ts';
import { mergesOf } from '../../core/merge/history.ts';
import { previewMerge } from '../../core/merge/preview.ts';
import { undoMerge } from '../../core/merge/undo.ts';
import type { Entity } from '../../core/model/model.ts';
import { suggest } from '../../core/model/suggest.ts';
import { readId } from '../../core/records/parse-address.ts';
import { notFound } from '../../core/records/resolve-address.ts';
import { mayI, readableEntities } from '../../core/security/access.ts';
import type { Principal } from '../../core/security/principal.ts';
import { answerJson } from './answer.ts';
import { readJson } from './body.ts';
import { decodePart } from './data/path.ts';
import { speaking } from './data/speaking.ts';
import { fail } from './errors.ts';
import { originOf, type Exchange } from './exchange.ts';
import { readQueryString } from './query-string.ts';
import type { Services } from './services.ts';

function callOf(services: Services, exchange: Exchange, principal: Principal): Call {
  const engine = services.organization.current();
  return {
    engine,
    principal: speaking(principal, exchange, engine.model),
    requestId: exchange.id,
    origin: originOf(exchange),
  };
}

/** The nth part of the path below /api, decoded. */
function part(exchange: Exchange, index: number): string {
  return decodePart(exchange.path.split('/')[index + 2] ?? '');
}

/** Who may read nothing of an entity does not learn that there is one. */
function entityOf(call: Call, name: string): Entity {
  const entity = call.engine.model.entities.get(name);
  if (entity && mayI(call.principal, call.engine.model, 'read', name)) return entity;
  const names = readableEntities(call.principal, call.engine.model).map((one) => one.name);
  throw fail('ENTITY_UNKNOWN', { name: name.slice(0, 80), suggestion: suggest(name, names) });
}

function rowOf(call: Call, exchange: Exchange): { readonly entity: Entity; readonly id: string } {
  const entity = entityOf(call, part(exchange, 1));
  const given = part(exchange, 2);
  const id = readId(given);
  if (id === undefined) throw notFound(entity, { id: given });
  return { entity, id };
}

/** GET /api/merge/:entity/:id */
export async function showMerges(services: Services, exchange: Exchange, principal: Principal): Promise<Response> {
  const call = callOf(services, exchange, principal);
  const { entity, id } = rowOf(call, exchange);
  return answerJson(200, { merges: await mergesOf(call, entity, id) });
}

/** GET /api/merge/:entity/:id/preview: what goes along when this row is merged into another. */
export async function showMergePreview(
  services: Services,
  exchange: Exchange,
  principal: Principal,
): Promise<Response> {
  const call = callOf(services, exchange, principal);
  const { entity, id } = rowOf(call, exchange);
  return answerJson(200, { moving: await previewMerge(call, entity, id) });
}

/** POST /api/merge/undo `{"id": "…"}` → what was restored, and what was kept because it was changed since. */
export async function takeBackMerge(services: Services, exchange: Exchange, principal: Principal): Promise<Response> {
  const { value } = await readJson(exchange, 16 * 1024);
  const { id } = value;
  if (typeof id !== 'string') {
    const message = 'id must be that of a merge, as the header Peyvand-Merge-Id said it.';
    throw fail('BODY_INVALID', { count: 1 }, { details: [{ code: 'PARAMETER_INVALID', target: 'id', message }] });
  }
  return answerJson(200, await undoMerge(callOf(services, exchange, principal), id));
}

/** GET /api/duplicates/:entity?rule=&after= */
export async function showDuplicatePairs(
  services: Services,
  exchange: Exchange,
  principal: Principal,
): Promise<Response> {
  const call = callOf(services, exchange, principal);
  const query = readQueryString(exchange.query);
  const entity = entityOf(call, part(exchange, 1));
  return answerJson(200, await duplicatePairs(call, entity, query.get('rule'), query.get('after')));
}
