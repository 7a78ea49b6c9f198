import fc from 'fast-check';
import { expect, test } from 'vitest';
import { multiply, readDecimal } from '../../../../../runtime/cli/load/decimal.ts';

test('numbers are read as the map says they are written', () => {
  expect(readDecimal('1,234.50', '.', ',')).toBe('1234.5');
  expect(readDecimal('1.234,50', ',', '.')).toBe('1234.5');
  expect(readDecimal('۱۲۳۴٫۵', '٫', undefined)).toBe('1234.5');
  expect(readDecimal('-0.0', '.', undefined)).toBe('0');
  for (const text of ['', '1,5', '1.2.3', 'abc', '1e3', '--1', '.5'])
    expect(readDecimal(text, '.', undefined)).toBeUndefined();
});

test('millions become units exactly', () => {
  expect(multiply('1100.04', '1000000')).toBe('1100040000');
  expect(multiply('0.1', '3')).toBe('0.3');
  expect(multiply('-2.50', '0.2')).toBe('-0.5');
});

test('scaling never passes through binary floating point', () => {
  const part = fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n });
  fc.assert(
    fc.property(part, part, fc.integer({ min: 0, max: 9 }), (left, right, scale) => {
      const text = (value: bigint) => {
        const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, '0');
        const cut = digits.length - scale;
        return `${value < 0n ? '-' : ''}${digits.slice(0, cut)}${scale ? `.${digits.slice(cut)}` : ''}`;
      };
      const product = multiply(text(left), text(right));
      const [whole = '0', fraction = ''] = product.replace('-', '').split('.');
      const back = BigInt(whole + fraction.padEnd(2 * scale, '0')) * (product.startsWith('-') ? -1n : 1n);
      expect(back).toBe(left * right);
    }),
  );
});
