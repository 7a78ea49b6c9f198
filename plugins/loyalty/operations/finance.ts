// What the programme owes, and what another set of rules would have cost.
import { defineOperation, type OperationContext } from 'peyvand/sdk';
import { addMonths, dayOf, periodOf } from '../engine/calendar.ts';
import { decimalOf, minorOf, percentOf } from '../engine/exact.ts';
import { problemOf } from '../engine/expression.ts';
import type { AccountName, MemberFacts, Purchase, Rule, RuleUse } from '../engine/model.ts';
import { worth } from '../engine/redeem.ts';
import { rollForward, type Movement } from '../engine/roll-forward.ts';
import { award } from '../engine/rules.ts';
import { fail } from '../errors.ts';
import { ACCOUNTS, AMOUNTS, EVENTS, PURSES, RULE_KINDS } from '../store/codes.ts';
import { listAll } from '../store/list-all.ts';
import { loadProgram, type LoadedProgram } from '../store/load-program.ts';
import { factsOf } from '../store/open-members.ts';
import { bigOf, decimalText, given, instantOf, refOf, textOf, wholeOf, wordOf } from '../store/values.ts';
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
    'Opening + earned − redeemed − expired ± adjusted = closing, by month and currency, with what it is worth.',
  async run({ parameters, system, now }): Promise<unknown> {
    const loaded = await loadProgram(system, String(parameters['Program']));
    const { program, conversions } = loaded;
    const count = Math.min(60, Math.max(1, Number(parameters['Periods'] ?? 12)));
    const today = dayOf(now, program);
    const periods = Array.from({ length: count }, (_, index) => periodOf(today, 'month', program, index + 1 - count));
    const movements: Movement[] = [];
    const first = periods[0]?.from ?? today;
    // What lies before is one sum; what follows is summed by day.
    for (const condition of [`dayon lt ${first}`, `dayon ge ${first}`]) {
      const isBefore = condition.includes(' lt ');
      const by = isBefore ? 'currencycode,account' : 'dayon,currencycode,account';
      const spans = isBefore ? [condition] : periods.map(({ from, to }) => `dayon ge ${from} and dayon le ${to}`);
      for (const span of spans) {
        const rows = await system.list(
          'loyaltyposting',
          `$apply=filter(_loyaltyprogramid_value eq ${program.id} and ${span})/groupby((${by}),aggregate(points with sum as points))`,
        );
        for (const row of rows) {
          movements.push({
            day: isBefore ? '0001-01-01' : String(row['dayon']),
            currency: textOf(row, 'currencycode') ?? '',
            account: wordOf(ACCOUNTS, row['account'], 'issued') satisfies AccountName,
            points: wholeOf(row, 'points'),
          });
        }
      }
    }
    const rolls = rollForward(movements, periods);
    return plain({
      calendar: program.calendar,
      breakagePercent: loaded.breakagePercent,
      periods: rolls.map((roll) => {
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
    });
  },
});

interface Outcome {
  points: bigint;
  purchases: number;
}

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
    const purchases = await pastPurchases(context, loaded, from);
    const before = await replay(loaded, rules, purchases);
    const after = await replay(loaded, proposed, purchases);
    const conversion =
      loaded.conversions.find(({ currency }) => currency === loaded.home.code) ?? loaded.conversions[0];
    const money = (points: bigint): string | undefined =>
      conversion && decimalOf(worth(points, conversion), loaded.home.decimals);
    const byRule = [...new Set([...before.keys(), ...after.keys()])].sort().map((rule) => ({
      rule,
      before: before.get(rule)?.points ?? 0n,
      after: after.get(rule)?.points ?? 0n,
    }));
    const sumOf = (outcome: ReadonlyMap<string, Outcome>): bigint =>
      [...outcome.values()].reduce((sum, { points }) => sum + points, 0n);
    const [old, fresh] = [sumOf(before), sumOf(after)];
    return plain({
      from,
      to: dayOf(now, program),
      purchases: purchases.length,
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

interface Past {
  readonly purchase: Purchase;
  readonly member: MemberFacts;
}

const MOST = 20_000;

async function pastPurchases(
  { system }: Pick<OperationContext, 'system'>,
  { program, currencies, home }: LoadedProgram,
  from: string,
): Promise<readonly Past[]> {
  const own = `_loyaltyprogramid_value eq ${program.id}`;
  const select =
    '$select=loyaltytransactionid,sourcetype,sourceid,effectiveon,currencycode,amount,_loyaltymemberid_value';
  const filter = `${own} and dayon ge ${from} and purchasecount eq 1`;
  const [size] = await system.list('loyaltytransaction', `$apply=filter(${filter})/aggregate($count as number)`);
  const count = Number(size?.['number'] ?? 0);
  if (count > MOST) throw fail('LIST_TOO_LONG', { limit: MOST, what: 'purchases of a simulation', count });
  const rows = await listAll(system, 'loyaltytransaction', `${select}&$filter=${filter}`);
  const members = new Map(
    (await listAll(system, 'loyaltymember', `&$filter=${own}`)).map((row) => {
      const id = String(row['loyaltymemberid']);
      return [id, factsOf(program, id, row)] as const;
    }),
  );
  const seen = new Set<string>();
  const ordered = [...rows].sort((a, b) => (String(a['effectiveon']) < String(b['effectiveon']) ? -1 : 1));
  return ordered.flatMap((row) => {
    const facts = members.get(refOf(row, 'loyaltymemberid') ?? '');
    if (!facts) return [];
    const code = textOf(row, 'currencycode') ?? home.code;
    const net = minorOf(
      decimalText(row['amount']),
      currencies.find((one) => one.code === code)?.decimals ?? home.decimals,
    );
    const hasPurchased = seen.has(facts.id);
    seen.add(facts.id);
    return [
      {
        member: { ...facts, hasPurchased },
        purchase: {
          sourceType: String(row['sourcetype']),
          sourceId: String(row['sourceid']),
          on: instantOf(row, 'effectiveon') ?? '',
          currency: code,
          lines: [{ net, gross: net, quantity: '1' }],
        },
      },
    ];
  });
}

/** Points by rule, with the tiers that members have today and the caps as they would have filled. */
async function replay(
  { program }: LoadedProgram,
  rules: readonly Rule[],
  purchases: readonly Past[],
): Promise<ReadonlyMap<string, Outcome>> {
  const outcome = new Map<string, Outcome>();
  const uses = new Map<string, RuleUse[]>();
  for (const { purchase, member } of purchases) {
    const own = uses.get(member.id) ?? [];
    uses.set(member.id, own);
    const { on, currency } = purchase;
    let awards;
    try {
      awards = await award(program, rules, { event: 'purchase', on, currency, purchase, member }, own);
    } catch (error) {
      throw fail('RULE_FAILED', { reason: error instanceof Error ? error.message : String(error) });
    }
    for (const { rule, points } of awards) {
      const known = outcome.get(rule) ?? { points: 0n, purchases: 0 };
      known.points += points;
      known.purchases++;
      outcome.set(rule, known);
      own.push({ rule, day: dayOf(on, program), points, other: false });
    }
  }
  return outcome;
}
