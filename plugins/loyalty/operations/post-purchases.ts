// loyalty_PostPurchases: what many purchases earned, in one call. Each member's row is locked once, what was posted before is left
// alone, and the rows go in few statements.
import { defineOperation, type OperationContext, type Records, type Row } from 'peyvand/sdk';
import { dayOf, partsOf } from '../engine/calendar.ts';
import { earn } from '../engine/earn.ts';
import { sum } from '../engine/exact.ts';
import type { Award, Entry, MemberFacts, Rule, RuleUse } from '../engine/model.ts';
import { award, hasCap, inForce } from '../engine/rules.ts';
import { settle } from '../engine/settle.ts';
import { fail } from '../errors.ts';
import { decideTiers, mayChange } from '../store/decide-tiers.ts';
import { inPortions, listAll, quoted } from '../store/list-all.ts';
import { loadProgram, type LoadedProgram } from '../store/load-program.ts';
import { idsOf } from '../store/new-id.ts';
import { factsOf, openMembers, type OpenMember } from '../store/open-members.ts';
import { refOf, textOf, wholeOf } from '../store/values.ts';
import { heldRow, heldSources, velocityOf } from '../store/suspicions.ts';
import { writeBooks } from '../store/write-books.ts';
import { readPurchases, type PostedPurchase } from './read-purchases.ts';
import { reversePosted } from './reverse.ts';

const LIMIT = 5_000;

export interface Posted {
  readonly Posted: number;
  /** Posted before: nothing changed by them. */
  readonly Known: number;
  /** Of customers who are no members. */
  readonly Unknown: number;
  /** More in a day than the programme thinks likely: they wait until somebody decides. */
  readonly Held: number;
  readonly Points: number;
  readonly Entries: number;
}

export const postPurchases = defineOperation({
  name: 'loyalty_PostPurchases',
  kind: 'action',
  parameters: [
    { name: 'Program', type: 'entity', entity: 'loyaltyprogram' },
    {
      name: 'Purchases',
      type: 'json',
      description:
        'A list of {member | customer, sourceType, sourceId, sequence, on, currency, channel, lines: [{product, family, quantity, net, gross}]}; a purchase of one line may say net and gross itself.',
    },
  ],
  returns: {
    properties: [
      { name: 'Posted', type: 'integer' },
      { name: 'Known', type: 'integer' },
      { name: 'Unknown', type: 'integer' },
      { name: 'Held', type: 'integer' },
      { name: 'Points', type: 'integer' },
      { name: 'Entries', type: 'integer' },
    ],
  },
  right: 'loyalty-post',
  description: 'Posts what purchases earned. A purchase that was posted before changes nothing.',
  async run(context): Promise<Posted> {
    const { parameters, system, refuse } = context;
    const loaded = await loadProgram(system, (parameters['Program'] as { readonly id: string }).id);
    const { purchases, violations } = readPurchases(parameters['Purchases'], loaded);
    if (violations.length > 0) refuse(...violations.slice(0, 100));
    return post(context, loaded, purchases);
  },
});

/** For what other parts of the module post, too. */
export async function post(
  { system, now }: Pick<OperationContext, 'system' | 'now'>,
  loaded: LoadedProgram,
  purchases: readonly PostedPurchase[],
  { released = false }: { readonly released?: boolean } = {},
): Promise<Posted> {
  if (purchases.length > LIMIT)
    throw fail('LIST_TOO_LONG', { limit: LIMIT, what: 'purchases', count: purchases.length });
  const { program, rules } = loaded;
  const owners = await ownersOf(system, loaded, purchases);
  const owned = purchases.flatMap((purchase) => {
    const member = owners.get(purchase.member ?? purchase.customer ?? '');
    return member === undefined ? [] : [{ purchase, member }];
  });
  const refers = rules.some(({ event }) => event === 'referral');
  const ids = owned.map(({ member }) => member);
  const referrers = refers ? await referrersOf(system, ids) : [];
  const members = await openMembers(system, program, [...ids, ...referrers], 'due', now, idsOf(now));
  const byId = new Map(members.map((member) => [member.id, member]));
  const known = await knownSources(
    system,
    program.id,
    owned.map(({ purchase }) => purchase),
    !released,
  );
  const velocity = released ? undefined : await velocityOf(system, loaded, owned);
  const held: Row[] = [];
  const uses = await usesOf(
    system,
    loaded,
    members,
    owned.map(({ purchase }) => purchase),
  );
  const bought = new Set(members.filter(({ facts }) => facts.hasPurchased).map(({ id }) => id));
  const late: { readonly member: OpenMember; readonly purchase: PostedPurchase }[] = [];
  let [posted, skipped] = [0, 0];
  // By their own dates: which purchase is the first, and what a cap leaves, does not depend on the order in which they came.
  const inOrder = [...owned].sort((a, b) =>
    a.purchase.on < b.purchase.on ? -1 : a.purchase.on > b.purchase.on ? 1 : 0,
  );
  for (const { purchase, member: id } of inOrder) {
    const member = byId.get(id);
    const key = sourceKey(purchase);
    if (!member || known.posted.has(key)) {
      skipped++;
      continue;
    }
    known.posted.add(key);
    const facts: MemberFacts = { ...member.facts, hasPurchased: bought.has(id) };
    const own = uses.get(id) ?? [];
    const occasion = {
      event: 'purchase',
      on: purchase.on,
      currency: purchase.currency,
      purchase,
      member: facts,
    } as const;
    const awards = await awarded(loaded, rules, occasion, own);
    const suspicion = velocity?.check(id, purchase, awards);
    if (suspicion) {
      held.push(heldRow(loaded, member, purchase, awards, suspicion, now));
      continue;
    }
    earnOf(member, loaded, purchase, awards, now);
    note(uses, id, awards, dayOf(purchase.on, program));
    if (!facts.hasPurchased) await refer(loaded, member, purchase, byId, now);
    bought.add(id);
    posted++;
    if (known.reversed.has(purchase.sourceId)) late.push({ member, purchase });
  }
  if (held.length > 0) await system.createMany('loyaltysuspicion', held);
  const extras = new Map<string, Row>();
  for (const { member, purchase } of late) await reversePosted(system, loaded, member, purchase, now, extras);
  const changed = members.filter(({ book }) => book.entries.length > 0);
  const decisions = await decideTiers(system, loaded, await mayChange(system, loaded, changed, now), now);
  const written = await writeBooks(system, loaded, changed, { decisions, extras });
  const points = sum(changed.flatMap(({ book }) => book.entries.map((entry) => (isEarned(entry) ? entry.points : 0n))));
  return {
    Posted: posted,
    Known: skipped,
    Unknown: purchases.length - owned.length,
    Held: held.length,
    Points: Number(points),
    Entries: written.entries,
  };
}

const isEarned = ({ kind }: Entry): boolean => kind === 'earn';

async function awarded(
  { program }: LoadedProgram,
  rules: readonly Rule[],
  occasion: Parameters<typeof award>[2],
  uses: readonly RuleUse[],
): Promise<readonly Award[]> {
  try {
    return await award(program, rules, occasion, uses);
  } catch (error) {
    throw fail('RULE_FAILED', { reason: error instanceof Error ? error.message : String(error) });
  }
}

function earnOf(
  member: OpenMember,
  { program }: LoadedProgram,
  purchase: PostedPurchase,
  awards: readonly Award[],
  now: string,
): void {
  const { sourceType, sourceId, sequence, on, currency, lines } = purchase;
  const spend = sum(lines.map(({ net }) => net));
  earn(member.account, program, { sourceType, sourceId, sequence, on, currency, spend, awards }, now, member.book);
  settle(member.account, program, now, member.book);
}

/** The first purchase of somebody who was referred gives both sides what the rules say, after the return window. */
async function refer(
  loaded: LoadedProgram,
  member: OpenMember,
  purchase: PostedPurchase,
  byId: ReadonlyMap<string, OpenMember>,
  now: string,
): Promise<void> {
  const referrer = byId.get(refOf(member.row, 'referredbyid') ?? '');
  if (!referrer) return;
  const { on, currency } = purchase;
  for (const side of [member, referrer]) {
    const awards = await awarded(loaded, loaded.rules, { event: 'referral', on, currency, member: side.facts }, []);
    if (awards.length === 0) continue;
    // What a referral gives goes back with the purchase that earned it: it is of the same source.
    const { sourceType, sourceId, sequence } = purchase;
    const own = awards.map((one) => (side === member ? one : { ...one, rule: `${one.rule}:referrer` }));
    earn(side.account, loaded.program, { sourceType, sourceId, sequence, on, currency, awards: own }, now, side.book);
    settle(side.account, loaded.program, now, side.book);
  }
}

/** Member or customer → member. Members of other programmes are nobody here. */
async function ownersOf(
  system: Records,
  { program }: LoadedProgram,
  purchases: readonly PostedPurchase[],
): Promise<ReadonlyMap<string, string>> {
  const owners = new Map<string, string>();
  const select = '$select=loyaltymemberid,_customerid_value,_loyaltyprogramid_value';
  const find = async (field: string, values: readonly (string | undefined)[]): Promise<void> => {
    const ids = [...new Set(values.filter((value) => value !== undefined))];
    const rows = await inPortions(ids, field, (condition) =>
      system.list('loyaltymember', `${select}&$filter=${condition}`),
    );
    for (const row of rows) {
      if (refOf(row, 'loyaltyprogramid') !== program.id) continue;
      const id = String(row['loyaltymemberid']);
      owners.set(field === 'loyaltymemberid' ? id : (refOf(row, 'customerid') ?? ''), id);
    }
  };
  await find(
    'loyaltymemberid',
    purchases.map(({ member }) => member),
  );
  await find(
    '_customerid_value',
    purchases.map(({ customer }) => customer),
  );
  return owners;
}

async function referrersOf(system: Records, ids: readonly string[]): Promise<readonly string[]> {
  const rows = await inPortions([...new Set(ids)], 'loyaltymemberid', (condition) =>
    system.list('loyaltymember', `$select=_referredbyid_value&$filter=${condition} and purchases eq 0`),
  );
  return rows.flatMap((row) => refOf(row, 'referredbyid') ?? []);
}

export function sourceKey({
  sourceType,
  sourceId,
  sequence,
}: Pick<PostedPurchase, 'sourceType' | 'sourceId' | 'sequence'>): string {
  return JSON.stringify([sourceType, sourceId, sequence]);
}

/**
 * What of these sources is in the ledger already; returns that came before their purchase are found by it. Asked by the sources
 * alone: the programme is no condition, for it would have the database read all that the programme ever wrote.
 */
async function knownSources(
  system: Records,
  program: string,
  purchases: readonly PostedPurchase[],
  withHeld: boolean,
): Promise<{ readonly posted: Set<string>; readonly reversed: ReadonlySet<string> }> {
  const sources = [...new Set(purchases.map(({ sourceId }) => sourceId))];
  const ids = sources.map(quoted);
  const held = withHeld ? await heldSources(system, sources) : [];
  const ofProgram = (row: Row): boolean => refOf(row, 'loyaltyprogramid') === program;
  const posted = await inPortions(ids, 'sourceid', (condition) =>
    listAll(
      system,
      'loyaltytransaction',
      `$select=loyaltytransactionid,_loyaltyprogramid_value,sourcetype,sourceid,sequence&$filter=${condition}`,
    ),
  );
  const reversed = await inPortions(ids, 'originalid', (condition) =>
    system.list('loyaltytransaction', `$select=_loyaltyprogramid_value,originalid&$filter=${condition}`),
  );
  return {
    posted: new Set(
      [...posted, ...held].filter(ofProgram).map((row) =>
        sourceKey({
          sourceType: String(row['sourcetype']),
          sourceId: String(row['sourceid']),
          sequence: Number(row['sequence']),
        }),
      ),
    ),
    reversed: new Set(reversed.filter(ofProgram).map((row) => textOf(row, 'originalid') ?? '')),
  };
}

/** What rules with caps gave before, by member; those of a household know of each other. */
async function usesOf(
  system: Records,
  { program, rules }: LoadedProgram,
  members: readonly OpenMember[],
  purchases: readonly PostedPurchase[],
): Promise<Map<string, RuleUse[]>> {
  const uses = new Map<string, RuleUse[]>();
  const capped = new Set(
    purchases.flatMap(({ on }) =>
      inForce(rules, on)
        .filter(hasCap)
        .map(({ code }) => code),
    ),
  );
  if (capped.size === 0) return uses;
  const households = await housematesOf(system, program.id, members);
  const everybody = [...new Set([...members.map(({ id }) => id), ...households.keys()])];
  const codes = [...capped].map(quoted).join(',');
  const rows = await inPortions(everybody, '_loyaltymemberid_value', (condition) =>
    system.list(
      'loyaltytransaction',
      `$apply=filter(${condition} and rulecode in (${codes}) and (kind eq 1 or kind eq 4))/groupby((_loyaltymemberid_value,rulecode,dayon,kind),aggregate(points with sum as points,reversedpoints with sum as reversed))`,
    ),
  );
  for (const row of rows) {
    const owner = refOf(row, 'loyaltymemberid') ?? '';
    const isReversal = Number(row['kind']) === 4;
    const use: RuleUse = {
      rule: String(row['rulecode']),
      day: String(row['dayon']),
      points: isReversal ? -wholeOf(row, 'reversed') : wholeOf(row, 'points'),
      other: false,
    };
    for (const { id } of members) {
      if (id === owner) push(uses, id, use);
      else if (households.get(owner)?.has(id)) push(uses, id, { ...use, other: true });
    }
  }
  return uses;
}

/** Member → members among those opened who live in the same household. */
async function housematesOf(
  system: Records,
  program: string,
  members: readonly OpenMember[],
): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const names = [...new Set(members.flatMap(({ row }) => textOf(row, 'household') ?? []))];
  const mates = new Map<string, ReadonlySet<string>>();
  if (names.length === 0) return mates;
  const rows = await inPortions(names.map(quoted), 'household', (condition) =>
    system.list(
      'loyaltymember',
      `$select=loyaltymemberid,household&$filter=${condition} and _loyaltyprogramid_value eq ${program}`,
    ),
  );
  for (const row of rows) {
    const own = members.filter((member) => textOf(member.row, 'household') === textOf(row, 'household'));
    mates.set(String(row['loyaltymemberid']), new Set(own.map(({ id }) => id)));
  }
  return mates;
}

function push(uses: Map<string, RuleUse[]>, id: string, use: RuleUse): void {
  const list = uses.get(id);
  if (list) list.push(use);
  else uses.set(id, [use]);
}

function note(uses: Map<string, RuleUse[]>, id: string, awards: readonly Award[], day: string): void {
  for (const { rule, points } of awards) push(uses, id, { rule, day, points, other: false });
}

/** Birthdays of a day in the programme's calendar, once a year each: the year of that calendar names the fact. */
export async function postBirthdays(
  { system, now }: Pick<OperationContext, 'system' | 'now'>,
  loaded: LoadedProgram,
  rows: readonly Row[],
  day: string,
): Promise<number> {
  const { program } = loaded;
  const { year } = partsOf(day, program);
  const sources = rows.map((row) => {
    const id = String(row['loyaltymemberid']);
    return { id, facts: factsOf(program, id, row), sourceId: `${id}/${year}` };
  });
  const done = await inPortions(
    sources.map(({ sourceId }) => quoted(sourceId)),
    'sourceid',
    (condition) =>
      system.list('loyaltytransaction', `$select=sourceid&$filter=${condition} and sourcetype eq 'birthday'`),
  );
  const posted = new Set(done.map((row) => String(row['sourceid'])));
  const fresh = sources.filter(({ sourceId }) => !posted.has(sourceId));
  const members = await openMembers(
    system,
    program,
    fresh.map(({ id }) => id),
    'due',
    now,
    idsOf(now),
  );
  for (const member of members) {
    const on = new Date(Date.parse(`${day}T12:00:00Z`)).toISOString();
    const currency = loaded.home.code;
    const awards = await awarded(loaded, loaded.rules, { event: 'birthday', on, currency, member: member.facts }, []);
    if (awards.length === 0) continue;
    const sourceId = `${member.id}/${year}`;
    earn(
      member.account,
      program,
      { sourceType: 'birthday', sourceId, sequence: 0, on, currency, awards },
      now,
      member.book,
    );
    settle(member.account, program, now, member.book);
  }
  const changed = members.filter(({ book }) => book.entries.length > 0);
  await writeBooks(system, loaded, changed);
  return changed.length;
}
