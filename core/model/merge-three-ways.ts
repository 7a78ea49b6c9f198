// The three-way merge of an upgrade (DESIGN D3), on effective documents: `base` is what the vendor shipped before, `theirs`
// what it ships now, `ours` what the organization made of the former. Members of lists are the same by their stable ids.
// Where only one side changed something its change is taken; where both did and differ, ours stays and the conflict is told.
import type { Json, JsonObject } from '../sdk/index.ts';
import { isWhole } from './merge.ts';
import { escapeStep, isArray, isObject, memberId, memberIds, own } from './pointer.ts';
import { sameValue } from './same-value.ts';

/** Both sides changed one thing, differently. An absent side took the thing away, or never had it. */
export interface MergeConflict {
  /** Id path in the document; '' is the whole document. */
  readonly path: string;
  /** `order`: both sides put the members of the list at `path` in another order; the sides are lists of ids. */
  readonly kind: 'value' | 'order';
  readonly base?: Json;
  readonly theirs?: Json;
  readonly ours?: Json;
}

export interface ThreeWays<Value = JsonObject> {
  readonly base: Value | undefined;
  readonly theirs: Value | undefined;
  readonly ours: Value | undefined;
}

export interface MergedThreeWays {
  /** Undefined: the document is gone. */
  readonly merged: JsonObject | undefined;
  readonly conflicts: readonly MergeConflict[];
}

export function mergeThreeWays(sides: ThreeWays): MergedThreeWays {
  const conflicts: MergeConflict[] = [];
  const merged = mergeValues(sides, { path: '', name: '', whole: false }, conflicts);
  return { merged: isObject(merged) ? merged : undefined, conflicts };
}

interface Place {
  readonly path: string;
  /** The key it stands under, or that of its list. */
  readonly name: string;
  /** It means something only as a whole. */
  readonly whole: boolean;
}

function mergeValues(sides: ThreeWays<Json>, place: Place, conflicts: MergeConflict[]): Json | undefined {
  const { base, theirs, ours } = sides;
  if (sameValue(theirs, ours, place.name) || sameValue(base, ours, place.name)) return theirs;
  if (sameValue(base, theirs, place.name)) return ours;
  if (!place.whole && isObject(theirs) && isObject(ours)) {
    return mergeObjects({ base: isObject(base) ? base : {}, theirs, ours }, place, conflicts);
  }
  if (!place.whole && isArray(theirs) && isArray(ours)) {
    const before = isArray(base) ? base : [];
    if (place.name === 'required') {
      // A set: what either side took away is gone, what either added is there.
      const kept = theirs.filter((one) => ours.includes(one) || !before.includes(one));
      return [...kept, ...ours.filter((one) => !theirs.includes(one) && !before.includes(one))];
    }
    const lists = { base: before, theirs, ours };
    if ([before, theirs, ours].every((list) => memberIds(place.name, list) !== undefined)) {
      return mergeLists(lists, place, conflicts);
    }
  }
  conflicts.push({
    path: place.path,
    kind: 'value',
    ...(base !== undefined && { base }),
    ...(theirs !== undefined && { theirs }),
    ...(ours !== undefined && { ours }),
  });
  return ours;
}

function mergeObjects(
  sides: { readonly base: JsonObject; readonly theirs: JsonObject; readonly ours: JsonObject },
  place: Place,
  conflicts: MergeConflict[],
): JsonObject {
  const { base, theirs, ours } = sides;
  // Only the order of properties is seen by anybody: it is that of fields nobody placed.
  const ordered = place.name === 'properties';
  const keys = ordered
    ? mergeOrders(sides, place, conflicts)
    : [...new Set([...Object.keys(theirs), ...Object.keys(ours)])];
  return Object.fromEntries(
    keys.flatMap((key): [string, Json][] => {
      const child = { path: `${place.path}/${escapeStep(key)}`, name: key, whole: isWhole(key) };
      const values = { base: own(base, key), theirs: own(theirs, key), ours: own(ours, key) };
      const value = mergeValues(values, child, conflicts);
      return value === undefined ? [] : [[key, value]];
    }),
  );
}

type Lists = { readonly base: readonly Json[]; readonly theirs: readonly Json[]; readonly ours: readonly Json[] };

function mergeLists(lists: Lists, place: Place, conflicts: MergeConflict[]): readonly Json[] {
  const byId = (list: readonly Json[]): JsonObject =>
    Object.fromEntries(list.map((member): [string, Json] => [`=${memberId(place.name, member) ?? ''}`, member]));
  const sides = { base: byId(lists.base), theirs: byId(lists.theirs), ours: byId(lists.ours) };
  return mergeOrders(sides, place, conflicts, 1).flatMap((key) => {
    const child = { path: `${place.path}/${escapeStep(key.slice(1))}`, name: place.name, whole: false };
    const values = { base: own(sides.base, key), theirs: own(sides.theirs, key), ours: own(sides.ours, key) };
    return mergeValues(values, child, conflicts) ?? [];
  });
}

/**
 * All names of theirs and ours in one order: of the side that moved something, the other's additions behind what they stood
 * behind. `prefix`: letters before an id that keep numbers in the order they were given.
 */
function mergeOrders(
  sides: { readonly base: JsonObject; readonly theirs: JsonObject; readonly ours: JsonObject },
  place: Place,
  conflicts: MergeConflict[],
  prefix = 0,
): readonly string[] {
  const [base, theirs, ours] = [sides.base, sides.theirs, sides.ours].map((side) => Object.keys(side)) as [
    string[],
    string[],
    string[],
  ];
  const common = base.filter((name) => theirs.includes(name) && ours.includes(name));
  const inCommon = (names: readonly string[]): string => names.filter((name) => common.includes(name)).join('\n');
  const moved = inCommon(ours) !== inCommon(base);
  if (moved && inCommon(theirs) !== inCommon(base) && inCommon(theirs) !== inCommon(ours)) {
    const plain = (names: readonly string[]): readonly string[] => names.map((name) => name.slice(prefix));
    conflicts.push({ path: place.path, kind: 'order', base: plain(base), theirs: plain(theirs), ours: plain(ours) });
  }
  return moved ? withAdditions(ours, theirs) : withAdditions(theirs, ours);
}

/** `names`, and what `others` has beside them, each behind the one it stands behind there. */
export function withAdditions(names: readonly string[], others: readonly string[]): readonly string[] {
  const order = [...names];
  others.forEach((name, index) => {
    if (order.includes(name)) return;
    const before = others[index - 1];
    // One that stood last stays last, whatever the other side put there.
    if (index > 0 && others.slice(index).every((later) => !names.includes(later))) order.push(name);
    else order.splice(before === undefined ? 0 : order.indexOf(before) + 1, 0, name);
  });
  return order;
}
