// Rows of an entity set: list, count, retrieve, create, update and upsert, delete, and what a delete would take along.
import type { Entity } from '../../../core/model/model.ts';
import { countChanges, isReading, listChanges, listTracked } from '../../../core/feed/changes.ts';
import { optionOf } from '../../../core/feed/query.ts';
import { create } from '../../../core/records/create.ts';
import { deletePreview, type Effect } from '../../../core/records/delete-preview.ts';
import type { RecordAddress, Written } from '../../../core/records/input.ts';
import { listFetchXml } from '../../../core/records/list-fetchxml.ts';
import { countOData, listOData } from '../../../core/records/list.ts';
import { remove } from '../../../core/records/remove.ts';
import { notFound, resolveAddress } from '../../../core/records/resolve-address.ts';
import { retrieveOData } from '../../../core/records/retrieve.ts';
import { update } from '../../../core/records/update.ts';
import { upsert } from '../../../core/records/upsert.ts';
import { fail } from '../errors.ts';
import { readQueryString } from '../query-string.ts';
import { answerEmpty, answerOData, answerText } from '../answer.ts';
import { readRecord } from './record-body.ts';
import { entityTag, ifMatch, ifNoneMatch, matchVersion } from './preconditions.ts';
import { rowUrl, type DataRequest } from './request.ts';

export async function listRows(request: DataRequest, entity: Entity): Promise<Response> {
  const { call, exchange, reading, preferences } = request;
  if (preferences.trackChanges || optionOf(exchange.query, '$deltatoken') !== undefined)
    return listTrackedRows(request, entity);
  const fetchXml = /(?:^|&)fetchxml=/i.test(exchange.query) ? fetchXmlOf(exchange.query) : undefined;
  const { body } =
    fetchXml === undefined
      ? await listOData(call, entity, exchange.query, reading)
      : await listFetchXml(call, entity, fetchXml, reading);
  if (preferences.maxPageSize === undefined) return answerOData(200, body);
  return answerOData(200, body, { 'Preference-Applied': `odata.maxpagesize=${preferences.maxPageSize}` });
}

/** The rows with a delta link, or what changed since one was made. */
async function listTrackedRows(
  { call, exchange, reading, preferences, feedKey }: DataRequest,
  entity: Entity,
): Promise<Response> {
  const given = optionOf(exchange.query, '$deltatoken') !== undefined;
  const isFirst = !given || isReading(exchange.query, feedKey);
  const body = await (isFirst ? listTracked : listChanges)(call, entity, exchange.query, reading, feedKey);
  const applied = [
    ...(preferences.trackChanges ? ['odata.track-changes'] : []),
    ...(preferences.maxPageSize === undefined ? [] : [`odata.maxpagesize=${preferences.maxPageSize}`]),
  ];
  return answerOData(200, body, applied.length === 0 ? {} : { 'Preference-Applied': applied.join(', ') });
}

/** The text of a FetchXML query; options that it has words of its own for cannot stand beside it. */
function fetchXmlOf(query: string): string {
  const options = [...readQueryString(query)];
  const [beside] = options.find(([name]) => /^(?:\$(?!format$).*|savedQuery|userQuery)$/i.test(name)) ?? [];
  if (beside !== undefined) throw fail('OPTION_BESIDE_FETCHXML', { name: beside.slice(0, 100) });
  return options.find(([name]) => name.toLowerCase() === 'fetchxml')?.[1] ?? '';
}

export async function countRows({ call, exchange, reading, feedKey }: DataRequest, entity: Entity): Promise<Response> {
  const isDelta = optionOf(exchange.query, '$deltatoken') !== undefined;
  const text = isDelta
    ? String(await countChanges(call, entity, exchange.query, reading, feedKey))
    : await countOData(call, entity, exchange.query);
  return answerText(200, text, { 'Content-Type': 'text/plain; charset=utf-8', 'OData-Version': '4.0' });
}

export async function retrieveRow(request: DataRequest, entity: Entity, address: RecordAddress): Promise<Response> {
  const { call, exchange, reading } = request;
  const condition = ifNoneMatch(exchange);
  const found = await retrieveOData(call, entity, address, exchange.query, reading);
  if (!found) throw notFound(entity, address);
  const etag = entityTag(found.version);
  if (condition && (condition.any || condition.versions.includes(found.version)))
    return answerEmpty(304, { ETag: etag });
  return answerOData(200, found.body, { ETag: etag });
}

/** 204 with the row's address, or the row itself where the caller prefers it. */
async function answerWritten(
  request: DataRequest,
  entity: Entity,
  written: Written,
  status: 200 | 201,
): Promise<Response> {
  const { call, exchange, preferences, reading } = request;
  const url = rowUrl(request, entity, written.id);
  const etag = entityTag(written.version);
  if (preferences.representation) {
    const found = await retrieveOData(call, entity, { id: written.id }, exchange.query, reading);
    // Someone who may write but not read gets the address only.
    if (found)
      return answerOData(status, found.body, {
        ETag: entityTag(found.version),
        'OData-EntityId': url,
        Location: url,
        'Preference-Applied': 'return=representation',
      });
  }
  return answerEmpty(204, { ETag: etag, 'OData-EntityId': url, ...(status === 201 && { Location: url }) });
}

export async function createRow(request: DataRequest, entity: Entity): Promise<Response> {
  const input = await readRecord(request, entity);
  return answerWritten(request, entity, await create(request.call, entity, input), 201);
}

/** PATCH: with If-Match an update, with `If-None-Match: *` a create, with neither whichever it takes. */
export async function patchRow(request: DataRequest, entity: Entity, address: RecordAddress): Promise<Response> {
  const { call, exchange } = request;
  const match = ifMatch(exchange);
  const noneMatch = ifNoneMatch(exchange);
  const input = await readRecord(request, entity, address);
  const version = matchVersion(match);
  let written: Written;
  if (match) written = await update(call, entity, address, input, version === undefined ? {} : { version });
  else written = await upsert(call, entity, address, input, noneMatch?.any ? { only: 'create' } : {});
  return answerWritten(request, entity, written, written.created ? 201 : 200);
}

export async function removeRow(request: DataRequest, entity: Entity, address: RecordAddress): Promise<Response> {
  const version = matchVersion(ifMatch(request.exchange));
  await remove(request.call, entity, address, version === undefined ? {} : { version });
  return answerEmpty(204);
}

export async function deletePreviewOf(request: DataRequest, entity: Entity, address: RecordAddress): Promise<Response> {
  const { call, reading } = request;
  const id = await resolveAddress(call, entity, address);
  if (id === undefined) throw notFound(entity, address);
  const preview = await deletePreview(call, entity, id);
  const items = (effects: readonly Effect[], effect: string) =>
    effects.map(({ relation, entity: name, title, count, names, others }) => ({
      relationship: relation,
      entity: name,
      title,
      count,
      names,
      others,
      effect,
    }));
  return answerOData(
    200,
    JSON.stringify({
      '@odata.context': `${reading.root}/$metadata#Peyvand.DeletePreview`,
      allowed: preview.allowed,
      items: [
        ...items(preview.restrict, 'restrict'),
        ...items(preview.delete, 'delete'),
        ...items(preview.unlink, 'unlink'),
        ...items(preview.disassociate, 'disassociate'),
      ],
    }),
  );
}
