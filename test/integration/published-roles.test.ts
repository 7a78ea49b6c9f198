// Roles and field profiles that are published while the server runs: there for people to be given without a restart.
import { expect, test, vi } from 'vitest';
import type { Model } from '../../core/model/model.ts';
import { layerOf } from '../../core/model/read-layer.ts';
import { readPrincipal } from '../../core/security/principals.ts';
import { newcomer } from '../support/newcomer.ts';
import { testServer } from '../support/server.ts';

const BASE = '/api/data/v9.2';

const { layer } = layerOf(
  { id: 'organization', version: '1', kind: 'organization' },
  {
    'roles/new_clerk': { title: 'Clerk', description: 'Keeps accounts.', privileges: { account: 'organization' } },
    'account/entity': {
      overlays: 'base@1.0.0:account/entity',
      properties: {
        new_taxcode: { title: 'Tax code', type: 'string', field: { type: 'text', secured: true } },
      },
    },
    'profiles/new_tax': { title: 'Tax', fields: { account: { new_taxcode: { read: true } } } },
  },
);

test('a role and a field profile published by a running server can be given to a user and a team at once', async () => {
  await using server = await testServer();
  const { organization, database } = server.server;
  await organization.publish(layer);
  const idOf = async (set: string, document: string): Promise<string> => {
    const response = await server.request(`${BASE}/${set}?$filter=document eq '${document}'`);
    const { value } = (await response.json()) as { value: readonly Readonly<Record<string, string>>[] };
    return String(value[0]?.[`${set.slice(0, -1)}id`] ?? '');
  };
  // At once: a role given right after its publish was unknown, as its row was still being made.
  const role = await idOf('roles', 'new_clerk');
  const profile = await idOf('fieldsecurityprofiles', 'new_tax');
  expect([role, profile]).not.toContain('');

  const engine = organization.current();
  const { id: userId, key } = await newcomer(server.server, 'tax');
  const create = async (): Promise<number> => {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const init = { method: 'POST', headers, body: JSON.stringify({ name: 'Nam-zim' }) };
    return (await fetch(`${server.url}${BASE}/accounts`, init)).status;
  };
  const link = (from: string, navigation: string, to: string) =>
    server.request(`${BASE}/${from}/${navigation}/$ref`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ '@odata.id': `${server.url}${BASE}/${to}` }),
    });
  expect(await create()).toBe(403);
  expect((await link(`systemusers(${userId})`, 'systemuserroles_association', `roles(${role})`)).status).toBe(204);
  await vi.waitFor(async () => expect(await create()).toBe(204));

  const model: Model = engine.model;
  const profilesOf = async () => (await readPrincipal(database, engine.schema, model, userId))?.profiles;
  expect(await profilesOf()).toEqual([]);
  const team = await server.request(`${BASE}/teams`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'Tax' }),
  });
  const teamId = /teams\(([^)]+)\)/.exec(team.headers.get('odata-entityid') ?? '')?.[1] ?? '';
  const member = `fieldsecurityprofiles(${profile})`;
  expect((await link(`teams(${teamId})`, 'teamprofiles_association', member)).status).toBe(204);
  expect((await link(`systemusers(${userId})`, 'teammembership_association', `teams(${teamId})`)).status).toBe(204);
  expect(await profilesOf()).toEqual(['new_tax']);
});
