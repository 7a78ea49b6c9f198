// POST $batch: many requests in one, as multipart/mixed or as JSON.
import type { Call } from '../../../../core/engine.ts';
import { answerBytes, answerText } from '../../answer.ts';
import { decodeText, parseJsonObject, readBody } from '../../body.ts';
import { fail } from '../../errors.ts';
import { header, type Exchange } from '../../exchange.ts';
import { readPreferences } from '../prefer.ts';
import { checkBatch } from './check-batch.ts';
import { readJsonBatch, writeJsonBatch } from './json-batch.ts';
import { boundaryOf, readMultipart, writeMultipart } from './multipart.ts';
import { runBatch, type InnerRoutes } from './run-batch.ts';

/** In bytes, of all requests together; each of them has the limit of its own kind too. */
const BATCH_LIMIT = 32 * 1024 * 1024;

export const BATCH_PATHS = ['/api/data/v9.2/$batch', '/api/data/v9.2/%24batch'] as const;

/** 200 with the answers in order. Throws BATCH_INVALID (400), BODY_TOO_LARGE (413), CONTENT_TYPE (415). */
export async function answerBatch(call: Call, exchange: Exchange, routes: InnerRoutes): Promise<Response> {
  const type = header(exchange, 'content-type') ?? '';
  const { continueOnError } = readPreferences(header(exchange, 'prefer'));
  const applied = continueOnError ? { 'Preference-Applied': 'odata.continue-on-error' } : {};
  const boundary = boundaryOf(type);
  if (boundary !== undefined) {
    const items = readMultipart(await readBody(exchange, BATCH_LIMIT), boundary);
    checkBatch(items);
    const written = writeMultipart(await runBatch(call, exchange, items, routes, continueOnError));
    return answerBytes(200, new Uint8Array(written.body), {
      'Content-Type': written.type,
      'OData-Version': '4.0',
      ...applied,
    });
  }
  if (!/^application\/json\s*(?:;|$)/i.test(type)) {
    throw fail('CONTENT_TYPE', {
      type: type === '' ? '(none)' : type,
      accepted: 'multipart/mixed; boundary=… or application/json',
    });
  }
  const { text } = parseJsonObject(decodeText(await readBody(exchange, BATCH_LIMIT)));
  const items = readJsonBatch(text);
  checkBatch(items);
  const body = writeJsonBatch(await runBatch(call, exchange, items, routes, continueOnError));
  return answerText(200, body, { 'Content-Type': 'application/json', 'OData-Version': '4.01', ...applied });
}
