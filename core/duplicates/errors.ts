// Errors of duplicate detection.
import { defineErrors } from '../sdk/index.ts';

export const fail = defineErrors({
  DUPLICATE_FOUND: {
    status: 412,
    message: 'This {entity} is already there, it seems: {names}. {way}',
  },
  DUPLICATE_RULE_UNKNOWN: {
    status: 404,
    message: '{entity} has no duplicate rule "{rule}"{suggestion}.',
  },
});
