// One team: its members, roles and field profiles.
import { html, nothing, type TemplateResult } from 'lit';
import { ask } from '../../../ui/dialog/dialog.ts';
import { icon } from '../../../ui/icon.ts';
import { adminUrl } from '../../administration.ts';
import { AdminElement } from './admin-element.ts';
import type { DocumentSummary, Team, Unit } from './api.ts';
import { attempt } from './context.ts';
import { heldChips } from './held-chips.ts';
import { askFor, pageHead, pick, type Pick } from './parts.ts';
import { byEntry, findIn, findUsers, givable, unitPaths, type LinkKind } from './people.ts';

interface Loaded {
  readonly team: Team;
  readonly roles: readonly DocumentSummary[];
  readonly profiles: readonly DocumentSummary[];
  readonly units: readonly Unit[];
}

export class TeamPage extends AdminElement<Loaded> {
  protected async load(): Promise<Loaded> {
    const { api, t } = this.context;
    const [teams, roles, profiles, units] = await Promise.all([
      api.teams(),
      api.documents('roles'),
      api.documents('profiles'),
      api.units(),
    ]);
    const team = teams.find(({ id }) => id === this.itemId);
    if (!team) throw new Error(t('team.gone'));
    return { team, roles, profiles, units };
  }

  protected heading(data: Loaded | undefined): string {
    return data?.team.name ?? this.context.t('teams');
  }

  async #do(work: () => Promise<unknown>, done: string): Promise<void> {
    if (await attempt(work, done)) await this.reload();
  }

  protected view({ team, roles, profiles, units }: Loaded): TemplateResult {
    const { t, locale, api } = this.context;
    const members = findUsers(api);
    return html`<div class="x-admin">
      ${pageHead({
        title: team.name,
        back: { href: adminUrl('teams'), label: t('teams') },
        beside: html`<span class="x-tag">${t(`team.${team.type}`)}</span>`,
        commands: html`
          <button type="button" class="x-button" @click=${() => this.#edit(team)}>
            ${icon('square-pen')}<span>${t('edit')}</span>
          </button>
          <button type="button" class="x-button" @click=${() => this.#remove(team)}>
            ${icon('trash-2')}<span>${t('common.delete')}</span>
          </button>
        `,
      })}
      <div class="x-admin-grid">
        <section class="x-admin-panel x-admin-span" aria-labelledby="team-about">
          <header><h2 class="x-admin-h2" id="team-about">${t('team.about')}</h2></header>
          <dl class="x-admin-facts">
            <div>
              <dt>${t('unit')}</dt>
              <dd>
                <span dir="auto">${team.unit?.name ?? ''}</span
                ><button
                  type="button"
                  class="x-button x-button-quiet x-button-small"
                  aria-label=${t('change.of', { what: t('unit') })}
                  @click=${() => this.#move(team, units)}
                >
                  ${t('change')}
                </button>
              </dd>
            </div>
            <div>
              <dt>${t('description')}</dt>
              <dd dir="auto">${team.description || t('common.empty')}</dd>
            </div>
            <div>
              <dt>${t('roles')}</dt>
              <dd>
                ${this.#held(
                  'teams/role',
                  t('roles'),
                  team,
                  team.roles.map((role) => ({ ...role, href: adminUrl('roles', role.document) })),
                  findIn(givable(roles, team.roles)),
                )}
                ${team.type === 'access' ? html`<p class="x-hint">${t('team.accessRoles')}</p>` : nothing}
              </dd>
            </div>
            <div>
              <dt>${t('profiles')}</dt>
              <dd>
                ${this.#held(
                  'teams/profile',
                  t('profiles'),
                  team,
                  team.profiles.map((one) => ({ ...one, href: adminUrl('profiles', one.document) })),
                  findIn(givable(profiles, team.profiles)),
                )}
              </dd>
            </div>
          </dl>
        </section>
        <section class="x-admin-panel x-admin-span" aria-labelledby="team-members">
          <header>
            <h2 class="x-admin-h2" id="team-members">
              ${t('team.members')} <span class="x-count">${locale.number(team.memberCount)}</span>
            </h2>
          </header>
          ${this.#held(
            'teams/member',
            t('team.members'),
            team,
            team.members.map((one) => ({ ...one, href: adminUrl('users', one.id) })),
            async (text) => (await members(text)).filter(({ id }) => !team.members.some((one) => one.id === id)),
          )}
          ${team.memberCount > team.members.length ? html`<p class="x-hint">${t('more', { count: team.memberCount - team.members.length })}</p>` : nothing}
        </section>
      </div>
    </div>`;
  }

  #held(
    kind: LinkKind,
    label: string,
    team: Team,
    list: readonly Pick[],
    find: (text: string) => Promise<readonly Pick[]> | readonly Pick[],
  ): TemplateResult {
    return heldChips(this.context, {
      kind,
      label,
      holder: team,
      list,
      find,
      run: (work, done) => this.#do(work, done),
    });
  }

  async #move(team: Team, units: readonly Unit[]): Promise<void> {
    const { t, workspace } = this.context;
    const unit = await pick(this.context, t('user.changeUnit'), findIn(unitPaths(units)));
    if (unit && unit.id !== team.unit?.id)
      await this.#do(
        () => workspace.client.update('teams', team.id, { 'businessunitid@odata.bind': `/businessunits(${unit.id})` }),
        t('saved'),
      );
  }

  async #edit(team: Team): Promise<void> {
    const { t, workspace } = this.context;
    const done = await askFor(
      this.context,
      t('edit'),
      [
        { id: 'name', label: t('name'), value: team.name, required: true, maxlength: 160 },
        { id: 'description', label: t('description'), value: team.description, kind: 'long', maxlength: 2000 },
      ],
      t('common.save'),
      async (values) => {
        try {
          await workspace.client.update('teams', team.id, {
            name: values['name']?.trim(),
            description: values['description']?.trim() || null,
          });
          return undefined;
        } catch (error) {
          return byEntry(error, { name: 'name', description: 'description' });
        }
      },
    );
    if (done) await this.reload();
  }

  async #remove(team: Team): Promise<void> {
    const { t, locale, workspace } = this.context;
    const choice = await ask(
      locale,
      t('team.removeTitle', { name: team.name }),
      t('team.removeText', { count: team.memberCount }),
      [
        { value: 'no', label: t('common.cancel') },
        { value: 'yes', label: t('common.delete'), look: 'danger' },
      ],
    );
    if (choice === 'yes' && (await attempt(() => workspace.client.remove('teams', team.id), t('team.removed'))))
      workspace.go(adminUrl('teams'));
  }
}

customElements.define('x-admin-team', TeamPage);
