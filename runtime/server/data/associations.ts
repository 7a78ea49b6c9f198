// …/<navigation>/$ref: links between rows, read, made and ended.
import type { Entity, Navigation } from '../../../core/model/model.ts';
import { associate } from '../../../core/records/associate.ts';
import { disassociate } from '../../../core/records/disassociate.ts';
import type { RecordAddress } from '../../../core/records/input.ts';
import { listRelatedOData } from '../../../core/records/list.ts';
import { parseAddress } from '../../../core/records/parse-address.ts';
import { PeyvandError } from '../../../core/sdk/index.ts';
import { answerEmpty, answerOData } from '../answer.ts';
import { readJson } from '../body.ts';
import { fail } from '../errors.ts';
import { readQueryString } from '../query-string.ts';
import type { Segment } from './path.ts';
import { referencedId, requireRow, targetOf } from './related.ts';
import { addressOf, rowUrl, type DataRequest } from './request.ts';

function refuseReference(message: string): PeyvandError {
  return fail('BODY_INVALID', { count: 1 }, { details: [{ code: 'REFERENCE_INVALID', target: '@odata.id', message }] });
}

/** The row that `@odata.id` names, which must be one the navigation can lead to. */
function readReference(request: DataRequest, navigation: Navigation, reference: unknown): RecordAddress {
  const { model } = request.call.engine;
  const target = targetOf(request, navigation);
  const example = `{"@odata.id": "${request.reading.root}/${target.set}(<id>)"}`;
  if (typeof reference !== 'string') throw refuseReference(`Name the row to link with: ${example}.`);
  const made = reference.startsWith('$') ? request.references.get(reference.slice(1)) : undefined;
  const parsed = parseAddress(model, made ? `${made.entity}(${made.id})` : reference);
  if ('problem' in parsed) throw refuseReference(`${parsed.problem} Name the row to link with: ${example}.`);
  const fits = parsed.entity === target || target.union?.members.includes(parsed.entity.name);
  if (!fits) throw refuseReference(`${navigation.name} links with ${target.set}, not with ${parsed.entity.set}.`);
  return parsed.address;
}

export async function associateRow(
  request: DataRequest,
  entity: Entity,
  address: RecordAddress,
  navigation: Navigation,
): Promise<Response> {
  const { value } = await readJson(request.exchange);
  const target = readReference(request, navigation, value['@odata.id']);
  await associate(request.call, entity, address, navigation.name, target);
  return answerEmpty(204);
}

/** The row to take out: `contacts(<id>)/$ref`, or `contacts/$ref?$id=<url>`; a lookup needs none. */
export async function disassociateRow(
  request: DataRequest,
  entity: Entity,
  address: RecordAddress,
  navigation: Navigation,
  segment: Segment,
): Promise<Response> {
  const target = targetOf(request, navigation);
  const given = readQueryString(request.exchange.query).get('$id');
  const other = given === undefined ? addressOf(target, segment) : readReference(request, navigation, given);
  await disassociate(request.call, entity, address, navigation.name, other);
  return answerEmpty(204);
}

export async function readReferences(
  request: DataRequest,
  entity: Entity,
  address: RecordAddress,
  navigation: Navigation,
): Promise<Response> {
  const { call, exchange, reading } = request;
  const target = targetOf(request, navigation);
  const context = `${reading.root}/$metadata#$ref`;
  if (navigation.kind === 'one') {
    const id = await referencedId(request, entity, address, navigation);
    if (id === undefined) return answerEmpty(204);
    return answerOData(200, JSON.stringify({ '@odata.context': context, '@odata.id': rowUrl(request, target, id) }));
  }
  const id = await requireRow(request, entity, address);
  const key = target.key.name;
  const within = { entity, id, navigation: navigation.name };
  // What filters, sorts and pages the rows does so for their references; their fields are not asked for.
  const options = exchange.query
    .split('&')
    .filter((part) => part !== '' && !/^(?:\$|%24)(?:select|expand)=/i.test(part));
  const { body } = await listRelatedOData(call, within, [...options, `$select=${key}`].join('&'), reading);
  const { value, ...rest } = JSON.parse(body) as { readonly value: readonly Readonly<Record<string, unknown>>[] };
  const rows = value.map((row) => ({ '@odata.id': rowUrl(request, target, String(row[key])) }));
  return answerOData(
    200,
    JSON.stringify({ ...rest, '@odata.context': `${reading.root}/$metadata#Collection($ref)`, value: rows }),
  );
}
