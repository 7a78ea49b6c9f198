// A job: work that goes on behind an answer, for the one who asked for it. Its kinds are given to the runner; each says what it
// does, the runner sees to leases, cancelling and the end.
import type { Call } from '../engine.ts';
import type { JsonObject } from '../sdk/index.ts';

/** `cancelling`: somebody wants it to end; what was done stays. The last three are ends. */
export type JobState = 'waiting' | 'running' | 'cancelling' | 'cancelled' | 'failed' | 'done';

export const ENDED: ReadonlySet<JobState> = new Set(['cancelled', 'failed', 'done']);

export interface Job {
  readonly id: string;
  readonly kind: string;
  readonly state: JobState;
  /** Logical name, where it is about rows of one entity. */
  readonly entity: string | null;
  /** systemuserid; it runs with this user's rights. */
  readonly createdBy: string;
  /** Instants in UTC. */
  readonly createdAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  /** Units treated, those that failed included; `total` is null until it is known. */
  readonly done: number;
  readonly total: number | null;
  readonly errors: number;
  readonly parameters: JsonObject;
  /** What it has to say at its end. */
  readonly result: JsonObject | null;
  /** Why it failed. */
  readonly failure: { readonly code: string; readonly message: string } | null;
  /** The job that this one takes back, and the one that takes this one back. */
  readonly undoes: string | null;
  readonly undoneBy: string | null;
  /** Rows whose former values are kept, so that it can be taken back. */
  readonly undoable: boolean;
  /** A file waits at the end of it. */
  readonly file: { readonly name: string; readonly type: string; readonly size: number } | null;
}

/** What is told to those who watch: payload of the channel, as JSON. */
export interface JobNews {
  readonly id: string;
  readonly user: string;
  readonly kind: string;
  readonly entity: string | null;
  readonly state: JobState;
  readonly done: number;
  readonly total: number | null;
  readonly errors: number;
}

/** Payloads of `listen` on it are `JobNews`. */
export function jobChannel(schema: string): string {
  return `${schema}_jobs`.slice(0, 63);
}

export interface Progress {
  /** Added to what is counted already. */
  readonly done?: number;
  readonly errors?: number;
  readonly total?: number;
  /** Where to go on after a crash. */
  readonly position?: JsonObject;
}

/** A job in work, as its kind sees it. */
export interface JobRun {
  readonly job: Job;
  /** As given by the last `note`; null at the first beginning. */
  readonly position: JsonObject | null;
  /**
   * The one who asked, with the rights of this moment, on the model of this moment: ask for each batch anew. Throws JOB_USER_GONE,
   * and where the work is to end here (it was cancelled, the server stops, another one has it): let that pass.
   */
  call(): Promise<Call>;
  /**
   * Writes down how far it is, in the call's transaction where it is in one. Throws where another server has taken the job: let
   * it pass, so that the transaction is taken back.
   */
  note(call: Call, progress: Progress): Promise<void>;
  /** For what is nobody's mistake; the text stands in the log only. */
  fault(error: unknown): void;
}

export interface JobKind {
  readonly name: string;
  /** Does it, from where it was left; answers with the job's result. What it throws fails the job. */
  run(run: JobRun): Promise<JsonObject>;
}
