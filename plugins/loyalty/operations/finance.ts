// What the programme owes, and what another set of rules would have cost.
import { defineOperation, type OperationContext } from 'peyvand/sdk';
import { addMonths, dayOf, periodOf } from '../engine/calendar.ts';
import { decimalOf, minorOf, percentOf, sum } from '../engine/exact.ts';
import { problemOf } from '../engine/expression.ts';
import type { Rule, RuleUse } from '../engine/model.ts';
import { worth } from '../engine/redeem.ts';
import { rollForward, type Roll } from '../engine/roll-forward.ts';
import { award, hasCap } from '../engine/rules.ts';
import { fail } from '../errors.ts';
import { AMOUNTS, EVENTS, PURSES, RULE_KINDS } from '../store/codes.ts';
import { loadProgram, type LoadedProgram } from '../store/load-program.ts';
import { movementsOf } from '../store/movements.ts';
import { pastPurchases, type Past } from '../store/past-purchases.ts';
import { bigOf, decimalText, given, textOf, wordOf } from '../store/values.ts';
import { plain } from '../store/write-books.ts';
import { amountOf, wrong } from './read-purchases.ts';

export const rollForwardOf = defineOperation({
  name: 'loyalty_RollForward',
  kind: 'function',
  parameters: [
    { name: 'Program', type: 'id' },
    {
      name: 'Periods',
      type: 'integer',
      optional: true,
      description: 'Months of the programme’s calendar, up to now; 12.',
    },
  ],
  returns: { type: 'json' },
  right: 'loyalty-finance',
  description:
    'Opening + earned − redeemed − expired − reversed ± adjusted = closing, by month and currency, with what it is worth.',
  run: async (context): Promise<unknown> => plain(await rollsOf(context)),
});

interface Rolled extends Roll {
  readonly worthIn?: string;
  readonly liability?: string;
  readonly expectedLiability?: string;
}

async function rollsOf({ parameters, system, now }: Pick<OperationContext, 'parameters' | 'system' | 'now'>): Promise<{
  readonly calendar: string;
  readonly breakagePercent: number;
  readonly periods: readonly Rolled[];
}> {
  const loaded = await loadProgram(system, String(parameters['Program']));
  const { program, conversions } = loaded;
  const count = Math.min(60, Math.max(1, Number(parameters['Periods'] ?? 12)));
  const today = dayOf(now, program);
  const periods = Array.from({ length: count }, (_, index) => periodOf(today, 'month', program, index + 1 - count));
  const { all, takenBack } = await movementsOf(system, `_loyaltyprogramid_value eq ${program.id}`, periods);
  const rolls = rollForward(all, periods, takenBack);
  return {
    calendar: program.calendar,
    breakagePercent: loaded.breakagePercent,
    periods: rolls.map((roll): Rolled => {
      const conversion = conversions.find(({ currency }) => currency === roll.currency) ?? conversions[0];
      if (!conversion) return roll;
      const expected = roll.closing - percentOf(roll.closing, loaded.breakagePercent);
      const decimals = loaded.currencies.find(({ code }) => code === conversion.currency)?.decimals ?? 2;
      const money = (points: bigint): string => decimalOf(worth(points, conversion), decimals);
      return {
        ...roll,
        worthIn: conversion.currency,
        liability: money(roll.closing),
        expectedLiability: money(expected),
      };
    }),
  };
}

const COLUMNS = [
  'currency',
  'from',
  'to',
  'opening',
  'earned',
  'redeemed',
  'expired',
  'reversed',
  'adjusted',
  'closing',
  'worthIn',
  'liability',
  'expectedLiability',
] as const;

export const exportRollForward = defineOperation({
  name: 'loyalty_ExportRollForward',
  kind: 'function',
  parameters: [
    { name: 'Program', type: 'id' },
    { name: 'Periods', type: 'integer', optional: true, description: 'Months; 12.' },
  ],
  returns: {
    properties: [
      { name: 'FileName', type: 'text' },
      { name: 'Content', type: 'text' },
    ],
  },
  right: 'loyalty-finance',
  description:
    'The roll-forward as CSV (RFC 4180): closing is opening + earned - redeemed - expired - reversed + adjusted.',
  async run(context): Promise<{ readonly FileName: string; readonly Content: string }> {
    const { periods } = await rollsOf(context);
    const program = await context.system.retrieve('loyaltyprogram', String(context.parameters['Program']));
    const code = (program && textOf(program, 'code')) ?? 'programme';
    // Numbers, days and codes: nothing that a spreadsheet would take for a formula, or that has to be quoted.
    const lines = periods.map((period) => COLUMNS.map((column) => String(period[column] ?? '')).join(','));
    return {
      FileName: `liability-${code.replace(/[^\p{L}\p{N}]+/gu, '-')}-${context.now.slice(0, 10)}.csv`,
      Content: [COLUMNS.join(','), ...lines, ''].join('\r\n'),
    };
  },
});

export const simulate = defineOperation({
  name: 'loyalty_Simulate',
  kind: 'action',
  parameters: [
    { name: 'Program', type: 'entity', entity: 'loyaltyprogram' },
    {
      name: 'Rules',
      type: 'json',
      description:
        'Changes by code: {code, points, peramount, percent, condition, linecondition, amountexpression, capday, capmonth, capmember, kind, event, sortorder, exclusivitygroup, remove}. A code that is not there is a new rule.',
    },
    { name: 'Months', type: 'integer', optional: true, description: 'Back from today; 12.' },
  ],
  returns: { type: 'json' },
  right: 'loyalty-tiers',
  description:
    'What the purchases of the past months would have earned under changed rules. Writes nothing. Lines of purchases are not kept in the ledger: rules about lines see one line with the whole amount.',
  async run(context): Promise<unknown> {
    const { parameters, system, now, refuse } = context;
    const loaded = await loadProgram(system, (parameters['Program'] as { readonly id: string }).id);
    const { program, rules } = loaded;
    const changes = parameters['Rules'];
    if (!Array.isArray(changes)) return refuse(wrong('Rules', 'Rules is a list of changed rules.'));
    const proposed = changed(loaded, changes as readonly unknown[], refuse);
    const months = Math.min(36, Math.max(1, Number(parameters['Months'] ?? 12)));
    const from = addMonths(dayOf(now, program), -months, program);
    const [before, after] = [newReplay(rules), newReplay(proposed)];
    let purchases = 0;
    for await (const page of pastPurchases(system, loaded, from)) {
      purchases += page.length;
      await play(loaded, before, page);
      await play(loaded, after, page);
    }
    const conversion =
      loaded.conversions.find(({ currency }) => currency === loaded.home.code) ?? loaded.conversions[0];
    const money = (points: bigint): string | undefined =>
      conversion && decimalOf(worth(points, conversion), loaded.home.decimals);
    const byRule = [...new Set([...before.points.keys(), ...after.points.keys()])].sort().map((rule) => ({
      rule,
      before: before.points.get(rule) ?? 0n,
      after: after.points.get(rule) ?? 0n,
    }));
    const sumOf = ({ points }: Replay): bigint => sum(points.values());
    const [old, fresh] = [sumOf(before), sumOf(after)];
    return plain({
      from,
      to: dayOf(now, program),
      purchases,
      before: old,
      after: fresh,
      difference: fresh - old,
      currency: conversion?.currency,
      cost: money(fresh - old < 0n ? old - fresh : fresh - old),
      costs: fresh >= old,
      expectedLiability: money(
        expected(fresh, loaded) - expected(old, loaded) < 0n
          ? expected(old, loaded) - expected(fresh, loaded)
          : expected(fresh, loaded) - expected(old, loaded),
      ),
      byRule,
    });
  },
});

const expected = (points: bigint, { breakagePercent }: LoadedProgram): bigint =>
  points - percentOf(points, breakagePercent);

type Change = Readonly<Record<string, unknown>>;

/** The rules as they would be. Refuses what is no rule, every problem at once. */
function changed(
  { rules, home }: LoadedProgram,
  changes: readonly unknown[],
  refuse: OperationContext['refuse'],
): readonly Rule[] {
  const problems = changes.flatMap((value, index) => {
    const at = `Rules/${index}`;
    const change = (typeof value === 'object' && value !== null ? value : {}) as Change;
    const found =
      typeof change['code'] === 'string' && change['code'] !== '' ? [] : [wrong(`${at}/code`, 'A rule has a code.')];
    for (const field of ['condition', 'linecondition', 'amountexpression']) {
      const text = change[field];
      const problem = typeof text === 'string' && text !== '' ? problemOf(text) : undefined;
      if (problem !== undefined) found.push(wrong(`${at}/${field}`, `${field} is no JSONata: ${problem}`));
    }
    for (const field of ['points', 'capday', 'capmonth', 'capmember']) {
      const number = change[field] ?? undefined;
      if (number !== undefined && bigOf(number) === undefined)
        found.push(wrong(`${at}/${field}`, `${field} is a whole number.`));
    }
    if ((change['peramount'] ?? undefined) !== undefined && amountOf(change['peramount']) === undefined) {
      found.push(wrong(`${at}/peramount`, 'peramount is an amount.'));
    }
    return found;
  });
  if (problems.length > 0) refuse(...problems);
  const result = new Map<string, readonly Rule[]>();
  for (const rule of rules) result.set(rule.code, [...(result.get(rule.code) ?? []), rule]);
  for (const change of changes as readonly Change[]) {
    const code = String(change['code']);
    if (change['remove'] === true) {
      result.delete(code);
      continue;
    }
    const known = result.get(code)?.reduce((latest, one) => (one.version > latest.version ? one : latest));
    result.set(code, [ruleFrom(code, change, known, home.decimals)]);
  }
  return [...result.values()].flat();
}

function ruleFrom(code: string, change: Change, known: Rule | undefined, decimals: number): Rule {
  const has = (field: string): boolean => field in change;
  const text = (field: string, before: string | undefined): string | undefined =>
    has(field) ? textOf(change, field) : before;
  const whole = (field: string, before: bigint | undefined): bigint | undefined =>
    has(field) ? bigOf(change[field]) : before;
  const per = has('peramount') ? (change['peramount'] ?? undefined) : undefined;
  const perMinor = per === undefined ? 0n : minorOf(decimalText(per), decimals);
  return {
    code,
    version: (known?.version ?? 0) + 1,
    event: has('event') ? wordOf(EVENTS, change['event'], 'purchase') : (known?.event ?? 'purchase'),
    kind: has('kind') ? wordOf(RULE_KINDS, change['kind'], 'base') : (known?.kind ?? 'base'),
    order: has('sortorder') ? Number(change['sortorder']) || 0 : (known?.order ?? 100),
    basis: has('basis') ? wordOf(AMOUNTS, change['basis'], 'net') : (known?.basis ?? 'net'),
    points: whole('points', known?.points) ?? 0n,
    percent: has('percent') ? Number(change['percent']) || 0 : (known?.percent ?? 0),
    purse: has('purse') ? wordOf(PURSES, change['purse'], 'spendable') : (known?.purse ?? 'spendable'),
    qualifies: known?.qualifies ?? true,
    ...given({
      group: text('exclusivitygroup', known?.group),
      condition: text('condition', known?.condition),
      lines: text('linecondition', known?.lines),
      amount: text('amountexpression', known?.amount),
      per: has('peramount') ? (perMinor > 0n ? perMinor : undefined) : known?.per,
      currency: known?.currency,
      perDay: whole('capday', known?.perDay),
      perMonth: whole('capmonth', known?.perMonth),
      perMember: whole('capmember', known?.perMember),
    }),
  };
}

/** By rule and day. */
type Uses = Map<string, { -readonly [K in keyof RuleUse]: RuleUse[K] }>;

/** Rules, and what they gave so far. */
interface Replay {
  readonly rules: readonly Rule[];
  readonly capped: ReadonlySet<string>;
  /** By rule. */
  readonly points: Map<string, bigint>;
  /** By member: what rules with caps gave, a sum for each day. */
  readonly uses: Map<string, Uses>;
}

function newReplay(rules: readonly Rule[]): Replay {
  const capped = new Set(rules.filter(hasCap).map(({ code }) => code));
  return { rules, capped, points: new Map(), uses: new Map() };
}

async function play(
  { program }: LoadedProgram,
  { rules, capped, points, uses }: Replay,
  purchases: readonly Past[],
): Promise<void> {
  for (const { purchase, member } of purchases) {
    const own: Uses = uses.get(member.id) ?? new Map();
    const { on, currency } = purchase;
    let awards;
    try {
      awards = await award(program, rules, { event: 'purchase', on, currency, purchase, member }, [...own.values()]);
    } catch (error) {
      throw fail('RULE_FAILED', { reason: error instanceof Error ? error.message : String(error) });
    }
    const day = dayOf(on, program);
    for (const one of awards) {
      points.set(one.rule, (points.get(one.rule) ?? 0n) + one.points);
      if (!capped.has(one.rule)) continue;
      const use = own.get(`${one.rule} ${day}`) ?? { rule: one.rule, day, points: 0n, other: false };
      use.points += one.points;
      own.set(`${one.rule} ${day}`, use);
      uses.set(member.id, own);
    }
  }
}
