// What the first run offers to choose from.
import { expect, test } from 'vitest';
import { currencyNames, suggestCurrency } from '../../../../runtime/app/pages/currencies.ts';
import { timeZones } from '../../../../runtime/app/pages/time-zones.ts';

test.each([
  ['USD', 'en', { name: 'US Dollar', symbol: '$', decimals: 2 }],
  ['EUR', 'fa', { name: 'یورو', symbol: '€', decimals: 2 }],
  ['IRR', 'fa', { name: 'ریال ایران', symbol: 'ریال', decimals: 0 }],
  ['IRT', 'fa', { name: 'تومان', symbol: 'تومان', decimals: 0 }],
  ['IRT', 'en', { name: 'Iranian Toman', symbol: 'Toman', decimals: 0 }],
  ['JPY', 'en', { name: 'Japanese Yen', symbol: '¥', decimals: 0 }],
  ['KWD', 'en', { name: 'Kuwaiti Dinar', decimals: 3 }],
] as const)('%s in %s comes with its name, symbol and decimals', (code, language, expected) => {
  expect(suggestCurrency(code, language)).toMatchObject({ code, ...expected });
});

test('a code that nobody knows, or none, comes empty', () => {
  for (const code of ['XQZ', '', 'eur', 'EURO']) expect(suggestCurrency(code, 'en').name).toBe('');
});

test('every currency is offered once, those usual with the language first', () => {
  for (const language of ['en', 'fa']) {
    const codes = currencyNames(language).flatMap((part) => part.map(({ code }) => code));
    expect(new Set(codes).size).toBe(codes.length);
    expect(codes.length).toBeGreaterThan(100);
    expect(codes[0]).toBe(language === 'fa' ? 'IRT' : 'USD');
  }
});

test('every time zone is offered once, with the present one among them', () => {
  const zones = timeZones('Asia/Calcutta').flatMap((group) => group.zones.map(({ name }) => name));
  expect(new Set(zones).size).toBe(zones.length);
  for (const zone of ['UTC', 'Asia/Tehran', 'Europe/Berlin', 'Asia/Calcutta']) expect(zones).toContain(zone);
  expect(timeZones('UTC').find(({ region }) => region === 'America')?.zones).toContainEqual({
    name: 'America/New_York',
    city: 'New York',
  });
});
