// The demo's two loyalty programmes, one in the Persian calendar and one in the Gregorian, with members among the demo's contacts and two
// years of purchases, made through the module's own operations: nobody writes into its ledger.
import type { Call } from '../../../core/engine.ts';
import { reachOf } from '../../../core/records/reach.ts';
import type { Records, Row } from '../../../core/sdk/index.ts';
import type { DemoRecord } from './record.ts';
import { seededRandom, type Random } from './random.ts';

const MEMBERS = 14;
const day = 86_400_000;

interface Club {
  readonly name: string;
  readonly code: string;
  readonly calendar: 1 | 2;
  readonly timezone: string;
  readonly currency: {
    readonly isocurrencycode: string;
    readonly currencyname: string;
    readonly exchangerate: number;
    readonly currencyprecision: number;
  };
  readonly tiers: readonly [string, string, string];
  /** Of silver and gold, in points. */
  readonly thresholds: readonly [number, number];
  readonly benefits: string;
  /** Points, and the amount that earns one or that a hundred are worth. */
  readonly per: number;
  readonly worth: number;
  readonly rules: {
    readonly base: string;
    readonly weekend: string;
    readonly first: string;
    readonly birthday: string;
    readonly referral: string;
  };
  readonly reward: readonly [string, number];
  readonly amounts: readonly [number, number];
  readonly isOurs: (contact: DemoRecord) => boolean;
}

const isPersian = ({ values }: DemoRecord): boolean => /[\u0600-\u06ff]/.test(String(values['lastname']));

const clubs: readonly Club[] = [
  {
    name: 'باشگاه مشتریان پیوند',
    code: 'peyvand-fa',
    calendar: 2,
    timezone: 'Asia/Tehran',
    currency: { isocurrencycode: 'IRR', currencyname: 'ریال', exchangerate: 600_000, currencyprecision: 0 },
    tiers: ['سرخ', 'نقره‌ای', 'طلایی'],
    thresholds: [1_000, 3_000],
    benefits: 'ارسال رایگان، پشتیبانی اختصاصی و دعوت به رویدادها',
    per: 100_000,
    worth: 1_000_000,
    rules: {
      base: 'یک امتیاز برای هر صد هزار ریال',
      weekend: 'پنجشنبه و جمعه دو برابر',
      first: 'هدیهٔ نخستین خرید',
      birthday: 'هدیهٔ زادروز',
      referral: 'معرفی دوست',
    },
    reward: ['بن خرید پنج میلیون ریالی', 5_000_000],
    amounts: [2_000_000, 60_000_000],
    isOurs: isPersian,
  },
  {
    name: 'Peyvand Club',
    code: 'peyvand-en',
    calendar: 1,
    timezone: 'Europe/London',
    currency: { isocurrencycode: 'EUR', currencyname: 'Euro', exchangerate: 1, currencyprecision: 2 },
    tiers: ['Red', 'Silver', 'Gold'],
    thresholds: [1_000, 3_000],
    benefits: 'Free delivery, a person to call, and the first look at what is new',
    per: 1,
    worth: 1,
    rules: {
      base: 'A point for each euro',
      weekend: 'Double points at the weekend',
      first: 'Welcome gift',
      birthday: 'Birthday gift',
      referral: 'A friend brought along',
    },
    reward: ['Voucher of ten euros', 10],
    amounts: [20, 600],
    isOurs: (contact) => !isPersian(contact),
  },
];

/** How many members there are; 0 where the module is not. */
export async function loadLoyaltyDemo(call: Call, records: readonly DemoRecord[], today: Date): Promise<number> {
  if (!call.engine.model.entities.has('loyaltyprogram')) return 0;
  const random = seededRandom(1_405);
  let members = 0;
  for (const club of clubs) {
    const contacts = records
      .filter((one) => one.entity === 'contact' && !one.update && club.isOurs(one))
      .slice(0, MEMBERS);
    if (contacts.length > 0) members += await makeClub(call, club, contacts, random, today);
  }
  return members;
}

async function makeClub(
  call: Call,
  club: Club,
  contacts: readonly DemoRecord[],
  random: Random,
  today: Date,
): Promise<number> {
  const { records, invoke } = reachOf(call, false);
  const program = await makeProgram(records, club);
  const Program = { entity: 'loyaltyprogram', id: program.id };
  const members: string[] = [];
  for (const [index, contact] of contacts.entries()) {
    const [first] = members;
    const joined = await invoke('loyalty_Enroll', {
      Program,
      Customer: { entity: 'contact', id: contact.id },
      On: new Date(today.getTime() - random.between(420, 700) * day).toISOString(),
      BirthDate: `19${random.between(60, 99)}-0${random.between(1, 9)}-1${random.between(0, 9)}`,
      ...(index > 0 && index < 4 && first !== undefined && { ReferredBy: { entity: 'loyaltymember', id: first } }),
    });
    members.push((joined as { readonly id: string }).id);
  }
  const Purchases = members.flatMap((member, index) => purchasesOf(club, member, index, random, today));
  await invoke('loyalty_PostPurchases', { Program, Purchases });
  for (const purchase of Purchases.filter((_, index) => index % 23 === 11)) {
    await invoke('loyalty_Reverse', {
      Program,
      SourceType: 'order',
      SourceId: purchase.sourceId,
      Amount: '1',
      Total: '2',
    });
  }
  for (const [index, id] of members.slice(0, 5).entries()) await redeem(invoke, records, id, program.reward, index);
  const [, second, third] = members;
  if (second !== undefined)
    await invoke('loyalty_Adjust', { Points: 150, Reason: club.benefits }, { entity: 'loyaltymember', id: second });
  if (third !== undefined)
    await invoke('loyalty_Adjust', { Points: 5_000, Reason: club.reward[0] }, { entity: 'loyaltymember', id: third });
  await invoke('loyalty_EvaluateTiers', { Program });
  return members.length;
}

async function makeProgram(records: Records, club: Club): Promise<{ readonly id: string; readonly reward: string }> {
  const { currency, tiers, thresholds, benefits, per, worth, rules } = club;
  const code = currency.isocurrencycode;
  const [known] = await records.list('transactioncurrency', `$filter=isocurrencycode eq '${code}'`);
  const currencyid = known
    ? String(known['transactioncurrencyid'])
    : await records.create('transactioncurrency', { ...currency });
  const id = await records.create('loyaltyprogram', {
    name: club.name,
    code: club.code,
    calendar: club.calendar,
    timezone: club.timezone,
    currencyid,
    pendingdays: 14,
    expirypolicy: 4,
    expirylater: 1,
    returngracedays: 30,
    tierbasis: 1,
    tierwindow: 1,
    tierperiods: 1,
    gracedays: 30,
    downgrade: 2,
    minimumpoints: 100,
    steppoints: 50,
    adjustlimit: 1_000,
    breakagepercent: 12,
  });
  const own = { loyaltyprogramid: id };
  const codes = ['red', 'silver', 'gold'];
  const colors = ['#dc2626', '#6b7280', '#b45309'];
  for (const [rank, name] of tiers.entries()) {
    await records.create('loyaltytier', {
      ...own,
      name,
      code: codes[rank],
      rank,
      threshold: rank === 0 ? 0 : thresholds[rank - 1],
      color: colors[rank],
      discountpercent: rank > 0 ? 5 : 0,
      bonuspercent: rank === 2 ? 50 : 0,
      priority: rank === 2,
      ...(rank === 2 && { benefits }),
    });
  }
  const rule = (values: Row) => records.create('loyaltyrule', { ...own, version: 1, points: 1, currencyid, ...values });
  await rule({ name: rules.base, code: 'base', event: 1, kind: 1, peramount: per, sortorder: 10 });
  const weekend = club.calendar === 2 ? "weekday = 'Thu' or weekday = 'Fri'" : "weekday = 'Sat' or weekday = 'Sun'";
  await rule({
    name: rules.weekend,
    code: 'weekend',
    event: 1,
    kind: 3,
    percent: 100,
    condition: weekend,
    capmonth: 500,
    sortorder: 20,
    qualifies: false,
  });
  await rule({ name: rules.first, code: 'first', event: 2, kind: 2, points: 100, sortorder: 30, qualifies: false });
  await rule({
    name: rules.birthday,
    code: 'birthday',
    event: 3,
    kind: 2,
    points: 50,
    sortorder: 40,
    purse: 2,
    expirydays: 60,
    qualifies: false,
  });
  await rule({
    name: rules.referral,
    code: 'referral',
    event: 4,
    kind: 2,
    points: 200,
    sortorder: 50,
    pendingdays: 30,
    qualifies: false,
  });
  await records.create('loyaltyconversion', {
    ...own,
    name: currency.currencyname,
    currencyid,
    points: 100,
    amount: worth,
  });
  const [name, value] = club.reward;
  const reward = await records.create('loyaltyreward', {
    ...own,
    name,
    kind: 3,
    points: 500,
    value,
    currencyid,
    validdays: 90,
  });
  return { id, reward };
}

/** More of them for the first, so that each tier has its members. */
function purchasesOf({ amounts, currency }: Club, member: string, index: number, random: Random, today: Date) {
  const [low, high] = amounts;
  const round = currency.currencyprecision === 0 ? 10_000 : 1;
  return Array.from({ length: Math.max(2, 16 - index) }, (_, number) => ({
    member,
    sourceType: 'order',
    sourceId: `${currency.isocurrencycode}-${index + 1}-${number + 1}`,
    on: new Date(today.getTime() - random.between(1, 400) * day - random.between(0, 9) * 3_600_000).toISOString(),
    currency: currency.isocurrencycode,
    channel: random.pick(['shop', 'web']),
    lines: [
      {
        net: String(Math.round(random.between(low, high) / round) * round),
        family: random.pick(['carpet', 'tile', 'tool']),
      },
    ],
  }));
}

type Invoke = ReturnType<typeof reachOf>['invoke'];

async function redeem(invoke: Invoke, records: Records, id: string, reward: string, index: number): Promise<void> {
  const row = await records.retrieve('loyaltymember', id);
  if (Number(row?.['spendablepoints'] ?? 0) < 500) return;
  const target = { entity: 'loyaltymember', id };
  const Reward = { entity: 'loyaltyreward', id: reward };
  const held = await invoke('loyalty_Reserve', { Reference: `demo-${index + 1}`, Reward }, target);
  const reservation = { entity: 'loyaltyreservation', id: (held as { readonly Reservation: string }).Reservation };
  // One stays open, so that there is something to confirm.
  if (index > 0) await invoke('loyalty_Confirm', {}, reservation);
}
