// loyalty_Verify: what a programme looks at every night. Members' own figures and lots compared with the ledger, which is right. What differs is set right where it can be worked
// out from what is only added to, and a discrepancy says so; what cannot stays as it is, for a person to look at.
import { defineOperation, type OperationContext, type Records, type Row } from 'peyvand/sdk';
import type { AccountName } from '../engine/model.ts';
import { ACCOUNTS, PURSES } from '../store/codes.ts';
import { inPortions, listAll } from '../store/list-all.ts';
import { loadProgram } from '../store/load-program.ts';
import { flagAll, refreshFingerprints } from '../store/suspicions.ts';
import { bigOf, codeOf, refOf, textOf, wholeOf, wordOf } from '../store/values.ts';
import { CACHES } from '../store/write-books.ts';
import { ledgerOf } from './explain.ts';

const PORTION = 200;

export interface Verified {
  readonly Compared: number;
  readonly Discrepancies: number;
  /** Where to go on; empty at the end. */
  readonly Last: string;
}

export const verify = defineOperation({
  name: 'loyalty_Verify',
  kind: 'action',
  parameters: [
    { name: 'Program', type: 'entity', entity: 'loyaltyprogram' },
    { name: 'After', type: 'id', optional: true },
  ],
  returns: {
    properties: [
      { name: 'Compared', type: 'integer' },
      { name: 'Discrepancies', type: 'integer' },
      { name: 'Last', type: 'text' },
    ],
  },
  right: 'loyalty-tiers',
  description: 'Compares the next members with the ledger and sets right what differs. Answers where to go on.',
  async run(context): Promise<Verified> {
    const { parameters, system, now } = context;
    const program = (parameters['Program'] as { readonly id: string }).id;
    const after = textOf(parameters, 'After');
    const rows = await system.list(
      'loyaltymember',
      `$select=loyaltymemberid&$filter=_loyaltyprogramid_value eq ${program}${after === undefined ? '' : ` and loyaltymemberid gt ${after}`}&$orderby=loyaltymemberid&$top=${PORTION}`,
    );
    const ids = rows.map((row) => String(row['loyaltymemberid']));
    const Last = rows.length === PORTION ? (ids.at(-1) ?? '') : '';
    await refreshFingerprints(system, ids);
    if (Last === '') await flagAll(system, await loadProgram(system, program), now);
    const differing = (await comparedWith(system, ids, false)).filter(({ wrong }) => wrong.length > 0);
    // Again with the rows locked: between two readings somebody may have posted.
    const found = await comparedWith(
      system,
      differing.map(({ id }) => id),
      true,
    );
    let count = 0;
    for (const { id, name, wrong } of found) count += await setRight(context, id, name, wrong);
    return {
      Compared: ids.length,
      Discrepancies: count,
      Last,
    };
  },
});

interface Wrong {
  readonly account: AccountName;
  /** Of the member's row; absent: what the lots hold together. */
  readonly field?: string;
  readonly says: bigint;
  readonly ledger: bigint;
}

interface Compared {
  readonly id: string;
  readonly name: string;
  readonly wrong: readonly Wrong[];
}

async function comparedWith(system: Records, ids: readonly string[], lock: boolean): Promise<readonly Compared[]> {
  if (ids.length === 0) return [];
  const fields = CACHES.map(([field]) => field).join(',');
  const rows = await inPortions([...ids].sort(), 'loyaltymemberid', (condition) =>
    system.list('loyaltymember', `$select=loyaltymemberid,name,${fields}&$filter=${condition}`, { lock }),
  );
  const ledger = new Map<string, ReadonlyMap<AccountName, bigint>>();
  await inPortions(ids, '_loyaltymemberid_value', async (condition) => {
    for (const [id, accounts] of await ledgerOf({ system }, condition)) ledger.set(id, accounts);
    return [];
  });
  const lots = await inPortions(ids, '_loyaltymemberid_value', (condition) =>
    system.list(
      'loyaltylot',
      `$apply=filter(${condition} and remaining ne 0)/groupby((_loyaltymemberid_value,purse,released),aggregate(remaining with sum as points))`,
    ),
  );
  return rows.map((row) => {
    const id = String(row['loyaltymemberid']);
    const says = (account: AccountName): bigint => ledger.get(id)?.get(account) ?? 0n;
    const held = new Map<AccountName, bigint>();
    for (const lot of lots) {
      if (refOf(lot, 'loyaltymemberid') !== id) continue;
      const account = lot['released'] === true ? wordOf(PURSES, lot['purse'], 'spendable') : 'pending';
      held.set(account, (held.get(account) ?? 0n) + wholeOf(lot, 'points'));
    }
    const own = CACHES.map(([field, account]): Wrong => ({
      account,
      field,
      says: wholeOf(row, field),
      ledger: says(account),
    }));
    const inLots = (['spendable', 'promo', 'pending'] as const).map((account): Wrong => ({
      account,
      says: held.get(account) ?? 0n,
      ledger: says(account),
    }));
    return {
      id,
      name: textOf(row, 'name') ?? id,
      wrong: [...own, ...inLots].filter((one) => one.says !== one.ledger),
    };
  });
}

async function setRight(
  { system, now }: Pick<OperationContext, 'system' | 'now'>,
  id: string,
  name: string,
  wrong: readonly Wrong[],
): Promise<number> {
  if (wrong.length === 0) return 0;
  const figures = Object.fromEntries(
    wrong.flatMap(({ field, ledger }) => (field === undefined ? [] : [[field, String(ledger)]])),
  );
  if (Object.keys(figures).length > 0) await system.update('loyaltymember', id, figures);
  const inLots = wrong.filter(({ field }) => field === undefined);
  if (inLots.length > 0) await rebuildLots(system, id);
  const left = inLots.length === 0 ? [] : ((await comparedWith(system, [id], true))[0]?.wrong ?? []);
  const known = await system.list(
    'loyaltydiscrepancy',
    `$select=account,cached,ledger,note&$filter=_loyaltymemberid_value eq ${id} and statecode eq 0`,
  );
  const rows = wrong.flatMap(({ account, field, says, ledger }): Row[] => {
    const isLeft = field === undefined && left.some((one) => one.field === undefined && one.account === account);
    const row = {
      name: `${name}: ${field ?? `lots, ${account}`}`.slice(0, 200),
      loyaltymemberid: id,
      account: codeOf(ACCOUNTS, account),
      cached: String(says),
      ledger: String(ledger),
      foundon: now,
      ...(isLeft && { note: UNMENDED }),
    };
    // What could not be set right is told once, not every night.
    const isKnown = known.some(
      (one) =>
        one['note'] === UNMENDED &&
        one['account'] === row.account &&
        bigOf(one['cached']) === says &&
        bigOf(one['ledger']) === ledger,
    );
    return isLeft && isKnown ? [] : [row];
  });
  if (rows.length > 0) await system.createMany('loyaltydiscrepancy', rows);
  return rows.length;
}

const UNMENDED = 'Not set right: what was taken of the lots does not explain it. Adjust the points by hand.';

/** What is left in each lot, from what was taken of it and given back, which is only added to. */
async function rebuildLots(system: Records, member: string): Promise<void> {
  const own = `_loyaltymemberid_value eq ${member}`;
  const sums = (condition: string): Promise<readonly Row[]> =>
    listAll(
      system,
      'loyaltyconsumption',
      `$select=loyaltyconsumptionid,points,fromexpired,_loyaltylotid_value&$filter=${condition}`,
    );
  const [takes, expiries, lots] = [
    await sums(own),
    await sums(`${own} and loyaltytransactionid/kind eq 3`),
    await listAll(system, 'loyaltylot', `&$filter=${own}`),
  ];
  const total = (rows: readonly Row[], lot: string, fromExpired: boolean): bigint =>
    rows.reduce(
      (sum, row) =>
        refOf(row, 'loyaltylotid') === lot && (row['fromexpired'] === true) === fromExpired
          ? sum + wholeOf(row, 'points')
          : sum,
      0n,
    );
  const changes = lots.flatMap((row): Row[] => {
    const loyaltylotid = String(row['loyaltylotid']);
    const remaining = wholeOf(row, 'amount') - total(takes, loyaltylotid, false);
    const expired = total(expiries, loyaltylotid, false) - total(takes, loyaltylotid, true);
    if (remaining === wholeOf(row, 'remaining') && expired === wholeOf(row, 'expiredpoints')) return [];
    const isopen = remaining !== 0n || row['released'] !== true;
    return [{ loyaltylotid, remaining: String(remaining), expiredpoints: String(expired), isopen }];
  });
  await system.updateMany('loyaltylot', changes);
}
