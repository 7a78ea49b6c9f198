import fc from 'fast-check';
import { expect, test } from 'vitest';
import { exactNumber, parseExact } from '../../../../runtime/client/exact-json.ts';

test('a number that floating point cannot hold keeps its digits as text', () => {
  expect(parseExact('{"a":12345678901234567.89,"b":12.5,"c":0.1000,"d":9007199254740993,"e":"x"}')).toEqual({
    a: '12345678901234567.89',
    b: 12.5,
    c: 0.1,
    d: '9007199254740993',
    e: 'x',
  });
});
test('numbers that are exact stay numbers, however they are written', () => {
  for (const text of ['0', '-0.0', '100', '1e3', '0.10', '123456789012345.0', '100000000000000000000'])
    expect(typeof exactNumber(text)).toBe('number');
});
test('no double is ever turned into text', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => exactNumber(String(value)) === value),
  );
});
