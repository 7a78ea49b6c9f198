// /api/metadata: the effective model in the caller's language, narrowed to what the caller may see. The ETag is the model's
// version with the language and the shape of the caller's rights, so a browser asks again and again and is answered 304.
import type { Model } from '../../core/model/model.ts';
import { appMetadata, entityMetadata, type EntityAccess } from '../../core/model/effective.ts';
import { operationMetadata } from '../../core/model/effective-contributions.ts';
import { dashboardMetadata } from '../../core/model/effective-dashboard.ts';
import { suggest } from '../../core/model/suggest.ts';
import { hasRight, mayI } from '../../core/security/access.ts';
import { fieldAccess } from '../../core/security/field-access.ts';
import type { Principal } from '../../core/security/principal.ts';
import { answerJson } from './answer.ts';
import { operationsOf } from './data/operations/registry.ts';
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
    right: (name) => hasRight(principal, model, name),
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
  const engine = services.organization.current();
  const { model } = engine;
  const name = decodePart(exchange.path.slice(exchange.path.lastIndexOf('/') + 1));
  const language = languageOf(exchange, principal);
  const access = accessOf(model, principal);
  if (!model.entities.has(name) || !access.read(name))
    throw fail('ENTITY_UNKNOWN', { name, suggestion: suggest(name, [...model.entities.keys()].filter(access.read)) });
  return answerTagged(exchange, tagOf(model, language, principal), (headers) =>
    answerJson(200, entityMetadata(model, language, name, access, operationsOf(engine)), headers),
  );
}

export function showOperation(services: Services, exchange: Exchange, principal: Principal): Response {
  const engine = services.organization.current();
  const { model } = engine;
  const name = decodePart(exchange.path.slice(exchange.path.lastIndexOf('/') + 1));
  const open = operationsOf(engine).filter(
    ({ right, bound }) =>
      (right === undefined || hasRight(principal, model, right)) &&
      (bound === undefined || bound.entity === '*' || mayI(principal, model, 'read', bound.entity)),
  );
  const operation = open.find((one) => one.name === name);
  if (!operation) {
    const suggestion = suggest(
      name,
      open.map((one) => one.name),
    );
    throw fail('OPERATION_UNDESCRIBED', { name, suggestion });
  }
  return answerTagged(exchange, tagOf(model, '', principal), (headers) =>
    answerJson(200, operationMetadata(operation), headers),
  );
}

export function showDashboard(services: Services, exchange: Exchange, principal: Principal): Response {
  const { model } = services.organization.current();
  const name = decodePart(exchange.path.slice(exchange.path.lastIndexOf('/') + 1));
  const language = languageOf(exchange, principal);
  const { read } = accessOf(model, principal);
  const dashboard = dashboardMetadata(model, language, name, read);
  if (!dashboard) {
    const open = Object.keys(appMetadata(model, language, '', accessOf(model, principal)).dashboards);
    throw fail('DASHBOARD_UNKNOWN', { name, suggestion: suggest(name, open) });
  }
  return answerTagged(exchange, tagOf(model, language, principal), (headers) => answerJson(200, dashboard, headers));
}
