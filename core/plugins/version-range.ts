// Versions and ranges as npm writes them (https://semver.org, node-semver's caret and tilde), as far as plugins need them.

type Version = readonly [number, number, number, string];

/** Whether `version` satisfies `range`: exact, `^1.2.0`, `~1.2.0`, `>=1.0.0 <2.0.0`, `1.x`, `*`, alternatives by `||`. */
export function satisfies(version: string, range: string): boolean {
  const parsed = parseVersion(version);
  if (!parsed) return false;
  return range.split('||').some((alternative) =>
    alternative
      .trim()
      .replaceAll(/([<>=^~]+)\s+/g, '$1')
      .split(/\s+/)
      .every((comparator) => meets(parsed, comparator)),
  );
}

/** Whether `satisfies` can read every part of it. */
export function isRange(range: string): boolean {
  const part = /^(?:\^|~|>=|<=|>|<|=)?v?(?:\d+|[xX*])(?:\.(?:\d+|[xX*])){0,2}(?:-[0-9A-Za-z.-]+)?$/;
  return range.split('||').every((alternative) =>
    alternative
      .trim()
      .replaceAll(/([<>=^~]+)\s+/g, '$1')
      .split(/\s+/)
      .every((comparator) => part.test(comparator)),
  );
}

/** Below 0: `a` is the older one. What is no version counts as the oldest. */
export function compareVersions(a: string, b: string): number {
  const none: Version = [-1, 0, 0, ''];
  return compare(parseVersion(a) ?? none, parseVersion(b) ?? none);
}

function parseVersion(text: string): Version | undefined {
  const match = /^v?(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?$/.exec(text.trim());
  return match ? [Number(match[1]), Number(match[2]), Number(match[3]), match[4] ?? ''] : undefined;
}

function meets(version: Version, comparator: string): boolean {
  const match = /^(\^|~|>=|<=|>|<|=)?v?(\d+|[xX*])(?:\.(\d+|[xX*]))?(?:\.(\d+|[xX*]))?(?:-([0-9A-Za-z.-]+))?$/.exec(
    comparator,
  );
  if (!match) return comparator === '';
  const [, operator = '', ...texts] = match;
  const numbers = texts
    .slice(0, 3)
    .map((text) => (text === undefined || /[xX*]/.test(text) ? undefined : Number(text)));
  const [major, minor, patch] = numbers;
  if (major === undefined) return true;
  const lowest: Version = [major, minor ?? 0, patch ?? 0, texts[3] ?? ''];
  const next: Version =
    minor === undefined
      ? [major + 1, 0, 0, '']
      : patch === undefined
        ? [major, minor + 1, 0, '']
        : [major, minor, patch + 1, ''];
  const order = compare(version, lowest);
  switch (operator) {
    case '^': {
      const end: Version =
        major > 0 || minor === undefined
          ? [major + 1, 0, 0, '']
          : minor > 0 || patch === undefined
            ? [0, minor + 1, 0, '']
            : [0, 0, patch + 1, ''];
      return order >= 0 && compare(version, end) < 0;
    }
    case '~':
      return order >= 0 && compare(version, minor === undefined ? next : [major, minor + 1, 0, '']) < 0;
    case '>=':
      return order >= 0;
    case '<':
      return order < 0;
    case '>':
      return patch === undefined ? compare(version, next) >= 0 : order > 0;
    case '<=':
      return patch === undefined ? compare(version, next) < 0 : order <= 0;
    default:
      return patch === undefined ? order >= 0 && compare(version, next) < 0 : order === 0;
  }
}

function compare(a: Version, b: Version): number {
  const [aMajor, aMinor, aPatch, aTag] = a;
  const [bMajor, bMinor, bPatch, bTag] = b;
  return aMajor - bMajor || aMinor - bMinor || aPatch - bPatch || compareTags(aTag, bTag);
}

/** A version with a tag comes before the one without. */
function compareTags(a: string, b: string): number {
  if (a === b) return 0;
  if (a === '' || b === '') return a === '' ? 1 : -1;
  const left = a.split('.');
  const right = b.split('.');
  for (let index = 0; index < Math.max(left.length, right.length); index++) {
    const x = left[index];
    const y = right[index];
    if (x === y) continue;
    if (x === undefined || y === undefined) return x === undefined ? -1 : 1;
    const numeric = /^\d+$/;
    if (numeric.test(x) && numeric.test(y)) return Number(x) - Number(y);
    if (numeric.test(x) !== numeric.test(y)) return numeric.test(x) ? -1 : 1;
    return x < y ? -1 : 1;
  }
  return 0;
}
