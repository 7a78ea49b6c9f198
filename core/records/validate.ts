// Wire values → column values. Everything wrong with them is said at once: unknown and read-only fields, missing ones, what
// the entity's JSON Schema forbids (Ajv), what the field type cannot read, choices that do not exist.
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { boundedPattern } from '../model/bounded-pattern.ts';
import type { Entity, Field } from '../model/model.ts';
import { suggest } from '../model/suggest.ts';
import type { ColumnValue, DecodeContext, JsonObject, Violation } from '../sdk/index.ts';
import { factsOf, isWritable } from './entity-facts.ts';
import type { RecordInput } from './input.ts';
import { invalid } from './invalid.ts';

export interface ValidateOptions {
  readonly message: 'create' | 'update';
  /** Handlers may fill what callers may not. */
  readonly trusted?: boolean;
}

/** Column name → value, for every column of the given fields. Throws RECORD_INVALID. */
export function validate(entity: Entity, input: RecordInput, options: ValidateOptions): Map<string, ColumnValue> {
  const violations: Violation[] = [...(input.problems ?? [])];
  const columns = new Map<string, ColumnValue>();
  const creating = options.message === 'create';
  const given: Record<string, unknown> = {};
  const unread = new Set<string>();
  for (const name in input.values) {
    const value = input.values[name];
    if (value === undefined) continue;
    const field = entity.fields.get(name);
    const refusal = field
      ? refuse(entity, field, value, creating, options.trusted ?? false)
      : unknownField(entity, name);
    if (refusal || !field) {
      if (refusal) violations.push(refusal);
      unread.add(name);
      continue;
    }
    const problem = decode(field, value, input, columns);
    if (problem) {
      violations.push(problem);
      unread.add(name);
    } else if (value !== null && !isExactText(field, value)) {
      given[name] = value;
    }
  }
  if (creating) {
    for (const field of factsOf(entity).required) {
      if ((input.values[field.name] ?? null) === null && !unread.has(field.name)) violations.push(missing(field));
    }
  }
  const check = validatorOf(entity);
  if (!check(given)) {
    const said = new Set<string>();
    for (const error of check.errors ?? []) {
      const violation = describe(entity, error, given);
      if (said.has(violation.target + violation.code)) continue;
      said.add(violation.target + violation.code);
      violations.push(violation);
    }
  }
  if (violations.length > 0) throw invalid(entity, violations);
  return columns;
}

/** A number sent as text, to keep its digits: the field type read it and its limits; the schema knows only JSON numbers. */
function isExactText(field: Field, value: unknown): boolean {
  const { type } = field.spec.schema;
  return typeof value === 'string' && (type === 'number' || type === 'integer');
}

function unknownField(entity: Entity, name: string): Violation {
  return {
    code: 'FIELD_UNKNOWN',
    target: name,
    message: `${entity.name} has no field ${name}${suggest(name, entity.fields.keys())}.`,
  };
}

function missing(field: Field): Violation {
  return { code: 'FIELD_REQUIRED', target: field.name, message: `${field.title} (${field.name}) must have a value.` };
}

/** Every row has one at any time; on create null means "as usual". */
const lasting: ReadonlySet<unknown> = new Set(['owner', 'state', 'status', 'caller-unit']);

function refuse(
  entity: Entity,
  field: Field,
  value: unknown,
  creating: boolean,
  trusted: boolean,
): Violation | undefined {
  if (value === null && !creating && (field.required || lasting.has(field.system))) return missing(field);
  if (field.type.blob && value !== null && !trusted) {
    const message = `${field.name} holds a file. Send its bytes to ${entity.set}(<id>)/${field.name}.`;
    return { code: 'FIELD_IS_FILE', target: field.name, message };
  }
  if (field.system && (field.system === 'id' ? !creating : !isWritable(field))) {
    const message =
      field.system === 'id'
        ? `${field.name} is the row's id and never changes.`
        : `The engine fills ${field.name} itself.`;
    return { code: 'FIELD_READ_ONLY', target: field.name, message: `${message} Leave it out.` };
  }
  if (trusted) return undefined;
  // A read-only field's own default comes this way too.
  if (!isWritable(field) && !(creating && field.default !== undefined && value === field.default)) {
    return { code: 'FIELD_READ_ONLY', target: field.name, message: `${field.name} is only for reading. Leave it out.` };
  }
  if (field.immutable && !creating) {
    const message = `${field.name} can only be set when the ${entity.name} is created. Leave it out.`;
    return { code: 'FIELD_IMMUTABLE', target: field.name, message };
  }
  return undefined;
}

function decode(
  field: Field,
  value: unknown,
  input: RecordInput,
  columns: Map<string, ColumnValue>,
): Violation | undefined {
  if (typeof value === 'string' && (value.includes('\0') || !value.isWellFormed())) {
    const message = `${field.name} has a character that cannot be stored (a zero byte or half of a pair). Remove it.`;
    return { code: 'VALUE_UNSTORABLE', target: field.name, message };
  }
  const exact = input.exact[field.name];
  const target = input.targets[field.name] ?? onlyTarget(field);
  const context: DecodeContext = {
    ...(exact === undefined ? {} : { exact }),
    ...(target === undefined ? {} : { target }),
  };
  const decoded = field.type.decode(value, field.spec, context);
  if ('violation' in decoded) return { ...decoded.violation, target: field.name };
  let index = 0;
  for (const column of field.columns) {
    if (column.quotient) continue;
    columns.set(column.name, decoded.values[index++] ?? null);
  }
  return field.choices && value !== null ? unknownChoice(field, decoded.values[0] ?? null) : undefined;
}

function onlyTarget(field: Field): string | undefined {
  return field.reference?.targets.length === 1 ? field.reference.targets[0] : undefined;
}

function unknownChoice(field: Field, value: ColumnValue): Violation | undefined {
  const wanted = typeof value === 'number' ? [value] : Array.isArray(value) ? (value as readonly number[]) : [];
  const wrong = wanted.filter((one) => !field.choices?.some((option) => option.value === one));
  if (wrong.length === 0) return undefined;
  const options = (field.choices ?? []).slice(0, 12).map((option) => `${option.value} (${option.title})`);
  const more = (field.choices?.length ?? 0) > options.length ? ' …' : '';
  const message = `${field.name} has no option ${wrong.join(', ')}. It has ${options.join(', ')}${more}.`;
  return { code: 'CHOICE_UNKNOWN', target: field.name, message };
}

const ajv = new Ajv2020({
  allErrors: true,
  strict: false,
  unicodeRegExp: true,
  verbose: true,
  code: { regExp: boundedPattern },
});
addFormats.default(ajv);

/** Field types read these themselves, and say more about what is wrong. */
const ownFormats: ReadonlySet<unknown> = new Set(['uuid', 'date', 'date-time', 'time']);

const validators = new WeakMap<Entity, ValidateFunction>();

/** The entity's schema of a record, of the given values only: what must be there is asked above, null clears. */
function validatorOf(entity: Entity): ValidateFunction {
  const known = validators.get(entity);
  if (known) return known;
  const properties: Record<string, JsonObject> = {};
  for (const field of entity.fields.values()) {
    const { field: _field, format, default: _default, ...rest } = field.spec.schema;
    properties[field.name] = ownFormats.has(format) || format === undefined ? rest : { ...rest, format };
  }
  const made = ajv.compile({ type: 'object', properties });
  validators.set(entity, made);
  return made;
}

const kinds: Readonly<Record<string, string>> = {
  string: 'a text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a JSON object',
};

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : (kinds[typeof value] ?? typeof value);
}

/** One error of Ajv in plain speech, with how to mend it. */
function describe(entity: Entity, error: ErrorObject, given: Readonly<Record<string, unknown>>): Violation {
  const path = error.instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  const name = path[0] ?? entity.name;
  const value = given[name];
  const parameters = error.params as Readonly<Record<string, unknown>>;
  const limit = String(parameters['limit']);
  const say = (code: string, message: string): Violation => ({ code, target: path.join('/') || name, message });
  switch (error.keyword) {
    case 'type': {
      const wanted = [parameters['type']].flat().map((type) => kinds[String(type)] ?? String(type));
      return say('VALUE_WRONG_TYPE', `${path.join('/')} must be ${wanted.join(' or ')}, not ${kindOf(error.data)}.`);
    }
    case 'maxLength': {
      const length = typeof value === 'string' ? [...value].length : 0;
      return say('VALUE_TOO_LONG', `${name} takes at most ${limit} characters; ${length} were given. Shorten it.`);
    }
    case 'minLength':
      return say('VALUE_TOO_SHORT', `${name} needs at least ${limit} characters.`);
    case 'minimum':
      return say('VALUE_OUT_OF_RANGE', `${name} must be ${limit} or more; ${String(value)} was given.`);
    case 'maximum':
      return say('VALUE_OUT_OF_RANGE', `${name} must be ${limit} or less; ${String(value)} was given.`);
    case 'pattern':
      return say('VALUE_MALFORMED', `${name} must match ${String(parameters['pattern'])}.`);
    case 'format':
      return say('VALUE_MALFORMED', `${name} must be written as ${String(parameters['format'])}.`);
    case 'enum':
      return say('VALUE_UNKNOWN', `${name} must be one of ${JSON.stringify(parameters['allowedValues'])}.`);
    default:
      return say('VALUE_INVALID', `${name} ${error.message ?? 'is not valid'}.`);
  }
}
