// The server's error catalogue: what can be wrong with a request before it reaches the engine, and with the start itself.
import { defineErrors } from '../../core/sdk/index.ts';

export const fail = defineErrors({
  CONFIG_INVALID: { status: 500, message: 'The configuration has {count} problem(s); nothing was started.' },
  ADDRESS_IN_USE: {
    status: 500,
    message: 'Port {port} of {host} is in use by another process. Stop it, or set PORT to another number (0 = any).',
  },
  ADDRESS_REFUSED: { status: 500, message: 'Cannot listen on {host}:{port}: {reason}. Set HOST and PORT.' },
  STARTING: { status: 503, message: 'The server is starting. Try again in a moment.' },
  STOPPING: { status: 503, message: 'The server is stopping. Try again in a moment.' },
  DATABASE_AWAY: { status: 503, message: 'The database does not answer just now. Try again in a moment.' },
  DATABASE_BUSY: { status: 503, message: 'Another change was in the way. Try again in a moment.' },
  TIME_LIMIT: { status: 503, message: 'The database took longer than {seconds} s. Ask for less, or try again later.' },
  REQUEST_FAULT: {
    status: 500,
    message: 'The server met an unexpected fault. It is logged as request {id}; tell your administrator.',
  },
  DATA_REFUSED: { status: 400, message: 'The database refused a value: {reason}.' },
  DATA_CONFLICT: { status: 409, message: 'The change collides with another row: {reason}.' },
  ROUTE_UNKNOWN: { status: 404, message: 'There is nothing at {path}.' },
  PATH_MALFORMED: { status: 400, message: 'The address cannot be read: {reason}.' },
  METHOD_NOT_ALLOWED: { status: 405, message: '{method} is not possible here; allowed: {allow}.' },
  SET_UNKNOWN: { status: 404, message: "There is no entity set '{name}'{suggestion}." },
  ENTITY_UNKNOWN: { status: 404, message: "There is no entity '{name}'{suggestion}." },
  SEGMENT_UNKNOWN: { status: 404, message: "'{entity}' has no field, navigation or function '{name}'." },
  BODY_TOO_LARGE: { status: 413, message: 'The body is larger than {limit} bytes.' },
  BODY_ABORTED: { status: 400, message: 'The body ended before it was complete.' },
  BODY_NOT_JSON: { status: 400, message: 'The body is not valid JSON: {reason}.' },
  BODY_NOT_OBJECT: { status: 400, message: 'The body must be a JSON object.' },
  BODY_INVALID: { status: 400, message: 'The body has {count} problem(s).' },
  BODY_ENCODED: { status: 415, message: 'A body with Content-Encoding {encoding} is not accepted; send it plain.' },
  CHUNKED_UPLOAD: {
    status: 400,
    message:
      'Uploads in parts are not offered; send the whole of {field} as one PUT with Content-Type application/octet-stream.',
  },
  CONTENT_TYPE: { status: 415, message: 'Content-Type {type} is not accepted here; send {accepted}.' },
  PRINCIPAL_MISSING: {
    status: 401,
    message: 'Sign in, or send an API key as `Authorization: Bearer pvd_…`.',
  },
  PRINCIPAL_UNKNOWN: { status: 401, message: 'The API key or session is unknown, has ended or has been revoked.' },
  USER_DISABLED: { status: 401, message: 'This user is disabled. Ask an administrator to enable it.' },
  ORIGIN_REFUSED: {
    status: 403,
    message: 'A change made with a session cookie must come from this site itself (Origin {origin} is not {host}).',
  },
  ADMINISTRATOR_ONLY: {
    status: 403,
    message: 'Only a system administrator may do this. Ask one, or ask for the role.',
  },
  SIGN_IN_REFUSED: { status: 401, message: 'E-mail or password is wrong.' },
  SIGN_IN_LOCKED: { status: 429, message: 'Too many wrong passwords. Try again in {seconds} s.' },
  PASSWORD_WRONG: { status: 400, message: 'The current password is wrong.' },
  HEADER_INVALID: { status: 400, message: 'The header {name} cannot be read: {reason}.' },
  APP_NOT_BUILT: { status: 404, message: 'The app is not built. `peyvand start` builds it.' },
});
