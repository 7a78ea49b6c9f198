// Query options as sent.
import { expect, test } from 'vitest';
import { readQueryString } from '../../../../runtime/server/query-string.ts';

test('decodes names and values, plus signs as spaces', () => {
  expect(readQueryString('%24select=name,revenue&$filter=name+eq+%27A%20%26%20B%27&tag')).toEqual(
    new Map([
      ['$select', 'name,revenue'],
      ['$filter', "name eq 'A & B'"],
      ['tag', ''],
    ]),
  );
});

test('broken percent-encoding is a 400', () => {
  expect(() => readQueryString('$filter=%E0%A4%A')).toThrow(expect.objectContaining({ status: 400 }) as Error);
});
