// What keeps a document from being priced at all: input that means nothing. Whatever merely is not as it should be is a flag.
import { defineErrors } from 'peyvand/sdk';

export const fail = defineErrors({
  PRICING_INPUT: {
    status: 400,
    message: 'The document cannot be priced: {problems} of its inputs are wrong (see details).',
  },
});
