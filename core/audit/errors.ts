// What the audit log refuses, and how to mend it.
import { defineErrors } from '../sdk/index.ts';

export const fail = defineErrors({
  AUDIT_LOG_FOREIGN: {
    message:
      'The audit log belongs to the database role {owner}, and {role} may not use it. Ask an administrator of the database to run what `peyvand audit-owner --role {role}` prints.',
    status: 500,
  },
});
