// What stands in the way of what is done with leads, deals and goals as a whole.
import { defineErrors } from 'peyvand/sdk';

export const fail = defineErrors({
  LEAD_NOT_FOUND: { status: 404, message: 'There is no lead {id}.' },
  LEAD_NOT_OPEN: { status: 409, message: 'This lead is {state} already. Open it again first (ReactivateLead).' },
  LEAD_OPEN: { status: 409, message: 'This lead is open already.' },
  LEAD_HAS_OPPORTUNITY: {
    status: 409,
    message: 'Deals that came from this lead are still open: {names}. Close them before you disqualify it.',
  },
  DUPLICATE_FOUND: {
    status: 412,
    message:
      'This lead seems to be known already: {names}. Choose one of them (ExistingAccountId, ExistingContactId), or go on with SuppressDuplicateDetection: true.',
  },
  OPPORTUNITY_NOT_FOUND: { status: 404, message: 'There is no opportunity {id}.' },
  OPPORTUNITY_NOT_OPEN: {
    status: 409,
    message: 'This opportunity is {state} already. Open it again before you close it anew.',
  },
  OPPORTUNITY_OPEN: { status: 409, message: 'This opportunity is open already.' },
  GOAL_NOT_FOUND: { status: 404, message: 'There is no goal {id}.' },
  METRIC_UNREADABLE: {
    status: 409,
    message:
      'The metric {metric} cannot be worked out of {source}: {reason} Mend the metric, or let plugin.json of sales read {source}.',
  },
});
