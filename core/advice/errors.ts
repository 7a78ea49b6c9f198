// What advice about views refuses, and how to mend it.
import { defineErrors } from '../sdk/index.ts';

export const fail = defineErrors({
  VIEW_NOT_FOUND: { status: 404, message: 'There is no view {view}. Views are named like account/views/active.' },
  VIEW_TOO_SLOW: {
    status: 422,
    message: 'The view takes longer than {seconds} s, so that nothing can be measured. Narrow its filter first.',
  },
  VIEW_NOTHING_TO_TRY: {
    status: 422,
    message: 'No index would help {view}: what it asks for has one already, or cannot have one.',
  },
  VIEW_INDEX_NOT_FOUND: { status: 404, message: 'There is no index {name} that was made for a view.' },
});
