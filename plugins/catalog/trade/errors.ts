// What stands in the way of quotes, orders and invoices.
import { defineErrors } from 'peyvand/sdk';

export const fail = defineErrors({
  DOCUMENT_NOT_FOUND: { status: 404, message: 'There is no {entity} {id}, or you may not see it.' },
  DOCUMENT_FROZEN: {
    status: 409,
    message: 'This {entity} is {state}: its prices are settled and its lines stay as they are. {mend}',
  },
  DOCUMENT_STATE: { status: 409, message: 'This {entity} is {state}. {mend}' },
  CURRENCY_LOCKED: {
    status: 409,
    message: 'This {entity} has lines in its currency. Delete them before you choose another one.',
  },
  LINE_INCOMPLETE: {
    status: 400,
    message: 'A line names a product (productid), or is a write-in: isproductoverridden with productdescription.',
  },
  PRODUCT_NOT_SOLD: { status: 409, message: '{product} is {state}: it cannot be put on a line. {mend}' },
  BUNDLE_LINE_UNKNOWN: {
    status: 400,
    message: 'parentbundleidref names a line of the same {entity} whose product is a bundle.',
  },
  BUNDLE_PART_UNKNOWN: {
    status: 400,
    message: '{bundle} has no such optional product. What may be added to it: {optional}.',
  },
  BUNDLE_PART_TWICE: {
    status: 409,
    message: '{part} is with {bundle} already. Change its quantity per bundle instead.',
  },
  BUNDLE_PART_FIXED: {
    status: 409,
    message: '{part} is part of a bundle, which says {what}. Change the line of the bundle, or its quantity.',
  },
  BUNDLE_PART_REQUIRED: {
    status: 409,
    message: '{part} is a required part of its bundle. Delete the line of the bundle instead.',
  },
  BUNDLE_NESTED: {
    status: 409,
    message: '{bundle} holds {part}, which is no plain product. Take it out of the bundle: bundles hold products only.',
  },
  PROMOTION_USED_UP: {
    status: 409,
    message:
      'Less is left of the promotion {promotion} than this document counts on: others have used it meanwhile. Price the document anew.',
  },
  QUOTE_NEEDS_APPROVAL: {
    status: 409,
    message: 'This quote needs approval before it becomes active: {reason}. Ask somebody with the right "{right}".',
  },
  DOCUMENT_WRONG: {
    status: 409,
    message: 'Its lines are not right yet: {problems}. The explanation of the price says which line and why.',
  },
  QUOTE_NEEDS_NO_APPROVAL: {
    status: 409,
    message: 'This quote is a draft within the limits, or no draft: there is nothing to decide.',
  },
  OPPORTUNITY_WITHOUT_CUSTOMER: {
    status: 409,
    message: 'This opportunity has no customer yet, and a {entity} needs one. Choose its customer first.',
  },
  NOTHING_TO_INVOICE: { status: 409, message: 'Nothing of this order is left to invoice.' },
  QUANTITY_EXCEEDED: {
    status: 409,
    message: 'Only {left} of line {line} are left to invoice; {asked} were asked for.',
  },
  LINE_NOT_OF_ORDER: { status: 400, message: 'The order has no line {id}.' },
  RECIPIENT_MISSING: {
    status: 409,
    message: 'The customer has no e-mail address. Enter one on the customer, then send the document.',
  },
});
