// Tiers by the day: exact thresholds, years of two calendars, grace, and each way of coming down.
import { expect, test } from 'vitest';
import type { Program } from '../../../../../plugins/loyalty/engine/model.ts';
import { decideTier, type Activity, type Standing } from '../../../../../plugins/loyalty/engine/tiers.ts';
import { program } from './world.ts';

const member = { id: 'm', enrolledOn: '2025-01-01T00:00:00Z', enrolledDay: '2025-01-01', hasPurchased: true };
const earned = (day: string, points: number): Activity => ({ day, points: BigInt(points), spend: 0n, count: 1 });
const standing = (code: string, until?: string): Standing => {
  const tier = program.tiers.find((one) => one.code === code);
  if (!tier) throw new TypeError(code);
  return { tier, since: '2025-06-01', ...(until !== undefined && { until }) };
};
const decide = (change: Partial<Program>, activity: readonly Activity[], before: Standing | undefined, day: string) =>
  decideTier({ ...program, ...change }, member, activity, before, day);

test.each([
  [999, 'red'],
  [1_000, 'silver'],
  [4_999, 'silver'],
  [5_000, 'gold'],
])('%i points are %s', async (points, code) => {
  const { tier, inputs } = await decide({}, [earned('2026-03-01', points)], standing('red'), '2026-03-02');
  expect([tier.code, inputs.points]).toEqual([code, BigInt(points)]);
});

test('points of the last day of a year do not count in the next, in either calendar', async () => {
  const at = async (calendar: Program['calendar'], last: string, first: string) => {
    const own = { calendar, tierPeriods: 0, tierWindow: { kind: 'calendar-year' } } as const;
    const before = await decide(own, [earned(last, 600), earned(last, 400)], standing('red'), last);
    const split = await decide(own, [earned(last, 600), earned(first, 400)], standing('red'), first);
    return [before.tier.code, before.until, split.tier.code, split.inputs.points];
  };
  expect(await at('gregory', '2026-12-31', '2027-01-01')).toEqual(['silver', '2026-12-31', 'red', 400n]);
  // 1403 was a leap year of the Persian calendar: its last day is the 30th of Esfand, 20 March 2025.
  expect(await at('persian', '2025-03-20', '2025-03-21')).toEqual(['silver', '2025-03-20', 'red', 400n]);
});

test('a fiscal year begins with the month of the programme', async () => {
  const own = { calendar: 'persian', fiscalStartMonth: 7, tierWindow: { kind: 'fiscal-year' } } as const;
  const { inputs } = await decide(own, [earned('2025-09-22', 1), earned('2025-09-23', 2)], undefined, '2026-01-01');
  expect([inputs.window, inputs.points]).toEqual([{ from: '2025-09-23', to: '2026-01-01' }, 2n]);
});

test('a rolling window lets go of each day after its months', async () => {
  const own = { tierWindow: { kind: 'rolling', months: 12 } } as const;
  const activity = [earned('2025-03-10', 500), earned('2026-01-01', 500)];
  const on = async (day: string) => (await decide(own, activity, standing('red'), day)).tier.code;
  expect([await on('2026-03-09'), await on('2026-03-10')]).toEqual(['silver', 'red']);
});

test.each([
  ['none', 'gold', 'no-downgrade'],
  ['step', 'silver', 'downgraded'],
  ['earned', 'red', 'downgraded'],
] as const)('who earned nothing comes down by the policy %s', async (downgrade, code, reason) => {
  const decision = await decide({ downgrade }, [], standing('gold', '2025-12-31'), '2026-01-01');
  expect([decision.tier.code, decision.reason]).toEqual([code, reason]);
});

test('in the days of grace the tier is kept, and what is bought in them still keeps it', async () => {
  const own = { graceDays: 30 };
  const before = standing('silver', '2025-12-31');
  const activity = [earned('2025-11-01', 700)];
  expect(await decide(own, activity, before, '2026-01-30')).toMatchObject({
    tier: { code: 'silver' },
    reason: 'grace',
    inputs: { graceUntil: '2026-01-30' },
  });
  expect((await decide(own, activity, before, '2026-01-31')).tier.code).toBe('red');
  const more = [...activity, earned('2026-01-20', 300)];
  expect((await decide(own, more, before, '2026-01-31')).tier.code).toBe('silver');
});

test('lapses that nobody noticed for years are decided one after the other, as if somebody had', async () => {
  const own = { downgrade: 'step', tierPeriods: 0 } as const;
  const late = await decide(own, [], standing('gold', '2023-12-31'), '2026-05-01');
  let step = standing('gold', '2023-12-31');
  for (const day of ['2024-01-01', '2025-01-01', '2026-01-01', '2026-05-01']) step = await decide(own, [], step, day);
  expect([late.tier.code, late.since, late.until]).toEqual([step.tier.code, step.since, step.until]);
  expect(late.tier.code).toBe('red');
});

test('a tier set by hand holds to its end, with its reason', async () => {
  const override = { tier: 'g', until: '2026-06-30', reason: 'Board member' };
  const on = (day: string) => decideTier(program, member, [], standing('red'), day, override);
  expect(await on('2026-06-30')).toMatchObject({
    tier: { code: 'gold' },
    reason: 'override',
    inputs: { override, earned: 'red' },
  });
  expect((await on('2026-07-01')).tier.code).toBe('red');
});

test('a tier may ask an expression', async () => {
  const tiers = program.tiers.map((tier) => ({
    ...tier,
    condition: tier.rank === 0 ? 'true' : `count >= ${tier.rank * 2} and points > 10`,
  }));
  const activity = [earned('2026-01-01', 20), earned('2026-01-02', 20)];
  const { tier } = await decide({ tiers, tierBasis: 'expression' }, activity, undefined, '2026-02-01');
  expect(tier.code).toBe('silver');
});
