import { describe, expect, it } from 'vitest';
import { satisfies } from '../../../../core/plugins/version-range.ts';

describe('a range of versions', () => {
  it.each([
    ['1.2.3', '1.2.3', true],
    ['1.2.4', '1.2.3', false],
    ['1.9.0', '^1.2.0', true],
    ['2.0.0', '^1.2.0', false],
    ['1.1.9', '^1.2.0', false],
    ['0.1.9', '^0.1.0', true],
    ['0.2.0', '^0.1.0', false],
    ['0.0.4', '^0.0.3', false],
    ['1.2.9', '~1.2.3', true],
    ['1.3.0', '~1.2.3', false],
    ['1.9.9', '~1', true],
    ['1.5.0', '>=1.0.0 <2.0.0', true],
    ['2.0.0', '>=1.0.0 <2.0.0', false],
    ['2.0.0', '>= 2', true],
    ['1.9.9', '>1', false],
    ['1.9.9', '<=1', true],
    ['1.4.7', '1.x', true],
    ['1.4.7', '1.4', true],
    ['1.4.7', '*', true],
    ['3.0.0', '^1.0.0 || ^3.0.0', true],
    ['1.0.0-beta.2', '^1.0.0', false],
    ['1.0.0-beta.10', '>1.0.0-beta.2', true],
    ['1.0.0', '>=1.0.0-rc.1', true],
    ['1.0.0', 'latest', false],
    ['one', '*', false],
  ])('%s in %s: %s', (version, range, fits) => {
    expect(satisfies(version, range)).toBe(fits);
  });
});
