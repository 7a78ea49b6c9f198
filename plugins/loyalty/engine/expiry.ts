// When points expire: worked out from dates alone, so that a job that did not run changes nothing.
import { endOf, laterBy, periodOf, dayOf } from './calendar.ts';
import type { Account, Lot, Program } from './model.ts';

/** The rule for points earned at that instant, as it is kept on their lot. `days`: a rule's or tier's own, in place of the programme's. */
export function expiryFor(
  program: Program,
  availableFrom: string,
  days?: number,
): Pick<Lot, 'expires' | 'rollingDays'> {
  if (days !== undefined) return { expires: laterBy(availableFrom, days) };
  const { expiry } = program;
  if (expiry.kind === 'none') return {};
  if (expiry.kind === 'days') return { expires: laterBy(availableFrom, expiry.days) };
  if (expiry.kind === 'activity') return { rollingDays: expiry.days };
  const { to } = periodOf(dayOf(availableFrom, program), expiry.period, program, expiry.later);
  return { expires: endOf(to, program) };
}

/** The instant from which the lot's points cannot be spent; undefined = never. */
export function expiryOf(lot: Lot, account: Pick<Account, 'lastActivity'>): string | undefined {
  let expires = lot.expires;
  if (lot.rollingDays !== undefined) {
    const last = account.lastActivity ?? lot.availableFrom;
    expires = laterBy(last > lot.availableFrom ? last : lot.availableFrom, lot.rollingDays);
  }
  if (expires === undefined) return undefined;
  return lot.graceUntil !== undefined && lot.graceUntil > expires ? lot.graceUntil : expires;
}
