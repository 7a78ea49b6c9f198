// A role's grants as a matrix that can be edited: entity → privilege → depth and condition. Values only: what the screen does
// is role-matrix.ts's. `*` is a row of its own; a row that the role does not name shows what `*` says, until it is changed.
import type { Document } from './api.ts';

export const privileges = ['create', 'read', 'write', 'delete', 'append', 'append-to', 'assign', 'share'] as const;
export type Privilege = (typeof privileges)[number];

/** By the digits that set them. */
export const depths = ['none', 'own', 'unit', 'unit-and-below', 'organization'] as const;
export type Depth = (typeof depths)[number];

export interface Grant {
  readonly depth: Depth;
  /** JSONata over the row. */
  readonly when?: string;
}

export type Row = Readonly<Record<Privilege, Grant>>;

/** The rows that are said, by entity. */
export type Matrix = ReadonlyMap<string, Row>;

const none: Grant = Object.freeze({ depth: 'none' });

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readGrant(said: unknown): Grant {
  const value = isObject(said) ? said['depth'] : said;
  const depth = depths.find((one) => one === value) ?? 'none';
  const when = isObject(said) ? said['when'] : undefined;
  return depth !== 'none' && typeof when === 'string' ? { depth, when } : { depth };
}

export function readMatrix(document: Document): Matrix {
  const listed = isObject(document['privileges']) ? document['privileges'] : {};
  return new Map(
    Object.entries(listed).map(([entity, said]) => [
      entity,
      rowOf((privilege) => readGrant(isObject(said) ? (said[privilege] ?? said['*']) : said)),
    ]),
  );
}

function rowOf(grant: (privilege: Privilege) => Grant): Row {
  return Object.fromEntries(privileges.map((privilege) => [privilege, grant(privilege)])) as Record<Privilege, Grant>;
}

/** What a row grants: its own, or what `*` says. */
export function grantAt(matrix: Matrix, entity: string, privilege: Privilege): Grant {
  return (matrix.get(entity) ?? matrix.get('*'))?.[privilege] ?? none;
}

/** True where the row says nothing itself. */
export function inherits(matrix: Matrix, entity: string): boolean {
  return entity !== '*' && !matrix.has(entity);
}

export interface Place {
  readonly entity: string;
  readonly privilege: Privilege;
}

/** A matrix in which these places grant this; a row that was inherited becomes its own. */
export function setGrants(matrix: Matrix, changes: readonly (Place & { readonly grant: Grant })[]): Matrix {
  const next = new Map(matrix);
  for (const { entity, privilege, grant } of changes) {
    if (sameGrant(grantAt(next, entity, privilege), grant)) continue;
    const row = next.get(entity) ?? rowOf((one) => grantAt(matrix, entity, one));
    next.set(entity, { ...row, [privilege]: grant });
  }
  return next;
}

export function sameGrant(a: Grant, b: Grant): boolean {
  return a.depth === b.depth && a.when === b.when;
}

/** Rows of organization-owned entities have nobody nearer: only none and all mean something. */
export function fits(ownership: 'user' | 'organization' | undefined, depth: Depth): boolean {
  return ownership !== 'organization' || depth === 'none' || depth === 'organization';
}

/** What a grant comes to on rows of this ownership: what everything else is granted may reach none of them. */
export function reaching(ownership: 'user' | 'organization' | undefined, grant: Grant): Grant {
  return fits(ownership, grant.depth) ? grant : none;
}

/** The next depth by the space bar. */
export function nextDepth(ownership: 'user' | 'organization' | undefined, depth: Depth): Depth {
  for (let at = depths.indexOf(depth) + 1; ; at += 1) {
    const next = depths[at % depths.length] ?? 'none';
    if (fits(ownership, next)) return next;
  }
}

export interface Change extends Place {
  readonly before: Grant;
  readonly after: Grant;
}

export function changesBetween(before: Matrix, after: Matrix, entities: readonly string[]): readonly Change[] {
  return entities.flatMap((entity) =>
    privileges.flatMap((privilege): readonly Change[] => {
      const [last, next] = [grantAt(before, entity, privilege), grantAt(after, entity, privilege)];
      return sameGrant(last, next) ? [] : [{ entity, privilege, before: last, after: next }];
    }),
  );
}

/** The document's `privileges` as the matrix says them; rows that did not change keep the words they had. */
export function writePrivileges(original: Document, base: Matrix, matrix: Matrix): Document {
  const listed = isObject(original['privileges']) ? original['privileges'] : {};
  const written: Record<string, unknown> = {};
  for (const [entity, row] of matrix) {
    const last = base.get(entity);
    if (last && entity in listed && privileges.every((one) => sameGrant(last[one], row[one]))) {
      written[entity] = listed[entity];
      continue;
    }
    const granted = privileges.filter((one) => row[one].depth !== 'none');
    written[entity] =
      granted.length === 0
        ? 'none'
        : Object.fromEntries(
            granted.map((one) => {
              const { depth, when } = row[one];
              return [one, when === undefined ? depth : { depth, when }];
            }),
          );
  }
  return written;
}

/** Cells as text for the clipboard: depths as digits, conditions behind a bar, columns by tabs. */
export function copyGrants(grants: readonly (readonly Grant[])[]): string {
  return grants
    .map((row) =>
      row
        .map(
          ({ depth, when }) =>
            `${depths.indexOf(depth)}${when === undefined ? '' : `|${when.replace(/[\t\r\n]+/g, ' ')}`}`,
        )
        .join('\t'),
    )
    .join('\n');
}

/** The way back; undefined: it is something else. */
export function pasteGrants(text: string): readonly (readonly Grant[])[] | undefined {
  const rows = text
    .replace(/\r/g, '')
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => line.split('\t').map(readCell));
  return rows.every((row) => row.every((cell) => cell !== undefined))
    ? (rows as readonly (readonly Grant[])[])
    : undefined;
}

function readCell(text: string): Grant | undefined {
  const match = /^\s*([0-4])(?:\|(.+))?\s*$/.exec(text);
  const depth = depths[Number(match?.[1] ?? -1)];
  if (!match || depth === undefined) return undefined;
  return match[2] !== undefined && depth !== 'none' ? { depth, when: match[2] } : { depth };
}
