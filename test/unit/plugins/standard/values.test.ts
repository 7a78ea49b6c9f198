// The values' own rules: decimals that stay exact, pictures that are what they claim to be.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { verifyImage } from '../../../../plugins/standard/fields/image/image-signature.ts';
import {
  compareExact,
  decimalsOf,
  formatExact,
  parseExact,
} from '../../../../plugins/standard/values/exact-decimal.ts';
import type { ExactDecimal } from '../../../../plugins/standard/values/exact-decimal.ts';

function exact(text: string): ExactDecimal {
  const value = parseExact(text);
  if (!value) throw new TypeError(`${text} is no number`);
  return value;
}

/** The oracle: whole numbers scaled by a power of ten. */
const scaled = fc.tuple(fc.bigInt({ min: -(10n ** 25n), max: 10n ** 25n }), fc.nat(12));

function textOf([digits, scale]: readonly [bigint, number]): string {
  const sign = digits < 0n ? '-' : '';
  const plain = (digits < 0n ? -digits : digits).toString().padStart(scale + 1, '0');
  return scale === 0 ? sign + plain : `${sign}${plain.slice(0, -scale)}.${plain.slice(-scale)}`;
}

test('a decimal keeps every digit, loses needless zeros, and is written plainly', () => {
  fc.assert(
    fc.property(scaled, fc.nat(5), (value, zeros) => {
      const text = textOf(value);
      const padded = text.includes('.') ? text + '0'.repeat(zeros) : text;
      const written = formatExact(exact(padded));
      expect(written).not.toMatch(/e|^-0$|\.$|\..*0$/);
      expect(formatExact(exact(written))).toBe(written);
      const [digits, scale] = value;
      const decimals = written.split('.')[1]?.length ?? 0;
      expect(BigInt(written.replace('.', '')) * 10n ** BigInt(12 - decimals)).toBe(digits * 10n ** BigInt(12 - scale));
      expect(decimalsOf(exact(text))).toBe(decimals);
    }),
  );
});

test('decimals compare as the numbers they are', () => {
  fc.assert(
    fc.property(scaled, scaled, (a, b) => {
      const difference = a[0] * 10n ** BigInt(12 - a[1]) - b[0] * 10n ** BigInt(12 - b[1]);
      const sign = difference === 0n ? 0 : difference < 0n ? -1 : 1;
      expect(Math.sign(compareExact(exact(textOf(a)), exact(textOf(b))))).toBe(sign);
    }),
  );
});

test('exponents are read, and what is no number is not', () => {
  expect(['1e3', '1.5E-3', '.5', '5.', '-0', '0012'].map((text) => formatExact(exact(text)))).toEqual([
    '1000',
    '0.0015',
    '0.5',
    '5',
    '0',
    '12',
  ]);
  for (const text of ['', '.', '-', 'e5', '1,5', '1 ', '۱', '0x1', 'NaN', '1e1234567', '9'.repeat(401)]) {
    expect(parseExact(text)).toBe(undefined);
  }
});

const bytes = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));

test('a picture has to be what its media type claims', () => {
  expect(verifyImage('image/png', bytes('\x89PNG\r\n\x1a\n…'))).toBe(undefined);
  expect(verifyImage('image/gif', bytes('GIF89a…'))).toBe(undefined);
  expect(verifyImage('image/webp', bytes('RIFF\0\0\0\0WEBPVP8 '))).toBe(undefined);
  expect(verifyImage('image/jpeg', bytes('\x89PNG\r\n\x1a\n…'))).toMatchObject({
    code: 'IMAGE_BYTES',
    message: expect.stringContaining('but image/png') as unknown,
  });
  expect(verifyImage('image/png', bytes(''))).toMatchObject({ code: 'IMAGE_BYTES' });
  expect(verifyImage('image/svg+xml', bytes('<svg onload="x">'))).toMatchObject({ code: 'IMAGE_TYPE' });
  expect(verifyImage('constructor', bytes('x'))).toMatchObject({ code: 'IMAGE_TYPE' });
});
