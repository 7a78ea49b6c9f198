// Roles and field profiles as administrators change them: documents in the organization's own layer, new ones or overlays of
// what is below, published at once. Nothing of a table changes, and what is asked next goes by the new document.
import { recordEvent } from '../../audit/record-event.ts';
import { ident, qualified } from '../../db/identifier.ts';
import type { Executor } from '../../db/sql.ts';
import type { Call } from '../../engine.ts';
import { canonicalJson, hashOf, sameJson } from '../../model/canonical.ts';
import { checkFieldProfiles } from '../../model/check-field-profiles.ts';
import { checkRoles } from '../../model/check-roles.ts';
import type { Layer, Problem } from '../../model/layer.ts';
import { mergeLayers } from '../../model/merge.ts';
import type { Model } from '../../model/model.ts';
import { overlayAddress, profileOverlay, roleOverlay } from '../../model/overlay.ts';
import { isArray, isObject, own } from '../../model/pointer.ts';
import type { ProblemList } from '../../model/problem-list.ts';
import { layerOf } from '../../model/read-layer.ts';
import { writeDocument } from '../../model/write-layer.ts';
import type { Organization } from '../../organization.ts';
import { remove } from '../../records/remove.ts';
import { update } from '../../records/update.ts';
import { PeyvandError, type JsonObject, type Violation } from '../../sdk/index.ts';
import { administratorRole, requireRight } from '../access.ts';
import { associationOf } from '../association.ts';
import { followModel } from '../bootstrap.ts';
import { exceedingDocument, exceedingProfile, isAdministrator } from './coverage.ts';
import { refuse } from '../errors.ts';
import type { Principal } from '../principal.ts';

export type SecurityKind = 'role' | 'profile';

interface KindFacts {
  readonly folder: string;
  /** The entity whose rows are given to users and teams. */
  readonly entity: string;
  readonly overlay: typeof roleOverlay;
}

const kinds: Readonly<Record<SecurityKind, KindFacts>> = {
  role: { folder: 'roles', entity: 'role', overlay: roleOverlay },
  profile: { folder: 'profiles', entity: 'fieldsecurityprofile', overlay: profileOverlay },
};

export interface SecurityDocument {
  readonly id: string;
  /** As it holds: all layers merged. */
  readonly document: JsonObject;
  /** What it would be without the organization's own layer; absent for documents of its own. */
  readonly below?: JsonObject;
  /** The layer that defines it: `base`, a plugin, `organization`. */
  readonly layer: string;
  /** The organization changed it. */
  readonly overlaid: boolean;
  /** Of `document`: give it back when saving, so that nobody's change is lost. */
  readonly etag: string;
}

const merged = new WeakMap<readonly Layer[], ReadonlyMap<string, JsonObject>>();

function documentsBelow(organization: Organization): ReadonlyMap<string, JsonObject> {
  const layers = organization.below();
  let documents = merged.get(layers);
  if (!documents) merged.set(layers, (documents = mergeLayers(layers).documents));
  return documents;
}

function etagOf(document: JsonObject | undefined): string {
  return document === undefined ? '' : hashOf(canonicalJson(document)).slice(0, 32);
}

function describe(
  organization: Organization,
  kind: SecurityKind,
  id: string,
  model: Model,
): SecurityDocument | undefined {
  const name = `${kinds[kind].folder}/${id}`;
  const document = model.documents.get(name);
  if (!document) return undefined;
  const below = documentsBelow(organization).get(name);
  const definer = organization.below().find((layer) => layer.documents.has(name));
  return {
    id,
    document,
    ...(below && { below }),
    layer: definer?.id ?? 'organization',
    overlaid: below !== undefined && organization.layer().documents.has(name),
    etag: etagOf(document),
  };
}

/** In the order of the model. */
export function listSecurityDocuments(organization: Organization, kind: SecurityKind): readonly SecurityDocument[] {
  const { model } = organization.current();
  const ids = [...(kind === 'role' ? model.roles : model.profiles).keys()];
  return ids.flatMap((id) => describe(organization, kind, id, model) ?? []);
}

/** Throws DOCUMENT_UNKNOWN (404). */
export function readSecurityDocument(organization: Organization, kind: SecurityKind, id: string): SecurityDocument {
  const found = describe(organization, kind, id, organization.current().model);
  if (!found) throw refuse('DOCUMENT_UNKNOWN', { what: `${kind} ${id}` });
  return found;
}

/**
 * Saves what the document is to say, whole. `etag`: of the document it was made from; '' for a new one.
 * Throws RIGHT_MISSING, RIGHTS_EXCEEDED, OWN_RIGHTS, DENY_KEPT (403), ROLE_PROTECTED, DOCUMENT_CHANGED (409, with both), DOCUMENT_INVALID
 * (400, every problem by JSON pointer).
 */
export async function saveSecurityDocument(
  organization: Organization,
  call: Call,
  kind: SecurityKind,
  id: string,
  wanted: JsonObject,
  etag: string,
): Promise<SecurityDocument> {
  const what = `${kind} ${id}`;
  begin(call, kind, id);
  if (!/^[a-z][a-z0-9-]{0,59}$/.test(id)) throw refuse('DOCUMENT_ID', { id: id.slice(0, 80) });
  const { $schema: _schema, overlays: _overlays, ...document } = wanted;
  const name = `${kinds[kind].folder}/${id}`;
  let before: JsonObject | undefined;
  await change(organization, call, kind, id, (present) => {
    const current = mergeLayers([...organization.below(), present]).documents.get(name);
    before = current;
    if (etagOf(current) !== etag)
      throw refuse(
        'DOCUMENT_CHANGED',
        { what },
        { data: { current: current ?? null, etag: etagOf(current), yours: document } },
      );
    // Of the whole document, before it becomes an overlay whose pointers nobody knows.
    const problems = tryDocument(organization.current().model, kind, id, document);
    if (problems.length > 0) throw refuse('DOCUMENT_INVALID', { what, count: problems.length }, { details: problems });
    mayChange(call, kind, id, current, document);
    const below = documentsBelow(organization).get(name);
    const address = overlayAddress(organization.below(), name);
    const body = below && address !== undefined ? kinds[kind].overlay(below, document, address) : document;
    return body;
  });
  await keepRow(organization, call, kind, id);
  await note(organization, call, kind, id, before);
  return readSecurityDocument(organization, kind, id);
}

/** Takes back what the organization changed. `etag` as in saving. Throws DOCUMENT_UNKNOWN where there is nothing below. */
export async function revertSecurityDocument(
  organization: Organization,
  call: Call,
  kind: SecurityKind,
  id: string,
  etag: string,
): Promise<SecurityDocument> {
  begin(call, kind, id);
  const name = `${kinds[kind].folder}/${id}`;
  const below = documentsBelow(organization).get(name);
  if (!below) throw refuse('DOCUMENT_UNKNOWN', { what: `${kind} ${id} below the organization's own` });
  let before: JsonObject | undefined;
  await change(organization, call, kind, id, (present) => {
    const current = mergeLayers([...organization.below(), present]).documents.get(name);
    before = current;
    if (etagOf(current) !== etag)
      throw refuse(
        'DOCUMENT_CHANGED',
        { what: `${kind} ${id}` },
        { data: { current: current ?? null, etag: etagOf(current), yours: below } },
      );
    mayChange(call, kind, id, current, below);
    return undefined;
  });
  await keepRow(organization, call, kind, id);
  await note(organization, call, kind, id, before);
  return readSecurityDocument(organization, kind, id);
}

/** Deletes a document of the organization's own that nobody holds. Throws DOCUMENT_BELOW, DOCUMENT_HELD (409). */
export async function removeSecurityDocument(
  organization: Organization,
  call: Call,
  kind: SecurityKind,
  id: string,
): Promise<void> {
  begin(call, kind, id);
  const found = readSecurityDocument(organization, kind, id);
  const what = `${kind} ${id}`;
  if (found.layer !== 'organization') throw refuse('DOCUMENT_BELOW', { what, layer: found.layer });
  mayChange(call, kind, id, found.document, {});
  const { engine } = call;
  const entity = engine.model.entities.get(kinds[kind].entity);
  await engine.database.transaction(async (executor) => {
    const inside: Call = { ...elevated(call), executor };
    if (!entity) return;
    const rows = await rowsOf(executor, engine.schema, entity.name, id, true);
    const { users, teams } = await countHolders(executor, engine.schema, engine.model, kind, id);
    if (users + teams > 0) throw refuse('DOCUMENT_HELD', { what, users, teams }, { data: { users, teams } });
    for (const row of rows) await remove(inside, entity, { id: row });
  });
  await change(organization, call, kind, id, () => undefined);
}

function begin(call: Call, kind: SecurityKind, id: string): void {
  requireRight(call.principal, call.engine.model, 'manage-users');
  if (kind === 'role' && id === administratorRole) throw refuse('ROLE_PROTECTED', { role: id });
}

/** What an administrator need not ask: whether both the old and the new lie within what the caller has, and are not the caller's own. */
function mayChange(call: Call, kind: SecurityKind, id: string, last: JsonObject | undefined, next: JsonObject): void {
  const { principal, engine } = call;
  if (isAdministrator(principal)) return;
  const held = kind === 'role' ? principal.roles : (principal.profiles ?? []);
  if (held.includes(id)) throw refuse('OWN_RIGHTS', { what: `the ${kind} ${id}, which you hold` });
  const exceeding = [last ?? {}, next].flatMap((document) =>
    kind === 'role'
      ? exceedingDocument(principal, engine.model, document, undefined)
      : exceedingProfile(principal, engine.model, document),
  );
  if (exceeding.length > 0) {
    const details = exceeding
      .slice(0, 50)
      .map((one) => ({ code: 'RIGHTS_EXCEEDED', target: one, message: `You do not have ${one} yourself.` }));
    throw refuse('RIGHTS_EXCEEDED', { what: exceeding.slice(0, 3).join('; ') }, { details });
  }
  const now = new Set(rulesOf(next).map(canonicalJson));
  const lost = rulesOf(last ?? {}).filter((rule) => !now.has(canonicalJson(rule)));
  if (lost.length > 0) throw refuse('DENY_KEPT', { rules: lost.map((rule) => String(rule['id'])).join(', ') });
}

function rulesOf(document: JsonObject): readonly JsonObject[] {
  const rules = own(document, 'deny');
  return (isArray(rules) ? rules : []).filter(isObject);
}

/** Publishes the organization's layer with this document replaced (undefined: taken out). */
async function change(
  organization: Organization,
  call: Call,
  kind: SecurityKind,
  id: string,
  make: (present: Layer) => JsonObject | undefined,
): Promise<void> {
  const name = `${kinds[kind].folder}/${id}`;
  await publishDocument(organization, call.principal, name, `${kind} ${id}`, make);
}

/** The same for any document. Problems of it are told as DOCUMENT_INVALID, by pointer. */
export async function publishDocument(
  organization: Organization,
  principal: Principal,
  name: string,
  what: string,
  make: (present: Layer) => JsonObject | undefined,
): Promise<void> {
  try {
    await organization.publish(
      (present) => {
        const body = make(present);
        const documents = new Map(present.documents);
        if (body === undefined) documents.delete(name);
        else documents.set(name, { file: `organization:${name}.json`, text: writeDocument(name, body), body });
        return { ...present, documents };
      },
      { userId: principal.userId, grace: 0 },
    );
  } catch (error) {
    if (error instanceof PeyvandError && error.code === 'MODEL_INVALID') {
      refuseProblems(what, name, (error.data?.['problems'] ?? []) as readonly Problem[]);
    }
    throw error;
  }
}

function refuseProblems(what: string, name: string, problems: readonly Problem[]): void {
  if (problems.length === 0) return;
  const details: readonly Violation[] = problems.map(({ code, file, pointer, message }) => ({
    code,
    // Of another document: what this one says does not fit it.
    target: file.endsWith(`${name}.json`) ? pointer : `${file}#${pointer}`,
    message,
  }));
  throw refuse('DOCUMENT_INVALID', { what, count: problems.length }, { details });
}

/** Writes the platform makes on the caller's behalf once the change itself was allowed. */
function elevated(call: Call): Call {
  return { ...call, principal: { ...call.principal, roles: [administratorRole] } };
}

async function rowsOf(
  executor: Executor,
  schema: string,
  entity: string,
  document: string,
  lock: boolean,
): Promise<readonly string[]> {
  const rows = await executor.query<{ id: string }>(
    `select ${ident(`${entity}id`)} as id from ${qualified(schema, entity)} where document = $1 order by 1 ${lock ? 'for update' : ''}`,
    [document],
  );
  return rows.map(({ id }) => id);
}

/** What the document said and says now, for the audit log. */
async function note(
  organization: Organization,
  call: Call,
  kind: SecurityKind,
  id: string,
  before: JsonObject | undefined,
): Promise<void> {
  const { database, schema, model } = organization.current();
  const { entity, folder } = kinds[kind];
  const [record] = await rowsOf(database, schema, entity, id, false);
  const after = model.documents.get(`${folder}/${id}`);
  if (record === undefined || sameJson(before, after)) return;
  await recordEvent(database, schema, {
    action: 'role-published',
    entity,
    record,
    userId: call.principal.userId,
    requestId: call.requestId,
    origin: call.origin,
    data: { document: `${folder}/${id}`, before: before ?? null, after: after ?? null },
  });
}

/** The row by which the document is given to people is there at once, and named like the document. */
async function keepRow(organization: Organization, call: Call, kind: SecurityKind, id: string): Promise<void> {
  const engine = organization.current();
  const entity = engine.model.entities.get(kinds[kind].entity);
  const title = engine.model.documents.get(`${kinds[kind].folder}/${id}`)?.['title'];
  if (!entity) return;
  await followModel(engine);
  if (typeof title !== 'string') return;
  const values = { name: title.slice(0, 100) };
  for (const row of await rowsOf(engine.database, engine.schema, entity.name, id, false))
    await update({ ...elevated(call), engine }, entity, { id: row }, { values, targets: {}, exact: {} });
}

/** How many users and teams hold the document, directly. */
export async function countHolders(
  executor: Executor,
  schema: string,
  model: Model,
  kind: SecurityKind,
  id: string,
): Promise<{ readonly users: number; readonly teams: number }> {
  const { entity } = kinds[kind];
  const count = async (holder: string): Promise<number> => {
    const association = model.entities.has(entity) ? associationOf(model, holder, entity) : undefined;
    if (!association) return 0;
    const [row] = await executor.query<{ count: number }>(
      `select count(*)::int as count from ${qualified(schema, association.table)} a
       join ${qualified(schema, entity)} r on r.${ident(`${entity}id`)} = a.${ident(association.right)} where r.document = $1`,
      [id],
    );
    return row?.count ?? 0;
  };
  return { users: await count('systemuser'), teams: await count('team') };
}

/**
 * Marks a field as secured, or takes the mark away, in the organization's layer. For administrators: whoever has no profile loses
 * sight of the field at once. Throws DOCUMENT_UNKNOWN, DOCUMENT_INVALID (fields that cannot be hidden, profiles that grant it).
 */
export async function secureField(
  organization: Organization,
  call: Call,
  entity: string,
  field: string,
  secured: boolean,
): Promise<void> {
  if (!isAdministrator(call.principal)) requireRight(call.principal, call.engine.model, 'customize');
  requireRight(call.principal, call.engine.model, 'manage-users');
  if (!call.engine.model.entities.get(entity)?.fields.has(field))
    throw refuse('DOCUMENT_UNKNOWN', { what: `field ${field} of ${entity}` });
  const name = `${entity}/entity`;
  await publishDocument(organization, call.principal, name, `${entity}.${field}`, (present) => {
    const address = overlayAddress(organization.below(), name);
    const body: JsonObject = present.documents.get(name)?.body ?? (address === undefined ? {} : { overlays: address });
    const properties = objectAt(body, 'properties');
    const property = objectAt(properties, field);
    const options = { ...objectAt(property, 'field'), secured };
    return { ...body, properties: { ...properties, [field]: { ...property, field: options } } };
  });
}

function objectAt(document: JsonObject, name: string): JsonObject {
  const value = own(document, name);
  return isObject(value) ? value : {};
}

/** Every problem of a document that is not saved, by pointer (members of lists by their ids). Empty: it could be saved. */
export function tryDocument(model: Model, kind: SecurityKind, id: string, document: JsonObject): readonly Violation[] {
  const name = `${kinds[kind].folder}/${id}`;
  const read = layerOf({ id: 'organization', version: '0', kind: 'organization' }, { [name]: document });
  if (read.problems.length > 0)
    return read.problems.map(({ code, pointer, message }) => ({ code, target: pointer, message }));
  const found: Violation[] = [];
  const problems: ProblemList = {
    all: [],
    add: (code, _document, target, message) => void found.push({ code, target, message }),
  };
  const only = new Map([[id, document]]);
  if (kind === 'role') checkRoles({ ...model, roles: only }, problems);
  else checkFieldProfiles({ ...model, profiles: only }, problems);
  return found;
}
