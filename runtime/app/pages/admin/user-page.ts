// One person: who they are, where they belong, what they hold, how they sign in, and what all that lets them do.
import { html, nothing, type TemplateResult } from 'lit';
import { ask } from '../../../ui/dialog/dialog.ts';
import { icon } from '../../../ui/icon.ts';
import { adminUrl } from '../../administration.ts';
import { viewWith } from '../../access/when-needed.ts';
import { AdminElement } from './admin-element.ts';
import type { Access, DocumentSummary, Effective, EntityRow, Team, Unit, User } from './api.ts';
import { attempt } from './context.ts';
import { showInvitation } from './invitation.ts';
import { readMatrix, type Place } from './matrix-model.ts';
import { heldChips } from './held-chips.ts';
import { askFor, pageHead, pick, type Pick } from './parts.ts';
import { byEntry, findIn, findUsers, givable, unitPaths, type LinkKind } from './people.ts';
import './role-matrix.ts';
import type { MatrixRow } from './role-matrix.ts';
import { keyList, sessionList } from './sign-in-lists.ts';

interface Loaded {
  readonly user: User;
  readonly access: Access;
  readonly roles: readonly DocumentSummary[];
  readonly profiles: readonly DocumentSummary[];
  readonly teams: readonly Team[];
  readonly units: readonly Unit[];
}

interface May {
  readonly effective: Effective | null;
  readonly entities: readonly EntityRow[];
}

export class UserPage extends AdminElement<Loaded> {
  static override properties = { ...AdminElement.properties, may: { state: true } };

  /** What the person may do, once asked. */
  declare may: May | undefined;

  protected async load(): Promise<Loaded> {
    const { api } = this.context;
    const id = this.itemId ?? '';
    const [user, access, roles, profiles, teams, units] = await Promise.all([
      api.user(id),
      api.access(id),
      api.documents('roles'),
      api.documents('profiles'),
      api.teams(),
      api.units(),
    ]);
    if (this.may) void this.#showMay();
    return { user, access, roles, profiles, teams, units };
  }

  protected heading(data: Loaded | undefined): string {
    return data?.user.name ?? this.context.t('users');
  }

  /** Does it, tells it, and shows what is so now. */
  async #do(work: () => Promise<unknown>, done: string): Promise<void> {
    if (await attempt(work, done)) await this.reload();
  }

  async #sure(title: string, text: string, label: string, look: 'primary' | 'danger' = 'primary'): Promise<boolean> {
    const { t, locale } = this.context;
    const choice = await ask(locale, title, text, [
      { value: 'no', label: t('common.cancel') },
      { value: 'yes', label, look },
    ]);
    return choice === 'yes';
  }

  protected view(data: Loaded): TemplateResult {
    const { t, locale, workspace } = this.context;
    const { user, access } = data;
    const locked = access.lockedUntil !== null && new Date(access.lockedUntil) > new Date();
    return html`<div class="x-admin">
      ${pageHead({
        title: user.name || user.email,
        back: { href: adminUrl('users'), label: t('users') },
        beside: user.disabled ? html`<span class="x-tag x-admin-off">${t('user.disabled')}</span>` : nothing,
        commands: html`
          <a class="x-button" href=${workspace.recordUrl('systemuser', user.id)}
            >${icon('square-pen')}<span>${t('user.record')}</span></a
          >
          ${
            this.#mayViewAs(user)
              ? html`<button type="button" class="x-button" @click=${() => viewWith({ id: user.id, name: user.name })}>
                  ${icon('eye')}<span>${t('user.viewAs')}</span>
                </button>`
              : nothing
          }
          <button type="button" class="x-button" @click=${() => this.#toggle(user)}>
            ${user.disabled ? icon('user-check') : icon('user-x')}<span
              >${user.disabled ? t('user.enable') : t('user.disable')}</span
            >
          </button>
        `,
      })}
      <div class="x-admin-grid">
        <section class="x-admin-panel" aria-labelledby="user-identity">
          <header>
            <h2 class="x-admin-h2" id="user-identity">${t('user.identity')}</h2>
            <button type="button" class="x-button x-button-quiet x-button-small" @click=${() => this.#edit(user)}>
              ${t('edit')}
            </button>
          </header>
          <dl class="x-admin-facts">
            <div>
              <dt>${t('email')}</dt>
              <dd class="x-ltr">${user.email}</dd>
            </div>
            <div>
              <dt>${t('user.title')}</dt>
              <dd dir="auto">${user.title || t('common.empty')}</dd>
            </div>
            <div>
              <dt>${t('language')}</dt>
              <dd>
                ${workspace.app.languages.find(({ tag }) => tag === user.language)?.title ?? t('user.languageDefault')}
              </dd>
            </div>
          </dl>
        </section>
        <section class="x-admin-panel" aria-labelledby="user-place">
          <header><h2 class="x-admin-h2" id="user-place">${t('user.place')}</h2></header>
          <dl class="x-admin-facts">
            <div>
              <dt>${t('unit')}</dt>
              <dd>
                <span dir="auto">${user.unit?.name ?? t('common.empty')}</span
                ><button
                  type="button"
                  class="x-button x-button-quiet x-button-small"
                  aria-label=${t('change.of', { what: t('unit') })}
                  @click=${() => this.#changeUnit(data)}
                >
                  ${t('change')}
                </button>
              </dd>
            </div>
            <div>
              <dt>${t('manager')}</dt>
              <dd>
                ${user.manager ? html`<a href=${adminUrl('users', user.manager.id)} dir="auto">${user.manager.name}</a>` : html`<span>${t('common.none')}</span>`}<button
                  type="button"
                  class="x-button x-button-quiet x-button-small"
                  aria-label=${t('change.of', { what: t('manager') })}
                  @click=${() => this.#changeManager(user)}
                >
                  ${t('change')}</button
                >${
                  user.manager
                    ? html`<button
                        type="button"
                        class="x-button x-button-quiet x-button-small"
                        aria-label=${t('clear.of', { what: t('manager') })}
                        @click=${() => this.#update({ 'parentsystemuserid@odata.bind': null }, t('saved'))}
                      >
                        ${t('common.clear')}
                      </button>`
                    : nothing
                }
              </dd>
            </div>
          </dl>
        </section>
        <section class="x-admin-panel x-admin-span" aria-labelledby="user-holds">
          <header><h2 class="x-admin-h2" id="user-holds">${t('user.holds')}</h2></header>
          <dl class="x-admin-facts">
            <div>
              <dt>${t('roles')}</dt>
              <dd>
                ${this.#held(
                  'systemusers/role',
                  t('roles'),
                  user,
                  user.roles.map((role) => ({ ...role, href: adminUrl('roles', role.document) })),
                  givable(data.roles, user.roles),
                )}
              </dd>
            </div>
            <div>
              <dt>${t('teams')}</dt>
              <dd>
                ${this.#held(
                  'systemusers/team',
                  t('teams'),
                  user,
                  user.teams.map((team) => ({ ...team, href: adminUrl('teams', team.id) })),
                  data.teams
                    .filter(({ id }) => !user.teams.some((team) => team.id === id))
                    .map((team) => ({ id: team.id, name: team.name, secondary: team.unit?.name ?? '' })),
                )}
              </dd>
            </div>
            <div>
              <dt>${t('profiles')}</dt>
              <dd>
                ${this.#held(
                  'systemusers/profile',
                  t('profiles'),
                  user,
                  user.profiles.map((one) => ({ ...one, href: adminUrl('profiles', one.document) })),
                  givable(data.profiles, user.profiles),
                )}
              </dd>
            </div>
          </dl>
        </section>
        <section class="x-admin-panel x-admin-span" aria-labelledby="user-signin">
          <header>
            <h2 class="x-admin-h2" id="user-signin">${t('user.signIn')}</h2>
            <button
              type="button"
              class="x-button x-button-small"
              ?disabled=${user.disabled}
              @click=${() => showInvitation(this.context, user.id, user.name)}
            >
              ${icon('mail')}${access.canSignIn ? t('user.reset') : t('user.invite')}
            </button>
            ${locked ? html`<button type="button" class="x-button x-button-small" @click=${() => this.#do(() => this.context.api.act(user.id, 'unlock'), t('user.unlocked'))}>${icon('lock-open')}${t('user.unlock')}</button>` : nothing}
            ${
              access.secondFactor
                ? html`<button
                    type="button"
                    class="x-button x-button-small"
                    @click=${async () => {
                      if (
                        await this.#sure(
                          t('user.dropFactorTitle'),
                          t('user.dropFactorText', { name: user.name }),
                          t('user.dropFactor'),
                          'danger',
                        )
                      )
                        await this.#do(() => this.context.api.act(user.id, 'disable-second-factor'), t('saved'));
                    }}
                  >
                    ${icon('smartphone')}${t('user.dropFactor')}
                  </button>`
                : nothing
            }
            ${access.sessions.length > 0 ? html`<button type="button" class="x-button x-button-small" @click=${() => this.#do(() => this.context.api.act(user.id, 'sign-out'), t('user.signedOut'))}>${icon('log-out')}${t('user.signOut')}</button>` : nothing}
          </header>
          <dl class="x-admin-facts x-admin-facts-wide">
            <div>
              <dt>${t('user.canSignIn')}</dt>
              <dd>
                ${access.canSignIn ? t('common.yes') : t('common.no')}${locked ? html`<span class="x-tag x-admin-off">${t('user.locked', { until: locale.dateTime(access.lockedUntil ?? '', 'short') })}</span>` : nothing}
              </dd>
            </div>
            <div>
              <dt>${t('user.secondFactor')}</dt>
              <dd>${access.secondFactor ? t('on') : t('off')}</dd>
            </div>
            <div>
              <dt>${t('user.lastSignIn')}</dt>
              <dd class="x-num">${user.lastSignIn === null ? t('never') : locale.dateTime(user.lastSignIn)}</dd>
            </div>
          </dl>
          <h3 class="x-admin-h3">
            ${t('sessions')} <span class="x-count">${locale.number(access.sessions.length)}</span>
          </h3>
          ${sessionList(this.context, access.sessions, (session) => this.#do(() => this.context.api.endSession(session.id), t('session.ended')))}
          <h3 class="x-admin-h3">${t('keys')} <span class="x-count">${locale.number(access.keys.length)}</span></h3>
          ${keyList(this.context, access.keys, async (key) => {
            if (await this.#sure(t('key.endTitle', { name: key.name }), t('key.endText'), t('key.end'), 'danger'))
              await this.#do(() => this.context.api.endKey(key.id), t('key.ended'));
          })}
        </section>
        <section class="x-admin-panel x-admin-span" aria-labelledby="user-may">
          <header>
            <h2 class="x-admin-h2" id="user-may">${t('user.may')}</h2>
            ${this.may ? nothing : html`<button type="button" class="x-button x-button-small" @click=${this.#showMay}>${t('user.showMay')}</button>`}
          </header>
          ${this.may ? this.#renderMay(data, this.may) : html`<p class="x-admin-text">${t('user.mayText')}</p>`}
        </section>
      </div>
    </div>`;
  }

  #held(
    kind: LinkKind,
    label: string,
    user: User,
    list: readonly (Pick & { readonly href: string })[],
    others: readonly Pick[],
  ): TemplateResult {
    return heldChips(this.context, {
      kind,
      label,
      holder: user,
      list,
      find: findIn(others),
      run: (work, done) => this.#do(work, done),
    });
  }

  async #update(values: Readonly<Record<string, unknown>>, done: string): Promise<void> {
    await this.#do(() => this.context.workspace.client.update('systemusers', this.itemId ?? '', values), done);
  }

  async #toggle(user: User): Promise<void> {
    const { t } = this.context;
    if (
      !user.disabled &&
      !(await this.#sure(
        t('user.disableTitle', { name: user.name }),
        t('user.disableText'),
        t('user.disable'),
        'danger',
      ))
    )
      return;
    await this.#update({ isdisabled: !user.disabled }, user.disabled ? t('user.isEnabled') : t('user.isDisabled'));
  }

  async #edit(user: User): Promise<void> {
    const { t, workspace } = this.context;
    const { client } = workspace;
    const { row } = await client.retrieve('systemusers', user.id, {
      select: ['firstname', 'lastname', 'internalemailaddress', 'title', 'uilanguage'],
    });
    const text = (name: string) => (typeof row[name] === 'string' ? row[name] : '');
    const done = await askFor(
      this.context,
      t('user.identity'),
      [
        { id: 'firstname', label: t('firstName'), value: text('firstname'), maxlength: 64 },
        { id: 'lastname', label: t('lastName'), value: text('lastname'), required: true, maxlength: 64 },
        {
          id: 'internalemailaddress',
          label: t('email'),
          value: text('internalemailaddress'),
          kind: 'email',
          maxlength: 100,
        },
        { id: 'title', label: t('user.title'), value: text('title'), maxlength: 128 },
        {
          id: 'uilanguage',
          label: t('language'),
          kind: 'choice',
          value: text('uilanguage'),
          choices: [
            { id: '', name: t('user.languageDefault') },
            ...workspace.app.languages.map(({ tag, title }) => ({ id: tag, name: title })),
          ],
        },
      ],
      t('common.save'),
      async (values) => {
        const changed = Object.fromEntries(
          Object.entries(values).flatMap(([name, value]) =>
            value.trim() === text(name) ? [] : [[name, value.trim() || null]],
          ),
        );
        try {
          if (Object.keys(changed).length > 0) await client.update('systemusers', user.id, changed);
          return undefined;
        } catch (error) {
          return byEntry(error, Object.fromEntries(Object.keys(values).map((name) => [name, name])));
        }
      },
    );
    if (done) await this.reload();
  }

  async #changeUnit({ user, units }: Loaded): Promise<void> {
    const { t } = this.context;
    const unit = await pick(this.context, t('user.changeUnit'), findIn(unitPaths(units)));
    if (unit && unit.id !== user.unit?.id)
      await this.#update(
        { 'businessunitid@odata.bind': `/businessunits(${unit.id})` },
        t('user.moved', { name: user.name, unit: unit.name }),
      );
  }

  async #changeManager(user: User): Promise<void> {
    const { t, api } = this.context;
    const find = findUsers(api);
    const manager = await pick(this.context, t('user.changeManager'), async (text) =>
      (await find(text)).filter(({ id }) => id !== user.id),
    );
    if (manager) await this.#update({ 'parentsystemuserid@odata.bind': `/systemusers(${manager.id})` }, t('saved'));
  }

  #mayViewAs(user: User): boolean {
    const { me } = this.context.workspace;
    return user.id !== me.userId && !user.disabled && (me.rights.includes('view-as') || me.rights.includes('*'));
  }

  readonly #showMay = async (): Promise<void> => {
    const { api } = this.context;
    await attempt(async () => {
      const [effective, entities] = await Promise.all([
        api.rights(this.itemId ?? ''),
        this.may?.entities ?? api.entities(),
      ]);
      this.may = { effective, entities };
    });
  };

  #renderMay({ roles, teams }: Loaded, { effective, entities }: May): TemplateResult {
    const { t, locale } = this.context;
    if (!effective) return html`<p class="x-admin-text">${t('user.mayNothing')}</p>`;
    const roleTitle = (id: string) => roles.find((role) => role.id === id)?.title ?? id;
    const matrix = readMatrix({
      privileges: Object.fromEntries(
        Object.entries(effective.entities).map(([entity, cells]) => [
          entity,
          Object.fromEntries(Object.entries(cells).map(([privilege, { depth }]) => [privilege, depth])),
        ]),
      ),
    });
    const rows: readonly MatrixRow[] = entities
      .filter(({ name }) => effective.entities[name])
      .map((entity) => ({
        entity: entity.name,
        title: entity.plural,
        icon: entity.icon ?? 'box',
        group: '',
        ownership: entity.ownership,
      }))
      .sort((a, b) => locale.compare(a.title, b.title));
    const noteOf = ({ entity, privilege }: Place): string => {
      const cell = effective.entities[entity]?.[privilege];
      if (!cell) return '';
      return [
        ...cell.sources.map(({ role, team, depth, when }) => {
          const lender = team === undefined ? '' : ` (${teams.find(({ id }) => id === team)?.name ?? t('team')})`;
          return (
            t('user.source', { role: `${roleTitle(role)}${lender}`, depth: t(`depth.${depth}`) }) +
            (when === undefined ? '' : ` (${when})`)
          );
        }),
        ...(cell.denies ?? []).map((deny) =>
          t('user.denied', { role: roleTitle(deny.role), rule: deny.title ?? deny.id }),
        ),
      ].join(t('common.listSeparator'));
    };
    const rights = Object.entries(effective.rights);
    return html`
      ${effective.administrator ? html`<p class="x-admin-text">${t('user.mayAll')}</p>` : nothing}
      ${
        rights.length > 0
          ? html`<p class="x-admin-text">
              ${t('user.rights')}
              ${rights
                .map(([right, from]) => {
                  const key = `right.${right === '*' ? 'all' : right}`;
                  return `${t(key) === key ? right : t(key)} (${from.map(roleTitle).join(t('common.listSeparator'))})`;
                })
                .join(t('common.listSeparator'))}
            </p>`
          : nothing
      }
      ${
        rows.length === 0
          ? html`<p class="x-hint">${t('user.mayNone')}</p>`
          : html`<x-role-matrix
              .context=${this.context}
              .rows=${rows}
              .matrix=${matrix}
              .base=${matrix}
              .label=${t('user.may')}
              .readOnly=${true}
              .noteOf=${noteOf}
            ></x-role-matrix>`
      }
    `;
  }
}

customElements.define('x-admin-user', UserPage);
