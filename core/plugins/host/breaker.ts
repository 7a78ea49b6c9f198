// Keeps calls off a plugin that failed badly several times in a short while, until it was let try again, or an administrator
// closes the breaker.
import type { HostLimits } from './limits.ts';

export interface Health {
  /** closed: it is called. open: calls are refused. half-open: one call is let through to see. */
  readonly state: 'closed' | 'open' | 'half-open';
  /** Within the window. */
  readonly strikes: number;
  /** What happened last, for people. */
  readonly last?: { readonly at: string; readonly reason: string };
  /** When the next call is let through. */
  readonly until?: string;
}

export interface Breaker {
  /** True where a call may go through. */
  admits(): boolean;
  strike(reason: string): void;
  /** A call ended as it should. */
  succeed(): void;
  reset(): void;
  health(): Health;
}

const LONGEST = 3_600_000;

export function createBreaker(limits: HostLimits, clock: () => number = Date.now): Breaker {
  let strikes: readonly number[] = [];
  let last: Health['last'];
  let opened: { readonly until: number; readonly pause: number; trying: boolean } | undefined;
  const recent = (): readonly number[] => strikes.filter((at) => at > clock() - limits.window);
  return {
    admits() {
      if (!opened) return true;
      if (opened.trying || clock() < opened.until) return false;
      opened.trying = true;
      return true;
    },
    strike(reason) {
      const now = clock();
      last = { at: new Date(now).toISOString(), reason };
      strikes = [...recent(), now].slice(-limits.strikes);
      if (!opened && strikes.length < limits.strikes) return;
      // Faults of calls that ran already when it opened do not prolong it.
      if (opened && !opened.trying) return;
      const pause = opened ? Math.min(opened.pause * 2, LONGEST) : limits.pause;
      opened = { until: now + pause, pause, trying: false };
    },
    succeed() {
      if (!opened?.trying) return;
      opened = undefined;
      strikes = [];
    },
    reset() {
      opened = undefined;
      strikes = [];
    },
    health: () => ({
      state: opened ? (opened.trying ? 'half-open' : 'open') : 'closed',
      strikes: recent().length,
      ...(last && { last }),
      ...(opened && { until: new Date(opened.until).toISOString() }),
    }),
  };
}
