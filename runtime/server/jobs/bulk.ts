// /api/bulk/:entity: a change of many rows, looked at first and then done as a job.
import { beginChange, previewChange, readChange } from '../../../core/bulk/change.ts';
import type { Call } from '../../../core/engine.ts';
import type { Entity } from '../../../core/model/model.ts';
import { parseExact } from '../../../core/records/read-body.ts';
import type { Principal } from '../../../core/security/principal.ts';
import { answerJson } from '../answer.ts';
import { parseJsonObject, readJsonText } from '../body.ts';
import type { Exchange } from '../exchange.ts';
import type { Services } from '../services.ts';
import { callOf } from '../call.ts';
import { answerBegun, entityIn } from './request.ts';

async function changeOf(call: Call, entity: Entity, exchange: Exchange): ReturnType<typeof readChange> {
  const text = await readJsonText(exchange);
  const { value } = parseJsonObject(text);
  // The numbers of `set` exactly as they were sent: they stand one level down, where only their own text keeps every digit.
  const { set } = value;
  const exact = typeof set === 'object' && set !== null ? exactOf(text) : {};
  return readChange(call, entity, value, exact);
}

function exactOf(text: string): Readonly<Record<string, string>> {
  const { value } = parseExact(text);
  const { set } = value as { readonly set: Readonly<Record<string, unknown>> };
  const found: Record<string, string> = {};
  for (const [name, one] of Object.entries(set))
    if (typeof one === 'object' && one !== null) found[name] = JSON.stringify(one);
  return Object.fromEntries(Object.entries(found).filter(([, number]) => /^-?\d/.test(number)));
}

/** POST /api/bulk/:entity/preview `{query | ids, action, set | to}` → `{count, version}`; nothing is written. */
export async function previewRows(services: Services, exchange: Exchange, principal: Principal): Promise<Response> {
  const call = callOf(services, exchange, principal);
  const entity = entityIn(call, exchange);
  const { rows } = await changeOf(call, entity, exchange);
  return answerJson(200, await previewChange(call, entity, rows));
}

/** POST /api/bulk/:entity `{query | ids, action, set | to, unchangedSince?}` → 202 with the job. */
export async function changeRows(services: Services, exchange: Exchange, principal: Principal): Promise<Response> {
  const call = callOf(services, exchange, principal);
  const entity = entityIn(call, exchange);
  const change = await changeOf(call, entity, exchange);
  return answerBegun(call, await beginChange(call, entity, change));
}
