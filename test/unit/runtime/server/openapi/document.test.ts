import { createConfig, lintFromString } from '@redocly/openapi-core';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Principal } from '../../../../../core/security/principal.ts';
import { adminRoutes } from '../../../../../runtime/server/admin/routes.ts';
import { authRoutes } from '../../../../../runtime/server/auth/routes.ts';
import { shippedOperations } from '../../../../../runtime/server/data/operations/shipped.ts';
import { jobRoutes } from '../../../../../runtime/server/jobs/routes.ts';
import { pluginRoutes } from '../../../../../runtime/server/plugins/routes.ts';
import { openApiDocument } from '../../../../../runtime/server/openapi/document.ts';
import { modelOf } from '../../../../support/model.ts';

type Paths = Readonly<Record<string, Readonly<Record<string, { readonly requestBody?: object }>>>>;

const model = await modelOf({
  'roles/reader': { title: 'Reader', privileges: { account: { read: 'organization' } } },
});
const principal = (...roles: readonly string[]): Principal => ({
  userId: '00000000-0000-7000-8000-000000000001',
  businessUnitId: '00000000-0000-7000-8000-000000000002',
  teamIds: [],
  roles,
  timeZone: 'UTC',
  language: 'en',
  calendar: 'gregory',
});
const documentFor = (...roles: readonly string[]) => openApiDocument(model, principal(...roles), shippedOperations);
const pathsFor = (...roles: readonly string[]): Paths => documentFor(...roles)['paths'] as Paths;
const administrator = 'system-administrator';

test.each([
  ['an administrator', [administrator]],
  ['a basic user', ['basic-user']],
  ['somebody who only reads accounts', ['reader']],
  ['somebody who may nothing', []],
])('the description for %s has nothing to complain of by Redocly’s recommended rules', async (_who, roles) => {
  const config = await createConfig({
    extends: ['recommended'],
    rules: {
      // OData's own grammar puts properties, navigation and functions in one place; a function's name has dots, theirs have none.
      'no-ambiguous-paths': 'off',
    },
  });
  const problems = await lintFromString({ source: JSON.stringify(documentFor(...roles)), config });
  const complaints = problems.filter(
    // Two addresses of signing in only ever lead on.
    ({ ruleId, location }) =>
      ruleId !== 'operation-2xx-response' || !/sign-in~1provider|auth~1callback/.test(location[0]?.pointer ?? ''),
  );
  expect(
    complaints.map(({ ruleId, message, location }) => `${ruleId}: ${message} ${location[0]?.pointer ?? ''}`),
  ).toEqual([]);
});

test('every address of the server is in it, so that a new one is described', () => {
  const described = new Set(
    Object.entries(pathsFor(administrator)).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
    ),
  );
  const template = (path: string): string => path.replace(/:(\w+)/g, '{$1}');
  const tables = [authRoutes, adminRoutes, jobRoutes, pluginRoutes].flatMap((routes) =>
    Object.entries(routes).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${template(path)}`),
    ),
  );
  const source = readFileSync(new URL('../../../../../runtime/server/app.ts', import.meta.url), 'utf8');
  const single = [...source.matchAll(/app\.(get|post|put|patch|delete)\(\s*'([^']+)'/g)].map(
    ([, method = '', path = '']) => `${method.toUpperCase()} ${template(path)}`,
  );
  expect(single.length).toBeGreaterThan(20);
  expect([...tables, ...single].filter((one) => !described.has(one))).toEqual([]);
});

test('rows, functions, actions, batches and definitions are in it for who may', () => {
  const paths = pathsFor(administrator);
  const root = '/api/data/v9.2';
  expect(Object.keys(paths[`${root}/accounts`] ?? {})).toEqual(['get', 'post']);
  expect(Object.keys(paths[`${root}/accounts({id})`] ?? {})).toEqual(['get', 'patch', 'delete']);
  expect(paths[`${root}/accounts`]?.['post']?.requestBody).toMatchObject({
    content: { 'application/json': { example: { name: 'New account' } } },
  });
  expect(paths).toHaveProperty([`${root}/WhoAmI()`, 'get']);
  expect(paths).toHaveProperty([`${root}/Merge`, 'post']);
  expect(paths).toHaveProperty([`${root}/{set}/Microsoft.Dynamics.CRM.CreateMultiple`, 'post']);
  expect(paths).toHaveProperty([`${root}/$batch`, 'post']);
  expect(Object.keys(paths[`${root}/EntityDefinitions({key})`] ?? {})).toEqual(['get', 'put', 'delete']);
});

test('what the caller may not do is not in it', () => {
  const paths = pathsFor('reader');
  expect(Object.keys(paths['/api/data/v9.2/accounts'] ?? {})).toEqual(['get']);
  expect(paths).not.toHaveProperty(['/api/data/v9.2/contacts']);
  expect(paths).not.toHaveProperty(['/api/admin/users']);
  expect(paths).not.toHaveProperty(['/api/audit/search']);
  expect(paths).not.toHaveProperty(['/api/data/v9.2/PublishAllXml']);
  expect(Object.keys(paths['/api/data/v9.2/EntityDefinitions'] ?? {})).toEqual(['get']);
});
