// The error catalogue of functions and actions.
import { defineErrors } from '../sdk/index.ts';

export const fail = defineErrors({
  OPERATION_FAILED: {
    status: 409,
    message: '{name} failed, and nothing of it was stored: {reason}. Tell whoever runs the plugin.',
  },
  PARAMETERS_INVALID: { status: 400, message: '{name} has {count} problem(s) with its parameters. {first}' },
});
