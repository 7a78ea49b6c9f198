// Purchases of the past as rules see them, read page by page: their amounts, and their members with the tiers they had. Lines are not kept
// in the ledger: each purchase is one line.
import type { Records, Row } from 'peyvand/sdk';
import { dayOf, startOf } from '../engine/calendar.ts';
import { minorOf } from '../engine/exact.ts';
import type { MemberFacts, Program, Purchase, Tier } from '../engine/model.ts';
import { fail } from '../errors.ts';
import { inPortions, listAll } from './list-all.ts';
import type { LoadedProgram } from './load-program.ts';
import { factsOf } from './open-members.ts';
import { decimalText, given, instantOf, refOf, textOf } from './values.ts';

/** A purchase of the ledger, and its member as it was. */
export interface Past {
  readonly purchase: Purchase;
  readonly member: MemberFacts;
}

const PAGE = 2_000;
/** More would take longer than an operation may. */
const MOST = 150_000;

/**
 * Purchases in the order of their own dates, a page at a time, whatever their number. Members have the tiers that they had then: a tier
 * that was decided later, also later on the same day, does not count.
 */
export async function* pastPurchases(
  system: Records,
  { program, currencies, home }: LoadedProgram,
  from: string,
): AsyncGenerator<readonly Past[]> {
  const begin = startOf(from, program);
  const own = `_loyaltyprogramid_value eq ${program.id} and purchasecount eq 1`;
  const select =
    '$select=loyaltytransactionid,sourcetype,sourceid,effectiveon,currencycode,amount,createdon,_loyaltymemberid_value';
  const [size] = await system.list(
    'loyaltytransaction',
    `$apply=filter(${own} and effectiveon ge ${begin})/aggregate($count as number)`,
  );
  const count = Number(size?.['number'] ?? 0);
  if (count > MOST) throw fail('LIST_TOO_LONG', { limit: MOST, what: 'purchases of a simulation', count });
  const members = new Map<string, PastMember>();
  for (let [on, last] = [begin, '']; ;) {
    const after =
      last === ''
        ? `effectiveon ge ${on}`
        : `(effectiveon gt ${on} or (effectiveon eq ${on} and loyaltytransactionid gt ${last}))`;
    const rows = await system.list(
      'loyaltytransaction',
      `${select}&$filter=${own} and effectiveon ge ${on} and ${after}&$orderby=effectiveon,loyaltytransactionid&$top=${PAGE}`,
    );
    await meet(system, program, members, rows, begin);
    const page = rows.flatMap((row): Past[] => {
      const member = members.get(refOf(row, 'loyaltymemberid') ?? '');
      if (!member) return [];
      const code = textOf(row, 'currencycode') ?? home.code;
      const net = minorOf(
        decimalText(row['amount']),
        currencies.find((one) => one.code === code)?.decimals ?? home.decimals,
      );
      const { hasPurchased } = member;
      member.hasPurchased = true;
      const instant = instantOf(row, 'effectiveon') ?? '';
      const tier = tierAt(member, dayOf(instant, program), textOf(row, 'createdon') ?? '');
      return [
        {
          member: { ...member.facts, hasPurchased, ...given({ tier }) },
          purchase: {
            sourceType: String(row['sourcetype']),
            sourceId: String(row['sourceid']),
            on: instant,
            currency: code,
            lines: [{ net, gross: net, quantity: '1' }],
          },
        },
      ];
    });
    if (page.length > 0) yield page;
    const end = rows.at(-1);
    if (!end || rows.length < PAGE) return;
    [on, last] = [textOf(end, 'effectiveon') ?? on, String(end['loyaltytransactionid'])];
  }
}

interface PastMember {
  readonly facts: Omit<MemberFacts, 'tier'>;
  hasPurchased: boolean;
  /** Before the first decision. */
  readonly first: Tier | undefined;
  /** The latest decision first. */
  readonly decisions: readonly { readonly day: string; readonly at: string; readonly tier: Tier | undefined }[];
}

function tierAt({ first, decisions }: PastMember, day: string, postedOn: string): Tier | undefined {
  const found = decisions.find((one) => one.day < day || (one.day === day && one.at < postedOn));
  return found ? found.tier : first;
}

/** Members that were not met yet, with the tiers they had and whether they bought before the time looked at. */
async function meet(
  system: Records,
  program: Program,
  members: Map<string, PastMember>,
  purchases: readonly Row[],
  begin: string,
): Promise<void> {
  const ids = [...new Set(purchases.map((row) => refOf(row, 'loyaltymemberid') ?? ''))].filter(
    (id) => !members.has(id),
  );
  const rows = await inPortions(ids, 'loyaltymemberid', (condition) =>
    system.list(
      'loyaltymember',
      `$select=loyaltymemberid,enrolledon,segment,birthdate,_loyaltytierid_value&$filter=${condition}`,
    ),
  );
  const decided = await inPortions(ids, '_loyaltymemberid_value', (condition) =>
    listAll(
      system,
      'loyaltytierevaluation',
      `$select=loyaltytierevaluationid,evaluatedon,createdon,_loyaltymemberid_value,_loyaltytierid_value,_beforetierid_value&$filter=${condition}`,
    ),
  );
  const bought = await inPortions(ids, '_loyaltymemberid_value', (condition) =>
    system.list(
      'loyaltytransaction',
      `$apply=filter(${condition} and effectiveon lt ${begin} and purchasecount eq 1)/groupby((_loyaltymemberid_value),aggregate($count as number))`,
    ),
  );
  const before = new Set(bought.map((row) => refOf(row, 'loyaltymemberid')));
  const byMember = new Map<string, Row[]>();
  for (const row of decided) {
    const id = refOf(row, 'loyaltymemberid') ?? '';
    byMember.set(id, [...(byMember.get(id) ?? []), row]);
  }
  const tierOf = (id: string | undefined): Tier | undefined => program.tiers.find((tier) => tier.id === id);
  const orderOf = (row: Row): string => `${String(row['evaluatedon'])} ${String(row['createdon'])}`;
  for (const row of rows) {
    const id = String(row['loyaltymemberid']);
    const own = (byMember.get(id) ?? []).sort((a, b) => (orderOf(a) < orderOf(b) ? 1 : -1));
    const oldest = own.at(-1);
    const { tier, ...facts } = factsOf(program, id, row);
    members.set(id, {
      facts,
      hasPurchased: before.has(id),
      first: oldest ? tierOf(refOf(oldest, 'beforetierid')) : tier,
      decisions: own.map((one) => ({
        day: String(one['evaluatedon']),
        at: String(one['createdon']),
        tier: tierOf(refOf(one, 'loyaltytierid')),
      })),
    });
  }
}
