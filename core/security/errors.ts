// Errors of the security stage: who may not do what, in words an admin can act on.
import { defineErrors } from '../sdk/index.ts';

export const refuse = defineErrors({
  PRIVILEGE_MISSING: {
    status: 403,
    message:
      'You need the privilege "{privilege}" on {entity} for this. Ask an administrator to add it to one of your roles.',
  },
  RIGHT_MISSING: {
    status: 403,
    message: 'You need the right "{right}" for this. Ask an administrator to add it to one of your roles.',
  },
  BASE_ENTITY_MISSING: {
    status: 500,
    message: 'The model has no {entity}; the base layer has it. Take back what removed it from the organization.',
  },
  SETUP_DONE: {
    status: 409,
    message: 'This organization is set up already. Change its settings on its own form.',
  },
  ROLE_UNKNOWN: { status: 400, message: 'There is no role {role}; there are {known}.' },
});
