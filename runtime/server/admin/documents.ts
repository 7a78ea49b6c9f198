// /api/admin/roles and /api/admin/profiles: what roles and field profiles grant, read and changed as whole documents. The ETag
// is the document's own, so that two administrators overwrite each other's role never and another's role is no conflict.
import { countAllHolders, listHolders } from '../../../core/security/administration/directory.ts';
import type { Principal } from '../../../core/security/principal.ts';
import {
  listSecurityDocuments,
  readSecurityDocument,
  removeSecurityDocument,
  revertSecurityDocument,
  saveSecurityDocument,
  secureField,
  tryDocument,
  type SecurityDocument,
  type SecurityKind,
} from '../../../core/security/administration/security-documents.ts';
import type { JsonObject } from '../../../core/sdk/index.ts';
import { answerEmpty, answerJson } from '../answer.ts';
import { readJson } from '../body.ts';
import { fail } from '../errors.ts';
import { header, type Exchange } from '../exchange.ts';
import { readQueryString } from '../query-string.ts';
import type { Services } from '../services.ts';
import { callOf } from '../call.ts';
import { nameOf, partsOf, translateFor } from './request.ts';

type Answer = (services: Services, exchange: Exchange, principal: Principal) => Promise<Response>;

const entities: Readonly<Record<SecurityKind, string>> = { role: 'role', profile: 'fieldsecurityprofile' };
const folders: Readonly<Record<SecurityKind, string>> = { role: 'roles', profile: 'profiles' };

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const list =
  (kind: SecurityKind): Answer =>
  async (services, exchange, principal) => {
    const translate = translateFor(services, readQueryString(exchange.query), principal);
    const holders = await countAllHolders(services.organization.current(), entities[kind]);
    const documents = listSecurityDocuments(services.organization, kind).map(({ id, document, layer, overlaid }) => {
      const name = `${folders[kind]}/${id}`;
      const { row = null, users = 0, teams = 0 } = holders.get(id) ?? {};
      const rights = document['rights'];
      return {
        id,
        row,
        title: translate(name, 'title', String(document['title'] ?? id)),
        description: translate(name, 'description', String(document['description'] ?? '')),
        layer,
        overlaid,
        users,
        teams,
        ...(kind === 'role' && { rights: Array.isArray(rights) ? rights : [] }),
        ...(kind === 'profile' && { fields: fieldCount(document) }),
      };
    });
    return answerJson(200, { [folders[kind]]: documents });
  };

function fieldCount(document: JsonObject): number {
  const fields = isObject(document['fields']) ? Object.values(document['fields']) : [];
  return fields.reduce<number>((count, one) => count + (isObject(one) ? Object.keys(one).length : 0), 0);
}

async function shown(
  services: Services,
  exchange: Exchange,
  principal: Principal,
  kind: SecurityKind,
  found: SecurityDocument,
): Promise<Response> {
  const engine = services.organization.current();
  const translate = translateFor(services, readQueryString(exchange.query), principal);
  const name = `${folders[kind]}/${found.id}`;
  const [holders, counts] = await Promise.all([
    listHolders(engine, entities[kind], found.id),
    countAllHolders(engine, entities[kind]),
  ]);
  const { row = null, users = 0, teams = 0 } = counts.get(found.id) ?? {};
  return answerJson(
    200,
    {
      ...found,
      title: translate(name, 'title', String(found.document['title'] ?? found.id)),
      row,
      version: engine.model.version,
      holders: { ...holders, userCount: users, teamCount: teams },
    },
    { ETag: `"${found.etag}"` },
  );
}

const show =
  (kind: SecurityKind): Answer =>
  (services, exchange, principal) =>
    shown(services, exchange, principal, kind, readSecurityDocument(services.organization, kind, nameOf(exchange)));

/** `If-Match: "<etag>"` of what was changed; `If-None-Match: *` for a new one. */
function etagOf(exchange: Exchange): string {
  const match = header(exchange, 'if-match');
  if (match !== undefined) {
    const tag = /^(?:W\/)?"([^"]*)"$/.exec(match.trim())?.[1];
    if (tag === undefined) throw fail('HEADER_INVALID', { name: 'If-Match', reason: 'it is not one quoted ETag' });
    return tag;
  }
  if (header(exchange, 'if-none-match')?.trim() === '*') return '';
  throw fail('ETAG_NEEDED');
}

const change =
  (kind: SecurityKind): Answer =>
  async (services, exchange, principal) => {
    const etag = etagOf(exchange);
    const { value } = await readJson(exchange, 1024 * 1024);
    const { document, ...rest } = value;
    if (!isObject(document) || Object.keys(rest).length > 0) {
      const details = [
        { code: 'DOCUMENT_EXPECTED', target: 'document', message: `Send {"document": {…}} and nothing else.` },
      ];
      throw fail('BODY_INVALID', { count: 1 }, { details });
    }
    const call = callOf(services, exchange, principal);
    const saved = await saveSecurityDocument(services.organization, call, kind, nameOf(exchange), document, etag);
    return shown(services, exchange, principal, kind, saved);
  };

const revert =
  (kind: SecurityKind): Answer =>
  async (services, exchange, principal) => {
    const call = callOf(services, exchange, principal);
    const saved = await revertSecurityDocument(services.organization, call, kind, nameOf(exchange), etagOf(exchange));
    return shown(services, exchange, principal, kind, saved);
  };

const remove =
  (kind: SecurityKind): Answer =>
  async (services, exchange, principal) => {
    await removeSecurityDocument(services.organization, callOf(services, exchange, principal), kind, nameOf(exchange));
    return answerEmpty(204);
  };

export const showRoles = list('role');
export const showRole = show('role');
export const changeRole = change('role');
export const revertRole = revert('role');
export const deleteRole = remove('role');
export const showProfiles = list('profile');
export const showProfile = show('profile');
export const changeProfile = change('profile');
export const revertProfile = revert('profile');
export const deleteProfile = remove('profile');

/** POST /api/admin/roles/:id/try {document} → {problems}: what saving would say against it; nothing is saved. */
export async function tryRole(services: Services, exchange: Exchange): Promise<Response> {
  const { value } = await readJson(exchange, 1024 * 1024);
  const document = isObject(value['document']) ? value['document'] : {};
  const { model } = services.organization.current();
  const id = /^[a-z][a-z0-9-]*$/.test(nameOf(exchange)) ? nameOf(exchange) : 'new';
  return answerJson(200, { problems: tryDocument(model, 'role', id, document) });
}

/** PUT /api/admin/entities/:name/fields/:field {secured} */
export async function markField(services: Services, exchange: Exchange, principal: Principal): Promise<Response> {
  const { value } = await readJson(exchange, 16 * 1024);
  const { secured } = value;
  if (typeof secured !== 'boolean') {
    const details = [{ code: 'VALUE_INVALID', target: 'secured', message: 'Give secured as true or false.' }];
    throw fail('BODY_INVALID', { count: 1 }, { details });
  }
  const [, entity = '', , field = ''] = partsOf(exchange);
  await secureField(services.organization, callOf(services, exchange, principal), entity, field, secured);
  return answerEmpty(204);
}
