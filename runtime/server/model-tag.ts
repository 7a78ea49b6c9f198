// The ETag of what is made from the model for a caller: model version, language and the shape of the caller's rights, so that a
// program asks again and again and is answered 304.
import { createHash } from 'node:crypto';
import type { Model } from '../../core/model/model.ts';
import { accessShape } from '../../core/security/access.ts';
import type { Principal } from '../../core/security/principal.ts';
import { answerEmpty, type HeaderMap } from './answer.ts';
import { header, type Exchange } from './exchange.ts';

/** What is shown depends on the model, the language and what decides the caller's rights, and on nothing else. */
export function tagOf(model: Model, language: string, principal: Principal): string {
  const shape = createHash('sha256').update(accessShape(principal)).digest('base64url').slice(0, 22);
  return `"${model.version}.${language}.${shape}"`;
}

/** 304 where the caller has it already; `more` is what else the answer varies by. */
export function answerTagged(
  exchange: Exchange,
  tag: string,
  make: (headers: HeaderMap) => Response,
  more = '',
): Response {
  const headers = {
    ETag: tag,
    'Cache-Control': 'private, no-cache',
    Vary: `Cookie, Authorization, Peyvand-View-As${more}`,
  };
  if (header(exchange, 'if-none-match')?.includes(tag)) return answerEmpty(304, headers);
  return make(headers);
}
