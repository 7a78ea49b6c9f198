// What stands in the way of publishing, revising and retiring products.
import { defineErrors } from 'peyvand/sdk';

export const fail = defineErrors({
  PRODUCT_NOT_FOUND: { status: 404, message: 'There is no product {id}.' },
  PRODUCT_STATE_WRONG: { status: 409, message: '{name} is {state}; this is for products that are {states}.' },
  PRODUCT_VERSION_UNKNOWN: {
    status: 409,
    message: 'What {name} was before its revision is not known. Change it by hand and publish it.',
  },
  PRODUCT_HIERARCHY_LARGE: {
    status: 409,
    message: 'The family has more than {most} products. Take its parts one by one.',
  },
  PRODUCT_HIERARCHY_UNPUBLISHABLE: {
    status: 409,
    message: 'Nothing was published: {problems} problems are in the way (see details).',
  },
});
