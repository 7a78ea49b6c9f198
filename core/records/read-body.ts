// A request body → RecordInput: wire names to field names, `@odata.bind` to ids, numbers kept exact. Says everything that is
// wrong with the names at once; what is wrong with the values is said by validate.ts.
import type { Call } from '../engine.ts';
import type { Entity, Field, Model } from '../model/model.ts';
import type { Violation } from '../sdk/index.ts';
import { fail } from './errors.ts';
import type { RecordAddress, RecordInput } from './input.ts';
import { suggest } from '../model/suggest.ts';
import { resolveAddress } from './resolve-address.ts';
import { parseAddress } from './parse-address.ts';

export interface ReadBodyOptions {
  /** The address in the request's URL: the same value echoed in the body is no attempt to write it. */
  readonly address?: RecordAddress;
  /** Rows made earlier in the same batch, by the name they are referred to (`$1`). */
  readonly references?: ReadonlyMap<string, { readonly entity: string; readonly id: string }>;
}

/**
 * 16 digits or more in a row may not fit a double, and 1e-400 becomes 0; strings that look so only cost the slower way. The
 * count is exact, because a greedy one runs out of stack on megabytes of digits.
 */
const mayRound = /[\d.]{16}|\de-\d/i;

/** Members of one body: several times what any entity has with all its annotations. */
const MOST_NAMES = 5000;

/** Unknown names that are compared with the known ones; whoever sends more did not misspell them. */
const MOST_SUGGESTIONS = 20;

type Reviver = (this: unknown, key: string, value: unknown, context: { readonly source?: string }) => unknown;

// Known to Node since 21, not yet to TypeScript: a value that JSON.stringify writes as the text says.
const { rawJSON } = JSON as typeof JSON & { rawJSON(text: string): unknown };

/**
 * JSON.parse that also gives the source text of the root object's numbers where a double would round them. Such numbers
 * further down, in the value of a JSON field, are written back as they were sent.
 */
export function parseExact(text: string): {
  readonly value: unknown;
  readonly exact: Readonly<Record<string, string>>;
} {
  if (!mayRound.test(text)) return { value: JSON.parse(text) as unknown, exact: {} };
  const sources = new Map<object, Record<string, string>>();
  const reviver: Reviver = function (key, value, context) {
    if (typeof value === 'number' && context.source !== undefined && context.source !== String(value)) {
      const holder = this as object;
      const known: Record<string, string> = sources.get(holder) ?? {};
      known[key] = context.source;
      sources.set(holder, known);
    }
    return value;
  };
  const value = JSON.parse(text, reviver as (this: unknown, key: string, value: unknown) => unknown) as unknown;
  for (const [holder, texts] of sources) {
    if (holder === value) continue;
    const numbers = holder as Record<string, unknown>;
    for (const [key, text] of Object.entries(texts)) if (Number.isFinite(numbers[key])) numbers[key] = rawJSON(text);
  }
  return { value, exact: (typeof value === 'object' && value !== null && sources.get(value)) || {} };
}

/** Throws BODY_NOT_JSON, BODY_NOT_OBJECT or RECORD_INVALID. */
export async function readBody(
  call: Call,
  entity: Entity,
  text: string,
  options: ReadBodyOptions = {},
): Promise<RecordInput> {
  let parsed;
  try {
    parsed = parseExact(text);
  } catch (cause) {
    throw fail('BODY_NOT_JSON', { reason: cause instanceof Error ? cause.message : String(cause) }, { cause });
  }
  if (typeof parsed.value !== 'object' || parsed.value === null || Array.isArray(parsed.value)) {
    throw fail('BODY_NOT_OBJECT');
  }
  return readValues(call, entity, parsed.value as Readonly<Record<string, unknown>>, {
    ...options,
    exact: parsed.exact,
  });
}

/** The same from an object already parsed. */
export async function readValues(
  call: Call,
  entity: Entity,
  body: Readonly<Record<string, unknown>>,
  options: ReadBodyOptions & { readonly exact?: Readonly<Record<string, string>> } = {},
): Promise<RecordInput> {
  const { model } = call.engine;
  const values: Record<string, unknown> = {};
  const targets: Record<string, string> = {};
  const exact: Record<string, string> = {};
  const violations: Violation[] = [];
  const given = Object.entries(body);
  if (given.length > MOST_NAMES) throw fail('BODY_TOO_WIDE', { count: given.length, limit: MOST_NAMES });
  for (const [name, value] of given) {
    const suggesting = violations.length < MOST_SUGGESTIONS;
    const field = entity.fields.get(name);
    if (field) {
      if (isEcho(field, value, options.address)) continue;
      if (field.name in values) violations.push(twice(field));
      values[field.name] = normalId(field, value);
      const source = options.exact?.[name];
      if (source !== undefined) exact[field.name] = source;
      continue;
    }
    const at = name.indexOf('@');
    if (at >= 0) {
      if (name.slice(at) === '@odata.bind') {
        const bound = await readBind(call, entity, name.slice(0, at), value, options, suggesting);
        if ('code' in bound) {
          violations.push(bound);
        } else {
          if (bound.field.name in values) violations.push(twice(bound.field));
          values[bound.field.name] = bound.id;
          if (bound.target !== undefined) targets[bound.field.name] = bound.target;
        }
      }
      continue; // other annotations are the server's own, echoed
    }
    violations.push(unknownName(model, entity, name, suggesting));
  }
  return { values, targets, exact, ...(violations.length > 0 && { problems: violations }) };
}

function twice(field: Field): Violation {
  return {
    code: 'FIELD_TWICE',
    target: field.name,
    message: `${field.name} is given twice, as a value and by @odata.bind. Keep one of them.`,
  };
}

/** Clients send back what they read: the key, equal to the row's own, is no change. */
function isEcho(field: Field, value: unknown, address: RecordAddress | undefined): boolean {
  return (
    field.system === 'id' &&
    address !== undefined &&
    'id' in address &&
    typeof value === 'string' &&
    bare(value) === bare(address.id)
  );
}

function bare(id: string): string {
  return id.replace(/^\{(.*)\}$/, '$1').toLowerCase();
}

/** Ids may come in braces and upper case. */
function normalId(field: Field, value: unknown): unknown {
  return typeof value === 'string' && (field.reference !== undefined || field.system === 'id') ? bare(value) : value;
}

function unknownName(model: Model, entity: Entity, name: string, suggesting: boolean): Violation {
  const column = entity.wire.get(name);
  const read = column && entity.fields.get(column.field);
  if (read) {
    const bind = [...entity.navigation.values()].filter((step) => step.kind === 'one' && step.field === read.name);
    const how =
      bind.length > 0
        ? `Write it as ${bind.map((step) => `"${step.name}@odata.bind": "/${setOf(model, step.target)}(<id>)"`).join(' or ')}.`
        : 'The engine fills it.';
    return { code: 'FIELD_READ_ONLY', target: name, message: `${name} is only for reading. ${how}` };
  }
  const navigation = entity.navigation.get(name);
  if (navigation) {
    const message =
      navigation.kind === 'one'
        ? `${name} is a relationship. Write it as "${name}@odata.bind": "/${setOf(model, navigation.target)}(<id>)".`
        : `${name} is a collection: rows inside the body are not made. Create them first, then link them.`;
    return { code: 'FIELD_IS_NAVIGATION', target: name, message };
  }
  const near = suggesting ? suggest(name, [...entity.fields.keys(), ...entity.wire.keys()]) : '';
  return {
    code: 'FIELD_UNKNOWN',
    target: shorten(name),
    message: `${entity.name} has no field ${shorten(name)}${near}.`,
  };
}

/** What the caller made up is not sent back by the megabyte. */
function shorten(text: string): string {
  return text.length > 100 ? `${text.slice(0, 100).toWellFormed()}…` : text;
}

function setOf(model: Model, entity: string): string {
  return model.entities.get(entity)?.set ?? entity;
}

type Bound = { readonly field: Field; readonly target: string | undefined; readonly id: string | null } | Violation;

async function readBind(
  call: Call,
  entity: Entity,
  name: string,
  value: unknown,
  options: ReadBodyOptions,
  suggesting: boolean,
): Promise<Bound> {
  const { model } = call.engine;
  const target = `${shorten(name)}@odata.bind`;
  const navigation = entity.navigation.get(name);
  const field = entity.fields.get(navigation?.kind === 'one' ? (navigation.field ?? name) : name);
  if (!field?.reference) {
    const single = [...entity.navigation.values()].filter((step) => step.kind === 'one').map((step) => step.name);
    return {
      code: 'NAVIGATION_UNKNOWN',
      target,
      message: `${entity.name} has no lookup ${shorten(name)}${suggesting ? suggest(name, single) : ''}.`,
    };
  }
  const allowed = navigation?.kind === 'one' ? [navigation.target] : field.reference.targets;
  if (value === null) return { field, target: undefined, id: null };
  const example = `"/${setOf(model, allowed[0] ?? field.name)}(<id>)"`;
  const wrong = (message: string): Violation => ({ code: 'BIND_INVALID', target, message });
  if (typeof value !== 'string') return wrong(`${name} takes a reference such as ${example}, or null to clear it.`);
  if (value.startsWith('$')) {
    const made = options.references?.get(value.slice(1));
    if (!made) return wrong(`${shorten(value)} refers to no earlier request of this batch.`);
    return allowed.includes(made.entity)
      ? { field, target: made.entity, id: made.id }
      : wrong(`${name} refers to ${allowed.join(' or ')}, and ${value} is a ${made.entity}.`);
  }
  const parsed = parseAddress(model, value);
  if ('problem' in parsed) return wrong(`${parsed.problem} ${name} takes a reference such as ${example}.`);
  const meant = allowed.find((one) => one === parsed.entity.name || memberOf(model, one, parsed.entity.name));
  if (meant === undefined) return wrong(`${name} refers to ${allowed.join(' or ')}, not to ${parsed.entity.name}.`);
  if ('id' in parsed.address) return { field, target: meant, id: parsed.address.id };
  const id = await resolveAddress(call, parsed.entity, parsed.address);
  return id === undefined
    ? { code: 'LOOKUP_NOT_FOUND', target, message: `There is no ${parsed.entity.name} ${shorten(value)}.` }
    : { field, target: meant, id };
}

function memberOf(model: Model, union: string, entity: string): boolean {
  return model.entities.get(union)?.union?.members.includes(entity) ?? false;
}
