// The field profiles: who may see and change secured fields.
import { html, nothing, type TemplateResult } from 'lit';
import { icon } from '../../../ui/icon.ts';
import { adminUrl } from '../../administration.ts';
import { AdminElement } from './admin-element.ts';
import type { DocumentSummary } from './api.ts';
import { newProfile } from './new-role.ts';
import { pageHead, table } from './parts.ts';

export class ProfilesPage extends AdminElement<readonly DocumentSummary[]> {
  protected load(): Promise<readonly DocumentSummary[]> {
    return this.context.api.documents('profiles');
  }

  protected heading(): string {
    return this.context.t('profiles');
  }

  protected view(profiles: readonly DocumentSummary[]): TemplateResult {
    const { t, locale } = this.context;
    const make = html`<button type="button" class="x-button x-button-primary" @click=${() => newProfile(this.context)}>
      ${icon('plus')}<span>${t('profile.new')}</span>
    </button>`;
    return html`<div class="x-admin">
      ${pageHead({ title: t('profiles'), count: locale.number(profiles.length), commands: make })}
      <p class="x-admin-text">${t('profile.text')}</p>
      ${table(
        t('profiles'),
        profiles,
        [
          {
            title: t('name'),
            names: true,
            cell: (one) =>
              html`<a href=${adminUrl('profiles', one.id)} dir="auto">${one.title}</a
                ><span class="x-admin-second" dir="auto">${one.description}</span>`,
          },
          {
            title: t('layer'),
            cell: (one) =>
              html`${one.layer === 'organization' ? t('layer.own') : t('layer.from', { layer: one.layer })}${
                one.overlaid ? html` <span class="x-tag x-admin-changed-tag">${t('layer.changed')}</span>` : nothing
              }`,
          },
          {
            title: t('profile.fields'),
            cell: (one) => html`<span class="x-num">${locale.number(one.fields ?? 0)}</span>`,
          },
          { title: t('users'), cell: (one) => html`<span class="x-num">${locale.number(one.users)}</span>` },
          { title: t('teams'), cell: (one) => html`<span class="x-num">${locale.number(one.teams)}</span>` },
        ],
        html`${icon('shield-user')}
          <h2 class="x-state-title">${t('profile.none')}</h2>
          <p>${t('profile.noneText')}</p>`,
      )}
    </div>`;
  }
}

customElements.define('x-admin-profiles', ProfilesPage);
