// A partner makes a typed client of a running server's $metadata with odata2ts: it compiles strictly, and what is asked through
// it arrives.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { faultsOf } from '../support/csdl.ts';
import { testServer } from '../support/server.ts';
import { makePerson } from '../support/visitor.ts';

const run = promisify(execFile);
const modules = fileURLToPath(new URL('../../node_modules', import.meta.url));

const TSCONFIG = {
  compilerOptions: {
    target: 'es2022',
    module: 'esnext',
    moduleResolution: 'bundler',
    strict: true,
    skipLibCheck: true,
    noEmit: true,
    types: [],
  },
  include: ['*.ts', 'client/*.ts'],
};

/** What a partner would write; it compiles only where the client knows our names and types. */
const USE = `
import type { ODataHttpClient } from '@odata2ts/http-client-api';
import { MicrosoftDynamicsCrmService } from './client/MicrosoftDynamicsCrmService';
import type { Editableopportunity } from './client/MicrosoftDynamicsCrmModel';
declare const http: ODataHttpClient;
const service = new MicrosoftDynamicsCrmService(http, '/api/data/v9.2');
export async function ask(): Promise<number> {
  const { data } = await service.accounts().query((builder, account) =>
    builder.select('name', 'revenue').filter(account.name.contains('Contoso')).expanding('primarycontactid', (inner) => inner.select('fullname')).top(3));
  const opportunity: Editableopportunity = { name: 'Big' };
  await service.opportunities().create(opportunity);
  const me = await service.WhoAmI();
  const id: string = me.data.UserId;
  return data.value.length + id.length;
}
// @ts-expect-error The entity has no such property.
export const wrong = () => service.accounts().query((builder) => builder.select('nothing'));
`;

test('a client generated from $metadata compiles with the project’s TypeScript', async () => {
  await using server = await testServer();
  const first = await server.request('/api/data/v9.2/$metadata', { headers: { accept: 'application/xml' } });
  expect(first.headers.get('content-type')).toBe('application/xml');
  const text = await first.text();
  expect(faultsOf(text)).toEqual([]);
  const tag = first.headers.get('etag') ?? '';
  const again = await server.request('/api/data/v9.2/$metadata', { headers: { 'if-none-match': tag } });
  expect([again.status, await again.text()]).toEqual([304, '']);
  const annotated = await server.request('/api/data/v9.2/$metadata', {
    headers: { prefer: 'odata.include-annotations="*"', 'if-none-match': tag },
  });
  expect(annotated.headers.get('preference-applied')).toBe('odata.include-annotations="*"');
  expect(await annotated.text()).toContain('Core.Description');

  // The generator takes the square of the entities: the client is made for somebody who sells, of what they may read.
  const seller = await makePerson(server, 'seller@example.com', undefined, ['salesperson']);
  const theirs = await server.request('/api/data/v9.2/$metadata', { headers: { MSCRMCallerID: seller } });
  const narrow = await theirs.text();
  expect(narrow.length).toBeLessThan(text.length);
  expect(faultsOf(narrow)).toEqual([]);
  const folder = mkdtempSync(join(tmpdir(), 'peyvand-client-'));
  try {
    symlinkSync(modules, join(folder, 'node_modules'));
    writeFileSync(join(folder, 'metadata.xml'), narrow);
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(TSCONFIG));
    writeFileSync(join(folder, 'use.ts'), USE);
    const node = (...args: readonly string[]) => run(process.execPath, args, { cwd: folder, maxBuffer: 1e8 });
    const generator = join(modules, '@odata2ts/odata2ts/lib/run-cli.js');
    const { stdout } = await node(generator, '-s', 'metadata.xml', '-o', 'client', '-m', 'all', '-e', 'ts');
    expect(stdout).toContain('Successfully finished!');
    const compiled = await node(join(modules, 'typescript/bin/tsc'), '-p', '.').catch((error: unknown) => error);
    expect((compiled as { stdout: string }).stdout).toBe('');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 120_000);
