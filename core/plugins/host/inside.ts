// The inside of a plugin's process: loads server halves, runs their pieces, and asks the server for everything they reach. The
// plugin shares this realm, so the server believes nothing that comes from here.
import { AsyncLocalStorage } from 'node:async_hooks';
import { read, writeSync } from 'node:fs';
import { PeyvandError, type Violation } from '../../sdk/errors.ts';
import type { FieldType } from '../../sdk/field-type.ts';
import { closeDoors } from './doors/close-doors.ts';
import { fieldTypeIn } from './field-type-in.ts';
import { FUNCTION, lineReader, type Notice, type Order, type WireError } from './wire.ts';

type Run = Extract<Order, { readonly run: number }>;
type Piece = { readonly run: (context: unknown) => unknown };
type Members = Record<string, unknown>;
type Anything = (...given: readonly unknown[]) => unknown;

const PIPE = 3;
/** Of an error, in characters. */
const WORDS = 8_000;
/** Bytes of a message, and characters of a file's Base64. */
const [longest = 0, largest = 0] = process.argv.slice(2).map(Number);
/** Characters of a file that go at once. */
const PIECE = Math.min(1_048_576, Math.floor(longest / 2));
const { parse, stringify } = JSON;
const end = process.exit.bind(process);
const onFault = process.on.bind(process);
const running = new AsyncLocalStorage<number>();
const plugins = new Map<string, Members>();
const waiting = new Map<
  number,
  { readonly run: number; resolve(value: unknown): void; reject(error: unknown): void }
>();
const answered = new WeakMap<Error, number>();
const refusals = new WeakMap<Error, readonly Violation[]>();
let asked = 0;

/** Throws RangeError for what is longer than a message may be: the server would end us for it. */
function say(notice: Notice): void {
  const text = stringify(notice);
  const bytes = text.length > longest ? undefined : Buffer.from(`${text}\n`);
  if (!bytes || bytes.length > longest) {
    const size = megabytes(bytes?.length ?? text.length);
    throw new RangeError(
      `this is ${size} MB of JSON, and one message holds ${megabytes(longest)} MB: send it in parts, or less of it`,
    );
  }
  for (let from = 0; from < bytes.length;) from += writeSync(PIPE, bytes, from);
}

function megabytes(bytes: number): string {
  return (Math.ceil((bytes * 10) / 1_048_576) / 10).toString();
}

/** Says what went wrong instead, where the whole is too long. */
function sayOr(notice: Notice, instead: (error: WireError) => Notice): void {
  try {
    say(notice);
  } catch (error) {
    say(instead(wireOf(error)));
  }
}

function wireOf(error: unknown): WireError {
  if (!(error instanceof Error)) return { message: shortened(error) };
  const of = answered.get(error);
  const shared = {
    message: shortened(error.message),
    stack: shortened(error.stack ?? ''),
    ...(of !== undefined && { of }),
  };
  if (!(error instanceof PeyvandError)) return shared;
  const { code, status, details, data } = error;
  const isShort = (stringify([details, data]) ?? '').length < longest / 4;
  return { ...shared, code, status, ...(isShort && { details, ...(data && { data }) }) };
}

function shortened(said: unknown): string {
  return String(said).slice(0, WORDS);
}

function errorOf({ code, status, message, details, data }: WireError): Error {
  if (code === undefined || status === undefined) return new Error(message);
  return new PeyvandError(code, status, message, { ...(details && { details }), ...(data && { data }) });
}

/** JSON in which functions are their mark. */
function marked(value: unknown): unknown {
  const text = stringify(value, (_key, one: unknown) => (typeof one === 'function' ? FUNCTION : one)) as
    string | undefined;
  return text === undefined ? undefined : parse(text);
}

async function load({ load: id, file, fields }: Extract<Order, { readonly load: string }>): Promise<void> {
  try {
    const loaded = file === undefined ? { default: {} } : ((await import(file)) as { readonly default?: unknown });
    const contributes = loaded.default ?? null;
    if (typeof contributes !== 'object' || contributes === null) return say({ loaded: id, contributes: null });
    const half: Members = { ...contributes };
    const listed = half['fieldTypes'] ?? [];
    const types: unknown[] = Array.isArray(listed) ? [...listed] : [];
    for (const [name, place] of fields) {
      const isListed = types.some((type) => (type as Partial<FieldType> | null)?.name === name);
      const type = isListed ? undefined : fieldTypeIn((await import(place)) as object, name);
      if (type) types.push(type);
    }
    if (Array.isArray(listed) && types.length > 0) half['fieldTypes'] = types;
    plugins.set(id, half);
    sayOr({ loaded: id, contributes: marked(half) }, (error) => ({ loaded: id, error }));
  } catch (error) {
    say({ loaded: id, error: wireOf(error) });
  }
}

function ask(run: number, what: string, args: readonly unknown[]): Promise<unknown> {
  asked += 1;
  const question = asked;
  return new Promise((resolve, reject) => {
    waiting.set(question, { run, resolve, reject });
    try {
      say({ ask: question, run, what, args: what.endsWith('.storeFile') ? inPieces(question, run, args) : args });
    } catch (error) {
      waiting.delete(question);
      reject(error instanceof Error ? error : new Error(String(error)));
    }
  });
}

/** Sends ahead what is too long of a file, and answers the arguments without it. */
function inPieces(question: number, run: number, args: readonly unknown[]): readonly unknown[] {
  const file = args[3] as Partial<Record<string, unknown>> | null | undefined;
  const base64 = file?.['base64'];
  if (typeof base64 !== 'string' || base64.length <= PIECE) return args;
  if (base64.length > largest) {
    const size = megabytes((base64.length * 3) / 4);
    throw new RangeError(
      `the file has ${size} MB, and plugins store files of ${megabytes((largest * 3) / 4)} MB at most`,
    );
  }
  for (let at = 0; at < base64.length; at += PIECE) say({ ahead: question, run, text: base64.slice(at, at + PIECE) });
  return [...args.slice(0, 3), { ...file, base64: '' }];
}

function recordsOf(run: number, as: 'records' | 'system'): Members {
  const verbs = [
    'create',
    'createMany',
    'update',
    'updateMany',
    'remove',
    'retrieve',
    'list',
    'storeFile',
    'associate',
    'disassociate',
    'share',
    'unshare',
  ];
  return Object.fromEntries(verbs.map((verb) => [verb, (...args: unknown[]) => ask(run, `${as}.${verb}`, args)]));
}

function contextOf(order: Run, refused: Violation[]): Members {
  const { run, part } = order;
  const asking =
    (what: string) =>
    (...args: unknown[]) =>
      ask(run, what, args);
  return {
    ...order.context,
    records: recordsOf(run, 'records'),
    system: recordsOf(run, 'system'),
    invoke: asking('invoke'),
    fetch: asking('fetch'),
    secret: asking('secret'),
    reference: asking('reference'),
    refuse(...violations: Violation[]) {
      if (part === 'handlers') {
        refused.push(...violations);
        return;
      }
      const error = new Error(violations.map((one) => one.message).join(' '));
      refusals.set(error, violations);
      throw error;
    },
  };
}

/** The members whose JSON is another one than it was; null for those that are gone. */
function changesOf(now: Members, before: ReadonlyMap<string, string>): Members | undefined {
  const changes: Members = {};
  let some = false;
  for (const name of new Set([...before.keys(), ...Object.keys(now)])) {
    const text = stringify(now[name]) as string | undefined;
    if (text === before.get(name)) continue;
    changes[name] = text === undefined ? null : now[name];
    some = true;
  }
  return some ? changes : undefined;
}

function textsOf(members: unknown): ReadonlyMap<string, string> {
  if (typeof members !== 'object' || members === null) return new Map();
  return new Map(Object.entries(members).map(([name, value]) => [name, stringify(value)]));
}

async function pieceOf({ plugin, part, index, file }: Run): Promise<Piece | undefined> {
  if (file !== undefined) return ((await import(file)) as { readonly default?: Piece }).default;
  return (plugins.get(plugin)?.[part] as readonly Piece[] | undefined)?.[index];
}

async function run(order: Run): Promise<void> {
  const { run: done, plugin, part, index } = order;
  const refused: Violation[] = [];
  const context = contextOf(order, refused);
  const inputs = part === 'handlers' ? 'values' : 'parameters';
  const [values, shared] = [textsOf(context[inputs]), textsOf(context['shared'])];
  try {
    const piece = await pieceOf(order);
    if (typeof piece?.run !== 'function') throw new Error(`the plugin ${plugin} has no ${part} ${index} to run`);
    const value = await piece.run(context);
    const changed = changesOf((context[inputs] ?? {}) as Members, values);
    const left = context['shared'] === undefined ? undefined : changesOf(context['shared'] as Members, shared);
    say({
      done,
      ...(part === 'operations' && { value }),
      ...(changed && part === 'handlers' && { values: changed }),
      ...(left && { shared: left }),
      ...(refused.length > 0 && { refused }),
    });
  } catch (error) {
    const violations = error instanceof Error ? refusals.get(error) : undefined;
    sayOr({ done, error: wireOf(error), ...(violations && { refused: violations }) }, (instead) => ({
      done,
      error: instead,
    }));
  }
  for (const [question, { run: of }] of waiting) if (of === done) waiting.delete(question);
}

/** A function of a field type, called where it stands. */
function call({
  call: called,
  plugin,
  path,
  args,
  member,
  memberArgs = [],
}: Extract<Order, { readonly call: number }>): void {
  try {
    let owner: unknown;
    let found: unknown = plugins.get(plugin);
    for (const step of path) {
      owner = found;
      found = (found as Record<string | number, unknown>)[step];
    }
    const answer: unknown = Reflect.apply(found as Anything, owner, args);
    const part = member === undefined ? undefined : (answer as Readonly<Record<string, unknown>>)[member];
    const value: unknown = member === undefined ? marked(answer) : Reflect.apply(part as Anything, answer, memberArgs);
    sayOr({ called, value }, (error) => ({ called, error }));
  } catch (error) {
    say({ called, error: wireOf(error) });
  }
}

function take(order: Order): void {
  if ('run' in order) void running.run(order.run, () => run(order));
  else if ('answer' in order) {
    const question = waiting.get(order.answer);
    waiting.delete(order.answer);
    if (!order.error) question?.resolve(order.value);
    else {
      const error = errorOf(order.error);
      answered.set(error, order.answer);
      question?.reject(error);
    }
  } else if ('ping' in order) say({ pong: order.ping });
  else if ('call' in order) call(order);
  else if ('load' in order) void load(order);
  else {
    for (const [question, { run: of, reject }] of waiting) {
      if (of !== order.stop) continue;
      waiting.delete(question);
      reject(new Error('the server has ended this call'));
    }
  }
}

function fault(error: unknown, fatal: boolean): void {
  const known = running.getStore();
  try {
    say({ fault: wireOf(error), fatal, ...(known !== undefined && { run: known }) });
  } finally {
    if (fatal) end(1);
  }
}

onFault('unhandledRejection', (reason) => fault(reason, false));
onFault('uncaughtException', (error) => fault(error, true));

const reader = lineReader(Number.MAX_SAFE_INTEGER, (line) => take(parse(line) as Order));
const space = Buffer.allocUnsafe(64 * 1024);
function listen(): void {
  read(PIPE, space, 0, space.length, null, (error, size) => {
    // The server is gone, or wants us gone.
    if (error || size === 0) end(0);
    reader(Buffer.from(space.subarray(0, size)));
    listen();
  });
}

closeDoors(new URL('../../sdk/index.ts', import.meta.url).href);
say({ ready: true });
listen();
