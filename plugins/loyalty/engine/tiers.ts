// Which tier a member has on a day, and why. Everything it is decided by goes in and comes out again, so that the decision can be shown.
import { addDays, addMonths, periodOf, windowOf, type Days } from './calendar.ts';
import { sum } from './exact.ts';
import { evaluate } from './expression.ts';
import type { MemberFacts, Program, Tier } from './model.ts';

/** What counts towards tiers on one day. */
export interface Activity {
  readonly day: string;
  readonly points: bigint;
  readonly spend: bigint;
  readonly count: number;
}

export interface Standing {
  readonly tier: Tier;
  readonly since: string;
  /** The last day it is kept for without being earned again; absent for the lowest tier. */
  readonly until?: string;
}

export interface Override {
  readonly tier: string;
  readonly until?: string;
  readonly reason: string;
}

export type Reason =
  'first' | 'earned' | 'renewed' | 'kept' | 'grace' | 'downgraded' | 'no-downgrade' | 'override' | 'unchanged';

export interface TierDecision extends Standing {
  readonly reason: Reason;
  readonly day: string;
  /** What it was decided by. */
  readonly inputs: {
    readonly basis: Program['tierBasis'];
    readonly window: Days;
    readonly points: bigint;
    readonly spend: bigint;
    readonly count: number;
    readonly earned: string;
    readonly next?: { readonly tier: string; readonly threshold: bigint; readonly missing: bigint };
    readonly before?: string;
    readonly graceUntil?: string;
    readonly override?: Override;
  };
}

interface Counted {
  readonly window: Days;
  readonly points: bigint;
  readonly spend: bigint;
  readonly count: number;
  readonly earned: Tier;
}

const byRank = (program: Program): readonly Tier[] => [...program.tiers].sort((a, b) => a.rank - b.rank);

/** How much of the threshold's measure there is. */
function measured(program: Program, { points, spend, count }: Pick<Counted, 'points' | 'spend' | 'count'>): bigint {
  if (program.tierBasis === 'spend') return spend;
  return program.tierBasis === 'count' ? BigInt(count) : points;
}

async function countIn(
  program: Program,
  member: MemberFacts,
  activity: readonly Activity[],
  window: Days,
): Promise<Counted> {
  const within = activity.filter(({ day }) => day >= window.from && day <= window.to);
  const counted = {
    points: sum(within.map(({ points }) => points)),
    spend: sum(within.map(({ spend }) => spend)),
    count: within.reduce((total, { count }) => total + count, 0),
  };
  let [earned] = byRank(program);
  if (!earned) throw new RangeError('a programme has at least one tier');
  for (const tier of byRank(program)) {
    if (await reaches(program, tier, member, counted)) earned = tier;
  }
  return { window, ...counted, earned };
}

async function reaches(
  program: Program,
  tier: Tier,
  member: MemberFacts,
  counted: Pick<Counted, 'points' | 'spend' | 'count'>,
): Promise<boolean> {
  if (program.tierBasis !== 'expression' || tier.condition === undefined) {
    return measured(program, counted) >= tier.threshold;
  }
  const { points, spend, count } = counted;
  const input = { points: Number(points), spend: Number(spend), count, segment: member.segment };
  return (await evaluate(tier.condition, input)) === true;
}

/** The last day of a tier that is reached on the day. */
export function keptUntil(program: Program, day: string, enrolledOn: string): string {
  const { tierWindow: window, tierPeriods: periods } = program;
  if (window.kind === 'calendar-year') return periodOf(day, 'year', program, periods).to;
  if (window.kind === 'fiscal-year') return periodOf(day, 'fiscal-year', program, periods).to;
  if (window.kind === 'rolling') return addDays(addMonths(day, window.months * Math.max(1, periods), program), -1);
  return addDays(addMonths(windowOf(day, window, enrolledOn, program).from, 12 * (periods + 1), program), -1);
}

/**
 * The tier on `today`, from what it was before. Lapses that nobody noticed are decided at the days they fell on, one after the other.
 * `enrolledOn` and the days are the programme's.
 */
export async function decideTier(
  program: Program,
  member: MemberFacts & { readonly enrolledDay: string },
  activity: readonly Activity[],
  before: Standing | undefined,
  today: string,
  override?: Override,
): Promise<TierDecision> {
  const window = (day: string): Days => windowOf(day, program.tierWindow, member.enrolledDay, program);
  let standing = before;
  let reason: Reason = before ? 'unchanged' : 'first';
  let graceUntil: string | undefined;
  while (standing?.until !== undefined && addDays(standing.until, program.graceDays) < today) {
    const end: string = standing.until;
    const lapse = addDays(end, program.graceDays + 1);
    // What the tier is kept by: the window that ended, purchases of the days of grace included.
    const { from } = window(end);
    const { earned } = await countIn(program, member, activity, { from, to: addDays(lapse, -1) });
    const { tier } = standing;
    const to = lowered(program, tier, earned);
    reason = to.rank < tier.rank ? 'downgraded' : earned.rank >= tier.rank ? 'renewed' : 'no-downgrade';
    standing = { ...stand(program, to, lapse, member), ...(to.id === tier.id && { since: standing.since }) };
  }
  const counted = await countIn(program, member, activity, { ...window(today), to: today });
  const { earned } = counted;
  if (!standing || earned.rank > standing.tier.rank) {
    reason = standing ? 'earned' : 'first';
    standing = stand(program, earned, today, member);
  } else if (earned.rank === standing.tier.rank && standing.until !== undefined) {
    const until = keptUntil(program, today, member.enrolledDay);
    if (until > standing.until) {
      standing = { ...standing, until };
      if (reason === 'unchanged') reason = 'renewed';
    }
  } else if (reason === 'unchanged' && earned.rank < standing.tier.rank && standing.until !== undefined) {
    const isGrace = standing.until < today;
    reason = isGrace ? 'grace' : 'kept';
    if (isGrace) graceUntil = addDays(standing.until, program.graceDays);
  }
  const forced = override && (override.until === undefined || override.until >= today) ? override : undefined;
  const set = forced && program.tiers.find(({ id }) => id === forced.tier);
  if (set) {
    const since = before?.tier.id === set.id ? before.since : today;
    standing = { tier: set, since, ...(forced.until !== undefined && { until: forced.until }) };
    reason = 'override';
  }
  const next = byRank(program).find(({ rank }) => rank > earned.rank);
  return {
    ...standing,
    reason,
    day: today,
    inputs: {
      basis: program.tierBasis,
      window: counted.window,
      points: counted.points,
      spend: counted.spend,
      count: counted.count,
      earned: earned.code,
      ...(next && {
        next: {
          tier: next.code,
          threshold: next.threshold,
          missing: next.threshold - measured(program, counted),
        },
      }),
      ...(before && { before: before.tier.code }),
      ...(graceUntil !== undefined && { graceUntil }),
      ...(forced && { override: forced }),
    },
  };
}

function stand(program: Program, tier: Tier, day: string, member: { readonly enrolledDay: string }): Standing {
  const lowest = byRank(program)[0];
  if (tier.id === lowest?.id) return { tier, since: day };
  return { tier, since: day, until: keptUntil(program, day, member.enrolledDay) };
}

function lowered(program: Program, tier: Tier, earned: Tier): Tier {
  if (program.downgrade === 'none' || earned.rank >= tier.rank) return tier;
  if (program.downgrade === 'earned') return earned;
  const below =
    byRank(program)
      .filter(({ rank }) => rank < tier.rank)
      .at(-1) ?? tier;
  return below.rank > earned.rank ? below : earned;
}
