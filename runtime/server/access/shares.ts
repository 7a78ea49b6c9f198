// /api/access/shares/<entity>/<id>[/<principal>]: with whom a row is shared, as our own app reads and writes it.
import type { Call } from '../../../core/engine.ts';
import type { Entity } from '../../../core/model/model.ts';
import { suggest } from '../../../core/model/suggest.ts';
import type { Privilege } from '../../../core/security/access.ts';
import type { Principal } from '../../../core/security/principal.ts';
import { privilegesOn, share, shareable, sharesOf, unshare } from '../../../core/security/sharing/shares.ts';
import type { Violation } from '../../../core/sdk/index.ts';
import { answerEmpty, answerJson } from '../answer.ts';
import { readJson } from '../body.ts';
import { readGuid } from '../data/path.ts';
import { fail } from '../errors.ts';
import { originOf, type Exchange } from '../exchange.ts';
import type { Services } from '../services.ts';

const LIMIT = 64 * 1024;
const MEMBERS = ['rights', 'expiresAt', 'reason'];

interface Place {
  readonly call: Call;
  readonly entity: Entity;
  readonly id: string;
  readonly principal: string | undefined;
}

/** Everything behind `/api/access/shares/`; `path` is as the routes match it. */
function placeOf(services: Services, exchange: Exchange, principal: Principal): Place {
  const engine = services.organization.current();
  const [name = '', row = '', with_, ...more] = exchange.path.split('/').slice(4);
  const entity = engine.model.entities.get(name);
  if (!entity)
    throw fail('ENTITY_UNKNOWN', { name: name.slice(0, 80), suggestion: suggest(name, engine.model.entities.keys()) });
  const [id, whom] = [readGuid(row), with_ === undefined ? undefined : readGuid(with_)];
  if (id === undefined || more.length > 0 || (with_ !== undefined && whom === undefined))
    throw fail('PATH_MALFORMED', { reason: 'write it as /api/access/shares/<entity>/<id>/<id of a user or team>' });
  return {
    call: { engine, principal, requestId: exchange.id, origin: originOf(exchange) },
    entity,
    id,
    principal: whom,
  };
}

/** GET: the shares in force, and what the caller may pass on. */
export async function listShares(services: Services, exchange: Exchange, principal: Principal): Promise<Response> {
  const { call, entity, id } = placeOf(services, exchange, principal);
  const shares = await sharesOf(call, entity, id);
  const mine = await privilegesOn(call, entity, id);
  const rights = mine.includes('share') ? mine : [];
  return answerJson(200, { shares, may: { share: rights.length > 0, rights } });
}

/** PUT: shares with one user or team, or changes what is shared; `ineffective` names rights that do nothing yet. */
export async function putShare(services: Services, exchange: Exchange, principal: Principal): Promise<Response> {
  const { call, entity, id, principal: whom } = placeOf(services, exchange, principal);
  const { value } = await readJson(exchange, LIMIT);
  const details: Violation[] = [];
  for (const name of Object.keys(value)) {
    if (MEMBERS.includes(name)) continue;
    details.push({ code: 'MEMBER_UNKNOWN', target: name, message: `There is ${MEMBERS.join(', ')}; no ${name}.` });
  }
  const { rights, expiresAt, reason } = value;
  const isList = Array.isArray(rights) && rights.every((one) => typeof one === 'string');
  if (!isList) {
    const message = `rights is a list of some of ${shareable.join(', ')}.`;
    details.push({ code: 'RIGHTS_INVALID', target: 'rights', message });
  }
  const isText = (given: unknown): given is string | null | undefined =>
    given === undefined || given === null || typeof given === 'string';
  for (const [name, given] of Object.entries({ expiresAt, reason })) {
    if (isText(given)) continue;
    details.push({ code: 'VALUE_INVALID', target: name, message: `${name} is a text or null.` });
  }
  if (details.length > 0 || !isList || !isText(expiresAt) || !isText(reason))
    throw fail('BODY_INVALID', { count: details.length }, { details });
  const asked = rights as readonly Privilege[];
  return answerJson(200, await share(call, entity, id, { principal: whom ?? '', rights: asked, expiresAt, reason }));
}

/** DELETE: ends what is shared with one user or team. */
export async function endShare(services: Services, exchange: Exchange, principal: Principal): Promise<Response> {
  const { call, entity, id, principal: whom } = placeOf(services, exchange, principal);
  await unshare(call, entity, id, whom ?? '');
  return answerEmpty(204);
}
