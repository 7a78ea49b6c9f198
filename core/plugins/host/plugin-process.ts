// One process that runs server halves: started when it is needed, watched, killed at its limits, started anew. What comes out of it
// is a stranger's: each message is checked, and what is too much ends it.
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { Duplex } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { PeyvandError } from '../../sdk/index.ts';
import type { Violation } from '../../sdk/index.ts';
import { pluginError } from '../errors.ts';
import { createBreaker, type Breaker, type Health } from './breaker.ts';
import { tellHost } from './events.ts';
import { defaultLimits, type CallLimits, type HostLimits } from './limits.ts';
import { busyOf, prioritize, residentOf, sacrificeFirst, tiedToUs } from './process-watch.ts';
import { readFlags } from './readable.ts';
import { lineReader, parseLine, type FunctionCall, type Order, type Part, type WireError } from './wire.ts';

export interface HostedPlugin {
  readonly id: string;
  readonly folder: string;
  /** Its server half, where it has one. */
  readonly file: string;
  /** Its field types' server halves, by the names of their folders. */
  readonly fields?: readonly (readonly [name: string, file: string])[];
}

export interface Work {
  readonly plugin: string;
  readonly part: Part;
  readonly index: number;
  /** Instead of a part's: a function of a field type. */
  readonly function?: FunctionCall;
  /** Instead of a part's: the default export of this file. */
  readonly file?: string;
  /** For people: `handler sales/greet`. */
  readonly label: string;
  readonly limits: CallLimits;
  readonly context: Readonly<Record<string, unknown>>;
  /** What the piece asks for while it runs. */
  answer(what: string, args: readonly unknown[]): Promise<unknown>;
}

export interface Outcome {
  readonly value?: unknown;
  readonly values?: Readonly<Record<string, unknown>>;
  readonly shared?: Readonly<Record<string, unknown>>;
  readonly refused?: readonly Violation[];
}

export interface PluginProcess {
  /** What the plugin contributes, functions as FUNCTION. Throws what its code threw, or why it could not be loaded. */
  describe(plugin: string): Promise<unknown>;
  /** Throws what the piece threw; PLUGIN_STOPPED, PLUGIN_INTERRUPTED (503), PLUGIN_TIME, PLUGIN_CRASHED (409). */
  run(work: Work): Promise<Outcome>;
  /** Something of the plugin that runs elsewhere; what it throws is a strike. Throws PLUGIN_STOPPED (503). */
  guard<T>(plugin: string, work: () => T): T;
  health(plugin: string): Health & { readonly pid?: number; readonly memory?: number };
  reset(plugin: string): void;
  /** Starts it and loads these, so that the first call does not wait. */
  warm(plugins: readonly string[]): Promise<void>;
  /** Ends it when the calls that run have ended; a call after that starts it anew. */
  close(): Promise<void>;
}

interface Running {
  readonly work: Work;
  /** The process that has it; another one may have begun since. */
  readonly on: Live;
  readonly begun: number;
  /** The plugin's own time, in milliseconds. */
  own: number;
  /** Since when it is the plugin's turn; undefined while it waits for us. */
  turn: number | undefined;
  outstanding: number;
  /** Pieces of files whose question has not come yet, by its number. */
  readonly ahead: Map<number, string[]>;
  carried: number;
  /** Questions are answered one after the other: a transaction is one connection. */
  queue: Promise<void>;
  ended: boolean;
  /** What was answered with an error, to be recognized when the piece throws it. */
  readonly errors: Map<number, unknown>;
  settle(finish: () => void): void;
  resolve(outcome: Outcome): void;
  reject(error: unknown): void;
}

interface Live {
  readonly child: ChildProcess;
  readonly pipe: Duplex;
  readonly ready: Promise<void>;
  readonly loaded: Map<string, Promise<unknown>>;
  readonly loads: Map<string, { resolve(value: unknown): void; reject(error: unknown): void }>;
  pinged: number | undefined;
  demoted: boolean;
  /** Its priority as long as it answers. */
  readonly priority: number;
  strays: number;
  printed: number;
  logged: number;
  tail: string;
  /** Why it was ended, where we did it. */
  cause:
    { readonly reason: string; readonly plugin: string | undefined; readonly call: number | undefined } | undefined;
  /** Ended with nobody to blame. */
  retired: boolean;
  over: boolean;
}

const MB = 1_048_576;
const inside = fileURLToPath(new URL('inside.ts', import.meta.url));
const TICK = 25;
/** Of a process that takes the place of one that failed: its start, too, is nobody's to wait for. */
const SUCCESSOR = 10;
const CALM = 5_000;
/** Of processor time within CALM, while nobody calls. */
const RESTLESS = 2_500;
const LOGGED = 8 * 1024;
const STRAYS = 2_000;
const SETTLED = 2_000;
/** For calls that still run when it is closed. */
const CLOSING = 5_000;

/** None outlives the server, not even one that loops and does not hear that it is gone; `tiedToUs()` where it is killed itself. */
const children = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

/** `readable`: folders it may read beside ours; those of plugins that are added later have to lie in them. */
export function createPluginProcess(
  name: string,
  hosted: ReadonlyMap<string, HostedPlugin>,
  readable: readonly string[],
  limits: HostLimits = defaultLimits,
): PluginProcess {
  const breakers = new Map<string, Breaker>();
  const calls = new Map<number, Running>();
  let live: Live | undefined;
  let lastCall = 0;
  let used = performance.now();
  let failed = -Infinity;
  let clock: NodeJS.Timeout | undefined;
  let calm: NodeJS.Timeout | undefined;

  function breakerOf(plugin: string): Breaker {
    const known = breakers.get(plugin);
    if (known) return known;
    const made = createBreaker(limits);
    breakers.set(plugin, made);
    return made;
  }

  function start(): Live {
    const [command = process.execPath, ...words] = [...tiedToUs(), process.execPath];
    const child = spawn(
      command,
      [
        ...words,
        '--permission',
        ...readFlags(readable),
        `--max-old-space-size=${limits.heap}`,
        '--max-semi-space-size=8',
        // Its collector takes no second core from those who wait for the server.
        '--single-threaded-gc',
        '--disable-warning=ExperimentalWarning',
        inside,
        String(limits.message),
        String(limits.file),
      ],
      {
        env: process.platform === 'win32' ? { SystemRoot: process.env['SystemRoot'] } : {},
        stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
        windowsHide: true,
      },
    );
    const pipe = child.stdio[3] as Duplex;
    let ready = (): void => undefined;
    const started: Live = {
      child,
      pipe,
      ready: new Promise((resolve) => (ready = resolve)),
      loaded: new Map(),
      loads: new Map(),
      pinged: undefined,
      demoted: false,
      priority: performance.now() - failed < limits.window ? SUCCESSOR : 0,
      strays: 0,
      printed: 0,
      logged: 0,
      tail: '',
      cause: undefined,
      retired: false,
      over: false,
    };
    const read = lineReader(limits.message, (line) => {
      const notice = parseLine(line);
      if (notice['ready'] === true) ready();
      else take(started, notice);
    });
    let [owed, seen] = [0, performance.now()];
    pipe.on('data', (chunk: Buffer) => {
      if (started.cause) return;
      const now = performance.now();
      owed = Math.max(0, owed - ((now - seen) * limits.flow) / 1_000) + chunk.length;
      seen = now;
      if (owed > limits.burst) {
        pipe.pause();
        setTimeout(() => pipe.resume(), ((owed - limits.burst) * 1_000) / limits.flow);
      }
      try {
        read(chunk);
      } catch (error) {
        kill(started, `it sent what is no message: ${error instanceof Error ? error.message : String(error)}`);
      }
    });
    pipe.on('error', () => undefined);
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => print(started, chunk));
    child.on('error', (error) => gone(started, error.message));
    child.on('exit', (code, signal) => gone(started, endOf(started, code, signal)));
    if (child.pid !== undefined) {
      sacrificeFirst(child.pid);
      // Threads that it makes from now on have it, too.
      if (started.priority > 0) prioritize(child.pid, started.priority);
    }
    children.add(child);
    hold(started, calls.size > 0);
    live = started;
    watchCalm(started);
    return started;
  }

  /** A server with nothing else to do may end; while somebody waits it may not. */
  function hold({ child, pipe }: Live, isHeld: boolean): void {
    for (const one of [child, pipe, child.stdout, child.stderr] as { ref?(): void; unref?(): void }[]) {
      if (isHeld) one.ref?.();
      else one.unref?.();
    }
  }

  /** False where it is more than the process can take: nothing is sent. */
  function send(to: Live, order: Order): boolean {
    const text = jsonOf(order);
    if (text === undefined || text.length > limits.answer) return false;
    if (to.pipe.writable) to.pipe.write(`${text}\n`);
    return true;
  }

  function print(from: Live, chunk: Buffer): void {
    from.printed += chunk.length;
    from.tail = (from.tail + chunk.toString('latin1')).slice(-2_000);
    const room = LOGGED - from.logged;
    if (room > 0) {
      const text = chunk.subarray(0, room).toString('utf8').trimEnd();
      from.logged += chunk.length;
      tellHost({ kind: 'printed', process: name, text });
      if (from.logged >= LOGGED)
        tellHost({ kind: 'printed', process: name, text: '… (more was printed, and left out)' });
    }
    if (from.printed > limits.printed) kill(from, 'it printed more than anybody can read');
  }

  function load(to: Live, id: string): Promise<unknown> {
    const known = to.loaded.get(id);
    if (known) return known;
    const file = hosted.get(id)?.file ?? '';
    const loading = new Promise<unknown>((resolve, reject) => {
      to.loads.set(id, { resolve, reject });
      const late = setTimeout(() => {
        to.loads.delete(id);
        reject(
          pluginError('PLUGIN_FAILED', { plugin: id, file, reason: `it took longer than ${limits.load} ms to load` }),
        );
        kill(to, `loading it took longer than ${limits.load} ms`, id);
      }, limits.load);
      const settled = (): void => clearTimeout(late);
      to.loads.set(id, {
        resolve: (value) => (settled(), resolve(value)),
        reject: (error) => (settled(), reject(error as Error)),
      });
      hold(to, true);
      void to.ready.then(() => send(to, loadOrder(id)));
    }).finally(() => {
      if (live === to) hold(to, calls.size > 0);
    });
    to.loaded.set(id, loading);
    loading.catch(() => to.loaded.delete(id));
    return loading;
  }

  function loadOrder(id: string): Order {
    const { file = '', fields = [] } = hosted.get(id) ?? {};
    return {
      load: id,
      ...(existsSync(file) && { file: pathToFileURL(file).href }),
      fields: fields.map(([folder, half]) => [folder, pathToFileURL(half).href]),
    };
  }

  function take(from: Live, notice: Readonly<Record<string, unknown>>): void {
    if (typeof notice['ahead'] === 'number') return ahead(from, notice['ahead'], notice);
    if (typeof notice['ask'] === 'number') return question(from, notice['ask'], notice);
    if (typeof notice['done'] === 'number') return done(notice['done'], notice, from);
    if (typeof notice['called'] === 'number') return done(notice['called'], notice, from);
    if (typeof notice['pong'] === 'number' && from.pinged !== undefined) return recovered(from);
    if (typeof notice['loaded'] === 'string') {
      const loading = from.loads.get(notice['loaded']);
      from.loads.delete(notice['loaded']);
      if (!loading) return stray(from);
      return notice['error'] === undefined
        ? loading.resolve(notice['contributes'])
        : loading.reject(errorOf(readError(notice['error'])));
    }
    if ('fault' in notice) return fault(from, readError(notice['fault']), notice['run'], notice['fatal'] === true);
    return stray(from);
  }

  function stray(from: Live): void {
    from.strays += 1;
    if (from.strays > STRAYS) kill(from, 'it sent many messages that nobody asked for');
  }

  function ahead(from: Live, number: number, { run, text }: Readonly<Record<string, unknown>>): void {
    const call = typeof run === 'number' ? calls.get(run) : undefined;
    if (!call || call.on !== from || call.ended || typeof text !== 'string') return stray(from);
    call.carried += text.length;
    if (call.carried > 2 * limits.file) {
      return kill(from, 'it sent more of files than it may at a time', call.work.plugin, run as number);
    }
    call.ahead.set(number, [...(call.ahead.get(number) ?? []), text]);
  }

  /** The arguments with the file that came ahead of them. */
  function whole(call: Running, number: number, args: readonly unknown[]): readonly unknown[] {
    const pieces = call.ahead.get(number);
    const file = args[3];
    if (!pieces || !isMembers(file)) return args;
    call.ahead.delete(number);
    return args.with(3, { ...file, base64: pieces.join('') });
  }

  function question(from: Live, number: number, { run, what, args }: Readonly<Record<string, unknown>>): void {
    const call = typeof run === 'number' ? calls.get(run) : undefined;
    if (!call || call.on !== from || call.ended || typeof what !== 'string' || !Array.isArray(args)) {
      const message = 'this call has ended: await everything that it does';
      send(from, { answer: number, error: { message } });
      return stray(from);
    }
    if (call.outstanding >= limits.outstanding) {
      return kill(
        from,
        `it asked for more than ${limits.outstanding} things at a time`,
        call.work.plugin,
        run as number,
      );
    }
    call.outstanding += 1;
    if (call.turn !== undefined) call.own += performance.now() - call.turn;
    call.turn = undefined;
    const answered = (order: Order): void => {
      call.outstanding -= 1;
      if (call.outstanding === 0) call.turn = performance.now();
      if (call.ended || send(from, order)) return;
      const message = `the answer to ${what} has more than ${limits.answer / MB} MB: ask for fewer columns or rows at a time`;
      send(from, { answer: number, error: { message } });
    };
    const given = whole(call, number, args);
    const carried = given === args ? 0 : String((given[3] as { readonly base64: string }).base64).length;
    const work = async (): Promise<void> => {
      if (call.ended) return;
      try {
        answered({ answer: number, value: await call.work.answer(what, given) });
      } catch (error) {
        call.errors.set(number, error);
        answered({ answer: number, error: { ...wireOf(error), of: number } });
      } finally {
        call.carried -= carried;
      }
    };
    // The network has no order, and nobody's connection.
    if (what === 'fetch' || what === 'secret') void work();
    else call.queue = call.queue.then(work);
  }

  function done(number: number, notice: Readonly<Record<string, unknown>>, from: Live): void {
    const call = calls.get(number);
    if (!call || call.on !== from || call.ended) return stray(from);
    const { plugin } = call.work;
    breakerOf(plugin).succeed();
    if (notice['error'] !== undefined) {
      const error = readError(notice['error']);
      const original = error.of === undefined ? undefined : call.errors.get(error.of);
      const refused = readViolations(notice['refused']);
      return call.settle(() =>
        refused.length > 0 ? call.resolve({ refused }) : call.reject(original ?? errorOf(error)),
      );
    }
    const outcome: Outcome = {
      ...(notice['value'] !== undefined && { value: notice['value'] }),
      ...(isMembers(notice['values']) && { values: notice['values'] }),
      ...(isMembers(notice['shared']) && { shared: notice['shared'] }),
      refused: readViolations(notice['refused']),
    };
    return call.settle(() => call.resolve(outcome));
  }

  function fault(from: Live, error: WireError, run: unknown, isFatal: boolean): void {
    const call = typeof run === 'number' ? calls.get(run) : undefined;
    const plugin = call?.work.plugin ?? blamed(error.stack ?? '');
    const reason = `${isFatal ? 'an error that nothing caught' : 'a promise that was rejected and not awaited'}: ${error.message}`;
    if (isFatal) {
      from.cause ??= { reason, plugin, call: typeof run === 'number' ? run : undefined };
      from.child.kill('SIGKILL');
      return;
    }
    if (plugin !== undefined) struck(plugin, reason);
    tellHost({ kind: 'fault', plugin: plugin ?? name, reason, stack: error.stack });
    if (!call) return;
    call.settle(() =>
      call.reject(pluginError('PLUGIN_CRASHED', { plugin: call.work.plugin, label: call.work.label, reason })),
    );
    send(from, { stop: run as number });
  }

  /** The plugin in whose folder it happened. */
  function blamed(stack: string): string | undefined {
    const [only] = hosted.size === 1 ? hosted.keys() : [];
    return only ?? [...hosted.values()].find(({ folder }) => stack.includes(`${folder}/`))?.id;
  }

  function struck(plugin: string, reason: string): void {
    breakerOf(plugin).strike(reason);
    const health = breakerOf(plugin).health();
    if (health?.state === 'open') tellHost({ kind: 'opened', plugin, reason, until: health.until });
  }

  function kill(from: Live, reason: string, plugin?: string, call?: number): void {
    if (from.cause) return;
    from.cause = { reason, plugin, call };
    from.child.kill('SIGKILL');
    // Nothing more of it is read, and what has been is let go.
    from.pipe.destroy();
  }

  function endOf(from: Live, code: number | null, signal: NodeJS.Signals | null): string {
    if (from.cause) return from.cause.reason;
    if (from.tail.includes('heap out of memory') || from.tail.includes('Reached heap limit')) {
      return `it used more than ${limits.heap} MB of memory`;
    }
    return signal ? `it ended by ${signal}` : `it ended itself (${String(code)})`;
  }

  /** The process has ended: whoever waits is told, and the next one is started at once. */
  function gone(from: Live, reason: string): void {
    if (from.over) return;
    from.over = true;
    children.delete(from.child);
    if (live === from) {
      live = undefined;
      clearInterval(calm);
    }
    from.pipe.destroy();
    const waiting = [...calls.entries()].filter(([, { on }]) => on === from);
    // Where we do not know who it was: whoever was at it alone, else whose turn it was last.
    const last = waiting.filter(([, { turn }]) => turn !== undefined).at(-1) ?? waiting.at(-1);
    const culprit = from.cause?.plugin ?? blamed('') ?? last?.[1].work.plugin;
    if (!from.retired) {
      failed = performance.now();
      if (culprit !== undefined) struck(culprit, reason);
      tellHost({ kind: 'ended', process: name, plugin: culprit, reason });
    }
    for (const { reject } of from.loads.values()) {
      reject(
        pluginError('PLUGIN_FAILED', { plugin: culprit ?? name, file: hosted.get(culprit ?? '')?.file ?? '', reason }),
      );
    }
    for (const [number, call] of waiting) {
      const { plugin, label } = call.work;
      if (plugin !== culprit) breakerOf(plugin).succeed();
      const isCulprit = plugin === culprit && (from.cause?.call === undefined || from.cause.call === number);
      const code =
        from.cause?.call === number && from.cause.reason.startsWith('it took') ? 'PLUGIN_TIME' : 'PLUGIN_CRASHED';
      call.settle(() =>
        call.reject(
          isCulprit
            ? pluginError(code, { plugin, label, reason })
            : pluginError('PLUGIN_INTERRUPTED', { plugin, label, culprit: culprit ?? plugin, reason }),
        ),
      );
    }
    if (waiting.length > 0 && [...hosted.keys()].some((id) => breakerOf(id).health().state === 'closed')) {
      const next = current();
      for (const id of from.loaded.keys()) load(next, id).catch(() => undefined);
    }
  }

  /** Looks after the process while somebody waits for it. */
  function tick(): void {
    const now = performance.now();
    const present = live;
    if (!present || calls.size === 0) {
      clearInterval(clock);
      clock = undefined;
      if (present) present.printed = present.logged = present.strays = 0;
      return;
    }
    const { pid } = present.child;
    if (present.pinged === undefined) {
      present.pinged = now;
      send(present, { ping: 1 });
    } else if (!present.demoted && now - present.pinged > limits.unresponsive && pid !== undefined) {
      present.demoted = prioritize(pid, 19);
    }
    const memory = pid === undefined ? undefined : residentOf(pid);
    if (!present.demoted && pid !== undefined && hasGrown(memory)) {
      // Getting pages from the system is work of the system that looks like no work of the plugin's.
      present.demoted = prioritize(pid, 19);
    }
    if (memory !== undefined && memory > limits.memory) {
      return kill(present, `it used more than ${Math.round(limits.memory / 1_048_576)} MB of memory`);
    }
    for (const [number, call] of calls) {
      if (call.ended || call.on !== present) continue;
      const { own, whole } = call.work.limits;
      const spent = call.own + (call.turn === undefined ? 0 : now - call.turn);
      if (spent <= own && now - call.begun <= whole) continue;
      const reason = `it took longer than ${spent > own ? own : whole} ms`;
      if (present.pinged !== undefined && now - present.pinged > limits.unresponsive) {
        return kill(present, reason, call.work.plugin, number);
      }
      // It answers others: only this call is at its end.
      struck(call.work.plugin, reason);
      const { plugin, label } = call.work;
      call.settle(() => call.reject(pluginError('PLUGIN_TIME', { plugin, label, reason })));
      send(present, { stop: number });
    }
  }

  const hasGrown = (memory: number | undefined): boolean => memory !== undefined && memory > limits.memory / 2;

  function recovered(from: Live): void {
    from.pinged = undefined;
    const { pid } = from.child;
    if (from.demoted && pid !== undefined && !hasGrown(residentOf(pid))) from.demoted = !prioritize(pid, from.priority);
  }

  /** Nobody calls it: it should be still. One that cannot have its priority back, or was not needed for long, ends. */
  function watchCalm(from: Live): void {
    const { pid } = from.child;
    let last = pid === undefined ? undefined : busyOf(pid);
    let seen = lastCall;
    clearInterval(calm);
    calm = setInterval(() => {
      const busy = pid === undefined ? undefined : busyOf(pid);
      const isCalled = calls.size > 0 || seen !== lastCall;
      if (!isCalled && busy !== undefined && last !== undefined && busy - last > RESTLESS) {
        kill(from, 'it worked on when its calls had ended');
      } else if (calls.size === 0 && performance.now() - used > limits.idle) retire(from);
      last = busy;
      seen = lastCall;
    }, CALM).unref();
  }

  function retire(from: Live): void {
    from.retired = true;
    from.pipe.end();
  }

  function perform(present: Live, work: Work): Promise<Outcome> {
    lastCall += 1;
    const number = lastCall;
    return new Promise((resolve, reject) => {
      const now = performance.now();
      const call: Running = {
        work,
        on: present,
        begun: now,
        own: 0,
        turn: now,
        outstanding: 0,
        queue: Promise.resolve(),
        ended: false,
        errors: new Map(),
        ahead: new Map(),
        carried: 0,
        settle(finish) {
          if (call.ended) return;
          call.ended = true;
          calls.delete(number);
          used = performance.now();
          if (calls.size === 0 && live) {
            hold(live, false);
            if (live.demoted) retire(live);
          }
          // What was begun in the transaction ends before the transaction does.
          void call.queue.then(finish);
        },
        resolve,
        reject: (error) => reject(error instanceof Error ? error : new Error(String(error))),
      };
      calls.set(number, call);
      hold(present, true);
      const { plugin, part, index, context, file } = work;
      const from = file === undefined ? {} : { file: pathToFileURL(file).href };
      const order: Order = work.function
        ? { call: number, plugin, ...work.function }
        : { run: number, plugin, part, index, context, ...from };
      if (!send(present, order)) {
        const limit = `${limits.answer / MB} MB`;
        call.settle(() => call.reject(pluginError('PLUGIN_TOO_MUCH', { plugin, label: work.label, limit })));
      }
      clock ??= setInterval(tick, TICK);
    });
  }

  async function loadFor(present: Live, { plugin, label }: Work): Promise<void> {
    try {
      await load(present, plugin);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      struck(plugin, `it could not be loaded: ${reason}`);
      throw error instanceof PeyvandError ? error : pluginError('PLUGIN_CRASHED', { plugin, label, reason });
    }
  }

  function admit(plugin: string): void {
    const breaker = breakerOf(plugin);
    if (breaker.admits()) return;
    const { last, until = '' } = breaker.health();
    throw pluginError('PLUGIN_STOPPED', { plugin, until, reason: last?.reason ?? '' });
  }

  function current(): Live {
    return live && !live.retired && !live.cause ? live : start();
  }

  return {
    async describe(plugin) {
      const present = current();
      const contributes = await load(present, plugin);
      // What it brings is known; it comes back when it is called.
      setTimeout(() => {
        if (calls.size === 0 && lastCall === 0 && live === present) retire(present);
      }, SETTLED).unref();
      return contributes;
    },
    async run(work) {
      admit(work.plugin);
      const present = current();
      if (work.file === undefined) await loadFor(present, work);
      // It may have gone while it loaded.
      return perform(live === present ? present : current(), work);
    },
    guard(plugin, work) {
      admit(plugin);
      try {
        const answer = work();
        breakerOf(plugin).succeed();
        return answer;
      } catch (error) {
        struck(plugin, error instanceof Error ? error.message : String(error));
        throw error;
      }
    },
    health(plugin) {
      const pid = live?.child.pid;
      const memory = pid === undefined ? undefined : residentOf(pid);
      return {
        ...breakerOf(plugin).health(),
        ...(pid !== undefined && { pid }),
        ...(memory !== undefined && { memory }),
      };
    },
    reset: (plugin) => breakerOf(plugin).reset(),
    async warm(plugins) {
      const present = current();
      await Promise.all(plugins.map((id) => load(present, id)));
    },
    async close() {
      const present = live;
      if (!present) return;
      const ended = new Promise<void>((resolve) => present.child.once('exit', () => resolve()));
      hold(present, true);
      for (let left = CLOSING; calls.size > 0 && left > 0; left -= TICK) await pause(TICK);
      retire(present);
      const late = setTimeout(() => present.child.kill('SIGKILL'), CLOSING);
      await ended;
      clearTimeout(late);
    },
  };
}

/** Undefined: longer, or deeper, than a text can be. */
function jsonOf(order: Order): string | undefined {
  try {
    return JSON.stringify(order);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function isMembers(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readViolations(value: unknown): readonly Violation[] {
  return Array.isArray(value)
    ? value.slice(0, 100).map((one: unknown) => {
        const { code, target, message } = isMembers(one) ? one : {};
        return { code: String(code ?? 'REFUSED'), target: String(target ?? ''), message: String(message ?? '') };
      })
    : [];
}

function readError(value: unknown): WireError {
  if (!isMembers(value)) return { message: String(value) };
  const { message, stack, code, status, details, data, of } = value;
  const shared = {
    message: String(message ?? ''),
    ...(typeof stack === 'string' && { stack: stack.slice(0, 8_000) }),
    ...(typeof of === 'number' && { of }),
  };
  const isOurs = typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,79}$/.test(code) && typeof status === 'number';
  if (!isOurs) return shared;
  // A plugin refuses; that the server failed, only the server says.
  const said = status >= 400 && status < 500 ? status : 409;
  return { ...shared, code, status: said, details: readViolations(details), ...(isMembers(data) && { data }) };
}

function errorOf({ message, stack, code, status, details, data }: WireError): Error {
  if (code !== undefined && status !== undefined) {
    return new PeyvandError(code, status, message, { ...(details && { details }), ...(data && { data }) });
  }
  const error = new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}

function wireOf(error: unknown): WireError {
  if (error instanceof PeyvandError) {
    const { message, code, status, details, data } = error;
    return { message, code, status, details, ...(data && { data }) };
  }
  return { message: error instanceof Error ? error.message : String(error) };
}
