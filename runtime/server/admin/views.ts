// /api/admin/views: what saved views cost people, what would make one faster, trying it, and taking it back. For the right
// `customize`.
import { adviseView, dropViewIndex, listViewUse, tryViewIndexes } from '../../../core/advice/try-index.ts';
import { readJob } from '../../../core/jobs/store.ts';
import type { Principal } from '../../../core/security/principal.ts';
import { answerJson } from '../answer.ts';
import { noContent } from '../auth/cookies.ts';
import type { Exchange } from '../exchange.ts';
import { readQueryString } from '../query-string.ts';
import type { Services } from '../services.ts';
import { callOf } from '../call.ts';
import { partsOf, translateFor } from './request.ts';

/** `/api/admin/views/account/active` → `account/views/active` */
function viewOf(exchange: Exchange): string {
  const [, entity = '', view = ''] = partsOf(exchange);
  return `${entity}/views/${view}`;
}

/** → {views: [{view, title, entity, entityTitle, runs, mean?, longest?, lastAt?}], indexes: [ViewIndex]}, the slowest first */
export async function showViews(services: Services, exchange: Exchange, principal: Principal): Promise<Response> {
  const call = callOf(services, exchange, principal);
  const { model } = call.engine;
  const translate = translateFor(services, readQueryString(exchange.query), principal);
  const { views: used, indexes } = await listViewUse(call);
  const byView = new Map(used.map((one) => [one.view, one]));
  const views = [...model.views.values()].flatMap(({ id, entity: name, document }) => {
    const entity = model.entities.get(name);
    if (!entity) return [];
    const use = byView.get(id);
    return [
      {
        view: id,
        title: translate(id, 'title', String(document['title'] ?? id)),
        entity: name,
        entityTitle: translate(`${name}/entity`, 'plural', entity.plural),
        runs: use?.runs ?? 0,
        ...(use && { mean: use.mean, longest: use.longest, lastAt: use.lastAt }),
      },
    ];
  });
  return answerJson(200, { views: views.toSorted((a, b) => (b.mean ?? -1) - (a.mean ?? -1)), indexes });
}

/** → ViewAdvice: measured now */
export async function showViewAdvice(services: Services, exchange: Exchange, principal: Principal): Promise<Response> {
  return answerJson(200, await adviseView(callOf(services, exchange, principal), viewOf(exchange)));
}

/** 202 with the job that tries what is proposed. */
export async function tryView(services: Services, exchange: Exchange, principal: Principal): Promise<Response> {
  const call = callOf(services, exchange, principal);
  const id = await tryViewIndexes(call, viewOf(exchange));
  return answerJson(202, await readJob(call, id), { Location: `/api/jobs/${id}` });
}

export async function takeBackViewIndex(
  services: Services,
  exchange: Exchange,
  principal: Principal,
): Promise<Response> {
  await dropViewIndex(callOf(services, exchange, principal), partsOf(exchange)[2] ?? '');
  return noContent();
}
