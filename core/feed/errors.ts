// What can be wrong with following changes. 410 means: begin again with a fresh tracked request.
import { defineErrors } from '../sdk/index.ts';

export const fail = defineErrors({
  FEED_TOKEN_INVALID: {
    message:
      'The $deltatoken does not belong to this request: {reason}. Follow @odata.deltaLink as it was given, or begin again with Prefer: odata.track-changes.',
    status: 400,
  },
  FEED_EXPIRED: {
    message:
      'The delta link is no longer valid: {reason}. Read everything again with Prefer: odata.track-changes; it answers with a new delta link.',
    status: 410,
  },
  FEED_RIGHTS_CHANGED: {
    message:
      'What you may see of {entity} has changed since this delta link was made, in a way that it cannot follow. Read everything again with Prefer: odata.track-changes.',
    status: 410,
  },
  FEED_NOT_TRACKED: { message: 'Changes of {entity} cannot be followed: {reason}.', status: 400 },
  FEED_OPTION: {
    message: '{option} cannot be combined with change tracking; possible are $select and $filter over own fields.',
    status: 400,
  },
  FEED_FILTER: { message: '$filter cannot be followed: {reason}.', status: 400 },
});
