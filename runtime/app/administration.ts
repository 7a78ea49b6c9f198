// The parts of administration and who reaches them: the site map, the command palette and the address go by this list. Loaded
// for who has a right at all.
import { html, nothing, type TemplateResult } from 'lit';
import type { Me } from '../../metadata/effective.ts';
import type { MenuItem } from '../ui/dialog/menu.ts';
import { icon } from '../ui/icon.ts';
import type { Workspace } from '../ui/workspace.ts';
import type { Address } from './address.ts';
import type { Navigation } from './navigation.ts';

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
  { id: 'views', icon: 'gauge', right: 'customize' },
  { id: 'plugins', icon: 'puzzle', right: 'manage-plugins' },
  { id: 'audit', icon: 'history', right: 'audit' },
];

/** `adminUrl('roles', 'seller')` → `/admin/roles/seller` */
export const adminUrl = (section: string, id?: string): string =>
  `/admin/${section}${id === undefined ? '' : `/${encodeURIComponent(id)}`}`;

/** Those the caller's rights open. */
export function adminSections({ rights }: Pick<Me, 'rights'>): readonly AdminSection[] {
  return sections.filter(({ right }) => rights.includes(right) || rights.includes('*'));
}

/** The group "Administration" of the site map. */
export function siteMap({ locale, me }: Workspace, address: Address, chosen: () => void): TemplateResult | undefined {
  const open = adminSections(me);
  if (open.length === 0) return undefined;
  const here = address.kind === 'admin' ? (address.parts[0] ?? open[0]?.id) : undefined;
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

export function page(
  workspace: Workspace,
  navigation: Navigation,
  { parts }: Extract<Address, { kind: 'admin' }>,
): TemplateResult {
  void import('./pages/admin/admin-page.ts');
  return html`<x-admin-page
    .workspace=${workspace}
    .navigation=${navigation}
    .section=${parts.length > 2 ? 'unknown' : (parts[0] ?? '')}
    .itemId=${parts[1]}
  ></x-admin-page>`;
}
