// Price lists, prices, discounts by quantity and promotions: each says enough to be computed with, in one currency, and no two tiers
// of a discount list cover the same quantity.
import { STRUCTURE } from '../product-states.ts';
import { checkDays, checked, has } from './checked.ts';
import { listRows } from '../trade/rows.ts';

const METHOD_AMOUNT = 1;
const MARGINS: readonly unknown[] = [4, 6];
const EFFECT = { percent: 1, amount: 2, perUnit: 3, fixedPrice: 4, buyGet: 5 } as const;

export const priceRules = [
  ...checked('pricelevel', 'PRICE_LIST_INVALID', ['begindate', 'enddate', 'transactioncurrencyid'], async (context) => {
    const { row, image, id, isNew, wrong, system } = context;
    checkDays(context, 'begindate', 'enddate');
    if (isNew || row['transactioncurrencyid'] === image?.['transactioncurrencyid']) return;
    const [price] = await listRows(
      system,
      'productpricelevel',
      `$select=name&$filter=_pricelevelid_value eq ${id}&$top=1`,
    );
    if (price) wrong('transactioncurrencyid', 'The list has prices in its currency already. Make a new list.');
  }),
  ...checked(
    'productpricelevel',
    'PRICE_INVALID',
    [
      'uomid',
      'pricingmethodcode',
      'amount',
      'percentage',
      'discounttypeid',
      'roundingpolicycode',
      'roundingoptionamount',
      'transactioncurrencyid',
    ],
    async ({ row, values, wrong, named }) => {
      const [list, product, unit, discounts] = await Promise.all([
        named('pricelevel', 'pricelevelid'),
        named('product', 'productid'),
        named('uom', 'uomid'),
        named('discounttype', 'discounttypeid'),
      ]);
      if (!list || !product) return;
      values['name'] = unit ? `${String(product['name'])} (${String(unit['name'])})` : product['name'];
      values['transactioncurrencyid'] = list['transactioncurrencyid'];
      const group = product['defaultuomscheduleid'];
      if (unit && product['productstructure'] !== STRUCTURE.family && unit['uomscheduleid'] !== group) {
        wrong('uomid', `${String(unit['name'])} is no unit of ${String(product['name'])}.`);
      }
      if (row['pricingmethodcode'] === METHOD_AMOUNT) {
        if (!has(row, 'amount')) wrong('amount', 'Write the price.');
      } else if (!has(row, 'percentage')) wrong('percentage', 'Write the percentage that the price is computed by.');
      else if (MARGINS.includes(row['pricingmethodcode']) && Number(row['percentage']) >= 100) {
        wrong('percentage', 'A margin is below 100 percent: something of the price is cost.');
      }
      const rounds = Number(row['roundingpolicycode'] ?? 1) > 1 && row['pricingmethodcode'] !== METHOD_AMOUNT;
      if (rounds && !(Number(row['roundingoptionamount'] ?? 0) > 0)) {
        wrong('roundingoptionamount', 'Write the amount that prices end in or are a multiple of.');
      }
      if (
        discounts?.['isamounttype'] === true &&
        discounts['transactioncurrencyid'] !== list['transactioncurrencyid']
      ) {
        wrong(
          'discounttypeid',
          `The discounts of ${String(discounts['name'])} are in another currency than the price list.`,
        );
      }
    },
  ),
  ...checked('discounttype', 'DISCOUNT_LIST_INVALID', ['transactioncurrencyid'], async ({ row, wrong }) => {
    if (row['isamounttype'] === true && !has(row, 'transactioncurrencyid')) {
      wrong('transactioncurrencyid', 'Say which currency the amounts are in.');
    }
  }),
  ...checked(
    'discount',
    'DISCOUNT_INVALID',
    ['lowquantity', 'highquantity', 'percentage', 'amount', 'transactioncurrencyid'],
    async ({ row, values, id, wrong, system }) => {
      // Locked, so that of two tiers written side by side the second sees the first.
      const list = await system.retrieve('discounttype', String(row['discounttypeid']), { lock: true });
      if (!list) return;
      const isAmount = list['isamounttype'] === true;
      const [needed, other] = isAmount ? ['amount', 'percentage'] : ['percentage', 'amount'];
      if (!has(row, needed)) wrong(needed, isAmount ? 'Write the amount off each unit.' : 'Write the percentage.');
      if (has(row, other)) wrong(other, `The list gives ${isAmount ? 'amounts' : 'percentages'}. Leave it empty.`);
      if (isAmount) values['transactioncurrencyid'] = list['transactioncurrencyid'];
      const [low, high] = [
        Number(row['lowquantity']),
        has(row, 'highquantity') ? Number(row['highquantity']) : Infinity,
      ];
      values['name'] = `${String(row['lowquantity'])} – ${high === Infinity ? '…' : String(row['highquantity'])}`;
      if (high < low) return wrong('highquantity', 'The range of quantities ends before it begins.');
      const tiers = await listRows(
        system,
        'discount',
        `$filter=_discounttypeid_value eq ${String(row['discounttypeid'])}`,
      );
      const clash = tiers.find(
        (tier) =>
          tier['discountid'] !== id &&
          Number(tier['lowquantity']) <= high &&
          (!has(tier, 'highquantity') || Number(tier['highquantity']) >= low),
      );
      if (clash) wrong('lowquantity', `The range overlaps with ${String(clash['name'])} of the same list.`);
    },
  ),
  ...checked(
    'promotion',
    'PROMOTION_INVALID',
    ['begindate', 'enddate', 'effect', 'percentage', 'amount', 'buyquantity', 'getquantity', 'scope'],
    async (context) => {
      const { row, wrong } = context;
      checkDays(context, 'begindate', 'enddate');
      const { effect } = row;
      const byPercent = effect === EFFECT.percent || effect === EFFECT.buyGet;
      if (byPercent && !has(row, 'percentage')) wrong('percentage', 'Write the percentage that it takes off.');
      if (!byPercent && !has(row, 'amount')) wrong('amount', 'Write the amount.');
      if (effect === EFFECT.buyGet && (!has(row, 'buyquantity') || !has(row, 'getquantity'))) {
        wrong('buyquantity', 'Write how many are bought and how many are got.');
      }
      if (row['scope'] === 2 && effect !== EFFECT.percent && effect !== EFFECT.amount) {
        wrong('effect', 'On the whole document it is a percentage or an amount off.');
      }
    },
  ),
];
