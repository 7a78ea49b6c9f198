// /api/data/v9.2/…: path and method → what answers. The shapes are those of OData v4 with the conventions of the
// Dataverse Web API.
import type { Principal } from '../../../core/security/principal.ts';
import type { Entity } from '../../../core/model/model.ts';
import { suggest } from '../../../core/model/suggest.ts';
import { readableEntities } from '../../../core/security/access.ts';
import { answerOData } from '../answer.ts';
import { definitionsRoute } from '../definitions/route.ts';
import { fail } from '../errors.ts';
import { originOf, type Exchange } from '../exchange.ts';
import type { Services } from '../services.ts';
import { associateRow, disassociateRow, readReferences } from './associations.ts';
import { showCsdl } from '../csdl/route.ts';
import { detectsDuplicates } from './duplicates.ts';
import { readFile, readFileBytes, removeFile, writeFile } from './files.ts';
import { answerOperation } from './operations/answer-operation.ts';
import { findOperation, unboundNames } from './operations/registry.ts';
import { engineFor } from './plugins-left-out.ts';
import { readPath, type Segment } from './path.ts';
import { countRelated, readRelated } from './related.ts';
import { readProperty, readPropertyValue, removeProperty, writeProperty } from './properties.ts';
import { countRows, createRow, listRows, patchRow, removeRow, retrieveRow } from './rows.ts';
import {
  addressOf,
  openDataRequest,
  refuseMethod,
  SERVICE_PATH,
  serviceRoot,
  type DataRequest,
  type Within,
} from './request.ts';
import { answerSavedQueries, isSavedQueries } from './saved-queries.ts';
import { speaking } from './speaking.ts';

type Answer = Response | Promise<Response>;

/** `within`: the batch that the request is part of. */
export function dataRoute(services: Services, exchange: Exchange, principal: Principal, within?: Within): Answer {
  const engine = engineFor(within?.engine ?? services.organization.current(), exchange, principal);
  const { path } = exchange;
  if (!path.startsWith(SERVICE_PATH)) {
    if (path === '/api/data/v9.2') return answerService(exchange, services, principal);
    throw fail('PATH_MALFORMED', { reason: `write it as ${SERVICE_PATH}…` });
  }
  const segments = readPath(path.slice(SERVICE_PATH.length));
  const [head, ...rest] = segments;
  if (!head) return answerService(exchange, services, principal);
  // By its set, or by the logical name that clients with `useEntityNames` write.
  const entity = engine.model.sets.get(head.name) ?? engine.model.entities.get(head.name);
  const request = openDataRequest(
    {
      engine,
      principal: speaking(principal, exchange, engine.model),
      requestId: exchange.id,
      origin: originOf(exchange),
      ...(exchange.pass && { meter: exchange.pass.meter }),
      detectDuplicates: detectsDuplicates(exchange),
      ...(within?.executor && { executor: within.executor }),
    },
    exchange,
    services.feedKey,
    within?.references,
  );
  if (entity) return entityRoute(services, request, entity, head, rest);
  if (isSavedQueries(head.name)) return answerSavedQueries(request, head, rest);
  const operation = findOperation(engine, head.name, undefined);
  if (operation && rest.length === 0) return answerOperation(services, request, operation, head, undefined);
  switch (head.name) {
    case '$metadata':
      return showCsdl(request);
    case 'EntityDefinitions':
    case 'RelationshipDefinitions':
    case 'GlobalOptionSetDefinitions':
      return definitionsRoute(services, request, segments);
    default: {
      const names = [...engine.model.sets.keys(), ...unboundNames(engine)];
      throw fail('SET_UNKNOWN', { name: head.name, suggestion: suggest(head.name, names) });
    }
  }
}

function requireGet(exchange: Exchange): void {
  if (exchange.method !== 'GET') refuseMethod(exchange, 'GET');
}

function answerService(exchange: Exchange, services: Services, principal: Principal): Response {
  requireGet(exchange);
  const { model } = services.organization.current();
  const sets = readableEntities(principal, model).map(({ set }) => ({ name: set, kind: 'EntitySet', url: set }));
  return answerOData(200, JSON.stringify({ '@odata.context': `${serviceRoot(exchange)}/$metadata`, value: sets }));
}

function entityRoute(
  services: Services,
  request: DataRequest,
  entity: Entity,
  head: Segment,
  rest: readonly Segment[],
): Answer {
  const { exchange } = request;
  const { method } = exchange;
  const address = addressOf(entity, head);
  const [next, last, ...more] = rest;
  if (more.length > 0) throw unknown(entity, more[0]?.name ?? '');

  if (!address) {
    if (!next) {
      if (method === 'GET') return listRows(request, entity);
      if (method === 'POST') return createRow(request, entity);
      refuseMethod(exchange, 'GET', 'POST');
    }
    const onSet = last ? undefined : findOperation(request.call.engine, next.name, { entity, collection: true });
    if (onSet) return answerOperation(services, request, onSet, next, { entity, address: undefined });
    if (next.name !== '$count' || last) throw unknown(entity, next.name);
    requireGet(exchange);
    return countRows(request, entity);
  }

  if (!next) {
    switch (method) {
      case 'GET':
        return retrieveRow(request, entity, address);
      case 'PATCH':
        return patchRow(request, entity, address);
      case 'DELETE':
        return removeRow(request, entity, address);
      default:
        refuseMethod(exchange, 'GET', 'PATCH', 'DELETE');
    }
  }

  const navigation = entity.navigation.get(next.name);
  const field = entity.fields.get(next.name);
  if (!last && !navigation && !field) {
    const operation = findOperation(request.call.engine, next.name, { entity, collection: false });
    if (operation) return answerOperation(services, request, operation, next, { entity, address });
  }
  // A lookup of one target and its navigation share a name: alone it reads what it points at, with /$ref it links.
  if (navigation) {
    if (!last && method === 'DELETE' && field) return removeProperty(request, entity, address, field);
    if (!last) {
      requireGet(exchange);
      return readRelated(request, entity, address, navigation);
    }
    if (last.name === '$ref') {
      if (method === 'GET') return readReferences(request, entity, address, navigation);
      if (method === 'POST' || method === 'PUT') return associateRow(request, entity, address, navigation);
      if (method === 'DELETE') return disassociateRow(request, entity, address, navigation, next);
      refuseMethod(exchange, 'GET', 'POST', 'PUT', 'DELETE');
    }
    if (last.name === '$count' && navigation.kind !== 'one') {
      requireGet(exchange);
      return countRelated(request, entity, address, navigation);
    }
    throw unknown(entity, `${next.name}/${last.name}`);
  }

  const blob = field?.type.blob !== undefined;
  const column = entity.wire.get(next.name);
  if (!field && !column) {
    const known = [...entity.fields.keys(), ...entity.wire.keys(), ...entity.navigation.keys()];
    throw fail('SEGMENT_UNKNOWN', { entity: entity.name, name: `${next.name}${suggest(next.name, known)}` });
  }
  if (last && last.name !== '$value') throw unknown(entity, last.name);
  if (field && blob) {
    switch (method) {
      case 'GET':
        return last ? readFileBytes(request, entity, address, field) : readFile(request, entity, address, field);
      case 'PUT':
      case 'PATCH':
        return writeFile(request, entity, address, field);
      case 'DELETE':
        return removeFile(request, entity, address, field);
      default:
        refuseMethod(exchange, 'GET', 'PUT', 'PATCH', 'DELETE');
    }
  }
  if (last) {
    requireGet(exchange);
    return readPropertyValue(request, entity, address, next.name);
  }
  switch (method) {
    case 'GET':
      return readProperty(request, entity, address, next.name);
    case 'PUT':
    case 'PATCH':
      if (!field) throw fail('SEGMENT_UNKNOWN', { entity: entity.name, name: next.name });
      return writeProperty(request, entity, address, field);
    case 'DELETE':
      if (!field) throw fail('SEGMENT_UNKNOWN', { entity: entity.name, name: next.name });
      return removeProperty(request, entity, address, field);
    default:
      refuseMethod(exchange, 'GET', 'PUT', 'PATCH', 'DELETE');
  }
}

function unknown(entity: Entity, name: string): Error {
  return fail('SEGMENT_UNKNOWN', { entity: entity.name, name });
}
