// Walks documents. A JSON pointer (RFC 6901) addresses by position and names a place in a file; an id path addresses list
// members by their stable id and survives merging. Both are strings of escaped steps behind slashes.
import type { Json, JsonObject } from '../sdk/index.ts';

export const escapeStep = (step: string): string => step.replaceAll('~', '~0').replaceAll('/', '~1');
export const stepsOf = (pointer: string): readonly string[] =>
  pointer === ''
    ? []
    : pointer
        .slice(1)
        .split('/')
        .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
export const pointerOf = (steps: readonly (string | number)[]): string =>
  steps.map((step) => `/${escapeStep(String(step))}`).join('');

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isArray(value: unknown): value is readonly Json[] {
  return Array.isArray(value);
}

/** A property that the object has itself: documents may well have one called `constructor`. */
export function own(object: JsonObject, name: string): Json | undefined {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

/** Lists whose members are known by something else than `id`. */
const memberKeys: ReadonlyMap<string, string> = new Map([
  ['criteria', 'field'],
  ['options', 'value'],
  ['reasons', 'value'],
  ['status', 'state'],
]);

/** The property that names the members of the list under `name`. */
export function memberKey(name: string): string {
  return memberKeys.get(name) ?? 'id';
}

/** What a member of the list under `name` is known by; undefined where the list is one value (a filter, plain names). */
export function memberId(name: string, member: unknown): string | undefined {
  if (!isObject(member)) return undefined;
  const id = member[memberKey(name)];
  return typeof id === 'string' || typeof id === 'number' ? String(id) : undefined;
}

/** The list's member ids, or undefined where it is not a list of members. */
export function memberIds(name: string, list: readonly Json[]): readonly string[] | undefined {
  const ids: string[] = [];
  for (const member of list) {
    const id = memberId(name, member);
    if (id === undefined) return undefined;
    ids.push(id);
  }
  return ids;
}

/** Follows an id path; list members by id where they have one, else by position. */
export function valueAt(document: Json | undefined, idPath: string): Json | undefined {
  return walk(document, stepsOf(idPath))?.value;
}

/** The JSON pointer (by position) of an id path, as far as it exists in the document. */
export function positionalPointer(document: Json | undefined, idPath: string): string {
  return pointerOf(walkFar(document, stepsOf(idPath)));
}

function walk(document: Json | undefined, steps: readonly string[]): { readonly value: Json | undefined } | undefined {
  let value = document;
  let name = '';
  for (const step of steps) {
    if (isArray(value)) value = value[indexOf(name, value, step)];
    else if (isObject(value)) value = own(value, step);
    else return undefined;
    name = step;
  }
  return { value };
}

function walkFar(document: Json | undefined, steps: readonly string[]): readonly (string | number)[] {
  const found: (string | number)[] = [];
  let value = document;
  let name = '';
  for (const step of steps) {
    if (isArray(value)) {
      const index = indexOf(name, value, step);
      if (index < 0 || index >= value.length) break;
      found.push(index);
      value = value[index];
    } else if (isObject(value) && Object.hasOwn(value, step)) {
      found.push(step);
      value = value[step];
    } else break;
    name = step;
  }
  return found;
}

function indexOf(name: string, list: readonly Json[], step: string): number {
  const ids = memberIds(name, list);
  if (ids) return ids.indexOf(step);
  return /^\d+$/.test(step) ? Number(step) : -1;
}
