// Purchases that wait because a member makes more of them in a day, or earns more by them, than the programme thinks likely; and members
// who look like one because they share an e-mail address, a telephone number or an address.
import type { Records, Row } from 'peyvand/sdk';
import { dayOf } from '../engine/calendar.ts';
import { decimalOf, sum } from '../engine/exact.ts';
import type { Award } from '../engine/model.ts';
import type { PostedPurchase } from '../operations/read-purchases.ts';
import { codeOf, given, refOf, textOf, wholeOf } from './values.ts';
import { CONTACT_FIELDS, fingerprintsOf } from './fingerprints.ts';
import { inPortions, listAll, quoted } from './list-all.ts';
import type { LoadedProgram } from './load-program.ts';

export const SUSPICIONS = ['purchases', 'points', 'email', 'phone', 'address', 'referral'] as const;
export type Suspicion = (typeof SUSPICIONS)[number];

/** What a member did on a day. */
interface DayUse {
  purchases: number;
  points: bigint;
}

export interface Velocity {
  /** Why the purchase should wait; undefined: it goes ahead, and counts. */
  check(member: string, purchase: PostedPurchase, awards: readonly Award[]): 'purchases' | 'points' | undefined;
}

const MEMBERS = 10;

/** The members are locked: nobody posts for them meanwhile. */
export async function velocityOf(
  system: Records,
  { program, velocity }: LoadedProgram,
  owned: readonly { readonly member: string; readonly purchase: PostedPurchase }[],
): Promise<Velocity> {
  const { purchases: most, points: mostPoints } = velocity;
  if (most === undefined && mostPoints === undefined) return { check: () => undefined };
  const uses = new Map<string, DayUse>();
  const keyOf = (member: string, day: string): string => `${member} ${day}`;
  const days = new Map<string, Set<string>>();
  for (const { member, purchase } of owned) {
    const known = days.get(member) ?? new Set();
    days.set(member, known.add(dayOf(purchase.on, program)));
  }
  const members = [...days.keys()];
  for (let from = 0; from < members.length; from += MEMBERS) {
    const portion = members.slice(from, from + MEMBERS);
    const asked = [...new Set(portion.flatMap((member) => [...(days.get(member) ?? [])]))].sort();
    const rows = await inPortions(asked, 'dayon', (condition) =>
      system.list(
        'loyaltytransaction',
        `$apply=filter(_loyaltymemberid_value in (${portion.join(',')}) and ${condition} and (kind eq 1 or kind eq 10))/groupby((_loyaltymemberid_value,dayon),aggregate(points with sum as points,purchasecount with sum as number))`,
      ),
    );
    for (const row of rows) {
      const key = keyOf(refOf(row, 'loyaltymemberid') ?? '', String(row['dayon']));
      uses.set(key, { purchases: Number(row['number'] ?? 0), points: wholeOf(row, 'points') });
    }
  }
  return {
    check(member, purchase, awards) {
      const key = keyOf(member, dayOf(purchase.on, program));
      const use = uses.get(key) ?? { purchases: 0, points: 0n };
      const points = use.points + sum(awards.map((one) => one.points));
      if (most !== undefined && use.purchases + 1 > most) return 'purchases';
      if (mostPoints !== undefined && points > mostPoints) return 'points';
      uses.set(key, { purchases: use.purchases + 1, points });
      return undefined;
    },
  };
}

/** Purchases that wait, or were rejected: they are known, whoever sends them again. */
export async function heldSources(system: Records, sourceIds: readonly string[]): Promise<readonly Row[]> {
  return inPortions(sourceIds.map(quoted), 'sourceid', (condition) =>
    system.list(
      'loyaltysuspicion',
      `$select=_loyaltyprogramid_value,_loyaltymemberid_value,sourcetype,sourceid,sequence,suspicionstate&$filter=${condition}`,
    ),
  );
}

/** The row of a purchase that is to wait. */
export function heldRow(
  { program, currencies, home }: LoadedProgram,
  member: { readonly id: string; readonly name: string },
  purchase: PostedPurchase,
  awards: readonly Award[],
  reason: Suspicion,
  now: string,
): Row {
  const { sourceType, sourceId, sequence, on, currency, channel, lines } = purchase;
  const decimals = currencies.find(({ code }) => code === currency)?.decimals ?? home.decimals;
  return {
    name: `${member.name}: ${sourceType} ${sourceId}`.slice(0, 200),
    loyaltyprogramid: program.id,
    loyaltymemberid: member.id,
    reason: codeOf(SUSPICIONS, reason),
    suspicionstate: 1,
    sourcetype: sourceType,
    sourceid: sourceId,
    sequence,
    points: String(sum(awards.map((one) => one.points))),
    purchase: {
      member: member.id,
      sourceType,
      sourceId,
      sequence,
      on,
      currency,
      ...given({ channel }),
      lines: lines.map(({ net, gross, ...line }) => ({
        ...line,
        net: decimalOf(net, decimals),
        gross: decimalOf(gross, decimals),
      })),
    },
    foundon: now,
  };
}

const KEYS = [
  ['emailkey', 'email'],
  ['phonekey', 'phone'],
  ['addresskey', 'address'],
] as const;

/** Customers' details as they are now: whoever changed them is compared by the new ones. */
export async function refreshFingerprints(system: Records, members: readonly string[]): Promise<void> {
  const rows = await inPortions(members, 'loyaltymemberid', (condition) =>
    system.list('loyaltymember', `$select=_customerid_value,emailkey,phonekey,addresskey&$filter=${condition}`),
  );
  const customers = new Map<string, Row>();
  const ids = [...new Set(rows.flatMap((row) => refOf(row, 'customerid') ?? []))];
  for (const entity of ['contact', 'account']) {
    const fields = CONTACT_FIELDS.filter((field) => entity === 'contact' || field !== 'mobilephone').join(',');
    const found = await inPortions(ids, `${entity}id`, (condition) =>
      system.list(entity, `$select=${entity}id,${fields}&$filter=${condition}`),
    );
    for (const row of found) customers.set(String(row[`${entity}id`]), row);
  }
  const changed: Row[] = [];
  for (const row of rows) {
    const customer = customers.get(refOf(row, 'customerid') ?? '');
    if (!customer) continue;
    const keys = await fingerprintsOf(customer);
    const isSame = KEYS.every(([field]) => keys[field] === (textOf(row, field) ?? null));
    if (!isSame) changed.push({ loyaltymemberid: String(row['loyaltymemberid']), ...keys });
  }
  await system.updateMany('loyaltymember', changed);
}

/** Points out everybody who shares more than the programme lets share: for limits that were set when the members were there already. */
export async function flagAll(system: Records, loaded: LoadedProgram, now: string): Promise<void> {
  const { program, shareLimit } = loaded;
  if (shareLimit === undefined) return;
  const own = `_loyaltyprogramid_value eq ${program.id} and statecode eq 0`;
  for (const [field] of KEYS) {
    const groups = await system.list(
      'loyaltymember',
      `$apply=filter(${own} and ${field} ne null)/groupby((${field}),aggregate($count as number))/filter(number gt ${shareLimit})`,
    );
    const keys = groups.flatMap((row) => textOf(row, field) ?? []);
    const members = await inPortions(keys.map(quoted), field, (condition) =>
      listAll(system, 'loyaltymember', `&$filter=${condition} and ${own}`),
    );
    for (const member of members) await flagShared(system, loaded, member, now);
  }
}

/** Points out, once each, what the member shares with more members than the programme lets share it. */
export async function flagShared(
  system: Records,
  { program, shareLimit }: LoadedProgram,
  member: Row,
  now: string,
): Promise<void> {
  if (shareLimit === undefined) return;
  const id = String(member['loyaltymemberid']);
  const found: Row[] = [];
  const row = (reason: Suspicion, key: string, other: string): Row => ({
    name: (textOf(member, 'name') ?? id).slice(0, 200),
    loyaltyprogramid: program.id,
    loyaltymemberid: id,
    othermemberid: other,
    reason: codeOf(SUSPICIONS, reason),
    suspicionstate: 1,
    sourcetype: `shared-${reason}`,
    sourceid: `${id}/${key}`,
    sequence: 0,
    foundon: now,
  });
  const referrer = refOf(member, 'referredbyid');
  for (const [field, reason] of KEYS) {
    const key = textOf(member, field);
    if (key === undefined) continue;
    const others = await system.list(
      'loyaltymember',
      `$select=loyaltymemberid&$filter=${field} eq ${quoted(key)} and _loyaltyprogramid_value eq ${program.id} and loyaltymemberid ne ${id}&$orderby=loyaltymemberid&$top=1000`,
    );
    const ids = others.map((one) => String(one['loyaltymemberid']));
    if (ids[0] !== undefined && ids.length + 1 > shareLimit) found.push(row(reason, key, ids[0]));
    if (referrer !== undefined && ids.includes(referrer)) found.push(row('referral', referrer, referrer));
  }
  const wanted = [
    ...new Map(found.map((one) => [`${String(one['sourcetype'])} ${String(one['sourceid'])}`, one])).values(),
  ];
  const known = await heldSources(
    system,
    wanted.map((one) => String(one['sourceid'])),
  );
  const isKnown = (one: Row): boolean =>
    known.some((other) => other['sourcetype'] === one['sourcetype'] && other['sourceid'] === one['sourceid']);
  const fresh = wanted.filter((one) => !isKnown(one));
  if (fresh.length > 0) await system.createMany('loyaltysuspicion', fresh);
}
