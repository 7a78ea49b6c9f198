// The roles: where each comes from, whether it was changed here, and how many hold it.
import { html, nothing, type TemplateResult } from 'lit';
import { icon } from '../../../ui/icon.ts';
import { adminUrl } from '../../administration.ts';
import { AdminElement } from './admin-element.ts';
import type { DocumentSummary } from './api.ts';
import { newRole } from './new-role.ts';
import { pageHead, table } from './parts.ts';

export class RolesPage extends AdminElement<readonly DocumentSummary[]> {
  protected load(): Promise<readonly DocumentSummary[]> {
    return this.context.api.documents('roles');
  }

  protected heading(): string {
    return this.context.t('roles');
  }

  protected view(roles: readonly DocumentSummary[]): TemplateResult {
    const { t, locale } = this.context;
    const sorted = roles.toSorted((a, b) => locale.compare(a.title, b.title));
    const rights = (list: readonly string[]) =>
      list
        .map((right) => t(`right.${right === '*' ? 'all' : right}`).replace(/^right\./, ''))
        .join(t('common.listSeparator'));
    return html`<div class="x-admin">
      ${pageHead({
        title: t('roles'),
        count: locale.number(roles.length),
        commands: html`<button type="button" class="x-button x-button-primary" @click=${() => newRole(this.context)}>
          ${icon('plus')}<span>${t('role.new')}</span>
        </button>`,
      })}
      <p class="x-admin-text">${t('role.text')}</p>
      ${table(
        t('roles'),
        sorted,
        [
          {
            title: t('name'),
            names: true,
            cell: (role) =>
              html`<a href=${adminUrl('roles', role.id)} dir="auto">${role.title}</a
                ><span class="x-admin-second" dir="auto">${role.description}</span>`,
          },
          {
            title: t('layer'),
            cell: (role) =>
              html`${role.layer === 'organization' ? t('layer.own') : t('layer.from', { layer: role.layer })}${
                role.overlaid ? html` <span class="x-tag x-admin-changed-tag">${t('layer.changed')}</span>` : nothing
              }`,
          },
          { title: t('users'), cell: (role) => html`<span class="x-num">${locale.number(role.users)}</span>` },
          { title: t('teams'), cell: (role) => html`<span class="x-num">${locale.number(role.teams)}</span>` },
          { title: t('role.rights'), cell: (role) => (role.rights?.length ? rights(role.rights) : '') },
        ],
        html`<p>${t('common.none')}</p>`,
      )}
    </div>`;
  }
}

customElements.define('x-admin-roles', RolesPage);
