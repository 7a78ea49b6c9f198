// The server's error catalogue: what can be wrong with a request before it reaches the engine, and with the start itself.
import { defineErrors } from '../../core/sdk/index.ts';

export const fail = defineErrors({
  SEARCH_REQUEST_INVALID: { status: 400, message: 'The search cannot be made: {reason}.' },
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
  OPERATION_UNDESCRIBED: { status: 404, message: "There is no function or action '{name}'{suggestion}." },
  DASHBOARD_UNKNOWN: { status: 404, message: "There is no dashboard '{name}'{suggestion}." },
  SEGMENT_UNKNOWN: { status: 404, message: "'{entity}' has no field, navigation or function '{name}'." },
  DEFINITION_UNKNOWN: { status: 404, message: "{set} has no '{name}'{suggestion}." },
  DEFINITION_INVALID: { status: 400, message: '{what} has {count} problem(s); nothing was changed. {first}' },
  DEFINITION_IN_USE: {
    status: 409,
    message: '{what} is still used in {count} place(s); nothing was changed. Take it out of them first. {first}',
  },
  DEFINITION_IN_CHANGE_SET: {
    status: 400,
    message:
      'Definitions are published at once and cannot be taken back with a change set; send the request outside of it.',
  },
  DEFINITION_OTHER_TYPE: { status: 404, message: "'{name}' is a {type}, not a {cast}." },
  TOPIC_INVALID: { status: 400, message: 'The topics cannot be read: {reason}.' },
  EVENTS_TOO_MANY: {
    status: 429,
    message: 'There are {limit} open streams of events for you already, or too many in all. Close one.',
  },
  OPTION_BESIDE_FETCHXML: {
    status: 400,
    message: '{name} cannot stand beside fetchXml; say it inside the FetchXML query.',
  },
  BODY_TOO_LARGE: { status: 413, message: 'The body is larger than {limit} bytes.' },
  BODY_ABORTED: { status: 400, message: 'The body ended before it was complete.' },
  BODY_NOT_JSON: { status: 400, message: 'The body is not valid JSON: {reason}.' },
  BODY_NOT_OBJECT: { status: 400, message: 'The body must be a JSON object.' },
  BODY_INVALID: { status: 400, message: 'The body has {count} problem(s).' },
  TIME_ZONE_UNKNOWN: { status: 404, message: "There is no time zone '{name}'{suggestion}." },
  BATCH_INVALID: { status: 400, message: 'The batch has {count} problem(s), and nothing of it was done. {first}' },
  BATCH_DEPENDENCY: {
    status: 424,
    message: 'It was not done, because the request or group {id} it depends on failed.',
  },
  BATCH_ANSWER_TOO_LARGE: {
    status: 413,
    message: 'It was not done: the answers of this batch have more than {limit} bytes already. Send several batches.',
  },
  REFERENCE_UNKNOWN: { status: 400, message: '{name} refers to no earlier request of this batch that made a row.' },
  BODY_ENCODED: { status: 415, message: 'A body with Content-Encoding {encoding} is not accepted; send it plain.' },
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
  LIMIT_REACHED: {
    status: 429,
    message: 'You have used what one caller may: {what}. Ask again in {seconds} s, or ask for less at a time.',
  },
  SIGN_IN_LOCKED: { status: 429, message: 'Too many tries. Try again in {seconds} s.' },
  PASSWORD_WRONG: { status: 400, message: 'The current password is wrong.' },
  SECOND_FACTOR_REFUSED: { status: 401, message: 'The code is wrong, or was used before. Wait for the next one.' },
  SECOND_FACTOR_ENDED: { status: 401, message: 'This sign-in has ended. Begin again with your password.' },
  SECOND_FACTOR_REFUSED_HERE: {
    status: 400,
    message: 'The code is wrong. Check the clock of your device, and wait for the next code.',
  },
  SECOND_FACTOR_UNREADABLE: {
    status: 409,
    message:
      "Your second factor cannot be read since the server's secret was changed. Ask an administrator to turn it off; " +
      'then sign in and set up another.',
  },
  SECOND_FACTOR_NOT_BEGUN: { status: 409, message: 'There is no new second factor to confirm. Begin one first.' },
  SECOND_FACTOR_ON: { status: 409, message: 'You have a second factor. Turn it off before you set up another.' },
  RESET_TOKEN_INVALID: {
    status: 400,
    message: 'This link is unknown, was used before or has run out. Ask for a new one.',
  },
  SESSION_NEEDED: { status: 403, message: 'This needs somebody who is signed in; an API key is not enough.' },
  SESSION_UNKNOWN: { status: 404, message: 'There is no such session; it may have ended.' },
  KEY_UNKNOWN: { status: 404, message: 'There is no such API key in force.' },
  KEY_IN_ADDRESS: {
    status: 400,
    message:
      'Never put a key into an address: send it in the Authorization header (`Authorization: Bearer pvd_…`). ' +
      'Change this key now, it may stand in logs.',
  },
  USER_UNKNOWN: { status: 404, message: 'There is no user {id}.' },
  USER_IS_DISABLED: { status: 409, message: 'This user is disabled. Enable it before you invite the person.' },
  EMAIL_TAKEN: { status: 409, message: 'Another user signs in with {email}.' },
  PROVIDER_UNKNOWN: { status: 404, message: 'There is no identity provider {id}.' },
  PROVIDER_AWAY: { status: 503, message: 'The identity provider does not answer just now. Try again in a moment.' },
  PROVIDER_ISSUER: {
    status: 502,
    message: 'The identity provider says it is {said}; PEYVAND_OIDC_ISSUER is {issuer}. They must be the same.',
  },
  PROVIDER_DENIED: { status: 403, message: 'The identity provider did not let you sign in.' },
  PROVIDER_STATE: { status: 400, message: 'This sign-in took too long or was begun in another browser. Begin again.' },
  PROVIDER_TOKEN: { status: 401, message: 'What the identity provider said about you could not be verified.' },
  PROVIDER_PERSON_UNKNOWN: {
    status: 403,
    message: 'The identity provider knows you, this organization does not. Ask an administrator to invite you.',
  },
  PROVIDER_EMAIL_UNVERIFIED: {
    status: 403,
    message: 'The identity provider has not verified your e-mail address, so it cannot be matched with a user.',
  },
  PROVIDER_OTHER_PERSON: {
    status: 403,
    message: 'The user with your e-mail address belongs to another account of the identity provider.',
  },
  QUERY_OPTIONS_INVALID: { status: 400, message: 'The address has {count} option(s) that are not known here.' },
  VIEW_AS_READ_ONLY: {
    status: 403,
    message: 'Viewing as somebody else is for reading only. Stop viewing as them to change something.',
  },
  VIEW_AS_OWN: {
    status: 403,
    message:
      '{path} is about yourself alone and cannot be viewed as somebody else. Leave out the header Peyvand-View-As.',
  },
  VIEW_AS_UNKNOWN: {
    status: 404,
    message: 'There is no user {user}, or the user is disabled; only enabled users can be viewed as.',
  },
  VIEW_AS_ADMINISTRATOR: { status: 403, message: 'Only an administrator may view as an administrator.' },
  ON_BEHALF_UNKNOWN: {
    status: 404,
    message: 'There is no user {user} to act for, or the user is disabled. {header} takes a systemuserid.',
  },
  ON_BEHALF_ADMINISTRATOR: {
    status: 403,
    message: 'Only an administrator may act in the name of an administrator.',
  },
  HEADER_INVALID: { status: 400, message: 'The header {name} cannot be read: {reason}.' },
  QUERY_INVALID: { status: 400, message: 'The value {value} of {name} is not {expected}.' },
  ETAG_NEEDED: {
    status: 428,
    message: 'Say which state you changed: If-Match with the ETag you read, or If-None-Match: * for a new one.',
  },
  APP_NOT_BUILT: { status: 404, message: 'The app is not built. `peyvand start` builds it.' },
});
