// What is done with one or two selected rows of a list; loaded when it is asked for. With many: bulk/.
import type { EntityMetadata } from '../../../metadata/effective.ts';
import { deleteRecord } from '../../ui/dialog/delete-dialog.ts';
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

/** The one record that is selected, after saying what goes along. */
export async function deleteSelected(workspace: Workspace, entity: EntityMetadata, grid: DataGrid): Promise<void> {
  const [only] = [...grid.selection.entries()];
  if (!only) return;
  const name = String(only[1][entity.fields[entity.primary]?.wire ?? ''] ?? '');
  if (await deleteRecord(workspace, entity, only[0], name)) grid.dropRows(new Set([only[0]]));
}
