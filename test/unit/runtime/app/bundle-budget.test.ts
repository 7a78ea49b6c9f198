// What a person downloads before a screen works, in kB gzip: the app is built for it into a folder of its own.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';

interface Chunk {
  readonly file: string;
  readonly imports?: readonly string[];
  readonly css?: readonly string[];
}

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'peyvand-bundle-'));
let manifest: Readonly<Record<string, Chunk>>;

beforeAll(() => {
  const { VITEST: _vitest, NODE_ENV: _mode, ...environment } = process.env;
  const vite = join(root, 'node_modules/vite/bin/vite.js');
  const built = spawnSync(
    process.execPath,
    [vite, 'build', '--outDir', folder, '--emptyOutDir', '--logLevel', 'error'],
    {
      cwd: root,
      env: environment,
      encoding: 'utf8',
    },
  );
  expect(built.stderr).not.toContain('error');
  manifest = JSON.parse(readFileSync(join(folder, '.vite/manifest.json'), 'utf8')) as Record<string, Chunk>;
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const size = (file: string) => gzipSync(readFileSync(join(folder, file)), { level: 9 }).length / 1000;

/** The entries' files with all they import statically. */
function files(entries: readonly string[]): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (key: string) => {
    const chunk = manifest[key];
    if (!chunk || found.has(chunk.file)) return;
    found.add(chunk.file);
    for (const file of chunk.css ?? []) found.add(file);
    for (const one of chunk.imports ?? []) visit(one);
  };
  for (const entry of entries) visit(entry);
  return found;
}

/** Every field type but the editors that are loaded when one writes rich text. */
const fieldTypes = () => Object.keys(manifest).filter((key) => key.includes('plugins/') && key.endsWith('browser.ts'));

const route = (...entries: readonly string[]) =>
  [...files(['index.html', ...entries, ...fieldTypes()])].reduce((sum, file) => sum + size(file), 0);

test('the list with every field type stays within 80 kB', () => {
  expect(route('pages/list-page.ts')).toBeLessThan(80);
});

test('the form with every field type stays within 80 kB', () => {
  expect(route('pages/record-page.ts')).toBeLessThan(80);
});

test('nothing that is loaded later is larger than 250 kB', () => {
  for (const { file } of Object.values(manifest))
    if (/\.(js|css)$/.test(file)) expect([file, size(file) < 250]).toEqual([file, true]);
});
