// Packages of plugins as they come from strangers: what is no plain plugin is refused before anything of it is written.
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Header } from 'tar';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { fetchPackage, openPackage, packFolder } from '../../../../core/plugins/package.ts';
import { fleet, folderOf, packed } from '../../../support/fleet-plugin.ts';

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'peyvand-package-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

interface Entry {
  readonly path: string;
  readonly content?: string;
  readonly type?: 'File' | 'SymbolicLink' | 'Link' | 'CharacterDevice';
  readonly link?: string;
}

/** A tarball of these entries, whatever they are. */
function tarball(...entries: readonly Entry[]): Buffer {
  const blocks = entries.flatMap(({ path, content = '', type = 'File', link }) => {
    const size = Buffer.byteLength(content);
    const head = Buffer.alloc(512);
    new Header({ path, size, type, mode: 0o644, ...(link !== undefined && { linkpath: link }) }).encode(head, 0);
    return [head, Buffer.from(content), Buffer.alloc((512 - (size % 512)) % 512)];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}

const card = { path: 'package/plugin.json', content: '{"id": "p", "version": "1.0.0", "title": "P"}' };

test('a package is unpacked once, and has one hash whoever packed it', async () => {
  const bytes = await packed(fleet.first);
  const first = await openPackage(bytes, root);
  expect(first.manifest).toMatchObject({ id: 'fleet', version: '1.0.0' });
  expect(readFileSync(join(first.folder, 'server.ts'), 'utf8')).toBe(fleet.first['server.ts']);
  const source = folderOf(fleet.first);
  symlinkSync('/etc/passwd', join(source.folder, 'passwords.json'));
  writeFileSync(join(source.folder, '.env'), 'SECRET=1');
  const again = await openPackage(await packFolder(source.folder), root);
  source.remove();
  expect([again.hash, again.folder]).toEqual([first.hash, first.folder]);
  expect(readdirSync(first.folder)).not.toContain('passwords.json');
});

test.each([
  ['a path outside', [card, { path: 'package/../../evil.ts', content: 'x' }]],
  ['an absolute path', [card, { path: '/tmp/evil.ts', content: 'x' }]],
  ['a path of another system', [card, { path: 'package/..\\evil.ts', content: 'x' }]],
  ['a symbolic link', [card, { path: 'package/link', type: 'SymbolicLink', link: '/etc/passwd' }]],
  ['a hard link', [card, { path: 'package/link', type: 'Link', link: 'package/plugin.json' }]],
  ['a device', [card, { path: 'package/device', type: 'CharacterDevice' }]],
  ['two files of one name', [card, { path: 'package/Plugin.json', content: '{}' }]],
  ['no plugin', [{ path: 'package/index.js', content: 'x' }]],
] as const satisfies readonly (readonly [string, readonly Entry[]])[])(
  'a package with %s is refused, and nothing is written',
  async (_name, entries) => {
    const before = readdirSync(root);
    await expect(openPackage(tarball(...entries), root)).rejects.toMatchObject({ code: 'PACKAGE_INVALID' });
    expect(readdirSync(root)).toEqual(before);
    expect(existsSync('/tmp/evil.ts')).toBe(false);
  },
);

test('a package that unpacks to too much, or to too many files, is refused; so are bytes that are none', async () => {
  const zeros = gzipSync(Buffer.alloc(65 * 2 ** 20), { level: 1 });
  await expect(openPackage(zeros, root)).rejects.toMatchObject({ code: 'PACKAGE_TOO_LARGE' });
  const many = Array.from({ length: 4_001 }, (_, index) => ({ path: `package/f${index}`, content: 'x' }));
  await expect(openPackage(tarball(card, ...many), root)).rejects.toMatchObject({ code: 'PACKAGE_TOO_LARGE' });
  // A bomb in a bomb: the tarball's reader unpacks by itself what it finds packed.
  for (const twice of [gzipSync(gzipSync(Buffer.alloc(4_096))), Buffer.from('28b52ffd00000000', 'hex')])
    await expect(openPackage(twice, root)).rejects.toMatchObject({ code: 'PACKAGE_INVALID' });
  await expect(openPackage(Buffer.from([0x1f, 0x8b, 1, 2, 3]), root)).rejects.toMatchObject({
    code: 'PACKAGE_INVALID',
  });
});

test('what is no name of the registry never reaches npm', async () => {
  for (const name of ['--globalconfig=x', 'git+ssh://host/x', 'file:../x', './x', 'a b', 'x@http://host', '@/x', '']) {
    await expect(fetchPackage(name)).rejects.toMatchObject({ code: 'PACKAGE_NAME' });
  }
});

test('a package of a registry comes by its name, and not with other bytes than the registry vouches for', async () => {
  const bytes = await packed({ ...fleet.first, 'package.json': { name: 'fleet', version: '1.0.0' } });
  const integrity = `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
  const registry = createServer((request, response) => {
    const name = request.url?.split('/')[1] ?? '';
    if (request.url?.endsWith('.tgz')) return void response.end(name === 'forged' ? tarball(card) : bytes);
    if (name === 'missing') return void response.writeHead(404).end('{}');
    const dist = { tarball: `http://127.0.0.1:${port}/${name}/-/${name}-1.0.0.tgz`, integrity };
    const version = { name, version: '1.0.0', scripts: { postinstall: 'touch /tmp/evil.ts' }, dist };
    response.end(JSON.stringify({ name, 'dist-tags': { latest: '1.0.0' }, versions: { '1.0.0': version } }));
  }).listen(0, '127.0.0.1');
  await once(registry, 'listening');
  const { port } = registry.address() as AddressInfo;
  vi.stubEnv('npm_config_registry', `http://127.0.0.1:${port}/`);
  vi.stubEnv('npm_config_cache', join(root, '.npm'));
  vi.stubEnv('npm_config_fetch_retries', '0');
  try {
    const told = await Promise.allSettled(['npm:fleet@1.0.0', 'forged', 'missing'].map(fetchPackage));
    const failed = (words: string): object => ({
      status: 'rejected',
      reason: expect.objectContaining({ code: 'PACKAGE_NOT_FETCHED', message: expect.stringContaining(words) }),
    });
    expect(told).toEqual([
      { status: 'fulfilled', value: bytes },
      failed('integrity checksum failed'),
      failed('404 Not Found'),
    ]);
    expect(existsSync('/tmp/evil.ts')).toBe(false);
    expect((await openPackage(bytes, root)).manifest.id).toBe('fleet');
  } finally {
    vi.unstubAllEnvs();
    registry.close();
    registry.closeAllConnections();
  }
});
