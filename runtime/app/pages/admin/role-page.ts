// One role: its matrix, what it denies, its rights and who holds it. Changes are kept here until they are saved, with what they
// would do to people said before.
import { html, nothing, type TemplateResult } from 'lit';
import { ClientError } from '../../../client/index.ts';
import { ask, openDialog } from '../../../ui/dialog/dialog.ts';
import { showToast } from '../../../ui/dialog/toast.ts';
import { icon } from '../../../ui/icon.ts';
import '../../../ui/form/form.css';
import { foldText } from '../../../ui/locale/digits.ts';
import { adminUrl } from '../../administration.ts';
import { AdminElement } from './admin-element.ts';
import type { Document, EntityRow, SecurityDocument, WhatIf } from './api.ts';
import { attempt, wordsOf } from './context.ts';
import { depthSymbol } from './depth-symbol.ts';
import { editDeny, type DenyRule } from './edit-deny.ts';
import { editGrant } from './edit-grant.ts';
import {
  changesBetween,
  depths,
  grantAt,
  privileges,
  reaching,
  readMatrix,
  sameGrant,
  setGrants,
  writePrivileges,
  type Change,
  type Matrix,
  type Place,
} from './matrix-model.ts';
import { pageHead } from './parts.ts';
import { copyRole } from './new-role.ts';
import './role-matrix.ts';
import type { MatrixChange, MatrixRow, RoleMatrix } from './role-matrix.ts';

const tabs = ['privileges', 'deny', 'rights', 'holders'] as const;
type Tab = (typeof tabs)[number];
type Show = 'all' | 'granted' | 'changed';

/** The rights the platform asks for; others that a role names are shown beside them. */
const knownRights = [
  'manage-users',
  'audit',
  'view-as',
  'act-on-behalf',
  'bypass-plugins',
  'customize',
  'publish',
  'import',
  'manage-plugins',
];

interface Loaded {
  readonly role: SecurityDocument;
  readonly entities: readonly EntityRow[];
}

/** What is said now, of which every step can be taken back. */
interface Draft {
  readonly title: string;
  readonly description: string;
  readonly matrix: Matrix;
  readonly deny: readonly DenyRule[];
  readonly rights: readonly string[];
}

function draftOf({ document }: SecurityDocument): Draft {
  const { title, description, deny, rights } = document;
  return {
    title: typeof title === 'string' ? title : '',
    description: typeof description === 'string' ? description : '',
    matrix: readMatrix(document),
    deny: Array.isArray(deny) ? (deny as readonly DenyRule[]) : [],
    rights: Array.isArray(rights) ? (rights as readonly string[]) : [],
  };
}

export class RolePage extends AdminElement<Loaded> {
  static override properties = {
    ...AdminElement.properties,
    tab: { state: true },
    search: { state: true },
    show: { state: true },
    draft: { state: true },
    said: { state: true },
    problems: { state: true },
    busy: { state: true },
  };

  declare tab: Tab;
  declare search: string;
  declare show: Show;
  declare draft: Draft | undefined;
  /** Told to screen readers. */
  declare said: string;
  declare problems: readonly { readonly target: string; readonly message: string }[];
  declare busy: boolean;
  #base: Draft | undefined;
  #undo: readonly Draft[] = [];
  #redo: readonly Draft[] = [];
  #rows: readonly MatrixRow[] = [];
  /** The rows shown when "changed" or "granted" was chosen stay while one edits them. */
  #shownFor = '';
  #shown: readonly MatrixRow[] = [];

  constructor() {
    super();
    this.tab = 'privileges';
    this.search = '';
    this.show = 'all';
    this.said = '';
    this.problems = [];
    this.busy = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('beforeunload', this.#onUnload);
    addEventListener('keydown', this.#onKey);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('beforeunload', this.#onUnload);
    removeEventListener('keydown', this.#onKey);
    this.context.navigation.guard(undefined);
  }

  protected async load(): Promise<Loaded> {
    const { api } = this.context;
    const [role, entities] = await Promise.all([api.document('roles', this.itemId ?? ''), api.entities()]);
    this.#rows = this.#matrixRows(entities);
    this.#take(role, this.draft !== undefined && this.#changed());
    return { role, entities };
  }

  /** `keep`: what was typed stays, over the newly read role. */
  #take(role: SecurityDocument, keep = false): void {
    this.#base = draftOf(role);
    if (!keep) {
      this.draft = this.#base;
      this.#undo = [];
      this.#redo = [];
    }
    this.problems = [];
    this.#shownFor = '';
  }

  protected heading(data: Loaded | undefined): string {
    return data?.role.title ?? this.context.t('roles');
  }

  override updated(): void {
    super.updated();
    this.context.navigation.guard(this.#changed() ? () => this.#leave() : undefined);
  }

  #changed(): boolean {
    const [draft, base] = [this.draft, this.#base];
    if (!draft || !base || draft === base) return false;
    return this.#changes().length > 0 || this.#otherChanges().length > 0;
  }

  get #locked(): boolean {
    return this.itemId === 'system-administrator';
  }

  #matrixRows(entities: readonly EntityRow[]): readonly MatrixRow[] {
    const { t, locale } = this.context;
    const layers = [...new Set(entities.map(({ layer }) => layer))];
    const rows = entities
      .map((entity) => ({
        entity: entity.name,
        title: entity.plural,
        icon: entity.icon ?? 'box',
        group:
          entity.layer === 'organization'
            ? t('layer.organization')
            : entity.layer === 'base'
              ? t('layer.base')
              : entity.layerTitle,
        ownership: entity.ownership,
        layer: layers.indexOf(entity.layer),
      }))
      .sort((a, b) => a.layer - b.layer || locale.compare(a.title, b.title));
    return [{ entity: '*', title: t('matrix.others'), icon: 'asterisk', group: '', ownership: undefined }, ...rows];
  }

  #visible(): readonly MatrixRow[] {
    const key = `${this.search}\n${this.show}`;
    if (key === this.#shownFor) return this.#shown;
    const words = foldText(this.search).split(/\s+/).filter(Boolean);
    const { draft } = this;
    const base = this.#base;
    this.#shown = this.#rows.filter(({ entity, title }) => {
      if (!words.every((word) => foldText(`${title} ${entity}`).includes(word))) return false;
      if (!draft || !base || this.show === 'all') return true;
      if (this.show === 'changed') return changesBetween(base.matrix, draft.matrix, [entity]).length > 0;
      return privileges.some((privilege) => grantAt(draft.matrix, entity, privilege).depth !== 'none');
    });
    this.#shownFor = key;
    return this.#shown;
  }

  #change(next: Partial<Draft>): void {
    const { draft } = this;
    if (!draft || this.#locked) return;
    this.#undo = [...this.#undo.slice(-199), draft];
    this.#redo = [];
    this.draft = { ...draft, ...next };
    this.problems = [];
  }

  readonly #back = (): void => {
    const last = this.#undo.at(-1);
    if (!last || !this.draft) return;
    this.#undo = this.#undo.slice(0, -1);
    this.#redo = [...this.#redo, this.draft];
    this.draft = last;
    this.said = this.context.t('matrix.undone');
  };

  readonly #forth = (): void => {
    const next = this.#redo.at(-1);
    if (!next || !this.draft) return;
    this.#redo = this.#redo.slice(0, -1);
    this.#undo = [...this.#undo, this.draft];
    this.draft = next;
    this.said = this.context.t('matrix.redone');
  };

  #changes(): readonly Change[] {
    const [draft, base] = [this.draft, this.#base];
    if (!draft || !base) return [];
    return this.#rows.flatMap(({ entity, ownership }) =>
      changesBetween(base.matrix, draft.matrix, [entity]).flatMap((change): readonly Change[] => {
        const [before, after] = [reaching(ownership, change.before), reaching(ownership, change.after)];
        return sameGrant(before, after) ? [] : [{ ...change, before, after }];
      }),
    );
  }

  /** What else than the matrix changed, in words. */
  #otherChanges(): readonly string[] {
    const [draft, base] = [this.draft, this.#base];
    if (!draft || !base) return [];
    const { t } = this.context;
    const differ = (a: unknown, b: unknown) => JSON.stringify(a) !== JSON.stringify(b);
    return [
      ...(draft.title !== base.title ? [t('role.newTitle', { title: draft.title })] : []),
      ...(draft.description !== base.description ? [t('role.newDescription')] : []),
      ...(differ(draft.deny, base.deny) ? [t('role.newDeny', { count: draft.deny.length })] : []),
      ...draft.rights
        .filter((one) => !base.rights.includes(one))
        .map((one) => t('role.rightGiven', { right: this.#rightTitle(one) })),
      ...base.rights
        .filter((one) => !draft.rights.includes(one))
        .map((one) => t('role.rightTaken', { right: this.#rightTitle(one) })),
    ];
  }

  #rightTitle(right: string): string {
    const { t } = this.context;
    const key = `right.${right === '*' ? 'all' : right}`;
    const text = t(key);
    return text === key ? right : text;
  }

  #document(role: SecurityDocument, draft: Draft): Document {
    const { deny: _deny, rights: _rights, description: _description, ...rest } = role.document;
    const base = readMatrix(role.document);
    return {
      ...rest,
      title: draft.title.trim(),
      ...(draft.description.trim() === '' ? {} : { description: draft.description.trim() }),
      privileges: writePrivileges(role.document, base, draft.matrix),
      ...(draft.deny.length > 0 ? { deny: draft.deny } : {}),
      ...(draft.rights.length > 0 ? { rights: draft.rights } : {}),
    };
  }

  protected view({ role, entities }: Loaded): TemplateResult {
    const { t } = this.context;
    const { draft } = this;
    if (!draft) return html``;
    const count = this.#changes().length + this.#otherChanges().length;
    const titles: Readonly<Record<Tab, string>> = {
      privileges: t('role.privileges'),
      deny: t('role.deny'),
      rights: t('role.rights'),
      holders: t('role.holders'),
    };
    const numbers: Readonly<Partial<Record<Tab, number>>> = {
      deny: draft.deny.length,
      rights: draft.rights.length,
      holders: role.holders.userCount + role.holders.teamCount,
    };
    return html`<div class="x-admin x-admin-wide">
      ${pageHead({
        title: role.title,
        back: { href: adminUrl('roles'), label: t('roles') },
        beside: this.#layerTag(role),
        commands: html`
          ${count > 0 ? html`<span class="x-unsaved"><i class="x-dirty" aria-hidden="true"></i>${t('form.unsaved', { count })}</span>` : nothing}
          ${
            this.#locked
              ? nothing
              : html`<button
                    type="button"
                    class="x-button x-button-quiet x-button-icon"
                    aria-label=${t('undo')}
                    data-tip=${`${t('undo')} (Ctrl+Z)`}
                    ?disabled=${this.#undo.length === 0}
                    @click=${this.#back}
                  >
                    ${icon('undo-2')}
                  </button>
                  <button
                    type="button"
                    class="x-button x-button-quiet x-button-icon"
                    aria-label=${t('redo')}
                    data-tip=${`${t('redo')} (Ctrl+Y)`}
                    ?disabled=${this.#redo.length === 0}
                    @click=${this.#forth}
                  >
                    ${icon('redo-2')}
                  </button>`
          }
          <button type="button" class="x-button" @click=${() => this.#copy(role)}>
            ${icon('copy')}<span>${t('role.copy')}</span>
          </button>
          ${
            role.overlaid
              ? html`<button type="button" class="x-button" @click=${() => this.#revert(role)}>
                  ${icon('rotate-ccw')}<span>${t('role.revert')}</span>
                </button>`
              : nothing
          }
          ${
            role.layer === 'organization'
              ? html`<button type="button" class="x-button" @click=${() => this.#remove(role)}>
                  ${icon('trash-2')}<span>${t('common.delete')}</span>
                </button>`
              : nothing
          }
          ${
            this.#locked
              ? nothing
              : html`<button
                  type="button"
                  class="x-button x-button-primary"
                  aria-keyshortcuts="Control+S"
                  ?disabled=${count === 0 || this.busy}
                  @click=${() => this.#save(role)}
                >
                  ${this.busy ? t('common.saving') : t('role.save')}
                </button>`
          }
        `,
      })}
      ${this.#locked ? html`<p class="x-notice" role="note">${icon('shield')}<span>${t('role.locked')}</span></p>` : nothing}
      ${
        this.problems.length > 0
          ? html`<div class="x-admin-problems" role="alert">
              <strong>${icon('circle-alert')}${t('role.problems', { count: this.problems.length })}</strong>
              <ul>
                ${this.problems.map(({ target, message }) => html`<li><span class="x-ltr">${target}</span> ${message}</li>`)}
              </ul>
            </div>`
          : nothing
      }
      <div class="x-tabs" role="tablist" aria-label=${t('role.parts')} @keydown=${this.#onTabKey}>
        ${tabs.map(
          (tab) =>
            html`<button
              type="button"
              class="x-tab"
              role="tab"
              id=${`role-tab-${tab}`}
              aria-selected=${String(this.tab === tab)}
              aria-controls="role-panel"
              tabindex=${this.tab === tab ? 0 : -1}
              @click=${() => (this.tab = tab)}
            >
              ${titles[tab]}${numbers[tab] ? html`<span class="x-count">${this.context.locale.number(numbers[tab])}</span>` : nothing}
            </button>`,
        )}
      </div>
      <div id="role-panel" role="tabpanel" aria-labelledby=${`role-tab-${this.tab}`}>
        ${
          this.tab === 'privileges'
            ? this.#renderPrivileges(role, draft)
            : this.tab === 'deny'
              ? this.#renderDeny(draft, entities)
              : this.tab === 'rights'
                ? this.#renderRights(draft)
                : this.#renderHolders(role)
        }
      </div>
      <p class="x-visually-hidden" role="status">${this.said}</p>
    </div>`;
  }

  #layerTag(role: SecurityDocument): TemplateResult {
    const { t } = this.context;
    const name = role.layer === 'organization' ? t('layer.own') : t('layer.from', { layer: role.layer });
    return html`<span class="x-tag">${name}</span
      >${role.overlaid ? html`<span class="x-tag x-admin-changed-tag">${t('layer.changed')}</span>` : nothing}`;
  }

  #renderPrivileges(role: SecurityDocument, draft: Draft): TemplateResult {
    const { t, locale } = this.context;
    const rows = this.#visible();
    const problems = new Set(
      this.problems.flatMap(({ target }) => {
        const [, part, entity, privilege] = target.split('/');
        return part === 'privileges' && entity ? [`${entity}/${privilege ?? ''}`] : [];
      }),
    );
    return html`
      <div class="x-admin-bar">
        <label class="x-input-row x-list-search">
          ${icon('search')}
          <input
            type="search"
            aria-label=${t('matrix.search')}
            placeholder=${t('matrix.search')}
            dir="auto"
            .value=${this.search}
            @input=${(event: Event) => (this.search = (event.target as HTMLInputElement).value)}
            @keydown=${(event: KeyboardEvent) => {
              if (event.key !== 'ArrowDown') return;
              event.preventDefault();
              this.querySelector<RoleMatrix>('x-role-matrix')?.focusCell();
            }}
          />
        </label>
        <div class="x-admin-segments" role="group" aria-label=${t('matrix.show')}>
          ${(['all', 'granted', 'changed'] as const).map(
            (one) =>
              html`<button
                type="button"
                class="x-button x-button-quiet x-button-small"
                aria-pressed=${String(this.show === one)}
                @click=${() => (this.show = one)}
              >
                ${t(`matrix.show.${one}`)}
              </button>`,
          )}
        </div>
        <ul class="x-matrix-legend" aria-label=${t('matrix.legend')}>
          ${depths.map(
            (depth, digit) =>
              html`<li>
                ${depthSymbol(depth)}<span>${t(`depth.${depth}`)}</span><kbd class="x-kbd">${locale.number(digit)}</kbd>
              </li>`,
          )}
        </ul>
      </div>
      ${
        rows.length === 0
          ? html`<div class="x-state"><p>${t('matrix.nothing')}</p></div>`
          : html`<x-role-matrix
              .context=${this.context}
              .rows=${rows}
              .matrix=${draft.matrix}
              .base=${this.#base?.matrix ?? draft.matrix}
              .label=${t('matrix.of', { role: role.title })}
              .readOnly=${this.#locked}
              .problems=${problems}
              @matrix-change=${(event: CustomEvent<MatrixChange>) => this.#change({ matrix: setGrants(draft.matrix, event.detail) })}
              @matrix-edit=${(event: CustomEvent<Place>) => this.#editGrant(event.detail)}
              @matrix-undo=${this.#back}
              @matrix-redo=${this.#forth}
              @matrix-say=${(event: CustomEvent<string>) => (this.said = event.detail)}
            ></x-role-matrix>`
      }
      ${this.#locked ? nothing : html`<p class="x-hint x-matrix-help">${t('matrix.help')}</p>`}
    `;
  }

  async #editGrant(place: Place): Promise<void> {
    const { draft, data } = this;
    const row = this.#rows.find(({ entity }) => entity === place.entity);
    if (!draft || !row || !data) return;
    const grant = await editGrant(
      this.context,
      row,
      place.privilege,
      grantAt(draft.matrix, place.entity, place.privilege),
    );
    if (grant) this.#change({ matrix: setGrants(this.draft?.matrix ?? draft.matrix, [{ ...place, grant }]) });
    await this.updateComplete;
    this.querySelector<RoleMatrix>('x-role-matrix')?.focusCell();
  }

  #renderDeny(draft: Draft, entities: readonly EntityRow[]): TemplateResult {
    const { t } = this.context;
    const titleOf = (name: unknown) =>
      name === '*' ? t('deny.everything') : (entities.find((one) => one.name === name)?.plural ?? String(name));
    const edit = async (rule: DenyRule | undefined, index: number): Promise<void> => {
      const next = await editDeny(this.context, entities, rule, draft.deny);
      if (!next) return;
      this.#change({ deny: rule ? draft.deny.map((one, at) => (at === index ? next : one)) : [...draft.deny, next] });
    };
    return html`<p class="x-admin-text">${t('deny.text')}</p>
      ${
        draft.deny.length === 0
          ? html`<p class="x-hint">${t('deny.none')}</p>`
          : html`<ul class="x-admin-cards">
              ${draft.deny.map(
                (rule, index) =>
                  html`<li class="x-admin-card">
                    <div>
                      <strong dir="auto">${rule.title ?? titleOf(rule.entity)}</strong>
                      <p class="x-admin-text">
                        ${t('deny.sentence', {
                          entity: titleOf(rule.entity),
                          privileges: (rule.privileges ?? privileges)
                            .map((one) => t(`privilege.${one}`))
                            .join(t('common.listSeparator')),
                        })}
                      </p>
                      ${rule.when === undefined ? nothing : html`<code class="x-ltr">${rule.when}</code>`}
                    </div>
                    ${
                      this.#locked
                        ? nothing
                        : html`<div class="x-admin-commands">
                            <button type="button" class="x-button x-button-small" @click=${() => edit(rule, index)}>
                              ${t('edit')}
                            </button>
                            <button
                              type="button"
                              class="x-button x-button-small x-button-icon"
                              aria-label=${t('deny.remove', { name: rule.title ?? rule.id })}
                              @click=${() => this.#change({ deny: draft.deny.filter((_, at) => at !== index) })}
                            >
                              ${icon('trash-2')}
                            </button>
                          </div>`
                    }
                  </li>`,
              )}
            </ul>`
      }
      ${this.#locked ? nothing : html`<button type="button" class="x-button" @click=${() => edit(undefined, -1)}>${icon('plus')}${t('deny.new')}</button>`}`;
  }

  #renderRights(draft: Draft): TemplateResult {
    const { t } = this.context;
    const every = [...new Set([...knownRights, ...draft.rights.filter((one) => one !== '*')])];
    return html`<fieldset class="x-admin-rights" ?disabled=${this.#locked}>
      <legend class="x-visually-hidden">${t('role.rights')}</legend>
      ${every.map((right) => {
        const key = `right.${right}.text`;
        const text = t(key);
        return html`<label class="x-admin-right">
          <input
            type="checkbox"
            .checked=${draft.rights.includes(right) || draft.rights.includes('*')}
            ?disabled=${this.#locked || draft.rights.includes('*')}
            @change=${(event: Event) =>
              this.#change({
                rights: (event.target as HTMLInputElement).checked
                  ? [...draft.rights, right]
                  : draft.rights.filter((one) => one !== right),
              })}
          />
          <span
            ><strong>${this.#rightTitle(right)}</strong
            >${text === key ? nothing : html`<span class="x-hint">${text}</span>`}</span
          >
        </label>`;
      })}
    </fieldset>`;
  }

  #renderHolders({ holders, id }: SecurityDocument): TemplateResult {
    const { t } = this.context;
    const list = (title: string, section: string, names: SecurityDocument['holders']['users'], count: number) =>
      html`<section>
        <h2 class="x-admin-h2">${title} <span class="x-count">${this.context.locale.number(count)}</span></h2>
        ${
          names.length === 0
            ? html`<p class="x-hint">${t('common.none')}</p>`
            : html`<ul class="x-admin-chips">
                ${names.map((one) => html`<li class="x-chip"><a href=${adminUrl(section, one.id)} dir="auto">${one.name}</a></li>`)}
              </ul>`
        }
      </section>`;
    return html`${list(t('users'), 'users', holders.users, holders.userCount)}
    ${
      holders.userCount > holders.users.length
        ? html`<a href=${`${adminUrl('users')}?role=${encodeURIComponent(id)}`}>${t('role.allHolders')}</a>`
        : nothing
    }
    ${list(t('teams'), 'teams', holders.teams, holders.teamCount)}`;
  }

  #copy(role: SecurityDocument): void {
    const { draft } = this;
    if (draft) void copyRole(this.context, this.#document(role, draft));
  }

  async #revert(role: SecurityDocument): Promise<void> {
    const { t, api } = this.context;
    const choice = await ask(this.context.locale, t('role.revertTitle'), t('role.revertText', { layer: role.layer }), [
      { value: 'no', label: t('common.cancel') },
      { value: 'yes', label: t('role.revert'), look: 'danger' },
    ]);
    if (choice !== 'yes') return;
    await attempt(async () => {
      const next = await api.revert('roles', role.id, role.etag);
      this.#take(next);
      if (this.data) this.data = { ...this.data, role: next };
    }, t('role.reverted'));
  }

  async #remove(role: SecurityDocument): Promise<void> {
    const { t, api, workspace, navigation } = this.context;
    const choice = await ask(this.context.locale, t('role.removeTitle', { role: role.title }), t('role.removeText'), [
      { value: 'no', label: t('common.cancel') },
      { value: 'yes', label: t('common.delete'), look: 'danger' },
    ]);
    if (choice !== 'yes') return;
    if (await attempt(() => api.remove('roles', role.id), t('role.removed', { role: role.title }))) {
      navigation.guard(undefined);
      this.#base = this.draft;
      workspace.go(adminUrl('roles'));
    }
  }

  /** The list of changes, and what they would do to people. */
  async #review(role: SecurityDocument, document: Document): Promise<boolean> {
    const { t, locale, api } = this.context;
    const changes = this.#changes();
    const others = this.#otherChanges();
    const titleOf = (entity: string) => this.#rows.find((row) => row.entity === entity)?.title ?? entity;
    const grant = ({ depth, when }: Change['after']) =>
      html`${depthSymbol(depth)}<span>${t(`depth.${depth}`)}</span>${when === undefined ? nothing : html`<code class="x-ltr">${when}</code>`}`;
    let effect: WhatIf | 'unknown' | undefined;
    const answer = await openDialog<boolean>({
      title: t('review.title', { role: role.title }),
      wide: true,
      locale,
      body: (handle) => {
        if (effect === undefined && handle.element.dataset['asked'] === undefined) {
          handle.element.dataset['asked'] = '';
          api.whatIf(role.id, document).then(
            (found) => {
              effect = found;
              handle.update();
            },
            () => {
              effect = 'unknown';
              handle.update();
            },
          );
        }
        return html`
          <p role="status">
            ${
              effect === undefined
                ? t('review.asking')
                : effect === 'unknown'
                  ? t('review.holders', { count: role.holders.userCount, teams: role.holders.teamCount })
                  : effect.users.affected === 0
                    ? t('review.nobody')
                    : t('review.affected', { count: effect.users.affected })
            }
          </p>
          ${
            typeof effect === 'object' && effect.entities.length > 0
              ? html`<ul class="x-admin-effect">
                  ${effect.entities.slice(0, 30).flatMap((entity) =>
                    entity.privileges.map(
                      ({ privilege, gaining, losing }) =>
                        html`<li>
                          <span dir="auto"
                            >${entity.title}${t('common.listSeparator')}${t(`privilege.${privilege}`)}</span
                          >
                          ${gaining > 0 ? html`<span class="x-admin-gain">${icon('trending-up')}${t('review.gain', { count: gaining })}</span>` : nothing}
                          ${losing > 0 ? html`<span class="x-admin-lose">${icon('trending-down')}${t('review.lose', { count: losing })}</span>` : nothing}
                        </li>`,
                    ),
                  )}
                </ul>`
              : nothing
          }
          <h3 class="x-admin-h2">${t('review.changes', { count: changes.length + others.length })}</h3>
          <ul class="x-admin-changes">
            ${others.map((text) => html`<li>${text}</li>`)}
            ${changes.slice(0, 200).map(
              (change) =>
                html`<li>
                  <span dir="auto"
                    >${titleOf(change.entity)}${t('common.listSeparator')}${t(`privilege.${change.privilege}`)}</span
                  >
                  <span class="x-admin-grant">${grant(change.before)}</span
                  >${icon('arrow-right', t('review.becomes'))}<span class="x-admin-grant">${grant(change.after)}</span>
                </li>`,
            )}
          </ul>
        `;
      },
      foot: (handle) => html`
        <button type="button" class="x-button" @click=${() => handle.close(false)}>${t('review.back')}</button>
        <button type="button" autofocus class="x-button x-button-primary" @click=${() => handle.close(true)}>
          ${t('common.save')}
        </button>
      `,
    });
    return answer === true;
  }

  async #save(role: SecurityDocument, etag = role.etag): Promise<void> {
    const { t, api } = this.context;
    const { draft } = this;
    if (!draft || this.busy || !this.#changed()) return;
    const document = this.#document(role, draft);
    if (etag === role.etag && !(await this.#review(role, document))) return;
    this.busy = true;
    try {
      const saved = await api.save('roles', role.id, document, etag);
      this.#take(saved);
      if (this.data) this.data = { ...this.data, role: saved };
      showToast(t('role.saved', { role: saved.title }));
    } catch (error) {
      if (error instanceof ClientError && error.code === 'DOCUMENT_CHANGED') await this.#conflict(role, error);
      else if (error instanceof ClientError && error.code === 'DOCUMENT_INVALID') this.problems = error.details;
      else showToast(wordsOf(error), 'error');
    } finally {
      this.busy = false;
    }
  }

  /** Somebody else saved meanwhile: theirs stays, or mine over it. */
  async #conflict(role: SecurityDocument, error: ClientError): Promise<void> {
    const { t } = this.context;
    const current = error.data['current'];
    const etag = error.data['etag'];
    if (typeof current !== 'object' || current === null || typeof etag !== 'string') {
      showToast(error.message, 'error');
      return;
    }
    const theirs: SecurityDocument = { ...role, document: current as Document, etag };
    const between = changesBetween(
      this.#base?.matrix ?? new Map(),
      readMatrix(theirs.document),
      this.#rows.map(({ entity }) => entity),
    );
    const titleOf = (entity: string) => this.#rows.find((row) => row.entity === entity)?.title ?? entity;
    const text = html`<p>${t('role.conflictText')}</p>
      <ul class="x-admin-changes">
        ${between.slice(0, 50).map(
          (change) =>
            html`<li>
              <span>${titleOf(change.entity)}${t('common.listSeparator')}${t(`privilege.${change.privilege}`)}</span>
              <span class="x-admin-grant"
                >${depthSymbol(change.after.depth)}<span>${t(`depth.${change.after.depth}`)}</span></span
              >
            </li>`,
        )}
      </ul>`;
    const choice = await ask(this.context.locale, t('conflict.title'), text, [
      { value: 'back', label: t('conflict.back') },
      { value: 'theirs', label: t('role.takeTheirs') },
      { value: 'mine', label: t('role.keepMine'), look: 'primary' },
    ]);
    if (choice === 'theirs') {
      this.#take(theirs);
      if (this.data) this.data = { ...this.data, role: theirs };
    } else if (choice === 'mine') {
      this.busy = false;
      await this.#save(role, etag);
    }
  }

  async #leave(): Promise<boolean> {
    const { t } = this.context;
    const choice = await ask(this.context.locale, t('leave.title'), t('leave.text'), [
      { value: 'stay', label: t('leave.stay') },
      { value: 'go', label: t('form.discard'), look: 'danger' },
    ]);
    return choice === 'go';
  }

  readonly #onUnload = (event: BeforeUnloadEvent): void => {
    if (this.#changed()) event.preventDefault();
  };

  readonly #onKey = (event: KeyboardEvent): void => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || document.querySelector('dialog[open]')) return;
    if (event.key.toLowerCase() === 's' && this.data) {
      event.preventDefault();
      void this.#save(this.data.role);
    }
  };

  readonly #onTabKey = (event: KeyboardEvent): void => {
    const forward = this.context.locale.direction === 'rtl' ? -1 : 1;
    const step = event.key === 'ArrowRight' ? forward : event.key === 'ArrowLeft' ? -forward : 0;
    if (step === 0) return;
    event.preventDefault();
    const next = tabs[(tabs.indexOf(this.tab) + step + tabs.length) % tabs.length];
    if (!next) return;
    this.tab = next;
    void this.updateComplete.then(() => this.querySelector<HTMLElement>(`#role-tab-${next}`)?.focus());
  };
}

customElements.define('x-admin-role', RolePage);
