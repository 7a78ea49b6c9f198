// Writes documents canonically: keys in the order of their kind's schema, two spaces, one newline at the end, so that
// export → import → export is byte-equal and a difference between two exports is a difference of meaning.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Json, JsonObject, JsonSchema } from '../sdk/index.ts';
import { placementOf } from './document-kind.ts';
import type { Layer } from './layer.ts';
import { isArray, isObject, own } from './pointer.ts';
import { documentSchema } from './validate-document.ts';

const lineWidth = 120;

/** Path inside the layer → text, by path. */
export function writeLayer(layer: Pick<Layer, 'documents'>): ReadonlyMap<string, string> {
  const files = [...layer.documents].map(([id, { body }]): [string, string] => [`${id}.json`, writeDocument(id, body)]);
  return new Map(files.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Writes the layer's documents below `folder`. Files that are already there and belong to no document stay. */
export async function exportLayer(layer: Pick<Layer, 'documents'>, folder: string): Promise<void> {
  for (const [path, text] of writeLayer(layer)) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text);
  }
}

export function writeDocument(id: string, body: JsonObject): string {
  const placement = placementOf(id);
  const schema = 'kind' in placement ? documentSchema(placement.kind) : undefined;
  return `${print(schema ? ordered(body, schema, schema) : body, '', 0)}\n`;
}

function ordered(value: Json, schema: JsonSchema | undefined, root: JsonSchema): Json {
  const meant = resolve(schema, value, root);
  if (isArray(value)) {
    const items = meant?.['items'];
    return value.map((member) => ordered(member, isObject(items) ? items : undefined, root));
  }
  if (!isObject(value)) return value;
  const properties = isObject(meant?.['properties']) ? meant['properties'] : {};
  const rest = isObject(meant?.['additionalProperties']) ? meant['additionalProperties'] : undefined;
  const known = Object.keys(properties).filter((key) => own(value, key) !== undefined);
  // Names that the schema does not fix come after those it does, in the order their author gave them: it has a meaning.
  const free = Object.keys(value).filter((key) => !Object.hasOwn(properties, key) && value[key] !== undefined);
  return Object.fromEntries(
    [...known, ...free].map((key) => {
      const below = own(properties, key) ?? rest;
      return [key, ordered(own(value, key) ?? null, isObject(below) ? below : undefined, root)];
    }),
  );
}

/** Follows `$ref`, and of several shapes takes the one that knows most of the value's names. */
function resolve(schema: JsonSchema | undefined, value: Json, root: JsonSchema): JsonSchema | undefined {
  if (!schema) return undefined;
  const { $ref: reference, anyOf, oneOf } = schema;
  if (typeof reference === 'string' && reference.startsWith('#/')) {
    let target: Json | undefined = root;
    for (const step of reference.slice(2).split('/')) target = isObject(target) ? target[step] : undefined;
    return isObject(target) ? resolve(target, value, root) : undefined;
  }
  const branches = isArray(anyOf) ? anyOf : isArray(oneOf) ? oneOf : undefined;
  if (!branches || !isObject(value) || isObject(schema['properties'])) return schema;
  const shared = (branch: Json): number => {
    const properties = isObject(branch) ? resolve(branch, value, root)?.['properties'] : undefined;
    return isObject(properties) ? Object.keys(value).filter((key) => Object.hasOwn(properties, key)).length : -1;
  };
  const best = branches.toSorted((a, b) => shared(b) - shared(a))[0];
  return isObject(best) ? resolve(best, value, root) : schema;
}

/** `used` = characters already on the line. Lists of plain values stay on one line where they fit. */
function print(value: Json, indent: string, used: number): string {
  const deeper = `${indent}  `;
  if (isArray(value)) {
    if (value.length === 0) return '[]';
    if (value.every((member) => typeof member !== 'object' || member === null)) {
      const line = `[${value.map((member) => JSON.stringify(member)).join(', ')}]`;
      if (indent.length + used + line.length < lineWidth) return line;
    }
    return `[\n${value.map((member) => `${deeper}${print(member, deeper, 0)}`).join(',\n')}\n${indent}]`;
  }
  if (isObject(value)) {
    const entries = Object.entries(value).filter(([, member]) => member !== undefined);
    if (entries.length === 0) return '{}';
    const lines = entries.map(([key, member]) => {
      const name = `${JSON.stringify(key)}: `;
      return `${deeper}${name}${print(member ?? null, deeper, name.length)}`;
    });
    return `{\n${lines.join(',\n')}\n${indent}}`;
  }
  return JSON.stringify(value);
}
