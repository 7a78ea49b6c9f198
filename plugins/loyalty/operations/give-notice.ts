// Notices before points expire: a task of the member's owner, about the member, once for each expiry and each of the programme's days
// before it. What was told of stands on the lots, so that it does not matter when, or how often, this runs.
import type { OperationContext, Row } from 'peyvand/sdk';
import { dayOf, laterBy } from '../engine/calendar.ts';
import { expiryOf } from '../engine/expiry.ts';
import type { Lot } from '../engine/model.ts';
import { inPortions, listAll } from '../store/list-all.ts';
import type { LoadedProgram } from '../store/load-program.ts';
import { lotOf } from '../store/open-members.ts';
import { given, instantOf, numberOf, refOf, textOf } from '../store/values.ts';

interface Notice {
  readonly member: Row;
  readonly expires: string;
  readonly days: number;
  points: bigint;
  readonly lots: string[];
}

/** Of these members, whose accounts are settled up to now; answers how many tasks were made. */
export async function giveNotice(
  { system, now }: Pick<OperationContext, 'system' | 'now'>,
  loaded: LoadedProgram,
  ids: readonly string[],
): Promise<number> {
  const [most] = loaded.noticeDays;
  if (most === undefined || ids.length === 0) return 0;
  const soon = `(expireson le ${laterBy(now, most)} or rollingdays ne null)`;
  const find = (members: readonly string[]): Promise<readonly Row[]> =>
    inPortions(members, '_loyaltymemberid_value', (condition) =>
      listAll(
        system,
        'loyaltylot',
        `&$filter=${condition} and isopen eq true and released eq true and remaining gt 0 and ${soon}`,
      ),
    );
  const concerned = [...new Set((await find(ids)).map((row) => refOf(row, 'loyaltymemberid') ?? ''))].sort();
  // Looked at again with the members locked: of two at once, one tells.
  const members = await inPortions(concerned, 'loyaltymemberid', (condition) =>
    system.list('loyaltymember', `$filter=${condition}`, { lock: true }),
  );
  const byId = new Map(members.map((row) => [String(row['loyaltymemberid']), row]));
  const notices = new Map<string, Notice>();
  const told: Row[] = [];
  for (const row of await find(concerned)) {
    const member = byId.get(refOf(row, 'loyaltymemberid') ?? '');
    const due = member && dueOf(row, lotOf(row), member, loaded.noticeDays, now);
    if (!member || !due) continue;
    const day = dayOf(due.expires, loaded.program);
    const key = `${String(member['loyaltymemberid'])} ${day} ${due.days}`;
    const notice = notices.get(key) ?? { member, ...due, points: 0n, lots: [] };
    notice.points += lotOf(row).remaining;
    notices.set(key, notice);
    told.push({ loyaltylotid: String(row['loyaltylotid']), noticedfor: due.expires, noticeddays: due.days });
  }
  if (told.length === 0) return 0;
  await system.createMany(
    'task',
    [...notices.values()].map((notice) => taskOf(loaded, notice)),
  );
  await system.updateMany('loyaltylot', told);
  return notices.size;
}

function dueOf(
  row: Row,
  lot: Lot,
  member: Row,
  noticeDays: readonly number[],
  now: string,
): Pick<Notice, 'expires' | 'days'> | undefined {
  const expires = expiryOf(lot, given({ lastActivity: instantOf(member, 'lastactivityon') }));
  if (expires === undefined || expires <= now) return undefined;
  // Of several that were missed, the last one is told.
  const days = noticeDays.findLast((one) => expires <= laterBy(now, one));
  if (days === undefined) return undefined;
  const isTold = instantOf(row, 'noticedfor') === expires && (numberOf(row, 'noticeddays') ?? days + 1) <= days;
  return isTold ? undefined : { expires, days };
}

/** In the language of the programme's calendar. */
function taskOf({ program }: LoadedProgram, { member, expires, points, days }: Notice): Row {
  const isPersian = program.calendar === 'persian';
  const locale = isPersian ? 'fa-IR' : 'en';
  const last = new Date(Date.parse(expires) - 1);
  const date = new Intl.DateTimeFormat(`${locale}-u-ca-${program.calendar}`, {
    dateStyle: 'long',
    timeZone: program.timeZone,
  }).format(last);
  const number = new Intl.NumberFormat(locale).format(points);
  const name = textOf(member, 'name') ?? '';
  const team = refOf(member, 'owningteam');
  const owner = team ?? refOf(member, 'owninguser');
  return {
    subject: (isPersian
      ? `${number} امتیاز ${name} پس از ${date} از میان می‌رود`
      : `${number} points of ${name} can be spent until ${date}`
    ).slice(0, 200),
    regardingobjectid: { entity: 'loyaltymember', id: String(member['loyaltymemberid']) },
    scheduledend: expires,
    ...(days <= 1 && { prioritycode: 2 }),
    ...(owner !== undefined && { ownerid: { entity: team === undefined ? 'systemuser' : 'team', id: owner } }),
  };
}
