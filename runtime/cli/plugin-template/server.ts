// The server half of sample: all that it contributes, each in a file of its own.
import { definePlugin } from 'peyvand/sdk';
import { rating } from './fields/sample-rating/server.ts';
import { callAfterPoorVisit } from './handlers/call-after-poor-visit.ts';
import { planDay } from './handlers/plan-day.ts';
import { complete } from './operations/complete.ts';

export default definePlugin({
  fieldTypes: [rating],
  handlers: [planDay, callAfterPoorVisit],
  operations: [complete],
});
