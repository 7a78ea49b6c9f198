// Errors of the records stage. Every violation of one request travels in `details`; nothing here ends in a 500.
import { defineErrors } from '../sdk/index.ts';

export const fail = defineErrors({
  BODY_NOT_JSON: { status: 400, message: 'The body is not valid JSON: {reason}. Send one JSON object.' },
  BODY_NOT_OBJECT: {
    status: 400,
    message: 'The body must be a JSON object with field names as keys, e.g. {"name": "…"}.',
  },
  BODY_TOO_DEEP: {
    status: 400,
    message: 'One body makes or links at most {rows} other rows, nested at most {depth} deep. Send several requests.',
  },
  BODY_TOO_WIDE: {
    status: 400,
    message: 'The body has {count} members; at most {limit} are read. Send fewer at a time.',
  },
  RECORD_INVALID: { status: 400, message: '{entity}: {count} problem(s) in what was sent. {first}' },
  RECORD_NOT_FOUND: { status: 404, message: 'There is no {entity} {address}.' },
  RECORD_ID_INVALID: {
    status: 400,
    message: '"{id}" is not a record id. An id looks like 0197a1b2-3c4d-7e5f-8a9b-0c1d2e3f4a5b.',
  },
  FIELD_FORBIDDEN: {
    status: 403,
    message:
      '{entity}: {count} field(s) are not yours to use this way. {first} Or ask an administrator for a field security profile that grants it.',
  },
  KEY_UNKNOWN: { status: 400, message: '{entity} has no alternate key over ({fields}). {hint}' },
  ENTITY_READ_ONLY: {
    status: 400,
    message: '{entity} is a union that only reads. Write to one of its members: {members}.',
  },
  ENTITY_SINGLE: {
    status: 400,
    message: 'There is exactly one {entity}, made by the platform. Change that row; none is created or deleted.',
  },
  RECORD_READONLY: {
    status: 409,
    message: 'This {entity} is {state}, so it is read-only: {fields} cannot change. {reopen}',
  },
  RECORD_KEPT: {
    status: 409,
    message: 'A {entity} that is {state} is kept: it cannot be deleted. {reopen}',
  },
  PRECONDITION_FAILED: {
    status: 412,
    message:
      'This {entity} was changed by someone else (version {version} now, {given} expected). Read it again, or write without a version to merge field by field.',
  },
  RECORD_EXISTS: {
    status: 412,
    message: 'There is already a {entity} {address}, and the request asked to create only.',
  },
  KEY_TAKEN: {
    status: 409,
    message: 'Another {entity} already has {key}. {existing}Change the value, or update that row.',
  },
  DELETE_RESTRICTED: {
    status: 409,
    message: 'This {entity} cannot be deleted while other rows point to it: {list}. Delete or re-link them first.',
  },
  CASCADE_TOO_DEEP: {
    status: 409,
    message: 'Going along the relationships of {entity} would reach more than {limit} levels down. Split the work.',
  },
  NAVIGATION_UNKNOWN: { status: 400, message: '{entity} has no relationship {name}{suggestion}.' },
  TARGET_MISSING: { status: 400, message: 'Say which row of {entity} to take out of {name}.' },
  TARGET_NOT_FOUND: { status: 404, message: 'There is no {entity} {address} to link with.' },
  FILE_FIELD_UNKNOWN: { status: 400, message: '{entity} has no file or image field {field}{suggestion}.' },
  FILE_TOO_LARGE: { status: 413, message: '{name} has {size} bytes; {field} of {entity} takes at most {limit} bytes.' },
  FILE_TYPE_REFUSED: {
    status: 415,
    message: '{field} of {entity} does not take {mediaType}. It takes {accepted}.',
  },
  UPLOAD_UNKNOWN: {
    status: 404,
    message: 'This upload is unknown, is about another column, or has run out. Begin it again.',
  },
  UPLOAD_CHUNK: { status: 400, message: 'The chunk cannot be taken: {reason}.' },
  UPLOAD_ORDER: { status: 409, message: 'The chunk begins at byte {from}; byte {expected} is next.' },
  UPLOADS_TOO_MANY: { status: 429, message: 'You have {limit} uploads open. Finish them, or wait until they run out.' },
  FILE_NOT_FOUND: { status: 404, message: 'There is no file in {field} of this {entity}.' },
  DEPTH_EXCEEDED: {
    status: 409,
    message: 'Handlers called each other {limit} levels deep and were stopped. The chain: {chain}.',
  },
  HANDLER_FAILED: {
    status: 409,
    message: 'The handler {handler} failed, so nothing was stored: {reason}. Tell whoever runs the plugin.',
  },
  DATABASE_BUSY: { status: 503, message: 'The database is busy or restarting ({reason}). Try again in a moment.' },
  MODEL_CHANGED: {
    status: 503,
    message: 'The tables of {entity} changed while this ran ({reason}), and nothing was stored. Try again.',
  },
  DATABASE_TIMEOUT: { status: 503, message: 'The database took too long and the write was undone. Try again.' },
  WRITE_CONFLICT: {
    status: 409,
    message: 'Other writes to the same rows kept getting in the way, and nothing was stored. Try again.',
  },
  VALUE_REFUSED: { status: 400, message: 'The database refused a value of {entity}: {reason}.' },
  WRITE_REFUSED: { status: 409, message: 'The database refused this write to {entity}: {reason}.' },
});
