// A change of rights that is only asked about: a role or field profile with another document or none, a user or team given or
// taken roles. Checked as publishing would check it.
import { checkRoles } from '../../model/check-roles.ts';
import { invalidModel } from '../../model/errors.ts';
import type { Problem } from '../../model/layer.ts';
import { locate } from '../../model/locate.ts';
import type { Model } from '../../model/model.ts';
import { isObject } from '../../model/pointer.ts';
import { layerOf } from '../../model/read-layer.ts';
import { ident, qualified } from '../../db/identifier.ts';
import type { Executor } from '../../db/sql.ts';
import type { JsonObject, Violation } from '../../sdk/index.ts';
import { refuse } from '../errors.ts';
import { heldRoles, type HeldRole, type Principal } from '../principal.ts';

export type Change =
  | { readonly kind: 'role' | 'profile'; readonly id: string; readonly document: JsonObject | undefined }
  | ({ readonly kind: 'user'; readonly id: string } & Exchange)
  | ({ readonly kind: 'team'; readonly id: string } & Exchange);

interface Exchange {
  readonly give: readonly string[];
  readonly take: readonly string[];
  readonly giveProfiles: readonly string[];
  readonly takeProfiles: readonly string[];
  /** The unit in which the roles given count, and all below it. */
  readonly unit: string;
  readonly below: readonly string[];
}

export interface World {
  readonly model: Model;
  /** The same person in that world. */
  principal(subject: Principal): Principal;
}

const ID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;
const FORMS =
  'Give one of {"role": id, "document": {…}}, {"role": id, "remove": true}, {"profile": id, "document": {…}}, ' +
  '{"profile": id, "remove": true}, {"user": id, "give": [roles], "take": [roles]} or {"team": id, "give": [roles], "take": [roles]}.';

/** Throws CHANGE_INVALID (400) with everything wrong, MODEL_INVALID (422) for the document, USER_UNKNOWN, TEAM_UNKNOWN (404). */
export async function readChange(model: Model, executor: Executor, schema: string, body: unknown): Promise<Change> {
  const given: JsonObject = isObject(body as JsonObject) ? (body as JsonObject) : {};
  const kinds = (['role', 'profile', 'user', 'team'] as const).filter((name) => given[name] !== undefined);
  const [kind] = kinds;
  const id = kind && given[kind];
  const details: Violation[] = [];
  const add = (target: string, message: string) => details.push({ code: 'CHANGE_INVALID', target, message });
  const refuseAll = () => refuse('CHANGE_INVALID', { count: details.length }, { details });
  if (kind === undefined || kinds.length > 1 || typeof id !== 'string') {
    add(kinds.join(','), FORMS);
    throw refuseAll();
  }
  const allowed =
    kind === 'role' || kind === 'profile' ? ['document', 'remove'] : ['give', 'take', 'giveProfiles', 'takeProfiles'];
  for (const name of Object.keys(given))
    if (name !== kind && !allowed.includes(name)) add(name, `"${name}" means nothing here. ${FORMS}`);
  if (kind === 'role' || kind === 'profile') {
    const { document, remove } = given;
    const name = id.replace(/^(?:roles|profiles)\//, '');
    if ((document === undefined) === (remove !== true))
      add('document', `Give either "document" or "remove": true. ${FORMS}`);
    if (document !== undefined && !isObject(document)) add('document', 'The document must be a JSON object.');
    if (remove === true && !(kind === 'role' ? model.roles : model.profiles).has(name))
      add(kind, `There is no ${kind} "${name}".`);
    if (details.length > 0) throw refuseAll();
    const next = isObject(document) ? document : undefined;
    if (next) checkDocument(model, kind, name, next);
    return { kind, id: name, document: next };
  }
  if (!ID.test(id)) add(kind, `"${id}" is no id; give it as 8-4-4-4-12 hexadecimal digits.`);
  const list = (name: string, known: ReadonlyMap<string, unknown>): readonly string[] => {
    const value = given[name] ?? [];
    if (!Array.isArray(value)) {
      add(name, `"${name}" must be a list of ids.`);
      return [];
    }
    return (value as readonly unknown[]).flatMap((one) => {
      const role = String(one).replace(/^(?:roles|profiles)\//, '');
      if (known.has(role)) return [role];
      add(name, `There is no "${role}"; there are ${[...known.keys()].join(', ')}.`);
      return [];
    });
  };
  const exchange = {
    give: list('give', model.roles),
    take: list('take', model.roles),
    giveProfiles: list('giveProfiles', model.profiles),
    takeProfiles: list('takeProfiles', model.profiles),
  };
  if (details.length > 0) throw refuseAll();
  const place = await placeOf(executor, schema, kind, id);
  if (!place) throw kind === 'user' ? refuse('USER_UNKNOWN', { user: id }) : refuse('TEAM_UNKNOWN', { team: id });
  return { kind, id: id.toLowerCase(), ...exchange, ...place };
}

/** The unit of an enabled user or an owner team; undefined where there is no such. */
async function placeOf(
  executor: Executor,
  schema: string,
  kind: 'user' | 'team',
  id: string,
): Promise<{ readonly unit: string; readonly below: readonly string[] } | undefined> {
  const [holders, key, isMeant] =
    kind === 'user'
      ? (['systemuser', 'systemuserid', 'h.isdisabled is not true'] as const)
      : (['team', 'teamid', 'h.teamtype is distinct from 1'] as const);
  const holder = `${qualified(schema, holders)} h where h.${ident(key)} = $1::uuid and ${isMeant}`;
  const [row] = await executor.query<{ unit: string | null; below: readonly string[] }>(
    `with recursive tree(id) as (
       select h.businessunitid from ${holder}
       union select b.businessunitid from tree join ${qualified(schema, 'businessunit')} b on b.parentbusinessunitid = tree.id)
     select h.businessunitid as unit, array(select id from tree where id is not null)::text[] as below from ${holder}`,
    [id],
  );
  return row && { unit: row.unit ?? '', below: row.below };
}

/** As a publish would: the shape of the document, then what it says of entities, depths and conditions. */
function checkDocument(model: Model, kind: 'role' | 'profile', id: string, document: JsonObject): void {
  const path = `${kind === 'role' ? 'roles' : 'profiles'}/${id}`;
  const { problems } = layerOf({ id: 'what-if', version: '0', kind: 'organization' }, { [path]: document });
  if (problems.length > 0) throw invalidModel(problems);
  if (kind === 'profile') return;
  const found: Problem[] = [];
  const text = JSON.stringify(document, null, 2);
  checkRoles(
    { ...model, roles: new Map([[id, document]]) },
    {
      all: found,
      add: (code, _document, pointer, message) => {
        found.push(locate({ code, file: `what-if:${path}.json`, pointer, message }, text));
      },
    },
  );
  if (found.length > 0) throw invalidModel(found);
}

export function worldAfter(model: Model, change: Change): World {
  if (!('give' in change)) {
    const documents = new Map(change.kind === 'role' ? model.roles : model.profiles);
    if (change.document) documents.set(change.id, change.document);
    else documents.delete(change.id);
    const after: Model = change.kind === 'role' ? { ...model, roles: documents } : { ...model, profiles: documents };
    return { model: after, principal: (subject) => subject };
  }
  const seen = new WeakMap<Principal, Principal>();
  return {
    model,
    principal(subject) {
      let later = seen.get(subject);
      if (!later) seen.set(subject, (later = exchanged(subject, change)));
      return later;
    },
  };
}

function exchanged(subject: Principal, change: Exclude<Change, { readonly kind: 'role' | 'profile' }>): Principal {
  const team = change.kind === 'team' ? change.id : undefined;
  const isConcerned = (held: HeldRole) => held.team === team;
  const before = heldRoles(subject);
  const { unit, below } = change;
  const kept = before.filter((held) => !isConcerned(held) || !change.take.includes(held.role));
  const given = change.give
    .filter((role) => !kept.some((held) => isConcerned(held) && held.role === role))
    .map((role): HeldRole => ({ role, unit, below, ...(team !== undefined && { team }) }));
  const held = [...kept, ...given];
  const profiles = new Set((subject.profiles ?? []).filter((profile) => !change.takeProfiles.includes(profile)));
  for (const profile of change.giveProfiles) profiles.add(profile);
  return {
    ...subject,
    held,
    roles: [...new Set(held.map(({ role }) => role))].toSorted(),
    profiles: [...profiles].toSorted(),
  };
}
