// What the clock brings: points released and expired, tiers that lapsed, birthdays, and balances compared with the ledger. All of it
// is worked out from dates; that it runs late, twice or not at all changes no balance.
import { defineOperation, defineSchedule, type OperationContext, type Records, type Row } from 'peyvand/sdk';
import { dayOf, isBirthday } from '../engine/calendar.ts';
import type { AccountName } from '../engine/model.ts';
import { ACCOUNTS } from '../store/codes.ts';
import { decideTiers } from '../store/decide-tiers.ts';
import { inPortions, listAll } from '../store/list-all.ts';
import { loadProgram } from '../store/load-program.ts';
import { idsOf } from '../store/new-id.ts';
import { openMembers } from '../store/open-members.ts';
import { codeOf, textOf, wholeOf } from '../store/values.ts';
import { writeBooks } from '../store/write-books.ts';
import { ledgerOf } from './explain.ts';
import { postBirthdays } from './post-purchases.ts';

const PORTION = 200;

const CACHES: readonly (readonly [string, AccountName])[] = [
  ['spendablepoints', 'spendable'],
  ['promopoints', 'promo'],
  ['pendingpoints', 'pending'],
  ['reservedpoints', 'reserved'],
  ['qualifyingpoints', 'qualifying'],
];

interface Maintained {
  readonly Settled: number;
  readonly Birthdays: number;
  readonly Discrepancies: number;
  /** Where to go on; empty at the end. */
  readonly Last: string;
}

/** The next members of the programme, as many as one transaction should hold. */
export const maintain = defineOperation({
  name: 'loyalty_Maintain',
  kind: 'action',
  parameters: [
    { name: 'Program', type: 'entity', entity: 'loyaltyprogram' },
    { name: 'After', type: 'id', optional: true },
  ],
  returns: {
    properties: [
      { name: 'Settled', type: 'integer' },
      { name: 'Birthdays', type: 'integer' },
      { name: 'Discrepancies', type: 'integer' },
      { name: 'Last', type: 'text' },
    ],
  },
  right: 'loyalty-tiers',
  async run(context): Promise<Maintained> {
    const { parameters, system, now } = context;
    const loaded = await loadProgram(system, (parameters['Program'] as { readonly id: string }).id);
    const { program } = loaded;
    const today = dayOf(now, program);
    const after = textOf(parameters, 'After');
    const rows = await system.list(
      'loyaltymember',
      `$filter=_loyaltyprogramid_value eq ${program.id} and statecode eq 0${after === undefined ? '' : ` and loyaltymemberid gt ${after}`}&$orderby=loyaltymemberid&$top=${PORTION}`,
    );
    const ids = rows.map((row) => String(row['loyaltymemberid']));
    const due = rows.filter((row) => isDue(row, now, today)).map((row) => String(row['loyaltymemberid']));
    const members = await openMembers(system, program, due, 'due', now, idsOf(now));
    const decisions = await decideTiers(system, loaded, members, now);
    await writeBooks(system, loaded, members, { decisions });
    const celebrate = loaded.rules.some(({ event }) => event === 'birthday')
      ? rows.filter((row) => {
          const born = textOf(row, 'birthdate');
          return born !== undefined && isBirthday(today, born, program);
        })
      : [];
    const birthdays = celebrate.length === 0 ? 0 : await postBirthdays(context, loaded, celebrate, today);
    return {
      Settled: members.length,
      Birthdays: birthdays,
      Discrepancies: await compare(context, ids, now),
      Last: rows.length === PORTION ? (ids.at(-1) ?? '') : '',
    };
  },
});

function isDue(row: Row, now: string, today: string): boolean {
  const due = textOf(row, 'nextdueon');
  const until = textOf(row, 'tieruntil');
  return (due !== undefined && new Date(due).toISOString() <= now) || (until !== undefined && until < today);
}

/** Members whose own figures are not the ledger's are set right, and a discrepancy says so. */
async function compare(
  { system }: Pick<OperationContext, 'system'>,
  ids: readonly string[],
  now: string,
): Promise<number> {
  if (ids.length === 0) return 0;
  const differing = await differences(system, ids);
  let found = 0;
  for (const id of differing) {
    // Looked at again with the row locked: between the two readings somebody may have posted.
    const row = await system.retrieve('loyaltymember', id, { lock: true });
    if (!row) continue;
    const ledger = (await ledgerOf({ system }, `_loyaltymemberid_value eq ${id}`)).get(id);
    const change: Record<string, string> = {};
    for (const [field, account] of CACHES) {
      const [cached, says] = [wholeOf(row, field), ledger?.get(account) ?? 0n];
      if (cached === says) continue;
      change[field] = String(says);
      found++;
      await system.create('loyaltydiscrepancy', {
        name: `${textOf(row, 'name') ?? id}: ${field}`.slice(0, 200),
        loyaltymemberid: id,
        account: codeOf(ACCOUNTS, account),
        cached: String(cached),
        ledger: String(says),
        foundon: now,
      });
    }
    if (Object.keys(change).length > 0) await system.update('loyaltymember', id, change);
  }
  return found;
}

async function differences(system: Records, ids: readonly string[]): Promise<readonly string[]> {
  const fields = CACHES.map(([field]) => field).join(',');
  const rows = await inPortions(ids, 'loyaltymemberid', (condition) =>
    system.list('loyaltymember', `$select=loyaltymemberid,${fields}&$filter=${condition}`),
  );
  const ledger = new Map<string, ReadonlyMap<AccountName, bigint>>();
  await inPortions(ids, '_loyaltymemberid_value', async (condition) => {
    for (const [id, accounts] of await ledgerOf({ system }, condition)) ledger.set(id, accounts);
    return [];
  });
  return rows.flatMap((row) => {
    const id = String(row['loyaltymemberid']);
    const isSame = CACHES.every(([field, account]) => wholeOf(row, field) === (ledger.get(id)?.get(account) ?? 0n));
    return isSame ? [] : [id];
  });
}

export const nightly = defineSchedule({
  name: 'maintain',
  every: '1h',
  async run({ system, invoke }) {
    const programs = await listAll(system, 'loyaltyprogram', '$select=loyaltyprogramid&$filter=statecode eq 0');
    for (const row of programs) {
      const Program = { entity: 'loyaltyprogram', id: String(row['loyaltyprogramid']) };
      for (let After = ''; ;) {
        const answer = (await invoke('loyalty_Maintain', { Program, ...(After !== '' && { After }) })) as Maintained;
        After = answer.Last;
        if (After === '') break;
      }
    }
  },
});
