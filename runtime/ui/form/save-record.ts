// Saving a draft: create or update with its ETag. What stands in the way of it (somebody else's change, a record that seems to be
// there already) is decided in decide-save.ts, and the draft saved again.
import { ClientError, type ErrorDetail } from '../../client/index.ts';
import type { LookupValue } from '../field-ui.ts';
import { bodyOf } from '../record-values.ts';
import type { Workspace } from '../workspace.ts';
import type { RecordDraft } from './record-draft.ts';

export type SaveOutcome =
  /** `mergeWith`: the duplicate that the user wants it merged with. */
  | { readonly kind: 'saved'; readonly id: string; readonly mergeWith?: string }
  /** Not stored: the user takes a record that was there already. */
  | { readonly kind: 'existing'; readonly record: LookupValue }
  /** Field errors stand in the draft; `rest` belongs to no field. */
  | { readonly kind: 'refused'; readonly rest: readonly ErrorDetail[]; readonly error: ClientError }
  | { readonly kind: 'cancelled' };

export interface SaveOptions {
  /** The user has seen the duplicates and stores it nonetheless. */
  readonly anyway?: boolean;
  /** What else to offer for a duplicate: to merge with it once saved, or to take it in the place of a new record. */
  readonly offer?: 'merge' | 'take';
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
    const found = error.code === 'DUPLICATE_FOUND';
    if (found || (error.status === 412 && id !== undefined)) {
      const { askAboutDuplicates, settleConflict } = await import('./decide-save.ts');
      const decision = found
        ? await askAboutDuplicates(workspace, draft, error, options.offer)
        : await settleConflict(workspace, draft, id ?? '');
      if (decision.kind !== 'again') return decision;
      const outcome = await saveRecord(workspace, draft, id, found ? { ...options, anyway: true } : options);
      const { mergeWith } = decision;
      return outcome.kind === 'saved' && mergeWith !== undefined ? { ...outcome, mergeWith } : outcome;
    }
    return { kind: 'refused', rest: refusals(draft, error), error };
  }
}

function refusals(draft: RecordDraft, error: ClientError): readonly ErrorDetail[] {
  const rest = draft.takeViolations(error.details);
  return error.details.length > 0 ? rest : [{ code: error.code, target: '', message: error.message }];
}
