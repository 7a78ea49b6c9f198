// /api/audit: a record's history, what it was at a moment, bringing it back; and the search of the whole log.
import { readAsOf } from '../../core/audit/as-of.ts';
import { readHistory } from '../../core/audit/history.ts';
import { restore } from '../../core/audit/restore.ts';
import { searchAudit } from '../../core/audit/search.ts';
import type { Call } from '../../core/engine.ts';
import type { Entity } from '../../core/model/model.ts';
import type { Violation } from '../../core/sdk/index.ts';
import { requireRight } from '../../core/security/access.ts';
import type { Principal } from '../../core/security/principal.ts';
import { answerJson } from './answer.ts';
import { readJson } from './body.ts';
import { callOf, readableEntity } from './call.ts';
import { decodePart } from './data/path.ts';
import { entityTag, ifMatch, matchVersion } from './data/preconditions.ts';
import { fail } from './errors.ts';
import type { Exchange } from './exchange.ts';
import { readQueryString } from './query-string.ts';
import type { Services } from './services.ts';

/** `/api/audit/records/:entity/:id/…`; entities out of reach are told like those that are not. */
function place(call: Call, exchange: Exchange): { readonly entity: Entity; readonly id: string } {
  const [, , , , name = '', id = ''] = exchange.path.split('/').map(decodePart);
  return { entity: readableEntity(call, name), id };
}

function readTop(options: ReadonlyMap<string, string>): { readonly top?: number } {
  const text = options.get('top');
  if (text === undefined || text === '') return {};
  if (!/^\d{1,4}$/.test(text)) throw fail('PATH_MALFORMED', { reason: `top is a number up to 200, not '${text}'` });
  return { top: Number(text) };
}

/** GET /api/audit/records/:entity/:id?top=&before= */
export async function showHistory(services: Services, exchange: Exchange, principal: Principal): Promise<Response> {
  const call = callOf(services, exchange, principal);
  const { entity, id } = place(call, exchange);
  const options = readQueryString(exchange.query);
  const before = options.get('before');
  return answerJson(
    200,
    await readHistory(call, entity, id, { ...readTop(options), ...(before !== undefined && { before }) }),
  );
}

/** GET /api/audit/records/:entity/:id/as-of?at= */
export async function showAsOf(services: Services, exchange: Exchange, principal: Principal): Promise<Response> {
  const call = callOf(services, exchange, principal);
  const { entity, id } = place(call, exchange);
  return answerJson(200, await readAsOf(call, entity, id, readQueryString(exchange.query).get('at') ?? ''));
}

/** POST /api/audit/records/:entity/:id/restore {at, fields?} */
export async function restoreRecord(services: Services, exchange: Exchange, principal: Principal): Promise<Response> {
  const call = callOf(services, exchange, principal);
  const { entity, id } = place(call, exchange);
  const { value } = await readJson(exchange, 256 * 1024);
  const details: Violation[] = [];
  const { at, fields, ...others } = value;
  if (typeof at !== 'string')
    details.push({ code: 'TEXT_EXPECTED', target: 'at', message: 'Give at: the instant to go back to.' });
  const named = readNames(fields);
  if (!named)
    details.push({ code: 'LIST_EXPECTED', target: 'fields', message: 'Give fields as a list of field names, or not.' });
  for (const name of Object.keys(others).slice(0, 20))
    details.push({ code: 'FIELD_UNKNOWN', target: name, message: `There is no ${name}; there are at and fields.` });
  if (details.length > 0 || typeof at !== 'string' || !named)
    throw fail('BODY_INVALID', { count: details.length }, { details });
  const version = matchVersion(ifMatch(exchange));
  const restored = await restore(call, entity, id, {
    at,
    ...(fields !== undefined && { fields: named }),
    ...(version !== undefined && { version }),
  });
  return answerJson(200, restored, { ETag: entityTag(restored.version) });
}

function readNames(value: unknown): readonly string[] | undefined {
  if (value === undefined) return [];
  if (!Array.isArray(value) || value.length > 1000) return undefined;
  const names = value.filter((one): one is string => typeof one === 'string');
  return names.length === value.length ? names : undefined;
}

const FILTERS = ['user', 'entity', 'action', 'record', 'from', 'to', 'text', 'before'] as const;

/** GET /api/audit/search?user=&entity=&action=&record=&from=&to=&text=&before=&top= */
export async function showSearch(services: Services, exchange: Exchange, principal: Principal): Promise<Response> {
  const call = callOf(services, exchange, principal);
  requireRight(principal, call.engine.model, 'audit');
  const options = readQueryString(exchange.query);
  const filter = Object.fromEntries(
    FILTERS.flatMap((name) => {
      const text = options.get(name);
      return text === undefined ? [] : [[name, text] as const];
    }),
  );
  return answerJson(200, await searchAudit(call, { ...filter, ...readTop(options) }));
}
