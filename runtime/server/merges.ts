// /api/merge/…: what merging a row would take along, the merges it took part in, and taking one back. /api/duplicates/…: pairs.
import { duplicatePairs } from '../../core/duplicates/pairs.ts';
import type { Call } from '../../core/engine.ts';
import { mergesOf } from '../../core/merge/history.ts';
import { previewMerge } from '../../core/merge/preview.ts';
import { undoMerge } from '../../core/merge/undo.ts';
import type { Entity } from '../../core/model/model.ts';
import { readId } from '../../core/records/parse-address.ts';
import { notFound } from '../../core/records/resolve-address.ts';
import type { Principal } from '../../core/security/principal.ts';
import { answerJson } from './answer.ts';
import { readJson } from './body.ts';
import { callOf, readableEntity } from './call.ts';
import { decodePart } from './data/path.ts';
import { fail } from './errors.ts';
import type { Exchange } from './exchange.ts';
import { readQueryString } from './query-string.ts';
import type { Services } from './services.ts';

/** The nth part of the path below /api, decoded. */
function part(exchange: Exchange, index: number): string {
  return decodePart(exchange.path.split('/')[index + 2] ?? '');
}

function rowOf(call: Call, exchange: Exchange): { readonly entity: Entity; readonly id: string } {
  const entity = readableEntity(call, part(exchange, 1));
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
  const entity = readableEntity(call, part(exchange, 1));
  return answerJson(200, await duplicatePairs(call, entity, query.get('rule'), query.get('after')));
}
