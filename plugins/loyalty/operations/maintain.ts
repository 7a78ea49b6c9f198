// What the clock brings: points released and expired, tiers that lapsed, birthdays, notices, and the ledger compared. All of it
// is worked out from dates; that it runs late, twice or not at all changes no balance.
import { defineOperation, defineSchedule, type Row, type ScheduleContext } from 'peyvand/sdk';
import { dayOf, isBirthday } from '../engine/calendar.ts';
import { decideTiers } from '../store/decide-tiers.ts';
import { listAll } from '../store/list-all.ts';
import { loadProgram } from '../store/load-program.ts';
import { idsOf } from '../store/new-id.ts';
import { openMembers } from '../store/open-members.ts';
import { textOf } from '../store/values.ts';
import { writeBooks } from '../store/write-books.ts';
import { giveNotice } from './give-notice.ts';
import { postBirthdays } from './post-purchases.ts';

const PORTION = 200;

interface Maintained {
  readonly Settled: number;
  readonly Birthdays: number;
  readonly Notices: number;
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
      { name: 'Notices', type: 'integer' },
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
      Notices: await giveNotice(context, loaded, ids),
      Last: rows.length === PORTION ? (ids.at(-1) ?? '') : '',
    };
  },
});

function isDue(row: Row, now: string, today: string): boolean {
  const due = textOf(row, 'nextdueon');
  const until = textOf(row, 'tieruntil');
  return (due !== undefined && new Date(due).toISOString() <= now) || (until !== undefined && until < today);
}

/** One operation over all members of all programmes in force, a portion in each transaction. */
async function throughout(
  { system, invoke }: Pick<ScheduleContext, 'system' | 'invoke'>,
  operation: string,
): Promise<void> {
  const programs = await listAll(system, 'loyaltyprogram', '$select=loyaltyprogramid&$filter=statecode eq 0');
  for (const row of programs) {
    const Program = { entity: 'loyaltyprogram', id: String(row['loyaltyprogramid']) };
    for (let After = ''; ;) {
      const answer = await invoke(operation, { Program, ...(After !== '' && { After }) });
      After = (answer as { readonly Last: string }).Last;
      if (After === '') break;
    }
  }
}

export const hourly = defineSchedule({
  name: 'maintain',
  every: '1h',
  run: (context) => throughout(context, 'loyalty_Maintain'),
});

/** The whole ledger is read: once a day. */
export const nightly = defineSchedule({
  name: 'verify',
  every: '1d',
  run: (context) => throughout(context, 'loyalty_Verify'),
});
