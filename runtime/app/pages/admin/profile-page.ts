// One field profile: what its holders may do with secured fields; fields are secured, and let go, from here.
import { html, nothing, type TemplateResult } from 'lit';
import { ClientError } from '../../../client/index.ts';
import { ask, openDialog } from '../../../ui/dialog/dialog.ts';
import { showToast } from '../../../ui/dialog/toast.ts';
import { icon } from '../../../ui/icon.ts';
import { adminUrl } from '../../administration.ts';
import { AdminElement } from './admin-element.ts';
import type { Document, EntityField, EntityRow, SecurityDocument, Team } from './api.ts';
import { attempt, wordsOf } from './context.ts';
import { chips, pageHead, pick, type Pick } from './parts.ts';
import { findIn, findUsers, give, take, type LinkKind } from './people.ts';

interface FieldGrant {
  readonly read?: boolean;
  readonly create?: boolean;
  readonly update?: boolean;
  readonly mask?: { readonly first?: number; readonly last?: number };
}
type Fields = Readonly<Record<string, Readonly<Record<string, FieldGrant>>>>;

interface Loaded {
  readonly profile: SecurityDocument;
  readonly entities: readonly EntityRow[];
  /** Of the entities that the profile names or that have secured fields. */
  readonly fields: ReadonlyMap<string, readonly EntityField[]>;
  readonly teams: readonly Team[];
}

function fieldsOf({ document }: SecurityDocument): Fields {
  const { fields } = document;
  return typeof fields === 'object' && fields !== null ? (fields as Fields) : {};
}

export class ProfilePage extends AdminElement<Loaded> {
  static override properties = { ...AdminElement.properties, draft: { state: true }, busy: { state: true } };

  declare draft: Fields | undefined;
  declare busy: boolean;

  constructor() {
    super();
    this.busy = false;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.context.navigation.guard(undefined);
  }

  protected async load(): Promise<Loaded> {
    const { api } = this.context;
    const [profile, entities, teams] = await Promise.all([
      api.document('profiles', this.itemId ?? ''),
      api.entities(),
      api.teams(),
    ]);
    const granted = fieldsOf(profile);
    const named = entities.filter(({ name, secured, union }) => !union && (secured > 0 || granted[name]));
    const fields = new Map(await Promise.all(named.map(async ({ name }) => [name, await api.fields(name)] as const)));
    if (!this.#changed()) this.draft = granted;
    return { profile, entities, fields, teams };
  }

  protected heading(data: Loaded | undefined): string {
    return data?.profile.title ?? this.context.t('profiles');
  }

  override updated(): void {
    super.updated();
    const { t, locale } = this.context;
    this.context.navigation.guard(
      this.#changed()
        ? async () =>
            (await ask(locale, t('leave.title'), t('leave.text'), [
              { value: 'stay', label: t('leave.stay') },
              { value: 'go', label: t('form.discard'), look: 'danger' },
            ])) === 'go'
        : undefined,
    );
  }

  #changed(): boolean {
    return (
      this.draft !== undefined &&
      this.data !== undefined &&
      JSON.stringify(this.draft) !== JSON.stringify(fieldsOf(this.data.profile))
    );
  }

  protected view(data: Loaded): TemplateResult {
    const { t } = this.context;
    const { profile, entities, fields } = data;
    const draft = this.draft ?? {};
    const changed = this.#changed();
    const secured = entities.filter(({ name }) => fields.get(name)?.some((field) => field.secured));
    return html`<div class="x-admin">
      ${pageHead({
        title: profile.title,
        back: { href: adminUrl('profiles'), label: t('profiles') },
        beside: html`<span class="x-tag"
            >${profile.layer === 'organization' ? t('layer.own') : t('layer.from', { layer: profile.layer })}</span
          >${profile.overlaid ? html`<span class="x-tag x-admin-changed-tag">${t('layer.changed')}</span>` : nothing}`,
        commands: html`
          ${changed ? html`<span class="x-unsaved"><i class="x-dirty" aria-hidden="true"></i>${t('form.changed')}</span>` : nothing}
          <button type="button" class="x-button" @click=${() => this.#secure(data)}>
            ${icon('lock')}<span>${t('profile.secure')}</span>
          </button>
          ${
            profile.layer === 'organization'
              ? html`<button type="button" class="x-button" @click=${() => this.#remove(profile)}>
                  ${icon('trash-2')}<span>${t('common.delete')}</span>
                </button>`
              : profile.overlaid
                ? html`<button type="button" class="x-button" @click=${() => this.#revert(profile)}>
                    ${icon('rotate-ccw')}<span>${t('role.revert')}</span>
                  </button>`
                : nothing
          }
          <button
            type="button"
            class="x-button x-button-primary"
            ?disabled=${!changed || this.busy}
            @click=${() => this.#save(profile)}
          >
            ${this.busy ? t('common.saving') : t('common.save')}
          </button>
        `,
      })}
      <p class="x-admin-text">${t('profile.text')}</p>
      ${
        secured.length === 0
          ? html`<div class="x-state">
              ${icon('lock-open')}
              <h2 class="x-state-title">${t('profile.noSecured')}</h2>
              <p>${t('profile.noSecuredText')}</p>
            </div>`
          : secured.map(
              (entity) =>
                html`<section class="x-admin-panel" aria-labelledby=${`profile-${entity.name}`}>
                  <header>
                    <h2 class="x-admin-h2" id=${`profile-${entity.name}`}>
                      ${icon(entity.icon ?? 'box')} ${entity.plural}
                    </h2>
                  </header>
                  <div class="x-admin-table-frame x-admin-plain">
                    <table class="x-admin-table x-admin-profile" aria-label=${entity.plural}>
                      <thead>
                        <tr>
                          <th scope="col">${t('profile.field')}</th>
                          <th scope="col">${t('profile.read')}</th>
                          <th scope="col">${t('profile.mask')}</th>
                          <th scope="col">${t('profile.create')}</th>
                          <th scope="col">${t('profile.update')}</th>
                          <th scope="col"><span class="x-visually-hidden">${t('profile.release')}</span></th>
                        </tr>
                      </thead>
                      <tbody>
                        ${(fields.get(entity.name) ?? [])
                          .filter((field) => field.secured)
                          .map((field) => this.#row(entity, field, draft[entity.name]?.[field.name] ?? {}))}
                      </tbody>
                    </table>
                  </div>
                </section>`,
            )
      }
      ${this.#members(data)}
    </div>`;
  }

  #row(entity: EntityRow, field: EntityField, grant: FieldGrant): TemplateResult {
    const { t, locale } = this.context;
    const tick = (verb: 'read' | 'create' | 'update') =>
      html`<td data-label=${t(`profile.${verb}`)}>
        <input
          type="checkbox"
          class="x-admin-tick"
          aria-label=${t('profile.grant', { verb: t(`profile.${verb}`), field: field.title })}
          .checked=${grant[verb] === true}
          @change=${(event: Event) => this.#grant(entity.name, field.name, { ...grant, [verb]: (event.target as HTMLInputElement).checked })}
        />
      </td>`;
    const part = (end: 'first' | 'last') =>
      html`<input
        class="x-input x-admin-number"
        inputmode="numeric"
        aria-label=${t(`profile.${end}`, { field: field.title })}
        data-tip=${t(`profile.${end}`, { field: field.title })}
        ?disabled=${grant.read !== true}
        .value=${grant.mask ? locale.number(grant.mask[end] ?? 0) : ''}
        @change=${(event: Event) => this.#mask(entity.name, field.name, grant, end, (event.target as HTMLInputElement).value)}
      />`;
    return html`<tr>
      <th scope="row"><span dir="auto">${field.title}</span><span class="x-admin-second x-ltr">${field.name}</span></th>
      ${tick('read')}
      <td data-label=${t('profile.mask')}>
        ${field.text ? html`<span class="x-admin-mask">${part('first')}<span aria-hidden="true">•••</span>${part('last')}</span>` : html`<span class="x-hint">${t('profile.noMask')}</span>`}
      </td>
      ${tick('create')} ${tick('update')}
      <td class="x-admin-row-commands">
        <button
          type="button"
          class="x-button x-button-quiet x-button-icon x-button-small"
          aria-label=${t('profile.releaseOne', { field: field.title })}
          data-tip=${t('profile.release')}
          @click=${() => this.#release(entity, field)}
        >
          ${icon('lock-open')}
        </button>
      </td>
    </tr>`;
  }

  #grant(entity: string, field: string, grant: FieldGrant): void {
    const kept: FieldGrant = {
      ...(grant.read === true && { read: true }),
      ...(grant.read === true && grant.mask && { mask: grant.mask }),
      ...(grant.create === true && { create: true }),
      ...(grant.update === true && { update: true }),
    };
    const draft = this.draft ?? {};
    const { [field]: _old, ...rest } = draft[entity] ?? {};
    const list = Object.keys(kept).length === 0 ? rest : { ...rest, [field]: kept };
    const { [entity]: _entity, ...others } = draft;
    this.draft = Object.keys(list).length === 0 ? others : { ...others, [entity]: list };
  }

  #mask(entity: string, field: string, grant: FieldGrant, end: 'first' | 'last', typed: string): void {
    const number = Number(this.context.locale.parseNumber(typed) ?? Number.NaN);
    const other = grant.mask?.[end === 'first' ? 'last' : 'first'] ?? 0;
    const { mask: _mask, ...open } = grant;
    if (typed.trim() === '' && other === 0) this.#grant(entity, field, open);
    else if (Number.isInteger(number) && number >= 0 && number <= 100)
      this.#grant(entity, field, { ...grant, mask: { ...grant.mask, [end]: number } });
    else this.requestUpdate();
  }

  #members({ profile, teams }: Loaded): TemplateResult {
    const { t, api } = this.context;
    const { holders, row } = profile;
    const change = async (work: () => Promise<void>): Promise<void> => {
      if (await attempt(work, t('saved'))) await this.reload();
    };
    const held = (
      kind: LinkKind,
      label: string,
      section: string,
      list: readonly Pick[],
      find: (text: string) => Promise<readonly Pick[]> | readonly Pick[],
    ) =>
      chips(
        this.context,
        label,
        list.map((one) => ({ ...one, href: adminUrl(section, one.id) })),
        row === null
          ? {}
          : {
              add: async () => {
                const one = await pick(this.context, t('user.give', { list: label, name: profile.title }), find);
                if (one) await change(() => give(this.context, kind, one.id, row));
              },
              remove: (one) => void change(() => take(this.context, kind, one.id, row)),
            },
      );
    const users = findUsers(api);
    return html`<section class="x-admin-panel" aria-labelledby="profile-members">
      <header><h2 class="x-admin-h2" id="profile-members">${t('profile.members')}</h2></header>
      <dl class="x-admin-facts">
        <div>
          <dt>${t('users')}</dt>
          <dd>
            ${held('systemusers/profile', t('users'), 'users', holders.users, async (text) => (await users(text)).filter(({ id }) => !holders.users.some((one) => one.id === id)))}
          </dd>
        </div>
        <div>
          <dt>${t('teams')}</dt>
          <dd>
            ${held('teams/profile', t('teams'), 'teams', holders.teams, findIn(teams.filter(({ id }) => !holders.teams.some((one) => one.id === id))))}
          </dd>
        </div>
      </dl>
    </section>`;
  }

  async #save(profile: SecurityDocument, etag = profile.etag): Promise<void> {
    const { t, api, locale } = this.context;
    this.busy = true;
    try {
      const document: Document = { ...profile.document, fields: this.draft ?? {} };
      const saved = await api.save('profiles', profile.id, document, etag);
      this.draft = fieldsOf(saved);
      if (this.data) this.data = { ...this.data, profile: saved };
      showToast(t('saved'));
    } catch (error) {
      const current =
        error instanceof ClientError && error.code === 'DOCUMENT_CHANGED' ? error.data['etag'] : undefined;
      if (typeof current !== 'string') showToast(wordsOf(error), 'error');
      else {
        this.busy = false;
        const choice = await ask(locale, t('conflict.title'), t('role.conflictText'), [
          { value: 'theirs', label: t('role.takeTheirs') },
          { value: 'mine', label: t('role.keepMine'), look: 'primary' },
        ]);
        if (choice === 'mine') await this.#save(profile, current);
        else if (choice === 'theirs') {
          this.draft = undefined;
          await this.reload();
        }
      }
    } finally {
      this.busy = false;
    }
  }

  async #revert(profile: SecurityDocument): Promise<void> {
    const { t, api } = this.context;
    await attempt(async () => {
      await api.revert('profiles', profile.id, profile.etag);
      this.draft = undefined;
      await this.reload();
    }, t('role.reverted'));
  }

  async #remove(profile: SecurityDocument): Promise<void> {
    const { t, locale, api, workspace, navigation } = this.context;
    const choice = await ask(locale, t('profile.removeTitle', { name: profile.title }), t('role.removeText'), [
      { value: 'no', label: t('common.cancel') },
      { value: 'yes', label: t('common.delete'), look: 'danger' },
    ]);
    if (choice !== 'yes' || !(await attempt(() => api.remove('profiles', profile.id), t('saved')))) return;
    this.draft = fieldsOf(profile);
    navigation.guard(undefined);
    workspace.go(adminUrl('profiles'));
  }

  /** Marks a field as secured: first whose, then which. */
  async #secure({ entities }: Loaded): Promise<void> {
    const { t, api, locale } = this.context;
    const entity = await pick(
      this.context,
      t('profile.secureEntity'),
      findIn(
        entities
          .filter(({ union }) => !union)
          .map((one) => ({ id: one.name, name: one.plural, secondary: one.name }))
          .sort((a, b) => locale.compare(a.name, b.name)),
      ),
    );
    if (!entity) return;
    const field = await pick(this.context, t('profile.secureField', { entity: entity.name }), async (text) => {
      const fields = (await api.fields(entity.id)).filter(({ secured, securable }) => securable && !secured);
      return findIn(fields.map((one) => ({ id: one.name, name: one.title, secondary: one.name })))(text);
    });
    if (!field) return;
    const sure = await openDialog<boolean>({
      title: t('profile.secureTitle', { field: field.name }),
      locale,
      body: () => html`<p>${t('profile.secureText', { field: field.name, entity: entity.name })}</p>`,
      foot: (handle) => html`
        <button type="button" class="x-button" @click=${() => handle.close(false)}>${t('common.cancel')}</button>
        <button type="button" autofocus class="x-button x-button-primary" @click=${() => handle.close(true)}>
          ${icon('lock')}${t('profile.secure')}
        </button>
      `,
    });
    if (
      sure &&
      (await attempt(() => api.secure(entity.id, field.id, true), t('profile.isSecured', { field: field.name })))
    )
      await this.reload();
  }

  async #release(entity: EntityRow, field: EntityField): Promise<void> {
    const { t, locale, api } = this.context;
    const choice = await ask(locale, t('profile.releaseTitle', { field: field.title }), t('profile.releaseText'), [
      { value: 'no', label: t('common.cancel') },
      { value: 'yes', label: t('profile.release'), look: 'danger' },
    ]);
    if (choice === 'yes' && (await attempt(() => api.secure(entity.name, field.name, false), t('saved'))))
      await this.reload();
  }
}

customElements.define('x-admin-profile', ProfilePage);
