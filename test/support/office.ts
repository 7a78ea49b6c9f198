// An organization with branch offices on a running server: units, teams, people with their keys, and the accounts they own.
// What the tests of "why?", of viewing as somebody else and of "what if?" stand on.
import { layerOf } from '../../core/model/read-layer.ts';
import { createApiKey } from '../../core/security/sign-in/api-keys.ts';
import { createUser } from '../../core/security/bootstrap.ts';
import { readPrincipal } from '../../core/security/principals.ts';
import { ROOT_UNIT_ID, systemPrincipal } from '../../core/security/system-principal.ts';
import type { JsonObject } from '../../core/sdk/index.ts';
import { hashPassword } from '../../runtime/server/auth/sessions.ts';
import type { InProcessServer } from './server.ts';

const DATA = '/api/data/v9.2';
export const OFFICE_PASSWORD = 'a quite good passphrase';

const everyone = {
  systemuser: { read: 'organization' },
  team: { read: 'organization' },
  businessunit: { read: 'organization' },
};

export const officeDocuments: Readonly<Record<string, JsonObject>> = {
  'account/entity': {
    overlays: 'base@1.0.0:account/entity',
    properties: {
      new_vip: { title: 'VIP', type: 'boolean', field: { type: 'yes-no' } },
      new_limit: { title: 'Limit', type: 'integer', field: { type: 'whole-number', secured: true } },
    },
  },
  'profiles/office_limits': {
    title: 'Limits',
    fields: { account: { new_limit: { read: true, create: true, update: true } } },
  },
  'roles/office_seller': {
    title: 'Branch seller',
    privileges: {
      ...everyone,
      account: {
        create: 'unit',
        read: 'unit-and-below',
        write: 'unit',
        delete: 'own',
        append: 'unit',
        'append-to': 'unit',
        assign: 'own',
        share: 'unit',
      },
    },
  },
  'roles/office_reach': { title: 'Reach', privileges: { account: { read: 'unit-and-below' } } },
  'roles/office_reader': { title: 'Reader', privileges: { ...everyone, account: { read: 'own', write: 'own' } } },
  'roles/office_blind': { title: 'Blind', privileges: { account: { read: 'own' } } },
  'roles/office_lender': {
    title: 'Lender',
    privileges: { ...everyone, account: { read: { depth: 'organization', when: 'new_limit > 1000' } } },
  },
  'roles/office_careful': {
    title: 'Careful',
    privileges: {},
    deny: [{ id: 'vip', title: 'Hands off VIPs', entity: 'account', privileges: ['write', 'delete'], when: 'new_vip' }],
  },
  'roles/office_people': {
    title: 'People',
    privileges: { ...everyone, account: { read: 'own' } },
    rights: ['manage-users'],
  },
  'roles/office_looker': {
    title: 'Looker',
    privileges: { ...everyone, account: { read: 'own' } },
    rights: ['view-as'],
  },
};

export interface Member {
  readonly id: string;
  readonly key: string;
  readonly email: string;
}

export interface Office {
  readonly units: Readonly<Record<string, string>>;
  readonly teams: Readonly<Record<string, string>>;
  readonly people: Readonly<Record<string, Member>>;
  readonly accounts: Readonly<Record<string, string>>;
  /** fetch with somebody's key. */
  as(name: string, path: string, init?: RequestInit): Promise<Response>;
  member(name: string): Member;
}

export async function openOffice(server: InProcessServer): Promise<Office> {
  const { organization, database } = server.server;
  const { layer, problems } = layerOf({ id: 'organization', version: '1', kind: 'organization' }, officeDocuments);
  if (problems.length > 0) throw new TypeError(JSON.stringify(problems));
  await organization.publish(layer);
  const engine = organization.current();

  const send = async (method: string, path: string, body: unknown): Promise<string> => {
    const response = await server.request(`${DATA}/${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new TypeError(`${method} ${path}: ${await response.text()}`);
    return /\(([^)]+)\)$/.exec(response.headers.get('odata-entityid') ?? '')?.[1] ?? '';
  };
  const bind = (set: string, id: string | undefined) => `/${set}(${id ?? ''})`;
  const link = (from: string, navigation: string, to: string) =>
    send('POST', `${from.slice(1)}/${navigation}/$ref`, { '@odata.id': `${server.url}${DATA}${to}` });

  const units: Record<string, string> = { root: ROOT_UNIT_ID };
  const unit = async (name: string, above: string) => {
    units[name] = await send('POST', 'businessunits', {
      name,
      'parentbusinessunitid@odata.bind': bind('businessunits', units[above]),
    });
  };
  await unit('Tehran', 'root');
  await unit('Tehran North', 'Tehran');
  await unit('Isfahan', 'root');

  // Roles get their rows when they are published; that is heard of by LISTEN.
  const roles = new Map<string, string>();
  const profiles = new Map<string, string>();
  for (let tries = 0; tries < 200 && (!roles.has('office_looker') || !profiles.has('office_limits')); tries += 1) {
    for (const row of await database.query<{ id: string; document: string }>(
      'select roleid as id, document from org_default.role where document is not null',
    ))
      roles.set(row.document, row.id);
    for (const row of await database.query<{ id: string; document: string }>(
      'select fieldsecurityprofileid as id, document from org_default.fieldsecurityprofile where document is not null',
    ))
      profiles.set(row.document, row.id);
  }

  const people: Record<string, Member> = {};
  const join = async (name: string, place: string, given: readonly string[], manager?: string) => {
    const email = `${name.toLowerCase()}@example.com`;
    const passwordHash = await hashPassword(OFFICE_PASSWORD);
    const id = await database.transaction((executor) =>
      createUser(
        { engine, principal: systemPrincipal, executor, requestId: 'test' },
        { firstName: name, lastName: 'Rad', email, roles: given, passwordHash },
      ),
    );
    await send('PATCH', `systemusers(${id})`, {
      'businessunitid@odata.bind': bind('businessunits', units[place]),
      ...(manager !== undefined && { 'parentsystemuserid@odata.bind': bind('systemusers', people[manager]?.id) }),
    });
    const { key } = await createApiKey(database, { name, userId: id });
    people[name] = { id, key, email };
  };
  await join('Mina', 'root', ['office_reader']);
  await join('Sara', 'Tehran', ['office_seller', 'office_careful'], 'Mina');
  await join('Omid', 'Tehran North', ['office_seller']);
  await join('Kian', 'Tehran North', ['office_seller'], 'Sara');
  await join('Reza', 'Isfahan', []);
  await join('Nima', 'Isfahan', ['office_blind']);
  await join('Lale', 'Isfahan', ['office_lender', 'office_reader']);
  await join('Pari', 'root', ['office_people']);
  await join('Vida', 'root', ['office_looker']);

  const teams: Record<string, string> = {};
  const team = async (name: string, place: string, given: readonly string[], members: readonly string[]) => {
    const id = await send('POST', 'teams', {
      name,
      teamtype: 0,
      'businessunitid@odata.bind': bind('businessunits', units[place]),
    });
    teams[name] = id;
    for (const role of given) await link(bind('teams', id), 'teamroles_association', bind('roles', roles.get(role)));
    for (const one of members)
      await link(bind('teams', id), 'teammembership_association', bind('systemusers', people[one]?.id));
  };
  await team('Northern desk', 'Tehran North', ['office_reach'], ['Reza']);
  await link(
    bind('systemusers', people['Lale']?.id),
    'systemuserprofiles_association',
    bind('fieldsecurityprofiles', profiles.get('office_limits')),
  );

  const accounts: Record<string, string> = {};
  const account = async (name: string, owner: string, more: JsonObject = {}) => {
    accounts[name] = await send('POST', 'accounts', {
      name,
      'ownerid@odata.bind': bind('systemusers', people[owner]?.id),
      ...more,
    });
  };
  await account('Alborz', 'Sara');
  await account('Bistoon', 'Omid', { new_limit: 5000 });
  await account('Caspian', 'Reza', { new_limit: 10 });
  await account('Elvand', 'Kian');
  await account('Damavand', 'Sara', { new_vip: true });

  const member = (name: string): Member => {
    const found = people[name];
    if (!found) throw new TypeError(`nobody is called ${name}`);
    return found;
  };
  const office: Office = {
    units,
    teams,
    people,
    accounts,
    member,
    as: (name, path, init = {}) => {
      const headers = new Headers(init.headers);
      headers.set('authorization', `Bearer ${member(name).key}`);
      return fetch(server.url + path, { ...init, headers });
    },
  };
  // Nothing of the above is still on its way to the server's memory.
  await readPrincipal(database, engine.schema, engine.model, member('Vida').id);
  return office;
}
