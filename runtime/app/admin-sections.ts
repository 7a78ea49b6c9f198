// The parts of administration and who reaches them: the site map, the command palette and the address go by this list.
import type { Me } from '../../metadata/effective.ts';

export interface AdminSection {
  readonly id: string;
  readonly icon: string;
  readonly right: string;
}

const sections: readonly AdminSection[] = [
  { id: 'users', icon: 'circle-user', right: 'manage-users' },
  { id: 'teams', icon: 'users', right: 'manage-users' },
  { id: 'units', icon: 'network', right: 'manage-users' },
  { id: 'roles', icon: 'shield', right: 'manage-users' },
  { id: 'profiles', icon: 'shield-user', right: 'manage-users' },
  { id: 'keys', icon: 'key-round', right: 'manage-users' },
  { id: 'sessions', icon: 'monitor-smartphone', right: 'manage-users' },
  { id: 'audit', icon: 'history', right: 'audit' },
];

/** Those the caller's rights open. */
export function adminSections({ rights }: Pick<Me, 'rights'>): readonly AdminSection[] {
  return sections.filter(({ right }) => rights.includes(right) || rights.includes('*'));
}
