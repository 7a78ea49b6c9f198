// The server half of sample: what it contributes, each in a file of its own. Field types are found by their folders.
import { definePlugin } from 'peyvand/sdk';
import { callAfterPoorVisit } from './handlers/call-after-poor-visit.ts';
import { planDay } from './handlers/plan-day.ts';
import { complete } from './operations/complete.ts';

export default definePlugin({
  handlers: [planDay, callAfterPoorVisit],
  operations: [complete],
});
