// Points and tiers on a real engine: what members get, once and only once, and what the ledger says of it.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { connectDatabase } from '../../../core/db/connect.ts';
import { BUNDLE } from '../../../runtime/cli/bundle.ts';
import { startKit, type Kit } from '../../../runtime/kit/index.ts';
import { readConfig } from '../../../runtime/server/config.ts';
import { startServer } from '../../../runtime/server/server.ts';
import { programme, type Programme } from './programme.ts';

let kit: Kit;
let club: Programme;
beforeAll(async () => {
  kit = await startKit({ plugin: 'plugins/loyalty' });
  club = await programme(kit, 'club');
});
afterAll(() => kit?.stop());

const memberOf = async (id: string) => (await kit.admin.retrieve('loyaltymember', id)) ?? {};
const ledger = async (member: string): Promise<Record<number, number>> => {
  const rows = await kit.admin.list(
    'loyaltyposting',
    `$apply=filter(_loyaltymemberid_value eq ${member})/groupby((account),aggregate(points with sum as points))`,
  );
  return Object.fromEntries(rows.map((row) => [Number(row['account']), Number(row['points'])]));
};

/** The ledger sums to zero, and the member's own figures and lots are what it says. */
async function agrees(member: string): Promise<void> {
  const sums = await ledger(member);
  expect(Object.values(sums).reduce((sum, points) => sum + points, 0)).toBe(0);
  const row = await memberOf(member);
  const cached = ['pendingpoints', 'spendablepoints', 'promopoints', 'reservedpoints', 'qualifyingpoints'];
  cached.forEach((field, index) => expect([field, Number(row[field])]).toEqual([field, sums[index + 1] ?? 0]));
  const lots = await kit.admin.list('loyaltylot', `$filter=_loyaltymemberid_value eq ${member}`);
  const left = lots.filter((lot) => lot['released'] === true).reduce((sum, lot) => sum + Number(lot['remaining']), 0);
  expect(left).toBe((sums[2] ?? 0) + (sums[3] ?? 0));
}

test('the same purchase sent a hundred times at once is posted once', async () => {
  const member = await club.member('Parallel');
  const sent = Array.from({ length: 100 }, () => club.buy(member, 'P-1', '250', '2026-03-01T10:00:00Z'));
  const answers = await Promise.all(sent);
  expect(answers.reduce((sum, one) => sum + Number(one['Posted']), 0)).toBe(1);
  expect(await memberOf(member)).toMatchObject({ spendablepoints: 250, qualifyingpoints: 250, purchases: 1 });
  await agrees(member);
});

test('the batch of a day, run again, changes nothing, and a customer who is no member is counted', async () => {
  const members = [await club.member('A'), await club.member('B')];
  const Purchases = Array.from({ length: 40 }, (_, index) => ({
    member: members[index % 2],
    sourceType: 'invoice',
    sourceId: `batch-${index}`,
    on: '2026-04-01T10:00:00Z',
    lines: [{ net: '10.40' }, { net: '9.60' }],
  }));
  Purchases.push({ ...Purchases[0], member: '01900000-0000-7000-8000-00000000dead', sourceId: 'x' } as never);
  const first = await club.invoke('loyalty_PostPurchases', { Purchases });
  expect(first).toMatchObject({ Posted: 40, Known: 0, Unknown: 1, Points: 800 });
  const again = await club.invoke('loyalty_PostPurchases', { Purchases });
  expect(again).toMatchObject({ Posted: 0, Known: 40, Unknown: 1, Points: 0 });
  for (const member of members) {
    expect(await memberOf(member)).toMatchObject({ spendablepoints: 400, purchases: 20 });
    await agrees(member);
  }
});

test('a tier is reached at its exact threshold, not one point before, and the decision says by what', async () => {
  const member = await club.member('Threshold');
  const tier = async () => {
    const answer = await club.on('loyaltymember', member, 'loyalty_Explain');
    return answer['tier'] as Readonly<Record<string, unknown>>;
  };
  await kit.at('2026-05-01', () => club.buy(member, 'T-1', '999', '2026-05-01T08:00:00Z'));
  expect(await kit.at('2026-05-01', tier)).toMatchObject({ code: 'red', next: { tier: 'silver', missing: 1 } });
  await kit.at('2026-05-02', () => club.buy(member, 'T-2', '1', '2026-05-02T08:00:00Z'));
  expect(await kit.at('2026-05-02', tier)).toMatchObject({
    code: 'silver',
    since: '2026-05-02',
    until: '2027-12-31',
    points: 1_000,
    last: { reason: 'earned', inputs: { points: 1_000, basis: 'points', before: 'red' } },
  });
  // What takes a purchase back takes its points for tiers back, too; the tier itself is kept to its end.
  await kit.at('2026-05-03', () => club.invoke('loyalty_Reverse', { SourceType: 'order', SourceId: 'T-2' }));
  expect(await kit.at('2026-05-03', tier)).toMatchObject({ code: 'silver', reason: 'kept', points: 999 });
  expect(await kit.at('2028-01-01', tier)).toMatchObject({ code: 'red', reason: 'downgraded' });
  await agrees(member);
});

test('the year of a programme ends by its own calendar: at Nowruz in Tehran, at New Year in London', async () => {
  const persian = await programme(kit, 'tehran', { calendar: 2, timezone: 'Asia/Tehran', expirypolicy: 4 });
  const gregorian = await programme(kit, 'london', { timezone: 'Europe/London', expirypolicy: 4 });
  const expiry = async (club: Programme, on: string) => {
    const member = await club.member('Year');
    await kit.at('2026-03-25', () => club.buy(member, `Y-${on}`, '10', on));
    const [lot] = await kit.admin.list('loyaltylot', `$filter=_loyaltymemberid_value eq ${member}`);
    return lot?.['expireson'];
  };
  // 1404 ends with 20 March 2026; Tehran is three and a half hours ahead.
  expect(await expiry(persian, '2026-03-20T20:29:59Z')).toBe('2026-03-20T20:30:00Z');
  expect(await expiry(persian, '2026-03-20T20:30:00Z')).toBe('2027-03-20T20:30:00Z');
  expect(await expiry(gregorian, '2025-12-31T23:59:59Z')).toBe('2026-01-01T00:00:00Z');
  expect(await expiry(gregorian, '2026-01-01T00:00:00Z')).toBe('2027-01-01T00:00:00Z');
});

test('points spent in two steps: held, spent in part, the rest back; a lapsed reservation gives back by its date', async () => {
  const member = await club.member('Spender');
  await kit.at('2026-06-01', () => club.buy(member, 'S-1', '500', '2026-06-01T08:00:00Z'));
  const reserve = (Points: number, Reference: string) =>
    kit.at('2026-06-02T10:00:00Z', () =>
      club.on('loyaltymember', member, 'loyalty_Reserve', { Points, Reference, Currency: 'EUR' }),
    );
  const held = await reserve(400, 'R-1');
  expect(held).toMatchObject({ Points: 400, Value: '4.00' });
  expect(await reserve(400, 'R-1')).toMatchObject({ Reservation: held['Reservation'] });
  await expect(reserve(399, 'R-1')).rejects.toMatchObject({ code: 'RESERVATION_DIFFERS' });
  await expect(reserve(101, 'R-2')).rejects.toMatchObject({ code: 'REDEEM_BALANCE' });
  const id = String(held['Reservation']);
  const confirm = () =>
    kit.at('2026-06-02T10:30:00Z', () => club.on('loyaltyreservation', id, 'loyalty_Confirm', { Points: 300 }));
  await Promise.all([confirm(), confirm()]);
  expect(await memberOf(member)).toMatchObject({ spendablepoints: 200, reservedpoints: 0 });
  await agrees(member);
  const second = await reserve(150, 'R-3');
  await expect(
    kit.at('2026-06-02T11:00:01Z', () =>
      club.on('loyaltyreservation', String(second['Reservation']), 'loyalty_Confirm'),
    ),
  ).rejects.toMatchObject({ code: 'RESERVATION_NOT_OPEN' });
  await kit.at('2026-06-03', () => club.invoke('loyalty_Maintain', {}));
  expect(await memberOf(member)).toMatchObject({ spendablepoints: 200, reservedpoints: 0 });
  await agrees(member);
});

test('a refund before the expiry gives back to the same lot, one after it lives for the days of grace', async () => {
  const member = await club.member('Refund');
  await kit.at('2026-01-10', () => club.buy(member, 'F-1', '100', '2026-01-10T08:00:00Z'));
  const redeem = async (Reference: string, when: string) => {
    const held = await kit.at(when, () =>
      club.on('loyaltymember', member, 'loyalty_Reserve', { Points: 40, Reference }),
    );
    await kit.at(when, () => club.on('loyaltyreservation', String(held['Reservation']), 'loyalty_Confirm'));
    return String(held['Reservation']);
  };
  const early = await redeem('F-a', '2026-02-01');
  const late = await redeem('F-b', '2026-02-02');
  await kit.at('2026-03-01', () => club.on('loyaltyreservation', early, 'loyalty_Refund'));
  expect(await memberOf(member)).toMatchObject({ spendablepoints: 60 });
  // Bought on 10 January 2026, expired on 10 January 2027.
  await kit.at('2027-01-15', () => club.on('loyaltyreservation', late, 'loyalty_Refund', { RefundId: 'x' }));
  await kit.at('2027-01-15', () => club.on('loyaltyreservation', late, 'loyalty_Refund', { RefundId: 'x' }));
  expect(await memberOf(member)).toMatchObject({ spendablepoints: 40 });
  expect((await ledger(member))[8]).toBe(60);
  await kit.at('2027-01-26', () => club.invoke('loyalty_Maintain', {}));
  expect(await memberOf(member)).toMatchObject({ spendablepoints: 0 });
  expect((await ledger(member))[8]).toBe(100);
  await agrees(member);
});

test('a return that comes before its purchase waits for it; returns in part add up to the whole', async () => {
  const member = await club.member('Returner');
  const early = await club.invoke('loyalty_Reverse', { SourceType: 'order', SourceId: 'O-1', Customer: member });
  expect(early).toMatchObject({ Waiting: true, Points: 0 });
  await club.buy(member, 'O-1', '80', '2026-07-01T08:00:00Z');
  expect(await memberOf(member)).toMatchObject({ spendablepoints: 0, qualifyingpoints: 0, purchases: 0 });
  await club.buy(member, 'O-2', '100', '2026-07-02T08:00:00Z');
  const part = (ReturnId: string, Amount: string) =>
    club.invoke('loyalty_Reverse', { SourceType: 'order', SourceId: 'O-2', ReturnId, Amount, Total: '100' });
  expect(await part('a', '33.33')).toMatchObject({ Points: 33 });
  expect(await part('a', '33.33')).toMatchObject({ Points: 0, Known: true });
  expect(await part('b', '33.33')).toMatchObject({ Points: 33 });
  expect(await part('c', '33.34')).toMatchObject({ Points: 34 });
  expect(await memberOf(member)).toMatchObject({ spendablepoints: 0, qualifyingpoints: 0, purchases: 0 });
  await agrees(member);
});

test('an adjustment beyond the limit waits for a second person; nobody rewrites the ledger', async () => {
  const member = await club.member('Adjusted');
  const asked = await club.on('loyaltymember', member, 'loyalty_Adjust', { Points: 5_000, Reason: 'Goodwill' });
  expect(asked).toMatchObject({ Applied: false });
  const id = String(asked['Adjustment']);
  await expect(club.on('loyaltyadjustment', id, 'loyalty_DecideAdjustment', { Agree: true })).rejects.toMatchObject({
    code: 'ADJUSTMENT_SAME_PERSON',
  });
  const second = await kit.asUser(['basic-user', 'loyalty-manager']);
  await second.invoke('loyalty_DecideAdjustment', { Agree: true }, { entity: 'loyaltyadjustment', id });
  expect(await memberOf(member)).toMatchObject({ spendablepoints: 5_000 });
  await agrees(member);
  const [entry] = await kit.admin.list('loyaltytransaction', `$filter=_loyaltymemberid_value eq ${member}`);
  const entryId = String(entry?.['loyaltytransactionid']);
  const [lot] = await kit.admin.list('loyaltylot', `$filter=_loyaltymemberid_value eq ${member}`);
  await expect(kit.admin.update('loyaltytransaction', entryId, { points: 1 })).rejects.toMatchObject({ status: 409 });
  await expect(kit.admin.remove('loyaltytransaction', entryId)).rejects.toMatchObject({ code: 'LEDGER_APPEND_ONLY' });
  await expect(kit.admin.update('loyaltylot', String(lot?.['loyaltylotid']), { remaining: 9 })).rejects.toMatchObject({
    status: 400,
  });
  await expect(kit.admin.update('loyaltymember', member, { spendablepoints: 9 })).rejects.toMatchObject({
    status: 400,
  });
  const forged = {
    loyaltytransactionid: entryId,
    loyaltymemberid: member,
    loyaltyprogramid: club.id,
    account: 2,
    points: 9,
    dayon: '2026-01-01',
  };
  await expect(kit.admin.create('loyaltyposting', forged)).rejects.toMatchObject({ status: 400 });
});

test('a frozen member earns and does not spend; what a reader may not see is not there for operations either', async () => {
  const member = await club.member('Frozen');
  await club.buy(member, 'Z-1', '100', '2026-03-01T08:00:00Z');
  await club.on('loyaltymember', member, 'loyalty_Freeze', { Frozen: true, Reason: 'Stolen card' });
  await expect(
    club.on('loyaltymember', member, 'loyalty_Reserve', { Points: 10, Reference: 'z' }),
  ).rejects.toMatchObject({
    code: 'MEMBER_FROZEN',
  });
  await club.buy(member, 'Z-2', '100', '2026-03-02T08:00:00Z');
  expect(await memberOf(member)).toMatchObject({ spendablepoints: 200 });
  const stranger = await kit.asUser('basic-user');
  await expect(stranger.invoke('loyalty_Explain', {}, { entity: 'loyaltymember', id: member })).rejects.toMatchObject({
    status: expect.toSatisfy((status: number) => status === 403 || status === 404) as number,
  });
});

test('a paid invoice earns once, a canceled one gives back; a tier, points and vouchers lower quotes', async () => {
  const own = await programme(kit, 'documents');
  const { admin } = kit;
  const contact = await admin.create('contact', { lastname: 'Buyer' });
  const customerid = { entity: 'contact', id: contact };
  const { id } = await own.invoke('loyalty_Enroll', { Customer: customerid });
  const member = String(id);
  const [euro] = await admin.list('transactioncurrency', "$filter=isocurrencycode eq 'EUR'");
  const transactioncurrencyid = euro?.['transactioncurrencyid'];
  const invoice = await admin.create('invoice', { name: 'I-1', customerid, transactioncurrencyid });
  await admin.create('invoicedetail', {
    invoiceid: invoice,
    productdescription: 'Carpet',
    quantity: 1,
    priceperunit: 1_200,
    ispriceoverridden: true,
    isproductoverridden: true,
  });
  // In the morning: what is paid on a day earned at its noon, so its points waited.
  await kit.at('2026-06-02T08:00:00Z', async () => {
    await admin.update('invoice', invoice, { statecode: 2, statuscode: 100_001 });
    await kit.settle();
  });
  expect(await memberOf(member)).toMatchObject({ spendablepoints: 1_200, purchases: 1 });
  const adjustments = (document: string) =>
    admin.list(
      'salesadjustment',
      `$select=kind,percentage,amount,source,salesadjustmentid&$filter=_documentid_value eq ${document}&$orderby=kind`,
    );
  const quote = await admin.create('quote', { name: 'Q-1', customerid, transactioncurrencyid });
  expect(await adjustments(quote)).toMatchObject([{ kind: 1, percentage: 5, source: 'loyalty-tier:silver' }]);
  const spent = { Points: 500, Document: { entity: 'quote', id: quote }, Reference: 'Q-1' };
  expect(await own.on('loyaltymember', member, 'loyalty_SpendOn', spent)).toMatchObject({ Value: '5.00' });
  await own.on('loyaltymember', member, 'loyalty_SpendOn', spent);
  const [, points] = await adjustments(quote);
  expect(points).toMatchObject({ kind: 2, amount: 5 });
  expect(await memberOf(member)).toMatchObject({ spendablepoints: 700 });
  await admin.remove('salesadjustment', String(points?.['salesadjustmentid']));
  expect(await memberOf(member)).toMatchObject({ spendablepoints: 1_200 });
  const Reward = {
    entity: 'loyaltyreward',
    id: await admin.create('loyaltyreward', {
      loyaltyprogramid: own.id,
      name: 'Ten euros',
      kind: 3,
      points: 900,
      value: 10,
      currencyid: transactioncurrencyid,
    }),
  };
  const held = await own.on('loyaltymember', member, 'loyalty_Reserve', { Reward, Reference: 'V-1' });
  const { Voucher } = await own.on('loyaltyreservation', String(held['Reservation']), 'loyalty_Confirm');
  const use = () => own.invoke('loyalty_UseVoucher', { Code: Voucher, Document: { entity: 'quote', id: quote } });
  const used = await Promise.allSettled([use(), use()]);
  expect(used.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  expect((await adjustments(quote)).map((one) => [one['kind'], one['amount']])).toEqual([
    [1, null],
    [3, 10],
  ]);
  // 1,200 points taken back, 900 of them spent: what is left goes, the rest is forgiven.
  await admin.update('invoice', invoice, { statecode: 3, statuscode: 100_003 });
  await kit.settle();
  expect(await memberOf(member)).toMatchObject({ spendablepoints: 0, qualifyingpoints: 0, purchases: 0 });
  await agrees(member);
});

test('what was spent on an order comes back to its lots when order and invoice are canceled, less what came back in part, whenever points expired', async () => {
  const own = await programme(kit, 'canceled');
  const { admin } = kit;
  const [euro] = await admin.list('transactioncurrency', "$filter=isocurrencycode eq 'EUR'");
  const transactioncurrencyid = euro?.['transactioncurrencyid'];
  /** Bought on 10 January and 10 December 2026; 600 points spent on an order that became a paid invoice. */
  const scene = async (name: string) => {
    const customerid = { entity: 'contact', id: await admin.create('contact', { lastname: name }) };
    const member = String((await own.invoke('loyalty_Enroll', { Customer: customerid }))['id']);
    await kit.at('2026-01-10T09:00:00Z', () => own.buy(member, `${name}-1`, '400', '2026-01-10T08:00:00Z'));
    await kit.at('2026-12-10T09:00:00Z', () => own.buy(member, `${name}-2`, '500', '2026-12-10T08:00:00Z'));
    return kit.at('2026-12-20T09:00:00Z', async () => {
      const order = await admin.create('salesorder', { name, customerid, transactioncurrencyid });
      await admin.create('salesorderdetail', {
        salesorderid: order,
        productdescription: 'Carpet',
        quantity: 1,
        priceperunit: 100,
        ispriceoverridden: true,
        isproductoverridden: true,
      });
      const spent = { Points: 600, Document: { entity: 'salesorder', id: order }, Reference: name };
      await own.on('loyaltymember', member, 'loyalty_SpendOn', spent);
      const made = (await admin.invoke('ConvertSalesOrderToInvoice', { SalesOrderId: order })) as {
        readonly id: string;
      };
      await own.on('invoice', made.id, 'catalog_PayInvoice', {});
      await kit.settle();
      // 94 euros were paid.
      expect(await memberOf(member)).toMatchObject({ spendablepoints: 300 + 94, purchases: 3 });
      return { member, order, invoice: made.id };
    });
  };
  const credit = { SourceType: 'invoice', Total: '94', Amount: '23.50', ReturnId: 'quarter' };
  const balances: unknown[] = [];
  for (const isNoticed of [true, false]) {
    const { member, order, invoice } = await scene(`Cancel ${isNoticed}`);
    // A quarter credited: a quarter of what was earned goes, a quarter of what was spent comes back. Said twice, done once.
    for (let time = 0; time < 2; time++) {
      await kit.at('2026-12-21', () => own.invoke('loyalty_Reverse', { ...credit, SourceId: invoice }));
    }
    expect(await memberOf(member)).toMatchObject({ spendablepoints: 300 + 94 - 23 + 150 });
    // The purchase of January expires on 10 January 2027, whether somebody looks or not.
    if (isNoticed) await kit.at('2027-01-11', () => own.invoke('loyalty_EvaluateTiers', { Members: [member] }));
    await kit.at('2027-01-15T09:00:00Z', async () => {
      await own.on('invoice', invoice, 'catalog_CancelInvoice', {});
      await kit.settle();
      // The order stands again and may be invoiced anew: its points stay spent.
      const held = await memberOf(member);
      await admin.update('salesorder', order, { statecode: 2, statuscode: 4 });
      await kit.settle();
      expect(Number((await memberOf(member))['spendablepoints']) - Number(held['spendablepoints'])).toBe(450);
    });
    await agrees(member);
    const lots = async () =>
      (await admin.list('loyaltylot', `$filter=_loyaltymemberid_value eq ${member}&$orderby=earnedon`)).map((lot) => [
        lot['amount'],
        lot['remaining'],
        lot['graceuntil'] ?? null,
      ]);
    const before = [await memberOf(member), await lots()];
    expect(before).toMatchObject([
      { spendablepoints: 900, reservedpoints: 0, purchases: 2 },
      [
        [400, 400, '2027-01-25T09:00:00Z'],
        [500, 500, null],
        [94, 0, null],
      ],
    ]);
    await kit.at('2027-01-26', () => own.invoke('loyalty_EvaluateTiers', { Members: [member] }));
    balances.push((await memberOf(member))['spendablepoints']);
    await agrees(member);
  }
  expect(balances).toEqual([500, 500]);
  // A quote that is lost gives back, too, and its revision does not bring what came back along.
  const customerid = { entity: 'contact', id: await admin.create('contact', { lastname: 'Lost' }) };
  const member = String((await own.invoke('loyalty_Enroll', { Customer: customerid }))['id']);
  await own.buy(member, 'Lost-1', '400', '2026-10-10T08:00:00Z');
  const quote = await admin.create('quote', { name: 'Lost', customerid, transactioncurrencyid });
  const spent = { Points: 300, Document: { entity: 'quote', id: quote }, Reference: 'Lost' };
  await own.on('loyaltymember', member, 'loyalty_SpendOn', spent);
  const reward = {
    loyaltyprogramid: own.id,
    name: 'One euro',
    kind: 3,
    points: 100,
    value: 1,
    currencyid: transactioncurrencyid,
  };
  const Reward = { entity: 'loyaltyreward', id: await admin.create('loyaltyreward', reward) };
  const held = await own.on('loyaltymember', member, 'loyalty_Reserve', { Reward, Reference: 'Lost voucher' });
  const { Voucher } = await own.on('loyaltyreservation', String(held['Reservation']), 'loyalty_Confirm');
  const use = (id: string) => own.invoke('loyalty_UseVoucher', { Code: Voucher, Document: { entity: 'quote', id } });
  await use(quote);
  await expect(use(quote)).rejects.toMatchObject({ code: 'VOUCHER_NOT_USABLE' });
  await admin.update('quote', quote, { statecode: 1, statuscode: 3 });
  await admin.update('quote', quote, { statecode: 3, statuscode: 5 });
  await kit.settle();
  expect(await memberOf(member)).toMatchObject({ spendablepoints: 300 });
  const revised = (await admin.invoke('ReviseQuote', { QuoteId: quote })) as { readonly id: string };
  const paid = await admin.list('salesadjustment', `$filter=_documentid_value eq ${revised.id} and kind ge 2`);
  expect(paid).toEqual([]);
  expect(await use(revised.id)).toMatchObject({ Value: '1' });
  await agrees(member);
});

test('what is more than likely in a day waits until somebody releases or rejects it, and is posted once', async () => {
  const own = await programme(kit, 'velocity', { velocitypurchases: 2, velocitypoints: 1_000 });
  const member = await own.member('Hasty');
  const buy = (id: string, net: string, hour = 8) => own.buy(member, id, net, `2026-09-01T0${hour}:00:00Z`);
  expect(await buy('H-1', '100')).toMatchObject({ Posted: 1, Held: 0 });
  expect(await buy('H-2', '950')).toMatchObject({ Posted: 0, Held: 1 });
  expect(await buy('H-3', '100')).toMatchObject({ Posted: 1, Held: 0 });
  expect(await buy('H-4', '100')).toMatchObject({ Posted: 0, Held: 1, Points: 0 });
  // Sent again it waits still; the next day is another one; what is returned meanwhile is taken back when it is released.
  expect(await buy('H-2', '950')).toMatchObject({ Posted: 0, Held: 0, Known: 1 });
  expect(await own.buy(member, 'H-5', '100', '2026-09-02T08:00:00Z')).toMatchObject({ Posted: 1 });
  await own.invoke('loyalty_Reverse', {
    SourceType: 'order',
    SourceId: 'H-2',
    ReturnId: 'r',
    Amount: '95',
    Total: '950',
  });
  expect(await memberOf(member)).toMatchObject({ spendablepoints: 300, purchases: 3 });
  const waiting = await kit.admin.list(
    'loyaltysuspicion',
    `$filter=_loyaltymemberid_value eq ${member} and suspicionstate eq 1&$orderby=sourceid`,
  );
  expect(waiting).toMatchObject([
    { sourceid: 'H-2', reason: 2, points: 950 },
    { sourceid: 'H-4', reason: 1, points: 100 },
  ]);
  const [first = '', second = ''] = waiting.map((row) => String(row['loyaltysuspicionid']));
  const decide = (id: string, Release: boolean, Reason?: string) =>
    own.on('loyaltysuspicion', id, 'loyalty_DecideSuspicion', { Release, ...(Reason !== undefined && { Reason }) });
  const both = await Promise.allSettled([decide(first, true), decide(first, true)]);
  expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  await expect(decide(second, false)).rejects.toMatchObject({ status: 400 });
  await decide(second, false, 'Test cards');
  await expect(decide(second, true)).rejects.toMatchObject({ code: 'SUSPICION_DECIDED' });
  expect(await buy('H-4', '100')).toMatchObject({ Posted: 0, Held: 0, Known: 1 });
  expect(await memberOf(member)).toMatchObject({ spendablepoints: 300 + 950 - 95, purchases: 4 });
  await expect(kit.admin.remove('loyaltysuspicion', first)).rejects.toMatchObject({ code: 'LEDGER_APPEND_ONLY' });
  await agrees(member);
});

test('members who share an e-mail address, telephone number or address are pointed out, and nobody refers themselves', async () => {
  const own = await programme(kit, 'shared', { sharelimit: 1 });
  const enroll = async (values: Readonly<Record<string, unknown>>, more: Readonly<Record<string, unknown>> = {}) => {
    const contact = await kit.admin.create('contact', values);
    const made = await own.invoke('loyalty_Enroll', { Customer: { entity: 'contact', id: contact }, ...more });
    return { contact, member: String(made['id']) };
  };
  const flags = async (member: string) =>
    (await kit.admin.list('loyaltysuspicion', `$filter=_loyaltymemberid_value eq ${member}&$orderby=reason`)).map(
      (row) => [row['reason'], row['_othermemberid_value']],
    );
  const address = { address1_line1: '12, Valiasr St.', address1_postalcode: '19 395' };
  const one = await enroll({
    lastname: 'One',
    emailaddress1: 'One@Example.com',
    mobilephone: '+98 912 345 6789',
    ...address,
  });
  const two = await enroll(
    {
      lastname: 'Two',
      emailaddress1: 'one@example.com',
      mobilephone: '۰۹۱۲-۳۴۵۶۷۸۹',
      address1_line1: '12 Valiasr St',
      address1_postalcode: '19395',
    },
    { ReferredBy: { entity: 'loyaltymember', id: one.member } },
  );
  const three = await enroll({ lastname: 'Three', emailaddress1: 'three@example.com' });
  expect([await flags(one.member), await flags(three.member)]).toEqual([[], []]);
  expect(await flags(two.member)).toEqual([3, 4, 5, 6].map((reason) => [reason, one.member]));
  // Found the night after the customer's details change, and once.
  for (let time = 0; time < 2; time++) {
    await kit.admin.update('contact', three.contact, {
      emailaddress1: time === 0 ? 'ONE@example.com' : 'one@example.com',
    });
    await own.invoke('loyalty_Verify', {});
  }
  expect(await flags(three.member)).toEqual([[3, one.member]]);
  const [flag] = await kit.admin.list('loyaltysuspicion', `$filter=_loyaltymemberid_value eq ${three.member}`);
  const rejecting = { Release: false, Reason: 'One person' };
  await own.on('loyaltysuspicion', String(flag?.['loyaltysuspicionid']), 'loyalty_DecideSuspicion', rejecting);
  expect(await memberOf(three.member)).toMatchObject({ frozen: true, freezereason: 'One person' });
  // A limit that is set later finds who was there already, once.
  await kit.admin.update('loyaltyprogram', own.id, { sharelimit: null });
  const four = await enroll({ lastname: 'Four', emailaddress1: 'three@example.com', mobilephone: '00989123456789' });
  expect(await flags(four.member)).toEqual([]);
  await kit.admin.update('loyaltyprogram', own.id, { sharelimit: 2 });
  for (let time = 0; time < 2; time++) await own.invoke('loyalty_Verify', {});
  expect(await flags(four.member)).toEqual([[4, one.member]]);
  const refer = (member: string, referredbyid: string) => kit.admin.update('loyaltymember', member, { referredbyid });
  await expect(refer(one.member, one.member)).rejects.toMatchObject({ code: 'REFERRAL_OF_ONESELF' });
  await expect(refer(one.member, two.member)).rejects.toMatchObject({ code: 'REFERRAL_OF_ONESELF' });
  const elsewhere = await club.member('Elsewhere');
  await expect(refer(one.member, elsewhere)).rejects.toMatchObject({ code: 'MEMBER_NOT_FOUND' });
});

test('the owner is told once before points expire, 30, 7 and 1 day before, and of what was missed the last', async () => {
  const own = await programme(kit, 'notices', { expirydays: 100 });
  const persian = await programme(kit, 'یادآوری', {
    calendar: 2,
    timezone: 'Asia/Tehran',
    expirydays: 100,
    noticedays: '3',
  });
  const [member, other, iranian] = [await own.member('Told'), await own.member('Late'), await persian.member('نگار')];
  const mate = await kit.asUser(['basic-user', 'loyalty-agent']);
  await kit.admin.update('loyaltymember', member, { ownerid: { entity: 'systemuser', id: mate.id } });
  // Expire on 11 April 2026 at 10.
  for (const [who, club] of [
    [member, own],
    [other, own],
    [iranian, persian],
  ] as const) {
    await kit.at('2026-01-01T11:00:00Z', () => club.buy(who, `N-${who}`, '1200', '2026-01-01T10:00:00Z'));
  }
  await kit.at('2026-01-01T12:00:00Z', () => own.buy(member, 'N-more', '34', '2026-01-01T11:00:00Z'));
  const told = async (who: string) =>
    (await kit.admin.list('task', `$filter=_regardingobjectid_value eq ${who}&$orderby=createdon,activityid`)).map(
      ({ subject, _ownerid_value, prioritycode }) => [subject, _ownerid_value, prioritycode],
    );
  const maintain = (moment: string, club = own) => kit.at(moment, () => club.invoke('loyalty_Maintain', {}));
  expect(await maintain('2026-03-12T09:00:00Z')).toMatchObject({ Notices: 0 });
  const once = await Promise.all([maintain('2026-03-12T12:00:00Z'), maintain('2026-03-12T12:00:00Z')]);
  expect(once.reduce((sum, { Notices }) => sum + Number(Notices), 0)).toBe(2);
  expect(await maintain('2026-03-20')).toMatchObject({ Notices: 0 });
  // Spent in part meanwhile: only what is left is told.
  const spent = { Points: 234, Reference: 'n' };
  await kit.at('2026-03-21', async () => {
    const held = await own.on('loyaltymember', member, 'loyalty_Reserve', spent);
    await own.on('loyaltyreservation', String(held['Reservation']), 'loyalty_Confirm');
  });
  await maintain('2026-04-04T12:00:00Z');
  await maintain('2026-04-10T12:00:00Z');
  await maintain('2026-04-10T13:00:00Z');
  await maintain('2026-04-11T12:00:00Z');
  expect(await told(member)).toEqual([
    ['1,234 points of Told can be spent until April 11, 2026', mate.id, 1],
    ['1,000 points of Told can be spent until April 11, 2026', mate.id, 1],
    ['1,000 points of Told can be spent until April 11, 2026', mate.id, 2],
  ]);
  expect(await told(other)).toHaveLength(3);
  await maintain('2026-04-10', persian);
  await maintain('2026-04-11T09:00:00Z', persian);
  expect((await told(iranian)).map(([subject]) => subject)).toEqual([
    '۱٬۲۰۰ امتیاز نگار پس از ۲۲ فروردین ۱۴۰۵ از میان می‌رود',
  ]);
});

test('figures and lots that are not what the ledger says are found and set right, what cannot be is told once', async () => {
  const own = await programme(kit, 'damage');
  const member = await own.member('Damaged');
  await own.buy(member, 'D-1', '100', '2026-10-01T08:00:00Z');
  await own.buy(member, 'D-2', '50', '2026-10-02T08:00:00Z');
  const held = await own.on('loyaltymember', member, 'loyalty_Reserve', { Points: 30, Reference: 'd' });
  await own.on('loyaltyreservation', String(held['Reservation']), 'loyalty_Confirm');
  const verify = () => own.invoke('loyalty_Verify', {});
  expect(await verify()).toMatchObject({ Compared: 1, Discrepancies: 0 });
  const before = await ledger(member);
  const entries = await kit.admin.list('loyaltytransaction', `$filter=_loyaltymemberid_value eq ${member}`);
  const sql = connectDatabase({ url: kit.databaseUrl, max: 1 });
  const damage = (text: string) => sql.query(text, [member]);
  await damage(
    'update org_default.loyaltymember set spendablepoints = 999999, pendingpoints = 5 where loyaltymemberid = $1::uuid',
  );
  await damage(
    'update org_default.loyaltylot set remaining = 1, isopen = false where loyaltymemberid = $1::uuid and amount = 100',
  );
  const found = await Promise.all([verify(), verify()]);
  expect(found.reduce((sum, { Discrepancies }) => sum + Number(Discrepancies), 0)).toBe(3);
  const told = () =>
    kit.admin.list(
      'loyaltydiscrepancy',
      `$select=name,cached,ledger,note&$filter=_loyaltymemberid_value eq ${member}&$orderby=name`,
    );
  expect(await told()).toMatchObject([
    { name: 'Damaged: lots, spendable', cached: 51, ledger: 120, note: null },
    { name: 'Damaged: pendingpoints', cached: 5, ledger: 0, note: null },
    { name: 'Damaged: spendablepoints', cached: 999_999, ledger: 120, note: null },
  ]);
  await agrees(member);
  // Nothing of the ledger was touched, and what was set right can be spent.
  expect(await ledger(member)).toEqual(before);
  expect(await kit.admin.list('loyaltytransaction', `$filter=_loyaltymemberid_value eq ${member}`)).toEqual(entries);
  await own.on('loyaltymember', member, 'loyalty_Reserve', { Points: 120, Reference: 'all' });
  await damage(
    'update org_default.loyaltyconsumption set points = points + 7 where loyaltymemberid = $1::uuid and points = 30',
  );
  await damage(
    'update org_default.loyaltylot set remaining = -7, isopen = true where loyaltymemberid = $1::uuid and amount = 100',
  );
  await sql.end();
  expect([await verify(), await verify()]).toMatchObject([{ Discrepancies: 1 }, { Discrepancies: 0 }]);
  expect((await told())[1]).toMatchObject({
    cached: -7,
    ledger: 0,
    note: expect.stringContaining('by hand') as string,
  });
});

test('a started server expires by its schedule, once where two of them serve', async () => {
  const own = await programme(kit, 'scheduled');
  const member = await own.member('Asleep');
  await kit.at('2025-06-01T09:00:00Z', () => own.buy(member, 'A-1', '70', '2025-06-01T08:00:00Z'));
  expect(await memberOf(member)).toMatchObject({ spendablepoints: 70 });
  const sql = connectDatabase({ url: kit.databaseUrl, max: 1 });
  // As if the last run had been two hours ago.
  await sql.query(
    `insert into org_default._schedule_run (schedule, due, ended) values ('loyalty/maintain', date_trunc('hour', now()) - interval '2 hours', now())`,
  );
  const folder = mkdtempSync(join(tmpdir(), 'peyvand-schedules-'));
  const start = () =>
    startServer({
      config: readConfig({ PORT: '0', DATABASE_URL: kit.databaseUrl, PEYVAND_DATA: folder, LOG_LEVEL: 'silent' }),
      pages: BUNDLE,
      scheduleInterval: 50,
    });
  const servers = await Promise.all([start(), start()]);
  try {
    await vi.waitFor(
      async () => {
        const runs = await sql.query(
          `select failure, ended is not null as done from org_default._schedule_run where schedule = 'loyalty/maintain' and due > now() - interval '90 minutes'`,
        );
        expect([...runs]).toEqual([{ failure: null, done: true }]);
      },
      { timeout: 20_000, interval: 50 },
    );
    expect(await memberOf(member)).toMatchObject({ spendablepoints: 0 });
    const expired = await kit.admin.list(
      'loyaltytransaction',
      `$filter=_loyaltymemberid_value eq ${member} and kind eq 3`,
    );
    expect(expired).toMatchObject([{ points: -70, effectiveon: '2026-06-01T08:00:00Z' }]);
    await agrees(member);
  } finally {
    await Promise.all(servers.map((server) => server.close(1000)));
    await sql.end();
    rmSync(folder, { recursive: true, force: true });
  }
});

test('what the programme owes rolls forward, and a change of rules is tried over past purchases without a trace', async () => {
  const own = await programme(kit, 'finance');
  const member = await own.member('Finance');
  await kit.at('2026-02-10', () => own.buy(member, 'N-1', '300', '2026-02-10T08:00:00Z'));
  await kit.at('2026-03-10', () => own.buy(member, 'N-2', '200', '2026-03-10T08:00:00Z'));
  const rolled = (await kit.at('2026-03-31', () =>
    kit.admin.invoke('loyalty_RollForward', { Program: own.id, Periods: 2 }),
  )) as { readonly periods: readonly Readonly<Record<string, unknown>>[] };
  expect(rolled.periods).toMatchObject([
    { currency: 'EUR', from: '2026-02-01', opening: 0, earned: 300, closing: 300, liability: '3.00' },
    { currency: 'EUR', from: '2026-03-01', opening: 300, earned: 200, redeemed: 0, closing: 500, liability: '5.00' },
  ]);
  const before = await ledger(member);
  const Rules = [
    { code: 'base', points: 2 },
    { code: 'big', kind: 2, points: 50, condition: 'net >= 30000' },
  ];
  const tried = await kit.at('2026-03-31', () => own.invoke('loyalty_Simulate', { Rules }));
  expect(tried).toMatchObject({ purchases: 2, before: 500, after: 1_050, difference: 550, cost: '5.50' });
  await expect(own.invoke('loyalty_Simulate', { Rules: [{ code: 'x', condition: 'net >' }] })).rejects.toMatchObject({
    status: 400,
  });
  expect(await ledger(member)).toEqual(before);
  const statement = await kit.at('2026-03-31', () =>
    own.on('loyaltymember', member, 'loyalty_Statement', { From: '2026-03-01', To: '2026-03-31' }),
  );
  expect(statement).toMatchObject({ opening: 300, closing: 500, lines: [{ kind: 'earn', points: 200, balance: 500 }] });
});

test('the roll-forward of a programme is the sum of its members’ statements, also as CSV', async () => {
  const own = await programme(kit, 'liability', { expirydays: 20, returngracedays: 0 });
  const members = [await own.member('Roll A'), await own.member('Roll B')];
  const [first = '', second = ''] = members;
  await kit.at('2026-01-10', () => own.buy(first, 'R-1', '300', '2026-01-10T08:00:00Z'));
  await kit.at('2026-02-01', () => own.buy(second, 'R-2', '500', '2026-02-01T08:00:00Z'));
  await kit.at('2026-02-03', async () => {
    const held = await own.on('loyaltymember', second, 'loyalty_Reserve', { Points: 120, Reference: 'r' });
    await own.on('loyaltyreservation', String(held['Reservation']), 'loyalty_Confirm');
    await own.invoke('loyalty_Reverse', {
      SourceType: 'order',
      SourceId: 'R-2',
      ReturnId: 'x',
      Amount: '50',
      Total: '500',
    });
  });
  const sorry = { Points: 25, Reason: 'Sorry' };
  await kit.at('2026-02-15', () => own.on('loyaltymember', first, 'loyalty_Adjust', sorry));
  await kit.at('2026-02-27', () => own.invoke('loyalty_EvaluateTiers', { Members: members }));
  type Roll = Readonly<Record<string, number>>;
  const { periods } = (await kit.at('2026-02-28', () =>
    kit.admin.invoke('loyalty_RollForward', { Program: own.id, Periods: 2 }),
  )) as { readonly periods: readonly Roll[] };
  const [january, february] = periods;
  expect(january).toMatchObject({ opening: 0, earned: 300, expired: 300, closing: 0 });
  expect(february).toMatchObject({ earned: 500, redeemed: 120, reversed: 50, adjusted: 25, expired: 330, closing: 25 });
  const statements = await Promise.all(
    members.map(async (member) =>
      own.on('loyaltymember', member, 'loyalty_Statement', { From: '2026-02-01', To: '2026-02-28' }),
    ),
  );
  const rolls = statements.flatMap(({ roll, opening, closing }) => {
    const [one] = roll as readonly Roll[];
    expect([one?.['opening'], one?.['closing']]).toEqual([opening, closing]);
    return one ? [one] : [];
  });
  for (const name of ['opening', 'earned', 'redeemed', 'expired', 'reversed', 'adjusted', 'closing']) {
    expect([name, rolls.reduce((sum, one) => sum + (one[name] ?? 0), 0)]).toEqual([name, february?.[name]]);
  }
  for (const { opening = 0, earned = 0, redeemed = 0, expired = 0, reversed = 0, adjusted = 0, closing } of periods)
    expect(opening + earned - redeemed - expired - reversed + adjusted).toBe(closing);
  const file = (await kit.at('2026-02-28', () =>
    kit.admin.invoke('loyalty_ExportRollForward', { Program: own.id, Periods: 2 }),
  )) as Readonly<Record<string, string>>;
  expect(file['FileName']).toBe('liability-liability-2026-02-28.csv');
  expect(file['Content']?.split('\r\n')).toEqual([
    'currency,from,to,opening,earned,redeemed,expired,reversed,adjusted,closing,worthIn,liability,expectedLiability',
    'EUR,2026-01-01,2026-01-31,0,300,0,300,0,0,0,EUR,0.00,0.00',
    'EUR,2026-02-01,2026-02-28,0,500,120,330,50,25,25,EUR,0.25,0.25',
    '',
  ]);
});

test('a change of rules is tried over more purchases than fit a page, with the tiers that members had then', async () => {
  const own = await programme(kit, 'replay');
  const member = await own.member('Climber');
  await kit.at('2026-03-01', () => own.buy(member, 'C-1', '4000', '2026-03-01T08:00:00Z'));
  await kit.at('2026-03-02', () => own.buy(member, 'C-2', '1000', '2026-03-02T08:00:00Z'));
  await kit.at('2026-03-03', () => own.buy(member, 'C-3', '1000', '2026-03-03T08:00:00Z'));
  const tried = (Rules: readonly unknown[]) =>
    kit.at('2026-04-01', () => own.invoke('loyalty_Simulate', { Rules, Months: 2 }));
  // Gold gives half as many again, and was reached by the second: the third alone had it. Before it was gold, it was silver.
  expect(await memberOf(member)).toMatchObject({ spendablepoints: 6_500 });
  expect(await tried([{ code: 'base', points: 2 }])).toMatchObject({ purchases: 3, before: 6_500, after: 13_000 });
  const silver = { code: 'extra', kind: 2, points: 7, condition: "member.tier = 'silver'" };
  expect(await tried([silver])).toMatchObject({ before: 6_500, after: 6_507 });
  const sql = connectDatabase({ url: kit.databaseUrl, max: 1 });
  const [row] = await sql.query<{ columns: string }>(
    `select string_agg(quote_ident(column_name), ',') as columns from information_schema.columns where table_schema = 'org_default' and table_name = 'loyaltytransaction' and is_generated = 'NEVER' and column_name not in ('loyaltytransactionid', 'sourceid', 'effectiveon', 'versionnumber')`,
  );
  const columns = row?.columns ?? '';
  // Several at one instant, over the ends of pages.
  await sql.query(
    `insert into org_default.loyaltytransaction (loyaltytransactionid, sourceid, effectiveon, versionnumber, ${columns})
     select gen_random_uuid(), 'copy-' || n, '2026-03-05T00:00:00Z'::timestamptz + (n / 7) * interval '1 second', 0, ${columns}
     from org_default.loyaltytransaction, generate_series(1, 4500) n where sourceid = 'C-3' and loyaltymemberid = $1::uuid and purchasecount = 1`,
    [member],
  );
  await sql.end();
  expect(await tried([{ code: 'base', points: 2 }])).toMatchObject({
    purchases: 4_503,
    before: 6_500 + 4_500 * 1_500,
    after: 13_000 + 4_500 * 3_000,
  });
});

test('a referral gives to both sides when the return window is over, a birthday once a year of the programme', async () => {
  const own = await programme(kit, 'occasions', { calendar: 2, timezone: 'Asia/Tehran' });
  const rule = { loyaltyprogramid: own.id, version: 1, kind: 2, qualifies: false };
  await kit.admin.create('loyaltyrule', {
    ...rule,
    name: 'Friend',
    code: 'friend',
    event: 4,
    points: 200,
    pendingdays: 30,
  });
  await kit.admin.create('loyaltyrule', { ...rule, name: 'Birthday', code: 'birthday', event: 3, points: 50 });
  // Born on the 1st of Farvardin 1369.
  const referrer = await own.member('Referrer', { BirthDate: '1990-03-21' });
  const friend = await own.member('Friend', { ReferredBy: { entity: 'loyaltymember', id: referrer } });
  await kit.at('2026-02-01', () => own.buy(friend, 'W-1', '10', '2026-02-01T08:00:00Z'));
  await kit.at('2026-02-02', () => own.buy(friend, 'W-2', '10', '2026-02-02T08:00:00Z'));
  expect([await memberOf(referrer), await memberOf(friend)]).toMatchObject([
    { pendingpoints: 200, spendablepoints: 0 },
    { pendingpoints: 200, spendablepoints: 20 },
  ]);
  await kit.at('2026-03-03T07:59:59Z', () => own.invoke('loyalty_Maintain', {}));
  expect(await memberOf(referrer)).toMatchObject({ pendingpoints: 200 });
  await kit.at('2026-03-03T08:00:00Z', () => own.invoke('loyalty_Maintain', {}));
  expect(await memberOf(referrer)).toMatchObject({ pendingpoints: 0, spendablepoints: 200 });
  for (const day of ['2026-03-20', '2026-03-21', '2026-03-21', '2026-03-22']) {
    await kit.at(day, () => own.invoke('loyalty_Maintain', {}));
  }
  expect(await memberOf(referrer)).toMatchObject({ spendablepoints: 250 });
  // Taken back with the purchase: the friend's and the referrer's.
  await kit.at('2026-03-23', () => own.invoke('loyalty_Reverse', { SourceType: 'order', SourceId: 'W-1' }));
  expect([await memberOf(referrer), await memberOf(friend)]).toMatchObject([
    { spendablepoints: 50 },
    { spendablepoints: 10 },
  ]);
  await agrees(referrer);
  await agrees(friend);
});

/** A refusal that says what stands in the way; anything else is a fault. */
function refusal(error: unknown): undefined {
  const { code } = error as { readonly code?: unknown };
  if (!['REDEEM_BALANCE', 'RESERVATION_NOT_OPEN', 'REDEMPTION_NOT_FOUND'].includes(String(code))) throw error;
}

test('after random histories the ledger sums to zero and every figure is what it says', async () => {
  const own = await programme(kit, 'random', { pendingdays: 3, expirydays: 20, allownegative: true });
  const step = fc.record({
    kind: fc.constantFrom('buy', 'buy', 'return', 'spend', 'refund', 'maintain'),
    points: fc.integer({ min: 1, max: 300 }),
    gap: fc.nat({ max: 6 }),
    late: fc.nat({ max: 30 }),
  });
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 6, maxLength: 14 }), async (steps) => {
      const name = `R${run++}`;
      const member = await own.member(name);
      let today = Date.UTC(2026, 0, 1);
      const [bought, spent]: string[][] = [[], []];
      for (const { kind, points, gap, late } of steps) {
        today += gap * 86_400_000;
        const now = new Date(today).toISOString();
        const on = new Date(today - late * 86_400_000).toISOString();
        await kit.at(now, async () => {
          if (kind === 'buy') {
            const id = `${name}-${bought?.length}`;
            bought?.push(id);
            await own.buy(member, id, String(points), on);
          } else if (kind === 'return') {
            const id = bought?.[points % Math.max(1, bought.length)];
            if (id !== undefined) await own.invoke('loyalty_Reverse', { SourceType: 'order', SourceId: id, On: on });
          } else if (kind === 'spend') {
            const asked = { Points: points, Reference: `${name}-${today}-${points}` };
            const held = await own.on('loyaltymember', member, 'loyalty_Reserve', asked).catch(refusal);
            if (!held) return;
            spent?.push(String(held['Reservation']));
            if (points % 3 > 0)
              await own.on('loyaltyreservation', String(held['Reservation']), 'loyalty_Confirm').catch(refusal);
          } else if (kind === 'refund') {
            const id = spent?.[points % Math.max(1, spent.length)];
            if (id !== undefined) await own.on('loyaltyreservation', id, 'loyalty_Refund').catch(refusal);
          } else await own.invoke('loyalty_EvaluateTiers', { Members: [member] });
        });
      }
      await agrees(member);
      await kit.at(new Date(today + 90 * 86_400_000).toISOString(), () =>
        own.invoke('loyalty_EvaluateTiers', { Members: [member] }),
      );
      await agrees(member);
      const rest = await memberOf(member);
      expect([
        Number(rest['pendingpoints']),
        Number(rest['reservedpoints']),
        Number(rest['spendablepoints']) <= 0,
      ]).toEqual([0, 0, true]);
    }),
    { numRuns: 5 },
  );
});
