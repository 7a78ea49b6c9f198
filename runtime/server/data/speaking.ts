// The language of labels and formatted values: the caller's own, or the one tag a request asks for in Accept-Language.
import type { Model } from '../../../core/model/model.ts';
import type { Principal } from '../../../core/security/principal.ts';
import { header, type Exchange } from '../exchange.ts';

/** Principals are frozen and held, so what is derived from one is held with it. */
const derived = new WeakMap<Principal, Map<string, Principal>>();

export function speaking(principal: Principal, exchange: Exchange, model: Model): Principal {
  const asked = header(exchange, 'accept-language');
  // A browser's list of preferences says less than the person's own setting; a single tag is meant.
  if (asked === undefined || asked === principal.language || (asked !== 'en' && !model.locales.has(asked)))
    return principal;
  let languages = derived.get(principal);
  if (!languages) derived.set(principal, (languages = new Map()));
  let speaker = languages.get(asked);
  if (!speaker) languages.set(asked, (speaker = Object.freeze({ ...principal, language: asked })));
  return speaker;
}
