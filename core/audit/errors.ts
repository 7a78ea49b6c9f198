// What the audit log refuses, and how to mend it.
import { defineErrors } from '../sdk/index.ts';

export const fail = defineErrors({
  AUDIT_LOG_FOREIGN: {
    message:
      'The audit log belongs to the database role {owner}, and {role} may not use it. Ask an administrator of the database to run what `peyvand audit-owner --role {role}` prints.',
    status: 500,
  },
  AUDIT_RECORD_NOT_FOUND: { message: 'There is no {entity} {id}, or you may not read it.', status: 404 },
  AUDIT_POSITION_INVALID: {
    message: '{text} is no place in the log. Give `next` of the page before, as it was answered.',
    status: 400,
  },
  AUDIT_INSTANT_INVALID: {
    message: '{at} is no instant. Give one such as 2026-11-22T10:00:00Z, or the `at` of an entry.',
    status: 400,
  },
  AUDIT_OFF: { message: 'Changes of {entity} are not logged, so what its rows were is not known.', status: 409 },
  AUDIT_NO_ROW: { message: 'At {at} there was no {entity} {id}.', status: 404 },
  AUDIT_FIELD_UNKNOWN: { message: '{entity} has no field {field}{suggestion}.', status: 400 },
  AUDIT_FILTER_INVALID: { message: '{name} cannot be {text}: {expected}.', status: 400 },
});
