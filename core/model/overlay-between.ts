// The overlay that turns one effective document into another, said by stable ids: only what differs, `remove` for what is not
// wanted, `after` where the order is not the one below. What merge.ts makes of it is the wanted document again.
import type { Json, JsonObject } from '../sdk/index.ts';
import { isWhole } from './merge.ts';
import { isArray, isObject, memberIds, memberKey, own } from './pointer.ts';
import { sameValue } from './same-value.ts';

/** Without `overlays`; undefined: nothing differs. */
export function overlayBetween(lower: JsonObject, wanted: JsonObject): JsonObject | undefined {
  const patch = patchObject(lower, wanted, '', true);
  return Object.keys(patch).length === 0 ? undefined : patch;
}

function patchObject(lower: JsonObject, wanted: JsonObject, name: string, top = false): Record<string, Json> {
  const patch: Record<string, Json> = {};
  for (const [key, value] of Object.entries(wanted)) {
    if (value === undefined || (top && (key === '$schema' || key === 'overlays'))) continue;
    const old = own(lower, key);
    const said = patchValue(old, value, key);
    if (said !== undefined) patch[key] = said;
  }
  for (const [key, value] of Object.entries(lower)) {
    if (value === undefined || own(wanted, key) !== undefined || (top && key === '$schema')) continue;
    patch[key] = { remove: true };
  }
  if (name !== 'properties') return patch;
  const order = Object.keys(wanted);
  for (const [key, after] of placementsOf(Object.keys(lower), order)) {
    const said = patch[key];
    patch[key] = { ...(isObject(said) ? said : {}), after };
  }
  // Of several behind one sibling the first that is named comes first.
  return Object.fromEntries(
    [...order, ...Object.keys(patch)].flatMap((key) => (patch[key] ? [[key, patch[key]]] : [])),
  );
}

function patchValue(old: Json | undefined, value: Json, key: string): Json | undefined {
  if (sameValue(old, value, key)) return undefined;
  if (isWhole(key)) return value;
  if (isObject(old) && isObject(value)) return patchObject(old, value, key);
  if (isArray(old) && isArray(value)) {
    if (key === 'required') return value.filter((one) => !old.includes(one));
    if (memberIds(key, old) && memberIds(key, value)) return patchList(old, value, key);
  }
  return value;
}

function patchList(lower: readonly Json[], wanted: readonly Json[], name: string): readonly Json[] {
  const known = memberKey(name);
  const members = (list: readonly Json[]): Map<string, JsonObject> =>
    new Map(list.filter(isObject).map((member) => [String(member[known]), member]));
  const [old, next] = [members(lower), members(wanted)];
  const placements = placementsOf([...old.keys()], [...next.keys()]);
  const said: Json[] = [];
  for (const [id, member] of next) {
    const below = old.get(id);
    const after = placements.get(id);
    const patch = below ? patchObject(below, member, name) : member;
    if (below && Object.keys(patch).length === 0 && after === undefined) continue;
    const key = member[known] ?? id;
    said.push({ [known]: key, ...(after !== undefined && { after }), ...patch });
  }
  for (const [id, member] of old) if (!next.has(id)) said.push({ [known]: member[known] ?? id, remove: true });
  return said;
}

/** Which members have to say `after` what, for those below and the new ones to come out in the wanted order. */
function placementsOf(lower: readonly string[], wanted: readonly string[]): ReadonlyMap<string, string> {
  const stay = new Set(longestInOrder(lower, wanted));
  const kept = lower.filter((id) => wanted.includes(id));
  const added = wanted.filter((id) => !lower.includes(id));
  if ([...kept, ...added].join('\n') === wanted.join('\n')) return new Map();
  return new Map(wanted.flatMap((id, index) => (stay.has(id) ? [] : [[id, wanted[index - 1] ?? '']])));
}

/** The longest run of `wanted` that stands in the same order in `lower`: the fewest members have to move. */
function longestInOrder(lower: readonly string[], wanted: readonly string[]): readonly string[] {
  const position = new Map(lower.map((id, index) => [id, index]));
  const best: { readonly length: number; readonly run: readonly string[] }[] = [];
  const ids = wanted.filter((id) => position.has(id));
  ids.forEach((id, index) => {
    let longest: readonly string[] = [];
    for (let before = 0; before < index; before += 1) {
      const run = best[before]?.run ?? [];
      if ((position.get(ids[before] ?? '') ?? 0) < (position.get(id) ?? 0) && run.length > longest.length)
        longest = run;
    }
    best.push({ length: longest.length + 1, run: [...longest, id] });
  });
  return best.toSorted((a, b) => b.length - a.length)[0]?.run ?? [];
}
