// Calls a function or action and writes what it answers, as Dataverse does: `{"@odata.context": "…#Microsoft.Dynamics.CRM.XResponse",
// …}`, one value as `value`, nothing as 204.
import { runOperation } from '../../../../core/operations/run-operation.ts';
import { reachOf } from '../../../../core/records/reach.ts';
import { notFound, resolveAddress } from '../../../../core/records/resolve-address.ts';
import type { Call } from '../../../../core/engine.ts';
import type { Entity } from '../../../../core/model/model.ts';
import type { RecordAddress, RecordInput } from '../../../../core/records/input.ts';
import { requireRight } from '../../../../core/security/access.ts';
import type { Operation, OperationValue } from '../../../../core/sdk/index.ts';
import { answerEmpty, answerOData } from '../../answer.ts';
import type { Services } from '../../services.ts';
import { isObject } from '../batch/is-object.ts';
import type { Segment } from '../path.ts';
import { requireRow } from '../related.ts';
import { refuseMethod, type DataRequest } from '../request.ts';
import type { GivenRecord, NamedRow, ShippedOperation } from './operation.ts';
import { answerLater, bodyOf, mayWait } from './answer-later.ts';
import { readParameters } from './read-parameters.ts';

export async function answerOperation(
  services: Services,
  request: DataRequest,
  operation: Operation | ShippedOperation,
  segment: Segment,
  bound: { readonly entity: Entity; readonly address: RecordAddress | undefined } | undefined,
): Promise<Response> {
  const { call, exchange } = request;
  const method = operation.kind === 'action' ? 'POST' : 'GET';
  if (exchange.method !== method) refuseMethod(exchange, method);
  if (operation.right !== undefined) requireRight(call.principal, call.engine.model, operation.right);
  const parameters = () => readParameters(request, operation, segment, bound?.entity);
  if (operation.kind === 'action' && mayWait(request)) {
    // What is wrong with the request is said at once; what its rows and rules say stands in the job.
    const text = await bodyOf(request);
    const { exchange: whole, ...rest } = request;
    const content = Buffer.from(text);
    await readParameters({ ...rest, exchange: { ...whole, content } }, operation, segment, bound?.entity);
    return answerLater(request, text);
  }
  if ('answer' in operation) {
    return operation.answer({ services, request, segment, entity: bound?.entity, address: bound?.address, parameters });
  }
  const read = await parameters();
  const plain: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(read)) plain[name] = await plainOf(call, value);
  const id = bound?.address && (await requireRow(request, bound.entity, bound.address));
  const target = bound && id !== undefined ? { entity: bound.entity.name, id } : undefined;
  return writeResult(request, operation, await runOperation(call, operation, plain, target, reachOf));
}

/** What a plugin gets: rows as `{entity, id}`, their values by field name. */
async function plainOf(call: Call, value: unknown): Promise<unknown> {
  if (Array.isArray(value)) return Promise.all(value.map((one) => plainOf(call, one)));
  if (isRecord(value)) {
    const id = value.address && (await resolveAddress(call, value.entity, value.address));
    return { entity: value.entity.name, id, values: valuesOf(value.input) };
  }
  if (isRow(value)) {
    const id = await resolveAddress(call, value.entity, value.address);
    if (id === undefined) throw notFound(value.entity, value.address);
    return { entity: value.entity.name, id };
  }
  return value;
}

function isRecord(value: unknown): value is GivenRecord {
  return isObject(value) && 'input' in value && 'entity' in value;
}

function isRow(value: unknown): value is NamedRow {
  return isObject(value) && 'address' in value && isObject(value['entity']) && 'fields' in value['entity'];
}

function valuesOf({ values, targets, exact }: RecordInput): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      const entity = targets[name];
      if (entity !== undefined && value !== null) return [name, { entity, id: value }];
      return [name, exact[name] ?? value];
    }),
  );
}

const EDM: Readonly<Record<OperationValue['type'], string>> = {
  text: 'Edm.String',
  boolean: 'Edm.Boolean',
  integer: 'Edm.Int32',
  decimal: 'Edm.Decimal',
  date: 'Edm.Date',
  'date-time': 'Edm.DateTimeOffset',
  id: 'Edm.Guid',
  entity: 'Microsoft.Dynamics.CRM.crmbaseentity',
  record: 'Microsoft.Dynamics.CRM.crmbaseentity',
  json: 'Edm.Untyped',
};

export function writeResult(request: DataRequest, { name, returns }: Operation, result: unknown): Response {
  if (!returns || result === undefined) return answerEmpty(204);
  const { model } = request.call.engine;
  const out = (value: unknown, type: OperationValue): unknown => {
    if (Array.isArray(value)) return value.map((one) => out(one, type));
    if (type.type !== 'entity' || !isObject(value)) return value ?? null;
    const entity = model.entities.get(String(value['entity']));
    return {
      '@odata.type': `#Microsoft.Dynamics.CRM.${String(value['entity'])}`,
      [entity?.key.name ?? 'id']: value['id'],
    };
  };
  const context = `${request.reading.root}/$metadata#`;
  if ('properties' in returns) {
    const given = isObject(result) ? result : {};
    const properties = returns.properties.map((one) => [one.name, out(given[one.name], one)] as const);
    return answerOData(
      200,
      JSON.stringify({
        '@odata.context': `${context}Microsoft.Dynamics.CRM.${name}Response`,
        ...Object.fromEntries(properties),
      }),
    );
  }
  const type = EDM[returns.type];
  const value = out(result, returns);
  // One row is the answer itself, as Dataverse's own clients read it (`answer.quoteid`).
  if (returns.type === 'entity' && returns.collection !== true && isObject(value)) {
    return answerOData(200, JSON.stringify({ '@odata.context': `${context}${type}`, ...value }));
  }
  return answerOData(
    200,
    JSON.stringify({ '@odata.context': `${context}${returns.collection ? `Collection(${type})` : type}`, value }),
  );
}
