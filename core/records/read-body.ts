// A request body → RecordInput: wire names to field names, `@odata.bind` to ids, numbers kept exact. Says everything that is
// wrong with the names at once; what is wrong with the values is said by validate.ts.
import type { Call } from '../engine.ts';
import type { Entity, Field, Model, Navigation } from '../model/model.ts';
import type { Violation } from '../sdk/index.ts';
import { fail } from './errors.ts';
import type { RecordAddress, RecordInput, RelatedInput } from './input.ts';
import { suggest } from '../model/suggest.ts';
import { resolveAddress } from './resolve-address.ts';
import { parseAddress } from './parse-address.ts';

export interface ReadBodyOptions {
  /** The address in the request's URL: the same value echoed in the body is no attempt to write it. */
  readonly address?: RecordAddress;
  /** Rows made earlier in the same batch, by the name they are referred to (`$1`). */
  readonly references?: ReadonlyMap<string, { readonly entity: string; readonly id: string }>;
  /** The row alone is meant: rows along navigation properties, and links to collections, are refused. */
  readonly alone?: boolean;
}

/**
 * 16 digits or more in a row may not fit a double, and 1e-400 becomes 0; strings that look so only cost the slower way. The
 * count is exact, because a greedy one runs out of stack on megabytes of digits.
 */
const mayRound = /[\d.]{16}|\de-\d/i;

/** Members of one body: several times what any entity has with all its annotations. */
const MOST_NAMES = 5000;

/** Rows inside one body, and how deep they may be nested in each other. */
const MOST_ROWS = 1000;
const MOST_DEPTH = 10;

/** Unknown names that are compared with the known ones; whoever sends more did not misspell them. */
const MOST_SUGGESTIONS = 20;

type Reviver = (this: unknown, key: string, value: unknown, context: { readonly source?: string }) => unknown;

// Known to Node since 21, not yet to TypeScript: a value that JSON.stringify writes as the text says.
const { rawJSON, isRawJSON } = JSON as typeof JSON & {
  rawJSON(text: string): unknown;
  isRawJSON(value: unknown): value is { readonly rawJSON: string };
};

/** A number that parseExact kept as its text; undefined for anything else. */
export function numberOf(value: unknown): { readonly value: number; readonly exact: string } | undefined {
  return isRawJSON(value) ? { value: Number(value.rawJSON), exact: value.rawJSON } : undefined;
}

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

interface ReadValuesOptions extends ReadBodyOptions {
  readonly exact?: Readonly<Record<string, string>>;
}

/** The same from an object already parsed. */
export function readValues(
  call: Call,
  entity: Entity,
  body: Readonly<Record<string, unknown>>,
  options: ReadValuesOptions = {},
): Promise<RecordInput> {
  return readRow(call, entity, body, options, { left: MOST_ROWS, depth: 0 });
}

/** What rows inside the body may still take: `left` is counted down by all of them. */
interface Room {
  left: number;
  readonly depth: number;
}

async function readRow(
  call: Call,
  entity: Entity,
  body: Readonly<Record<string, unknown>>,
  options: ReadValuesOptions,
  room: Room,
): Promise<RecordInput> {
  const { model } = call.engine;
  const values: Record<string, unknown> = {};
  const targets: Record<string, string> = {};
  const exact: Record<string, string> = {};
  const violations: Violation[] = [];
  const related: RelatedInput[] = [];
  const given = Object.entries(body);
  if (given.length > MOST_NAMES) throw fail('BODY_TOO_WIDE', { count: given.length, limit: MOST_NAMES });
  for (const [name, value] of given) {
    const suggesting = violations.length < MOST_SUGGESTIONS;
    const field = entity.fields.get(name);
    const navigation = entity.navigation.get(name);
    if (navigation && typeof value === 'object' && value !== null) {
      if (options.alone) {
        violations.push(notHere(name));
        continue;
      }
      const nested = await readRelated(call, navigation, name, value, options, room, violations);
      if (!nested) continue;
      const lookup = navigation.kind === 'one' ? entity.fields.get(navigation.field ?? '') : undefined;
      if (lookup && lookup.name in values) violations.push(twice(lookup));
      // A row that is there already is bound like any other.
      const [link] = lookup ? nested.links : [];
      if (lookup && link) {
        const id = 'id' in link ? link.id : await keyOf(call, navigation, link);
        if (id === undefined) violations.push(absent(name, navigation.target));
        values[lookup.name] = id;
        targets[lookup.name] = navigation.target;
      } else related.push(nested);
      continue;
    }
    if (field) {
      if (isEcho(field, value, options.address)) continue;
      if (field.name in values) violations.push(twice(field));
      const number = numberOf(value);
      values[field.name] = number ? number.value : normalId(field, value);
      const source = options.exact?.[name] ?? number?.exact;
      if (source !== undefined) exact[field.name] = source;
      continue;
    }
    const at = name.indexOf('@');
    if (at >= 0) {
      if (name.slice(at) === '@odata.bind') {
        const several = entity.navigation.get(name.slice(0, at));
        if (several && several.kind !== 'one') {
          if (options.alone) {
            violations.push(notHere(name));
            continue;
          }
          const links = readLinks(call, several, name, value, options, violations);
          if (links.length > 0) related.push({ navigation: several, rows: [], links });
          continue;
        }
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
  return {
    values,
    targets,
    exact,
    ...(violations.length > 0 && { problems: violations }),
    ...(related.length > 0 && { related }),
  };
}

type Members = Readonly<Record<string, unknown>>;

/** Objects below a navigation property: new rows, or `{"@odata.id": "…"}` for rows that are there. */
async function readRelated(
  call: Call,
  navigation: Navigation,
  name: string,
  value: object,
  options: ReadBodyOptions,
  room: Room,
  violations: Violation[],
): Promise<RelatedInput | undefined> {
  const { model } = call.engine;
  const target = model.entities.get(navigation.target);
  const isList = Array.isArray(value);
  if (!target || isList === (navigation.kind === 'one')) {
    const message = isList
      ? `${name} leads to one row: give it as an object, or bind it by "${name}@odata.bind".`
      : `${name} leads to several rows: give them as a list of objects.`;
    violations.push({ code: 'FIELD_IS_NAVIGATION', target: name, message });
    return undefined;
  }
  const rows: { place: string; entity: Entity; input: RecordInput }[] = [];
  const links: RecordAddress[] = [];
  for (const [index, one] of (isList ? (value as readonly unknown[]) : [value]).entries()) {
    const place = isList ? `${name}/${index}` : name;
    const problem = (code: string, message: string): void => void violations.push({ code, target: place, message });
    if (typeof one !== 'object' || one === null || Array.isArray(one) || isRawJSON(one)) {
      problem('ROW_EXPECTED', `${place} is the values of a row, as an object.`);
      continue;
    }
    const members = one as Members;
    const reference = members['@odata.id'] ?? members['@id'];
    if (typeof reference === 'string' && Object.keys(members).every((member) => member.includes('@'))) {
      links.push(...readLinks(call, navigation, place, reference, options, violations));
      continue;
    }
    if ((room.left -= 1) < 0 || room.depth >= MOST_DEPTH) {
      throw fail('BODY_TOO_DEEP', { rows: MOST_ROWS, depth: MOST_DEPTH });
    }
    const entity = memberNamed(model, target, members['@odata.type']);
    if (!entity || entity.union) {
      const among = target.union?.members.join(', ') ?? target.name;
      problem('TYPE_EXPECTED', `${place} says in "@odata.type" which of these it is: ${among}.`);
      continue;
    }
    const inner: Room = {
      get left() {
        return room.left;
      },
      set left(left) {
        room.left = left;
      },
      depth: room.depth + 1,
    };
    const { references } = options;
    const { problems = [], ...input } = await readRow(call, entity, members, references ? { references } : {}, inner);
    for (const one of problems) violations.push({ ...one, target: `${place}/${one.target}` });
    rows.push({ place, entity, input });
  }
  return rows.length + links.length > 0 ? { navigation, rows, links } : undefined;
}

/** The entity that `@odata.type` names among what the navigation leads to; where it is silent, the target itself. */
function memberNamed(model: Model, target: Entity, type: unknown): Entity | undefined {
  if (typeof type !== 'string') return target;
  const name = type.slice(type.lastIndexOf('.') + 1).replace(/^#/, '');
  return name === target.name || target.union?.members.includes(name) ? model.entities.get(name) : undefined;
}

/** References to rows that are there: one, or a list of them. */
function readLinks(
  call: Call,
  navigation: Navigation,
  name: string,
  value: unknown,
  options: ReadBodyOptions,
  violations: Violation[],
): readonly RecordAddress[] {
  const { model } = call.engine;
  const target = `${shorten(name)}`;
  const links: RecordAddress[] = [];
  for (const one of Array.isArray(value) ? (value as readonly unknown[]).slice(0, MOST_ROWS + 1) : [value]) {
    const made =
      typeof one === 'string' && one.startsWith('$') ? options.references?.get(one.replace(/^\$/, '')) : undefined;
    const parsed = typeof one === 'string' ? parseAddress(model, made ? `${made.entity}(${made.id})` : one) : undefined;
    const fits =
      parsed &&
      !('problem' in parsed) &&
      (parsed.entity.name === navigation.target || memberOf(model, navigation.target, parsed.entity.name));
    if (fits) links.push(parsed.address);
    else {
      const example = `"/${setOf(model, navigation.target)}(<id>)"`;
      const why = parsed && 'problem' in parsed ? `${parsed.problem} ` : '';
      const message = `${why}${shorten(navigation.name)} takes references such as ${example}.`;
      violations.push({ code: 'BIND_INVALID', target, message });
    }
    if (links.length > MOST_ROWS) throw fail('BODY_TOO_DEEP', { rows: MOST_ROWS, depth: MOST_DEPTH });
    if (violations.length > MOST_SUGGESTIONS) break;
  }
  return links;
}

function notHere(name: string): Violation {
  const message = `${name} is about other rows, and here only the row's own fields are written.`;
  return { code: 'FIELD_IS_NAVIGATION', target: name, message };
}

function keyOf(call: Call, navigation: Navigation, address: RecordAddress): Promise<string | undefined> {
  const target = call.engine.model.entities.get(navigation.target);
  return target ? resolveAddress(call, target, address) : Promise.resolve(undefined);
}

function absent(name: string, entity: string): Violation {
  return { code: 'LOOKUP_NOT_FOUND', target: name, message: `There is no such ${entity}.` };
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
        : `${name} is a collection: give its rows as a list of objects, or link them by "${name}@odata.bind": ["/${setOf(model, navigation.target)}(<id>)"].`;
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
