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
  RIGHTS_EXCEEDED: {
    status: 403,
    message: 'Nobody gives or takes more than they have themselves: {what}. Ask a system administrator.',
  },
  OWN_RIGHTS: {
    status: 403,
    message: 'Nobody but a system administrator changes their own rights: {what}. Ask another administrator.',
  },
  LAST_ADMINISTRATOR: {
    status: 409,
    message:
      'This would leave nobody who can sign in and administer the system. Give another person the role system-administrator first.',
  },
  ROLE_PROTECTED: {
    status: 409,
    message: 'The role {role} belongs to the platform: it may everything, always. Make another role instead.',
  },
  ROOT_UNIT: {
    status: 409,
    message: 'The topmost business unit stays where it is: everything else lies below it. Move or delete another unit.',
  },
  ROLE_UNKNOWN: { status: 400, message: 'There is no role {role}; there are {known}.' },
});
