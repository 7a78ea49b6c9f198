// What two people changed in one record.
import { sameValue, type Values } from '../record-values.ts';
import type { RecordDraft } from './record-draft.ts';

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
