// The users: found by words, unit, role and state; made with an invitation; given a role many at once.
import { html, nothing, type TemplateResult } from 'lit';
import { openDialog } from '../../../ui/dialog/dialog.ts';
import { showToast } from '../../../ui/dialog/toast.ts';
import { icon } from '../../../ui/icon.ts';
import { adminUrl } from '../../administration.ts';
import { AdminElement } from './admin-element.ts';
import type { DocumentSummary, Unit, User } from './api.ts';
import { attempt, wordsOf } from './context.ts';
import { showInvitation } from './invitation.ts';
import { askFor, few, pageHead, pick, table } from './parts.ts';
import { byEntry, findIn, givable, give } from './people.ts';

interface Loaded {
  readonly users: readonly User[];
  readonly total: number;
  readonly roles: readonly DocumentSummary[];
  readonly units: readonly Unit[];
}

const PAGE = 100;

export class UsersPage extends AdminElement<Loaded> {
  static override properties = { ...AdminElement.properties, query: { state: true }, chosen: { state: true } };

  declare query: Readonly<Record<'search' | 'show' | 'unit' | 'role', string>>;
  declare chosen: ReadonlySet<string>;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    super();
    const given = new URLSearchParams(location.search);
    const of = (name: string, otherwise = '') => given.get(name) ?? otherwise;
    this.query = { search: of('search'), show: of('show', 'enabled'), unit: of('unit'), role: of('role') };
    this.chosen = new Set();
  }

  protected async load(): Promise<Loaded> {
    const { api } = this.context;
    const [page, roles, units] = await Promise.all([
      api.users({ ...this.query, top: PAGE }),
      this.data?.roles ?? api.documents('roles'),
      this.data?.units ?? api.units(),
    ]);
    return { ...page, roles, units };
  }

  protected heading(): string {
    return this.context.t('users');
  }

  #ask(change: Partial<UsersPage['query']>): void {
    this.query = { ...this.query, ...change };
    const parts = Object.entries(this.query).filter(
      ([name, value]) => value !== '' && !(name === 'show' && value === 'enabled'),
    );
    const text = new URLSearchParams(parts).toString();
    this.context.navigation.rewrite(`${adminUrl('users')}${text === '' ? '' : `?${text}`}`);
    this.chosen = new Set();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.reload(), 'search' in change ? 150 : 0);
  }

  async #more(): Promise<void> {
    const { data } = this;
    if (!data) return;
    await attempt(async () => {
      const page = await this.context.api.users({ ...this.query, skip: data.users.length, top: PAGE });
      this.data = { ...data, users: [...data.users, ...page.users], total: page.total };
    });
  }

  protected view(data: Loaded): TemplateResult {
    const { t, locale } = this.context;
    const { users, total, roles, units } = data;
    const all = users.length > 0 && users.every(({ id }) => this.chosen.has(id));
    return html`<div class="x-admin">
      ${pageHead({
        title: t('users'),
        count: locale.number(total),
        commands: html`<button type="button" class="x-button x-button-primary" @click=${() => this.#new(data)}>
          ${icon('user-plus')}<span>${t('user.new')}</span>
        </button>`,
      })}
      <div class="x-admin-bar">
        <label class="x-input-row x-list-search">
          ${icon('search')}
          <input
            type="search"
            dir="auto"
            aria-label=${t('user.search')}
            placeholder=${t('user.search')}
            .value=${this.query.search}
            @input=${(event: Event) => this.#ask({ search: (event.target as HTMLInputElement).value })}
          />
        </label>
        ${this.#filter('show', t('user.state'), [
          { id: 'enabled', name: t('user.show.enabled') },
          { id: 'disabled', name: t('user.show.disabled') },
          { id: 'all', name: t('user.show.all') },
        ])}
        ${this.#filter('unit', t('unit'), [{ id: '', name: t('unit.any') }, ...units])}
        ${this.#filter('role', t('role'), [{ id: '', name: t('role.any') }, ...roles.map(({ id, title }) => ({ id, name: title }))])}
      </div>
      ${
        this.chosen.size > 0
          ? html`<div class="x-bulk" role="toolbar" aria-label=${t('user.chosen', { count: this.chosen.size })}>
              <strong role="status">${t('user.chosen', { count: this.chosen.size })}</strong>
              <button type="button" class="x-button x-button-small" @click=${() => this.#giveMany(data)}>
                ${icon('shield')}${t('user.giveRole')}
              </button>
              <button
                type="button"
                class="x-button x-button-small x-button-quiet"
                @click=${() => (this.chosen = new Set())}
              >
                ${t('user.chooseNone')}
              </button>
            </div>`
          : nothing
      }
      ${table(
        t('users'),
        users,
        [
          {
            title: t('user.choose'),
            silent: true,
            cell: (user) =>
              html`<input
                type="checkbox"
                class="x-admin-tick"
                aria-label=${t('user.chooseOne', { name: user.name })}
                .checked=${this.chosen.has(user.id)}
                @change=${(event: Event) => this.#choose(user.id, (event.target as HTMLInputElement).checked)}
              />`,
          },
          {
            title: t('name'),
            names: true,
            cell: (user) =>
              html`<a href=${adminUrl('users', user.id)} dir="auto">${user.name || user.email}</a>${
                  user.disabled ? html`<span class="x-tag x-admin-off">${t('user.disabled')}</span>` : nothing
                }<span class="x-admin-second" dir="auto">${user.title}</span>`,
          },
          { title: t('email'), cell: (user) => html`<span class="x-ltr">${user.email}</span>` },
          { title: t('unit'), cell: (user) => html`<span dir="auto">${user.unit?.name ?? ''}</span>` },
          {
            title: t('manager'),
            cell: (user) => (user.manager ? html`<span dir="auto">${user.manager.name}</span>` : ''),
          },
          { title: t('teams'), cell: (user) => few(this.context, user.teams) },
          { title: t('roles'), cell: (user) => few(this.context, user.roles) },
          {
            title: t('user.signIn'),
            cell: (user) =>
              html`<span class="x-admin-state"
                >${
                  user.canSignIn
                    ? html`${icon('check')}<span>${user.secondFactor ? t('user.twoSteps') : t('user.oneStep')}</span>`
                    : html`${icon('minus')}<span>${t('user.cannot')}</span>`
                }</span
              >`,
          },
          {
            title: t('user.lastSignIn'),
            cell: (user) =>
              user.lastSignIn === null
                ? html`<span class="x-hint">${t('never')}</span>`
                : html`<span class="x-num">${locale.dateTime(user.lastSignIn, 'short')}</span>`,
          },
        ],
        html`${icon('circle-user')}
          <h2 class="x-state-title">${t('user.nobody')}</h2>
          <p>${t('user.nobodyText')}</p>`,
      )}
      ${
        users.length > 0
          ? html`<div class="x-admin-foot">
              <label class="x-admin-check"
                ><input
                  type="checkbox"
                  .checked=${all}
                  @change=${(event: Event) => (this.chosen = new Set((event.target as HTMLInputElement).checked ? users.map(({ id }) => id) : []))}
                /><span>${t('user.chooseAll', { count: users.length })}</span></label
              >
              ${
                users.length < total
                  ? html`<button type="button" class="x-button" @click=${() => this.#more()}>
                      ${t('showMore', { shown: locale.number(users.length), total: locale.number(total) })}
                    </button>`
                  : nothing
              }
            </div>`
          : nothing
      }
    </div>`;
  }

  #filter(
    name: 'show' | 'unit' | 'role',
    label: string,
    choices: readonly { readonly id: string; readonly name: string }[],
  ): TemplateResult {
    return html`<select
      class="x-input x-admin-filter"
      aria-label=${label}
      @change=${(event: Event) => this.#ask({ [name]: (event.target as HTMLSelectElement).value })}
    >
      ${choices.map((choice) => html`<option value=${choice.id} ?selected=${choice.id === this.query[name]}>${choice.name}</option>`)}
    </select>`;
  }

  #choose(id: string, on: boolean): void {
    const chosen = new Set(this.chosen);
    if (on) chosen.add(id);
    else chosen.delete(id);
    this.chosen = chosen;
  }

  async #new({ roles, units }: Loaded): Promise<void> {
    const { t, api, workspace } = this.context;
    const root = units.find((unit) => unit.root) ?? units[0];
    let made = '';
    let name = '';
    const done = await askFor(
      this.context,
      t('user.new'),
      [
        { id: 'firstName', label: t('firstName'), maxlength: 64 },
        { id: 'lastName', label: t('lastName'), required: true, maxlength: 64 },
        { id: 'email', label: t('email'), kind: 'email', required: true, maxlength: 100 },
        { id: 'unitId', label: t('unit'), kind: 'choice', value: root?.id ?? '', choices: units },
        {
          id: 'language',
          label: t('language'),
          kind: 'choice',
          value: workspace.locale.language,
          choices: workspace.app.languages.map(({ tag, title }) => ({ id: tag, name: title })),
        },
        {
          id: 'roles',
          label: t('roles'),
          kind: 'several',
          choices: roles.map(({ id, title }) => ({ id, name: title })),
        },
      ],
      t('user.makeAndInvite'),
      async (values, several) => {
        const text = (key: string) => values[key]?.trim() ?? '';
        name = `${text('firstName')} ${text('lastName')}`.trim();
        try {
          made = await api.makeUser({
            firstName: text('firstName'),
            lastName: text('lastName'),
            email: text('email'),
            unitId: text('unitId'),
            language: text('language'),
            roles: several['roles'] ?? [],
          });
          return undefined;
        } catch (error) {
          const keys = ['firstName', 'lastName', 'email', 'unitId', 'language', 'roles'];
          return byEntry(error, Object.fromEntries(keys.map((key) => [key, key])));
        }
      },
    );
    if (!done) return;
    await showInvitation(this.context, made, name);
    workspace.go(adminUrl('users', made));
  }

  async #giveMany({ roles, users }: Loaded): Promise<void> {
    const { t } = this.context;
    const role = await pick(this.context, t('user.giveRole'), findIn(givable(roles, [])), {
      text: t('user.giveText', { count: this.chosen.size }),
    });
    if (!role) return;
    const ids = [...this.chosen];
    const failed: string[] = [];
    let done = 0;
    await openDialog<void>({
      title: t('user.giving', { role: role.name }),
      locale: this.context.locale,
      body: (handle) => {
        if (handle.element.dataset['begun'] === undefined) {
          handle.element.dataset['begun'] = '';
          void (async () => {
            for (const id of ids) {
              try {
                await give(this.context, 'systemusers/role', id, role.id);
              } catch (error) {
                failed.push(`${users.find((user) => user.id === id)?.name ?? id}: ${wordsOf(error)}`);
              }
              done += 1;
              handle.update();
            }
            if (failed.length === 0) handle.close();
          })();
        }
        return html`<progress
            class="x-admin-progress"
            max=${ids.length}
            value=${done}
            aria-label=${t('user.progress', { done, count: ids.length })}
          ></progress>
          <p role="status">${t('user.progress', { done, count: ids.length })}</p>
          ${
            failed.length > 0
              ? html`<p>${t('user.notGiven', { count: failed.length })}</p>
                  <ul class="x-admin-changes">
                    ${failed.slice(0, 5).map((one) => html`<li dir="auto">${one}</li>`)}
                  </ul>`
              : nothing
          }`;
      },
    });
    if (failed.length === 0) showToast(t('user.given', { role: role.name, count: done }));
    this.chosen = new Set();
    await this.reload();
  }
}

customElements.define('x-admin-users', UsersPage);
