// Bodies: read with a limit, decoded as UTF-8, parsed as JSON with the place of a mistake.
import type { IncomingMessage } from 'node:http';
import { parseJson } from '../../core/model/parse-json.ts';
import { fail } from './errors.ts';
import { header, type Exchange } from './exchange.ts';

/** In bytes: records and metadata. Files have their own limit per field. */
export const JSON_LIMIT = 10 * 1024 * 1024;

export function readBody(exchange: Exchange, limit: number): Promise<Buffer> {
  const encoding = header(exchange, 'content-encoding');
  if (encoding !== undefined && encoding !== 'identity') return Promise.reject(fail('BODY_ENCODED', { encoding }));
  const { content } = exchange;
  if (content)
    return content.length > limit ? Promise.reject(fail('BODY_TOO_LARGE', { limit })) : Promise.resolve(content);
  if (Number(header(exchange, 'content-length') ?? 0) > limit) return Promise.reject(fail('BODY_TOO_LARGE', { limit }));
  return exchange.incoming ? collect(exchange.incoming, limit) : Promise.reject(fail('BODY_ABORTED'));
}

function collect(incoming: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const settle = (act: () => void) => {
      incoming.off('data', onData).off('end', onEnd).off('error', onAbort).off('close', onAbort);
      act();
    };
    const onData = (chunk: Buffer) => {
      length += chunk.length;
      if (length > limit) settle(() => reject(fail('BODY_TOO_LARGE', { limit })));
      else chunks.push(chunk);
    };
    const onEnd = () => settle(() => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
    const onAbort = () => settle(() => reject(fail('BODY_ABORTED')));
    incoming.on('data', onData).on('end', onEnd).on('error', onAbort).on('close', onAbort);
  });
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** UTF-8 text; a byte order mark is dropped. */
export function decodeText(bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch (cause) {
    throw fail('BODY_NOT_JSON', { reason: 'it is not UTF-8 text' }, { cause });
  }
}

/** Read a second time, only to say what is wrong and where. */
function reasonOf(text: string): string {
  const problem = parseJson(text).problems.find(({ message }) => message.startsWith(MALFORMED));
  if (!problem) return 'it cannot be parsed';
  return `${problem.message.slice(MALFORMED.length)} at line ${problem.line}, column ${problem.column}`;
}

const MALFORMED = 'malformed JSON: ';

export interface JsonBody {
  readonly value: Readonly<Record<string, unknown>>;
  /** The text it was parsed from, for numbers that must stay exact. */
  readonly text: string;
}

function requireJsonType(exchange: Exchange): void {
  const type = header(exchange, 'content-type');
  if (type === undefined || !/^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(type))
    throw fail('CONTENT_TYPE', { type: type ?? '(none)', accepted: 'application/json' });
}

export function parseJsonObject(text: string): JsonBody {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const reason = text.trim() === '' ? 'it is empty' : reasonOf(text);
    throw fail('BODY_NOT_JSON', { reason }, { cause });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw fail('BODY_NOT_OBJECT');
  return { value: value as Readonly<Record<string, unknown>>, text };
}

/** The text of a JSON request's body: 415 for another type, 413 when too large, 400 when it is not UTF-8. */
export async function readJsonText(exchange: Exchange, limit = JSON_LIMIT): Promise<string> {
  requireJsonType(exchange);
  return decodeText(await readBody(exchange, limit));
}

/** The same, parsed: 400 with the place when malformed. */
export async function readJson(exchange: Exchange, limit = JSON_LIMIT): Promise<JsonBody> {
  return parseJsonObject(await readJsonText(exchange, limit));
}
