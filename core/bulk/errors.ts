// What changing many rows at once refuses, and how to mend it.
import { defineErrors } from '../sdk/index.ts';

export const fail = defineErrors({
  BULK_INVALID: { status: 400, message: 'The change of many rows has {count} problem(s). {first}' },
  BULK_ROW_CHANGED: {
    status: 409,
    message: 'This row was changed by somebody else since the rows were looked at, and was left as it is.',
  },
  BULK_UNDO_CHANGED: {
    status: 409,
    message:
      'Changed by somebody since, and left as it is now: {fields}. What else the job had changed in this row was taken back.',
  },
  BULK_UNDO_MADE: {
    status: 409,
    message: 'This row was made by the job and changed by somebody since; it was left as it is.',
  },
  BULK_UNDO_GONE: { status: 404, message: 'This row is not there any more, so nothing in it can be taken back.' },
});
