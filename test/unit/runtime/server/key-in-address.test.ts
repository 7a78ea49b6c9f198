// Which addresses are taken to hold a key.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hasKeyInAddress } from '../../../../runtime/server/key-in-address.ts';

const KEY = 'pvd_0123456789abcdefghij';

test.each([
  '/',
  '/app/accounts',
  '/api/data/v9.2/accounts?$filter=contains(name,%27api%20key%27)',
  '/x?key=1&monkey=2',
  '/x?$search=pvd_',
  '/x?%',
])('%s holds none', (url) => expect(hasKeyInAddress({ url })).toBe(false));

test('however much of it is percent-encoded, a key is found', () => {
  const encoded = (text: string) =>
    fc
      .array(fc.boolean(), { minLength: text.length, maxLength: text.length })
      .map((flags) =>
        [...text].map((letter, at) => (flags[at] ? `%${letter.charCodeAt(0).toString(16)}` : letter)).join(''),
      );
  fc.assert(fc.property(encoded(KEY), (key) => hasKeyInAddress({ url: `/api/me?x=${key}` })));
  fc.assert(fc.property(encoded('access_token'), (name) => hasKeyInAddress({ url: `/api/me?${name}=anything` })));
});
