// The pricing engine, version 1: a pure function from a document, its products and price lists to its amounts, with every step
// explained. Lines are priced first (price-lines.ts); from there on every amount has the currency's decimals, and each discount is the
// difference between what was to pay before it and after it, so that Σ lines = totals by construction.
import { allocate, type Weight } from './allocate.ts';
import { checkInput } from './check-input.ts';
import { exact, HUNDRED, least, percentOf, round, sum, textOf, ZERO, type Exact } from './exact.ts';
import { percentText, priceLines, type LineDraft } from './price-lines.ts';
import type {
  AdjustmentOutcome,
  PricedDocument,
  PricedLine,
  PricedTotals,
  PricingFlag,
  PricingStep,
} from './priced-document.ts';
import type { Adjustment, AdjustmentKind, PricingInput } from './pricing-input.ts';
import {
  applyPromotions,
  normalCode,
  type PromotionContext,
  type PromotionLine,
  type PromotionState,
} from './promotions.ts';
import { unitFactors } from './unit-factors.ts';

/** Where taxes are not just a rate of the product. */
export interface PricingHooks {
  /** Percent for a line; undefined: as the line and its product say. */
  taxRate?(line: TaxableLine): string | undefined;
}

export interface TaxableLine {
  readonly id: string;
  readonly productId?: string;
  readonly taxableAmount: string;
}

const ADJUSTMENT_ORDER: readonly AdjustmentKind[] = ['tier', 'promotion', 'manual', 'voucher', 'points'];

interface Line extends PromotionLine {
  readonly draft: LineDraft;
  readonly baseAmount: Exact;
  readonly manualDiscount: Exact;
  promotionDiscount: Exact;
  netAmount: Exact;
  readonly steps: PricingStep[];
}

/** Throws PRICING_INPUT, with everything that is wrong, where the input means nothing. */
export function priceDocument(input: PricingInput, hooks: PricingHooks = {}): PricedDocument {
  const units = unitFactors(input.units ?? []);
  checkInput(input, units);
  const { precision } = input.currency;
  const method = input.rounding?.method ?? 'half-up';
  const isWhole = input.rounding?.level === 'document';
  const cents = (value: Exact): Exact => round(value, precision, method);
  const text = (value: Exact): string => textOf(value, precision);

  const lines = settle(priceLines(input, units), { cents, text, isWhole, precision });
  const steps: PricingStep[] = [];
  const flags: PricingFlag[] = lines.flatMap(({ draft }) => draft.flags);

  // Promotions on lines.
  const state: PromotionState = { uses: [], outcomes: new Map() };
  const context: PromotionContext = {
    date: input.date,
    currencyId: input.currency.id,
    precision,
    method,
    customer: input.customer ?? {},
    codes: new Set((input.codes ?? []).map(normalCode)),
  };
  const promotions = input.promotions ?? [];
  // What is in the price of a bundle is neither bought nor got once more.
  const bought = lines.filter(({ draft }) => draft.priceFrom !== 'bundle');
  const onLines = applyPromotions(
    promotions.filter(({ scope }) => scope === 'lines'),
    bought,
    state,
    context,
  );
  for (const line of lines) {
    for (const { promotion, shares } of onLines) {
      const share = shares.get(line.id) ?? ZERO;
      if (share.eq(ZERO)) continue;
      line.promotionDiscount = line.promotionDiscount.plus(share);
      line.steps.push({ code: 'promotion', amount: text(share), facts: { promotion: promotion.name ?? promotion.id } });
    }
    line.netAmount = line.remaining;
    line.steps.push({ code: 'net-amount', amount: text(line.netAmount), facts: {} });
  }
  const lineItemAmount = sum(lines.map(({ netAmount }) => netAmount));
  steps.push({ code: 'line-items', amount: text(lineItemAmount), facts: { lines: String(lines.length) } });

  // Discounts of the document, each shared out over the lines.
  const toPay = (of: readonly Line[] = lines): Exact => sum(of.map(({ remaining }) => remaining));
  const takeOff = (amount: Exact, of: readonly Line[] = lines): void => {
    const shares = allocate(amount, of.map(weighed), precision);
    for (const line of of) line.remaining = line.remaining.minus(shares.get(line.id) ?? ZERO);
  };
  const byPercent = (percent: string, of: Exact): Exact => of.minus(cents(of.minus(percentOf(of, exact(percent)))));
  let byHand = ZERO;
  if (input.discountPercent !== undefined && !exact(input.discountPercent).eq(ZERO)) {
    const amount = byPercent(input.discountPercent, lineItemAmount);
    takeOff(amount);
    byHand = byHand.plus(amount);
    steps.push({ code: 'header-percent', amount: text(amount), facts: { percent: input.discountPercent } });
  }
  if (input.discountAmount !== undefined && !exact(input.discountAmount).eq(ZERO)) {
    const wanted = cents(exact(input.discountAmount));
    const amount = least(wanted, toPay());
    if (amount.lt(wanted)) {
      flags.push({ code: 'discount-capped', severity: 'notice', facts: { wanted: text(wanted), most: text(amount) } });
    }
    takeOff(amount);
    byHand = byHand.plus(amount);
    steps.push({ code: 'header-amount', amount: text(amount), facts: {} });
  }
  const onDocument = applyPromotions(
    promotions.filter(({ scope }) => scope === 'document'),
    lines,
    state,
    context,
  );
  for (const { promotion, amount } of onDocument) {
    steps.push({ code: 'promotion', amount: text(amount), facts: { promotion: promotion.name ?? promotion.id } });
  }
  const adjustments: AdjustmentOutcome[] = [];
  for (const adjustment of inOrder(input.adjustments ?? [])) {
    const { id, kind, method: how, value, cap, lines: only } = adjustment;
    const of = only ? lines.filter((line) => only.includes(line.id)) : lines;
    const left = toPay(of);
    const wanted = how === 'percent' ? byPercent(value, left) : cents(exact(value));
    const capped = cap === undefined ? wanted : least(wanted, round(exact(cap), precision));
    const amount = least(capped, left);
    takeOff(amount, of);
    if (kind === 'manual') byHand = byHand.plus(amount);
    adjustments.push({ id, kind, amount: text(amount), capped: amount.lt(wanted) });
    steps.push({
      code: 'adjustment',
      amount: text(amount),
      facts: {
        id,
        kind,
        method: how,
        value,
        ...(adjustment.source !== undefined && { source: adjustment.source }),
        ...(adjustment.reason !== undefined && { reason: adjustment.reason }),
      },
    });
  }
  const lessFreight = toPay();
  steps.push({ code: 'less-freight', amount: text(lessFreight), facts: {} });

  const taxes = taxLines(lines, hooks, { cents, isWhole, precision });
  const freight = cents(exact(input.freight ?? '0'));
  const freightTax = cents(percentOf(freight, exact(input.freightTaxRate ?? '0')));
  if (freight.gt(ZERO)) steps.push({ code: 'freight', amount: text(freight), facts: {} });
  if (freightTax.gt(ZERO)) {
    steps.push({ code: 'freight-tax', amount: text(freightTax), facts: { rate: input.freightTaxRate ?? '0' } });
  }
  const tax = sum([...taxes.values()].map((one) => one.tax)).plus(freightTax);
  if (tax.gt(ZERO)) steps.push({ code: 'tax', amount: text(tax), facts: {} });
  const total = lessFreight.plus(freight).plus(tax);
  steps.push({ code: 'total', amount: text(total), facts: {} });

  const priced = lines.map((line) =>
    describe(line, taxes.get(line.id) ?? { tax: ZERO, rate: ZERO, given: false }, { cents, text }),
  );
  const manual = sum(lines.map(({ manualDiscount, draft }) => manualDiscount.plus(cents(draft.conceded)))).plus(byHand);
  const atList = sum(lines.map(({ baseAmount, draft }) => baseAmount.plus(cents(draft.conceded))));
  const totals: PricedTotals = {
    baseAmount: text(sum(lines.map(({ baseAmount }) => baseAmount))),
    lineDiscount: text(
      sum(lines.map(({ manualDiscount, promotionDiscount }) => manualDiscount.plus(promotionDiscount))),
    ),
    lineItemAmount: text(lineItemAmount),
    discount: text(lineItemAmount.minus(lessFreight)),
    lessFreight: text(lessFreight),
    freight: text(freight),
    freightTax: text(freightTax),
    tax: text(tax),
    total: text(total),
    ...documentMargin(priced, lessFreight, text),
    manualPercent: percentText(manual, atList) ?? '0.00',
  };
  flags.push(...approvals(input, lines, totals, { manual, atList, lessFreight }));
  return {
    engine: 1,
    currencyId: input.currency.id,
    lines: priced,
    totals,
    promotions: promotions.flatMap(({ id }) => state.outcomes.get(id) ?? []),
    adjustments,
    flags,
    steps,
  };
}

interface Figures {
  readonly cents: (value: Exact) => Exact;
  readonly text: (value: Exact) => string;
}

function weighed({ id, remaining }: Line): Weight {
  return { id, weight: remaining };
}

/**
 * Rounds what each line comes to: by itself, or so that the lines add up to the rounded exact sum. A discount by hand is the difference
 * of rounded amounts, not rounded by itself: 5 % of 100.10 leaves 95.095, and both policies agree on what is left.
 */
function settle(
  drafts: readonly LineDraft[],
  { cents, text, isWhole, precision }: Figures & { readonly isWhole: boolean; readonly precision: number },
): Line[] {
  const shares = isWhole
    ? allocate(
        cents(sum(drafts.map(({ afterManual }) => afterManual))),
        drafts.map(({ input: { id }, afterManual }) => ({ id, weight: afterManual })),
        precision,
      )
    : undefined;
  return drafts.map((draft) => {
    const { id } = draft.input;
    const remaining = shares?.get(id) ?? cents(draft.afterManual);
    const manualDiscount = cents(draft.base).minus(cents(draft.afterManual));
    const steps = [...draft.steps];
    if (manualDiscount.gt(ZERO)) {
      const { discountPercent: percent, discountAmount: amount, discountPer: per = 'line' } = draft.input;
      const facts = { ...(percent !== undefined && { percent }), ...(amount !== undefined && { amount, per }) };
      steps.push({ code: 'manual-discount', amount: text(manualDiscount), facts });
    }
    return {
      id,
      product: draft.product,
      quantity: draft.quantity,
      draft,
      baseAmount: remaining.plus(manualDiscount),
      manualDiscount,
      promotionDiscount: ZERO,
      netAmount: remaining,
      remaining,
      groups: new Set<string>(),
      steps,
    };
  });
}

function inOrder(adjustments: readonly Adjustment[]): readonly Adjustment[] {
  return adjustments.toSorted(
    (one, other) =>
      ADJUSTMENT_ORDER.indexOf(one.kind) - ADJUSTMENT_ORDER.indexOf(other.kind) || (one.id < other.id ? -1 : 1),
  );
}

interface LineTax {
  readonly tax: Exact;
  readonly rate: Exact;
  readonly given: boolean;
}

/** Line by line; or, where the document is rounded, once for each rate and then shared out. */
function taxLines(
  lines: readonly Line[],
  hooks: PricingHooks,
  { cents, isWhole, precision }: Pick<Figures, 'cents'> & { readonly isWhole: boolean; readonly precision: number },
): ReadonlyMap<string, LineTax> {
  const taxes = new Map<string, LineTax>();
  const byRate = new Map<string, { readonly rate: Exact; readonly lines: Line[] }>();
  for (const line of lines) {
    const { input, product } = line.draft;
    if (input.tax !== undefined) {
      taxes.set(line.id, { tax: cents(exact(input.tax)), rate: ZERO, given: true });
      continue;
    }
    const asked = hooks.taxRate?.({
      id: line.id,
      ...(input.productId !== undefined && { productId: input.productId }),
      taxableAmount: textOf(line.remaining, precision),
    });
    const rate = exact(asked ?? input.taxRate ?? product?.taxRate ?? '0');
    taxes.set(line.id, { tax: cents(percentOf(line.remaining, rate)), rate, given: false });
    const group = byRate.get(textOf(rate));
    if (group) group.lines.push(line);
    else byRate.set(textOf(rate), { rate, lines: [line] });
  }
  if (!isWhole) return taxes;
  for (const { rate, lines: group } of byRate.values()) {
    const due = cents(percentOf(sum(group.map(({ remaining }) => remaining)), rate));
    const shares = allocate(due, group.map(weighed), precision);
    for (const { id } of group) taxes.set(id, { tax: shares.get(id) ?? ZERO, rate, given: false });
  }
  return taxes;
}

function describe(line: Line, { tax, rate, given }: LineTax, { cents, text }: Figures): PricedLine {
  const { draft, remaining, netAmount } = line;
  const { winner, candidates } = draft.choice;
  const documentDiscount = netAmount.minus(remaining);
  const steps = [...line.steps];
  if (documentDiscount.gt(ZERO)) steps.push({ code: 'document-discount', amount: text(documentDiscount), facts: {} });
  if (given) steps.push({ code: 'tax-given', amount: text(tax), facts: {} });
  else if (rate.gt(ZERO))
    steps.push({ code: 'tax', amount: text(tax), facts: { rate: textOf(rate), of: text(remaining) } });
  const cost = draft.cost && cents(draft.cost);
  const margin = cost && remaining.minus(cost);
  const marginPercent = margin && percentText(margin, remaining);
  return {
    id: line.id,
    quantity: textOf(draft.quantity),
    ...(draft.unitId !== undefined && { unitId: draft.unitId }),
    pricePerUnit: text(draft.price),
    priceFrom: draft.priceFrom,
    ...(winner && { listPrice: text(winner.price), priceListId: winner.list.id, priceListItemId: winner.item.id }),
    candidates,
    volumeDiscount: text(draft.volume),
    baseAmount: text(line.baseAmount),
    manualDiscount: text(line.manualDiscount),
    promotionDiscount: text(line.promotionDiscount),
    netAmount: text(netAmount),
    documentDiscount: text(documentDiscount),
    taxableAmount: text(remaining),
    taxRate: textOf(rate),
    tax: text(tax),
    extendedAmount: text(netAmount.plus(tax)),
    ...(cost && { cost: text(cost) }),
    ...(margin && { margin: text(margin) }),
    ...(marginPercent !== undefined && { marginPercent }),
    steps,
  };
}

function documentMargin(
  lines: readonly PricedLine[],
  lessFreight: Exact,
  text: Figures['text'],
): Pick<PricedTotals, 'cost' | 'margin' | 'marginPercent'> {
  const costs = lines.flatMap(({ cost }) => (cost === undefined ? [] : [exact(cost)]));
  if (lines.length === 0 || costs.length < lines.length) return {};
  const cost = sum(costs);
  const margin = lessFreight.minus(cost);
  const marginPercent = percentText(margin, lessFreight);
  return { cost: text(cost), margin: text(margin), ...(marginPercent !== undefined && { marginPercent }) };
}

/** What somebody must agree to: margins below the minimum, discounts by hand above the maximum. */
function approvals(
  { limits }: PricingInput,
  lines: readonly Line[],
  totals: PricedTotals,
  { manual, atList, lessFreight }: { readonly manual: Exact; readonly atList: Exact; readonly lessFreight: Exact },
): readonly PricingFlag[] {
  const flags: PricingFlag[] = [];
  const below = (cost: Exact, amount: Exact, minimum: Exact): boolean =>
    amount.minus(cost).lt(percentOf(amount, minimum)) && cost.gt(ZERO);
  for (const { draft, id, remaining } of lines) {
    const minimum = draft.product?.minimumMargin ?? limits?.minimumMargin;
    if (minimum === undefined || !draft.cost || !below(draft.cost, remaining, exact(minimum))) continue;
    const margin = percentText(remaining.minus(draft.cost), remaining) ?? '';
    flags.push({ code: 'margin-below-minimum', severity: 'approval', lineId: id, facts: { margin, minimum } });
  }
  const minimum = limits?.minimumMargin;
  if (minimum !== undefined && totals.cost !== undefined && below(exact(totals.cost), lessFreight, exact(minimum))) {
    const margin = totals.marginPercent ?? '';
    flags.push({ code: 'margin-below-minimum', severity: 'approval', facts: { margin, minimum } });
  }
  const maximum = limits?.maximumDiscount;
  if (maximum !== undefined && manual.times(HUNDRED).gt(atList.times(exact(maximum)))) {
    flags.push({
      code: 'discount-above-maximum',
      severity: 'approval',
      facts: { discount: totals.manualPercent, maximum },
    });
  }
  return flags;
}
