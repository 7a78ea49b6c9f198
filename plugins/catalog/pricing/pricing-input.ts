// What the pricing engine is given: all of it, for it reads nothing itself. Amounts, quantities and percentages are exact decimals as
// text (`"12.50"`), days are `YYYY-MM-DD`, ids are whatever the caller has, unique among their kind.

export interface PricingInput {
  /** The day that prices, discounts and promotions are looked up for. */
  readonly date: string;
  /** The document's currency: every amount of the document is in it. */
  readonly currency: PricingCurrency;
  readonly lines: readonly LineInput[];
  readonly rounding?: RoundingPolicy;
  /** Decimals that computed unit prices are rounded to; absent: those of the currency. Given prices stay as they are. */
  readonly pricePrecision?: number;
  readonly customer?: PricingCustomer;
  /** The document's own price list: where it has a price, it wins over all others. */
  readonly priceListId?: string;
  /** True: no other list than the document's own counts. */
  readonly onlyPriceList?: boolean;
  readonly products?: readonly PricingProduct[];
  readonly units?: readonly PricingUnit[];
  readonly priceLists?: readonly PriceList[];
  readonly discountLists?: readonly DiscountList[];
  readonly promotions?: readonly Promotion[];
  /** Codes that the customer gave, in any case. */
  readonly codes?: readonly string[];
  /** What other modules take off: tiers, points, vouchers. */
  readonly adjustments?: readonly Adjustment[];
  /** Of the whole document: percent of the line items, then an amount. */
  readonly discountPercent?: string;
  readonly discountAmount?: string;
  readonly freight?: string;
  readonly freightTaxRate?: string;
  /** What needs somebody's approval. */
  readonly limits?: PricingLimits;
}

export interface PricingCurrency {
  readonly id: string;
  /** Decimals of an amount. */
  readonly precision: number;
  /** Units of a currency for one unit of the base currency, by id: to take over costs and list prices in other currencies. */
  readonly rates?: Readonly<Record<string, string>>;
}

export interface RoundingPolicy {
  /** Half a cent: away from zero (the default), or to the even neighbour. */
  readonly method?: 'half-up' | 'half-even';
  /** `line` (the default): each line is rounded and the total is their sum. `document`: the exact sum is rounded once and shared out. */
  readonly level?: 'line' | 'document';
}

export interface PricingCustomer {
  readonly segments?: readonly string[];
  /** The customer's territory, and those above it. */
  readonly territories?: readonly string[];
}

export interface LineInput {
  readonly id: string;
  /** Absent: a write-in product, whose price is given. */
  readonly productId?: string;
  /** Absent: the product's default unit. */
  readonly unitId?: string;
  /** Zero or more. */
  readonly quantity: string;
  /** A price for one unit that takes the place of the price lists'. */
  readonly price?: string;
  /** Discount on the line by hand, in percent of the amount. */
  readonly discountPercent?: string;
  /** Discount on the line by hand, as an amount: of the line, or of each unit. */
  readonly discountAmount?: string;
  readonly discountPer?: 'line' | 'unit';
  /** The line of the bundle that this line is an item of. */
  readonly bundleLineId?: string;
  /** What it was to the bundle when it was added; absent: what the bundle's items say now. */
  readonly bundlePart?: 'required' | 'optional';
  /** Percent; absent: the product's. */
  readonly taxRate?: string;
  /** Tax as an amount: no rate is applied. */
  readonly tax?: string;
  /** Cost of one unit of the line, in the document's currency; absent: the product's. */
  readonly cost?: string;
}

export interface PricingProduct {
  readonly id: string;
  readonly structure?: 'product' | 'family' | 'bundle' | 'kit';
  /** Families, from the nearest up. A price or a promotion of a family counts for its members. */
  readonly families?: readonly string[];
  readonly defaultUnitId?: string;
  /** Of one default unit, in `currencyId` (absent: the document's). */
  readonly listPrice?: string;
  readonly currentCost?: string;
  readonly standardCost?: string;
  readonly currencyId?: string;
  /** Percent of the price that must remain over the current cost. */
  readonly minimumMargin?: string;
  readonly taxRate?: string;
  /** Decimals a quantity may have. */
  readonly quantityDecimals?: number;
  readonly validFrom?: string;
  readonly validTo?: string;
  /** Its own price list: wins between lists that are otherwise equal. */
  readonly defaultPriceListId?: string;
  /** Of a bundle or kit. */
  readonly items?: readonly BundleItem[];
}

export interface BundleItem {
  readonly productId: string;
  readonly unitId?: string;
  readonly quantity: string;
  /** Its price is in the bundle's. */
  readonly required: boolean;
}

export interface PricingUnit {
  readonly id: string;
  /** Units of one group are converted into each other. */
  readonly groupId: string;
  /** How many base units it holds. */
  readonly quantity: string;
  /** Absent: the group's primary unit. */
  readonly baseUnitId?: string;
}

export interface PriceList {
  readonly id: string;
  readonly name?: string;
  readonly currencyId: string;
  /** Absent: true. */
  readonly active?: boolean;
  /** First and last day it counts. */
  readonly validFrom?: string;
  readonly validTo?: string;
  /** The higher one wins. Absent: 0. */
  readonly priority?: number;
  /** Only for these; absent or empty: for all. */
  readonly territories?: readonly string[];
  readonly segments?: readonly string[];
  readonly items: readonly PriceListItem[];
}

export type PricingMethod =
  | 'amount'
  | 'percent-of-list'
  | 'markup-current-cost'
  | 'margin-current-cost'
  | 'markup-standard-cost'
  | 'margin-standard-cost';

export interface PriceListItem {
  readonly id: string;
  /** A product, or a family: then for its members. */
  readonly productId: string;
  readonly unitId?: string;
  /** It counts from this quantity of its unit on. Absent: 0. */
  readonly minimumQuantity?: string;
  readonly method: PricingMethod;
  /** `amount`. */
  readonly amount?: string;
  /** The other methods. */
  readonly percentage?: string;
  readonly rounding?: PriceRounding;
  readonly discountListId?: string;
  readonly quantities?: 'any' | 'whole';
}

/** Of computed prices, not of amounts that somebody wrote into the list. */
export interface PriceRounding {
  readonly policy: 'none' | 'up' | 'down' | 'nearest';
  /** `ends-in` .99: 12.99; `multiple-of` 5: 10, 15. */
  readonly option: 'ends-in' | 'multiple-of';
  readonly amount: string;
}

export interface DiscountList {
  readonly id: string;
  readonly name?: string;
  readonly kind: 'percent' | 'amount';
  /** `amount`: the currency of the amounts. */
  readonly currencyId?: string;
  /** Absent: true. An inactive list gives nothing. */
  readonly active?: boolean;
  readonly tiers: readonly DiscountTier[];
}

export interface DiscountTier {
  /** From this quantity up to that one, both included. */
  readonly from: string;
  readonly to?: string;
  /** Percent, or amount for each unit. */
  readonly value: string;
}

export type PromotionEffect =
  | { readonly kind: 'percent'; readonly value: string }
  /** Off the amount of all lines it applies to. */
  | { readonly kind: 'amount'; readonly value: string }
  | { readonly kind: 'amount-per-unit'; readonly value: string }
  /** What one unit then costs, where that is less. */
  | { readonly kind: 'fixed-price'; readonly value: string }
  /** Of every `buy` + `get` units, the `get` cheapest are `percent` off; with `products`, `get` units of those for every `buy`. */
  | {
      readonly kind: 'buy-get';
      readonly buy: number;
      readonly get: number;
      readonly percent: string;
      /** Products or families that are got; absent: the same. */
      readonly products?: readonly string[];
    };

export interface Promotion {
  readonly id: string;
  readonly name?: string;
  /** Absent: true. */
  readonly active?: boolean;
  readonly validFrom?: string;
  readonly validTo?: string;
  /** Higher ones are applied first; among equals the one that saves more. Absent: 0. */
  readonly priority?: number;
  /** It must be given. */
  readonly code?: string;
  /** `lines`: a discount on each line. `document`: on the whole, after the discounts of lines. */
  readonly scope: 'lines' | 'document';
  readonly effect: PromotionEffect;
  readonly conditions?: PromotionConditions;
  /** At most this much off for one document. */
  readonly cap?: string;
  /** Of one group only one counts: on each line, or on the document. */
  readonly group?: string;
  /** No other promotion beside it. */
  readonly exclusive?: boolean;
  /** In the document's currency; a promotion in amounts counts for documents in its currency only. */
  readonly currencyId?: string;
  /** What is left of its budget and of its uses; the caller keeps count under a lock. */
  readonly budgetLeft?: string;
  readonly usesLeft?: number;
}

export interface PromotionConditions {
  readonly segments?: readonly string[];
  readonly territories?: readonly string[];
  /** Products or families; absent: all lines. */
  readonly products?: readonly string[];
  /** Together, of the lines it applies to. */
  readonly minimumQuantity?: string;
  readonly minimumAmount?: string;
}

/** Applied in this order, each to what the ones before left. */
export type AdjustmentKind = 'tier' | 'promotion' | 'manual' | 'voucher' | 'points';

export interface Adjustment {
  readonly id: string;
  readonly kind: AdjustmentKind;
  readonly method: 'percent' | 'amount';
  readonly value: string;
  /** At most this much off. */
  readonly cap?: string;
  readonly source?: string;
  readonly reason?: string;
  /** Only off these lines; absent: off all. */
  readonly lines?: readonly string[];
}

export interface PricingLimits {
  /** Percent that must remain over the cost: of the document, and of lines whose product does not say. */
  readonly minimumMargin?: string;
  /** Discount by hand (lower prices included), in percent of what would be paid without it, that needs no approval. */
  readonly maximumDiscount?: string;
}
