// What can be wrong with a query. Every problem of one request is reported at once, in `details`.
import { defineErrors } from '../sdk/index.ts';

export const fail = defineErrors({
  QUERY_INVALID: { message: 'The query cannot be read: {first}', status: 400 },
  QUERY_TOO_LARGE: {
    message: 'The query has more {what} than the {limit} allowed. Ask for less, or in several requests.',
    status: 400,
  },
  QUERY_PAGE_INVALID: {
    message:
      'The $skiptoken does not belong to this query: {reason}. Follow @odata.nextLink as it was given, or start again without it.',
    status: 400,
  },
  QUERY_OVERFLOW: { message: 'A sum or a value in the query is outside what the field can hold.', status: 400 },
  VIEW_UNKNOWN: { message: 'There is no view {view} of {entity}.{suggestion}', status: 400 },
});
