// Which regular expressions of requests are matched at all.
import { describe, expect, it } from 'vitest';
import { refusePattern } from '../../../../core/query/pattern.ts';

describe('a pattern', () => {
  it.each(['^A.*e$', '[a-z]+@[^@]+', '(ab|cd)*x?', String.raw`\d\d\.\w`, String.raw`[\d-]`, 'شیر', '', '[a-]'])(
    '%s is matched',
    (pattern) => {
      expect(refusePattern(pattern)).toBeUndefined();
    },
  );

  it.each([
    '(a+)+{3}',
    'a{1,1000}',
    String.raw`(a)\1`,
    '(?=a)',
    '(a',
    'a)',
    '[a',
    '[]',
    '[[:alpha:]]',
    '[z-a]',
    '*a',
    'a**',
    '^+',
    'a\\',
    String.raw`\b`,
    '***:(?i)a',
    '((((((a))))))',
    'a\0',
    'a'.repeat(101),
  ])('%s is refused with a reason', (pattern) => {
    expect(refusePattern(pattern)).toMatch(/\w+ \w+/);
  });
});
