// One deny rule: about which rows, which privileges, under which condition, and what people are told who ask why.
import { html, nothing } from 'lit';
import { openDialog } from '../../../ui/dialog/dialog.ts';
import { icon } from '../../../ui/icon.ts';
import type { EntityRow } from './api.ts';
import type { AdminContext } from './context.ts';
import { conditionProblem } from './edit-grant.ts';
import { privileges, type Privilege } from './matrix-model.ts';

export interface DenyRule {
  readonly id: string;
  readonly entity: string;
  readonly title?: string;
  readonly privileges?: readonly Privilege[];
  readonly when?: string;
}

export function editDeny(
  context: AdminContext,
  entities: readonly EntityRow[],
  rule: DenyRule | undefined,
  others: readonly DenyRule[],
): Promise<DenyRule | undefined> {
  const { t, locale } = context;
  let entity = rule?.entity ?? '*';
  let title = rule?.title ?? '';
  let when = rule?.when ?? '';
  let chosen: readonly Privilege[] = rule ? (rule.privileges ?? privileges) : privileges;
  let problem: string | undefined;
  let nothingChosen = false;
  const freeId = (): string => {
    const taken = new Set(others.map(({ id }) => id));
    const stem = entity === '*' ? 'everything' : entity.replaceAll('_', '-');
    for (let number = 1; ; number += 1) {
      const id = number === 1 ? stem : `${stem}-${number}`;
      if (!taken.has(id)) return id;
    }
  };
  return openDialog<DenyRule>({
    title: rule ? t('deny.edit') : t('deny.new'),
    locale,
    body: (handle) => {
      const submit = async (event: Event): Promise<void> => {
        event.preventDefault();
        const text = entity === '*' ? '' : when.trim();
        nothingChosen = chosen.length === 0;
        problem = text === '' ? undefined : await conditionProblem(context, entity, text);
        if (problem !== undefined || nothingChosen) {
          handle.update();
          return;
        }
        handle.close({
          id: rule?.id ?? freeId(),
          ...(title.trim() === '' ? {} : { title: title.trim() }),
          entity,
          ...(chosen.length === privileges.length
            ? {}
            : { privileges: privileges.filter((one) => chosen.includes(one)) }),
          ...(text === '' ? {} : { when: text }),
        });
      };
      return html`<form class="x-admin-form" id="edit-deny" novalidate @submit=${submit}>
        <div class="x-field">
          <label class="x-field-label" for="deny-title">${t('deny.title')}</label>
          <input
            class="x-input"
            id="deny-title"
            dir="auto"
            autofocus
            autocomplete="off"
            aria-describedby="deny-title-hint"
            .value=${title}
            @input=${(event: Event) => (title = (event.target as HTMLInputElement).value)}
          />
          <p class="x-hint" id="deny-title-hint">${t('deny.titleHint')}</p>
        </div>
        <div class="x-field">
          <label class="x-field-label" for="deny-entity">${t('deny.entity')}</label>
          <select
            class="x-input"
            id="deny-entity"
            @change=${(event: Event) => {
              entity = (event.target as HTMLSelectElement).value;
              handle.update();
            }}
          >
            <option value="*" ?selected=${entity === '*'}>${t('deny.everything')}</option>
            ${entities
              .toSorted((a, b) => locale.compare(a.plural, b.plural))
              .map((one) => html`<option value=${one.name} ?selected=${entity === one.name}>${one.plural}</option>`)}
          </select>
        </div>
        <fieldset class="x-admin-several">
          <legend class="x-field-label">${t('deny.privileges')}</legend>
          ${privileges.map(
            (one) =>
              html`<label class="x-admin-check"
                ><input
                  type="checkbox"
                  .checked=${chosen.includes(one)}
                  @change=${(event: Event) => {
                    const rest = chosen.filter((other) => other !== one);
                    chosen = (event.target as HTMLInputElement).checked ? [...rest, one] : rest;
                  }}
                /><span>${t(`privilege.${one}`)}</span></label
              >`,
          )}
          ${nothingChosen ? html`<p class="x-field-error" role="alert">${icon('circle-alert')}<span>${t('deny.choose')}</span></p>` : nothing}
        </fieldset>
        ${
          entity === '*'
            ? html`<p class="x-hint">${t('grant.noCondition')}</p>`
            : html`<div class="x-field">
                <label class="x-field-label" for="deny-when">${t('deny.when')}</label>
                <textarea
                  class="x-input x-ltr x-admin-code"
                  id="deny-when"
                  dir="ltr"
                  rows="3"
                  spellcheck="false"
                  aria-describedby="deny-when-hint"
                  aria-invalid=${problem === undefined ? nothing : 'true'}
                  .value=${when}
                  @input=${(event: Event) => (when = (event.target as HTMLTextAreaElement).value)}
                ></textarea>
                ${problem === undefined ? nothing : html`<p class="x-field-error" role="alert">${icon('circle-alert')}<span dir="auto">${problem}</span></p>`}
                <p class="x-hint" id="deny-when-hint">
                  ${t('grant.whenHint')} <code class="x-ltr">statecode = 1</code>
                </p>
              </div>`
        }
      </form>`;
    },
    foot: (handle) => html`
      <button type="button" class="x-button" @click=${() => handle.close()}>${t('common.cancel')}</button>
      <button type="submit" form="edit-deny" class="x-button x-button-primary">${t('common.apply')}</button>
    `,
  });
}
