// Errors of the security stage: who may not do what, in words an admin can act on.
import { defineErrors } from '../sdk/index.ts';

export const refuse = defineErrors({
  PRIVILEGE_MISSING: {
    status: 403,
    message:
      'You need the privilege "{privilege}" on {entity} for this. Ask an administrator to add it to one of your roles.',
  },
  ROW_PRIVILEGE_MISSING: {
    status: 403,
    message:
      'Your privilege "{privilege}" on {entity} does not reach {row}. {hint} An administrator can widen it by a role, a colleague who may by sharing the row.',
  },
  SHARE_INVALID: { status: 400, message: 'The share has {count} problem(s). {first}' },
  SHARE_UNOWNED: {
    status: 400,
    message: 'A {entity} belongs to the organization and is not shared row by row. Give the right by a role.',
  },
  SHARE_PRINCIPAL_UNKNOWN: { status: 404, message: 'There is no user or team {principal} to share with.' },
  RIGHT_MISSING: {
    status: 403,
    message: 'You need the right "{right}" for this. Ask an administrator to add it to one of your roles.',
  },
  EXPLAIN_INVALID: { status: 400, message: 'The question has {count} problem(s).' },
  USER_UNKNOWN: { status: 404, message: 'There is no enabled user {user}.' },
  RECORD_UNREACHABLE: {
    status: 404,
    message: 'There is no {entity} {record}, or you may not read it. What you may not read cannot be explained to you.',
  },
  CHANGE_INVALID: { status: 400, message: 'The change has {count} problem(s).' },
  TEAM_UNKNOWN: { status: 404, message: 'There is no team {team} that can hold roles.' },
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
  DOCUMENT_CHANGED: {
    status: 409,
    message: 'Somebody else changed {what} meanwhile. Compare theirs with yours and save again.',
  },
  DOCUMENT_UNKNOWN: { status: 404, message: 'There is no {what}.' },
  DOCUMENT_ID: {
    status: 400,
    message:
      '"{id}" cannot be the id: it begins with a lower-case letter, goes on with lower-case letters, digits and -, and has at most 60 characters.',
  },
  DOCUMENT_INVALID: { status: 400, message: '{what} has {count} problem(s); nothing was saved.' },
  DOCUMENT_BELOW: {
    status: 409,
    message: '{what} comes from {layer}: it can be changed and brought back to what that says, but not deleted.',
  },
  DOCUMENT_HELD: {
    status: 409,
    message: '{what} is held by {users} users and {teams} teams. Take it from them first.',
  },
  DENY_KEPT: {
    status: 403,
    message: 'Only a system administrator takes back or changes what a role denies: {rules}.',
  },
  ON_BEHALF_RIGHTS: {
    status: 403,
    message: 'Users, teams, units and rights are not changed in the name of somebody else, save by an administrator.',
  },
  ROLE_UNKNOWN: { status: 400, message: 'There is no role {role}; there are {known}.' },
});
