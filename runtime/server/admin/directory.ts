// GET /api/admin/{users,teams,units,sessions} and POST /api/admin/users: the people of the organization.
import { create } from '../../../core/records/create.ts';
import type { Call } from '../../../core/engine.ts';
import {
  listOpenSessions,
  listTeams,
  listUnits,
  listUsers,
  readEffectiveRights,
  type NamedDocument,
  type UserQuery,
} from '../../../core/security/administration/directory.ts';
import { followModel } from '../../../core/security/bootstrap.ts';
import type { Principal } from '../../../core/security/principal.ts';
import { giveRole } from '../../../core/security/administration/user-roles.ts';
import { isLanguage } from '../../../core/security/user-settings.ts';
import { findIdentity, isSignInEmail, normalizeEmail } from '../../../core/security/sign-in/users.ts';
import type { Violation } from '../../../core/sdk/index.ts';
import type { Translate } from '../../../core/model/labels.ts';
import { answerJson } from '../answer.ts';
import { readJson } from '../body.ts';
import { readGuid } from '../data/path.ts';
import { fail } from '../errors.ts';
import type { Exchange } from '../exchange.ts';
import { readQueryString } from '../query-string.ts';
import type { Services } from '../services.ts';
import { callOf } from '../call.ts';
import { countOf, guidOf, nameOf, translateFor } from './request.ts';

/** Roles and profiles are called by the translated title of their document. */
export function titled(translate: Translate, folder: string, held: readonly NamedDocument[]): readonly NamedDocument[] {
  return held.map((one) => ({ ...one, name: translate(`${folder}/${one.document}`, 'title', one.name) }));
}

/** GET /api/admin/users?search&show=enabled|disabled|all&unit&team&role&skip&top → {users, total} */
export async function showUsers(services: Services, exchange: Exchange, principal: Principal): Promise<Response> {
  const query = readQueryString(exchange.query);
  const show = query.get('show') ?? 'enabled';
  if (show !== 'enabled' && show !== 'disabled' && show !== 'all')
    throw fail('QUERY_INVALID', { name: 'show', value: show.slice(0, 80), expected: 'enabled, disabled or all' });
  const [unit, team, role, search] = ['unit', 'team', 'role', 'search'].map((name) => query.get(name) || undefined);
  const wanted: UserQuery = {
    show,
    skip: countOf(query, 'skip', 0, 1_000_000, 0),
    top: countOf(query, 'top', 1, 500, 100),
    ...(search !== undefined && { search: search.replaceAll('\0', '').slice(0, 200) }),
    ...(unit !== undefined && { unit: guidOf(unit) }),
    ...(team !== undefined && { team: guidOf(team) }),
    ...(role !== undefined && { role: role.replaceAll('\0', '') }),
  };
  const translate = translateFor(services, query, principal);
  const { users, total } = await listUsers(services.organization.current(), wanted);
  return answerJson(200, {
    users: users.map((user) => ({ ...user, roles: titled(translate, 'roles', user.roles) })),
    total,
  });
}

/** GET /api/admin/users/:id */
export async function showUser(services: Services, exchange: Exchange, principal: Principal): Promise<Response> {
  const id = guidOf(nameOf(exchange));
  const translate = translateFor(services, readQueryString(exchange.query), principal);
  const { users } = await listUsers(services.organization.current(), { id });
  const user = users[0];
  if (!user) throw fail('USER_UNKNOWN', { id });
  return answerJson(200, {
    ...user,
    roles: titled(translate, 'roles', user.roles),
    profiles: titled(translate, 'profiles', user.profiles),
  });
}

/** GET /api/admin/users/:id/rights: what the person may, with the roles and teams it comes from; null: nothing, they are disabled. */
export async function showUserRights(services: Services, exchange: Exchange): Promise<Response> {
  const id = guidOf(nameOf(exchange));
  return answerJson(200, (await readEffectiveRights(services.organization.current(), id)) ?? null);
}

const texts = ['firstName', 'lastName', 'email', 'unitId', 'language'] as const;

/** POST /api/admin/users {firstName?, lastName, email, unitId, language?, roles?: document ids} → 201 {id} */
export async function makeUser(services: Services, exchange: Exchange, principal: Principal): Promise<Response> {
  const { value } = await readJson(exchange, 64 * 1024);
  const details: Violation[] = [];
  const mistake = (target: string, message: string) => void details.push({ code: 'VALUE_INVALID', target, message });
  for (const name of Object.keys(value)) {
    if (name !== 'roles' && !texts.some((one) => one === name))
      mistake(name, `There is no ${name} here; there are ${texts.join(', ')} and roles.`);
  }
  const read = (name: (typeof texts)[number], most: number): string => {
    const given = value[name] ?? '';
    if (typeof given === 'string' && given.length <= most && !/\p{Cc}/u.test(given)) return given.trim();
    mistake(name, `Give ${name} as a text of at most ${most} characters.`);
    return '';
  };
  const [firstName, lastName, email] = [
    read('firstName', 64),
    read('lastName', 64),
    normalizeEmail(read('email', 100)),
  ];
  const language = read('language', 35);
  const unit = readGuid(read('unitId', 60));
  if (lastName === '') mistake('lastName', 'Give the last name.');
  if (!isSignInEmail(email)) mistake('email', 'Give an address the person can sign in with, such as me@example.com.');
  if (unit === undefined) mistake('unitId', 'Give the id of the business unit.');
  if (language !== '' && !isLanguage(language)) mistake('language', 'Give a language tag such as en or fa.');
  const roles = value['roles'] ?? [];
  if (!Array.isArray(roles) || roles.length > 100 || !roles.every((role) => typeof role === 'string'))
    mistake('roles', 'Give roles as a list of ids of roles.');
  if (details.length > 0) throw fail('BODY_INVALID', { count: details.length }, { details });
  const { database } = services;
  if (await findIdentity(database, email)) throw fail('EMAIL_TAKEN', { email });
  const call = callOf(services, exchange, principal);
  const entity = call.engine.model.entities.get('systemuser');
  if (!entity) throw fail('ENTITY_UNKNOWN', { name: 'systemuser', suggestion: '' });
  await followModel(call.engine);
  const id = await database.transaction(async (executor) => {
    const inside: Call = { ...call, executor };
    const values = {
      firstname: firstName === '' ? null : firstName,
      lastname: lastName,
      internalemailaddress: email,
      businessunitid: unit ?? null,
      ...(language !== '' && { uilanguage: language, calendar: language.startsWith('fa') ? 'persian' : 'gregory' }),
    };
    const written = await create(inside, entity, { values, targets: {}, exact: {} });
    for (const role of roles as readonly string[]) await giveRole(inside, written.id, role);
    return written.id;
  });
  return answerJson(201, { id });
}

/** GET /api/admin/teams → {teams} */
export async function showTeams(services: Services, exchange: Exchange, principal: Principal): Promise<Response> {
  const translate = translateFor(services, readQueryString(exchange.query), principal);
  const teams = await listTeams(services.organization.current());
  return answerJson(200, {
    teams: teams.map((team) => ({
      ...team,
      roles: titled(translate, 'roles', team.roles),
      profiles: titled(translate, 'profiles', team.profiles),
    })),
  });
}

/** GET /api/admin/units → {units}: the tree as a list, children by `parentId`. */
export async function showUnits(services: Services): Promise<Response> {
  return answerJson(200, { units: await listUnits(services.organization.current()) });
}

/** GET /api/admin/sessions?skip&top → {sessions, total} */
export async function showOpenSessions(services: Services, exchange: Exchange): Promise<Response> {
  const query = readQueryString(exchange.query);
  const [skip, top] = [countOf(query, 'skip', 0, 1_000_000, 0), countOf(query, 'top', 1, 500, 100)];
  return answerJson(200, await listOpenSessions(services.organization.current(), skip, top));
}
