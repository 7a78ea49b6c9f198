// Attempts to get more rights than one was given, through the ordinary API: each is refused, and what is allowed still works.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROOT_UNIT_ID } from '../../../core/security/system-principal.ts';
import { newcomer } from '../../support/newcomer.ts';
import { pluginFolder, type PluginFolder } from '../../support/plugin-folder.ts';
import { ADMIN_EMAIL, testServer, type InProcessServer } from '../../support/server.ts';

const BASE = '/api/data/v9.2';

/** Everything on users, teams, roles and units that a role can grant: the door that must stay shut. */
const PEOPLE = Object.fromEntries(
  ['systemuser', 'team', 'role', 'businessunit'].map((entity) => [entity, 'organization']),
);
const PLUGIN = {
  'plugin.json': {
    id: 'attackers',
    version: '1.0.0',
    title: 'Attackers',
    engine: '^0.1.0',
    requires: { standard: '^0.1.0' },
  },
  'roles/writer.json': { title: 'Writer of people', privileges: PEOPLE },
  'roles/people.json': {
    title: 'Manager of people',
    privileges: { ...PEOPLE, account: { read: 'organization', write: 'unit' } },
    rights: ['manage-users'],
  },
  'roles/reader.json': { title: 'Reader', privileges: { account: { read: 'organization' } } },
  'roles/unit-writer.json': { title: 'Writer in the unit', privileges: { account: { write: 'unit' } } },
  'roles/deleter.json': { title: 'Deleter', privileges: { account: { delete: 'own' } } },
  'roles/everything.json': { title: 'Everything', privileges: { '*': { read: 'organization' } } },
  'roles/publisher.json': { title: 'Publisher', privileges: {}, rights: ['publish'] },
};

let server: InProcessServer;
let plugin: PluginFolder;
const people = new Map<string, { readonly id: string; readonly key: string }>();
const roles = new Map<string, string>();

async function enters(name: string, given: readonly string[]): Promise<void> {
  people.set(name, await newcomer(server.server, name, given));
}

beforeAll(async () => {
  plugin = pluginFolder(PLUGIN);
  server = await testServer({ PEYVAND_PLUGINS: plugin.folder });
  await enters('writer', ['writer']);
  await enters('people', ['people']);
  await enters('plain', []);
  await enters('powerful', ['everything']);
  const listed = (await (await server.request(`${BASE}/roles?$select=roleid,document`)).json()) as {
    value: { roleid: string; document: string }[];
  };
  for (const { roleid, document } of listed.value) roles.set(document, roleid);
});
afterAll(async () => {
  await server?.stop();
  plugin?.remove();
});

const idOf = (name: string): string => people.get(name)?.id ?? '';
const roleId = (name: string): string => roles.get(name) ?? '';

interface Said {
  readonly status: number;
  readonly code: string | undefined;
  readonly text: string;
  readonly id: string;
}

/** `who` is a person's name, or `administrator`. */
async function does(who: string, method: string, path: string, body?: unknown): Promise<Said> {
  const key = people.get(who)?.key;
  const response = await server.request(`${BASE}/${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...(key !== undefined && { authorization: `Bearer ${key}` }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const code = text === '' ? undefined : (JSON.parse(text) as { error?: { code?: string } }).error?.code;
  const id = /\(([^)]+)\)$/.exec(response.headers.get('odata-entityid') ?? '')?.[1] ?? '';
  return { status: response.status, code, text, id };
}

const link = (set: string, id: string) => ({ '@odata.id': `${server.url}${BASE}/${set}(${id})` });
const give = (who: string, user: string, role: string): Promise<Said> =>
  does(who, 'POST', `systemusers(${idOf(user)})/systemuserroles_association/$ref`, link('roles', roleId(role)));
const take = (who: string, user: string, role: string): Promise<Said> =>
  does(who, 'DELETE', `systemusers(${idOf(user)})/systemuserroles_association(${roleId(role)})/$ref`);

describe('who may write users, teams and roles, but not manage them', () => {
  test.each([
    ['gives themselves the administrators’ role', () => give('writer', 'writer', 'system-administrator')],
    ['gives somebody a harmless role', () => give('writer', 'plain', 'reader')],
    [
      'gives it from the role’s side',
      () =>
        does(
          'writer',
          'POST',
          `roles(${roleId('system-administrator')})/systemuserroles_association/$ref`,
          link('systemusers', idOf('writer')),
        ),
    ],
    [
      'points a harmless role row at the administrators’ document',
      () => does('writer', 'PATCH', `roles(${roleId('reader')})`, { document: 'system-administrator' }),
    ],
    [
      'makes a second row for the administrators’ document',
      () => does('writer', 'POST', 'roles', { name: 'x', document: 'system-administrator' }),
    ],
    [
      'becomes somebody’s manager',
      () => does('writer', 'PATCH', `systemusers(${idOf('powerful')})`, manager('writer')),
    ],
    [
      'sends an administrator’s password mail to themselves',
      async () =>
        does('writer', 'PATCH', `systemusers(${await administratorId()})`, {
          internalemailaddress: 'attacker@example.com',
        }),
    ],
    ['disables somebody', () => does('writer', 'PATCH', `systemusers(${idOf('powerful')})`, { isdisabled: true })],
    ['deletes somebody', () => does('writer', 'DELETE', `systemusers(${idOf('powerful')})`)],
    ['deletes a role', () => does('writer', 'DELETE', `roles(${roleId('reader')})`)],
    [
      'moves a unit',
      async () => {
        const unit = await does('administrator', 'POST', 'businessunits', { name: `unit ${crypto.randomUUID()}` });
        return does('writer', 'PATCH', `businessunits(${unit.id})`, {
          'parentbusinessunitid@odata.bind': `/businessunits(${ROOT_UNIT_ID})`,
        });
      },
    ],
  ])('%s: refused', async (_what, attempt) => {
    const { status, code } = await attempt();
    expect({ status, code }).toEqual({ status: 403, code: 'RIGHT_MISSING' });
  });

  test('joins a team that holds a role: refused', async () => {
    const team = await teamWith('system-administrator');
    const said = await does(
      'writer',
      'POST',
      `systemusers(${idOf('writer')})/teammembership_association/$ref`,
      link('teams', team),
    );
    expect(said.code).toBe('RIGHT_MISSING');
    expect((await does('writer', 'DELETE', `teams(${team})`)).code).toBe('RIGHT_MISSING');
  });

  test('changes a job title as before', async () => {
    expect((await does('writer', 'PATCH', `systemusers(${idOf('plain')})`, { title: 'Clerk' })).status).toBe(204);
  });
});

const manager = (name: string) => ({ 'parentsystemuserid@odata.bind': `/systemusers(${idOf(name)})` });

async function administratorId(): Promise<string> {
  const filter = encodeURIComponent(`internalemailaddress eq '${ADMIN_EMAIL}'`);
  const answer = (await (await server.request(`${BASE}/systemusers?$filter=${filter}`)).json()) as {
    value: { systemuserid: string }[];
  };
  return answer.value[0]?.systemuserid ?? '';
}

async function teamWith(role: string): Promise<string> {
  const team = await does('administrator', 'POST', 'teams', { name: `team ${crypto.randomUUID()}` });
  const said = await does(
    'administrator',
    'POST',
    `teams(${team.id})/teamroles_association/$ref`,
    link('roles', roleId(role)),
  );
  expect(said.status).toBe(204);
  return team.id;
}

describe('who manages users without being an administrator', () => {
  test('gives what they have themselves', async () => {
    expect((await give('people', 'plain', 'reader')).status).toBe(204);
    expect((await take('people', 'plain', 'reader')).status).toBe(204);
  });

  test.each(['system-administrator', 'deleter', 'everything', 'publisher'])(
    'does not give %s, which says more',
    async (role) => {
      expect((await give('people', 'plain', role)).code).toBe('RIGHTS_EXCEEDED');
    },
  );

  test('gives a depth counted in units only in a unit of their own', async () => {
    expect((await give('people', 'plain', 'unit-writer')).status).toBe(204);
    expect((await take('people', 'plain', 'unit-writer')).status).toBe(204);
    const unit = await does('administrator', 'POST', 'businessunits', { name: `unit ${crypto.randomUUID()}` });
    const elsewhere = { 'businessunitid@odata.bind': `/businessunits(${unit.id})` };
    expect((await does('administrator', 'PATCH', `systemusers(${idOf('plain')})`, elsewhere)).status).toBe(204);
    expect((await give('people', 'plain', 'unit-writer')).code).toBe('RIGHTS_EXCEEDED');
    // Nor by moving who holds it already.
    expect((await give('administrator', 'plain', 'unit-writer')).status).toBe(204);
    const home = { 'businessunitid@odata.bind': `/businessunits(${ROOT_UNIT_ID})` };
    expect((await does('people', 'PATCH', `systemusers(${idOf('plain')})`, home)).code).toBe('RIGHTS_EXCEEDED');
    expect((await does('administrator', 'PATCH', `systemusers(${idOf('plain')})`, home)).status).toBe(204);
    expect((await does('people', 'PATCH', `systemusers(${idOf('plain')})`, elsewhere)).code).toBe('RIGHTS_EXCEEDED');
    expect((await take('people', 'plain', 'unit-writer')).status).toBe(204);
  });

  test('changes nothing about themselves', async () => {
    expect((await give('people', 'people', 'reader')).code).toBe('OWN_RIGHTS');
    expect((await take('people', 'people', 'people')).code).toBe('OWN_RIGHTS');
    expect((await does('people', 'PATCH', `systemusers(${idOf('people')})`, manager('plain'))).code).toBe('OWN_RIGHTS');
    expect((await does('people', 'PATCH', `systemusers(${idOf('plain')})`, manager('people'))).code).toBe('OWN_RIGHTS');
    const team = await teamWith('reader');
    const said = await does(
      'people',
      'POST',
      `teams(${team})/teammembership_association/$ref`,
      link('systemusers', idOf('people')),
    );
    expect(said.code).toBe('OWN_RIGHTS');
  });

  test('decides nothing about who may more than they do', async () => {
    const administrator = await administratorId();
    const attempts = [
      { isdisabled: true },
      { internalemailaddress: 'attacker@example.com' },
      manager('plain'),
      {
        'businessunitid@odata.bind': `/businessunits(${(await does('administrator', 'POST', 'businessunits', { name: `unit ${crypto.randomUUID()}` })).id})`,
      },
    ];
    for (const change of attempts)
      expect((await does('people', 'PATCH', `systemusers(${administrator})`, change)).code).toBe('RIGHTS_EXCEEDED');
    expect((await does('people', 'DELETE', `systemusers(${idOf('powerful')})`)).code).toBe('RIGHTS_EXCEEDED');
    expect((await take('people', 'powerful', 'everything')).code).toBe('RIGHTS_EXCEEDED');
  });

  test('puts nobody into a team that may more, and gives no team more', async () => {
    const strong = await teamWith('everything');
    const weak = await teamWith('reader');
    const add = (team: string) =>
      does('people', 'POST', `systemusers(${idOf('plain')})/teammembership_association/$ref`, link('teams', team));
    expect((await add(strong)).code).toBe('RIGHTS_EXCEEDED');
    expect((await add(weak)).status).toBe(204);
    const more = await does(
      'people',
      'POST',
      `teams(${weak})/teamroles_association/$ref`,
      link('roles', roleId('everything')),
    );
    expect(more.code).toBe('RIGHTS_EXCEEDED');
  });

  test('disables and enables who may less', async () => {
    expect((await does('people', 'PATCH', `systemusers(${idOf('plain')})`, { isdisabled: true })).status).toBe(204);
    expect((await does('people', 'PATCH', `systemusers(${idOf('plain')})`, { isdisabled: false })).status).toBe(204);
  });
});

describe('somebody is always left to administer', () => {
  test('the last administrator keeps the role, stays enabled and is not deleted, whoever asks', async () => {
    const id = await administratorId();
    const role = roleId('system-administrator');
    const attempts: readonly (readonly [string, string, unknown?])[] = [
      ['DELETE', `systemusers(${id})/systemuserroles_association(${role})/$ref`],
      ['DELETE', `roles(${role})/systemuserroles_association(${id})/$ref`],
      ['PATCH', `systemusers(${id})`, { isdisabled: true }],
      ['PUT', `systemusers(${id})/isdisabled`, { value: true }],
      ['DELETE', `systemusers(${id})`],
    ];
    for (const [method, path, body] of attempts) {
      const { status, text } = await does('administrator', method, path, body);
      expect(`${method} ${path}: ${status} ${text}`).toMatch(/LAST_ADMINISTRATOR|DELETE_RESTRICTED|METHOD_NOT_ALLOWED/);
    }
    expect((await does('administrator', 'DELETE', `roles(${role})`)).code).toBe('ROLE_PROTECTED');
    expect((await does('administrator', 'PATCH', `roles(${role})`, { document: 'reader' })).code).toBe(
      'ROLE_PROTECTED',
    );
  });

  test('an administrator by a team is one: the team stays while nobody else is', async () => {
    const id = await administratorId();
    const team = await teamWith('system-administrator');
    const member = `teams(${team})/teammembership_association`;
    expect((await does('administrator', 'POST', `${member}/$ref`, link('systemusers', id))).status).toBe(204);
    // Now the role of one's own may go.
    const own = `systemusers(${id})/systemuserroles_association`;
    const role = roleId('system-administrator');
    expect((await does('administrator', 'DELETE', `${own}(${role})/$ref`)).status).toBe(204);
    expect((await does('administrator', 'DELETE', `${member}(${id})/$ref`)).code).toBe('LAST_ADMINISTRATOR');
    expect((await does('administrator', 'DELETE', `teams(${team})/teamroles_association(${role})/$ref`)).code).toBe(
      'LAST_ADMINISTRATOR',
    );
    expect((await does('administrator', 'DELETE', `teams(${team})`)).code).toBe('LAST_ADMINISTRATOR');
    expect((await does('administrator', 'POST', `${own}/$ref`, link('roles', role))).status).toBe(204);
    expect((await does('administrator', 'DELETE', `teams(${team})`)).status).toBe(204);
  });

  test('two administrators who take the role from each other at once do not both succeed', async () => {
    await enters('second', ['system-administrator']);
    const first = await administratorId();
    const role = roleId('system-administrator');
    const both = await Promise.all([
      does('second', 'DELETE', `systemusers(${first})/systemuserroles_association(${role})/$ref`),
      does('administrator', 'DELETE', `systemusers(${idOf('second')})/systemuserroles_association(${role})/$ref`),
    ]);
    expect(both.filter(({ status }) => status === 204)).toHaveLength(1);
    expect(both.filter(({ status }) => status === 409 || status === 403)).toHaveLength(1);
    await server.server.organization
      .current()
      .database.query(
        `insert into org_default.systemuserroles_association (systemuserid, roleid) values ($1, $2) on conflict do nothing`,
        [first, role],
      );
  });

  test('the topmost unit stays', async () => {
    const unit = await does('administrator', 'POST', 'businessunits', { name: `unit ${crypto.randomUUID()}` });
    const below = { 'parentbusinessunitid@odata.bind': `/businessunits(${unit.id})` };
    expect((await does('administrator', 'PATCH', `businessunits(${ROOT_UNIT_ID})`, below)).code).toBe('ROOT_UNIT');
    expect((await does('administrator', 'DELETE', `businessunits(${ROOT_UNIT_ID})`)).code).toBe('ROOT_UNIT');
  });
});
