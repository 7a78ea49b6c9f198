// What the pricing engine answers: amounts of every line and of the document, and why they are what they are. Amounts have the
// currency's decimals, unit prices theirs; all are exact decimals as text.
import type { AdjustmentKind, PricingMethod } from './pricing-input.ts';

export interface PricedDocument {
  /** The version of the rules that these figures follow. */
  readonly engine: 1;
  readonly currencyId: string;
  /** In the order of the input. */
  readonly lines: readonly PricedLine[];
  readonly totals: PricedTotals;
  /** Every promotion of the input: applied, or why not. */
  readonly promotions: readonly PromotionOutcome[];
  /** Every adjustment of the input, in the order it was applied. */
  readonly adjustments: readonly AdjustmentOutcome[];
  /** Of the document and of its lines. */
  readonly flags: readonly PricingFlag[];
  /** How the totals came about, step by step. */
  readonly steps: readonly PricingStep[];
}

export interface PricedLine {
  readonly id: string;
  readonly quantity: string;
  readonly unitId?: string;
  /** Price for one unit, before every discount. */
  readonly pricePerUnit: string;
  /** Where it came from. `bundle`: it is in the bundle's price. `none`: no list has one, and it is 0. */
  readonly priceFrom: 'list' | 'given' | 'bundle' | 'none';
  /** What the lists say, also where the price is given. */
  readonly listPrice?: string;
  readonly priceListId?: string;
  readonly priceListItemId?: string;
  /** Every price that was looked at: the one that won first. */
  readonly candidates: readonly PriceCandidate[];
  /** Discount by quantity, for one unit. */
  readonly volumeDiscount: string;
  /** (pricePerUnit − volumeDiscount) × quantity. */
  readonly baseAmount: string;
  /** Discount by hand, of the line. */
  readonly manualDiscount: string;
  /** Promotions on the line. */
  readonly promotionDiscount: string;
  /** baseAmount − manualDiscount − promotionDiscount. */
  readonly netAmount: string;
  /** Its share of the discounts of the document. */
  readonly documentDiscount: string;
  /** netAmount − documentDiscount: what tax and margin are counted from. */
  readonly taxableAmount: string;
  readonly taxRate: string;
  readonly tax: string;
  /** netAmount + tax. */
  readonly extendedAmount: string;
  /** Where the cost is known. */
  readonly cost?: string;
  readonly margin?: string;
  /** Percent of taxableAmount, two decimals. */
  readonly marginPercent?: string;
  readonly steps: readonly PricingStep[];
}

export type CandidateReason =
  | 'won'
  /** It cannot be used: */
  | 'inactive'
  | 'currency'
  | 'not-yet-valid'
  | 'expired'
  | 'territory'
  | 'segment'
  | 'not-chosen'
  | 'unit'
  | 'quantity'
  | 'no-base'
  /** It could be used, and another one was better: */
  | 'document-list'
  | 'priority'
  | 'specificity'
  | 'own-product'
  | 'own-unit'
  | 'quantity-break'
  | 'default-list'
  | 'price'
  | 'id';

export interface PriceCandidate {
  readonly priceListId: string;
  readonly priceListName?: string;
  readonly itemId: string;
  /** The product or family that the list names. */
  readonly productId: string;
  readonly unitId?: string;
  readonly priority: number;
  readonly minimumQuantity: string;
  readonly method: PricingMethod;
  /** Price for one unit of the line, where it could be computed. */
  readonly price?: string;
  readonly outcome: 'won' | 'lost' | 'unusable';
  /** Why; for one that lost, what decided between it and the winner. */
  readonly reason: CandidateReason;
}

export interface PricedTotals {
  /** Σ baseAmount. */
  readonly baseAmount: string;
  /** Σ manualDiscount + promotionDiscount. */
  readonly lineDiscount: string;
  /** Σ netAmount. */
  readonly lineItemAmount: string;
  /** Discounts of the document: Σ documentDiscount. */
  readonly discount: string;
  /** lineItemAmount − discount. */
  readonly lessFreight: string;
  readonly freight: string;
  readonly freightTax: string;
  /** Σ tax + freightTax. */
  readonly tax: string;
  /** lessFreight + freight + tax. */
  readonly total: string;
  /** Where the costs of all lines are known. */
  readonly cost?: string;
  readonly margin?: string;
  readonly marginPercent?: string;
  /** Discount by hand in percent of what would be paid without it, two decimals. */
  readonly manualPercent: string;
}

export type PromotionReason =
  | 'applied'
  | 'inactive'
  | 'not-yet-valid'
  | 'expired'
  | 'code'
  | 'currency'
  | 'segment'
  | 'territory'
  | 'products'
  | 'quantity'
  | 'amount'
  | 'used-up'
  | 'budget'
  | 'group'
  | 'exclusive'
  | 'nothing';

export interface PromotionOutcome {
  readonly id: string;
  readonly name?: string;
  readonly reason: PromotionReason;
  /** What it takes off. */
  readonly amount: string;
  /** More was due, but for its cap or budget. */
  readonly capped: boolean;
}

export interface AdjustmentOutcome {
  readonly id: string;
  readonly kind: AdjustmentKind;
  readonly amount: string;
  /** More was asked for than its cap, or than there was left to pay. */
  readonly capped: boolean;
}

export interface PricingFlag {
  readonly code:
    | 'no-price'
    | 'product-not-valid'
    | 'family-sold'
    | 'quantity-not-whole'
    | 'quantity-decimals'
    | 'not-in-bundle'
    | 'bundle-item-missing'
    | 'discount-capped'
    | 'margin-below-minimum'
    | 'discount-above-maximum';
  /** `approval`: somebody must agree. `error`: the document is not right. `notice`: good to know. */
  readonly severity: 'approval' | 'error' | 'notice';
  readonly lineId?: string;
  /** Figures for the sentence: `{"margin": "8.30", "minimum": "15"}`. */
  readonly facts: Readonly<Record<string, string>>;
}

export interface PricingStep {
  readonly code:
    | 'price-list'
    | 'price-method'
    | 'price-exchange'
    | 'price-rounding'
    | 'price-unit'
    | 'price-given'
    | 'price-bundle'
    | 'price-none'
    | 'volume-discount'
    | 'base-amount'
    | 'manual-discount'
    | 'promotion'
    | 'net-amount'
    | 'document-discount'
    | 'tax'
    | 'tax-given'
    | 'line-items'
    | 'header-percent'
    | 'header-amount'
    | 'adjustment'
    | 'less-freight'
    | 'freight'
    | 'freight-tax'
    | 'total';
  /** What the step comes to. */
  readonly amount: string;
  readonly facts: Readonly<Record<string, string>>;
}
