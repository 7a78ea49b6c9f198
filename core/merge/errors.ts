// Errors of merging rows and of undoing it.
import { defineErrors } from '../sdk/index.ts';

export const fail = defineErrors({
  MERGE_UNAVAILABLE: {
    status: 400,
    message: 'Rows of {entity} cannot be merged: {reason}.',
  },
  MERGE_ITSELF: { status: 400, message: 'A {entity} cannot be merged with itself. Name two different rows.' },
  MERGE_ALREADY: {
    status: 409,
    message: '{entity} {id} was already merged into another row. Undo that first, or take the row it was merged into.',
  },
  MERGE_INACTIVE: {
    status: 409,
    message: '{entity} {id} is inactive, so nothing is merged into it. Activate it first, or let the other one stay.',
  },
  MERGE_CONTENT: {
    status: 400,
    message: '{field} of {entity} cannot be chosen in a merge: {reason}.',
  },
  MERGE_PARENTS_DIFFER: {
    status: 409,
    message:
      'The two have different parents ({fields}). Say which one stays in UpdateContent, or leave PerformParentingChecks out.',
  },
  MERGE_KEY_TAKEN: {
    status: 409,
    message:
      'Both rows have a {child} that must be the only one of its kind ({detail}). Merge or delete one of these first.',
  },
  MERGE_UNKNOWN: { status: 404, message: 'There is no merge {id} that you could undo.' },
  MERGE_UNDONE: { status: 409, message: 'This merge was already undone.' },
  MERGE_GONE: { status: 409, message: 'One of the two rows of this merge was deleted, so it cannot be undone.' },
});
