// Finding and linking people: what users, teams and roles pages share when they add or take away.
import { ClientError } from '../../../client/index.ts';
import type { AdminApi, DocumentSummary, Unit } from './api.ts';
import type { AdminContext } from './context.ts';
import { matching, type Pick } from './parts.ts';

/** Users by typed words, asked of the server. */
export function findUsers(api: AdminApi): (text: string) => Promise<readonly Pick[]> {
  return async (text) =>
    (await api.users({ search: text, show: 'enabled', top: 50 })).users.map((user) => ({
      id: user.id,
      name: user.name,
      secondary: [user.email, user.unit?.name ?? ''].filter(Boolean).join(' · '),
    }));
}

export function findIn(list: readonly Pick[]): (text: string) => readonly Pick[] {
  return matching(list);
}

/** Roles and profiles that have a row to be given by, but those held already. */
export function givable(
  documents: readonly DocumentSummary[],
  held: readonly { readonly document: string }[],
): readonly Pick[] {
  return documents
    .filter(({ row, id }) => row !== null && !held.some(({ document }) => document === id))
    .map(({ row, title, description }) => ({ id: row ?? '', name: title, secondary: description }));
}

/** Units as `Root / Branch / Office`, so that equal names are told apart. */
export function unitPaths(units: readonly Unit[]): readonly Pick[] {
  const byId = new Map(units.map((unit) => [unit.id, unit]));
  const pathOf = (unit: Unit): string => {
    const names: string[] = [];
    for (let at: Unit | undefined = unit; at && names.length < 20; at = byId.get(at.parentId ?? ''))
      names.unshift(at.name);
    return names.slice(0, -1).join(' / ');
  };
  return units.map((unit) => ({ id: unit.id, name: unit.name, secondary: pathOf(unit) }));
}

const links = {
  'systemusers/role': ['systemuserroles_association', 'roles'],
  'systemusers/team': ['teammembership_association', 'teams'],
  'systemusers/profile': ['systemuserprofiles_association', 'fieldsecurityprofiles'],
  'teams/role': ['teamroles_association', 'roles'],
  'teams/member': ['teammembership_association', 'systemusers'],
  'teams/profile': ['teamprofiles_association', 'fieldsecurityprofiles'],
} as const;

export type LinkKind = keyof typeof links;

export async function give({ workspace }: AdminContext, kind: LinkKind, id: string, target: string): Promise<void> {
  const [navigation, set] = links[kind];
  await workspace.client.associate(kind.split('/')[0] ?? '', id, navigation, set, target);
}

export async function take({ workspace }: AdminContext, kind: LinkKind, id: string, target: string): Promise<void> {
  const [navigation, set] = links[kind];
  await workspace.client.disassociate(kind.split('/')[0] ?? '', id, navigation, set, target);
}

/** The server's violations by the ids of a dialog's entries; what belongs to none stands under ''. */
export function byEntry(error: unknown, entries: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  const details = error instanceof ClientError ? error.details : [];
  for (const { target, message } of details) {
    const entry = entries[target] ?? '';
    found[entry] = found[entry] === undefined ? message : `${found[entry]} ${message}`;
  }
  if (details.length === 0) found[''] = error instanceof Error ? error.message : String(error);
  return found;
}
