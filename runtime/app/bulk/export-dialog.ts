// Asks in which form the list is to go out; a short one comes at once, a long one is made in the background.
import { html } from 'lit';
import type { EntityMetadata } from '../../../metadata/effective.ts';
import { openDialog } from '../../ui/dialog/dialog.ts';
import { showFailure } from '../../ui/dialog/show-failure.ts';
import { showToast } from '../../ui/dialog/toast.ts';
import type { DataGrid } from '../../ui/grid/data-grid.ts';
import type { Workspace } from '../../ui/workspace.ts';
import { bulkLocale } from './bulk-locale.ts';
import { followJob } from './job-card.ts';
import { jobsApi, queryText, saveFile } from './jobs-api.ts';

interface Choice {
  readonly format: 'xlsx' | 'csv';
  readonly raw: boolean;
  readonly keys: boolean;
}

/** `chosen`: only these records. */
export async function openExport(
  workspace: Workspace,
  entity: EntityMetadata,
  grid: DataGrid,
  chosen?: readonly string[],
): Promise<void> {
  const locale = await bulkLocale(workspace.locale);
  const { t } = locale;
  let choice: Choice = { format: 'xlsx', raw: false, keys: true };
  const box = (name: 'raw' | 'keys') =>
    html`<label class="x-check">
      <input
        type="checkbox"
        .checked=${choice[name]}
        @change=${(event: Event) => {
          choice = { ...choice, [name]: (event.target as HTMLInputElement).checked };
        }}
      />
      <span>${t(`export.${name}`)}</span>
    </label>`;
  const agreed = await openDialog<Choice>({
    title: t('export.title', { entity: entity.plural }),
    locale: workspace.locale,
    body: (handle) => html`
      <p>${t('export.text')}</p>
      <fieldset class="x-export-format">
        <legend>${t('export.format')}</legend>
        ${(['xlsx', 'csv'] as const).map(
          (format) =>
            html`<label class="x-check">
              <input
                type="radio"
                name="format"
                value=${format}
                .checked=${choice.format === format}
                @change=${() => {
                  choice = { ...choice, format, keys: format === 'xlsx' };
                  handle.update();
                }}
              />
              <span>${t(`export.${format}`)}</span>
            </label>`,
        )}
      </fieldset>
      ${box('keys')} ${box('raw')}
    `,
    foot: (handle) => html`
      <button type="button" class="x-button" @click=${() => handle.close()}>${t('common.cancel')}</button>
      <button type="button" class="x-button x-button-primary" ?autofocus=${true} @click=${() => handle.close(choice)}>
        ${t('export.go')}
      </button>
    `,
  });
  if (!agreed) return;
  const query = grid.following?.query;
  const listed = query ? queryText(query) : '';
  const only = chosen?.map((id) => `${entity.key} eq ${id}`).join(' or ');
  // The records as chosen, in the order of the list.
  const text =
    only === undefined
      ? listed
      : [
          `$filter=${encodeURIComponent(only)}`,
          ...listed.split('&').filter((part) => part.startsWith('$orderby=')),
        ].join('&');
  try {
    const columns = grid.columns.map(({ id }) => id);
    const made = await jobsApi(workspace).export(entity.name, { query: text, columns, ...agreed });
    if ('blob' in made) {
      const url = URL.createObjectURL(made.blob);
      saveFile(url, made.name);
      setTimeout(() => URL.revokeObjectURL(url), 60_000);
      return;
    }
    showToast(t('export.later'));
    await followJob(workspace, made);
  } catch (error) {
    showFailure(workspace, error);
  }
}
