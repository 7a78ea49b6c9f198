// The server half of the catalog: what keeps products, units and prices right, and what computes with them.
import { definePlugin } from 'peyvand/sdk';
import { printOperations } from './pdf/print-operations.ts';
import { documentHandlers } from './trade/document-handlers.ts';
import { inboundOperations } from './trade/erp-inbound.ts';
import { outboxHandlers, outboxOperations } from './trade/erp-outbox.ts';
import { lineHandlers } from './trade/line-handlers.ts';
import { orderOperations } from './trade/order-operations.ts';
import { quoteOperations } from './trade/quote-operations.ts';

export default definePlugin({
  handlers: [...lineHandlers, ...documentHandlers, ...outboxHandlers],
  operations: [...quoteOperations, ...orderOperations, ...printOperations, ...outboxOperations, ...inboundOperations],
});
