// /api/metadata: the effective model in the caller's language, narrowed to what the caller may see. The ETag is the model's
// version with the language and the shape of the caller's rights, so a browser asks again and again and is answered 304.
import type { Model } from '../../core/model/model.ts';
import { appMetadata, entityMetadata, type EntityAccess } from '../../core/model/effective.ts';
import { suggest } from '../../core/model/suggest.ts';
import { mayI } from '../../core/security/access.ts';
import { fieldAccess } from '../../core/security/field-access.ts';
import type { Principal } from '../../core/security/principal.ts';
import { answerJson } from './answer.ts';
import { decodePart } from './data/path.ts';
import { fail } from './errors.ts';
import type { Exchange } from './exchange.ts';
import { answerTagged, tagOf } from './model-tag.ts';
import { readQueryString } from './query-string.ts';
import type { Services } from './services.ts';

function accessOf(model: Model, principal: Principal): EntityAccess {
  return {
    read: (entity) => mayI(principal, model, 'read', entity),
    create: (entity) => mayI(principal, model, 'create', entity),
    field: (field) => fieldAccess(principal, model, field),
  };
}

function languageOf(exchange: Exchange, principal: Principal): string {
  const asked = readQueryString(exchange.query).get('language');
  return asked !== undefined && /^[\w-]{2,35}$/.test(asked) ? asked : principal.language;
}

export function showApp(services: Services, exchange: Exchange, principal: Principal): Response {
  const { model } = services.organization.current();
  const language = languageOf(exchange, principal);
  return answerTagged(exchange, tagOf(model, language, principal), (headers) =>
    answerJson(200, appMetadata(model, language, services.organization.name, accessOf(model, principal)), headers),
  );
}

export function showEntity(services: Services, exchange: Exchange, principal: Principal): Response {
  const { model } = services.organization.current();
  const name = decodePart(exchange.path.slice(exchange.path.lastIndexOf('/') + 1));
  const language = languageOf(exchange, principal);
  const access = accessOf(model, principal);
  if (!model.entities.has(name) || !access.read(name))
    throw fail('ENTITY_UNKNOWN', { name, suggestion: suggest(name, [...model.entities.keys()].filter(access.read)) });
  return answerTagged(exchange, tagOf(model, language, principal), (headers) =>
    answerJson(200, entityMetadata(model, language, name, access), headers),
  );
}
