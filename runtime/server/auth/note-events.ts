// What happens when people sign in, as entries of the audit log, under whom it concerns. What strangers can cause as often
// as they like is noted once a minute, so that nobody fills the log from outside.
import { recordEvent, type AuditEvent } from '../../../core/audit/record-event.ts';
import type { Database } from '../../../core/db/sql.ts';
import { findIdentity } from '../../../core/security/sign-in/users.ts';
import { clientAddress, originOf, type Exchange } from '../exchange.ts';
import type { Happenings } from './happenings.ts';

/** Stands for nobody of ours. */
const NOBODY = '00000000-0000-0000-0000-000000000000';
const MINUTE = 60_000;
const MOST_HELD = 10_000;

export interface EventNotes {
  readonly database: Database;
  readonly schema: string;
  onFault(fault: unknown): void;
}

type Facts = Pick<AuditEvent, 'action' | 'userId' | 'data'>;

/** Passes everything on to `next` as well. */
export function noteEvents({ database, schema, onFault }: EventNotes, next: Happenings): Happenings {
  const noted = new Map<string, number>();
  const write = (exchange: Exchange, user: string, facts: Facts): void => {
    const event: AuditEvent = {
      ...facts,
      entity: 'systemuser',
      record: user,
      origin: originOf(exchange),
      requestId: exchange.id,
    };
    recordEvent(database, schema, event).catch(onFault);
  };
  /** True the first time in a minute. */
  const isNews = (key: string): boolean => {
    const now = Date.now();
    if (now - (noted.get(key) ?? 0) < MINUTE) return false;
    if (noted.size >= MOST_HELD) noted.clear();
    noted.set(key, now);
    return true;
  };
  return {
    signedIn(exchange, user, by) {
      write(exchange, user, { action: 'sign-in', userId: user, data: { by } });
      next.signedIn(exchange, user, by);
    },
    signInRefused(exchange, user, reason) {
      // A known person's tries are counted and locked; a stranger's only have an address.
      if (user !== undefined || isNews(`refused ${clientAddress(exchange)}`))
        write(exchange, user ?? NOBODY, { action: 'sign-in-refused', data: { reason } });
      next.signInRefused(exchange, user, reason);
    },
    signInLocked(exchange, email, seconds) {
      if (isNews(`locked ${email} ${clientAddress(exchange)}`)) {
        findIdentity(database, email).then((identity) => {
          write(exchange, identity?.id ?? NOBODY, { action: 'sign-in-locked', data: { seconds } });
        }, onFault);
      }
      next.signInLocked(exchange, email, seconds);
    },
    secondFactorFailed(exchange, user) {
      write(exchange, user, { action: 'second-factor-refused' });
      next.secondFactorFailed(exchange, user);
    },
    secondFactorChanged(exchange, user, by, on) {
      write(exchange, user, { action: on ? 'second-factor-on' : 'second-factor-off', userId: by });
      next.secondFactorChanged(exchange, user, by, on);
    },
    signedOut(exchange, user, by, everywhere) {
      write(exchange, user, { action: 'sign-out', userId: by, data: { everywhere } });
      next.signedOut(exchange, user, by, everywhere);
    },
    passwordResetAsked(exchange, user) {
      if (user !== undefined) write(exchange, user, { action: 'password-reset-asked' });
      next.passwordResetAsked(exchange, user);
    },
    passwordChanged(exchange, user, by) {
      write(exchange, user, { action: by === 'link' ? 'password-reset' : 'password-changed', userId: user });
      next.passwordChanged(exchange, user, by);
    },
    invited(exchange, user, by) {
      write(exchange, user, { action: 'invited', userId: by });
      next.invited(exchange, user, by);
    },
    unlocked(exchange, user, by) {
      write(exchange, user, { action: 'unlocked', userId: by });
      next.unlocked(exchange, user, by);
    },
    keyMade(exchange, user, key) {
      write(exchange, user, { action: 'key-created', userId: user, data: { key } });
      next.keyMade(exchange, user, key);
    },
    keyRevoked(exchange, user, key, by) {
      write(exchange, user, { action: 'key-revoked', userId: by, data: { key } });
      next.keyRevoked(exchange, user, key, by);
    },
    keyRefused(exchange, user, key, state) {
      if (isNews(`key ${key}`)) write(exchange, user, { action: 'key-refused', data: { key, state } });
      next.keyRefused(exchange, user, key, state);
    },
  };
}
