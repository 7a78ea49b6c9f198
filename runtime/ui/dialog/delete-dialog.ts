// Deleting says beforehand what goes along, what loses its link, and what forbids it.
import { html, nothing } from 'lit';
import type { EntityMetadata } from '../../../metadata/effective.ts';
import { ClientError, type DeletePreviewItem } from '../../client/index.ts';
import { icon } from '../icon.ts';
import type { Workspace } from '../workspace.ts';
import { openDialog } from './dialog.ts';
import { showFailure } from './show-failure.ts';
import { showToast } from './toast.ts';

/** Asks and deletes; true when the record is gone. */
export async function deleteRecord(
  workspace: Workspace,
  entity: EntityMetadata,
  id: string,
  name: string,
): Promise<boolean> {
  const { client, locale } = workspace;
  const { t } = locale;
  let items: readonly DeletePreviewItem[];
  try {
    items = (await client.deletePreview(entity.set, id)).filter((item) => item.count > 0 || item.others);
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    showFailure(workspace, error);
    return false;
  }
  const restricted = items.some((item) => item.effect === 'restrict');
  const part = (effect: DeletePreviewItem['effect'], title: string) => {
    const mine = items.filter((item) => item.effect === effect);
    return mine.length === 0
      ? nothing
      : html`<div class="x-effects" data-effect=${effect}>
          <h3>${title}</h3>
          <ul class="x-effect-list">
            ${mine.map(
              (item) =>
                html`<li>
                  <span>${item.title}${item.others ? html` <small>${t('delete.others')}</small>` : nothing}</span>
                  ${item.count > 0 ? html`<b class="x-num">${locale.number(item.count)}</b>` : nothing}
                </li>`,
            )}
          </ul>
        </div>`;
  };
  const agreed = await openDialog<true>({
    title: t(restricted ? 'delete.restrictedTitle' : 'delete.title', { name }),
    locale,
    body: () => html`
      <p>${restricted ? t('delete.restrictedText') : items.length === 0 ? t('delete.alone') : t('delete.text')}</p>
      ${part('restrict', t('delete.restrict'))} ${part('delete', t('delete.along'))}
      ${part('unlink', t('delete.unlink'))}
    `,
    foot: (handle) => html`
      <button type="button" class="x-button" ?autofocus=${restricted} @click=${() => handle.close()}>
        ${t(restricted ? 'common.close' : 'common.cancel')}
      </button>
      ${
        restricted
          ? nothing
          : html`<button type="button" class="x-button x-button-danger" autofocus @click=${() => handle.close(true)}>
              ${icon('trash-2')} ${t('common.delete')}
            </button>`
      }
    `,
  });
  if (!agreed) return false;
  try {
    await client.remove(entity.set, id);
    showToast(t('delete.done', { name }));
    return true;
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    showFailure(workspace, error);
    return false;
  }
}
