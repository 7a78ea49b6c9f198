// Checks one document against its kind's schema in metadata/schemas and turns Ajv's findings into plain speech: where,
// what was expected, what was found, and the nearest right name.
import { readFileSync, readdirSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ErrorObject, ValidateFunction } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';
import type { Json, JsonSchema } from '../sdk/index.ts';
import { expressionProblem } from './expression.ts';
import { escapeStep, isObject } from './pointer.ts';
import { suggest } from './suggest.ts';

export interface Finding {
  /** JSON pointer into the document. */
  readonly pointer: string;
  readonly message: string;
}

const schemaFolder = new URL('../../metadata/schemas/', import.meta.url);
const suffix = '.schema.json';
const schemas = new Map<string, JsonSchema>();
const compiled = new Map<JsonSchema, ValidateFunction>();

// The patterns are those of our own schemas, which take no text long: they run without a deadline, so that a busy machine refuses nothing.
const ajv = new Ajv2020({ allErrors: true, verbose: true, strict: false, addUsedSchema: false });
ajvFormats.default(ajv);
ajv.addFormat('jsonata', { type: 'string', validate: (text: string) => expressionProblem(text) === undefined });

/** The schema of a kind of document, by the kind's name: `entity`, `form`. */
export function documentSchema(kind: string): JsonSchema | undefined {
  if (schemas.size === 0) {
    for (const name of readdirSync(schemaFolder).filter((file) => file.endsWith(suffix))) {
      schemas.set(
        name.slice(0, -suffix.length),
        JSON.parse(readFileSync(new URL(name, schemaFolder), 'utf8')) as JsonSchema,
      );
    }
  }
  return schemas.get(kind);
}

/** Everything wrong with a document of a kind, in the order of the document. */
export function validateDocument(kind: string, body: Json): readonly Finding[] {
  const schema = documentSchema(kind);
  return schema ? validateBy(schema, body) : [];
}

/** Everything wrong with a value by any JSON Schema. */
export function validateBy(schema: JsonSchema, value: Json): readonly Finding[] {
  let validate = compiled.get(schema);
  if (!validate) {
    validate = ajv.compile(schema);
    compiled.set(schema, validate);
  }
  if (validate(value)) return [];
  const findings = chooseBranches(validate.errors ?? []).map((error) => speak(error, schema));
  return [...new Map(findings.map((finding) => [`${finding.pointer} ${finding.message}`, finding])).values()];
}

/** Says whether a schema is itself sound; the message, or undefined. */
export function schemaProblem(schema: JsonSchema): string | undefined {
  return ajv.validateSchema(schema) === true ? undefined : ajv.errorsText(ajv.errors);
}

/**
 * Of a failed anyOf or oneOf, keeps the findings of the branch that was meant: the one that shares most names, or the
 * type, with what was written.
 */
function chooseBranches(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const unions = errors.filter(({ keyword }) => keyword === 'anyOf' || keyword === 'oneOf');
  const quiet = errors.filter(({ keyword }) => !['anyOf', 'if', 'propertyNames'].includes(keyword));
  if (unions.length === 0) return quiet;
  const unionOf = (error: ErrorObject): ErrorObject | undefined =>
    unions
      .filter((union) => union !== error && isWithin(error.instancePath, union.instancePath) && belongs(error, union))
      .sort((a, b) => b.instancePath.length - a.instancePath.length)[0];
  return quiet.filter((error) => {
    const union = unionOf(error);
    if (!union)
      return error.keyword !== 'oneOf' || !errors.some((other) => other !== error && unionOf(other) === error);
    const branches = union.schema as readonly JsonSchema[];
    const meant = meantBranch(branches, union.data as Json);
    const own = branchIndex(error, union);
    return own === undefined ? branches[meant]?.['$ref'] !== undefined : own === meant;
  });
}

const isWithin = (path: string, ancestor: string): boolean => path === ancestor || path.startsWith(`${ancestor}/`);

function branchIndex(error: ErrorObject, union: ErrorObject): number | undefined {
  const rest = error.schemaPath.startsWith(`${union.schemaPath}/`)
    ? error.schemaPath.slice(union.schemaPath.length + 1)
    : '';
  const [index = ''] = rest.split('/');
  return /^\d+$/.test(index) ? Number(index) : undefined;
}

function belongs(error: ErrorObject, union: ErrorObject): boolean {
  if (branchIndex(error, union) !== undefined) return true;
  // A branch that is a $ref reports under the referenced schema's own path.
  const branches = union.schema as readonly JsonSchema[];
  return branches.some(({ $ref }) => typeof $ref === 'string' && error.schemaPath.startsWith($ref));
}

function meantBranch(branches: readonly JsonSchema[], data: Json): number {
  let best = 0;
  let bestScore = -1;
  branches.forEach((branch, index) => {
    const properties = isObject(branch['properties']) ? branch['properties'] : undefined;
    let score = 0;
    if (isObject(data) && properties)
      score = 1 + 2 * Object.keys(data).filter((name) => Object.hasOwn(properties, name)).length;
    else if (!isObject(data) && !properties)
      score = branch['type'] === typeof data || branch['$ref'] !== undefined ? 2 : 1;
    if (score > bestScore) {
      best = index;
      bestScore = score;
    }
  });
  return best;
}

function speak(error: ErrorObject, schema: JsonSchema): Finding {
  const { keyword, params, instancePath: pointer } = error;
  const parent = (error.parentSchema ?? {}) as JsonSchema;
  const data = error.data as Json | undefined;
  const parameter = (name: string): string => String((params as Record<string, unknown>)[name]);
  if (error.propertyName !== undefined) {
    return {
      pointer: `${pointer}/${escapeStep(error.propertyName)}`,
      message: `"${error.propertyName}" cannot be a name here: ${nameRule(parent)}`,
    };
  }
  switch (keyword) {
    case 'additionalProperties':
    case 'unevaluatedProperties': {
      const name = parameter(keyword === 'additionalProperties' ? 'additionalProperty' : 'unevaluatedProperty');
      const allowed = Object.keys(isObject(parent['properties']) ? parent['properties'] : {});
      const list = allowed.length === 0 ? 'nothing' : allowed.filter((key) => key !== '$schema').join(', ');
      return {
        pointer: `${pointer}/${escapeStep(name)}`,
        message: `unknown name "${name}"${suggest(name, allowed)}; expected one of: ${list}`,
      };
    }
    case 'required': {
      const name = parameter('missingProperty');
      const properties = isObject(parent['properties'])
        ? parent['properties']
        : pointer === ''
          ? schema['properties']
          : undefined;
      const property = isObject(properties) ? properties[name] : undefined;
      const hint =
        isObject(property) && typeof property['description'] === 'string' ? `: ${property['description']}` : '';
      return { pointer, message: `"${name}" is missing${hint}` };
    }
    case 'enum': {
      const allowed = (error.schema as readonly Json[]).map(String);
      return {
        pointer,
        message: `expected ${oneOf(error.schema as readonly Json[])}, found ${show(data)}${suggest(String(data), allowed)}`,
      };
    }
    case 'const':
      return { pointer, message: `expected ${show(error.schema as Json)}, found ${show(data)}` };
    case 'type':
      return {
        pointer,
        message: `expected ${typeNames(error.schema as string | readonly string[])}, found ${show(data)}${hintOf(parent)}`,
      };
    case 'pattern':
      return { pointer, message: `${show(data)} is not allowed here: ${nameRule(parent)}${hintOf(parent)}` };
    case 'format':
      return { pointer, message: formatMessage(parameter('format'), data) };
    case 'minLength':
      return {
        pointer,
        message:
          parameter('limit') === '1'
            ? `must not be empty${hintOf(parent)}`
            : `must have at least ${parameter('limit')} characters`,
      };
    case 'maxLength':
      return { pointer, message: `must have at most ${parameter('limit')} characters` };
    case 'minimum':
      return { pointer, message: `must be at least ${parameter('limit')}, found ${show(data)}` };
    case 'maximum':
      return { pointer, message: `must be at most ${parameter('limit')}, found ${show(data)}` };
    case 'exclusiveMinimum':
      return { pointer, message: `must be more than ${parameter('limit')}, found ${show(data)}` };
    case 'exclusiveMaximum':
      return { pointer, message: `must be less than ${parameter('limit')}, found ${show(data)}` };
    case 'minItems':
      return {
        pointer,
        message: `must have at least ${parameter('limit')} ${parameter('limit') === '1' ? 'member' : 'members'}`,
      };
    case 'maxItems':
      return { pointer, message: `must have at most ${parameter('limit')} members` };
    case 'uniqueItems': {
      const member = Array.isArray(data) ? (data as readonly Json[])[Number(parameter('i'))] : undefined;
      return { pointer: `${pointer}/${parameter('i')}`, message: `${show(member)} is given twice; keep one` };
    }
    case 'minProperties':
      return {
        pointer,
        message: `must say at least ${parameter('limit')} of: ${Object.keys((parent['properties'] ?? {}) as object).join(', ')}`,
      };
    case 'maxProperties':
      return {
        pointer,
        message: `must say at most ${parameter('limit')} of: ${Object.keys((parent['properties'] ?? {}) as object).join(', ')}`,
      };
    case 'dependentRequired':
      return { pointer, message: `"${parameter('property')}" also needs "${parameter('missingProperty')}"` };
    case 'oneOf':
      return {
        pointer,
        message: `fits ${(params as { passingSchemas?: unknown }).passingSchemas ? 'several' : 'none'} of the shapes allowed here; it must fit one`,
      };
    case 'multipleOf':
      return { pointer, message: `must be a multiple of ${parameter('multipleOf')}, found ${show(data)}` };
    case 'false schema':
      return { pointer, message: 'is not allowed here' };
    default:
      return { pointer, message: error.message ?? `fails "${keyword}"` };
  }
}

const typeWords: Readonly<Record<string, string>> = {
  array: 'a list',
  boolean: 'true or false',
  integer: 'a whole number',
  null: 'null',
  number: 'a number',
  object: 'an object',
  string: 'a text',
};

function typeNames(types: string | readonly string[]): string {
  return [types]
    .flat()
    .map((type) => typeWords[type] ?? type)
    .join(' or ');
}

function oneOf(values: readonly Json[]): string {
  return values.length === 1 ? show(values[0]) : `one of ${values.map(show).join(', ')}`;
}

function show(value: Json | undefined): string {
  if (Array.isArray(value)) return 'a list';
  if (isObject(value)) return 'an object';
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 57)}…"` : text;
}

function hintOf(schema: JsonSchema): string {
  return typeof schema['description'] === 'string' ? ` (${schema['description']})` : '';
}

const patternWords: Readonly<Record<string, string>> = {
  '^[a-z][a-z0-9_]*$': 'a name begins with a lower-case letter and goes on with lower-case letters, digits and _',
  '^[a-z][a-z0-9-]*$': 'a name begins with a lower-case letter and goes on with lower-case letters, digits and -',
};

function nameRule(schema: JsonSchema): string {
  const pattern = String(schema['pattern'] ?? '');
  return patternWords[pattern] ?? `it must match ${pattern}`;
}

function formatMessage(format: string, data: Json | undefined): string {
  if (format === 'jsonata') return expressionProblem(String(data)) ?? 'not a JSONata expression';
  if (format === 'regex') return `${show(data)} is not a regular expression`;
  return `expected the format "${format}", found ${show(data)}`;
}
