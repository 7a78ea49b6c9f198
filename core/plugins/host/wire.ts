// What the server and a plugin's process say to each other: one JSON object a line, over a pipe of their own.
import type { Violation } from '../../sdk/errors.ts';

export type Part = 'handlers' | 'operations' | 'schedules' | 'migrations';

/** From the server. */
export type Order =
  | {
      readonly load: string;
      readonly file?: string;
      /** Field types by the names of their folders. */
      readonly fields: readonly (readonly [name: string, file: string])[];
    }
  | {
      readonly run: number;
      readonly plugin: string;
      readonly part: Part;
      readonly index: number;
      /** Its default export is the piece, instead of what stands at the index. */
      readonly file?: string;
      /** What is plain data of the piece's context. */
      readonly context: Readonly<Record<string, unknown>>;
    }
  | { readonly answer: number; readonly value?: unknown; readonly error?: WireError }
  | { readonly stop: number }
  | { readonly ping: number }
  | ({ readonly call: number; readonly plugin: string } & FunctionCall);

/** A function of a field type, by its place in what the plugin contributes. */
export interface FunctionCall {
  readonly path: readonly (string | number)[];
  readonly args: readonly unknown[];
  /** A function of what it answers, called in its stead. */
  readonly member?: string;
  readonly memberArgs?: readonly unknown[];
}

/** From the plugin. */
export type Notice =
  | { readonly ready: true }
  | { readonly loaded: string; readonly contributes?: unknown; readonly error?: WireError }
  /** A piece of the file that the question of that number stores. */
  | { readonly ahead: number; readonly run: number; readonly text: string }
  | { readonly ask: number; readonly run: number; readonly what: string; readonly args: readonly unknown[] }
  | {
      readonly done: number;
      readonly value?: unknown;
      /** What a handler changed: by name, null what it took away. */
      readonly values?: Readonly<Record<string, unknown>>;
      readonly shared?: Readonly<Record<string, unknown>>;
      readonly refused?: readonly Violation[];
      readonly error?: WireError;
    }
  | { readonly pong: number }
  | { readonly called: number; readonly value?: unknown; readonly error?: WireError }
  /** A failure nobody waits for; `run` where it is known whose. `fatal`: the process ends itself. */
  | { readonly fault: WireError; readonly run?: number; readonly fatal: boolean };

export interface WireError {
  readonly message: string;
  readonly stack?: string;
  /** Of a PeyvandError. */
  readonly code?: string;
  readonly status?: number;
  readonly details?: readonly Violation[];
  readonly data?: Readonly<Record<string, unknown>>;
  /** The question whose answer it was: the server still has the error itself. */
  readonly of?: number;
}

/** Functions do not travel: this stands for them in what a plugin contributes. */
export const FUNCTION = '\u0000function';

/** `__proto__`, also where it is spelt with escapes. */
const suspicious =
  /"(?:_|\\u005[fF]){2}(?:p|\\u0070)(?:r|\\u0072)(?:o|\\u006[fF])(?:t|\\u0074)(?:o|\\u006[fF])(?:_|\\u005[fF]){2}"\s*:/;

/** Levels of objects and lists in a message: what goes through it afterwards, goes through it by recursion. */
const DEPTH = 200;

/**
 * Parses a line that somebody else wrote. Throws where it is no JSON object, is deeper than anybody writes, or would change what
 * objects inherit when it is copied.
 */
export function parseLine(line: string): Readonly<Record<string, unknown>> {
  if (suspicious.test(line)) throw new TypeError('a message names __proto__');
  if (isDeep(line)) throw new RangeError(`a message is more than ${DEPTH} levels deep`);
  const value: unknown = JSON.parse(line);
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new TypeError('a message is no object');
  return value as Readonly<Record<string, unknown>>;
}

/** Brackets beyond DEPTH that are open at a time, outside strings. */
function isDeep(json: string): boolean {
  let depth = 0;
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at);
    if (code === 0x22) {
      do at = json.indexOf('"', at + 1);
      while (at !== -1 && isEscaped(json, at));
      if (at === -1) return false;
    } else if (code === 0x5b || code === 0x7b) {
      depth += 1;
      if (depth > DEPTH) return true;
    } else if (code === 0x5d || code === 0x7d) depth -= 1;
  }
  return false;
}

/** An odd number of backslashes before it. */
function isEscaped(json: string, quote: number): boolean {
  let at = quote;
  while (json.charCodeAt(at - 1) === 0x5c) at -= 1;
  return (quote - at) % 2 === 1;
}

/** Cuts what arrives into lines. Throws RangeError where one is longer than `limit` bytes. */
export function lineReader(limit: number, take: (line: string) => void): (chunk: Buffer) => void {
  let parts: Buffer[] = [];
  let size = 0;
  return (chunk) => {
    let from = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, from)) {
      const last = chunk.subarray(from, end);
      from = end + 1;
      if (size + last.length > limit) throw new RangeError(`a message is longer than ${limit} bytes`);
      const line = size === 0 ? last.toString('utf8') : Buffer.concat([...parts, last]).toString('utf8');
      parts = [];
      size = 0;
      take(line);
    }
    if (from === chunk.length) return;
    parts.push(from === 0 ? chunk : Buffer.from(chunk.subarray(from)));
    size += chunk.length - from;
    if (size > limit) throw new RangeError(`a message is longer than ${limit} bytes`);
  };
}
