// A thread between the server and the processes of field types: the server asks it synchronously and sleeps until it has written
// the answer, or until its patience ends.
import { parentPort, workerData } from 'node:worker_threads';
import { PeyvandError } from '../../sdk/index.ts';
import { listenToHost } from './events.ts';
import type { BridgeData, Question } from './field-types.ts';
import { createPluginProcess, type PluginProcess } from './plugin-process.ts';

const { control, space } = workerData as BridgeData;
const state = new Int32Array(control);
const bytes = new Uint8Array(space);
const encoder = new TextEncoder();
const processes = new Map<string, PluginProcess>();

function processOf({ hosted, limits }: Question): PluginProcess {
  const known = processes.get(hosted.file);
  if (known) return known;
  const { id, folder } = hosted;
  // Its breaker is the server's, which knows of the plugin's other calls, too.
  const made = createPluginProcess(id, new Map([[id, hosted]]), [folder], { ...limits, strikes: Infinity });
  processes.set(hosted.file, made);
  return made;
}

/** `turn`: the server gave the answers before it up. */
function answer(turn: number, said: unknown): void {
  const text = encoder.encode(JSON.stringify(said));
  const fits = text.length <= bytes.length;
  const sent = fits ? text : encoder.encode(JSON.stringify({ error: 'it answered more than fits' }));
  if (Atomics.load(state, 1) !== turn) return;
  bytes.set(sent);
  Atomics.store(state, 2, sent.length);
  Atomics.store(state, 0, turn);
  Atomics.notify(state, 0);
}

async function take(question: Question): Promise<void> {
  const { turn, hosted, limits, call } = question;
  const process = processOf(question);
  if (!call) {
    await process.warm([hosted.id]).catch(() => undefined);
    return answer(turn, {});
  }
  try {
    const { value } = await process.run({
      plugin: hosted.id,
      part: 'handlers',
      index: 0,
      label: 'The field type',
      function: call,
      limits: limits.codec,
      context: {},
      answer: () => Promise.reject(new TypeError('field types have nothing to ask for')),
    });
    answer(turn, { value });
  } catch (error) {
    // What the code itself throws is no fault of the process.
    const isOurs = error instanceof PeyvandError && error.code.startsWith('PLUGIN_');
    answer(turn, { [isOurs ? 'error' : 'thrown']: error instanceof Error ? error.message : String(error) });
  }
}

parentPort?.on('message', (message: Question | { readonly close: string }) => {
  if ('close' in message) {
    const process = processes.get(message.close);
    processes.delete(message.close);
    void process?.close();
  } else void take(message);
});
listenToHost((event) => parentPort?.postMessage(event, []));
