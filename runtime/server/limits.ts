// How much one caller may ask of this server process: requests, working time and rows within five minutes, and requests at one
// time. Who asks for more is told when to come back (429, Retry-After), so that one script cannot starve everybody else.
import { fail } from './errors.ts';

export interface Limits {
  /** Requests within the window; those inside a batch count too. */
  readonly requests: number;
  /** Seconds that requests took together, within the window. */
  readonly seconds: number;
  /** Rows read within the window. */
  readonly rows: number;
  /** Requests under way at one time. */
  readonly parallel: number;
}

/** What the request under way uses; readers add to it. */
export interface Meter {
  rows: number;
  /** Beside the request itself: those inside a batch. */
  requests: number;
}

export interface Pass {
  readonly meter: Meter;
  /** Requests left in the window after this one; undefined where they are not limited. */
  readonly left: number | undefined;
  /** The request is over. */
  end(milliseconds: number): void;
}

export interface Limiter {
  /** Throws LIMIT_REACHED. */
  enter(userId: string): Pass;
}

const SLICES = 30;
/** The window, in seconds. */
const WINDOW = 300;
const SLICE_MS = (WINDOW * 1000) / SLICES;

type Used = 'requests' | 'seconds' | 'rows';
const used: readonly Used[] = ['requests', 'seconds', 'rows'];

interface Account {
  parallel: number;
  /** The slice of time last written to, counted from the server's start. */
  at: number;
  readonly slices: Record<Used, Float64Array>;
  readonly sums: Record<Used, number>;
}

function openAccount(at: number): Account {
  const slices = {
    requests: new Float64Array(SLICES),
    seconds: new Float64Array(SLICES),
    rows: new Float64Array(SLICES),
  };
  return { parallel: 0, at, slices, sums: { requests: 0, seconds: 0, rows: 0 } };
}

/** Empties the slices that have left the window. */
function advance(account: Account, at: number): void {
  for (let slice = Math.max(account.at + 1, at - SLICES + 1); slice <= at; slice++) {
    for (const what of used) {
      const index = slice % SLICES;
      account.sums[what] -= account.slices[what][index] ?? 0;
      account.slices[what][index] = 0;
    }
  }
  account.at = Math.max(account.at, at);
}

function add(account: Account, what: Used, amount: number): void {
  const index = account.at % SLICES;
  account.slices[what][index] = (account.slices[what][index] ?? 0) + amount;
  account.sums[what] += amount;
}

/** Seconds until so much has left the window that the caller is below the limit again. */
function wait(account: Account, what: Used, limit: number, now: number): number {
  let over = account.sums[what] - limit;
  let slice = account.at - SLICES + 1;
  for (; slice < account.at && over >= 0; slice++)
    over -= account.slices[what][((slice % SLICES) + SLICES) % SLICES] ?? 0;
  return Math.max(1, Math.ceil(((slice + SLICES - 1) * SLICE_MS - now) / 1000));
}

/** `now` in milliseconds. */
export function createLimiter(limits: Limits, now: () => number = () => performance.now()): Limiter {
  const accounts = new Map<string, Account>();
  const words: Readonly<Record<Used, (limit: number) => string>> = {
    requests: (limit) => `${limit} requests`,
    seconds: (limit) => `${limit} s of work`,
    rows: (limit) => `${limit} rows`,
  };

  return {
    enter(userId) {
      const time = now();
      const at = Math.floor(time / SLICE_MS);
      let account = accounts.get(userId);
      if (!account) {
        account = openAccount(at);
        accounts.set(userId, account);
        // Callers who have been away are forgotten when a new one comes.
        if (accounts.size % 1000 === 0) forget(accounts, at);
      }
      advance(account, at);
      if (account.parallel >= limits.parallel) {
        const what = `${limits.parallel} requests at one time`;
        throw fail('LIMIT_REACHED', { what, seconds: 1 }, { data: { seconds: 1 } });
      }
      for (const one of used) {
        if (account.sums[one] < limits[one]) continue;
        const seconds = wait(account, one, limits[one], time);
        throw fail(
          'LIMIT_REACHED',
          { what: `${words[one](limits[one])} in five minutes`, seconds },
          { data: { seconds } },
        );
      }
      account.parallel++;
      add(account, 'requests', 1);
      const meter: Meter = { rows: 0, requests: 0 };
      const mine = account;
      return {
        meter,
        left: Number.isFinite(limits.requests) ? Math.max(0, limits.requests - mine.sums.requests) : undefined,
        end(milliseconds) {
          mine.parallel--;
          advance(mine, Math.floor(now() / SLICE_MS));
          add(mine, 'seconds', milliseconds / 1000);
          add(mine, 'rows', meter.rows);
          add(mine, 'requests', meter.requests);
        },
      };
    },
  };
}

function forget(accounts: Map<string, Account>, at: number): void {
  for (const [userId, account] of accounts)
    if (account.parallel === 0 && account.at <= at - SLICES) accounts.delete(userId);
}
