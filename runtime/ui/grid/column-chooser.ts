// Which columns a list shows: every field of the entity with a box, searched by typing.
import { html } from 'lit';
import type { EntityMetadata } from '../../../metadata/effective.ts';
import { openDialog } from '../dialog/dialog.ts';
import { isSeen } from '../field-lock.ts';
import { foldText } from '../locale/digits.ts';
import type { Workspace } from '../workspace.ts';
import type { ColumnState } from './grid-state.ts';

export function chooseColumns(
  workspace: Workspace,
  entity: EntityMetadata,
  columns: readonly ColumnState[],
): Promise<readonly ColumnState[] | undefined> {
  const { t, compare } = workspace.locale;
  let chosen = [...columns];
  let typed = '';
  const fields = Object.values(entity.fields)
    .filter((field) => isSeen(field, false))
    .sort((a, b) => compare(a.title, b.title));
  return openDialog<readonly ColumnState[]>({
    title: t('grid.columns'),
    locale: workspace.locale,
    body: (handle) => html`
      <input
        class="x-input"
        type="search"
        autofocus
        aria-label=${t('common.search')}
        placeholder=${t('common.search')}
        @input=${(event: Event) => {
          typed = foldText((event.target as HTMLInputElement).value.trim());
          handle.update();
        }}
      />
      <div class="x-column-list">
        ${fields
          .filter((field) => foldText(field.title).includes(typed) || field.name.includes(typed))
          .map(
            (field) =>
              html`<label class="x-option">
                <input
                  type="checkbox"
                  .checked=${chosen.some((column) => column.id === field.name)}
                  @change=${(event: Event) => {
                    chosen = (event.target as HTMLInputElement).checked
                      ? [...chosen, { id: field.name }]
                      : chosen.filter((column) => column.id !== field.name);
                    handle.update();
                  }}
                />
                <span>${field.title}</span>
              </label>`,
          )}
      </div>
    `,
    foot: (handle) => html`
      <button type="button" class="x-button" @click=${() => handle.close()}>${t('common.cancel')}</button>
      <button
        type="button"
        class="x-button x-button-primary"
        ?disabled=${chosen.length === 0}
        @click=${() => handle.close(chosen)}
      >
        ${t('common.apply')}
      </button>
    `,
  });
}
