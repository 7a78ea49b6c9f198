// One place that turns whatever was thrown into an error for the caller: our own errors as they are, the database's
// faults by SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html), anything else as a logged fault.
import { PeyvandError } from '../../core/sdk/index.ts';
import { fail } from './errors.ts';

/** Socket and driver codes that mean "no connection just now". */
const AWAY = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOENT',
  'ETIMEDOUT',
  'CONNECTION_CLOSED',
  'CONNECTION_ENDED',
  'CONNECTION_DESTROYED',
  'CONNECT_TIMEOUT',
  '57P01', // admin shutdown
  '57P02', // crash shutdown
  '57P03', // cannot connect now
  '53300', // too many connections
]);

/** Serialization failure, deadlock, lock not available. */
const BUSY = new Set(['40001', '40P01', '55P03', '55006']);

function codeOf(fault: unknown): string {
  if (typeof fault !== 'object' || fault === null || !('code' in fault)) return '';
  return typeof fault.code === 'string' ? fault.code : '';
}

function messageOf(fault: unknown): string {
  return fault instanceof Error ? fault.message : String(fault);
}

/** How long who tried too often has to wait. */
function secondsOf({ data }: PeyvandError): number {
  const seconds = data?.['seconds'];
  return typeof seconds === 'number' ? seconds : 60;
}

export interface Fault {
  readonly error: PeyvandError;
  /** Seconds, for Retry-After. */
  readonly retryAfter?: number;
  /** True where people have to look: it goes to the log with its stack. */
  readonly unexpected: boolean;
}

const STATEMENT_SECONDS = 30;

export function toFault(thrown: unknown, requestId: string): Fault {
  if (thrown instanceof PeyvandError)
    return {
      error: thrown,
      // The caller is told which handler failed; whoever runs the plugin needs its stack.
      unexpected:
        (thrown.status >= 500 && thrown.status !== 503) ||
        thrown.code === 'HANDLER_FAILED' ||
        thrown.code === 'OPERATION_FAILED',
      ...(thrown.status === 503 && { retryAfter: 1 }),
      ...(thrown.status === 429 && { retryAfter: secondsOf(thrown) }),
    };
  const code = codeOf(thrown);
  if (AWAY.has(code) || code.startsWith('08'))
    return { error: fail('DATABASE_AWAY', {}, { cause: thrown }), retryAfter: 1, unexpected: true };
  if (BUSY.has(code)) return { error: fail('DATABASE_BUSY', {}, { cause: thrown }), retryAfter: 1, unexpected: false };
  if (code === '57014')
    return {
      error: fail('TIME_LIMIT', { seconds: STATEMENT_SECONDS }, { cause: thrown }),
      retryAfter: 5,
      unexpected: true,
    };
  // Data exceptions: a value that no earlier check caught. The database's words carry no rows of others.
  if (/^22[0-9A-Z]{3}$/.test(code))
    return { error: fail('DATA_REFUSED', { reason: messageOf(thrown) }, { cause: thrown }), unexpected: true };
  if (/^23[0-9A-Z]{3}$/.test(code))
    return { error: fail('DATA_CONFLICT', { reason: messageOf(thrown) }, { cause: thrown }), unexpected: true };
  return { error: fail('REQUEST_FAULT', { id: requestId }, { cause: thrown }), unexpected: true };
}
