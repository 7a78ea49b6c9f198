// Puts members where an overlay wants them: `after` a sibling, or first. The outcome does not depend on the order in which
// the overlay names them, and placing twice changes nothing.

export interface Placement {
  readonly id: string;
  /** The sibling to stand after; '' = first. */
  readonly after: string;
}

export interface Placed {
  readonly order: readonly string[];
  /** Placements whose sibling is not there. */
  readonly lost: readonly Placement[];
  /** Placements that wait for each other in a circle. */
  readonly circular: readonly Placement[];
}

export function place(ids: readonly string[], placements: readonly Placement[]): Placed {
  const present = new Set(ids);
  const lost = placements.filter(({ after }) => after !== '' && !present.has(after));
  const sound = placements.filter((placement) => !lost.includes(placement));
  const byId = new Map(sound.map((placement) => [placement.id, placement]));

  // A member is placed after its sibling has been; of several after the same sibling the first named comes first, so
  // that they are put there from the last to the first.
  const depths = new Map<Placement, number>();
  for (const placement of sound) depths.set(placement, depthOf(placement, byId));
  const circular = sound.filter((placement) => depths.get(placement) === Infinity);
  const turns = sound
    .filter((placement) => !circular.includes(placement))
    .toReversed()
    .sort((a, b) => (depths.get(a) ?? 0) - (depths.get(b) ?? 0));
  let order = [...ids];
  for (const { id, after } of turns) {
    order = order.filter((other) => other !== id);
    order.splice(after === '' ? 0 : order.indexOf(after) + 1, 0, id);
  }
  return { order, lost, circular };
}

/** How many siblings have to be placed before this one. */
function depthOf(placement: Placement, byId: ReadonlyMap<string, Placement>): number {
  const met = new Set<string>([placement.id]);
  let depth = 0;
  for (let next = byId.get(placement.after); next; next = byId.get(next.after)) {
    if (met.has(next.id)) return Infinity;
    met.add(next.id);
    depth++;
  }
  return depth;
}
