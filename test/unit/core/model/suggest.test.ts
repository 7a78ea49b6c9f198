import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editDistance, nearest, suggest } from '../../../../core/model/suggest.ts';

describe('suggesting the right name', () => {
  it('finds the name that was meant', () => {
    const names = ['telephone1', 'emailaddress1', 'name', 'description'];
    expect(nearest('telefone1', names)).toBe('telephone1');
    expect(nearest('emailadress1', names)).toBe('emailaddress1');
    expect(nearest('nmae', names)).toBe('name');
    expect(nearest('Name', names)).toBe('name');
  });

  it('says nothing rather than something far off', () => {
    expect(suggest('budget', ['name', 'description'])).toBe('');
  });

  it('measures a distance: none to itself, the same both ways, at most the longer word', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
        expect(editDistance(a, a)).toBe(0);
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
        expect(editDistance(a, b) === 0).toBe(a === b);
      }),
    );
  });
});
