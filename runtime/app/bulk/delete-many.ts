// Deletes many records as a job, after saying how many.
import { html } from 'lit';
import type { EntityMetadata } from '../../../metadata/effective.ts';
import { ask } from '../../ui/dialog/dialog.ts';
import { showFailure } from '../../ui/dialog/show-failure.ts';
import type { Workspace } from '../../ui/workspace.ts';
import { bulkLocale } from './bulk-locale.ts';
import { followJob } from './job-card.ts';
import { jobsApi, type Rows } from './jobs-api.ts';

export async function deleteMany(
  workspace: Workspace,
  entity: EntityMetadata,
  { rows, onEnd }: { readonly rows: Rows; readonly onEnd: () => void },
): Promise<void> {
  const api = jobsApi(workspace);
  const locale = await bulkLocale(workspace.locale);
  const { t } = locale;
  try {
    const change = { ...rows, action: 'delete' };
    const { count, version } = await api.preview(entity.name, change);
    const text = html`<p>${t('bulk.willDelete', { count })}</p>
      <p>${t('bulk.undoable')}</p>`;
    const agreed = await ask(locale, t('delete.manyTitle', { count }), text, [
      { value: 'no', label: t('common.cancel') },
      { value: 'yes', label: t('bulk.delete'), look: 'danger' },
    ]);
    if (agreed !== 'yes') return;
    // What somebody changes while it runs is not what was to be deleted.
    const job = await api.begin(entity.name, { ...change, unchangedSince: version });
    await followJob(workspace, job, onEnd);
  } catch (error) {
    showFailure(workspace, error);
  }
}
