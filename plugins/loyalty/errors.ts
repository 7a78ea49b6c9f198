// What stands in the way of earning, spending and explaining points.
import { defineErrors } from 'peyvand/sdk';

export const fail = defineErrors({
  PROGRAM_NOT_FOUND: { status: 404, message: 'There is no loyalty programme {id}.' },
  PROGRAM_WITHOUT_TIERS: {
    status: 409,
    message: 'The programme {name} has no tier. Add one of rank 0, the tier of everybody.',
  },
  MEMBER_NOT_FOUND: { status: 404, message: 'There is no member {id}.' },
  MEMBER_FROZEN: { status: 409, message: 'The member {name} is frozen: {reason}. Lift the freeze first.' },
  MEMBER_ENROLLED: { status: 409, message: 'This customer is a member of the programme already: {id}.' },
  REFERRAL_OF_ONESELF: { status: 409, message: 'Nobody refers themselves. Leave the referrer empty.' },
  REDEEM_MINIMUM: { status: 409, message: 'At least {minimum} points are redeemed at once.' },
  REDEEM_STEP: { status: 409, message: 'Points are redeemed in steps of {step}.' },
  REDEEM_BALANCE: { status: 409, message: '{available} points can be spent; {wanted} were asked for.' },
  RESERVATION_NOT_FOUND: { status: 404, message: 'There is no reservation {id}.' },
  RESERVATION_NOT_OPEN: { status: 409, message: 'The reservation is {state} already.' },
  RESERVATION_DIFFERS: {
    status: 409,
    message: 'The reference {reference} was used for {points} points already. Use another reference.',
  },
  CONVERSION_MISSING: { status: 409, message: 'The programme does not say what points are worth in {currency}.' },
  CURRENCY_UNKNOWN: { status: 409, message: 'There is no currency {currency}.' },
  REDEMPTION_NOT_FOUND: { status: 404, message: 'The reservation {id} was not redeemed.' },
  REWARD_NOT_FOUND: { status: 404, message: 'There is no reward {id} in the programme of the member.' },
  VOUCHER_NOT_USABLE: { status: 409, message: 'The voucher {code} {reason}.' },
  ADJUSTMENT_NOT_FOUND: { status: 404, message: 'There is no adjustment {id}.' },
  ADJUSTMENT_DECIDED: { status: 409, message: 'The adjustment is decided already.' },
  ADJUSTMENT_SAME_PERSON: {
    status: 403,
    message: 'Who asked for an adjustment does not decide about it. Ask a second person.',
  },
  SUSPICION_NOT_FOUND: { status: 404, message: 'There is no suspicion {id}.' },
  SUSPICION_DECIDED: { status: 409, message: 'The suspicion is decided already.' },
  TIER_UNKNOWN: { status: 409, message: 'The programme has no tier {code}. It has {known}.' },
  RULE_FAILED: { status: 409, message: 'A rule of the programme could not be worked out: {reason}' },
  LEDGER_APPEND_ONLY: {
    status: 409,
    message:
      'The points ledger is only added to: {entity} is neither changed nor deleted. Post a reversal or an adjustment.',
  },
  RULE_IN_USE: {
    status: 409,
    message: 'Version {version} of the rule {code} has given points. Make version {next} with its own date instead.',
  },
  LIST_TOO_LONG: { status: 413, message: 'At most {limit} {what} in one call; there are {count}.' },
});
