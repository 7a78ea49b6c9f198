// Saving a draft: create or update with its ETag; a version conflict is merged where the two sides changed different
// fields, and asked about field by field where they changed the same.
import { ClientError, type ErrorDetail } from '../../client/index.ts';
import { showToast } from '../dialog/toast.ts';
import type { LookupValue } from '../field-ui.ts';
import { bodyOf, sameValue, valuesOf, type Values } from '../record-values.ts';
import type { Workspace } from '../workspace.ts';
import type { RecordDraft } from './record-draft.ts';

export type SaveOutcome =
  /** `mergeWith`: the duplicate that the user wants it merged with. */
  | { readonly kind: 'saved'; readonly id: string; readonly mergeWith?: string }
  /** Not stored: the user takes a record that was there already. */
  | { readonly kind: 'existing'; readonly record: LookupValue }
  /** Field errors stand in the draft; `rest` belongs to no field. */
  | { readonly kind: 'refused'; readonly rest: readonly ErrorDetail[] }
  | { readonly kind: 'cancelled' };

export interface SaveOptions {
  /** The user has seen the duplicates and stores it nonetheless. */
  readonly anyway?: boolean;
  /** The record is wanted as a lookup's value, so that one already there serves as well. */
  readonly picking?: boolean;
}

export async function saveRecord(
  workspace: Workspace,
  draft: RecordDraft,
  id: string | undefined,
  options: SaveOptions = {},
): Promise<SaveOutcome> {
  const { entity } = draft;
  const asking = { detectDuplicates: options.anyway !== true };
  const setOf = (name: string): string => workspace.app.entities[name]?.set ?? name;
  const body = bodyOf(draft.changes, entity, setOf);
  try {
    if (id === undefined) {
      const created = await workspace.client.create(entity.set, body, asking);
      const newId = created.id || String(created.row[entity.key] ?? '');
      draft.saved(created.row, created.etag);
      return { kind: 'saved', id: newId };
    }
    if (Object.keys(body).length === 0) return { kind: 'saved', id };
    const saved = await workspace.client.update(entity.set, id, body, draft.etag, asking);
    draft.saved(saved.row, saved.etag);
    return { kind: 'saved', id };
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    if (error.code === 'DUPLICATE_FOUND') return decide(workspace, draft, id, error, options);
    if (error.status === 412 && id !== undefined) return settle(workspace, draft, id, options);
    return { kind: 'refused', rest: refusals(draft, error) };
  }
}

function refusals(draft: RecordDraft, error: ClientError): readonly ErrorDetail[] {
  const rest = draft.takeViolations(error.details);
  return error.details.length > 0 ? rest : [{ code: error.code, target: '', message: error.message }];
}

/** The fields both sides changed to different values, and those only the other side changed. */
export function compareSides(
  draft: RecordDraft,
  theirs: Values,
): { readonly both: readonly string[]; readonly onlyTheirs: readonly string[] } {
  const mine = draft.changes;
  const changedThere = Object.values(draft.entity.fields)
    // A grid's row holds only its columns: of the other fields nothing is known.
    .filter((field) => !field.readOnly && draft.row !== undefined && field.wire in draft.row)
    .map((field) => field.name)
    .filter((name) => !sameValue(theirs[name], draft.base[name]));
  return {
    both: changedThere.filter((name) => name in mine && !sameValue(mine[name], theirs[name])),
    onlyTheirs: changedThere.filter((name) => !(name in mine)),
  };
}

/** The record seems to be there already: the user stores it, takes the other, merges the two, or goes back to editing. */
async function decide(
  workspace: Workspace,
  draft: RecordDraft,
  id: string | undefined,
  error: ClientError,
  options: SaveOptions,
): Promise<SaveOutcome> {
  const { openDuplicates } = await import('../dialog/duplicates-dialog.ts');
  const answer = await openDuplicates(workspace, draft, error.data, options.picking === true);
  if (!answer) return { kind: 'cancelled' };
  if (answer.kind === 'take') return { kind: 'existing', record: answer.record };
  const saved = await saveRecord(workspace, draft, id, { ...options, anyway: true });
  return saved.kind === 'saved' && answer.kind === 'merge' ? { ...saved, mergeWith: answer.id } : saved;
}

async function settle(
  workspace: Workspace,
  draft: RecordDraft,
  id: string,
  options: SaveOptions,
): Promise<SaveOutcome> {
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
  return saveRecord(workspace, draft, id, options);
}
