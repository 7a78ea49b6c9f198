// What to do about a save that was refused: a version conflict is merged where the two sides changed different fields, and asked
// about field by field where they changed the same; of duplicates the user decides. Loaded when it happens.
import type { ClientError } from '../../client/index.ts';
import { openDuplicates } from '../dialog/duplicates-dialog.ts';
import { showToast } from '../dialog/toast.ts';
import type { LookupValue } from '../field-ui.ts';
import { valuesOf } from '../record-values.ts';
import type { Workspace } from '../workspace.ts';
import { compareSides } from './compare-sides.ts';
import type { RecordDraft } from './record-draft.ts';

export type Decision =
  /** Save the draft again; `mergeWith`: and then merge it with this record. */
  | { readonly kind: 'again'; readonly mergeWith?: string }
  | { readonly kind: 'existing'; readonly record: LookupValue }
  | { readonly kind: 'cancelled' };

/** The record seems to be there already: the user stores it, takes the other, merges the two, or goes back to editing. */
export async function askAboutDuplicates(
  workspace: Workspace,
  draft: RecordDraft,
  error: ClientError,
  offer: 'merge' | 'take' | undefined,
): Promise<Decision> {
  const answer = await openDuplicates(workspace, draft, error.data, {
    merges: offer === 'merge',
    takes: (entity) => offer === 'take' && entity === draft.entity.name,
  });
  if (!answer) return { kind: 'cancelled' };
  if (answer.kind === 'take') return { kind: 'existing', record: answer.record };
  return answer.kind === 'merge' ? { kind: 'again', mergeWith: answer.id } : { kind: 'again' };
}

export async function settleConflict(workspace: Workspace, draft: RecordDraft, id: string): Promise<Decision> {
  const { entity } = draft;
  const { locale, client } = workspace;
  // Read again rather than taken from the 412: so lookups come with their names.
  const current = await client.retrieve(entity.set, id);
  const { both, onlyTheirs } = compareSides(draft, valuesOf(current.row, entity));
  if (both.length > 0) {
    const { openConflict } = await import('../dialog/conflict-dialog.ts');
    const keep = await openConflict(workspace, draft, current.row, both);
    if (!keep) return { kind: 'cancelled' };
    for (const name of both) if (keep[name] === 'theirs') draft.restore(name);
  } else if (onlyTheirs.length > 0) {
    const fields = onlyTheirs.map((name) => entity.fields[name]?.title ?? name).join(locale.t('common.listSeparator'));
    showToast(locale.t('conflict.merged', { fields }));
  }
  draft.rebase(current.row, current.etag);
  return { kind: 'again' };
}
