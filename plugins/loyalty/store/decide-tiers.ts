// Tiers of members from what their entries say. Most purchases reach nothing new: one sum per member decides whether the whole of a
// member's days is looked at.
import type { Records, Row } from 'peyvand/sdk';
import { addDays, dayOf, windowOf } from '../engine/calendar.ts';
import { minorOf } from '../engine/exact.ts';
import type { Program } from '../engine/model.ts';
import { decideTier, type Activity, type TierDecision } from '../engine/tiers.ts';
import { inPortions } from './list-all.ts';
import type { LoadedProgram } from './load-program.ts';
import type { OpenMember } from './open-members.ts';
import { bigOf, decimalText, refOf, textOf } from './values.ts';

/** Days with what counts on them, from the given one on; what the books hold and is not stored yet included. */
export async function activityOf(
  system: Records,
  { program, home }: LoadedProgram,
  member: Pick<OpenMember, 'id' | 'book'>,
  from: string,
): Promise<readonly Activity[]> {
  const sums = 'aggregate(qualifying with sum as points,amount with sum as spend,purchasecount with sum as number)';
  const filter = `filter(_loyaltymemberid_value eq ${member.id} and dayon ge ${from})`;
  const rows = await system.list('loyaltytransaction', `$apply=${filter}/groupby((dayon,currencycode),${sums})`);
  const stored = rows.map((row): Activity => ({ day: textOf(row, 'dayon') ?? '', ...countsOf(row, home) }));
  return [...stored, ...freshOf({ program, home }, member, from)];
}

/** What the member's book holds and is not stored yet. */
function freshOf(
  { program, home }: Pick<LoadedProgram, 'program' | 'home'>,
  { book }: Pick<OpenMember, 'book'>,
  from: string,
): readonly Activity[] {
  const fresh = book.entries.map((entry): Activity => {
    const isHome = entry.currency === home.code;
    const day = dayOf(entry.countsOn ?? entry.on, program);
    return { day, points: entry.qualifying, spend: isHome ? (entry.spend ?? 0n) : 0n, count: entry.count ?? 0 };
  });
  return fresh.filter(({ day }) => day >= from);
}

/** Its time and the days of grace are over: what it was kept by is looked at day by day. */
function hasLapsed(program: Program, standing: OpenMember['standing'], today: string): boolean {
  return standing?.until !== undefined && addDays(standing.until, program.graceDays) < today;
}

/** What counts in the window of today, by member: one sum for each, on its first day. */
async function sumsOf(
  system: Records,
  { program, home }: LoadedProgram,
  members: readonly OpenMember[],
  today: string,
): Promise<ReadonlyMap<string, readonly Activity[]>> {
  const sums = new Map<string, Activity[]>(members.map(({ id }) => [id, []]));
  const windows = new Map<string, string[]>();
  for (const { id, facts } of members) {
    const { from } = windowOf(today, program.tierWindow, facts.enrolledDay, program);
    windows.set(from, [...(windows.get(from) ?? []), id]);
  }
  const measures = 'aggregate(qualifying with sum as points,amount with sum as spend,purchasecount with sum as number)';
  for (const [from, ids] of windows) {
    const rows = await inPortions(ids, '_loyaltymemberid_value', (condition) =>
      system.list(
        'loyaltytransaction',
        `$apply=filter(${condition} and dayon ge ${from} and dayon le ${today})/groupby((_loyaltymemberid_value,currencycode),${measures})`,
      ),
    );
    for (const row of rows) sums.get(refOf(row, 'loyaltymemberid') ?? '')?.push({ day: from, ...countsOf(row, home) });
  }
  return sums;
}

/** Amounts of other currencies are not added to the programme's own. */
function countsOf(row: Row, home: LoadedProgram['home']): Omit<Activity, 'day'> {
  const isHome = textOf(row, 'currencycode') === home.code;
  return {
    points: bigOf(row['points']) ?? 0n,
    spend: isHome ? minorOf(decimalText(row['spend']), home.decimals) : 0n,
    count: Number(row['number'] ?? 0),
  };
}

/** Of all the members given; before their books are stored. */
export async function decideTiers(
  system: Records,
  loaded: LoadedProgram,
  members: readonly OpenMember[],
  now: string,
): Promise<ReadonlyMap<string, TierDecision>> {
  const { program } = loaded;
  const today = dayOf(now, program);
  const decisions = new Map<string, TierDecision>();
  const sums = await sumsOf(
    system,
    loaded,
    members.filter(({ standing }) => !hasLapsed(program, standing, today)),
    today,
  );
  for (const member of members) {
    const window = (day: string): string => windowOf(day, program.tierWindow, member.facts.enrolledDay, program).from;
    const until = member.standing?.until;
    const from = until !== undefined && until < today ? window(until) : window(today);
    const known = sums.get(member.id);
    const activity = known
      ? [...known, ...freshOf(loaded, member, from)]
      : await activityOf(system, loaded, member, from);
    const { facts, standing, override } = member;
    decisions.set(member.id, await decideTier(program, facts, activity, standing, today, override));
  }
  return decisions;
}

/** Those of the members whose tier may be another one after what their books hold. */
export async function mayChange(
  system: Records,
  { program, home }: LoadedProgram,
  members: readonly OpenMember[],
  now: string,
): Promise<readonly OpenMember[]> {
  const today = dayOf(now, program);
  const isExact = program.tierBasis !== 'expression' && program.tierWindow.kind !== 'anniversary';
  const sums = new Map<string, bigint>();
  if (isExact) {
    const { from } = windowOf(today, program.tierWindow, today, program);
    const ids = members.map(({ id }) => id);
    const field = { points: 'qualifying', spend: 'amount', count: 'purchasecount', expression: '' }[program.tierBasis];
    const currency = program.tierBasis === 'spend' ? ` and currencycode eq '${home.code}'` : '';
    const rows = await inPortions(ids, '_loyaltymemberid_value', (condition) =>
      system.list(
        'loyaltytransaction',
        `$apply=filter(${condition} and dayon ge ${from}${currency})/groupby((_loyaltymemberid_value),aggregate(${field} with sum as total))`,
      ),
    );
    for (const row of rows) sums.set(refOf(row, 'loyaltymemberid') ?? '', totalOf(row, program, home.decimals));
  }
  return members.filter((member) => {
    const { standing } = member;
    if (!standing || !isExact) return true;
    if (hasLapsed(program, standing, today)) return true;
    const fresh = member.book.entries.reduce((sum, entry) => sum + measureOf(program, home.code, entry), 0n);
    const total = (sums.get(member.id) ?? 0n) + fresh;
    // Reached again or reached anew: both change until when the tier is kept.
    const above = program.tiers.filter(({ rank }) => rank >= standing.tier.rank && rank > 0);
    return above.some(({ threshold }) => total >= threshold && (sums.get(member.id) ?? 0n) < threshold);
  });
}

function totalOf(row: Row, { tierBasis }: Program, decimals: number): bigint {
  return tierBasis === 'spend' ? minorOf(decimalText(row['total']), decimals) : (bigOf(row['total']) ?? 0n);
}

function measureOf({ tierBasis }: Program, home: string, entry: OpenMember['book']['entries'][number]): bigint {
  if (tierBasis === 'spend') return entry.currency === home ? (entry.spend ?? 0n) : 0n;
  return tierBasis === 'count' ? BigInt(entry.count ?? 0) : entry.qualifying;
}
