import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import { afterAll, expect, test } from 'vitest';
import { insideOnly } from '../../../../runtime/app/inside-only.ts';

const root = realpathSync(mkdtempSync(join(tmpdir(), 'peyvand-inside-')));
afterAll(() => rmSync(root, { recursive: true, force: true }));
mkdirSync(join(root, 'plugin'));
writeFileSync(join(root, 'secret.css'), 'a { content: "the secret of the server" }');
writeFileSync(join(root, 'secret.json'), '{ "secret": "the secret of the server" }');
writeFileSync(join(root, 'plugin/own.json'), '{ "own": "what is its own" }');
writeFileSync(join(root, 'plugin/own.module.css'), '.a { composes: b from "../secret.css"; }');
writeFileSync(join(root, 'plugin/style.css'), '@import "../secret.css";');

async function built(code: string): Promise<string> {
  const input = join(root, 'plugin/main.js');
  writeFileSync(input, code);
  const made = await build({
    configFile: false,
    root: join(root, 'plugin'),
    logLevel: 'silent',
    plugins: [insideOnly([], () => [join(root, 'plugin')])],
    build: { write: false, minify: false, assetsInlineLimit: 0, rollupOptions: { input } },
  });
  return JSON.stringify(made);
}

test('a browser half brings its own files into the bundle, and no other file of the server', async () => {
  expect(await built("import own from './own.json'; console.log(own);")).toContain('what is its own');
  const attacks = [
    "import secret from '../secret.json'; console.log(secret);",
    `import secret from '${root}/secret.json?raw'; console.log(secret);`,
    "import secret from '../secret.css?inline'; console.log(secret);",
    "console.log(import.meta.glob('../*.json', { eager: true }));",
    "console.log(new URL('../secret.json', import.meta.url).href);",
    "import './style.css';",
    "import './own.module.css';",
    "console.log(import('../secret.json?url'));",
  ];
  for (const attack of attacks)
    await expect(
      built(attack).then(() => attack),
      attack,
    ).rejects.toThrow(/lies outside the plugin|takes styles of other files/);
});
