// The parts of administration and who reaches them: the site map, the command palette and the address go by this list. Loaded
// for who has a right at all.
import { html, nothing, type TemplateResult } from 'lit';
import type { Me } from '../../metadata/effective.ts';
import type { MenuItem } from '../ui/dialog/menu.ts';
import { icon } from '../ui/icon.ts';
import type { Workspace } from '../ui/workspace.ts';
import { adminUrl, type Address } from './address.ts';

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

/** The group "Administration" of the site map. */
export function siteMap({ locale, me }: Workspace, address: Address, chosen: () => void): TemplateResult | undefined {
  const open = adminSections(me);
  if (open.length === 0) return undefined;
  const here = address.kind === 'admin' ? address.section || open[0]?.id : undefined;
  const title = locale.t('admin.title');
  return html`<section aria-label=${title}>
    <h3 class="x-group">${title}</h3>
    <ul class="x-items">
      ${open.map(
        (section) =>
          html`<li>
            <a
              class="x-item"
              href=${adminUrl(section.id)}
              aria-current=${here === section.id ? 'page' : nothing}
              @click=${chosen}
            >
              ${icon(section.icon)}<span>${locale.t(`admin.${section.id}`)}</span>
            </a>
          </li>`,
      )}
    </ul>
  </section>`;
}

export function commands({ locale, me, go }: Workspace): readonly MenuItem[] {
  return adminSections(me).map((section) => ({
    label: `${locale.t('admin.title')}: ${locale.t(`admin.${section.id}`)}`,
    icon: section.icon,
    run: () => go(adminUrl(section.id)),
  }));
}
