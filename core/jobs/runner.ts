// Does the jobs of an organization: takes what waits, renews its lease, and sees each to its end. Several servers may run it;
// each job is done by one of them at a time.
import type { Call, Engine } from '../engine.ts';
import type { Principal } from '../security/principal.ts';
import { narrowTo } from '../security/sign-in/api-keys.ts';
import { PeyvandError } from '../sdk/index.ts';
import { fail } from './errors.ts';
import { jobChannel, type JobKind, type JobNews, type JobRun, type Progress } from './job.ts';
import {
  announce,
  endJob,
  LEASE,
  noteProgress,
  releaseJob,
  renewLease,
  sweepJobs,
  takeJob,
  type Taken,
} from './store.ts';

export interface JobsOptions {
  engine(): Engine;
  /** Undefined: may not act (any more). */
  principalOf(userId: string): Promise<Principal | undefined>;
  readonly kinds: readonly JobKind[];
  /** What nobody expected, with the job's id. */
  onFault?(error: unknown, job: string): void;
  /** Jobs done side by side. Default 2. */
  readonly atOnce?: number;
  /** Milliseconds between looks without being woken. Default 5,000. */
  readonly interval?: number;
}

export interface Jobs {
  /** Resolves when nothing is left to do. */
  drain(): Promise<void>;
  /** Ends after the batches in hand; what is not finished goes back into the queue. */
  stop(): Promise<void>;
}

/** Why work on a job ends without being done. */
class Stopped extends Error {
  readonly reason: 'cancelled' | 'lost' | 'stopping';
  constructor(reason: Stopped['reason']) {
    super(reason);
    this.reason = reason;
  }
}

const SWEEP_EVERY = 3_600_000;
/** Milliseconds between two pieces of news about one job. */
const NEWS_EVERY = 400;
/** Milliseconds until a job that met a busy database is taken again: the first time, and at most. */
const PAUSE = 1_000;
const LONGEST_PAUSE = 60_000;

export async function startJobs(options: JobsOptions): Promise<Jobs> {
  const { database, schema } = options.engine();
  const kinds = new Map(options.kinds.map((kind) => [kind.name, kind]));
  const names = [...kinds.keys()];
  const stopping = new AbortController();
  const hands = new Set<Promise<void>>();
  const atOnce = options.atOnce ?? 2;
  const fault = (error: unknown, job: string): void => options.onFault?.(error, job);

  async function work(): Promise<void> {
    while (!stopping.signal.aborted) {
      const taken = await takeJob(options.engine(), names);
      if (!taken) return;
      const kind = kinds.get(taken.job.kind);
      if (kind) await see(options, taken, kind, stopping.signal);
    }
  }
  function wake(): void {
    if (stopping.signal.aborted || hands.size >= atOnce) return;
    // A database that is away for a moment is no reason to end: the clock comes round again.
    const hand = work()
      .catch((error: unknown) => fault(error, ''))
      .finally(() => hands.delete(hand));
    hands.add(hand);
  }
  const unlisten = await database.listen(
    jobChannel(schema),
    (payload) => {
      if ((JSON.parse(payload) as JobNews).state === 'waiting') wake();
    },
    wake,
  );
  const clock = setInterval(wake, options.interval ?? 5_000);
  clock.unref();
  const sweep = (): void => void sweepJobs(options.engine()).catch((error: unknown) => fault(error, ''));
  const broom = setInterval(sweep, SWEEP_EVERY);
  broom.unref();
  sweep();
  wake();
  return {
    async drain() {
      do {
        wake();
        await Promise.all(hands);
      } while (hands.size > 0);
    },
    async stop() {
      stopping.abort();
      clearInterval(clock);
      clearInterval(broom);
      await unlisten();
      await Promise.all(hands);
    },
  };
}

/** One job to its end, or back into the queue. Throws only where the database is away. */
async function see(options: JobsOptions, taken: Taken, kind: JobKind, stopping: AbortSignal): Promise<void> {
  const { job } = taken;
  let lost = false;
  const heart = setInterval(() => {
    renewLease(options.engine(), taken).then(
      (held) => (lost ||= !held),
      () => undefined,
    );
  }, LEASE / 3);
  heart.unref();
  let told = performance.now();
  let cancelled = false;
  const heed = (): void => {
    if (lost) throw new Stopped('lost');
    if (cancelled) throw new Stopped('cancelled');
    if (stopping.aborted) throw new Stopped('stopping');
  };
  const note = async (call: Call, progress: Progress): Promise<void> => {
    const state = await noteProgress(call.executor ?? call.engine.database, call.engine.schema, taken, progress);
    if (state === undefined) throw new Stopped('lost');
    cancelled ||= state === 'cancelling';
    // What a transaction has done already stands.
    if (!call.executor) heed();
    if (performance.now() - told < NEWS_EVERY) return;
    told = performance.now();
    // Beside the transaction, if there is one: what it adds is told the next time.
    void announce(call.engine, job.id).catch(() => undefined);
  };
  const run: JobRun = {
    job,
    position: taken.position,
    call() {
      heed();
      return callOf(options, taken);
    },
    note,
    fault: (error) => options.onFault?.(error, job.id),
  };
  try {
    const result = await kind.run(run);
    await endJob(options.engine(), taken, { state: 'done', result });
  } catch (error) {
    await settle(options, taken, error);
  } finally {
    clearInterval(heart);
  }
}

async function settle(options: JobsOptions, taken: Taken, error: unknown): Promise<void> {
  const engine = options.engine();
  if (error instanceof Stopped) {
    if (error.reason === 'cancelled') await endJob(engine, taken, { state: 'cancelled' });
    if (error.reason === 'stopping') await releaseJob(engine, taken, { pause: 0, blameless: true });
    return;
  }
  if (error instanceof PeyvandError && error.status === 503) {
    const pause = Math.min(PAUSE * 2 ** (taken.attempts - 1), LONGEST_PAUSE);
    await releaseJob(engine, taken, { pause, blameless: false });
    return;
  }
  const told =
    error instanceof PeyvandError && error.status < 500
      ? error
      : fail('JOB_FAULT', { id: taken.job.id }, { cause: error });
  if (told !== error) options.onFault?.(error, taken.job.id);
  await endJob(engine, taken, { state: 'failed', failure: { code: told.code, message: told.message } });
}

/** As the request was: with the roles it had and the user still holds, in its language. */
async function callOf(options: JobsOptions, { job, acting }: Taken): Promise<Call> {
  const principal = await options.principalOf(job.createdBy);
  if (!principal) throw fail('JOB_USER_GONE');
  const { roles, language, calendar, timeZone, requestId, address, via } = acting;
  return {
    engine: options.engine(),
    principal: Object.freeze({ ...narrowTo(principal, roles), language, calendar, timeZone }),
    requestId: requestId ?? job.id,
    origin: { address, via: via === undefined ? `job ${job.kind}` : `${via} → job ${job.kind}` },
  };
}
