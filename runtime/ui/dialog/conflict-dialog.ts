// Two people changed the same fields: yours and theirs side by side, one choice per field.
import { html } from 'lit';
import type { Row } from '../../client/index.ts';
import type { RecordDraft } from '../form/record-draft.ts';
import { isEmpty, valueOf } from '../record-values.ts';
import { fieldContext, type Workspace } from '../workspace.ts';
import { openDialog } from './dialog.ts';

export type Side = 'mine' | 'theirs';

/** Resolves to the chosen side per field; undefined when the user goes back to editing. */
export function openConflict(
  workspace: Workspace,
  draft: RecordDraft,
  theirs: Row,
  names: readonly string[],
): Promise<Readonly<Record<string, Side>> | undefined> {
  const { locale } = workspace;
  const { t } = locale;
  const chosen: Record<string, Side> = Object.fromEntries(names.map((name) => [name, 'mine' as const]));
  const by = theirs['_modifiedby_value@OData.Community.Display.V1.FormattedValue'];
  const at = theirs['modifiedon'];

  return openDialog<Readonly<Record<string, Side>>>({
    title: t('conflict.title'),
    wide: true,
    locale,
    body: (handle) => html`
      <p>
        ${t('conflict.text', {
          who: typeof by === 'string' ? by : t('conflict.someone'),
          when: typeof at === 'string' ? locale.dateTime(at) : '',
        })}
      </p>
      <div class="x-conflict">
        ${names.map((name) => {
          const field = draft.entity.fields[name];
          if (!field) return '';
          const ui = workspace.fields.of(field.type);
          const side = (which: Side, value: unknown, row: Row | undefined) => {
            const context = fieldContext(workspace, draft.entity, draft.values, row, undefined);
            const shown = isEmpty(value) ? t('common.empty') : ui.text(value, field, context);
            return html`<label class="x-conflict-side">
              <input
                type="radio"
                name=${`conflict-${name}`}
                .checked=${chosen[name] === which}
                @change=${() => {
                  chosen[name] = which;
                  handle.update();
                }}
              />
              <span>
                <span class="x-conflict-who">${t(which === 'mine' ? 'conflict.mine' : 'conflict.theirs')}</span>
                <span class="x-conflict-value" dir="auto">${shown}</span>
              </span>
            </label>`;
          };
          return html`<fieldset class="x-conflict-field">
            <legend>${field.title}</legend>
            ${side('mine', draft.value(name), undefined)} ${side('theirs', valueOf(theirs, field), theirs)}
          </fieldset>`;
        })}
      </div>
    `,
    foot: (handle) => html`
      <button type="button" class="x-button" @click=${() => handle.close()}>${t('conflict.back')}</button>
      <button type="button" class="x-button x-button-primary" autofocus @click=${() => handle.close(chosen)}>
        ${t('conflict.save')}
      </button>
    `,
  });
}
