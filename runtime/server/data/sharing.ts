// Sharing as clients of the Dataverse Web API ask for it: GrantAccess, ModifyAccess, RevokeAccess, and the functions that tell
// who has what. `ExpiresOn` and `Reason` are ours.
import type { Entity } from '../../../core/model/model.ts';
import type { RecordAddress } from '../../../core/records/input.ts';
import { parseAddress } from '../../../core/records/parse-address.ts';
import { notFound, resolveAddress } from '../../../core/records/resolve-address.ts';
import { requirePrivilege, requireRight, type Privilege } from '../../../core/security/access.ts';
import { readPrincipal } from '../../../core/security/principals.ts';
import { privilegesOn, share, sharesOf, unshare } from '../../../core/security/sharing/shares.ts';
import type { Violation } from '../../../core/sdk/index.ts';
import { answerEmpty, answerOData } from '../answer.ts';
import { readJson } from '../body.ts';
import { fail } from '../errors.ts';
import { readQueryString } from '../query-string.ts';
import { readGuid, type Segment } from './path.ts';
import { requireRow } from './related.ts';
import type { DataRequest } from './request.ts';

const NAMESPACE = 'Microsoft.Dynamics.CRM.';

const masks: ReadonlyMap<string, Privilege> = new Map([
  ['ReadAccess', 'read'],
  ['WriteAccess', 'write'],
  ['DeleteAccess', 'delete'],
  ['AppendAccess', 'append'],
  ['AppendToAccess', 'append-to'],
  ['AssignAccess', 'assign'],
  ['ShareAccess', 'share'],
]);

/** `ReadAccess, WriteAccess`, or `None`. */
function maskOf(rights: readonly Privilege[]): string {
  const names = [...masks].filter(([, right]) => rights.includes(right)).map(([name]) => name);
  return names.length === 0 ? 'None' : names.join(', ');
}

type Json = Readonly<Record<string, unknown>>;

function isJson(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function bodyInvalid(target: string, message: string): Error {
  const details: Violation[] = [{ code: 'PARAMETER_INVALID', target, message }];
  return fail('BODY_INVALID', { count: 1 }, { details });
}

/** A row as actions name it: `{"accountid": "…", "@odata.type": "Microsoft.Dynamics.CRM.account"}`, or by `@odata.id`. */
function readRow({ call }: DataRequest, target: string, value: unknown): { entity: Entity; address: RecordAddress } {
  const { model } = call.engine;
  const example = `{"accountid": "<id>", "@odata.type": "${NAMESPACE}account"} or {"@odata.id": "accounts(<id>)"}`;
  if (!isJson(value)) throw bodyInvalid(target, `${target} names a row: ${example}.`);
  const reference = value['@odata.id'];
  if (typeof reference === 'string') {
    const parsed = parseAddress(model, reference);
    if ('problem' in parsed) throw bodyInvalid(target, `${parsed.problem} ${target} names a row: ${example}.`);
    return parsed;
  }
  const type = value['@odata.type'];
  const named = typeof type === 'string' ? type.replace(/^#/, '').replace(NAMESPACE, '') : '';
  const entity =
    model.entities.get(named) ??
    [...model.entities.values()].find((one) => !one.union && one.key.name in value && named === '');
  const id = entity && value[entity.key.name];
  const guid = typeof id === 'string' ? readGuid(id) : undefined;
  if (!entity || guid === undefined) throw bodyInvalid(target, `${target} names a row: ${example}.`);
  return { entity, address: { id: guid } };
}

async function idOf(request: DataRequest, { entity, address }: { entity: Entity; address: RecordAddress }) {
  const id = await resolveAddress(request.call, entity, address);
  if (id === undefined) throw notFound(entity, address);
  return id;
}

async function principalOf(request: DataRequest, target: string, value: unknown): Promise<string> {
  const row = readRow(request, target, value);
  if (row.entity.name === 'systemuser' || row.entity.name === 'team') return idOf(request, row);
  throw bodyInvalid(target, `${target} is a user or a team, not of ${row.entity.name}.`);
}

function textAt(value: Json, name: string): string | undefined {
  const given = value[name] ?? undefined;
  if (given === undefined || typeof given === 'string') return given;
  throw bodyInvalid(name, `${name} is a text.`);
}

/** GrantAccess adds to what is shared with somebody, ModifyAccess replaces it. */
export async function grantAccess(request: DataRequest, add: boolean): Promise<Response> {
  const { value } = await readJson(request.exchange);
  const target = readRow(request, 'Target', value['Target']);
  const access = value['PrincipalAccess'];
  if (!isJson(access)) {
    throw bodyInvalid(
      'PrincipalAccess',
      'PrincipalAccess is {"Principal": {…}, "AccessMask": "ReadAccess,WriteAccess"}.',
    );
  }
  const words = (textAt(access, 'AccessMask') ?? '').split(',').map((word) => word.trim());
  const rights = words.map((word) => {
    const right = masks.get(word);
    if (right) return right;
    throw bodyInvalid('AccessMask', `AccessMask is some of ${[...masks.keys()].join(', ')}, parted by commas.`);
  });
  const principal = await principalOf(request, 'Principal', access['Principal']);
  const { ineffective } = await share(request.call, target.entity, await idOf(request, target), {
    principal,
    rights,
    expiresAt: textAt(access, 'ExpiresOn') ?? textAt(value, 'ExpiresOn'),
    reason: textAt(access, 'Reason') ?? textAt(value, 'Reason'),
    add,
  });
  return answerEmpty(204, ineffective.length > 0 ? { 'Peyvand-Ineffective': maskOf(ineffective) } : {});
}

export async function revokeAccess(request: DataRequest): Promise<Response> {
  const { value } = await readJson(request.exchange);
  const target = readRow(request, 'Target', value['Target']);
  const principal = await principalOf(request, 'Revokee', value['Revokee']);
  await unshare(request.call, target.entity, await idOf(request, target), principal);
  return answerEmpty(204);
}

/** `Target=@t` with `@t={"@odata.id":"accounts(…)"}` in the query string. */
function targetOf(request: DataRequest, segment: Segment): { entity: Entity; address: RecordAddress } {
  const given = segment.arguments?.kind === 'named' ? segment.arguments.values.get('Target') : undefined;
  const alias = typeof given === 'object' && given !== null ? given.alias : '';
  let value: unknown;
  try {
    value = JSON.parse(readQueryString(request.exchange.query).get(alias) ?? '');
  } catch {
    throw bodyInvalid('Target', `Write it as ${segment.name}(Target=@t)?@t={"@odata.id":"accounts(<id>)"}.`);
  }
  return readRow(request, 'Target', value);
}

export async function sharedPrincipals(request: DataRequest, segment: Segment): Promise<Response> {
  const target = targetOf(request, segment);
  const shares = await sharesOf(request.call, target.entity, await idOf(request, target));
  const byPrincipal = Map.groupBy(shares, ({ principal }) => principal.id);
  const accesses = [...byPrincipal.values()].map((list) => {
    const [first] = list;
    const entity = first?.principal.entity ?? 'systemuser';
    const key = entity === 'team' ? 'teamid' : 'systemuserid';
    return {
      AccessMask: maskOf(list.flatMap(({ rights }) => rights)),
      Principal: { '@odata.type': `#${NAMESPACE}${entity}`, [key]: first?.principal.id, ownerid: first?.principal.id },
    };
  });
  const context = `${request.reading.root}/$metadata#${NAMESPACE}RetrieveSharedPrincipalsAndAccessResponse`;
  return answerOData(200, JSON.stringify({ '@odata.context': context, PrincipalAccesses: accesses }));
}

/** What a user may do with a row: one's own rights, or for who manages users anybody's. */
export async function principalAccess(
  request: DataRequest,
  user: RecordAddress,
  segment: Segment,
  users: Entity,
): Promise<Response> {
  const { call } = request;
  const { engine, principal } = call;
  const target = targetOf(request, segment);
  const id = await idOf(request, target);
  const userId = await idOf(request, { entity: users, address: user });
  let whose = principal;
  if (userId !== principal.userId) {
    requireRight(principal, engine.model, 'manage-users');
    // Of a row that the asker may not read nothing is told.
    requirePrivilege(principal, engine.model, 'read', target.entity.name);
    await requireRow(request, target.entity, { id });
    const read = await readPrincipal(engine.database, engine.schema, engine.model, userId);
    if (!read) throw notFound(users, user);
    whose = read;
  }
  const rights = await privilegesOn({ ...call, principal: whose }, target.entity, id);
  const context = `${request.reading.root}/$metadata#${NAMESPACE}RetrievePrincipalAccessResponse`;
  return answerOData(200, JSON.stringify({ '@odata.context': context, AccessRights: maskOf(rights) }));
}
