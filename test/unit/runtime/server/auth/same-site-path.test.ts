// Where a sign-in may lead back to: this site, whatever was asked.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sameSitePath } from '../../../../../runtime/server/auth/provider-routes.ts';

test.each(['/', '/app', '/app/accounts?view=a%2Fb&x=1#y', '/a//b', '/%2F%2Fevil.example'])('%s is kept', (path) => {
  expect(sameSitePath(path)).toBe(path);
});

test.each([
  undefined,
  '',
  'app',
  '//evil',
  '/\\evil',
  '/.//evil',
  '/x/..//evil',
  'https://evil',
  '/a\nb',
  '/\u0000',
  `/${'x'.repeat(3000)}`,
])('%j leads to the beginning', (path) => expect(sameSitePath(path)).toBe('/'));

test('a browser that follows the answer stays on the site, whatever was asked', () => {
  const nasty = fc.string({
    unit: fc.constantFrom('/', '\\', '.', ':', '@', '?', '#', '%', '2', 'f', 'e', '\t', '\n', ' ', 'evil.example'),
    maxLength: 12,
  });
  fc.assert(
    fc.property(nasty, (asked) => {
      expect(new URL(sameSitePath(asked), 'https://crm.example.com').origin).toBe('https://crm.example.com');
    }),
    { numRuns: 5000 },
  );
});
