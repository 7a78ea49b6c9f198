// What planning and publishing refuse, and how to mend it.
import { defineErrors } from '../sdk/index.ts';

export const fail = defineErrors({
  DEFAULT_INVALID: {
    message: 'The default of {entity}.{field} is not a value of its type: {reason}',
    status: 400,
  },
  STEP_FAILED: {
    message: 'Nothing was changed. Step {number} ("{summary}") failed: {reason}',
    status: 409,
  },
  REQUIRED_WITHOUT_VALUE: {
    message:
      '{field} of {table} cannot become required: {count} rows have no value. Give it a default, or fill these rows first.',
    status: 409,
  },
  KEY_NOT_UNIQUE: {
    message: '{table} has rows with equal values in ({columns}): {example}. Make them unique first.',
    status: 409,
  },
  LOCK_BUSY: {
    message:
      'The table {table} was busy for {seconds} seconds: {holder}. Nothing was changed; publish again when that work has ended.',
    status: 503,
  },
  PLAN_LOSES_DATA: {
    message:
      'The metadata on disk no longer has what the database holds, so it was not applied by itself. Publish it knowingly (peyvand publish) or bring the metadata back:\n{plan}',
    status: 409,
  },
  PUBLISH_CONFIRMATION: {
    message: 'This publish moves data to the recycle bin and has to be confirmed:\n{plan}',
    status: 409,
  },
  TRIGRAM_MISSING: {
    message:
      'The database lacks the extension pg_trgm, and this user may not create it ({reason}). Ask an administrator of the database to run: create extension pg_trgm',
    status: 500,
  },
  POSTGRES_TOO_OLD: { message: 'This is Postgres {found}; Peyvand needs 15 or later.', status: 500 },
});
