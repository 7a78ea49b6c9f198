// The bundle with a plugin that lies outside the package, made as `peyvand start` makes it.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const bundle = new URL('../../../../runtime/cli/bundle.ts', import.meta.url).href;
let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'peyvand-bundle-'));
  await mkdir(join(root, 'fleet/fields/plate'), { recursive: true });
  await writeFile(join(root, 'fleet/plugin.json'), '{"id": "fleet", "version": "1.0.0", "title": "Fleet"}');
});
afterAll(() => rm(root, { recursive: true, force: true }));

const writeHalf = (text: string): Promise<void> =>
  writeFile(
    join(root, 'fleet/fields/plate/browser.ts'),
    `import { html } from 'lit';
import { defineFieldUi } from 'peyvand/ui';
export default defineFieldUi({ type: 'plate', display: (value) => html\`<b>${text} \${value}</b>\`, input: () => '', text: String });`,
  );

/** What was said, then the folder. */
async function build(plugins: readonly string[]): Promise<readonly string[]> {
  const script = `const { ensureBundle } = await import(${JSON.stringify(bundle)});
console.log(await ensureBundle(console.log, ${JSON.stringify({ plugins, data: join(root, 'data') })}));`;
  const { VITEST: _vitest, NODE_ENV: _mode, ...env } = process.env;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { env });
  return stdout.trim().split('\n');
}

async function scripts(folder: string): Promise<string> {
  const names = (await readdir(join(folder, 'assets'))).filter((name) => name.endsWith('.js'));
  return (await Promise.all(names.map((name) => readFile(join(folder, 'assets', name), 'utf8')))).join('\n');
}

test("the browser half of a plugin elsewhere is in the app, is built in the organization's own folder, and anew when it changes", async () => {
  await writeHalf('first-half');
  const [said, folder = ''] = await build([root]);
  expect(said).toContain('Building the app');
  expect(folder).toBe(join(root, 'data/bundle/app'));
  expect(await scripts(folder)).toContain('first-half');
  expect(existsSync(join(folder, 'icons/truck.svg'))).toBe(true);
  expect(await build([root])).toEqual([folder]);
  await writeHalf('second-half');
  expect(await build([join(root, 'fleet')])).toEqual(['Building the app: its sources changed …', folder]);
  expect(await scripts(folder)).toContain('second-half');
}, 120_000);

test('a browser half that cannot be built is named with its file, without the stack and the colours of the bundler', async () => {
  await writeFile(join(root, 'fleet/fields/plate/browser.ts'), "import './not-there.ts';");
  const { stderr } = (await build([root]).catch((error: unknown) => error)) as { readonly stderr: string };
  expect(stderr).toContain('fields/plate/browser.ts');
  expect(stderr).not.toMatch(/\[3\dm|node_modules.(?:rolldown|vite)/);
}, 120_000);
