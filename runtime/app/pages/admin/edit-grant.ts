// One cell of the matrix in words: its depth, and the condition under which it holds, checked by the server before it is taken.
import { html, nothing } from 'lit';
import { openDialog } from '../../../ui/dialog/dialog.ts';
import { icon } from '../../../ui/icon.ts';
import { wordsOf, type AdminContext } from './context.ts';
import { depthSymbol } from './depth-symbol.ts';
import { depths, fits, type Depth, type Grant, type Privilege } from './matrix-model.ts';
import type { MatrixRow } from './role-matrix.ts';

/** What the server says against a condition over the entity's rows; undefined: nothing. */
export async function conditionProblem(
  context: AdminContext,
  entity: string,
  when: string,
): Promise<string | undefined> {
  try {
    const problems = await context.api.tryRole('trial', {
      title: 'Trial',
      privileges: { [entity]: { read: { depth: 'organization', when } } },
    });
    return problems.length === 0 ? undefined : problems.map(({ message }) => message).join(' ');
  } catch (error) {
    return wordsOf(error);
  }
}

export function editGrant(
  context: AdminContext,
  row: MatrixRow,
  privilege: Privilege,
  grant: Grant,
): Promise<Grant | undefined> {
  const { t } = context;
  let depth: Depth = grant.depth;
  let when = grant.when ?? '';
  let problem: string | undefined;
  return openDialog<Grant>({
    title: `${row.title}${t('common.listSeparator')}${t(`privilege.${privilege}`)}`,
    locale: context.locale,
    body: (handle) => {
      const submit = async (event: Event): Promise<void> => {
        event.preventDefault();
        const text = when.trim();
        if (depth === 'none' || text === '') {
          handle.close({ depth });
          return;
        }
        problem = await conditionProblem(context, row.entity, text);
        if (problem === undefined) handle.close({ depth, when: text });
        else handle.update();
      };
      return html`<form class="x-admin-form" id="edit-grant" novalidate @submit=${submit}>
        <fieldset class="x-admin-depths">
          <legend class="x-field-label">${t('grant.depth')}</legend>
          ${depths
            .filter((one) => fits(row.ownership, one))
            .map(
              (one) =>
                html`<label class="x-admin-depth">
                  <input
                    type="radio"
                    name="depth"
                    value=${one}
                    ?autofocus=${one === depth}
                    .checked=${one === depth}
                    @change=${() => {
                      depth = one;
                      handle.update();
                    }}
                  />
                  ${depthSymbol(one)}<span
                    ><strong>${t(`depth.${one}`)}</strong><span class="x-hint">${t(`depth.${one}.text`)}</span></span
                  >
                </label>`,
            )}
        </fieldset>
        ${
          row.entity === '*'
            ? html`<p class="x-hint">${t('grant.noCondition')}</p>`
            : html`<div class="x-field">
                <label class="x-field-label" for="grant-when">${t('grant.when')}</label>
                <textarea
                  class="x-input x-ltr x-admin-code"
                  id="grant-when"
                  dir="ltr"
                  rows="3"
                  spellcheck="false"
                  ?disabled=${depth === 'none'}
                  aria-describedby="grant-when-hint"
                  aria-invalid=${problem === undefined ? nothing : 'true'}
                  .value=${when}
                  @input=${(event: Event) => (when = (event.target as HTMLTextAreaElement).value)}
                ></textarea>
                ${
                  problem === undefined
                    ? nothing
                    : html`<p class="x-field-error" role="alert">
                        ${icon('circle-alert')}<span dir="auto">${problem}</span>
                      </p>`
                }
                <p class="x-hint" id="grant-when-hint">
                  ${t('grant.whenHint')} <code class="x-ltr">statecode = 0</code>
                </p>
              </div>`
        }
      </form>`;
    },
    foot: (handle) => html`
      <button type="button" class="x-button" @click=${() => handle.close()}>${t('common.cancel')}</button>
      <button type="submit" form="edit-grant" class="x-button x-button-primary">${t('common.apply')}</button>
    `,
  });
}
