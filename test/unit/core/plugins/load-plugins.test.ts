import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compileModel } from '../../../../core/model/compile.ts';
import { loadPlugins } from '../../../../core/plugins/load-plugins.ts';
import type { LoadedPlugins } from '../../../../core/plugins/load-plugins.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'peyvand-plugins-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const write = async (path: string, content: string | object): Promise<void> => {
  const file = join(root, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content, null, 2));
};
const plugin = (id: string, more: object = {}): Promise<void> =>
  write(`${id}/plugin.json`, { id, version: '1.0.0', title: id, rights: { entities: { '*': ['read'] } }, ...more });
const load = (): Promise<LoadedPlugins> => loadPlugins({ folders: [root] });
const ids = ({ layers }: LoadedPlugins): readonly string[] =>
  layers.map((layer) => layer.id).filter((id) => !['base', 'standard', 'sales', 'catalog', 'loyalty'].includes(id));

const rating = (name: string): string => `
  export default {
    fieldTypes: [{
      name: '${name}',
      options: { type: 'object', additionalProperties: false },
      schema: { type: 'integer' },
      edm: 'Edm.Int32',
      columns: () => [{ suffix: '', type: 'integer' }],
      decode: (value) => ({ values: [value] }),
      operators: ['eq'],
    }],
    handlers: [{ name: 'greet', stage: 'after', message: 'create', run() {} }],
  };`;

describe('loading plugins', () => {
  it('finds the base layer and the shipped plugins', async () => {
    const { layers, fieldTypes, plugins } = await loadPlugins();
    expect(layers[0]).toMatchObject({ id: 'base', kind: 'base' });
    expect(layers.slice(1).every((layer) => layer.kind === 'plugin')).toBe(true);
    expect(plugins.map(({ id }) => id)).toContain('standard');
    expect([...fieldTypes.keys()]).toEqual(expect.arrayContaining(['text', 'lookup', 'currency', 'choice']));
  });

  it('takes a folder of plugins or a plugin itself, with field types, handlers and documents', async () => {
    await plugin('stars');
    await write('stars/server.ts', rating('stars'));
    await write('stars/film/entity.json', {
      title: 'Film',
      type: 'object',
      entity: { set: 'films', primary: 'name' },
      properties: {
        name: { title: 'Name', type: 'string', field: { type: 'text' } },
        rating: { title: 'Rating', type: 'integer', field: { type: 'stars' } },
      },
    });
    for (const folders of [[root], [join(root, 'stars')]]) {
      const loaded = await loadPlugins({ folders });
      expect(ids(loaded)).toEqual(['stars']);
      expect(loaded.handlers.map(({ name }) => name)).toContain('stars/greet');
      expect(compileModel(loaded).entities.get('film')?.fields.get('rating')?.type.name).toBe('stars');
    }
  });

  it('puts what is required before what requires it, shipped ones first, and otherwise goes by folder', async () => {
    await plugin('alpha', { requires: { omega: '^1.0.0' } });
    await plugin('beta');
    await plugin('omega', { requires: { standard: '*' } });
    expect(ids(await load())).toEqual(['omega', 'alpha', 'beta']);
  });

  it('refuses plugins that require each other', async () => {
    await plugin('alpha', { requires: { beta: '*' } });
    await plugin('beta', { requires: { gamma: '*' } });
    await plugin('gamma', { requires: { alpha: '*' } });
    await expect(load()).rejects.toMatchObject({
      code: 'PLUGIN_CYCLE',
      message: expect.stringContaining('alpha → beta → gamma → alpha'),
    });
  });

  it('refuses a plugin whose requirement is missing, with a suggestion, or is of another version', async () => {
    await plugin('alpha', { requires: { standrad: '*' } });
    await expect(load()).rejects.toMatchObject({
      code: 'PLUGIN_REQUIRED_MISSING',
      message: expect.stringContaining('"standrad" *, which is not installed (did you mean "standard"?)'),
    });
    await plugin('alpha', { requires: { beta: '^2.0.0' } });
    await plugin('beta');
    await expect(load()).rejects.toMatchObject({
      code: 'PLUGIN_VERSION',
      message: expect.stringContaining('installed is 1.0.0'),
    });
  });

  it('refuses a plugin made for another engine', async () => {
    await plugin('alpha', { engine: '^99.0.0' });
    await expect(load()).rejects.toMatchObject({
      code: 'PLUGIN_ENGINE',
      message: expect.stringContaining('is made for Peyvand ^99.0.0'),
    });
  });

  it('refuses two plugins of one name, and a folder without any', async () => {
    await write('one/plugin.json', { id: 'alpha', version: '1.0.0', title: 'A' });
    await write('two/plugin.json', { id: 'alpha', version: '1.0.0', title: 'A' });
    await expect(load()).rejects.toMatchObject({ code: 'PLUGIN_DUPLICATE' });
    await expect(loadPlugins({ folders: [join(root, 'nowhere')] })).rejects.toMatchObject({
      code: 'PLUGIN_MANIFEST_MISSING',
    });
  });

  it('refuses a manifest with all that is wrong in it', async () => {
    await write('alpha/plugin.json', { id: 'Alpha', verison: '1', title: 'A' });
    await expect(load()).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      details: [
        expect.objectContaining({ message: expect.stringContaining('"version" is missing') }),
        expect.objectContaining({ message: expect.stringContaining('"verison" (did you mean "version"?)') }),
        expect.objectContaining({ message: expect.stringContaining('"Alpha" is not allowed here') }),
      ],
    });
  });

  it('refuses settings that their form has no field for, secrets that are no texts, and schemas that check nothing', async () => {
    const mail = { type: 'object', properties: { password: { type: 'string', writeOnly: true } } };
    const settings = { type: 'object', $async: true, properties: { mail, pin: { type: 'integer', writeOnly: true } } };
    await plugin('alpha', { settings });
    await expect(load()).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      details: expect.arrayContaining([
        expect.objectContaining({ target: expect.stringContaining('/settings/properties/mail/type') }),
        expect.objectContaining({ message: expect.stringContaining('"$async"') }),
        expect.objectContaining({ target: expect.stringContaining('/settings/properties/pin/type') }),
      ]),
    });
    const list = { type: 'array', items: { type: 'string' }, default: ['a'] };
    await plugin('alpha', { settings: { type: 'object', properties: { hosts: list } } });
    await expect(load()).resolves.toBeDefined();
  });

  it('blames the plugin whose code does not load', async () => {
    await plugin('alpha');
    await write('alpha/server.ts', "throw new Error('no luck');");
    await expect(load()).rejects.toMatchObject({
      code: 'PLUGIN_FAILED',
      message: expect.stringMatching(/"alpha" could not be loaded from .*alpha\/server\.ts: no luck/),
    });
  });

  it('blames the plugin whose server half contributes nothing or wrongly', async () => {
    await plugin('alpha');
    await write('alpha/server.ts', 'export const x = 1;');
    await expect(load()).rejects.toMatchObject({
      code: 'PLUGIN_CONTRIBUTION',
      message: expect.stringContaining('export default definePlugin'),
    });
  });

  it('refuses a second field type of one name, saying whose the first is', async () => {
    await plugin('alpha');
    await write('alpha/server.ts', rating('text'));
    await expect(load()).rejects.toMatchObject({
      code: 'PLUGIN_CONTRIBUTION',
      message: expect.stringContaining('"alpha"'),
    });
    await expect(load()).rejects.toThrow('the field type "text" already comes from the plugin "standard"');
  });

  it('refuses a field type that lacks a part, and two handlers of one name', async () => {
    await plugin('beta');
    await write(
      'beta/server.ts',
      "export default { fieldTypes: [{ name: 'half', options: {}, schema: {}, columns: () => [] }] };",
    );
    await expect(load()).rejects.toThrow('the field type "half" lacks the function "decode"');
    await rm(join(root, 'beta'), { recursive: true });
    await plugin('gamma');
    const handler = "{ name: 'greet', stage: 'after', message: 'create', run() {} }";
    await write('gamma/server.ts', `export default { handlers: [${handler}, ${handler}] };`);
    await expect(load()).rejects.toThrow('two handlers are called "greet"');
  });

  it.each([
    ['{ fieldTypes: {} }', '"fieldTypes" must be a list'],
    ['{ handlers: "x" }', '"handlers" must be a list'],
    ['{ fieldTypes: [null] }', 'a field type needs a "name"'],
    ['{ handlers: [null] }', 'a handler needs a "name"'],
    ["{ handlers: [{ name: 'a', stage: 'after', message: 'create' }] }", 'the handler "a" lacks the function "run"'],
    [
      "{ handlers: [{ name: 'a', stage: 'befor', message: 'create', run() {} }] }",
      'the stage of the handler "a" is "befor" (did you mean "before"?)',
    ],
    [
      "{ handlers: [{ name: 'a', stage: 'after', message: 'creat', run() {} }] }",
      'the message of the handler "a" is "creat" (did you mean "create"?)',
    ],
  ])('refuses %s in words, not with a stack', async (contributed, message) => {
    await plugin('alpha');
    await write('alpha/server.ts', `export default ${contributed};`);
    await expect(load()).rejects.toMatchObject({
      code: 'PLUGIN_CONTRIBUTION',
      message: expect.stringContaining(message),
    });
  });

  it('refuses a field type with an operator or a column type that nobody knows', async () => {
    await plugin('stars');
    await write('stars/server.ts', rating('stars').replace("['eq']", "['equals']"));
    await expect(load()).rejects.toThrow('the field type "stars" has the unknown operator "equals"');
  });

  it('refuses a column type that no table has, naming the field type', async () => {
    await plugin('stones');
    await write('stones/server.ts', rating('stones').replace("type: 'integer' }]", "type: 'varchar' }]"));
    await write('stones/film/entity.json', {
      title: 'Film',
      type: 'object',
      entity: { set: 'films', primary: 'name' },
      properties: {
        name: { title: 'Name', type: 'string', field: { type: 'text' } },
        rating: { title: 'Rating', type: 'integer', field: { type: 'stones' } },
      },
    });
    const loaded = await load();
    expect(() => compileModel(loaded)).toThrow('the field type "stones" asks for a column of type "varchar"');
  });

  it('refuses a browser half whose folder is called otherwise than its field type: nobody would ever see it', async () => {
    await plugin('moons');
    await write('moons/server.ts', rating('moon'));
    await write('moons/fields/mooon/browser.ts', '');
    await expect(load()).rejects.toThrow('the folder is called "mooon"');
  });

  it('says that a range of versions cannot be read, instead of that the version is wrong', async () => {
    await plugin('alpha', { requires: { standard: 'bananas' } });
    await expect(load()).rejects.toMatchObject({ code: 'PLUGIN_RANGE', message: expect.stringContaining('"bananas"') });
    await plugin('alpha', { engine: 'latest please' });
    await expect(load()).rejects.toMatchObject({ code: 'PLUGIN_RANGE' });
  });

  it('says the line of the plugin where its code failed, and what it may import', async () => {
    await plugin('alpha');
    await write('alpha/lines.ts', "\nthrow new Error('no luck');");
    await write('alpha/server.ts', "import './lines.ts';");
    await expect(load()).rejects.toThrow(/no luck \(at .*alpha\/lines\.ts:2:\d+\)/);
  });

  it('lets a plugin outside the package import the SDK', async () => {
    await plugin('delta');
    await write('delta/server.ts', "import { definePlugin } from 'peyvand/sdk';\nexport default definePlugin({});");
    const script = `import { loadPlugins } from ${JSON.stringify(new URL('../../../../core/plugins/load-plugins.ts', import.meta.url).href)};
      const { plugins } = await loadPlugins({ folders: [${JSON.stringify(root)}] });
      console.log(plugins.map(({ id }) => id).includes('delta'));`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
    expect(stdout.trim()).toBe('true');
  });

  it('reports the bad documents of all plugins at once', async () => {
    await plugin('alpha');
    await write('alpha/choices/one.json', { title: 'One', optoins: [] });
    await plugin('beta');
    await write('beta/choices/two.json', '{');
    await expect(load()).rejects.toMatchObject({
      code: 'MODEL_INVALID',
      details: [
        expect.objectContaining({ target: expect.stringContaining('alpha/choices/one.json') }),
        expect.objectContaining({ target: expect.stringContaining('alpha/choices/one.json#/optoins') }),
        expect.objectContaining({ target: expect.stringContaining('beta/choices/two.json') }),
      ],
    });
  });
});
