// What can be wrong with a search.
import { defineErrors } from '../sdk/index.ts';

export const fail = defineErrors({
  SEARCH_ENTITY_UNKNOWN: { status: 400, message: 'There is nothing to search in {name}{suggestion}.' },
  SEARCH_INVALID: { status: 400, message: 'The search cannot be made: {reason}.' },
});
