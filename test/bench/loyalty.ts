// Purchases of a year into an empty programme of loyalty: 500,000 lines (BENCH_LINES) in purchases of one to four lines, of 20,000
// members (BENCH_MEMBERS), with a base rule, a rule with a JSONata condition and tiers; posted through the operation that everybody calls.
// Then a tenth of them once more, and what the ledger says: it sums to zero, and the members' figures are its own.
import { randomUUID } from 'node:crypto';
import { seededRandom } from '../../runtime/cli/demo/random.ts';
import { reachOf } from '../../core/records/reach.ts';
import { systemPrincipal } from '../../core/security/system-principal.ts';
import { withOwnEngine } from './own-engine.ts';
import { table } from './table.ts';

const lines = Number(process.env['BENCH_LINES'] ?? 500_000);
const people = Number(process.env['BENCH_MEMBERS'] ?? Math.min(20_000, Math.max(10, Math.round(lines / 25))));
const PORTION = 1_000;

interface Purchase {
  readonly member: string;
  readonly sourceType: 'till';
  readonly sourceId: string;
  readonly on: string;
  readonly lines: readonly { readonly net: string; readonly family: string }[];
}

export async function bench(): Promise<Readonly<Record<string, unknown>>> {
  return withOwnEngine(async (organization) => {
    const engine = organization.current();
    const { system, invoke } = reachOf({ engine, principal: systemPrincipal, requestId: 'bench' }, true);
    const random = seededRandom(7);
    const [currency] = await system.list('transactioncurrency', '$top=1');
    const currencyid = String(currency?.['transactioncurrencyid']);
    const program = await system.create('loyaltyprogram', {
      name: 'Bench',
      code: 'bench',
      currencyid,
      expirypolicy: 4,
      expirylater: 1,
    });
    const own = { loyaltyprogramid: program };
    for (const [rank, code, threshold] of [
      [0, 'red', 0],
      [1, 'silver', 1_000],
      [2, 'gold', 5_000],
    ] as const) {
      await system.create('loyaltytier', {
        ...own,
        name: code,
        code,
        rank,
        threshold,
        bonuspercent: rank === 2 ? 50 : 0,
      });
    }
    const rule = { ...own, version: 1, event: 1, points: 1 };
    await system.create('loyaltyrule', { ...rule, name: 'Base', code: 'base', kind: 1, peramount: 1 });
    const weekend = "weekday = 'Sat' or weekday = 'Sun'";
    await system.create('loyaltyrule', {
      ...rule,
      name: 'Weekend',
      code: 'weekend',
      kind: 3,
      percent: 10,
      condition: weekend,
    });
    process.stderr.write(`preparing: ${people} members …\n`);
    const contacts = await system.createMany(
      'contact',
      Array.from({ length: people }, (_, index) => ({ lastname: `M${index}` })),
    );
    const [tier] = await system.list('loyaltytier', `$filter=_loyaltyprogramid_value eq ${program} and rank eq 0`);
    const members: string[] = [];
    const enrolling = performance.now();
    for (const id of contacts) {
      const customerid = { entity: 'contact', id };
      members.push(await system.create('loyaltymember', { ...own, customerid, enrolledon: '2025-01-01T00:00:00Z' }));
    }
    const enrolled = performance.now() - enrolling;
    if (!tier) throw new TypeError('the programme has its tiers');

    const purchases: Purchase[] = [];
    for (let made = 0; made < lines;) {
      const count = Math.min(lines - made, random.between(1, 4));
      made += count;
      purchases.push({
        member: random.pick(members),
        sourceType: 'till',
        sourceId: randomUUID(),
        on: new Date(Date.UTC(2026, 0, 1) + Math.floor(random.fraction() * 300 * 86_400_000)).toISOString(),
        lines: Array.from({ length: count }, () => ({
          net: `${random.between(1, 300)}.${random.between(10, 99)}`,
          family: random.pick(['fruit', 'bread', 'tools']),
        })),
      });
    }
    // As tills send them: a member's purchases of a time together.
    purchases.sort((a, b) => (a.member < b.member ? -1 : a.member > b.member ? 1 : a.on < b.on ? -1 : 1));
    const Program = { entity: 'loyaltyprogram', id: program };
    const post = async (Purchases: readonly Purchase[]) =>
      (await invoke('loyalty_PostPurchases', { Program, Purchases })) as Readonly<Record<string, number>>;
    process.stderr.write(`posting ${lines} lines in ${purchases.length} purchases …\n`);
    let [posted, entries] = [0, 0];
    const begin = performance.now();
    const taken: number[] = [];
    for (let from = 0; from < purchases.length; from += PORTION) {
      const started = performance.now();
      const answer = await post(purchases.slice(from, from + PORTION));
      taken.push((performance.now() - started) / Math.min(PORTION, purchases.length - from));
      posted += answer['Posted'] ?? 0;
      entries += answer['Entries'] ?? 0;
    }
    const seconds = (performance.now() - begin) / 1000;
    const again = purchases.slice(0, Math.ceil(purchases.length / 10));
    const repeating = performance.now();
    let known = 0;
    for (let from = 0; from < again.length; from += PORTION)
      known += (await post(again.slice(from, from + PORTION)))['Known'] ?? 0;
    const repeated = (performance.now() - repeating) / 1000;
    const [sum] = await system.list('loyaltyposting', '$apply=aggregate(points with sum as points,$count as rows)');
    const [ledger] = await system.list(
      'loyaltyposting',
      '$apply=filter(account eq 2)/aggregate(points with sum as points)',
    );
    const [cached] = await system.list('loyaltymember', '$apply=aggregate(spendablepoints with sum as points)');
    const replaying = performance.now();
    const replayed = (await invoke('loyalty_Simulate', {
      Program,
      Rules: [{ code: 'base', points: 2 }],
      // As many as are tried in one go.
      Months: lines > 300_000 ? 5 : 24,
    })) as Readonly<Record<string, number>>;
    const replay = (performance.now() - replaying) / 1000;
    const figures = {
      lines,
      purchases: purchases.length,
      members: people,
      posted,
      entries,
      postings: Number(sum?.['rows']),
      seconds: round(seconds),
      lines_per_second: Math.round(lines / seconds),
      purchases_per_second: Math.round(posted / seconds),
      // Flat: what is in the ledger already does not slow down what comes.
      purchases_per_second_at_first: rateOf(taken.slice(0, Math.ceil(taken.length / 4))),
      purchases_per_second_at_last: rateOf(taken.slice(-Math.ceil(taken.length / 4))),
      known_again: known,
      known_per_second: Math.round(known / repeated),
      simulated_purchases: Number(replayed['purchases']),
      simulated_per_second: Math.round(Number(replayed['purchases']) / replay),
      enrolled_per_second: Math.round(people / (enrolled / 1000)),
      ledger_sum: Number(sum?.['points']),
      balances_agree: Number(ledger?.['points']) === Number(cached?.['points']),
    };
    process.stdout.write(
      `${table(
        ['figure', 'value'],
        Object.entries(figures).map(([name, value]) => [name, String(value)]),
      )}\n`,
    );
    if (figures.ledger_sum !== 0 || !figures.balances_agree || posted !== purchases.length || known !== again.length) {
      throw new Error('the ledger does not agree');
    }
    return figures;
  });
}

/** Of milliseconds for one. */
function rateOf(taken: readonly number[]): number {
  return Math.round((1000 * taken.length) / taken.reduce((sum, one) => sum + one, 0));
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
