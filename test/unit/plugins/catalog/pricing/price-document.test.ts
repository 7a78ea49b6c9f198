// What holds for every document that the pricing engine prices: sums, rounding, currencies, order; and the orders of Northwind.
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { Big } from 'big.js';
import { describe, expect, test } from 'vitest';
import { allocate } from '../../../../../plugins/catalog/pricing/allocate.ts';
import { exact } from '../../../../../plugins/catalog/pricing/exact.ts';
import { priceDocument } from '../../../../../plugins/catalog/pricing/price-document.ts';
import type { PricedDocument } from '../../../../../plugins/catalog/pricing/priced-document.ts';
import type {
  Adjustment,
  LineInput,
  PricingInput,
  Promotion,
} from '../../../../../plugins/catalog/pricing/pricing-input.ts';
import { PeyvandError } from '../../../../../core/sdk/index.ts';

const decimal = (most: number, decimals: number): fc.Arbitrary<string> =>
  fc.integer({ min: 0, max: most * 10 ** decimals }).map((units) => new Big(units).div(10 ** decimals).toFixed());
const percent = decimal(100, 2);
const optional = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | undefined> =>
  fc.option(value, { nil: undefined });
/** Leaves out what is undefined. */
const sparse = <Value extends object>(value: Value) =>
  Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as {
    [Key in keyof Value]: Exclude<Value[Key], undefined>;
  };

const lineOf = fc
  .record({
    productId: optional(fc.constantFrom('p', 'q')),
    quantity: decimal(50, 3),
    price: optional(decimal(500, 4)),
    discountPercent: optional(percent),
    discountAmount: optional(decimal(20, 3)),
    discountPer: fc.constantFrom('line' as const, 'unit' as const),
    taxRate: optional(decimal(20, 3)),
  })
  .map((line) => (line.productId === undefined ? { ...line, price: line.price ?? '7.77' } : line));

const effect: fc.Arbitrary<Promotion['effect']> = fc.oneof(
  percent.map((value) => ({ kind: 'percent' as const, value })),
  decimal(100, 2).map((value) => ({ kind: 'amount' as const, value })),
  decimal(10, 3).map((value) => ({ kind: 'amount-per-unit' as const, value })),
  decimal(50, 2).map((value) => ({ kind: 'fixed-price' as const, value })),
  fc.record({
    kind: fc.constant('buy-get' as const),
    buy: fc.integer({ min: 1, max: 4 }),
    get: fc.integer({ min: 1, max: 3 }),
    percent,
  }),
);

const promotion = fc.record({
  scope: fc.constantFrom('lines' as const, 'document' as const),
  effect,
  priority: fc.integer({ min: 0, max: 2 }),
  cap: optional(decimal(40, 2)),
  group: optional(fc.constantFrom('g', 'h')),
  exclusive: fc.boolean().map((is) => (is ? true : undefined)),
  conditions: fc.record({ products: fc.constantFrom([], ['p'], ['q']) }),
});

const adjustment = fc.record({
  kind: fc.constantFrom('tier' as const, 'manual' as const, 'voucher' as const, 'points' as const),
  method: fc.constantFrom('percent' as const, 'amount' as const),
  value: percent,
  cap: optional(decimal(30, 2)),
});

const world = {
  products: [
    { id: 'p', listPrice: '19.99', currentCost: '7.3', taxRate: '9' },
    { id: 'q', standardCost: '3.333' },
  ],
  priceLists: [
    {
      id: 'l',
      currencyId: 'EUR',
      items: [
        { id: '1', productId: 'p', method: 'percent-of-list', percentage: '87.5', discountListId: 'd' },
        { id: '2', productId: 'q', method: 'margin-standard-cost', percentage: '35' },
      ],
    },
  ],
  discountLists: [{ id: 'd', kind: 'percent', tiers: [{ from: '10', value: '3.3' }] }],
} satisfies Partial<PricingInput>;

const documents: fc.Arbitrary<PricingInput> = fc
  .record({
    lines: fc.array(lineOf, { maxLength: 8 }),
    precision: fc.constantFrom(0, 2, 3),
    rounding: fc.record({
      method: fc.constantFrom('half-up' as const, 'half-even' as const),
      level: fc.constantFrom('line' as const, 'document' as const),
    }),
    promotions: fc.array(promotion, { maxLength: 4 }),
    adjustments: fc.array(adjustment, { maxLength: 3 }),
    discountPercent: optional(percent),
    discountAmount: optional(decimal(50, 2)),
    freight: optional(decimal(20, 2)),
    freightTaxRate: optional(decimal(20, 2)),
  })
  .map(({ lines, precision, promotions, adjustments, ...more }) =>
    sparse({
      ...world,
      ...more,
      date: '2026-11-22',
      currency: { id: 'EUR', precision },
      lines: lines.map((line, index): LineInput => sparse({ ...line, id: `line ${index}` })),
      promotions: promotions.map((one, index): Promotion => sparse({ ...one, id: `promotion ${index}` })),
      adjustments: adjustments.map((one, index): Adjustment => sparse({ ...one, id: `adjustment ${index}` })),
    }),
  );

const total = (values: readonly string[]): Big => values.reduce((sum, value) => sum.plus(value), new Big(0));
const of = (
  priced: PricedDocument,
  name: 'baseAmount' | 'netAmount' | 'documentDiscount' | 'tax' | 'taxableAmount',
): Big => total(priced.lines.map((line) => line[name]));

describe('whatever is priced', () => {
  test('the lines add up to the totals, and the totals to each other', () => {
    fc.assert(
      fc.property(documents, (input) => {
        const priced = priceDocument(input);
        const { totals } = priced;
        for (const line of priced.lines) {
          expect(total([line.manualDiscount, line.promotionDiscount, line.netAmount]).eq(line.baseAmount)).toBe(true);
          expect(total([line.taxableAmount, line.documentDiscount]).eq(line.netAmount)).toBe(true);
          expect(total([line.netAmount, line.tax]).eq(line.extendedAmount)).toBe(true);
        }
        expect(of(priced, 'baseAmount').eq(totals.baseAmount)).toBe(true);
        expect(of(priced, 'netAmount').eq(totals.lineItemAmount)).toBe(true);
        expect(of(priced, 'documentDiscount').eq(totals.discount)).toBe(true);
        expect(of(priced, 'taxableAmount').eq(totals.lessFreight)).toBe(true);
        expect(of(priced, 'tax').plus(totals.freightTax).eq(totals.tax)).toBe(true);
        expect(total([totals.lineItemAmount, totals.lineDiscount]).eq(total([totals.baseAmount]))).toBe(true);
        expect(total([totals.lessFreight, totals.freight, totals.tax]).eq(totals.total)).toBe(true);
        // What the explanation says came off the document is what came off.
        const off = [
          ...priced.adjustments.map(({ amount }) => amount),
          ...priced.promotions.map(({ amount }) => amount),
        ];
        const byHeader = priced.steps.filter(({ code }) => code.startsWith('header-')).map(({ amount }) => amount);
        const onLines = priced.lines.map(({ promotionDiscount }) => promotionDiscount);
        expect(total([...off, ...byHeader]).eq(total([totals.discount, ...onLines]))).toBe(true);
      }),
      { numRuns: 250 },
    );
  });

  test('every amount has the decimals of its currency, and none is below zero', () => {
    fc.assert(
      fc.property(documents, (input) => {
        const { precision } = input.currency;
        const amount = precision === 0 ? /^\d+$/ : new RegExp(`^\\d+\\.\\d{${precision}}$`);
        const priced = priceDocument(input);
        const { manualPercent: _, margin: _margin, marginPercent: _percent, ...totals } = priced.totals;
        for (const value of Object.values(totals)) expect(value).toMatch(amount);
        for (const {
          baseAmount,
          manualDiscount,
          promotionDiscount,
          netAmount,
          documentDiscount,
          taxableAmount,
          tax,
        } of priced.lines) {
          for (const value of [
            baseAmount,
            manualDiscount,
            promotionDiscount,
            netAmount,
            documentDiscount,
            taxableAmount,
            tax,
          ]) {
            expect(value).toMatch(amount);
          }
        }
      }),
      { numRuns: 150 },
    );
  });

  test('the order of lines, products, promotions and adjustments changes no amount', () => {
    fc.assert(
      fc.property(documents, (input) => {
        const turned = {
          ...input,
          lines: input.lines.toReversed(),
          promotions: (input.promotions ?? []).toReversed(),
          adjustments: (input.adjustments ?? []).toReversed(),
        };
        const [one, other] = [priceDocument(input), priceDocument(turned)];
        expect(other.totals).toEqual(one.totals);
        expect(other.lines.toReversed()).toEqual(one.lines);
      }),
      { numRuns: 150 },
    );
  });

  test('the same input gives the same answer, and is left as it was', () => {
    fc.assert(
      fc.property(documents, (input) => {
        const before = structuredClone(input);
        expect(priceDocument(input)).toEqual(priceDocument(before));
        expect(input).toEqual(before);
      }),
      { numRuns: 50 },
    );
  });

  test('rounded by lines, each line is its exact amount rounded by the policy; as a document, the sum is', () => {
    const plain = fc.record({
      lines: fc.array(fc.record({ quantity: decimal(50, 2), price: decimal(90, 3), discountPercent: percent }), {
        minLength: 1,
        maxLength: 9,
      }),
      method: fc.constantFrom('half-up' as const, 'half-even' as const),
      level: fc.constantFrom('line' as const, 'document' as const),
    });
    fc.assert(
      fc.property(plain, ({ lines, ...rounding }) => {
        const input = { date: '2026-11-22', currency: { id: 'EUR', precision: 2 }, rounding };
        const priced = priceDocument({ ...input, lines: lines.map((line, index) => ({ ...line, id: String(index) })) });
        const mode = rounding.method === 'half-up' ? 1 : 2;
        const exactly = lines.map(({ quantity, price, discountPercent }) =>
          new Big(quantity).times(price).times(new Big(100).minus(discountPercent)).div(100),
        );
        const sum = exactly.reduce((before, one) => before.plus(one), new Big(0));
        if (rounding.level === 'document') {
          expect(priced.totals.lineItemAmount).toBe(sum.round(2, mode).toFixed(2));
          for (const [index, line] of priced.lines.entries()) {
            expect(exactly[index]?.minus(line.netAmount).abs().lt('0.01')).toBe(true);
          }
        } else {
          expect(priced.lines.map(({ netAmount }) => netAmount)).toEqual(
            exactly.map((one) => one.round(2, mode).toFixed(2)),
          );
        }
      }),
      { numRuns: 250 },
    );
  });

  test('what is shared out is all of it, in proportion to within a cent, and nobody gives more than they have', () => {
    const shares = fc.record({
      weights: fc.array(fc.integer({ min: 0, max: 10_000 }), { minLength: 1, maxLength: 12 }),
      part: fc.integer({ min: 0, max: 100 }),
    });
    fc.assert(
      fc.property(shares, ({ weights, part }) => {
        const all = weights.reduce((sum, one) => sum + one, 0);
        const given = Math.floor((all * part) / 100);
        const cents = (units: number): string => new Big(units).div(100).toFixed(2);
        const shared = allocate(
          exact(cents(given)),
          weights.map((weight, index) => ({ id: String(index), weight: exact(cents(weight)) })),
          2,
        );
        expect(total([...shared.values()].map((one) => one.toFixed(2))).toFixed(2)).toBe(cents(given));
        for (const [index, weight] of weights.entries()) {
          const share = shared.get(String(index)) ?? new Big(0);
          expect(share.lte(cents(weight))).toBe(true);
          if (all > 0) expect(share.minus(new Big(given).times(weight).div(all).div(100)).abs().lt('0.01')).toBe(true);
        }
      }),
    );
  });
});

describe('input that means nothing', () => {
  const refused = (input: Partial<PricingInput>): readonly string[] => {
    try {
      priceDocument({ date: '2026-11-22', currency: { id: 'EUR', precision: 2 }, lines: [], ...input });
    } catch (error) {
      if (error instanceof PeyvandError && error.code === 'PRICING_INPUT')
        return error.details.map(({ code, target }) => `${code} ${target}`);
      throw error;
    }
    return [];
  };

  test('is refused with everything that is wrong at once', () => {
    expect(
      refused({
        date: 'today',
        lines: [
          { id: 'a', quantity: '-1', productId: 'nothing' },
          { id: 'a', quantity: '1e400', discountPercent: '101', bundleLineId: 'z' },
        ],
        freight: 'NaN',
      }),
    ).toEqual([
      'PRICING_DAY date',
      'PRICING_TWICE lines',
      'PRICING_DECIMAL lines/a/quantity',
      'PRICING_UNKNOWN lines/a/productId',
      'PRICING_DECIMAL lines/a/quantity',
      'PRICING_PERCENT lines/a/discountPercent',
      'PRICING_PRICE lines/a/price',
      'PRICING_UNKNOWN lines/a/bundleLineId',
      'PRICING_DECIMAL freight',
    ]);
  });

  test('units in a circle are no units', () => {
    const units = [
      { id: 'x', groupId: 'g', quantity: '2', baseUnitId: 'y' },
      { id: 'y', groupId: 'g', quantity: '2', baseUnitId: 'x' },
      { id: 'z', groupId: 'g', quantity: '0' },
    ];
    expect(refused({ units })).toEqual([
      'PRICING_UNIT units/z/quantity',
      'PRICING_UNIT units/x',
      'PRICING_UNIT units/y',
    ]);
  });
});

test('a tax rule of the caller takes the place of the rates of products', () => {
  const input: PricingInput = {
    ...world,
    date: '2026-11-22',
    currency: { id: 'EUR', precision: 2 },
    lines: [
      { id: 'a', productId: 'p', quantity: '1', price: '100' },
      { id: 'b', productId: 'q', quantity: '1', price: '100' },
    ],
  };
  const priced = priceDocument(input, { taxRate: ({ productId }) => (productId === 'q' ? '21' : undefined) });
  expect(priced.lines.map(({ tax }) => tax)).toEqual(['9.00', '21.00']);
});

const northwind = resolve('../shared/data/northwind');

describe.runIf(existsSync(northwind))('the 830 orders of Northwind (needs ../shared/data/northwind)', () => {
  const details: readonly Readonly<Record<string, string>>[] = existsSync(northwind)
    ? parse(readFileSync(join(northwind, 'order-details.csv'), 'utf8'), { columns: true })
    : [];
  const orders = Map.groupBy(details, (row) => row['orderID'] ?? '');
  const priceAll = (rounding: NonNullable<PricingInput['rounding']>): ReadonlyMap<string, PricedDocument> =>
    new Map(
      [...orders].map(([id, rows]) => [
        id,
        priceDocument({
          date: '1998-05-06',
          currency: { id: 'USD', precision: 2 },
          rounding,
          lines: rows.map((row) => ({
            id: row['productID'] ?? '',
            quantity: row['quantity'] ?? '',
            price: row['unitPrice'] ?? '',
            discountPercent: new Big(row['discount'] ?? '0').times(100).toFixed(),
          })),
        }),
      ]),
    );
  const net = (priced: ReadonlyMap<string, PricedDocument>): string =>
    total([...priced.values()].map(({ totals }) => totals.total)).toFixed(2);

  test('are all there', () => {
    expect([orders.size, details.length]).toEqual([830, 2_155]);
  });

  test('come to 1,265,793.29 with half a cent up, order 10248 to 440.00 and 10249 to 1,863.40', () => {
    const priced = priceAll({ method: 'half-up' });
    expect(priced.get('10248')?.totals.total).toBe('440.00');
    expect(priced.get('10249')?.totals.total).toBe('1863.40');
    expect(net(priced)).toBe('1265793.29');
  });

  test('come to 1,265,793.02 with half a cent to the even one', () => {
    expect(net(priceAll({ method: 'half-even' }))).toBe('1265793.02');
  });

  test('come to the exact sum of each order, rounded once, where documents are rounded', () => {
    const priced = priceAll({ level: 'document' });
    for (const [id, rows] of orders) {
      const sum = rows.reduce(
        (before, row) =>
          before.plus(
            new Big(row['unitPrice'] ?? '0')
              .times(row['quantity'] ?? '0')
              .times(new Big(1).minus(row['discount'] ?? '0')),
          ),
        new Big(0),
      );
      expect(priced.get(id)?.totals.total, id).toBe(sum.toFixed(2));
    }
  });
});
