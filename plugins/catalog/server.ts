// The server half of the catalog: what keeps products, units and prices right, and what computes with them.
import { definePlugin } from 'peyvand/sdk';
import { priceRules } from './handlers/price-rules.ts';
import { productRules } from './handlers/product-rules.ts';
import { propertyRules } from './handlers/property-rules.ts';
import { unitRules } from './handlers/unit-rules.ts';
import { priceBasket } from './operations/price-basket.ts';
import { publishProductHierarchy, retireProduct, reviseProduct, revertProduct } from './operations/product-life.ts';
import { printOperations } from './pdf/print-operations.ts';
import { documentHandlers } from './trade/document-handlers.ts';
import { inboundOperations } from './trade/erp-inbound.ts';
import { outboxHandlers, outboxOperations } from './trade/erp-outbox.ts';
import { lineHandlers } from './trade/line-handlers.ts';
import { orderOperations } from './trade/order-operations.ts';
import { promotionHandlers } from './trade/promotion-uses.ts';
import { quoteOperations } from './trade/quote-operations.ts';

export default definePlugin({
  handlers: [
    ...unitRules,
    ...productRules,
    ...propertyRules,
    ...priceRules,
    ...lineHandlers,
    ...documentHandlers,
    ...outboxHandlers,
    ...promotionHandlers,
  ],
  operations: [
    publishProductHierarchy,
    reviseProduct,
    revertProduct,
    retireProduct,
    priceBasket,
    ...quoteOperations,
    ...orderOperations,
    ...printOperations,
    ...outboxOperations,
    ...inboundOperations,
  ],
});
