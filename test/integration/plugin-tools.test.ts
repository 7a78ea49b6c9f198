// What a partner does with the commands: make a plugin, add a field type to it, test, check and pack it, watch it while it is
// being written.
import { execFile, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { compileModel } from '../../core/model/compile.ts';
import { writeDocument } from '../../core/model/write-layer.ts';
import { closePlugins, loadPlugins } from '../../core/plugins/load-plugins.ts';
import { packFolder } from '../../core/plugins/package.ts';
import { checkPlugin } from '../../runtime/cli/check/check-plugin.ts';
import { describeFinding } from '../../runtime/cli/check/finding.ts';
import { commands } from '../../runtime/cli/commands.ts';
import { pluginVerbs } from '../../runtime/cli/commands/plugin.ts';
import { belongsTo } from '../../runtime/cli/plugin-files.ts';
import { readPluginName } from '../../runtime/cli/plugin-name.ts';
import { typesOf } from '../../runtime/cli/types-of.ts';
import { writePlugin } from '../../runtime/cli/write-plugin.ts';
import { findChromium } from '../support/chromium.ts';
import { testDatabase } from '../support/database.ts';
import { guideCommands, guideSnippets } from '../support/guide-snippets.ts';
import { API_KEY, ownEnvironment } from '../support/server.ts';

const MAIN = fileURLToPath(new URL('../../runtime/cli/peyvand.js', import.meta.url));
const TIME = { timeout: 180_000 };

let root: string;
let fleet: string;
let written: readonly string[];
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'peyvand-tools-'));
  fleet = join(root, 'my-fleet');
  written = await writePlugin(readPluginName('my-fleet'), fleet);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

function runTests(
  folder: string,
  options: readonly string[] = [],
): Promise<{ readonly code: unknown; readonly out: string }> {
  const env = {
    ...ownEnvironment(),
    PEYVAND_TEST_DATABASE: inject('databaseUrl'),
    PEYVAND_TEST_CHROMIUM: findChromium().path,
  };
  return new Promise((done) => {
    execFile(process.execPath, [MAIN, 'plugin', 'test', folder, ...options], { env }, (fault, stdout, stderr) =>
      done({ code: fault?.code ?? 0, out: stdout + stderr }),
    );
  });
}

test('a new plugin bears its own name everywhere and is written as documents are', TIME, async () => {
  expect(written).toContain('my_fleet_visit/entity.json');
  for (const file of written) {
    const text = await readFile(join(fleet, file), 'utf8');
    expect(text, file).not.toMatch(/sample/i);
    if (/^(?:package|tsconfig)\.json$|[^n]$/.test(file) || !file.endsWith('.json')) continue;
    expect(text, file).toBe(writeDocument(file.replace(/\.json$/, ''), JSON.parse(text)));
  }
  // As a command: it ends, although a field type's thread and process were begun.
  expect(
    await new Promise((done) => {
      execFile(process.execPath, [MAIN, 'plugin', 'check', fleet], { timeout: 60_000 }, (fault, out) =>
        done(fault ?? out),
      );
    }),
  ).toBe('Nothing is wrong with it.\n');
  await expect(writePlugin(readPluginName('my-fleet'), fleet)).rejects.toMatchObject({ code: 'FOLDER_NOT_EMPTY' });
  for (const id of ['Fleet', '1fleet', 'my_fleet', 'my--fleet', 'f'.repeat(25), '../fleet'])
    expect(() => readPluginName(id), id).toThrow(/plugin/);
});

test('one folder more is one field type more; the tests of a new plugin pass, also in a browser', TIME, async () => {
  // The worked example of the guide: a field type of levels beside that of stars. Nothing outside the folder changes.
  cpSync(join(fleet, 'fields/my-fleet-rating'), join(fleet, 'fields/my-fleet-level'), { recursive: true });
  for (const file of await readdir(join(fleet, 'fields/my-fleet-level'))) {
    const path = join(fleet, 'fields/my-fleet-level', file);
    writeFileSync(
      path,
      readFileSync(path, 'utf8').replaceAll('my-fleet-rating', 'my-fleet-level').replaceAll('★', '■'),
    );
  }
  await writeFile(
    join(fleet, 'test/level.test.ts'),
    `import { test } from 'node:test';
import { startKit } from 'peyvand/test';
import { examples } from '../fields/my-fleet-level/examples.ts';

test('levels keep what their examples promise', async () => {
  await using kit = await startKit();
  await kit.tryFieldType('my-fleet-level', examples);
});
`,
  );
  const { code, out } = await runTests(fleet);
  expect(out).toContain('levels keep what their examples promise');
  expect(out).toContain('the form shows the rating as stars');
  expect(out).toMatch(/pass 5\b[\s\S]*fail 0\b[\s\S]*skipped 0\b/);
  expect(code).toBe(0);
});

test('the guide holds: a plugin written by its snippets is sound, and what they promise happens', TIME, async () => {
  const folder = join(root, 'fleet');
  await writePlugin(readPluginName('fleet'), folder);
  const locale = JSON.parse(await readFile(join(folder, 'locales/fa.json'), 'utf8')) as Record<string, object>;
  for (const { file, text } of guideSnippets()) {
    const path = join(folder, file);
    await mkdir(dirname(path), { recursive: true });
    if (file !== 'plugin.json') await writeFile(path, text);
    else {
      const card = JSON.parse(await readFile(path, 'utf8')) as Record<string, Record<string, unknown>>;
      for (const [key, part] of Object.entries(JSON.parse(text) as typeof card))
        for (const [name, value] of Object.entries(part)) {
          const there = card[key]?.[name];
          const more: unknown = Array.isArray(there) && Array.isArray(value) ? [...there, ...value] : value;
          card[key] = { ...card[key], [name]: more };
        }
      await writeFile(path, JSON.stringify(card));
    }
  }
  // The guide asks for translations; `check` says which.
  const untranslated = (await checkPlugin(folder)).flatMap(
    ({ message }) => /^this label is not translated: add "(.+)" to/.exec(message)?.[1] ?? [],
  );
  expect(untranslated).toContain('plugin.fleet#commands/count/title');
  const texts = Object.fromEntries(untranslated.map((key) => [key, 'ترجمه']));
  await writeFile(
    join(folder, 'locales/fa.json'),
    JSON.stringify({ ...locale, texts: { ...locale['texts'], ...texts } }),
  );
  const loaded = await loadPlugins({ folders: [folder] });
  await writeFile(join(folder, 'types.ts'), typesOf(compileModel(loaded), loaded.operations));
  await closePlugins(loaded);
  expect((await checkPlugin(folder)).filter(({ severity }) => severity === 'error')).toEqual([]);
  for (const command of guideCommands()) {
    const [verb = '', sub = ''] = command.split(' ');
    expect(Object.keys(commands), command).toContain(verb);
    if (verb === 'plugin') expect(Object.keys(pluginVerbs), command).toContain(sub);
  }
  const { code, out } = await runTests(folder, ['--test-name-pattern=inspected']);
  expect(out).toMatch(/a visit is inspected[\s\S]*fail 0\b/);
  expect(code).toBe(0);
});

test('what is packed is what a server needs, and the same files make the same bytes', async () => {
  const [first, second] = [await packFolder(fleet, belongsTo(fleet)), await packFolder(fleet, belongsTo(fleet))];
  expect(first.equals(second)).toBe(true);
  const belongs = belongsTo(fleet);
  expect(written.filter((file) => !file.startsWith('.') && !belongs(file))).toEqual([
    'test/visit.test.ts',
    'tsconfig.json',
  ]);
  expect(belongs('test')).toBe(false);
  expect(belongs('node_modules/left-pad')).toBe(false);
});

test('types say what handlers see and what operations take, without a database', async () => {
  const loaded = await loadPlugins({ folders: [fleet] });
  const text = typesOf(compileModel(loaded), loaded.operations);
  await closePlugins(loaded);
  expect(text).toContain('export interface MyFleetVisitValues {');
  expect(text).toContain('  my_fleet_rating?: number | null;');
  expect(text).toContain('  statecode?: 0 | 1 | null;');
  expect(text).toContain('readonly my_fleet_visit: MyFleetVisitValues;');
  expect(text).toMatch(
    /my_fleet_Complete: \{[^}]*on: "my_fleet_visit"; readonly parameters: \{ readonly Rating: number \}/,
  );
});

test('check says each mistake with its file, its line and how to mend it', TIME, async () => {
  const edit = (file: string, from: string, to: string): void => {
    const text = readFileSync(join(fleet, file), 'utf8');
    expect(text, file).toContain(from);
    writeFileSync(join(fleet, file), text.replace(from, to));
  };
  edit('my_fleet_visit/entity.json', '"map-pin"', '"map-pim"');
  edit(
    'locales/fa.json',
    '"my_fleet_visit/views/all#title": "همهٔ بازدیدها"',
    '"my_fleet_visit/views/all#description": "همه"',
  );
  edit('my_fleet_visit/forms/main.json', '"my_fleet_on"', '"my_fleet_onn"');
  edit('fields/my-fleet-rating/browser.ts', "fa: { none: 'بی‌امتیاز', ", 'fa: { ');
  edit('handlers/plan-day.ts', "'peyvand/sdk';", "'peyvand/sdk';\nimport 'node:net';\nimport './nowhere.ts';");
  const found = (await checkPlugin(fleet)).map(describeFinding).join('\n');
  expect(found).toMatch(/entity\.json:9:5: there is no icon "map-pim" \(did you mean "map-pin"\?\)/);
  expect(found).toMatch(/views\/all\.json:3:3: this label is not translated: add "my_fleet_visit\/views\/all#title"/);
  expect(found).toMatch(/browser\.ts:\d+:3: texts without fa: none/);
  expect(found).toMatch(/plan-day\.ts:3:1: "node:net" is closed to server halves/);
  expect(found).toMatch(/plan-day\.ts:4:1: there is no file "\.\/nowhere\.ts"/);
  edit('handlers/plan-day.ts', "\nimport 'node:net';\nimport './nowhere.ts';", '');
  const documents = (await checkPlugin(fleet)).map(describeFinding).join('\n');
  expect(documents).toMatch(/forms\/main\.json:\d+:\d+: .*my_fleet_onn.*my_fleet_on/);
  edit('my_fleet_visit/forms/main.json', '"my_fleet_onn"', '"my_fleet_on"');
  edit('locales/fa.json', '"my_fleet_visit/views/all#description": "همه"', '"my_fleet_visit/views/all#title": "همه"');
  edit('plugin.json', '"create", "append"', '"append"');
  edit(
    'handlers/call-after-poor-visit.ts',
    'await records.create',
    "await records.list('acount', '');\n    await records.create",
  );
  const rights = (await checkPlugin(fleet)).map(describeFinding).join('\n');
  expect(rights).toMatch(/call-after-poor-visit\.ts:\d+:11: there is no entity "acount"/);
  expect(rights).toMatch(/:\d+:11: it needs "create" on task; plugin\.json must say .*"task": \["append", "create"\]/);
});

test('a server follows the files of a plugin while it is written, and goes on where they are wrong', TIME, async () => {
  const folder = join(root, 'tin');
  const write = async (file: string, content: unknown): Promise<void> => {
    await writeFile(join(folder, file), typeof content === 'string' ? content : JSON.stringify(content));
  };
  cpSync(fleet, folder, { recursive: true, filter: (path) => path.endsWith('my-fleet') });
  const handler = (word: string): string => `import { defineHandler, definePlugin } from 'peyvand/sdk';
export default definePlugin({
  handlers: [
    defineHandler({ name: 'mark', stage: 'before', message: 'create', entity: 'account', run({ values }) {
      values['description'] = '${word}';
    } }),
  ],
});
`;
  await write('plugin.json', {
    id: 'tin',
    version: '1.0.0',
    title: 'Tin',
    rights: { entities: { account: ['read'] } },
  });
  await write('server.ts', handler('first'));
  await using database = await testDatabase({ shipped: true });
  const child = spawn(process.execPath, [MAIN, 'plugin', 'dev', folder], {
    env: {
      ...ownEnvironment(),
      DATABASE_URL: database.url,
      PEYVAND_DATA: join(root, 'data'),
      PEYVAND_API_KEY: API_KEY,
      PORT: '0',
    },
  });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = new Promise((done) => child.once('exit', done));
  const until = async (pattern: RegExp): Promise<RegExpExecArray> => {
    for (;;) {
      const found = pattern.exec(said);
      if (found) return found;
      if (child.exitCode !== null) throw new Error(said);
      await pause(50);
    }
  };
  try {
    const [, url = ''] = await until(/ready at (\S+)[\s\S]*Watching/);
    const made = async (): Promise<unknown> => {
      const answer = await fetch(`${url}/api/data/v9.2/accounts?$select=description`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${API_KEY}`,
          'content-type': 'application/json',
          prefer: 'return=representation',
        },
        body: JSON.stringify({ name: 'Contoso' }),
      });
      return ((await answer.json()) as { readonly description?: string }).description;
    };
    expect(await made()).toBe('first');
    const change = async (text: string, answer: RegExp): Promise<void> => {
      said = '';
      await write('server.ts', text);
      await until(answer);
    };
    await change(handler('second'), /Tin is up to date/);
    expect(await made()).toBe('second');
    await change(
      `${handler('third')}throw new Error('oops');\n`,
      /oops \(at \S*tin\/server\.ts:9:7\)[\s\S]*last good state/,
    );
    expect(await made()).toBe('second');
    await change(handler('fourth'), /Tin is up to date/);
    expect(await made()).toBe('fourth');
    expect(await (await fetch(`${url}/`)).text()).toContain('/dev-reload.js');
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
});
