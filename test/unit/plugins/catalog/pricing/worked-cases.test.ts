// Worked cases of the pricing engine. Each row: what is priced, and the figures worked out by hand (the sum stands beside it).
import { describe, expect, test } from 'vitest';
import { priceDocument } from '../../../../../plugins/catalog/pricing/price-document.ts';
import type {
  PricedDocument,
  PricedLine,
  PricedTotals,
} from '../../../../../plugins/catalog/pricing/priced-document.ts';
import type {
  LineInput,
  PriceList,
  PriceListItem,
  PricingInput,
  PricingProduct,
  Promotion,
} from '../../../../../plugins/catalog/pricing/pricing-input.ts';

const EUR = { id: 'EUR', precision: 2 };
const IRR = { id: 'IRR', precision: 0 };

const line = (quantity: string, more: Partial<LineInput> = {}, id = 'a'): LineInput => ({ id, quantity, ...more });
/** A write-in line: so many at this price. */
const given = (quantity: string, price: string, more: Partial<LineInput> = {}, id = 'a'): LineInput =>
  line(quantity, { price, ...more }, id);
const list = (id: string, items: readonly Partial<PriceListItem>[], more: Partial<PriceList> = {}): PriceList => ({
  id,
  currencyId: 'EUR',
  items: items.map((item, index) => ({ id: `${id}${index}`, productId: 'p', method: 'amount', ...item })),
  ...more,
});
const product = (more: Partial<PricingProduct> = {}, id = 'p'): PricingProduct => ({ id, ...more });
const of = (quantity: string, more: Partial<LineInput> = {}, id = 'a'): LineInput =>
  line(quantity, { productId: 'p', ...more }, id);
const document = (more: Partial<PricingInput>): PricingInput => ({
  date: '2026-11-22',
  currency: EUR,
  lines: [],
  ...more,
});
/** One product, priced by one item of one list. */
const listed = (
  item: Partial<PriceListItem>,
  more: Partial<PricingInput> = {},
  about: Partial<PricingProduct> = {},
): PricingInput => document({ lines: [of('1')], products: [product(about)], priceLists: [list('l', [item])], ...more });
const promoted = (promotion: Partial<Promotion>, more: Partial<PricingInput> = {}): PricingInput =>
  document({
    lines: [given('1', '100')],
    promotions: [{ id: 'x', scope: 'lines', effect: { kind: 'percent', value: '10' }, ...promotion }],
    ...more,
  });
const half = (
  policy: 'up' | 'down' | 'nearest',
  option: 'ends-in' | 'multiple-of',
  amount: string,
  base: string,
): PricingInput =>
  listed(
    { method: 'percent-of-list', percentage: '100', rounding: { policy, option, amount } },
    {},
    { listPrice: base },
  );

interface Expected {
  /** Of the first line. */
  readonly line?: Partial<PricedLine>;
  readonly lines?: readonly Partial<PricedLine>[];
  readonly totals?: Partial<PricedTotals>;
  readonly flags?: readonly string[];
  readonly promotions?: readonly string[];
  /** Outcome and reason of each price, the winner first. */
  readonly candidates?: readonly string[];
}

type Case = readonly [name: string, input: PricingInput, expected: Expected];

/** pieces; box = 12 pieces; pallet = 40 boxes. */
const units = [
  { id: 'piece', groupId: 'count', quantity: '1' },
  { id: 'box', groupId: 'count', quantity: '12', baseUnitId: 'piece' },
  { id: 'pallet', groupId: 'count', quantity: '40', baseUnitId: 'box' },
  { id: 'kg', groupId: 'mass', quantity: '1' },
];

const bundle = {
  products: [
    product({
      structure: 'bundle',
      items: [
        { productId: 'case', quantity: '1', required: true },
        { productId: 'mouse', quantity: '5', required: false },
        { productId: 'cable', quantity: '5', required: false },
      ],
    }),
    product({ currentCost: '200' }, 'case'),
    product({}, 'mouse'),
    product({}, 'cable'),
  ],
  priceLists: [
    list('l', [
      { amount: '500' },
      { productId: 'case', amount: '300' },
      { productId: 'mouse', amount: '40' },
      { productId: 'cable', amount: '50' },
    ]),
  ],
} satisfies Partial<PricingInput>;
const bundled = (productId: string, quantity: string): LineInput => ({
  id: productId,
  productId,
  quantity,
  bundleLineId: 'a',
});

const tiers = [
  { from: '1', to: '9', value: '0' },
  { from: '10', to: '49', value: '5' },
  { from: '50', value: '12' },
];
const byQuantity = (quantity: string, kind: 'percent' | 'amount' = 'percent'): Partial<PricingInput> => ({
  lines: [of(quantity)],
  discountLists: [{ id: 'd', kind, tiers }],
});

const lines: readonly Case[] = [
  [
    'a write-in product costs what is written',
    document({ lines: [given('3', '19.99')] }),
    { line: { priceFrom: 'given', netAmount: '59.97' } },
  ],
  [
    'a discount on the line: 11 × 100 − 10',
    document({ lines: [given('11', '100', { discountAmount: '10' })] }),
    { line: { netAmount: '1090.00' } },
  ],
  [
    'a discount per unit: 11 × (100 − 10)',
    document({ lines: [given('11', '100', { discountAmount: '10', discountPer: 'unit' })] }),
    { line: { netAmount: '990.00', manualDiscount: '110.00' } },
  ],
  [
    'a percentage: 4 × 25 less 15 %',
    document({ lines: [given('4', '25', { discountPercent: '15' })] }),
    { line: { manualDiscount: '15.00', netAmount: '85.00' } },
  ],
  [
    'percentage and amount together: 200 − 20 − 5',
    document({ lines: [given('2', '100', { discountPercent: '10', discountAmount: '5' })] }),
    { line: { netAmount: '175.00' } },
  ],
  [
    'a discount above the amount takes no more than all of it',
    document({ lines: [given('1', '10', { discountAmount: '12' })] }),
    { line: { netAmount: '0.00' }, flags: ['discount-capped'] },
  ],
  ['half a cent goes up: 0.5 × 0.01', document({ lines: [given('0.5', '0.01')] }), { line: { netAmount: '0.01' } }],
  [
    'half a cent goes to the even one where that is asked',
    document({ lines: [given('0.5', '0.01')], rounding: { method: 'half-even' } }),
    { line: { netAmount: '0.00' } },
  ],
  [
    'what is left is rounded, not the discount: 100.10 less 5 % is 95.095',
    document({ lines: [given('1', '100.10', { discountPercent: '5' })] }),
    { line: { netAmount: '95.10', manualDiscount: '5.00' } },
  ],
  [
    '0.1 + 0.2 is 0.30',
    document({ lines: [given('1', '0.1'), given('1', '0.2', {}, 'b')] }),
    { totals: { total: '0.30' } },
  ],
  [
    'rials have no decimals: 3 × 333,333.4',
    document({ currency: IRR, lines: [given('3', '333333.4')] }),
    { line: { netAmount: '1000000' } },
  ],
  [
    'large amounts stay exact: 99,999,999,999.99 × 99,999',
    document({ lines: [given('99999', '99999999999.99')] }),
    { totals: { total: '9999899999999000.01' } },
  ],
  ['nothing is 0.00', document({}), { totals: { total: '0.00', manualPercent: '0.00' } }],
];

const methods: readonly Case[] = [
  ['currency amount', listed({ amount: '12.50' }), { line: { pricePerUnit: '12.50', priceFrom: 'list' } }],
  [
    'percent of list: 80 % of 49.95',
    listed({ method: 'percent-of-list', percentage: '80' }, {}, { listPrice: '49.95' }),
    { line: { pricePerUnit: '39.96' } },
  ],
  [
    'markup on current cost: 40 + 25 %',
    listed({ method: 'markup-current-cost', percentage: '25' }, {}, { currentCost: '40' }),
    { line: { pricePerUnit: '50.00' } },
  ],
  [
    'margin on current cost: 40 / (1 − 20 %)',
    listed({ method: 'margin-current-cost', percentage: '20' }, {}, { currentCost: '40' }),
    { line: { pricePerUnit: '50.00', marginPercent: '20.00' } },
  ],
  [
    'markup on standard cost: 30 + 50 %',
    listed({ method: 'markup-standard-cost', percentage: '50' }, {}, { standardCost: '30' }),
    { line: { pricePerUnit: '45.00' } },
  ],
  [
    'margin on standard cost: 30 / (1 − 70 %)',
    listed({ method: 'margin-standard-cost', percentage: '70' }, {}, { standardCost: '30' }),
    { line: { pricePerUnit: '100.00' } },
  ],
  [
    'a third is rounded: 10 / (1 − 70 %) = 33.33…',
    listed({ method: 'margin-current-cost', percentage: '70' }, {}, { currentCost: '10' }),
    { line: { pricePerUnit: '33.33' } },
  ],
  [
    'unit prices keep four decimals where that is asked',
    listed({ method: 'margin-current-cost', percentage: '70' }, { pricePrecision: 4 }, { currentCost: '10' }),
    { line: { pricePerUnit: '33.3333' } },
  ],
  [
    'a margin of 100 % is no price',
    listed({ method: 'margin-current-cost', percentage: '100' }, {}, { currentCost: '10' }),
    { line: { priceFrom: 'none' }, candidates: ['unusable: no-base'], flags: ['no-price'] },
  ],
  [
    'without a cost there is no price on cost',
    listed({ method: 'markup-current-cost', percentage: '10' }),
    { candidates: ['unusable: no-base'], flags: ['no-price'] },
  ],
  [
    'a cost in dollars, a price in euros: 44 / 1.1 × 1 + 25 %',
    listed(
      { method: 'markup-current-cost', percentage: '25' },
      { currency: { ...EUR, rates: { EUR: '1', USD: '1.1' } } },
      { currentCost: '44', currencyId: 'USD' },
    ),
    { line: { pricePerUnit: '50.00' } },
  ],
  [
    'without an exchange rate there is none',
    listed({ method: 'markup-current-cost', percentage: '25' }, {}, { currentCost: '44', currencyId: 'USD' }),
    { candidates: ['unusable: no-base'], flags: ['no-price'] },
  ],
];

const roundings: readonly Case[] = [
  ['up to what ends in .99', half('up', 'ends-in', '0.99', '12.10'), { line: { pricePerUnit: '12.99' } }],
  ['down to what ends in .99', half('down', 'ends-in', '0.99', '12.98'), { line: { pricePerUnit: '11.99' } }],
  [
    'to the nearest that ends in .99: 12.34 is nearer to 11.99',
    half('nearest', 'ends-in', '0.99', '12.34'),
    { line: { pricePerUnit: '11.99' } },
  ],
  [
    'to the nearest that ends in 9.95: 47 is nearer to 49.95',
    half('nearest', 'ends-in', '9.95', '47'),
    { line: { pricePerUnit: '49.95' } },
  ],
  [
    '.05 is an ending of whole amounts: 12.30 up is 13.05',
    half('up', 'ends-in', '0.05', '12.30'),
    { line: { pricePerUnit: '13.05' } },
  ],
  ['up to a multiple of 5', half('up', 'multiple-of', '5', '10.01'), { line: { pricePerUnit: '15.00' } }],
  ['down to a multiple of 5', half('down', 'multiple-of', '5', '14.99'), { line: { pricePerUnit: '10.00' } }],
  [
    'to the nearest multiple of 0.25: the tie goes up',
    half('nearest', 'multiple-of', '0.25', '1.125'),
    { line: { pricePerUnit: '1.25' } },
  ],
  ['what fits stays', half('up', 'multiple-of', '5', '15'), { line: { pricePerUnit: '15.00' } }],
  [
    'never below zero: 0.50 down to .99 goes up',
    half('down', 'ends-in', '0.99', '0.50'),
    { line: { pricePerUnit: '0.99' } },
  ],
  [
    'an amount in the list is not rounded',
    listed({ amount: '12.34', rounding: { policy: 'up', option: 'multiple-of', amount: '5' } }),
    { line: { pricePerUnit: '12.34' } },
  ],
];

const conversions: readonly Case[] = [
  [
    'a box costs 12 pieces',
    listed({ amount: '2.50', unitId: 'piece' }, { units, lines: [of('2', { unitId: 'box' })] }),
    { line: { pricePerUnit: '30.00', netAmount: '60.00' } },
  ],
  [
    'a pallet costs 40 × 12 pieces',
    listed({ amount: '2.50', unitId: 'piece' }, { units, lines: [of('1', { unitId: 'pallet' })] }),
    { line: { pricePerUnit: '1200.00' } },
  ],
  [
    'a piece out of a box is rounded: 10 / 12',
    listed({ amount: '10', unitId: 'box' }, { units, lines: [of('6', { unitId: 'piece' })] }),
    { line: { pricePerUnit: '0.83', netAmount: '4.98' } },
  ],
  [
    'a price for the unit itself goes before a converted one',
    document({
      lines: [of('1', { unitId: 'box' })],
      units,
      products: [product()],
      priceLists: [
        list('l', [
          { amount: '2', unitId: 'piece' },
          { amount: '25', unitId: 'box' },
        ]),
      ],
    }),
    { line: { pricePerUnit: '25.00' }, candidates: ['won: won', 'lost: own-unit'] },
  ],
  [
    'kilograms are no pieces',
    listed({ amount: '2', unitId: 'kg' }, { units, lines: [of('1', { unitId: 'box' })] }),
    { candidates: ['unusable: unit'], flags: ['no-price'] },
  ],
  [
    'quantities count in the unit of the price: 1 box reaches a break of 10 pieces',
    listed({ amount: '2', unitId: 'piece', minimumQuantity: '10' }, { units, lines: [of('1', { unitId: 'box' })] }),
    { line: { pricePerUnit: '24.00' } },
  ],
  [
    'the cost of a box is that of 12 pieces',
    listed(
      { amount: '30', unitId: 'box' },
      { units, lines: [of('2', { unitId: 'box' })] },
      { defaultUnitId: 'piece', currentCost: '2' },
    ),
    { line: { cost: '48.00', margin: '12.00', marginPercent: '20.00' } },
  ],
];

const choice = (
  lists: readonly PriceList[],
  more: Partial<PricingInput> = {},
  about: Partial<PricingProduct> = {},
): PricingInput => document({ lines: [of('10')], products: [product(about)], priceLists: lists, ...more });
const standard = list('s', [{ amount: '10' }]);

const choices: readonly Case[] = [
  [
    'the higher priority wins',
    choice([standard, list('t', [{ amount: '12' }], { priority: 5 })]),
    { line: { priceListId: 't' }, candidates: ['won: won', 'lost: priority'] },
  ],
  [
    'a list that is over counts no more',
    choice([standard, list('t', [{ amount: '1' }], { validTo: '2026-11-21' })]),
    { line: { priceListId: 's' }, candidates: ['won: won', 'unusable: expired'] },
  ],
  [
    'on its last day it still counts',
    choice([standard, list('t', [{ amount: '1' }], { validTo: '2026-11-22', priority: 1 })]),
    { line: { priceListId: 't' } },
  ],
  [
    'a list that is to come does not count yet',
    choice([standard, list('t', [{ amount: '1' }], { validFrom: '2026-11-23' })]),
    { candidates: ['won: won', 'unusable: not-yet-valid'] },
  ],
  [
    'an inactive list never counts',
    choice([standard, list('t', [{ amount: '1' }], { active: false, priority: 9 })]),
    { candidates: ['won: won', 'unusable: inactive'] },
  ],
  [
    'a list in dollars has no price in euros',
    choice([list('t', [{ amount: '1' }], { currencyId: 'USD' })]),
    { candidates: ['unusable: currency'], flags: ['no-price'] },
  ],
  [
    'a list for wholesale goes before one for all',
    choice([standard, list('w', [{ amount: '11' }], { segments: ['wholesale'] })], {
      customer: { segments: ['wholesale'] },
    }),
    { line: { priceListId: 'w' }, candidates: ['won: won', 'lost: specificity'] },
  ],
  [
    'and is not for others',
    choice([standard, list('w', [{ amount: '1' }], { segments: ['wholesale'] })]),
    { line: { priceListId: 's' }, candidates: ['won: won', 'unusable: segment'] },
  ],
  [
    'a list for the south is for customers there',
    choice([standard, list('w', [{ amount: '1' }], { territories: ['south'] })], {
      customer: { territories: ['shiraz', 'south'] },
    }),
    { line: { priceListId: 'w' } },
  ],
  [
    'and not for the north',
    choice([standard, list('w', [{ amount: '1' }], { territories: ['south'] })], {
      customer: { territories: ['north'] },
    }),
    { candidates: ['won: won', 'unusable: territory'] },
  ],
  [
    '10 reach the break of 10',
    choice([
      list('s', [{ amount: '10' }, { amount: '9', minimumQuantity: '10' }, { amount: '8', minimumQuantity: '11' }]),
    ]),
    { line: { pricePerUnit: '9.00' }, candidates: ['won: won', 'lost: quantity-break', 'unusable: quantity'] },
  ],
  [
    'the list of the document goes before every priority',
    choice([standard, list('t', [{ amount: '12' }], { priority: 5 })], { priceListId: 's' }),
    { line: { priceListId: 's' }, candidates: ['won: won', 'lost: document-list'] },
  ],
  ['where it has no price, others do', choice([standard], { priceListId: 'empty' }), { line: { priceListId: 's' } }],
  [
    'but for a document that takes no other',
    choice([standard], { priceListId: 'empty', onlyPriceList: true }),
    { candidates: ['unusable: not-chosen'], flags: ['no-price'] },
  ],
  [
    'between equals the list of the product wins',
    choice([list('a', [{ amount: '1' }]), standard], {}, { defaultPriceListId: 's' }),
    { line: { priceListId: 's' }, candidates: ['won: won', 'lost: default-list'] },
  ],
  [
    'a price of the family counts for its members',
    choice([list('s', [{ productId: 'shirts', amount: '30' }])], {}, { families: ['shirts'] }),
    { line: { pricePerUnit: '30.00' } },
  ],
  [
    'their own goes before it',
    choice([list('s', [{ productId: 'shirts', amount: '30' }, { amount: '35' }])], {}, { families: ['shirts'] }),
    { line: { pricePerUnit: '35.00' }, candidates: ['won: won', 'lost: own-product'] },
  ],
  [
    'between lists that are equal in everything the lower price wins',
    choice([standard, list('t', [{ amount: '9' }])]),
    { line: { priceListId: 't' }, candidates: ['won: won', 'lost: price'] },
  ],
  [
    'a price by hand is kept beside what the list says',
    choice([standard], { lines: [of('10', { price: '8' })] }),
    { line: { priceFrom: 'given', pricePerUnit: '8.00', listPrice: '10.00' }, totals: { manualPercent: '20.00' } },
  ],
  [
    'a product that is no longer sold has no price',
    choice([standard], {}, { validTo: '2026-01-01' }),
    { flags: ['product-not-valid', 'no-price'] },
  ],
  [
    'whole quantities only, where the list says so',
    choice([list('s', [{ amount: '10', quantities: 'whole' }])], { lines: [of('1.5')] }),
    { flags: ['quantity-not-whole'] },
  ],
  [
    'no more decimals than the product has',
    choice([standard], { lines: [of('1.555')] }, { quantityDecimals: 2 }),
    { flags: ['quantity-decimals'] },
  ],
];

const volumes: readonly Case[] = [
  [
    '9 are below the tier',
    listed({ amount: '20', discountListId: 'd' }, byQuantity('9')),
    { line: { volumeDiscount: '0.00', netAmount: '180.00' } },
  ],
  [
    '10 get 5 %: 10 × (20 − 1)',
    listed({ amount: '20', discountListId: 'd' }, byQuantity('10')),
    { line: { volumeDiscount: '1.00', netAmount: '190.00' } },
  ],
  ['49 still do', listed({ amount: '20', discountListId: 'd' }, byQuantity('49')), { line: { netAmount: '931.00' } }],
  [
    '50 get 12 %',
    listed({ amount: '20', discountListId: 'd' }, byQuantity('50')),
    { line: { volumeDiscount: '2.40', netAmount: '880.00' } },
  ],
  [
    'amounts: 10 × (20 − 5)',
    listed({ amount: '20', discountListId: 'd' }, byQuantity('10', 'amount')),
    { line: { netAmount: '150.00' } },
  ],
  [
    'never more than the price',
    listed({ amount: '3', discountListId: 'd' }, byQuantity('10', 'amount')),
    { line: { netAmount: '0.00' } },
  ],
  [
    'an inactive list gives nothing',
    listed(
      { amount: '20', discountListId: 'd' },
      { lines: [of('50')], discountLists: [{ id: 'd', kind: 'percent', tiers, active: false }] },
    ),
    { line: { netAmount: '1000.00' } },
  ],
  [
    'a price by hand has it no more',
    listed({ amount: '20', discountListId: 'd' }, { ...byQuantity('50'), lines: [of('50', { price: '18' })] }),
    { line: { volumeDiscount: '0.00', netAmount: '900.00' } },
  ],
];

const bundles: readonly Case[] = [
  [
    'a bundle with optional items: 500 + 5 × 40 + 5 × 50',
    document({ ...bundle, lines: [of('1'), bundled('case', '1'), bundled('mouse', '5'), bundled('cable', '5')] }),
    {
      lines: [
        { netAmount: '500.00', cost: '200.00' },
        { priceFrom: 'bundle', netAmount: '0.00' },
        { netAmount: '200.00' },
        { netAmount: '250.00' },
      ],
      totals: { total: '950.00' },
    },
  ],
  [
    'a required item that is not there is noticed',
    document({ ...bundle, lines: [of('1'), bundled('mouse', '1')] }),
    { flags: ['bundle-item-missing'], totals: { total: '540.00' } },
  ],
  [
    'what is no item of the bundle is refused a place in it',
    document({ ...bundle, lines: [of('1'), { ...bundled('p', '1'), id: 'z' }] }),
    { flags: ['bundle-item-missing', 'not-in-bundle'] },
  ],
  [
    'a kit is one line and costs what its parts cost',
    document({
      lines: [of('2')],
      products: [
        product({ structure: 'kit', items: [{ productId: 'q', quantity: '3', required: true }] }),
        product({ currentCost: '4' }, 'q'),
      ],
      priceLists: [list('l', [{ amount: '20' }])],
    }),
    { line: { netAmount: '40.00', cost: '24.00', marginPercent: '40.00' } },
  ],
];

const header: readonly Case[] = [
  [
    '10 % of the line items, then an amount: 200 − 20 − 5',
    document({ lines: [given('2', '100')], discountPercent: '10', discountAmount: '5' }),
    { totals: { discount: '25.00', lessFreight: '175.00' } },
  ],
  [
    'freight and tax come last: 100 + 10 + 9 % + 0.90',
    document({ lines: [given('1', '100', { taxRate: '9' })], freight: '10', freightTaxRate: '9' }),
    { totals: { tax: '9.90', freightTax: '0.90', total: '119.90' } },
  ],
  [
    'tax is counted from what is left: (100 − 10) × 9 %',
    document({ lines: [given('1', '100', { taxRate: '9' })], discountPercent: '10' }),
    {
      line: { documentDiscount: '10.00', taxableAmount: '90.00', tax: '8.10', extendedAmount: '108.10' },
      totals: { total: '98.10' },
    },
  ],
  [
    'tax by hand',
    document({ lines: [given('1', '100', { tax: '7.77', taxRate: '9' })] }),
    { line: { tax: '7.77' }, totals: { total: '107.77' } },
  ],
  [
    'a discount is shared out without losing a cent: 1 over three equal lines',
    document({ lines: ['a', 'b', 'c'].map((id) => given('1', '1', {}, id)), discountAmount: '1' }),
    {
      lines: [{ documentDiscount: '0.34' }, { documentDiscount: '0.33' }, { documentDiscount: '0.33' }],
      totals: { total: '2.00' },
    },
  ],
  [
    'a discount above everything leaves nothing',
    document({ lines: [given('1', '10')], discountAmount: '12' }),
    { totals: { lessFreight: '0.00' }, flags: ['discount-capped'] },
  ],
  [
    'rounded by lines: 3 × 0.335 is 3 × 0.34',
    document({ lines: ['a', 'b', 'c'].map((id) => given('1', '0.335', {}, id)) }),
    { totals: { total: '1.02' } },
  ],
  [
    'rounded as a document: 1.005 is 1.01, in three lines',
    document({ lines: ['a', 'b', 'c'].map((id) => given('1', '0.335', {}, id)), rounding: { level: 'document' } }),
    { lines: [{ netAmount: '0.34' }, { netAmount: '0.34' }, { netAmount: '0.33' }], totals: { total: '1.01' } },
  ],
  [
    'tax as a document: 9 % of 3 × 0.50, once',
    document({
      lines: ['a', 'b', 'c'].map((id) => given('1', '0.50', { taxRate: '9' }, id)),
      rounding: { level: 'document' },
    }),
    { totals: { tax: '0.14' } },
  ],
  [
    'tax by lines: 3 × 0.045, each up',
    document({ lines: ['a', 'b', 'c'].map((id) => given('1', '0.50', { taxRate: '9' }, id)) }),
    { totals: { tax: '0.15' } },
  ],
];

const promotions: readonly Case[] = [
  ['10 % off', promoted({}), { line: { promotionDiscount: '10.00' }, promotions: ['applied 10.00'] }],
  ['not before its first day', promoted({ validFrom: '2026-11-23' }), { promotions: ['not-yet-valid 0.00'] }],
  ['not after its last', promoted({ validTo: '2026-11-21' }), { promotions: ['expired 0.00'] }],
  ['not without its code', promoted({ code: 'NOWRUZ' }), { promotions: ['code 0.00'] }],
  ['a code in any case', promoted({ code: 'NOWRUZ' }, { codes: [' nowruz '] }), { promotions: ['applied 10.00'] }],
  ['only for its segment', promoted({ conditions: { segments: ['wholesale'] } }), { promotions: ['segment 0.00'] }],
  ['from an amount on', promoted({ conditions: { minimumAmount: '100.01' } }), { promotions: ['amount 0.00'] }],
  ['from a quantity on', promoted({ conditions: { minimumQuantity: '2' } }), { promotions: ['quantity 0.00'] }],
  [
    'only for its products',
    promoted(
      { conditions: { products: ['q'] } },
      { lines: [given('1', '100'), line('1', { price: '50', productId: 'q' }, 'b')], products: [product({}, 'q')] },
    ),
    { lines: [{ promotionDiscount: '0.00' }, { promotionDiscount: '5.00' }] },
  ],
  [
    'an amount is shared out: 10 over 100 and 50',
    promoted({ effect: { kind: 'amount', value: '10' } }, { lines: [given('1', '100'), given('1', '50', {}, 'b')] }),
    { lines: [{ promotionDiscount: '6.67' }, { promotionDiscount: '3.33' }] },
  ],
  [
    'an amount for each unit: 4 × 2',
    promoted({ effect: { kind: 'amount-per-unit', value: '2' } }, { lines: [given('4', '10')] }),
    { line: { netAmount: '32.00' } },
  ],
  [
    'a fixed price',
    promoted({ effect: { kind: 'fixed-price', value: '8' } }, { lines: [given('4', '10')] }),
    { line: { netAmount: '32.00' } },
  ],
  [
    'a fixed price above the price changes nothing',
    promoted({ effect: { kind: 'fixed-price', value: '12' } }, { lines: [given('4', '10')] }),
    { line: { netAmount: '40.00' }, promotions: ['nothing 0.00'] },
  ],
  [
    'buy 2, get 1: of 7 two are free',
    promoted({ effect: { kind: 'buy-get', buy: 2, get: 1, percent: '100' } }, { lines: [given('7', '10')] }),
    { line: { netAmount: '50.00' } },
  ],
  [
    'the cheapest are free',
    promoted(
      { effect: { kind: 'buy-get', buy: 2, get: 1, percent: '100' } },
      { lines: [given('2', '30'), given('1', '20', {}, 'b')] },
    ),
    { lines: [{ netAmount: '60.00' }, { netAmount: '0.00' }] },
  ],
  [
    'buy a printer, get ink at half price',
    promoted(
      {
        conditions: { products: ['p'] },
        effect: { kind: 'buy-get', buy: 1, get: 2, percent: '50', products: ['ink'] },
      },
      {
        lines: [of('1', { price: '200' }), line('3', { price: '20', productId: 'ink' }, 'b')],
        products: [product(), product({}, 'ink')],
      },
    ),
    { lines: [{ netAmount: '200.00' }, { netAmount: '40.00' }] },
  ],
  ['a cap: 10 % of 100, but 6', promoted({ cap: '6' }), { promotions: ['applied 6.00 capped'] }],
  ['a budget of which 3 are left', promoted({ budgetLeft: '3' }), { promotions: ['applied 3.00 capped'] }],
  ['a budget of which nothing is left', promoted({ budgetLeft: '-0.01' }), { promotions: ['budget 0.00'] }],
  ['no use left', promoted({ usesLeft: 0 }), { promotions: ['used-up 0.00'] }],
  [
    'two of one group: the one that saves more',
    promoted(
      { group: 'g' },
      {
        promotions: [
          { id: 'x', scope: 'lines', group: 'g', effect: { kind: 'percent', value: '10' } },
          { id: 'y', scope: 'lines', group: 'g', effect: { kind: 'percent', value: '15' } },
        ],
      },
    ),
    { promotions: ['group 0.00', 'applied 15.00'] },
  ],
  [
    'but the priority goes first',
    promoted(
      {},
      {
        promotions: [
          { id: 'x', scope: 'lines', group: 'g', priority: 1, effect: { kind: 'percent', value: '10' } },
          { id: 'y', scope: 'lines', group: 'g', effect: { kind: 'percent', value: '15' } },
        ],
      },
    ),
    { promotions: ['applied 10.00', 'group 0.00'] },
  ],
  [
    'two of no group, one after the other: 100 − 15 − 8.50',
    promoted(
      {},
      {
        promotions: [
          { id: 'x', scope: 'lines', effect: { kind: 'percent', value: '10' } },
          { id: 'y', scope: 'lines', effect: { kind: 'percent', value: '15' } },
        ],
      },
    ),
    { line: { netAmount: '76.50' } },
  ],
  [
    'one that stands alone',
    promoted(
      {},
      {
        promotions: [
          { id: 'x', scope: 'lines', exclusive: true, priority: 1, effect: { kind: 'percent', value: '10' } },
          { id: 'y', scope: 'document', effect: { kind: 'percent', value: '15' } },
        ],
      },
    ),
    { promotions: ['applied 10.00', 'exclusive 0.00'] },
  ],
  [
    'of the document: after the discounts of lines',
    promoted({ scope: 'document' }, { lines: [given('1', '100', { discountAmount: '20' })] }),
    { totals: { lineItemAmount: '80.00', discount: '8.00' } },
  ],
];

const adjustments: readonly Case[] = [
  [
    'a tier of 5 %, then a voucher of 10, then points for 5.50',
    document({
      lines: [given('1', '100')],
      adjustments: [
        { id: '3', kind: 'points', method: 'amount', value: '5.50' },
        { id: '2', kind: 'voucher', method: 'amount', value: '10' },
        { id: '1', kind: 'tier', method: 'percent', value: '5' },
      ],
    }),
    { totals: { discount: '20.50', lessFreight: '79.50' } },
  ],
  [
    'points pay no more than there is to pay',
    document({ lines: [given('1', '10')], adjustments: [{ id: '1', kind: 'points', method: 'amount', value: '15' }] }),
    { totals: { lessFreight: '0.00' } },
  ],
  [
    'a tier with a cap',
    document({
      lines: [given('1', '1000')],
      adjustments: [{ id: '1', kind: 'tier', method: 'percent', value: '5', cap: '30' }],
    }),
    { totals: { discount: '30.00' } },
  ],
  [
    'a voucher for one line only',
    document({
      lines: [given('1', '10'), given('1', '90', {}, 'b')],
      adjustments: [{ id: '1', kind: 'voucher', method: 'amount', value: '20', lines: ['a'] }],
    }),
    { lines: [{ taxableAmount: '0.00' }, { taxableAmount: '90.00' }] },
  ],
];

const approvals: readonly Case[] = [
  [
    'a margin of 8 % below 15',
    document({ lines: [given('1', '100', { cost: '92' })], limits: { minimumMargin: '15' } }),
    { totals: { marginPercent: '8.00' }, flags: ['margin-below-minimum', 'margin-below-minimum'] },
  ],
  [
    'a margin just enough',
    document({ lines: [given('1', '100', { cost: '85' })], limits: { minimumMargin: '15' } }),
    { flags: [] },
  ],
  [
    'the minimum of a product goes before that of the document',
    listed({ amount: '100' }, { limits: { minimumMargin: '5' } }, { currentCost: '80', minimumMargin: '25' }),
    { flags: ['margin-below-minimum'] },
  ],
  [
    'a loss that is put up with: 5 % of 100, where 10 are',
    document({ lines: [given('1', '100', { cost: '105' })], limits: { minimumMargin: '-10' } }),
    { totals: { marginPercent: '-5.00' }, flags: [] },
  ],
  [
    'a loss',
    document({ lines: [given('1', '80', { cost: '100' })], limits: { minimumMargin: '0' } }),
    { totals: { margin: '-20.00', marginPercent: '-25.00' }, flags: ['margin-below-minimum', 'margin-below-minimum'] },
  ],
  [
    '10 % by hand where 10 are free',
    document({ lines: [given('1', '100', { discountPercent: '10' })], limits: { maximumDiscount: '10' } }),
    { totals: { manualPercent: '10.00' }, flags: [] },
  ],
  [
    'lower prices, line and header add up: 10 + 9 + 8.10 of 100',
    choice([list('s', [{ amount: '10' }])], {
      lines: [of('10', { price: '9', discountPercent: '10' })],
      discountPercent: '10',
      limits: { maximumDiscount: '27' },
    }),
    { totals: { lessFreight: '72.90', manualPercent: '27.10' }, flags: ['discount-above-maximum'] },
  ],
  [
    'promotions and tiers need no approval',
    promoted({ effect: { kind: 'percent', value: '50' } }, { limits: { maximumDiscount: '10' } }),
    { totals: { manualPercent: '0.00' }, flags: [] },
  ],
];

function check([, input, expected]: Case): void {
  const priced = priceDocument(input);
  if (expected.line) expect(priced.lines[0]).toMatchObject(expected.line);
  if (expected.lines) expect(priced.lines).toMatchObject(expected.lines);
  if (expected.totals) expect(priced.totals).toMatchObject(expected.totals);
  if (expected.flags) expect(priced.flags.map(({ code }) => code)).toEqual(expected.flags);
  else expect(priced.flags).toEqual([]);
  if (expected.candidates) expect(candidatesOf(priced)).toEqual(expected.candidates);
  if (expected.promotions) expect(promotionsOf(priced)).toEqual(expected.promotions);
}

const candidatesOf = ({ lines: [first] }: PricedDocument): readonly string[] =>
  (first?.candidates ?? []).map(({ outcome, reason }) => `${outcome}: ${reason}`);
const promotionsOf = (priced: PricedDocument): readonly string[] =>
  priced.promotions.map(({ reason, amount, capped }) => `${reason} ${amount}${capped ? ' capped' : ''}`);

describe.each([
  ['amounts of a line', lines],
  ['pricing methods', methods],
  ['rounding policies', roundings],
  ['units', conversions],
  ['which price list wins', choices],
  ['discounts by quantity', volumes],
  ['bundles', bundles],
  ['the whole document', header],
  ['promotions', promotions],
  ['tiers, vouchers and points', adjustments],
  ['what needs an approval', approvals],
] as const)('%s', (_, cases) => {
  test.each(cases.map((one) => [one[0], one] as const))('%s', (_name, one) => check(one));
});
