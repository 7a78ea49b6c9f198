// What a change of rights would do: who gains and loses which privileges on how many records. Stands in pages and dialogs.
import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { createAccessClient, type Count, type Named, type RightsChange, type WhatIf } from '../../client/access.ts';
import { showFailure } from '../../ui/dialog/show-failure.ts';
import { icon } from '../../ui/icon.ts';
import type { Workspace } from '../../ui/workspace.ts';
import './access.css';

export class WhatIfPanel extends LitElement {
  static override properties = {
    workspace: { attribute: false },
    change: { attribute: false },
    result: { state: true },
    busy: { state: true },
  };

  declare workspace: Workspace;
  /** As POST /api/access/what-if takes it; undefined while there is nothing to ask. */
  declare change: RightsChange | undefined;
  declare result: WhatIf | undefined;
  declare busy: boolean;

  constructor() {
    super();
    this.busy = false;
  }

  override createRenderRoot(): this {
    return this;
  }

  override willUpdate(changed: Map<string, unknown>): void {
    // What was worked out is about the change before.
    if (changed.has('change') && JSON.stringify(changed.get('change')) !== JSON.stringify(this.change))
      this.result = undefined;
  }

  async #ask(): Promise<void> {
    const { change, workspace } = this;
    if (!change) return;
    this.busy = true;
    try {
      const result = await createAccessClient(workspace.client).whatIf(change);
      if (this.change === change) this.result = result;
    } catch (error) {
      showFailure(workspace, error);
    } finally {
      this.busy = false;
    }
  }

  override render(): TemplateResult {
    const { t } = this.workspace.locale;
    return html`<div class="x-what-if">
      <button type="button" class="x-button" ?disabled=${this.busy || !this.change} @click=${() => this.#ask()}>
        ${icon('scale')} ${t(this.busy ? 'access.whatIf.working' : 'access.whatIf.ask')}
      </button>
      <div role="status">${this.result ? this.#renderResult(this.result) : nothing}</div>
    </div>`;
  }

  #renderResult(result: WhatIf): TemplateResult {
    const { locale } = this.workspace;
    const { t } = locale;
    const { affected, examined } = result.users;
    const isNothing = result.entities.length + result.rights.length + result.fields.length === 0;
    return html`
      <p>
        ${t('access.whatIf.users', { count: affected })}
        ${examined < affected ? t('access.whatIf.examined', { examined }) : nothing}
        ${isNothing ? t('access.whatIf.nothing') : nothing}
      </p>
      ${result.counted ? nothing : html`<p class="x-hint">${t('access.whatIf.uncounted')}</p>`}
      ${
        result.entities.length === 0
          ? nothing
          : html`<div class="x-what-if-scroll" tabindex="0" role="region" aria-label=${t('access.whatIf.title')}>
              <table>
                <thead>
                  <tr>
                    <th scope="col">${t('access.whatIf.entity')}</th>
                    <th scope="col">${t('access.whatIf.privilege')}</th>
                    <th scope="col">${t('access.whatIf.person')}</th>
                    <th scope="col">${t('access.whatIf.gains')}</th>
                    <th scope="col">${t('access.whatIf.loses')}</th>
                  </tr>
                </thead>
                <tbody>
                  ${result.entities.flatMap(({ title, privileges }) =>
                    privileges.flatMap(({ privilege, people, gaining, losing }) => {
                      const named = people.map(
                        ({ user, before, after, gains, loses }) =>
                          html`<tr>
                            <th scope="row">${title}</th>
                            <td>${t(`access.privilege.${privilege}`)}</td>
                            <td>
                              <bdi>${this.#nameOf(user)}</bdi>
                              ${
                                before === after
                                  ? nothing
                                  : html`<span class="x-hint"
                                      >${t('access.whatIf.level', {
                                        before: t(`access.level.${before}`),
                                        after: t(`access.level.${after}`),
                                      })}</span
                                    >`
                              }
                            </td>
                            <td class="x-num ${gains?.rows ? 'x-gain' : ''}">${this.#count(gains)}</td>
                            <td class="x-num ${loses?.rows ? 'x-loss' : ''}">${this.#count(loses)}</td>
                          </tr>`,
                      );
                      const more = Math.max(gaining, losing) - people.length;
                      return more > 0
                        ? [
                            ...named,
                            html`<tr>
                              <td colspan="5" class="x-hint">${t('access.whatIf.more', { count: more })}</td>
                            </tr>`,
                          ]
                        : named;
                    }),
                  )}
                </tbody>
              </table>
            </div>`
      }
      ${this.#renderParts(result)}
    `;
  }

  #renderParts(result: WhatIf): unknown {
    const { t } = this.workspace.locale;
    const parts = [
      ...result.rights.map(({ right, ...who }) => ({ title: t('access.whatIf.right', { right }), ...who })),
      ...result.fields.map(({ title, right, ...who }) => ({
        title: `${title}: ${t(`access.fieldRight.${right}`)}`,
        ...who,
      })),
    ];
    if (parts.length === 0) return nothing;
    return html`<ul class="x-why-list">
      ${parts.map(
        ({ title, gaining, losing }) =>
          html`<li>
            ${icon('key-round')}
            <span
              >${title} ${gaining.length > 0 ? html`<span class="x-gain">+ ${this.#names(gaining)}</span>` : nothing}
              ${losing.length > 0 ? html`<span class="x-loss">− ${this.#names(losing)}</span>` : nothing}
            </span>
          </li>`,
      )}
    </ul>`;
  }

  #nameOf({ name }: Named): string {
    return name ?? this.workspace.locale.t('access.nameless');
  }

  #names(people: readonly Named[]): string {
    return people.map((one) => this.#nameOf(one)).join(this.workspace.locale.t('common.listSeparator'));
  }

  #count(count: Count | null): string {
    const { locale } = this.workspace;
    if (!count) return '–';
    return `${locale.number(count.rows)}${count.more ? '+' : ''}`;
  }
}

customElements.define('x-what-if', WhatIfPanel);
