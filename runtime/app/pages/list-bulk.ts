// What is done with the selected rows of a list; loaded when it is asked for.
import type { EntityMetadata } from '../../../metadata/effective.ts';
import { deleteRecord } from '../../ui/dialog/delete-dialog.ts';
import { ask } from '../../ui/dialog/dialog.ts';
import { showToast } from '../../ui/dialog/toast.ts';
import type { DataGrid } from '../../ui/grid/data-grid.ts';
import type { Workspace } from '../../ui/workspace.ts';

/** Of two rows one stays. */
export async function mergeSelected(workspace: Workspace, entity: EntityMetadata, grid: DataGrid): Promise<void> {
  const [one, other] = [...grid.selection.keys()];
  if (one === undefined || other === undefined) return;
  const { mergeRecords } = await import('../../ui/dialog/merge-dialog.ts');
  const reload = () => {
    if (grid.isConnected) grid.reload();
  };
  const winner = await mergeRecords(workspace, entity, [one, other], reload);
  if (winner === undefined) return;
  grid.clearSelection();
  reload();
}

export async function deleteSelected(workspace: Workspace, entity: EntityMetadata, grid: DataGrid): Promise<void> {
  const { client, locale } = workspace;
  const { t } = locale;
  const [only, ...others] = [...grid.selection.entries()];
  if (!only) return;
  if (others.length === 0) {
    const name = String(only[1][entity.fields[entity.primary]?.wire ?? ''] ?? '');
    if (await deleteRecord(workspace, entity, only[0], name)) grid.dropRows(new Set([only[0]]));
    return;
  }
  const ids = [...grid.selection.keys()];
  const agreed = await ask(locale, t('delete.manyTitle', { count: ids.length }), t('delete.manyText'), [
    { value: 'no', label: t('common.cancel') },
    { value: 'yes', label: t('common.delete'), look: 'danger' },
  ]);
  if (agreed !== 'yes') return;
  const gone = new Set<string>();
  let reason = '';
  for (const id of ids) {
    try {
      await client.remove(entity.set, id);
      gone.add(id);
    } catch (error) {
      reason ||= error instanceof Error ? error.message : String(error);
    }
  }
  grid.dropRows(gone);
  const failed = ids.length - gone.size;
  if (failed > 0) showToast(t('delete.manyFailed', { failed, count: ids.length, reason }), 'error');
  else showToast(t('delete.manyDone', { count: gone.size }));
}
