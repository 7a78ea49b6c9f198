// Administration over real HTTP: roles and field profiles as documents in the organization's layer, the directory of people,
// and everything somebody might try who manages users without being an administrator.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROOT_UNIT_ID } from '../../core/security/system-principal.ts';
import { newcomer } from '../support/newcomer.ts';
import { pluginFolder, type PluginFolder } from '../support/plugin-folder.ts';
import { ADMIN_EMAIL, testServer, type InProcessServer } from '../support/server.ts';

const PLUGIN = {
  'plugin.json': {
    id: 'vendor',
    version: '1.0.0',
    title: 'Vendor',
    engine: '^0.1.0',
    requires: { standard: '^0.1.0' },
  },
  'roles/seller.json': {
    title: 'Seller',
    privileges: { account: { read: 'organization', write: 'unit', delete: 'own' }, contact: 'organization' },
    deny: [{ id: 'no-vip', entity: 'account', privileges: ['delete'], when: "name = 'VIP'" }],
    rights: ['import'],
  },
  'roles/people.json': {
    title: 'Manager of people',
    privileges: {
      systemuser: 'organization',
      role: 'organization',
      team: 'organization',
      businessunit: 'organization',
      account: { read: 'organization' },
    },
    rights: ['manage-users'],
  },
};

let server: InProcessServer;
let plugin: PluginFolder;
const people = new Map<string, { readonly id: string; readonly key: string }>();

async function enters(name: string, given: readonly string[]): Promise<void> {
  people.set(name, await newcomer(server.server, name, given));
}

beforeAll(async () => {
  plugin = pluginFolder(PLUGIN);
  server = await testServer({ PEYVAND_PLUGINS: plugin.folder });
  await enters('people', ['people']);
  await enters('plain', ['seller']);
});
afterAll(async () => {
  await server?.stop();
  plugin?.remove();
});

type Body = Readonly<Record<string, unknown>>;

interface Said {
  readonly status: number;
  readonly body: Body;
  readonly code: string | undefined;
  readonly etag: string;
}

async function ask(
  who: string,
  method: string,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Said> {
  const key = people.get(who)?.key;
  const response = await server.request(path, {
    method,
    headers: {
      'content-type': 'application/json',
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const parsed = (text === '' ? {} : JSON.parse(text)) as Body;
  const code = (parsed['error'] as { code?: string } | undefined)?.code;
  return { status: response.status, body: parsed, code, etag: response.headers.get('etag') ?? '' };
}

const administrator = 'administrator';
const roleOf = (id: string, who = administrator): Promise<Said> => ask(who, 'GET', `/api/admin/roles/${id}`);

async function save(id: string, document: unknown, who = administrator, etag?: string): Promise<Said> {
  const match = etag ?? (await roleOf(id)).etag;
  const headers: Record<string, string> = match === '' ? { 'if-none-match': '*' } : { 'if-match': match };
  return ask(who, 'PUT', `/api/admin/roles/${id}`, { document }, headers);
}

const details = (said: Said): readonly { readonly target: string; readonly message: string }[] =>
  (said.body['error'] as { details?: readonly { target: string; message: string }[] } | undefined)?.details ?? [];

describe('a role', () => {
  test('of a plugin is changed by an overlay of what differs, acts at once, and is brought back', async () => {
    const before = await roleOf('seller');
    expect(before.body).toMatchObject({ id: 'seller', layer: 'vendor', overlaid: false, title: 'Seller' });
    expect((await ask(administrator, 'POST', '/api/data/v9.2/accounts', { name: 'Seen' })).status).toBe(204);
    const accounts = async () => {
      const { status, body } = await ask('plain', 'GET', '/api/data/v9.2/accounts');
      return status === 200 ? (body['value'] as unknown[]).length : status;
    };
    expect(await accounts()).toBe(1);
    const document = {
      title: 'Seller',
      privileges: {
        account: { read: 'none', write: 'unit-and-below' },
        contact: { read: 'own' },
        task: 'organization',
      },
      rights: ['audit'],
    };
    const saved = await save('seller', document);
    expect(saved.status).toBe(200);
    expect(saved.body).toMatchObject({ overlaid: true, layer: 'vendor', holders: { userCount: 1 } });
    const now = saved.body['document'] as typeof document & { deny?: unknown[] };
    expect(now.privileges.account).toEqual({ read: 'none', write: 'unit-and-below', delete: 'none' });
    expect(now.privileges.contact).toEqual({ read: 'own' });
    expect(now.rights).toEqual(['audit']);
    expect(now.deny ?? []).toEqual([]);
    // Only what differs stands in the organization's layer.
    const own = server.server.organization.layer().documents.get('roles/seller')?.body;
    expect(own).toMatchObject({ overlays: 'vendor@1.0.0:roles/seller' });
    expect(own).not.toHaveProperty('title');
    expect(await accounts()).toBe(403);

    const back = await ask(administrator, 'DELETE', '/api/admin/roles/seller/overlay', undefined, {
      'if-match': saved.etag,
    });
    expect(back.status).toBe(200);
    expect(back.body['document']).toEqual(before.body['document']);
    expect(server.server.organization.layer().documents.has('roles/seller')).toBe(false);
    expect(await accounts()).toBe(1);
  });

  test('saying what is below again leaves no overlay', async () => {
    const { body } = await roleOf('seller');
    expect((await save('seller', body['document'])).status).toBe(200);
    expect(server.server.organization.layer().documents.has('roles/seller')).toBe(false);
  });

  test('a deny rule that loses its condition is replaced, one that is taken out is gone', async () => {
    const { body } = await roleOf('seller');
    const document = body['document'] as Body;
    const wider = [{ id: 'no-vip', entity: 'account', privileges: ['delete'] }];
    const saved = await save('seller', { ...document, deny: wider });
    expect((saved.body['document'] as { deny: unknown[] }).deny).toEqual([
      { id: 'no-vip-own', entity: 'account', privileges: ['delete'] },
    ]);
    await ask(administrator, 'DELETE', '/api/admin/roles/seller/overlay', undefined, { 'if-match': saved.etag });
  });

  test('of one’s own is made, named, held, and deleted when nobody holds it', async () => {
    const made = await save('helper', { title: 'Helper', privileges: { account: { read: 'own' } } }, administrator, '');
    expect(made.status).toBe(200);
    expect(made.body).toMatchObject({ layer: 'organization', overlaid: false });
    const row = String(made.body['row']);
    const link = { '@odata.id': `${server.url}/api/data/v9.2/roles(${row})` };
    const plain = people.get('plain')?.id;
    const given = await ask(
      administrator,
      'POST',
      `/api/data/v9.2/systemusers(${plain})/systemuserroles_association/$ref`,
      link,
    );
    expect(given.status).toBe(204);
    const renamed = await save('helper', { title: 'Aide', privileges: { account: { read: 'own' } } });
    expect(renamed.status).toBe(200);
    const list = await ask(administrator, 'GET', '/api/admin/roles');
    expect(list.body['roles']).toContainEqual(
      expect.objectContaining({ id: 'helper', title: 'Aide', users: 1, teams: 0, layer: 'organization' }),
    );
    expect((await ask(administrator, 'DELETE', '/api/admin/roles/helper')).code).toBe('DOCUMENT_HELD');
    await ask(administrator, 'DELETE', `/api/data/v9.2/systemusers(${plain})/systemuserroles_association(${row})/$ref`);
    expect((await ask(administrator, 'DELETE', '/api/admin/roles/helper')).status).toBe(204);
    expect((await roleOf('helper')).status).toBe(404);
    expect((await ask(administrator, 'GET', `/api/data/v9.2/roles(${row})`)).status).toBe(404);
  });

  test('of a plugin is not deleted', async () => {
    expect((await ask(administrator, 'DELETE', '/api/admin/roles/seller')).code).toBe('DOCUMENT_BELOW');
  });

  test('two administrators do not overwrite each other: the second is given both', async () => {
    const made = await save('shared', { title: 'Shared', privileges: {} }, administrator, '');
    const first = await save('shared', { title: 'First', privileges: {} }, administrator, made.etag);
    expect(first.status).toBe(200);
    const second = await save('shared', { title: 'Second', privileges: {} }, administrator, made.etag);
    expect(second.status).toBe(409);
    expect(second.body['error']).toMatchObject({
      code: 'DOCUMENT_CHANGED',
      '@peyvand.data': { current: { title: 'First' }, yours: { title: 'Second' } },
    });
    // At the same moment, too.
    const both = await Promise.all([
      save('shared', { title: 'A', privileges: {} }, administrator, first.etag),
      save('shared', { title: 'B', privileges: {} }, administrator, first.etag),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
    // And nobody makes it a second time.
    expect((await save('shared', { title: 'C', privileges: {} }, administrator, '')).code).toBe('DOCUMENT_CHANGED');
  });

  test('with mistakes is refused with all of them, by where they are', async () => {
    const said = await save('broken', {
      title: 'Broken',
      privileges: {
        acount: { read: 'own' },
        businessunit: { read: 'unit' },
        account: { read: { depth: 'own', when: 'nosuchfield = 1' } },
      },
      deny: [{ id: 'x', entity: 'nothing' }],
    });
    expect(said.code).toBe('DOCUMENT_INVALID');
    expect(details(said).map(({ target }) => target)).toEqual(
      expect.arrayContaining(['/privileges/acount', '/privileges/businessunit/read', '/privileges/account/read/when']),
    );
    expect((await roleOf('broken')).status).toBe(404);
    const tried = await ask(administrator, 'POST', '/api/admin/roles/broken/try', {
      document: { title: 'x', privileges: { account: { read: { depth: 'own', when: '1 +' } } } },
    });
    expect(tried.body['problems']).toHaveLength(1);
  });

  test.each([
    ['no body', 'PUT', '/api/admin/roles/shared', '', 400],
    ['an unknown id', 'PUT', '/api/admin/roles/Not%20an%20id', { document: { title: 'x', privileges: {} } }, 400],
    ['a document that is none', 'PUT', '/api/admin/roles/shared', { document: [] }, 400],
    ['more than a document', 'PUT', '/api/admin/roles/shared', { document: {}, more: 1 }, 400],
    ['a broken escape', 'GET', '/api/admin/roles/%E0%A4%A', undefined, 400],
    ['a method that is none', 'PATCH', '/api/admin/roles/shared', {}, 405],
    ['a role that is none', 'GET', '/api/admin/roles/nobody', undefined, 404],
    ['a prototype', 'GET', '/api/admin/roles/__proto__', undefined, 404],
    ['a user that is none', 'GET', `/api/admin/users/${ROOT_UNIT_ID}`, undefined, 404],
    ['a user id that is none', 'GET', '/api/admin/users/x', undefined, 400],
    ['a page that is none', 'GET', '/api/admin/users?top=-1', undefined, 400],
    ['a unit that is none', 'GET', '/api/admin/users?unit=x', undefined, 400],
    ['a zero byte', 'GET', '/api/admin/users?search=%00&role=%00', undefined, 200],
    ['an entity that is none', 'GET', '/api/admin/entities/nothing/fields', undefined, 404],
  ])('%s is answered in words', async (_what, method, path, body, status) => {
    const headers: Record<string, string> = method === 'PUT' ? { 'if-none-match': '*' } : {};
    const said = await ask(administrator, method, path, body, headers);
    expect(said.status).toBe(status);
  });

  test('without saying which state was changed nothing is saved', async () => {
    const said = await ask(administrator, 'PUT', '/api/admin/roles/shared', {
      document: { title: 'x', privileges: {} },
    });
    expect(said.status).toBe(428);
  });
});

describe('an attacker', () => {
  test('without the right reaches none of it', async () => {
    const paths = ['users', 'teams', 'units', 'sessions', 'entities', 'roles', 'roles/seller', 'profiles', 'keys'];
    for (const path of paths) {
      expect((await ask('plain', 'GET', `/api/admin/${path}`)).code).toBe('RIGHT_MISSING');
      const nobody = await fetch(`${server.url}/api/admin/${path}`);
      expect(nobody.status).toBe(401);
    }
    expect((await save('seller', { title: 'x', privileges: { '*': 'organization' } }, 'plain')).code).toBe(
      'RIGHT_MISSING',
    );
  });

  test('changes the administrators’ role never, not even as one', async () => {
    const { etag } = await roleOf('system-administrator');
    const said = await save('system-administrator', { title: 'x', privileges: {} }, administrator, etag);
    expect(said.code).toBe('ROLE_PROTECTED');
    expect((await ask(administrator, 'DELETE', '/api/admin/roles/system-administrator')).code).toBe('ROLE_PROTECTED');
  });

  test('who manages users makes no role that may more than they do, and changes none they hold', async () => {
    const attempts: readonly (readonly [string, unknown, string])[] = [
      ['mine', { title: 'x', privileges: { '*': 'organization' } }, 'RIGHTS_EXCEEDED'],
      ['mine', { title: 'x', privileges: { account: { write: 'own' } } }, 'RIGHTS_EXCEEDED'],
      ['mine', { title: 'x', privileges: {}, rights: ['*'] }, 'RIGHTS_EXCEEDED'],
      ['mine', { title: 'x', privileges: {}, rights: ['publish'] }, 'RIGHTS_EXCEEDED'],
      ['people', { title: 'x', privileges: { account: { read: 'organization' } } }, 'OWN_RIGHTS'],
      ['seller', { title: 'x', privileges: {} }, 'RIGHTS_EXCEEDED'],
    ];
    for (const [id, document, code] of attempts) {
      const etag = id === 'mine' ? '' : (await roleOf(id)).etag;
      expect((await save(id, document, 'people', etag)).code).toBe(code);
    }
    const own = await save(
      'readers',
      { title: 'Readers', privileges: { account: { read: 'unit' } }, rights: ['manage-users'] },
      'people',
      '',
    );
    expect(own.status).toBe(200);
  });

  test('who manages users takes no deny back', async () => {
    const role = { title: 'Narrow', privileges: { account: { read: 'organization' } } };
    const made = await save('narrow', { ...role, deny: [{ id: 'none', entity: 'contact' }] }, administrator, '');
    expect((await save('narrow', role, 'people', made.etag)).code).toBe('DENY_KEPT');
  });

  test('who manages users gets no password link of an administrator', async () => {
    const list = await ask(administrator, 'GET', `/api/admin/users?search=${encodeURIComponent(ADMIN_EMAIL)}`);
    const id = (list.body['users'] as readonly { id: string }[])[0]?.id;
    const said = await ask('people', 'POST', `/api/admin/users/${id}/invitation`, {});
    expect(said.status).toBe(403);
    expect((await ask('people', 'POST', `/api/admin/users/${id}/disable-second-factor`, {})).status).toBe(403);
  });

  test('who manages users gets no password link of anybody who may what they may not', async () => {
    const said = await ask('people', 'POST', `/api/admin/users/${people.get('plain')?.id}/invitation`, {});
    expect(said.code).toBe('RIGHTS_EXCEEDED');
  });

  test('who manages users makes a user, with no role beyond their own', async () => {
    const user = { firstName: 'New', lastName: 'Person', unitId: ROOT_UNIT_ID };
    const refused = await ask('people', 'POST', '/api/admin/users', {
      ...user,
      email: 'boss@example.com',
      roles: ['system-administrator'],
    });
    expect(refused.code).toBe('RIGHTS_EXCEEDED');
    // Nothing of the refused one is left.
    const found = await ask(administrator, 'GET', '/api/admin/users?show=all&search=boss');
    expect(found.body['total']).toBe(0);
    expect((await ask('people', 'POST', '/api/admin/users', { ...user, email: 'a@example.com' })).status).toBe(201);
  });

  test('a page of another site changes nothing with somebody’s session', async () => {
    const signedIn = await fetch(`${server.url}/api/auth/sign-in/email`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: server.url },
      body: JSON.stringify({ email: ADMIN_EMAIL, password: 'correct horse battery' }),
    });
    const cookie = signedIn.headers
      .getSetCookie()
      .map((one) => one.split(';')[0])
      .join('; ');
    const said = await fetch(`${server.url}/api/admin/roles/seller`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json', origin: 'https://evil.example', cookie, 'if-none-match': '*' },
      body: JSON.stringify({ document: { title: 'x', privileges: {} } }),
    });
    expect(said.status).toBe(403);
  });
});

describe('people', () => {
  test('are found by parts of name and address, whatever way the letters are written', async () => {
    const unit = await ask(administrator, 'POST', '/api/admin/users', {
      firstName: 'علي',
      lastName: 'کاوه',
      email: 'ali@example.com',
      unitId: ROOT_UNIT_ID,
      language: 'fa',
      roles: ['seller'],
    });
    expect(unit.status).toBe(201);
    for (const search of ['علی كاوه', 'ALI@', 'كاو']) {
      const { body } = await ask(administrator, 'GET', `/api/admin/users?search=${encodeURIComponent(search)}`);
      expect(body['users']).toEqual([
        expect.objectContaining({
          email: 'ali@example.com',
          language: 'fa',
          canSignIn: false,
          disabled: false,
          secondFactor: false,
          roles: [expect.objectContaining({ document: 'seller', name: 'Seller' })],
          unit: expect.objectContaining({ id: ROOT_UNIT_ID }),
        }),
      ]);
    }
    expect((await ask(administrator, 'GET', '/api/admin/users?search=%25')).body['total']).toBe(0);
    const holders = await ask(administrator, 'GET', '/api/admin/users?role=seller&top=1');
    expect(holders.body['total']).toBe(2);
    expect(holders.body['users']).toHaveLength(1);
  });

  test('every mistake of a new user is told at once', async () => {
    const said = await ask(administrator, 'POST', '/api/admin/users', {
      email: 'x',
      unitId: 'y',
      language: '?',
      roles: 'z',
      more: 1,
    });
    expect(
      details(said)
        .map(({ target }) => target)
        .sort(),
    ).toEqual(['email', 'language', 'lastName', 'more', 'roles', 'unitId'].sort());
    const unknown = await ask(administrator, 'POST', '/api/admin/users', {
      lastName: 'x',
      email: 'unknown-role@example.com',
      unitId: ROOT_UNIT_ID,
      roles: ['nothing'],
    });
    expect(unknown.code).toBe('ROLE_UNKNOWN');
  });

  test('what somebody may is told with the roles and teams it comes from', async () => {
    const { body } = await ask(administrator, 'GET', `/api/admin/users/${people.get('plain')?.id}/rights`);
    expect(body).toMatchObject({
      administrator: false,
      rights: { import: ['seller'] },
      entities: {
        account: {
          read: { depth: 'organization', sources: [{ role: 'seller', depth: 'organization' }] },
          delete: { depth: 'own', denies: [{ role: 'seller', id: 'no-vip' }] },
        },
      },
    });
  });

  test('teams, units, open sessions and entities are listed', async () => {
    const { body: units } = await ask(administrator, 'GET', '/api/admin/units');
    expect(units['units']).toContainEqual(expect.objectContaining({ id: ROOT_UNIT_ID, root: true, parentId: null }));
    expect((await ask(administrator, 'GET', '/api/admin/teams')).body['teams']).toEqual(expect.any(Array));
    const { body: sessions } = await ask(administrator, 'GET', '/api/admin/sessions');
    expect(sessions['sessions']).toContainEqual(expect.objectContaining({ email: ADMIN_EMAIL }));
    const { body } = await ask(administrator, 'GET', '/api/admin/entities?language=fa');
    expect(body['entities']).toContainEqual(
      expect.objectContaining({ name: 'businessunit', ownership: 'organization', layer: 'base' }),
    );
  });

  test('one’s own rights come with who one is', async () => {
    expect((await ask('people', 'GET', '/api/me')).body['rights']).toEqual(['manage-users']);
    expect((await ask('plain', 'GET', '/api/me')).body['rights']).toEqual(['import']);
    expect((await ask(administrator, 'GET', '/api/me')).body['rights']).toEqual(['*']);
  });
});

describe('a field profile', () => {
  const profile = (document: unknown, etag = ''): Promise<Said> =>
    ask(
      administrator,
      'PUT',
      '/api/admin/profiles/credit',
      { document },
      etag === '' ? { 'if-none-match': '*' } : { 'if-match': etag },
    );

  test('secures a field, grants it, and lets it go again', async () => {
    const grants = { title: 'Credit', fields: { account: { creditlimit: { read: true } } } };
    // Everybody has what is not secured: nothing to grant.
    expect((await profile(grants)).code).toBe('DOCUMENT_INVALID');
    const field = '/api/admin/entities/account/fields/creditlimit';
    expect((await ask('people', 'PUT', field, { secured: true })).code).toBe('RIGHT_MISSING');
    expect((await ask(administrator, 'PUT', field, { secured: true })).status).toBe(204);
    const { body } = await ask(administrator, 'GET', '/api/admin/entities/account/fields');
    expect(body['fields']).toContainEqual(expect.objectContaining({ name: 'creditlimit', secured: true }));
    const made = await profile(grants);
    expect(made.status).toBe(200);
    expect((await ask(administrator, 'PUT', field, { secured: false })).code).toBe('DOCUMENT_INVALID');
    const list = await ask(administrator, 'GET', '/api/admin/profiles');
    expect(list.body['profiles']).toEqual([expect.objectContaining({ id: 'credit', fields: 1, users: 0 })]);
    expect((await ask(administrator, 'DELETE', '/api/admin/profiles/credit')).status).toBe(204);
    expect((await ask(administrator, 'PUT', field, { secured: false })).status).toBe(204);
  });

  test('a field that cannot be hidden is not secured, in words', async () => {
    const said = await ask(administrator, 'PUT', '/api/admin/entities/account/fields/name', { secured: true });
    expect(said.code).toBe('DOCUMENT_INVALID');
    expect(details(said)[0]?.message).toContain('cannot be secured');
    expect(
      (await ask(administrator, 'PUT', '/api/admin/entities/account/fields/nothing', { secured: true })).status,
    ).toBe(404);
    expect((await ask(administrator, 'PUT', '/api/admin/entities/account/fields/name', { secured: 1 })).status).toBe(
      400,
    );
  });
});
