// One property of a row: GET, PUT {"value": …}, DELETE (empties it), and /$value as plain text.
import type { Entity, Field } from '../../../core/model/model.ts';
import type { RecordAddress } from '../../../core/records/input.ts';
import { parseExact, readValues } from '../../../core/records/read-body.ts';
import { notFound } from '../../../core/records/resolve-address.ts';
import { retrieveOData } from '../../../core/records/retrieve.ts';
import { update } from '../../../core/records/update.ts';
import { answerEmpty, answerOData, answerText } from '../answer.ts';
import { parseJsonObject, readJsonText } from '../body.ts';
import { fail } from '../errors.ts';
import { entityTag, ifMatch, matchVersion } from './preconditions.ts';
import { rowUrl, type DataRequest } from './request.ts';

interface PropertyValue {
  readonly value: unknown;
  /** The digits of a number that a double would round. */
  readonly exact: string | undefined;
  readonly version: string;
}

/** The name under which the value stands in answers: a lookup's is `_<field>_value`. */
function wireName(entity: Entity, name: string): string {
  return entity.wire.has(name) ? name : (entity.fields.get(name)?.columns[0]?.wire ?? name);
}

async function readOne(
  request: DataRequest,
  entity: Entity,
  address: RecordAddress,
  name: string,
): Promise<PropertyValue> {
  const { call, reading } = request;
  const wire = wireName(entity, name);
  const found = await retrieveOData(call, entity, address, `$select=${encodeURIComponent(wire)}`, {
    root: reading.root,
  });
  if (!found) throw notFound(entity, address);
  const { value, exact } = parseExact(found.body);
  const row = value as Readonly<Record<string, unknown>>;
  return { value: row[wire] ?? null, exact: exact[wire], version: found.version };
}

export async function readProperty(
  request: DataRequest,
  entity: Entity,
  address: RecordAddress,
  name: string,
): Promise<Response> {
  const { value, exact, version } = await readOne(request, entity, address, name);
  if (value === null) return answerEmpty(204);
  const context = JSON.stringify(`${request.reading.root}/$metadata#${entity.set}/${name}`);
  return answerOData(200, `{"@odata.context":${context},"value":${exact ?? JSON.stringify(value)}}`, {
    ETag: entityTag(version),
  });
}

export async function readPropertyValue(
  request: DataRequest,
  entity: Entity,
  address: RecordAddress,
  name: string,
): Promise<Response> {
  const { value, exact } = await readOne(request, entity, address, name);
  if (value === null) return answerEmpty(204);
  const text = exact ?? (typeof value === 'string' ? value : JSON.stringify(value));
  return answerText(200, text, { 'Content-Type': 'text/plain; charset=utf-8', 'OData-Version': '4.0' });
}

async function write(
  request: DataRequest,
  entity: Entity,
  address: RecordAddress,
  field: Field,
  value: unknown,
  exact: string | undefined,
): Promise<Response> {
  const { call, exchange } = request;
  const version = matchVersion(ifMatch(exchange));
  const input = await readValues(
    call,
    entity,
    { [field.name]: value },
    { alone: true, ...(exact !== undefined && { exact: { [field.name]: exact } }) },
  );
  const written = await update(call, entity, address, input, version === undefined ? {} : { version });
  return answerEmpty(204, { ETag: entityTag(written.version), 'OData-EntityId': rowUrl(request, entity, written.id) });
}

export async function writeProperty(
  request: DataRequest,
  entity: Entity,
  address: RecordAddress,
  field: Field,
): Promise<Response> {
  const text = await readJsonText(request.exchange);
  const body = parseJsonObject(text).value;
  const names = Object.keys(body).filter((name) => !name.startsWith('@'));
  if (names.length !== 1 || names[0] !== 'value') {
    const message = `Send the new ${field.name} as {"value": …}.`;
    throw fail('BODY_INVALID', { count: 1 }, { details: [{ code: 'VALUE_EXPECTED', target: 'value', message }] });
  }
  return write(request, entity, address, field, body['value'], parseExact(text).exact['value']);
}

export async function removeProperty(
  request: DataRequest,
  entity: Entity,
  address: RecordAddress,
  field: Field,
): Promise<Response> {
  return write(request, entity, address, field, null, undefined);
}
