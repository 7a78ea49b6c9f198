// The example programme for tests of the module on a real engine: Red, Silver (5 % discount), Gold (half as many points again).
import type { Kit } from '../../../runtime/kit/index.ts';

export interface Programme {
  readonly id: string;
  /** A new member, enrolled on the day. */
  member(name: string, values?: Readonly<Record<string, unknown>>): Promise<string>;
  /** One purchase of one line, in euros. */
  buy(member: string, sourceId: string, net: string, on: string): Promise<Readonly<Record<string, unknown>>>;
  invoke(operation: string, values: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>>;
  on(
    entity: string,
    id: string,
    operation: string,
    values?: Readonly<Record<string, unknown>>,
  ): Promise<Readonly<Record<string, unknown>>>;
}

export async function programme(
  kit: Kit,
  code: string,
  values: Readonly<Record<string, unknown>> = {},
  rule: Readonly<Record<string, unknown>> = {},
): Promise<Programme> {
  const { admin } = kit;
  const [known] = await admin.list('transactioncurrency', "$filter=isocurrencycode eq 'EUR'");
  const currencyid = known
    ? String(known['transactioncurrencyid'])
    : await admin.create('transactioncurrency', { currencyname: 'Euro', isocurrencycode: 'EUR', exchangerate: 1 });
  const id = await admin.create('loyaltyprogram', {
    name: code,
    code,
    currencyid,
    expirypolicy: 2,
    expirydays: 365,
    returngracedays: 10,
    ...values,
  });
  const own = { loyaltyprogramid: id };
  const tiers = [
    { ...own, name: 'Red', code: 'red', rank: 0, threshold: 0 },
    { ...own, name: 'Silver', code: 'silver', rank: 1, threshold: 1_000, discountpercent: 5 },
    { ...own, name: 'Gold', code: 'gold', rank: 2, threshold: 5_000, discountpercent: 5, bonuspercent: 50 },
  ];
  for (const tier of tiers) await admin.create('loyaltytier', tier);
  const base = {
    ...own,
    name: 'A point for each euro',
    code: 'base',
    version: 1,
    event: 1,
    kind: 1,
    points: 1,
    peramount: 1,
  };
  await admin.create('loyaltyrule', { ...base, ...rule });
  await admin.create('loyaltyconversion', { ...own, name: 'Euro', currencyid, points: 100, amount: 1 });
  const program = { entity: 'loyaltyprogram', id };
  const invoke: Programme['invoke'] = async (operation, given) =>
    (await admin.invoke(operation, { Program: program, ...given })) as Readonly<Record<string, unknown>>;
  return {
    id,
    invoke,
    async member(name, more = {}) {
      const contact = await admin.create('contact', { lastname: name });
      const member = await invoke('loyalty_Enroll', { Customer: { entity: 'contact', id: contact }, ...more });
      return String(member['id']);
    },
    buy: (member, sourceId, net, on) =>
      invoke('loyalty_PostPurchases', { Purchases: [{ member, sourceType: 'order', sourceId, on, lines: [{ net }] }] }),
    on: async (entity, target, operation, given = {}) =>
      (await admin.invoke(operation, given, { entity, id: target })) as Readonly<Record<string, unknown>>,
  };
}
