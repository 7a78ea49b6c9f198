// One suite over every field type, ours and a partner's: the promise of core/sdk/field-type.ts, kept on a real database
// through the engine's own operations.
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Call } from '../../core/engine.ts';
import type { Entity } from '../../core/model/model.ts';
import { layerOf } from '../../core/model/read-layer.ts';
import { openOrganization } from '../../core/organization.ts';
import type { Organization } from '../../core/organization.ts';
import { loadPlugins } from '../../core/plugins/load-plugins.ts';
import { pluginFolders } from '../../core/plugins/manifest.ts';
import { create } from '../../core/records/create.ts';
import { readFile, storeFile } from '../../core/records/files.ts';
import { listOData } from '../../core/records/list.ts';
import { readBody } from '../../core/records/read-body.ts';
import { retrieveOData } from '../../core/records/retrieve.ts';
import { update } from '../../core/records/update.ts';
import { ROOT_UNIT_ID, SYSTEM_USER_ID, systemPrincipal } from '../../core/security/system-principal.ts';
import { PeyvandError } from '../../core/sdk/index.ts';
import type { FieldExample, FieldExamples, FieldSpec, FieldType, JsonObject } from '../../core/sdk/index.ts';
import { numbersExactly, parseNumbersExactly } from '../support/canonical-number.ts';
import { testDatabase } from '../support/database.ts';
import type { TestDatabase } from '../support/database.ts';

const here = ['../../plugins/standard/', '../fixtures/partner/'].map((path) => new URL(path, import.meta.url));
const partner = fileURLToPath(new URL('../fixtures/partner/', import.meta.url));
/** Plugins that lie elsewhere: whoever makes one runs the suite over it with PEYVAND_PLUGINS. */
const elsewhere = (
  await Promise.all(
    (process.env['PEYVAND_PLUGINS'] ?? '')
      .split(/[,\n]/)
      .filter((folder) => folder.trim() !== '')
      .map((folder) => pluginFolders(folder.trim())),
  )
)
  .flat()
  .filter((folder) => existsSync(`${folder}/fields`));
const folders = [...here, ...elsewhere.map((folder) => pathToFileURL(`${folder}/`))];

/** What the suite asks of a browser half; its own types live in a box with a DOM. */
interface BrowserHalf {
  readonly type: string;
  readonly strings?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly display: unknown;
  readonly input: unknown;
  readonly text: unknown;
}

const parametersOf = (text: string): readonly string[] => (text.match(/\{\w+\}/g) ?? []).sort();

async function readBrowserHalf({ name, folder }: Subject): Promise<BrowserHalf> {
  const file = new URL(`fields/${name}/browser.ts`, folder);
  const half = (await import(pathToFileURL(fileURLToPath(file)).href)) as { readonly default: BrowserHalf };
  return half.default;
}

interface Subject {
  readonly name: string;
  readonly folder: URL;
  readonly examples: FieldExamples;
}

async function readSubject(name: string, folder: URL): Promise<Subject> {
  const file = new URL(`fields/${name}/examples.ts`, folder);
  const { examples } = (await import(pathToFileURL(fileURLToPath(file)).href)) as { readonly examples: FieldExamples };
  return { name, folder, examples };
}

const subjects: readonly Subject[] = await Promise.all(
  folders.flatMap((folder) => readdirSync(new URL('fields/', folder)).map((name) => readSubject(name, folder))),
);

/** The entity that holds a field of this definition; `required`: the same field, which must have a value. */
const entityName = (type: string, definition: number | 'required'): string =>
  `x_${type.replaceAll('-', '_')}_${definition}`;

function entityDocument(name: string, field: JsonObject, required: boolean): JsonObject {
  return {
    title: name,
    type: 'object',
    entity: { set: `${name}s`, plural: name, ownership: 'organization', primary: 'name', stateless: true },
    properties: {
      name: { title: 'Name', type: 'string', maxLength: 200, field: { type: 'text' } },
      f: { title: 'F', ...field },
    },
    ...(required ? { required: ['f'] } : {}),
  };
}

/** The entity with the field and what stands beside it, its name put in. */
function documentsOf(
  examples: FieldExamples,
  name: string,
  field: JsonObject,
  required: boolean,
): Readonly<Record<string, JsonObject>> {
  const all = { ...examples.documents, '{entity}/entity': entityDocument(name, field, required) };
  return JSON.parse(JSON.stringify(all).replaceAll('{entity}', name)) as Readonly<Record<string, JsonObject>>;
}

/** A field of its own relationship: several entities hold the same definition. */
const documents: Record<string, JsonObject> = {};
for (const { name, examples } of subjects) {
  const [first] = examples.definitions;
  if (!first) throw new TypeError(`${name}: no definition among its examples`);
  for (const [index, definition] of examples.definitions.entries()) {
    Object.assign(documents, documentsOf(examples, entityName(name, index), definition, false));
  }
  // What nobody writes cannot be demanded.
  if (examples.valid.length > 0)
    Object.assign(documents, documentsOf(examples, entityName(name, 'required'), first, true));
}

let cluster: TestDatabase;
let organization: Organization;
let call: Call;
let fieldTypes: ReadonlyMap<string, FieldType>;

function entityOf(name: string): Entity {
  const entity = call.engine.model.entities.get(name);
  if (!entity) throw new TypeError(`no entity ${name}`);
  return entity;
}

/** A PNG of one pixel. */
const picture = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

const preferences = { root: 'http://test/api/data/v9.2' };

/** The body that writes the value: references go by @odata.bind as clients send them. */
function bodyOf(entity: Entity, example: Omit<FieldExample, 'read'>): string {
  const { reference } = entity.fields.get('f') ?? {};
  if (!reference || example.value === null || typeof example.value !== 'string' || example.target === undefined) {
    return JSON.stringify({ f: example.value });
  }
  const set = call.engine.model.entities.get(example.target)?.set ?? `${example.target}s`;
  const navigation = reference.targets.length === 1 ? 'f' : `f_${example.target}`;
  return JSON.stringify({ [`${navigation}@odata.bind`]: `/${set}(${example.value})` });
}

async function write(entity: Entity, example: Omit<FieldExample, 'read'>): Promise<string> {
  const { id } = await create(call, entity, await readBody(call, entity, bodyOf(entity, example)));
  return id;
}

const wireOf = (entity: Entity): string => entity.fields.get('f')?.columns[0]?.wire ?? 'f';

async function read(entity: Entity, id: string): Promise<unknown> {
  const answer = await retrieveOData(call, entity, { id }, `$select=${wireOf(entity)}`, preferences);
  return (parseNumbersExactly(answer?.body ?? '{}') as Record<string, unknown>)[wireOf(entity)];
}

async function listValues(entity: Entity, query: string): Promise<readonly unknown[]> {
  const { body } = await listOData(call, entity, query, preferences);
  const { value } = parseNumbersExactly(body) as { readonly value: readonly Record<string, unknown>[] };
  return value.map((row) => row[wireOf(entity)]);
}

function expected(entity: Entity, { value, read: back }: FieldExample): unknown {
  const storage = entity.fields.get('f')?.columns[0]?.type ?? 'text';
  return numbersExactly(back === undefined ? value : back, ['integer', 'bigint', 'numeric'].includes(storage));
}

async function makeRow(name: string, values: Readonly<Record<string, unknown>>, id?: string): Promise<void> {
  const entity = entityOf(name);
  await create(call, entity, await readBody(call, entity, JSON.stringify(values)), id === undefined ? {} : { id });
}

/** The rows that the valid references name. */
async function makeReferenced(): Promise<void> {
  const made = new Set<string>();
  for (const { name, examples } of subjects) {
    for (const [index] of examples.definitions.entries()) {
      const field = entityOf(entityName(name, index)).fields.get('f');
      for (const example of examples.valid.filter(({ definition = 0 }) => definition === index)) {
        const target = example.target ?? field?.reference?.targets[0];
        if (!field?.reference || target === undefined || typeof example.value !== 'string') continue;
        const id = example.value.toLowerCase();
        if (made.has(`${target} ${id}`)) continue;
        made.add(`${target} ${id}`);
        const entity = entityOf(target);
        await makeRow(target, { [entity.primary.readOnly ? 'lastname' : entity.primary.name]: id }, id);
      }
    }
  }
}

beforeAll(async () => {
  cluster = await testDatabase({ max: 8 });
  const plugins = await loadPlugins({ folders: [partner, ...elsewhere] });
  fieldTypes = plugins.fieldTypes;
  organization = await openOrganization({ database: cluster.database, plugins });
  const { layer, problems } = layerOf({ id: 'organization', version: '1', kind: 'organization' }, documents);
  expect(problems).toEqual([]);
  await organization.publish(layer, { grace: 0 });
  call = { engine: organization.current(), principal: systemPrincipal, requestId: 'contract' };
  await makeRow('businessunit', { name: 'Root' }, ROOT_UNIT_ID);
  await makeRow('transactioncurrency', { currencyname: 'Euro', isocurrencycode: 'EUR', exchangerate: 1 });
  await makeRow('systemuser', { lastname: 'Platform', businessunitid: ROOT_UNIT_ID }, SYSTEM_USER_ID);
  await makeReferenced();
}, 180_000);

afterAll(async () => {
  await organization?.close();
  await cluster?.drop();
});

test('every folder of field types comes in through a plugin, and every field type of the plugins has a folder', () => {
  expect(subjects.map(({ name }) => name).sort()).toEqual([...fieldTypes.keys()].sort());
});

describe.for(subjects.map((subject) => [subject.name, subject] as const))('a field of type %s', ([name, subject]) => {
  const { examples } = subject;
  const type = (): FieldType => {
    const found = fieldTypes.get(name);
    if (!found) throw new TypeError(`no field type ${name}`);
    return found;
  };
  const spec = (definition: number): FieldSpec => {
    const schema = examples.definitions[definition] ?? {};
    return { entity: 'x', name: 'f', options: schema['field'] as JsonObject, schema };
  };
  const first = (): Entity => entityOf(entityName(name, 0));
  const ofFirst = examples.valid.filter(({ definition = 0 }) => definition === 0);

  test('gives the planner a table that fits the model to the last column', async () => {
    const plan = await organization.plan();
    const mine = plan.steps.filter((step) => JSON.stringify(step).includes(`"x_${name.replaceAll('-', '_')}_`));
    expect(mine).toEqual([]);
  });

  test('keeps what it is given and gives it back', async () => {
    const wrong: unknown[] = [];
    for (const example of examples.valid) {
      const entity = entityOf(entityName(name, example.definition ?? 0));
      const got = await read(entity, await write(entity, example));
      const want = expected(entity, example);
      if (!isDeepStrictEqual(got, want)) wrong.push({ example, want, got });
    }
    expect(wrong).toEqual([]);
  });

  test('refuses what it cannot keep, naming the field, and stores nothing', async () => {
    const wrong: unknown[] = [];
    for (const example of examples.invalid) {
      const entity = entityOf(entityName(name, example.definition ?? 0));
      try {
        const id = await write(entity, example);
        wrong.push({ example, stored: await read(entity, id) });
      } catch (error) {
        const fits =
          error instanceof PeyvandError &&
          error.status === 400 &&
          error.details.length > 0 &&
          error.details.every(({ target, message }) => target.startsWith('f') && message.length > 10);
        if (!fits) wrong.push({ example, error });
      }
    }
    expect(wrong).toEqual([]);
  });

  test('finds rows by it', async () => {
    for (const { filter, matches } of examples.filters) {
      const values = await listValues(first(), `$filter=${encodeURIComponent(filter)}`);
      expect([filter, values.length]).toEqual([filter, matches]);
    }
  });

  test('sorts rows by it, or says that it cannot', async () => {
    const path = wireOf(first());
    const sortable = type().sortable !== false;
    if (!sortable) {
      await expect(listValues(first(), `$orderby=${path}`)).rejects.toMatchObject({ status: 400 });
      return;
    }
    const ascending = await listValues(first(), `$orderby=${path} asc`);
    const descending = await listValues(first(), `$orderby=${path} desc`);
    if (ofFirst.length > 0) expect(ascending).toHaveLength(ofFirst.length);
    expect(descending.toReversed()).toEqual(ascending);
    if (examples.sorted && ofFirst.length > 0) {
      const entity = first();
      expect(ascending).toEqual(examples.sorted.map((value) => expected(entity, { value })));
    }
  });

  test('is emptied by null', async () => {
    const entity = first();
    const [example] = ofFirst;
    if (!example) {
      const { id } = await create(call, entity, await readBody(call, entity, '{}'));
      const attempt = readBody(call, entity, '{"f":null}').then((input) => update(call, entity, { id }, input));
      await expect(attempt).rejects.toMatchObject({ status: 400, details: [{ target: 'f' }] });
      return;
    }
    const id = await write(entity, example);
    await update(call, entity, { id }, await readBody(call, entity, '{"f":null}'));
    expect(await read(entity, id)).toBe(null);
  });

  test('can be demanded: a row without it is refused', async () => {
    if (ofFirst.length === 0) {
      const wanted = documentsOf(examples, 'x_wanted', examples.definitions[0] ?? {}, true);
      const { layer } = layerOf({ id: 'organization', version: '2', kind: 'organization' }, wanted);
      await expect(organization.plan(layer)).rejects.toMatchObject({ code: 'MODEL_INVALID' });
      return;
    }
    const entity = entityOf(entityName(name, 'required'));
    for (const body of ['{"name":"x"}', '{"name":"x","f":null}']) {
      const attempt = readBody(call, entity, body).then((input) => create(call, entity, input));
      // A type that makes its own value needs none.
      if (type().generate) await expect(attempt).resolves.toMatchObject({ created: true });
      else
        await expect(attempt).rejects.toMatchObject({
          status: 400,
          details: [expect.objectContaining({ target: 'f' })],
        });
    }
  });

  test('knows a sound definition from a misspelt one', () => {
    for (const [index] of examples.definitions.entries()) expect(type().check?.(spec(index)) ?? []).toEqual([]);
    const [definition = {}] = examples.definitions;
    const broken = { ...definition, field: { ...(definition['field'] as JsonObject), misspelt: 1 } };
    const { layer } = layerOf(
      { id: 'organization', version: '2', kind: 'organization' },
      documentsOf(examples, 'x_broken', broken, false),
    );
    return expect(organization.plan(layer)).rejects.toMatchObject({ code: 'MODEL_INVALID' });
  });

  test('makes its own value where it promises to, a different one for each row', async () => {
    const promised = examples.definitions.filter((_, index) => type().generate?.(spec(index)) !== undefined);
    for (const [index] of promised.entries()) {
      const entity = entityOf(entityName(name, index));
      const made = await Promise.all(
        Array.from({ length: 5 }, async () =>
          read(entity, (await create(call, entity, await readBody(call, entity, '{}'))).id),
        ),
      );
      expect(new Set(made).size).toBe(5);
      for (const value of made) expect(value).toEqual(expect.stringMatching(/\d/));
    }
  });

  test('keeps bytes apart where it promises to, within its limit', async () => {
    const definitions = examples.definitions.map((_, index) => ({ index, blob: type().blob?.(spec(index)) }));
    for (const { index, blob } of definitions) {
      if (!blob) continue;
      const entity = entityOf(entityName(name, index));
      const { id } = await create(call, entity, await readBody(call, entity, '{}'));
      const file = {
        name: 'متن.png',
        mediaType: (blob.accept?.[0] ?? 'image/png').replace('*', 'plain'),
        data: picture,
      };
      const large = { ...file, data: Buffer.concat([picture, Buffer.alloc(blob.limit)]) };
      await storeFile(call, entity, { id }, 'f', file);
      expect(await readFile(call, entity, { id }, 'f')).toMatchObject({ name: file.name, size: picture.length });
      await expect(storeFile(call, entity, { id }, 'f', large)).rejects.toMatchObject({ status: 413 });
      if (blob.accept) {
        const foreign = { ...file, mediaType: 'application/x-unknown' };
        await expect(storeFile(call, entity, { id }, 'f', foreign)).rejects.toMatchObject({ status: 415 });
      }
      await update(call, entity, { id }, await readBody(call, entity, '{"f":null}'));
      await expect(readFile(call, entity, { id }, 'f')).rejects.toMatchObject({ status: 404 });
    }
  });

  // One that lies elsewhere finds `lit` and `peyvand/ui` only where the app is built.
  test.skipIf(!here.includes(subject.folder))('has a browser half that speaks every shipped language', async () => {
    const shown = type().shownAs?.(spec(0));
    if (shown !== undefined) {
      expect(existsSync(new URL(`fields/${name}/browser.ts`, subject.folder))).toBe(false);
      expect(fieldTypes.has(shown)).toBe(true);
      return;
    }
    const half = await readBrowserHalf(subject);
    expect(half).toMatchObject({
      type: name,
      display: expect.any(Function) as unknown,
      input: expect.any(Function) as unknown,
      text: expect.any(Function) as unknown,
    });
    const { en = {}, fa = {} } = half.strings ?? {};
    expect(Object.keys(fa).sort()).toEqual(Object.keys(en).sort());
    for (const [key, text] of Object.entries(en)) {
      expect([key, parametersOf(fa[key] ?? '')]).toEqual([key, parametersOf(text)]);
    }
  });

  test('never throws, whatever JavaScript hands it', () => {
    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withDate: true, withMap: true, withSparseArray: true, withTypedArray: true }),
        fc.option(fc.oneof(fc.string(), fc.double().map(String)), { nil: undefined }),
        fc.nat(examples.definitions.length - 1),
        (value, exact, definition) => {
          if (value === undefined) return;
          const field = spec(definition);
          const decoded = type().decode(value, field, exact === undefined ? {} : { exact });
          if ('violation' in decoded) expect(decoded.violation.message.length).toBeGreaterThan(10);
          else
            expect(decoded.values).toHaveLength(
              type()
                .columns(field)
                .filter(({ quotient }) => !quotient).length,
            );
        },
      ),
    );
  });

  test('stores whatever it accepts: no accepted value fails in the database', async () => {
    const entity = first();
    await fc.assert(
      fc.asyncProperty(fc.jsonValue(), async (value) => {
        const decoded = type().decode(value, spec(0), {});
        if ('violation' in decoded) return;
        const attempt = write(entity, { value }).catch((error: unknown) => error);
        const outcome = await attempt;
        // A reference may dangle; that, too, is the caller's mistake and no failure.
        if (typeof outcome !== 'string') expect(outcome).toMatchObject({ status: 400 });
      }),
      { numRuns: 40 },
    );
  });
});
