// Field types of plugins from elsewhere. The engine calls them in the middle of its work and waits, so they cannot be promises: each
// call goes over a thread (field-bridge.ts) to a process of the plugin's, with a short deadline. What only depends on the
// definition is asked once.
import { Worker } from 'node:worker_threads';
import type { FieldType } from '../../sdk/index.ts';
import { pluginError } from '../errors.ts';
import { tellHost, type HostEvent } from './events.ts';
import type { HostLimits } from './limits.ts';
import type { HostedPlugin, PluginProcess } from './plugin-process.ts';
import { FUNCTION, parseLine, type FunctionCall } from './wire.ts';

export interface BridgeData {
  /** Three numbers: the turn that is answered, the turn that is asked, the bytes of the answer. */
  readonly control: SharedArrayBuffer;
  readonly space: SharedArrayBuffer;
}

export interface Question {
  readonly turn: number;
  readonly hosted: HostedPlugin;
  readonly limits: HostLimits;
  /** Absent: the process is to start. */
  readonly call?: FunctionCall;
}

interface Bridge {
  readonly worker: Worker;
  readonly state: Int32Array;
  readonly bytes: Uint8Array;
}

const SPACE = 1024 * 1024;
const REMEMBERED = 5_000;
/** Beyond the time that a call has, for the ways there and back. */
const WAY = 100;
let bridge: Bridge | undefined;
let turns = 0;
let warming = 0;

function openBridge(): Bridge {
  if (bridge) return bridge;
  const control = new SharedArrayBuffer(12);
  const space = new SharedArrayBuffer(SPACE);
  const worker = new Worker(new URL('field-bridge.ts', import.meta.url), {
    workerData: { control, space } satisfies BridgeData,
    env: {},
    execArgv: ['--disable-warning=ExperimentalWarning'],
    resourceLimits: { maxOldGenerationSizeMb: 64 },
  });
  worker.on('message', (event: HostEvent) => tellHost(event));
  worker.on('error', () => (bridge = undefined));
  worker.on('exit', () => (bridge = undefined));
  // Last: listening would hold the program open again, and a command would not end.
  worker.unref();
  bridge = { worker, state: new Int32Array(control), bytes: new Uint8Array(space) };
  return bridge;
}

function ask(hosted: HostedPlugin, limits: HostLimits, call: FunctionCall): Readonly<Record<string, unknown>> {
  const { worker, state, bytes } = openBridge();
  turns = (turns + 1) % 0x7fffffff;
  const turn = turns;
  const before = Atomics.load(state, 0);
  Atomics.store(state, 1, turn);
  worker.postMessage({ turn, hosted, limits, call } satisfies Question, []);
  const patience = limits.codec.whole + WAY;
  const failed = (reason: string): Error => failure(hosted, reason);
  if (Atomics.wait(state, 0, before, patience) === 'timed-out' || Atomics.load(state, 0) !== turn) {
    throw failed(`it took longer than ${patience} ms`);
  }
  const text = Buffer.from(bytes.slice(0, Atomics.load(state, 2))).toString('utf8');
  let answer: Readonly<Record<string, unknown>>;
  try {
    answer = parseLine(text);
  } catch (error) {
    throw failed(error instanceof Error ? error.message : String(error));
  }
  if (typeof answer['error'] === 'string') throw failed(answer['error']);
  return answer;
}

function failure({ id }: HostedPlugin, reason: string): Error {
  return pluginError('PLUGIN_CRASHED', { plugin: id, label: 'A field type', reason });
}

/** Starts the process, so that nothing waits for it later. */
async function warm(hosted: HostedPlugin, limits: HostLimits): Promise<void> {
  const { worker, state } = openBridge();
  turns = (turns + 1) % 0x7fffffff;
  const before = Atomics.load(state, 0);
  Atomics.store(state, 1, turns);
  worker.postMessage({ turn: turns, hosted, limits } satisfies Question, []);
  const waited = Atomics.waitAsync(state, 0, before, limits.load);
  if (!waited.async) return;
  // Waiting for shared memory does not keep a program running: the thread does meanwhile.
  warming += 1;
  worker.ref();
  await waited.value;
  warming -= 1;
  if (warming === 0) worker.unref();
}

/** `brought`: what the plugin contributes, functions as their mark. Calls of them throw PLUGIN_CRASHED, PLUGIN_STOPPED. */
export async function hostedFieldTypes(
  hosted: HostedPlugin,
  process: PluginProcess,
  limits: HostLimits,
  brought: readonly unknown[],
): Promise<readonly FieldType[]> {
  await warm(hosted, limits);
  const answers = new Map<string, unknown>();
  const call = (request: FunctionCall): unknown => {
    const answer = process.guard(hosted.id, () => ask(hosted, limits, request));
    if (typeof answer['thrown'] === 'string') throw failure(hosted, answer['thrown']);
    return answer['value'];
  };
  const remembered = (request: FunctionCall): unknown => {
    const key = JSON.stringify(request);
    if (answers.has(key)) return answers.get(key);
    const answer = call(request);
    if (answers.size >= REMEMBERED) answers.clear();
    answers.set(key, answer);
    return answer;
  };
  const standIn = (path: FunctionCall['path']): unknown => {
    const isValue = path.at(-1) === 'decode';
    return (...given: unknown[]): unknown => {
      const args = jsonOf(given);
      if (!args) return notJson;
      const request = { path, args };
      return isValue ? call(request) : withMembers(remembered(request), request);
    };
  };
  /** Functions in what was answered (a file's columns): called through the call that answered. */
  const withMembers = (value: unknown, request: FunctionCall): unknown => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(
      Object.entries(value).map(([member, one]) => [
        member,
        one === FUNCTION ? (...given: unknown[]) => call({ ...request, member, memberArgs: given.map(plain) }) : one,
      ]),
    );
  };
  const revive = (value: unknown, path: FunctionCall['path']): unknown => {
    if (value === FUNCTION) return standIn(path);
    if (Array.isArray(value)) return value.map((one, index) => revive(one, [...path, index]));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, revive(one, [...path, name])]));
  };
  return brought.map((type, index) => revive(type, ['fieldTypes', index]) as FieldType);
}

/** Ends the process of its field types. */
export function closeFieldTypes({ file }: HostedPlugin): void {
  bridge?.worker.postMessage({ close: file }, []);
}

function plain(value: unknown): unknown {
  return value instanceof Uint8Array ? [...value] : value;
}

/** Requests are JSON; what is none never came from one. */
const notJson = Object.freeze({
  violation: { code: 'VALUE_INVALID', message: 'This is no value that JSON can hold.' },
});

function jsonOf(given: readonly unknown[]): readonly unknown[] | undefined {
  try {
    return JSON.parse(JSON.stringify(given)) as readonly unknown[];
  } catch {
    return undefined;
  }
}
