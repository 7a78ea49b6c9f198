// What rules give: rates, conditions, versions, exclusive groups, multipliers and caps.
import { expect, test } from 'vitest';
import type { MemberFacts, Purchase, Rule, RuleUse } from '../../../../../plugins/loyalty/engine/model.ts';
import { award } from '../../../../../plugins/loyalty/engine/rules.ts';
import { program } from './world.ts';

const rule = (change: Partial<Rule>): Rule => ({
  code: 'base',
  version: 1,
  event: 'purchase',
  kind: 'base',
  order: 1,
  basis: 'net',
  points: 1n,
  per: 100n,
  percent: 0,
  purse: 'spendable',
  qualifies: true,
  ...change,
});
const member: MemberFacts = { id: 'm', enrolledOn: '2026-01-01T00:00:00Z', hasPurchased: true };
const bought = (on: string, ...nets: readonly number[]): Purchase => ({
  sourceType: 'till',
  sourceId: '1',
  on,
  currency: 'EUR',
  lines: nets.map((net, index) => ({
    net: BigInt(net),
    gross: BigInt(net) + 10n,
    quantity: '1',
    family: index === 0 ? 'fruit' : 'tools',
  })),
});
const given = async (
  rules: readonly Rule[],
  purchase = bought('2026-03-21T12:00:00Z', 10_050, 5_000),
  facts: Partial<MemberFacts> = {},
  uses: readonly RuleUse[] = [],
  own = program,
) => {
  const occasion = {
    event: 'purchase',
    on: purchase.on,
    currency: 'EUR',
    purchase,
    member: { ...member, ...facts },
  } as const;
  const awards = await award(own, rules, occasion, uses);
  return Object.fromEntries(awards.map((one) => [one.rule, Number(one.points)]));
};

test('points for each whole amount, rounded down, of all lines or of those that count', async () => {
  expect(await given([rule({})])).toEqual({ base: 150 });
  expect(await given([rule({ lines: "family = 'fruit'" })])).toEqual({ base: 100 });
  expect(await given([rule({ amount: '$sum(lines.net) / 3' })])).toEqual({ base: 5_016 });
  expect(await given([rule({ currency: 'IRR' })])).toEqual({});
});

test('the version in force at the date of the purchase counts, whenever it is posted', async () => {
  const rules = [rule({}), rule({ version: 2, points: 3n, from: '2026-04-01T00:00:00.000Z' })];
  expect(await given(rules, bought('2026-03-31T23:59:59.999Z', 1_000))).toEqual({ base: 10 });
  expect(await given(rules, bought('2026-04-01T00:00:00.000Z', 1_000))).toEqual({ base: 30 });
});

test('of an exclusive group the first that gives points gives them; multipliers and tiers multiply the base', async () => {
  const rules = [
    rule({ code: 'a', order: 1, group: 'g', condition: 'net > 9999999' }),
    rule({ code: 'b', order: 2, group: 'g' }),
    rule({ code: 'c', order: 3, group: 'g' }),
    rule({ code: 'double', kind: 'multiplier', percent: 100, condition: "weekday = 'Sat'" }),
    rule({ code: 'gift', kind: 'bonus', points: 7n, per: undefined as never }),
  ];
  const tier = program.tiers.find(({ code }) => code === 'gold');
  const { per, ...once } = rules[4] ?? rule({});
  void per;
  expect(await given([...rules.slice(0, 4), once], undefined, tier && { tier })).toEqual({
    b: 150,
    gift: 7,
    double: 150,
    tier: 75,
  });
});

test('caps by day, month, member and household leave what is left of them, months by the programme’s calendar', async () => {
  const use = (day: string, points: number, other = false): RuleUse => ({
    rule: 'base',
    day,
    points: BigInt(points),
    other,
  });
  expect(await given([rule({ perDay: 160n })], undefined, {}, [use('2026-03-21', 100), use('2026-03-20', 50)])).toEqual(
    { base: 60 },
  );
  const uses = [use('2026-03-20', 100), use('2026-03-21', 20)];
  expect(await given([rule({ perMonth: 130n })], undefined, {}, uses)).toEqual({ base: 10 });
  // In the Persian calendar 20 March is the last day of the year before.
  expect(await given([rule({ perMonth: 130n })], undefined, {}, uses, { ...program, calendar: 'persian' })).toEqual({
    base: 110,
  });
  expect(await given([rule({ perMember: 120n })], undefined, {}, uses)).toEqual({});
  expect(await given([rule({ perHousehold: 200n })], undefined, {}, [use('2025-01-01', 150, true)])).toEqual({
    base: 50,
  });
});

test('the first purchase and a birthday of the programme’s calendar have rules of their own', async () => {
  const { per, ...first } = rule({ code: 'first', event: 'first-purchase', points: 50n });
  void per;
  expect(await given([first])).toEqual({});
  expect(await given([first], undefined, { hasPurchased: false })).toEqual({ first: 50 });
  const birthday = rule({ code: 'birthday', condition: 'member.isBirthday' });
  // Born on the 1st of Farvardin 1369: 21 March 1990; in 2025 that day was the 21st, too, in 2024 the 20th.
  const persian = { ...program, calendar: 'persian' } as const;
  const on = (day: string) =>
    given([birthday], bought(`${day}T12:00:00Z`, 100), { birthDate: '1990-03-21' }, [], persian);
  expect([await on('2024-03-20'), await on('2024-03-21'), await on('2025-03-21')]).toEqual([
    { birthday: 1 },
    {},
    { birthday: 1 },
  ]);
});

test('an expression that never ends is stopped, and one that fails says which', async () => {
  await expect(given([rule({ condition: '($f := function($x){$f($x+1)}; $f(1))' })])).rejects.toThrow('The expression');
});
