// A secret in an address stands in the logs of every proxy on the way: such a request is refused, and kept out of our own.
import type { IncomingMessage } from 'node:http';

const PARAMETER = /[?&](?:api[_-]?key|access[_-]?token|authorization)=/i;
const KEY = /pvd_[\w-]{16}/i;

/** True where the address holds an API key, or a parameter that people put one into. */
export function hasKeyInAddress({ url = '' }: Pick<IncomingMessage, 'url'>): boolean {
  if (PARAMETER.test(url) || KEY.test(url)) return true;
  if (!url.includes('%')) return false;
  // Percent-encoded letters are the same address; broken encoding is refused elsewhere.
  const plain = url.replace(/%([2-7][0-9a-f])/gi, (_all, code: string) => String.fromCharCode(parseInt(code, 16)));
  return PARAMETER.test(plain) || KEY.test(plain);
}
