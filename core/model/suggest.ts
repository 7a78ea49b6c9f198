// "Did you mean …?": the nearest of the names that would have been right.

const LONGEST = 128;

/** The allowed name nearest to `wrong`, if it is near enough to be what was meant. */
export function nearest(wrong: string, allowed: Iterable<string>): string | undefined {
  // Longer than any name of ours: nothing is near, and comparing would cost its length times theirs.
  if (wrong.length > LONGEST) return undefined;
  const limit = Math.max(1, Math.floor(wrong.length / 3));
  const lower = wrong.toLowerCase();
  let best: string | undefined;
  let bestDistance = limit + 1;
  for (const name of allowed) {
    if (Math.abs(name.length - wrong.length) >= bestDistance) continue;
    const distance = editDistance(lower, name.toLowerCase());
    if (distance < bestDistance) {
      best = name;
      bestDistance = distance;
    }
  }
  return best;
}

/** ` (did you mean "subject"?)`, or nothing where no name is near. */
export function suggest(wrong: string, allowed: Iterable<string>): string {
  const name = nearest(wrong, allowed);
  return name === undefined ? '' : ` (did you mean "${name}"?)`;
}

/** Edits that turn one word into the other; two letters changed round count as one (optimal string alignment). */
export function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      let cost = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + change);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, (beforeLast[j - 2] ?? 0) + 1);
      row.push(cost);
    }
    beforeLast = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
