// A field type held to its examples on real tables: what is valid comes back as it was, what is not is refused, filters and
// order are as promised. (The repository's contract suite asks more; this is what a plugin's own tests need.)
import { isDeepStrictEqual } from 'node:util';
import { layerOf } from '../../core/model/read-layer.ts';
import type { Organization } from '../../core/organization.ts';
import { PeyvandError, type FieldExamples, type JsonObject } from '../../core/sdk/index.ts';
import { fail } from './errors.ts';
import type { Person } from './people.ts';

const shown = (value: unknown): string => JSON.stringify(value) ?? 'nothing';

/** Throws KIT_FIELD_TYPE with every deviation. */
export async function tryFieldType(
  organization: Organization,
  person: Person,
  type: string,
  examples: FieldExamples,
): Promise<void> {
  const entity = (index: number): string => `x_${type.replaceAll('-', '_')}_${index}`;
  const documents: Record<string, JsonObject> = {};
  for (const [index, definition] of examples.definitions.entries()) {
    const all: JsonObject = { ...examples.documents, '{entity}/entity': entityDocument(entity(index), definition) };
    Object.assign(documents, JSON.parse(JSON.stringify(all).replaceAll('{entity}', entity(index))));
  }
  const { layer } = layerOf({ id: 'organization', version: '1.0.0', kind: 'organization' }, documents);
  await organization.publish(layer, { confirm: true, grace: 0 });

  const wrong: string[] = [];
  for (const { value, read = value, definition = 0 } of examples.valid) {
    try {
      const id = await person.create(entity(definition), { name: 'valid', f: value });
      const stored = (await person.retrieve(entity(definition), id))?.['f'];
      if (!isDeepStrictEqual(stored, read)) wrong.push(`${shown(value)} comes back as ${shown(stored)}`);
    } catch (error) {
      wrong.push(`${shown(value)} is refused: ${reasonOf(error)}`);
    }
  }
  for (const { filter, matches } of examples.filters) {
    try {
      const found = await person.list(entity(0), `$filter=${encodeURIComponent(filter)}`);
      if (found.length !== matches) wrong.push(`"${filter}" finds ${found.length} rows instead of ${matches}`);
    } catch (error) {
      wrong.push(`"${filter}" is refused: ${reasonOf(error)}`);
    }
  }
  if (examples.sorted) {
    const rows = await person.list(entity(0), '$orderby=f');
    const order = rows.map((row) => row['f']);
    if (!isDeepStrictEqual(order, examples.sorted)) wrong.push(`in order it is ${shown(order)}`);
  }
  for (const { value, definition = 0 } of examples.invalid) {
    try {
      await person.create(entity(definition), { name: 'invalid', f: value });
      wrong.push(`${shown(value)} is taken`);
    } catch (error) {
      if (!(error instanceof PeyvandError) || error.status >= 500)
        wrong.push(`${shown(value)} ends in ${reasonOf(error)}`);
    }
  }
  if (wrong.length > 0) throw fail('KIT_FIELD_TYPE', { type, list: wrong.map((line) => `  ${line}`).join('\n') });
}

function entityDocument(name: string, field: JsonObject): JsonObject {
  return {
    title: name,
    type: 'object',
    entity: { set: `${name}s`, plural: name, ownership: 'organization', primary: 'name', stateless: true },
    properties: {
      name: { title: 'Name', type: 'string', maxLength: 200, field: { type: 'text' } },
      f: { title: 'F', ...field },
    },
  };
}

function reasonOf(error: unknown): string {
  if (error instanceof PeyvandError) return [error.message, ...error.details.map(({ message }) => message)].join(' ');
  return error instanceof Error ? error.message : String(error);
}
