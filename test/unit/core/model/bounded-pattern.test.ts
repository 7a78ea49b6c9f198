import fc from 'fast-check';
import { expect, test } from 'vitest';
import { boundedPattern } from '../../../../core/model/bounded-pattern.ts';

test('a pattern that tries a text in a million ways does not match it, and does not hold the server up', () => {
  const text = `${'a'.repeat(50)}!`;
  // It would take longer than anybody lives.
  expect(boundedPattern('^(a+)+$', 'u').test(text)).toBe(false);
  expect(boundedPattern('^(a+)+!$', 'u').test(text)).toBe(true);
});

test('patterns say what they always said', () => {
  const sources = ['^[a-z]+(-[a-z]+)*$', '[0-9]{2,}', '(ab|c)+d?', '^\\d{3}$', 'a.c', '^(x|[yz])*$'];
  fc.assert(
    fc.property(
      fc.constantFrom(...sources),
      fc.string({ maxLength: 40, unit: fc.constantFrom('a', 'b', 'c', 'x', 'y', '-', '1', 'd') }),
      (source, text) => boundedPattern(source, 'u').test(text) === new RegExp(source, 'u').test(text),
    ),
    { numRuns: 300 },
  );
  expect(() => boundedPattern('(', 'u')).toThrow(SyntaxError);
});
