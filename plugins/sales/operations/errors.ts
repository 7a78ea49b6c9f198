// What stands in the way of closing a deal or qualifying a lead.
import { defineErrors } from 'peyvand/sdk';

export const fail = defineErrors({
  LEAD_NOT_FOUND: { status: 404, message: 'There is no lead {id}.' },
  LEAD_NOT_OPEN: { status: 409, message: 'This lead is {state} already. Open it again before you qualify it.' },
  OPPORTUNITY_NOT_FOUND: { status: 404, message: 'There is no opportunity {id}.' },
  OPPORTUNITY_NOT_OPEN: {
    status: 409,
    message: 'This opportunity is {state} already. Open it again before you close it anew.',
  },
});
