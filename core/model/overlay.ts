// The overlay that turns what the layers below say into what is wanted, for documents whose parts are granted one by one
// (roles, field profiles, an entity's marks): only what differs, so that an upgrade below still comes through elsewhere.
import type { Json, JsonObject } from '../sdk/index.ts';
import { sameJson } from './canonical.ts';
import type { Layer } from './layer.ts';
import { isArray, isObject, own } from './pointer.ts';

/** `base@1.0.0:roles/basic-user`, of the lowest layer that has the document; undefined: none has. */
export function overlayAddress(below: readonly Layer[], id: string): string | undefined {
  const definer = below.find(
    (layer) => layer.documents.get(id)?.body['overlays'] === undefined && layer.documents.has(id),
  );
  return definer && `${definer.id}@${definer.version}:${id}`;
}

/**
 * The wanted role over the one below. What is granted below and not named any more is said to be what `*` gives, or `none`:
 * an overlay cannot leave out. Undefined: nothing differs.
 */
export function roleOverlay(below: JsonObject, wanted: JsonObject, overlays: string): JsonObject | undefined {
  const changed = differingTexts(below, wanted);
  const [old, next] = [objectAt(below, 'privileges'), objectAt(wanted, 'privileges')];
  const privileges: Record<string, Json> = {};
  for (const entity of new Set([...Object.keys(old), ...Object.keys(next)])) {
    const [last, now] = [own(old, entity), own(next, entity)];
    const said = now ?? (entity === '*' ? 'none' : (own(next, '*') ?? 'none'));
    const patch = last === undefined ? said : grantPatch(last, said);
    if (patch !== undefined) privileges[entity] = patch;
  }
  if (Object.keys(privileges).length > 0) changed['privileges'] = privileges;
  const deny = denyPatch(listAt(below, 'deny'), listAt(wanted, 'deny'));
  if (deny.length > 0) changed['deny'] = deny;
  const rights = [...listAt(wanted, 'rights')];
  if (!sameJson([...listAt(below, 'rights')].sort(), rights.toSorted())) changed['rights'] = rights;
  return Object.keys(changed).length === 0 ? undefined : { overlays, ...changed };
}

/** The wanted field profile over the one below; what is no longer granted is said to be refused. */
export function profileOverlay(below: JsonObject, wanted: JsonObject, overlays: string): JsonObject | undefined {
  const changed = differingTexts(below, wanted);
  const [old, next] = [objectAt(below, 'fields'), objectAt(wanted, 'fields')];
  const fields: Record<string, Record<string, Json>> = {};
  for (const entity of new Set([...Object.keys(old), ...Object.keys(next)])) {
    const [last, now] = [objectAt(old, entity), objectAt(next, entity)];
    for (const field of new Set([...Object.keys(last), ...Object.keys(now)])) {
      if (sameJson(own(last, field), own(now, field))) continue;
      const [granted, wish] = [objectAt(last, field), objectAt(now, field)];
      if (own(last, field) !== undefined && !['read', 'create', 'update'].some((verb) => wish[verb] === true)) {
        (fields[entity] ??= {})[field] = { remove: true };
        continue;
      }
      const patch: Record<string, Json> = {};
      for (const verb of ['read', 'create', 'update']) {
        if ((granted[verb] === true) !== (wish[verb] === true)) patch[verb] = wish[verb] === true;
      }
      if (wish['mask'] !== undefined) patch['mask'] = { first: 0, last: 0, ...objectAt(wish, 'mask') };
      else if (granted['mask'] !== undefined) patch['mask'] = { remove: true };
      if (Object.keys(patch).length > 0) (fields[entity] ??= {})[field] = patch;
    }
  }
  if (Object.keys(fields).length > 0) changed['fields'] = fields;
  return Object.keys(changed).length === 0 ? undefined : { overlays, ...changed };
}

function objectAt(document: JsonObject, name: string): JsonObject {
  const value = own(document, name);
  return isObject(value) ? value : {};
}

function listAt(document: JsonObject, name: string): readonly Json[] {
  const value = own(document, name);
  return isArray(value) ? value : [];
}

function differingTexts(below: JsonObject, wanted: JsonObject): Record<string, Json> {
  return Object.fromEntries(
    ['title', 'description'].flatMap((name): [string, Json][] => {
      const value = own(wanted, name);
      return value === undefined || value === own(below, name) ? [] : [[name, value]];
    }),
  );
}

/** Undefined: they grant the same. */
function grantPatch(last: Json, said: Json): Json | undefined {
  if (sameJson(last, said)) return undefined;
  if (!isObject(last) || !isObject(said)) return said;
  const patch: Record<string, Json> = {};
  for (const privilege of new Set([...Object.keys(last), ...Object.keys(said)])) {
    const now = own(said, privilege) ?? (privilege === '*' ? 'none' : (own(said, '*') ?? 'none'));
    if (!sameJson(own(last, privilege), now)) patch[privilege] = now;
  }
  return patch;
}

/** A rule that only gained or changed something is patched; one that lost something is replaced under another id. */
function denyPatch(last: readonly Json[], wanted: readonly Json[]): readonly Json[] {
  const next = new Map(wanted.filter(isObject).map((rule) => [String(rule['id']), rule]));
  const patch: Json[] = [];
  const taken = new Set([...next.keys(), ...last.filter(isObject).map((rule) => String(rule['id']))]);
  for (const rule of last.filter(isObject)) {
    const id = String(rule['id']);
    const now = next.get(id);
    next.delete(id);
    if (now && sameJson(rule, now)) continue;
    if (now && Object.keys(rule).every((key) => Object.hasOwn(now, key))) {
      patch.push({ ...now, id });
      continue;
    }
    patch.push({ id, remove: true });
    if (!now) continue;
    let fresh = `${id}-own`;
    while (taken.has(fresh)) fresh += '-own';
    taken.add(fresh);
    patch.push({ ...now, id: fresh });
  }
  return [...patch, ...next.values()];
}
