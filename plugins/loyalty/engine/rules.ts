// What a purchase or an event earns: the rules in force at its own date, in their order, with exclusive groups, multipliers and caps.
import { dayOf, isBirthday, partsOf, periodOf } from './calendar.ts';
import { least, percentOf, share, sum } from './exact.ts';
import { evaluate, wholeOf } from './expression.ts';
import type { Award, MemberFacts, Program, Purchase, PurchaseLine, Rule, RuleUse } from './model.ts';

/** The rule that stands for what a tier adds. */
export const TIER_RULE = 'tier';

/** Of each rule, the version in force at the instant. */
export function inForce(rules: readonly Rule[], on: string): readonly Rule[] {
  const latest = new Map<string, Rule>();
  for (const rule of rules) {
    if ((rule.from !== undefined && rule.from > on) || (rule.to !== undefined && rule.to <= on)) continue;
    const known = latest.get(rule.code);
    if (!known || known.version < rule.version) latest.set(rule.code, rule);
  }
  return [...latest.values()].sort((a, b) => a.order - b.order || (a.code < b.code ? -1 : 1));
}

export interface Occasion {
  readonly event: Rule['event'];
  readonly on: string;
  readonly currency: string;
  /** Absent: an event without money. */
  readonly purchase?: Purchase;
  readonly member: MemberFacts;
}

/** Throws Error of the expression where one fails. `uses`: what the rules with caps gave before, this member and household. */
export async function award(
  program: Program,
  rules: readonly Rule[],
  occasion: Occasion,
  uses: readonly RuleUse[],
): Promise<readonly Award[]> {
  const { event, on, currency, member, purchase } = occasion;
  const day = dayOf(on, program);
  const asked = inForce(rules, on).filter((rule) => isAsked(rule, event, member) && isOf(rule, currency));
  if (asked.length === 0) return [];
  const facts = purchase && asked.some(hasExpression) ? factsOf(program, purchase, member, day) : undefined;
  const awards: Award[] = [];
  const settled = new Set<string>();
  const give = (rule: Rule, points: bigint, because: string): void => {
    const capped = withinCaps(program, rule, points, day, uses, awards);
    if (capped <= 0n) return;
    if (rule.group !== undefined) settled.add(rule.group);
    const expiryDays = rule.expiryDays ?? member.tier?.expiryDays;
    awards.push({
      rule: rule.code,
      version: rule.version,
      points: capped,
      qualifying: rule.qualifies ? capped : 0n,
      purse: rule.purse,
      pendingDays: rule.pendingDays ?? program.pendingDays,
      ...(expiryDays !== undefined && { expiryDays }),
      because: capped < points ? `${because}; capped from ${points}` : because,
    });
  };
  let base = 0n;
  for (const rule of asked) {
    if (rule.kind === 'multiplier' || (rule.group !== undefined && settled.has(rule.group))) continue;
    if (rule.condition !== undefined && !isTrue(await evaluate(rule.condition, facts ?? eventFacts(member, day)))) {
      continue;
    }
    const { points, because } = await pointsOf(rule, purchase, facts ?? eventFacts(member, day));
    const before = sum(awards.map((one) => one.points));
    give(rule, points, because);
    if (rule.kind === 'base') base += sum(awards.map((one) => one.points)) - before;
  }
  for (const rule of asked) {
    if (rule.kind !== 'multiplier' || base === 0n || (rule.group !== undefined && settled.has(rule.group))) continue;
    if (rule.condition !== undefined && !isTrue(await evaluate(rule.condition, facts ?? {}))) continue;
    give(rule, percentOf(base, rule.percent), `${rule.percent} % of ${base}`);
  }
  const bonus = member.tier?.bonusPercent ?? 0;
  if (bonus > 0 && base > 0n && member.tier)
    give(tierRule(asked), percentOf(base, bonus), `${member.tier.code}: ${bonus} % of ${base}`);
  return awards;
}

function tierRule(asked: readonly Rule[]): Rule {
  const [first] = asked;
  return {
    code: TIER_RULE,
    version: 1,
    event: 'purchase',
    kind: 'bonus',
    order: 1_000_000,
    basis: 'net',
    points: 0n,
    percent: 0,
    purse: 'spendable',
    // What a tier adds does not help to reach the next one.
    qualifies: false,
    ...(first?.pendingDays !== undefined && { pendingDays: first.pendingDays }),
    ...(first?.expiryDays !== undefined && { expiryDays: first.expiryDays }),
  };
}

function isAsked(rule: Rule, event: Rule['event'], member: MemberFacts): boolean {
  if (rule.event === event) return true;
  return rule.event === 'first-purchase' && event === 'purchase' && !member.hasPurchased;
}

const isOf = (rule: Rule, currency: string): boolean => rule.currency === undefined || rule.currency === currency;
const hasExpression = (rule: Rule): boolean =>
  rule.condition !== undefined || rule.lines !== undefined || rule.amount !== undefined;
const isTrue = (value: unknown): boolean => value === true;

interface Facts {
  readonly lines: readonly Readonly<Record<string, unknown>>[];
  readonly [name: string]: unknown;
}

const clocks = new Map<string, Intl.DateTimeFormat>();

function clockOf(timeZone: string): Intl.DateTimeFormat {
  let clock = clocks.get(timeZone);
  if (!clock) {
    clock = new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', hourCycle: 'h23', weekday: 'short' });
    clocks.set(timeZone, clock);
  }
  return clock;
}

/** What expressions see. Amounts are minor units as numbers: to compare and to reckon by, never the ledger's own. */
function factsOf(program: Program, purchase: Purchase, member: MemberFacts, day: string): Facts {
  const time = new Date(purchase.on);
  const parts = Object.fromEntries(
    clockOf(program.timeZone)
      .formatToParts(time)
      .map(({ type, value }) => [type, value]),
  );
  return {
    channel: purchase.channel,
    currency: purchase.currency,
    net: Number(sum(purchase.lines.map(({ net }) => net))),
    gross: Number(sum(purchase.lines.map(({ gross }) => gross))),
    lines: purchase.lines.map(lineFacts),
    day,
    ...partsIn(program, day),
    hour: Number(parts['hour']),
    weekday: parts['weekday'],
    member: memberFacts(program, member, day),
  };
}

function partsIn(program: Program, day: string): Readonly<Record<string, number>> {
  const { year, month, day: dayOfMonth } = partsOf(day, program);
  return { year, month, dayOfMonth };
}

function lineFacts({ product, family, quantity, net, gross }: PurchaseLine): Readonly<Record<string, unknown>> {
  return { product, family, quantity: Number(quantity), net: Number(net), gross: Number(gross) };
}

function memberFacts(program: Program, member: MemberFacts, day: string): Readonly<Record<string, unknown>> {
  return {
    tier: member.tier?.code,
    rank: member.tier?.rank,
    segment: member.segment,
    hasPurchased: member.hasPurchased,
    isBirthday: member.birthDate !== undefined && isBirthday(day, member.birthDate, program),
  };
}

function eventFacts(member: MemberFacts, day: string): Facts {
  return { lines: [], day, member: { tier: member.tier?.code, rank: member.tier?.rank, segment: member.segment } };
}

async function pointsOf(
  rule: Rule,
  purchase: Purchase | undefined,
  facts: Facts,
): Promise<{ readonly points: bigint; readonly because: string }> {
  const lines = purchase ? await linesOf(rule, purchase, facts) : [];
  if (rule.amount !== undefined) {
    const counted = facts.lines.filter((_, index) => lines.includes(purchase?.lines[index] as PurchaseLine));
    const value = wholeOf(await evaluate(rule.amount, { ...facts, lines: counted }));
    return { points: value ?? 0n, because: `${rule.amount.slice(0, 80)} = ${value ?? 0n}` };
  }
  if (rule.per === undefined) {
    const given = purchase && rule.lines !== undefined && lines.length === 0 ? 0n : rule.points;
    return { points: given, because: `${rule.points} once` };
  }
  const amount = sum(lines.map((line) => line[rule.basis]));
  if (amount <= 0n) return { points: 0n, because: '' };
  return { points: share(amount, rule.points, rule.per), because: `${rule.points} for each ${rule.per} of ${amount}` };
}

async function linesOf(rule: Rule, purchase: Purchase, facts: Facts): Promise<readonly PurchaseLine[]> {
  if (rule.lines === undefined) return purchase.lines;
  const counted: PurchaseLine[] = [];
  for (const [index, line] of purchase.lines.entries()) {
    if (isTrue(await evaluate(rule.lines, { ...facts.lines[index], member: facts['member'] }))) counted.push(line);
  }
  return counted;
}

function withinCaps(
  program: Program,
  rule: Rule,
  points: bigint,
  day: string,
  uses: readonly RuleUse[],
  awards: readonly Award[],
): bigint {
  const now = sum(awards.filter((one) => one.rule === rule.code).map((one) => one.points));
  const room = (cap: bigint | undefined, counts: (use: RuleUse) => boolean): bigint => {
    if (cap === undefined) return points;
    return cap - now - sum(uses.filter((use) => use.rule === rule.code && counts(use)).map((use) => use.points));
  };
  const month = rule.perMonth === undefined ? undefined : periodOf(day, 'month', program);
  return least(
    points,
    room(rule.perDay, (use) => !use.other && use.day === day),
    room(rule.perMonth, (use) => !use.other && month !== undefined && use.day >= month.from && use.day <= month.to),
    room(rule.perMember, (use) => !use.other),
    room(rule.perHousehold, () => true),
  );
}

export function hasCap(rule: Rule): boolean {
  return [rule.perDay, rule.perMonth, rule.perMember, rule.perHousehold].some((cap) => cap !== undefined);
}
