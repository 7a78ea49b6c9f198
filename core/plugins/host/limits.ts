// What a plugin may take, in one place. Times in milliseconds, sizes in bytes.

/** `own`: the plugin's own time, without what it waits for from us. `whole`: everything. */
export interface CallLimits {
  readonly own: number;
  readonly whole: number;
}

export interface HostLimits {
  /** From the start of a process until the plugin's code is loaded. */
  readonly load: number;
  /** Handlers inside the transaction and before it. */
  readonly handler: CallLimits;
  /** Asynchronous handlers; no longer than the dispatcher waits (core/events). */
  readonly async: CallLimits;
  readonly operation: CallLimits;
  readonly schedule: CallLimits;
  /** One call of a field type: the server waits for it and does nothing else. */
  readonly codec: CallLimits;
  /** Silent for so long, a process loses its priority: it may go on, but nobody waits for its sake. */
  readonly unresponsive: number;
  /** V8's heap, in megabytes. */
  readonly heap: number;
  /** The whole process, buffers outside the heap included (watched on Linux). */
  readonly memory: number;
  /** One message of its. Reading one holds the server up for some 10 ms a megabyte. */
  readonly message: number;
  /** Characters of a file's Base64, which comes in pieces. */
  readonly file: number;
  /** What it is given or answered at once; its heap has to hold that several times. */
  readonly answer: number;
  /** What is read of it at once, and in a second beyond that; the rest waits in its pipe. */
  readonly burst: number;
  readonly flow: number;
  /** Answers that one call may wait for at a time. */
  readonly outstanding: number;
  /** What it prints in a second; more ends it. Of it, 8 KB go to the log. */
  readonly printed: number;
  /** A process that nobody called for so long ends; the next call starts it anew. */
  readonly idle: number;
  /** Strikes within `window` that open the breaker, for `pause` at first. */
  readonly strikes: number;
  readonly window: number;
  readonly pause: number;
}

const MB = 1024 * 1024;

export const defaultLimits: HostLimits = Object.freeze({
  load: 10_000,
  handler: { own: 5_000, whole: 60_000 },
  async: { own: 20_000, whole: 49_000 },
  operation: { own: 15_000, whole: 120_000 },
  schedule: { own: 300_000, whole: 900_000 },
  codec: { own: 150, whole: 300 },
  unresponsive: 100,
  heap: 192,
  memory: 448 * MB,
  message: 4 * MB,
  file: 44 * MB,
  answer: 16 * MB,
  burst: 1 * MB,
  flow: 16 * MB,
  outstanding: 1_000,
  printed: 4 * MB,
  idle: 600_000,
  strikes: 3,
  window: 300_000,
  pause: 60_000,
});
