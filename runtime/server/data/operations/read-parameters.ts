// The parameters of a call, from the path and its aliases (functions) or from the body (actions), read by their description.
// Everything that is wrong with them is said at once.
import { suggest } from '../../../../core/model/suggest.ts';
import type { Entity } from '../../../../core/model/model.ts';
import { fail } from '../../../../core/operations/errors.ts';
import type { RecordAddress } from '../../../../core/records/input.ts';
import { parseAddress, readId } from '../../../../core/records/parse-address.ts';
import { numberOf, parseExact, readValues } from '../../../../core/records/read-body.ts';
import type { OperationDescription, OperationParameter, Violation } from '../../../../core/sdk/index.ts';
import { parseJsonObject, readJsonText } from '../../body.ts';
import { header } from '../../exchange.ts';
import { readQueryString } from '../../query-string.ts';
import { isObject, type JsonMembers } from '../batch/is-object.ts';
import { readLiteral, type Segment } from '../path.ts';
import type { DataRequest } from '../request.ts';
import type { GivenRecord, NamedRow } from './operation.ts';

const NAMESPACE = /^#?(?:Microsoft\.Dynamics\.CRM|mscrm|peyvand)\./i;
const MOST_IN_LIST = 1000;

/** The name without the namespace that clients may write before it. */
export function bareName(name: string): string {
  return name.replace(NAMESPACE, '');
}

export async function readParameters(
  request: DataRequest,
  operation: OperationDescription,
  segment: Segment,
  bound: Entity | undefined,
): Promise<Readonly<Record<string, unknown>>> {
  const given = operation.kind === 'action' ? await fromBody(request) : fromPath(request, operation, segment);
  const problems: Violation[] = [];
  // Plugins get the fields of a record; what we bring ourselves also takes the rows along its navigation properties.
  const nested = 'answer' in operation;
  const names = operation.parameters.map(({ name }) => name);
  for (const name of Object.keys(given)) {
    if (name.startsWith('@') || name.includes('@odata.') || names.includes(name)) continue;
    const short = name.slice(0, 80);
    problems.push(wrong(short, `${short} is no parameter of ${operation.name}${suggest(short, names)}.`));
    if (problems.length >= 100) break;
  }
  const read: Record<string, unknown> = {};
  for (const parameter of operation.parameters) {
    const value = given[parameter.name] ?? undefined;
    if (value === undefined) {
      if (!parameter.optional) problems.push(wrong(parameter.name, `${parameter.name} is missing.`));
      continue;
    }
    if (!parameter.collection) {
      read[parameter.name] = await readOne(request, parameter, parameter.name, value, bound, problems, nested);
      continue;
    }
    if (!Array.isArray(value) || value.length > MOST_IN_LIST) {
      problems.push(wrong(parameter.name, `${parameter.name} is a list of at most ${MOST_IN_LIST}.`));
      continue;
    }
    const list: unknown[] = [];
    for (const [index, one] of (value as readonly unknown[]).entries()) {
      list.push(await readOne(request, parameter, `${parameter.name}/${index}`, one, bound, problems, nested));
    }
    read[parameter.name] = list;
  }
  if (problems.length > 0) {
    const first = problems[0]?.message ?? '';
    throw fail('PARAMETERS_INVALID', { name: operation.name, count: problems.length, first }, { details: problems });
  }
  return read;
}

/** Actions without parameters may come without a body. */
async function fromBody({ exchange }: DataRequest): Promise<JsonMembers> {
  const isEmpty = exchange.content
    ? exchange.content.length === 0
    : header(exchange, 'content-length') === '0' ||
      (header(exchange, 'content-length') === undefined && header(exchange, 'transfer-encoding') === undefined);
  if (isEmpty) return {};
  const text = await readJsonText(exchange);
  parseJsonObject(text);
  return parseExact(text).value as JsonMembers;
}

/** `Name(P=@p1,Q=3)?@p1=…`; also `Name()?P=…` as some clients write it. */
function fromPath(
  { exchange }: DataRequest,
  { parameters, name }: OperationDescription,
  segment: Segment,
): JsonMembers {
  const options = readQueryString(exchange.query);
  const values: Record<string, unknown> = {};
  if (segment.arguments?.kind === 'named') {
    for (const [name, given] of segment.arguments.values) {
      values[name] =
        typeof given === 'object' && given !== null ? readAlias(options.get(given.alias), given.alias, name) : given;
    }
  } else {
    for (const { name } of parameters) {
      const text = options.get(name) ?? options.get(`@${name}`);
      if (text !== undefined) values[name] = readAlias(text, name, name);
    }
  }
  if (segment.arguments?.kind === 'id') {
    const message = `Write its parameters by name: ${name}(${parameters.map((one) => `${one.name}=@${one.name}`).join(',')}).`;
    throw fail('PARAMETERS_INVALID', { name, count: 1, first: message }, { details: [wrong(name, message)] });
  }
  return values;
}

/** A literal of the query string, or JSON; also JSON in single quotes, as it stands in examples of Dataverse. */
function readAlias(text: string | undefined, alias: string, target: string): unknown {
  if (text === undefined) return undefined;
  const trimmed = text.trim();
  if (/^[[{]/.test(trimmed)) {
    for (const form of [
      trimmed,
      trimmed.replace(/'((?:[^']|'')*)'/g, (_all, inner: string) => JSON.stringify(inner.replaceAll("''", "'"))),
    ]) {
      try {
        return JSON.parse(form) as unknown;
      } catch {
        // The next form, or the refusal below.
      }
    }
  }
  const literal = readLiteral(trimmed);
  if (literal !== undefined && !(typeof literal === 'object' && literal !== null)) return literal;
  const message = `${alias} is ${trimmed.slice(0, 80)}, which is neither a literal nor JSON; quote text.`;
  throw fail('PARAMETERS_INVALID', { name: target, count: 1, first: message }, { details: [wrong(target, message)] });
}

function wrong(target: string, message: string): Violation {
  return { code: 'PARAMETER_INVALID', target, message };
}

async function readOne(
  request: DataRequest,
  parameter: OperationParameter,
  target: string,
  raw: unknown,
  bound: Entity | undefined,
  problems: Violation[],
  nested: boolean,
): Promise<unknown> {
  const number = numberOf(raw);
  const value = number?.value ?? raw;
  // An object may have a member `toString`, and then no text can be made of it.
  const numeral = typeof value === 'string' || typeof value === 'number' ? value : '';
  const expect = (fits: boolean, what: string, result: unknown): unknown => {
    if (!fits) problems.push(wrong(target, `${target} is ${what}.`));
    return result;
  };
  switch (parameter.type) {
    case 'text':
      return expect(typeof value === 'string', 'a text', value);
    case 'boolean':
      return expect(typeof value === 'boolean', 'true or false', value);
    case 'integer':
      return expect(Number.isSafeInteger(Number(numeral)) && numeral !== '', 'a whole number', Number(numeral));
    case 'decimal': {
      const text = number?.exact ?? String(numeral);
      const fits = /^-?\d{1,100}(?:\.\d{1,100})?$/.test(text);
      return expect(fits, 'a decimal number', text);
    }
    case 'date':
      return expect(
        typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value) && !Number.isNaN(Date.parse(value)),
        'a date like 2026-11-22',
        value,
      );
    case 'date-time': {
      const time = typeof value === 'string' && /^\d{4}-\d{2}-\d{2}T/.test(value) ? Date.parse(value) : Number.NaN;
      return expect(!Number.isNaN(time), 'an instant like 2026-11-22T10:00:00Z', value);
    }
    case 'id': {
      const id = typeof value === 'string' ? readId(value) : undefined;
      return expect(id !== undefined, 'an id like 00000000-0000-0000-0000-000000000000', id);
    }
    case 'entity': {
      const row = readRow(request, parameter, value, bound);
      if (typeof row !== 'string') return row;
      problems.push(wrong(target, `${target} ${row}`));
      return undefined;
    }
    case 'record':
      return readRecord(request, parameter, target, value, bound, problems, nested);
    case 'json':
      return plainJson(raw);
  }
}

/** JSON with numbers as JavaScript has them. */
function plainJson(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? (JSON.parse(JSON.stringify(value)) as unknown) : value;
}

/** The entity that `@odata.type`, the parameter, the binding or the key's name tells. */
function entityOf(
  { call }: DataRequest,
  parameter: OperationParameter,
  value: JsonMembers,
  bound: Entity | undefined,
): Entity | undefined {
  const { entities } = call.engine.model;
  const type = value['@odata.type'];
  if (typeof type === 'string') return entities.get(bareName(type));
  if (parameter.entity !== undefined) return entities.get(parameter.entity);
  return bound ?? [...entities.values()].find((one) => !one.union && one.base === undefined && one.key.name in value);
}

const EXAMPLE =
  'names a row: {"@odata.id": "accounts(<id>)"} or {"accountid": "<id>", "@odata.type": "Microsoft.Dynamics.CRM.account"}.';

/** A sentence where it is none. */
function readRow(
  request: DataRequest,
  parameter: OperationParameter,
  value: unknown,
  bound: Entity | undefined,
): NamedRow | string {
  const { model } = request.call.engine;
  const reference =
    typeof value === 'string' ? value : isObject(value) ? (value['@odata.id'] ?? value['@id']) : undefined;
  if (typeof reference === 'string') {
    const made = reference.startsWith('$') ? request.references.get(reference.slice(1)) : undefined;
    const parsed = parseAddress(model, made ? `${made.entity}(${made.id})` : reference);
    return 'problem' in parsed ? `${EXAMPLE} ${parsed.problem}` : fitting(parameter, parsed);
  }
  if (!isObject(value)) return EXAMPLE;
  const entity = entityOf(request, parameter, value, bound);
  const id = entity && idIn(entity, value);
  return entity && id !== undefined ? fitting(parameter, { entity, address: { id } }) : EXAMPLE;
}

function fitting({ entity }: OperationParameter, row: NamedRow): NamedRow | string {
  return entity === undefined || row.entity.name === entity
    ? row
    : `names a row of ${entity}, not of ${row.entity.name}.`;
}

function idIn(entity: Entity, value: JsonMembers): string | undefined {
  const said = value[entity.key.name];
  return typeof said === 'string' ? readId(said) : undefined;
}

async function readRecord(
  request: DataRequest,
  parameter: OperationParameter,
  target: string,
  value: unknown,
  bound: Entity | undefined,
  problems: Violation[],
  nested: boolean,
): Promise<GivenRecord | undefined> {
  const entity = isObject(value) ? entityOf(request, parameter, value, bound) : undefined;
  if (!isObject(value) || !entity) {
    const message = `${target} is the values of a row with its "@odata.type", like "Microsoft.Dynamics.CRM.account".`;
    problems.push(wrong(target, message));
    return undefined;
  }
  const reference = value['@odata.id'] ?? value['@id'];
  let address: RecordAddress | undefined;
  if (typeof reference === 'string') {
    const parsed = parseAddress(request.call.engine.model, reference);
    if ('problem' in parsed || parsed.entity !== entity) {
      problems.push(
        wrong(target, `${target}: ${'problem' in parsed ? parsed.problem : `@odata.id is no ${entity.name}.`}`),
      );
    } else address = parsed.address;
  } else {
    const id = idIn(entity, value);
    if (id !== undefined) address = { id };
  }
  const { references, call } = request;
  const { problems: named = [], ...input } = await readValues(call, entity, value, {
    references,
    alone: !nested,
  });
  for (const one of named) problems.push({ ...one, target: `${target}/${one.target}` });
  return { entity, address, input };
}
