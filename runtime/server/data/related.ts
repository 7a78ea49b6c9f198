// What a navigation property of one row leads to: the row of a lookup, or the rows of a collection.
import type { Entity, Navigation } from '../../../core/model/model.ts';
import { suggest } from '../../../core/model/suggest.ts';
import type { RecordAddress } from '../../../core/records/input.ts';
import { listRelatedOData } from '../../../core/records/list.ts';
import { notFound, resolveAddress } from '../../../core/records/resolve-address.ts';
import { retrieveOData } from '../../../core/records/retrieve.ts';
import { answerEmpty, answerOData, answerText } from '../answer.ts';
import { fail } from '../errors.ts';
import { entityTag } from './preconditions.ts';
import type { DataRequest } from './request.ts';

/** The id a lookup holds for this navigation; undefined for none, or one of another entity. */
export async function referencedId(
  request: DataRequest,
  entity: Entity,
  address: RecordAddress,
  navigation: Navigation,
): Promise<string | undefined> {
  const { call, reading } = request;
  const key = targetOf(request, navigation).key.name;
  const query = `$select=${entity.key.name}&$expand=${navigation.name}($select=${key})`;
  const found = await retrieveOData(call, entity, address, query, { root: reading.root });
  if (!found) throw notFound(entity, address);
  const row = JSON.parse(found.body) as Readonly<Record<string, unknown>>;
  const related = row[navigation.name] as Readonly<Record<string, unknown>> | null | undefined;
  const id = related?.[key];
  return typeof id === 'string' ? id : undefined;
}

export function targetOf({ call }: DataRequest, { target, name }: Navigation): Entity {
  const { entities } = call.engine.model;
  const entity = entities.get(target);
  if (!entity) throw fail('SEGMENT_UNKNOWN', { entity: target, name: `${name}${suggest(target, entities.keys())}` });
  return entity;
}

/** The id of the row the address names, once it is known to be there for the caller. */
export async function requireRow(request: DataRequest, entity: Entity, address: RecordAddress): Promise<string> {
  const { call, reading } = request;
  const found = await retrieveOData(call, entity, address, `$select=${entity.key.name}`, { root: reading.root });
  const id = found && (await resolveAddress(call, entity, address));
  if (id === undefined) throw notFound(entity, address);
  return id;
}

export async function readRelated(
  request: DataRequest,
  entity: Entity,
  address: RecordAddress,
  navigation: Navigation,
): Promise<Response> {
  const { call, exchange, reading } = request;
  if (navigation.kind === 'one') {
    const id = await referencedId(request, entity, address, navigation);
    const found =
      id === undefined
        ? undefined
        : await retrieveOData(call, targetOf(request, navigation), { id }, exchange.query, reading);
    return found ? answerOData(200, found.body, { ETag: entityTag(found.version) }) : answerEmpty(204);
  }
  const id = await requireRow(request, entity, address);
  const within = { entity, id, navigation: navigation.name };
  const { body } = await listRelatedOData(call, within, exchange.query, reading);
  return answerOData(200, body);
}

export async function countRelated(
  request: DataRequest,
  entity: Entity,
  address: RecordAddress,
  navigation: Navigation,
): Promise<Response> {
  const { call, exchange, reading } = request;
  const id = await requireRow(request, entity, address);
  // One row is read beside the count: the only way to read is that of lists.
  const asked = exchange.query.split('&').filter((part) => part !== '' && !/^\$(?:select|count|top)=/.test(part));
  const query = `${asked.map((part) => `${part}&`).join('')}$select=${targetOf(request, navigation).key.name}&$count=true&$top=1`;
  const within = { entity, id, navigation: navigation.name };
  const { body } = await listRelatedOData(call, within, query, { root: reading.root });
  const { '@odata.count': count } = JSON.parse(body) as { readonly '@odata.count'?: number };
  const headers = { 'Content-Type': 'text/plain; charset=utf-8', 'OData-Version': '4.0' };
  return answerText(200, String(count ?? 0), headers);
}
