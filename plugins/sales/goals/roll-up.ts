// Works out how far goals are: what their metric counts of the rows of whoever they are for, and what their parts bring. Figures
// are exact decimals; those of amounts are in the base currency where the metric names a field in it.
import { Big } from 'big.js';
import type { Records, Row } from 'peyvand/sdk';
import { fail } from '../operations/errors.ts';

const DAY = 86_400_000;

export interface RollUp {
  readonly system: Records;
  /** UTC. */
  readonly now: string;
  /** Today, where the goals are judged: `2026-11-22`. */
  readonly today: string;
}

interface Figures {
  readonly actual: Big;
  readonly inProgress: Big;
}

const FIELDS = [
  'goalid',
  'title',
  '_metricid_value',
  '_goalownerid_value',
  '_parentgoalid_value',
  'goalstartdate',
  'goalenddate',
  'targetdecimal',
  'rolluponlyfromchildgoals',
  'consideronlygoalownersrecords',
];

/** The goal's whole tree, from the top: a part changes what stands above it. Answers how many goals were worked out. */
export async function rollUpTree(context: RollUp, id: string): Promise<number> {
  let top = id;
  for (const seen = new Set<string>(); !seen.has(top);) {
    seen.add(top);
    const [row] = await context.system.list('goal', `$select=_parentgoalid_value&$filter=goalid eq ${top}`);
    const parent = row?.['_parentgoalid_value'];
    if (typeof parent === 'string') top = parent;
  }
  // Two parts that change at once: the second waits here, and then sees the first.
  await context.system.retrieve('goal', top, { lock: true });
  const goals = await context.system.list('goal', `$select=${FIELDS.join()}&$filter=goalid eq ${top}`);
  return rollUpBelow(context, goals);
}

/** Every open goal that is part of no other, with its parts. */
export async function rollUpAll(context: RollUp): Promise<number> {
  return rollUpBelow(
    context,
    await context.system.list(
      'goal',
      `$select=${FIELDS.join()}&$filter=_parentgoalid_value eq null and statecode eq 0`,
    ),
  );
}

async function rollUpBelow(context: RollUp, tops: readonly Row[]): Promise<number> {
  const parts = new Map<string, Row[]>();
  let count = tops.length;
  for (let level = tops; level.length > 0;) {
    const ids = level.map((goal) => String(goal['goalid']));
    const next: Row[] = [];
    // Few ids at a time, so that the query stays short.
    for (let at = 0; at < ids.length; at += 50) {
      next.push(
        ...(await context.system.list(
          'goal',
          `$select=${FIELDS.join()}&$filter=_parentgoalid_value in (${ids.slice(at, at + 50).join()})`,
        )),
      );
    }
    for (const goal of next) {
      const parent = String(goal['_parentgoalid_value']);
      parts.set(parent, [...(parts.get(parent) ?? []), goal]);
    }
    count += next.length;
    level = next;
  }
  for (const goal of tops) await rollUp(context, goal, parts);
  return count;
}

async function rollUp(context: RollUp, goal: Row, parts: ReadonlyMap<string, readonly Row[]>): Promise<Figures> {
  let actual = Big(0);
  let inProgress = Big(0);
  for (const part of parts.get(String(goal['goalid'])) ?? []) {
    const figures = await rollUp(context, part, parts);
    actual = actual.plus(figures.actual);
    inProgress = inProgress.plus(figures.inProgress);
  }
  if (goal['rolluponlyfromchildgoals'] !== true) {
    const own = await measure(context.system, goal);
    actual = actual.plus(own.actual);
    inProgress = inProgress.plus(own.inProgress);
  }
  const expected = expectedShare(String(goal['goalstartdate']), String(goal['goalenddate']), context.today);
  const target = (goal['targetdecimal'] ?? null) === null ? undefined : Big(String(goal['targetdecimal']));
  await context.system.update('goal', String(goal['goalid']), {
    actualdecimal: actual.toFixed(2),
    inprogressdecimal: inProgress.toFixed(2),
    percentage: target && !target.eq(0) ? actual.times(100).div(target).toFixed(2) : null,
    computedtargetasoftodaydecimal: target ? target.times(expected).toFixed(2) : null,
    computedtargetasoftodaypercentageachieved: expected.times(100).toFixed(2),
    lastrolledupdate: context.now,
  });
  return { actual, inProgress };
}

/** The part of a period that has passed: (today − first) / (last − first), from 0 to 1. */
export function expectedShare(first: string, last: string, today: string): Big {
  const [from, to, at] = [first, last, today].map((day) => Date.parse(`${day}T00:00:00Z`) / DAY) as [
    number,
    number,
    number,
  ];
  if (at >= to) return Big(1);
  return at <= from ? Big(0) : Big(at - from).div(to - from);
}

async function measure(system: Records, goal: Row): Promise<Figures> {
  const metric = await system.retrieve('metric', String(goal['_metricid_value']));
  if (!metric) return { actual: Big(0), inProgress: Big(0) };
  const whose = await ownersOf(system, metric, goal);
  return {
    actual: await total(system, metric, goal, 'actual', whose),
    inProgress: await total(system, metric, goal, 'inprogress', whose),
  };
}

/** Condition on the owner of the rows; empty where everybody's count. A team's goal counts the team's rows and its members'. */
async function ownersOf(system: Records, metric: Row, goal: Row): Promise<string> {
  if (goal['consideronlygoalownersrecords'] !== true) return '';
  const id = String(goal['_goalownerid_value']);
  const members = await system.list(
    'systemuser',
    `$select=systemuserid&$filter=teammembership_association/any(t:t/teamid eq ${id})`,
  );
  const ids = [id, ...members.map((row) => String(row['systemuserid']))];
  return ` and _${String(metric['ownerfield'] ?? 'ownerid')}_value in (${ids.join()})`;
}

async function total(
  system: Records,
  metric: Row,
  goal: Row,
  which: 'actual' | 'inprogress',
  whose: string,
): Promise<Big> {
  const date = metric[`${which}datefield`];
  if (typeof date !== 'string') return Big(0);
  const field = metric[`${which}field`];
  const [first, last] = [String(goal['goalstartdate']), String(goal['goalenddate'])];
  const on = (name: string, day: string): string =>
    `Microsoft.Dynamics.CRM.${name}(PropertyName='${date}',PropertyValue='${day}')`;
  const state =
    (metric[`${which}state`] ?? null) === null ? '' : ` and statecode eq ${String(metric[`${which}state`])}`;
  const filter = `${on('OnOrAfter', first)} and ${on('OnOrBefore', last)}${state}${whose}`;
  const isAmount = metric['isamount'] !== false && typeof field === 'string';
  const source = String(metric['sourceentity']);
  try {
    const sum = isAmount ? `${await inBaseCurrency(system, source, field)} with sum` : '$count';
    const query = `$apply=filter(${filter})/aggregate(${sum} as total)`;
    const [row] = await system.list(source, query);
    return Big(String(row?.['total'] ?? 0));
  } catch (error) {
    throw fail(
      'METRIC_UNREADABLE',
      { metric: String(metric['name']), source, reason: error instanceof Error ? error.message : String(error) },
      { cause: error },
    );
  }
}

/** The name of an amount in the base currency, where it has one: amounts of several currencies do not add up. */
async function inBaseCurrency(system: Records, source: string, field: string): Promise<string> {
  const [row = {}] = await system.list(source, '$top=1');
  return `${field}_base` in row ? `${field}_base` : field;
}
