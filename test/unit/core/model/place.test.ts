import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { place } from '../../../../core/model/place.ts';

describe('placing members', () => {
  it('keeps the order in which several after the same sibling are named', () => {
    const placements = [
      { id: 'x', after: 'a' },
      { id: 'y', after: 'a' },
    ];
    expect(place(['a', 'b', 'x', 'y'], placements).order).toEqual(['a', 'x', 'y', 'b']);
  });

  it('places a sibling before what stands after it', () => {
    const chain = [
      { id: 'x', after: 'y' },
      { id: 'y', after: '' },
    ];
    expect(place(['a', 'x', 'y'], chain).order).toEqual(['y', 'x', 'a']);
  });

  it('reports siblings that are not there and circles, and places the rest', () => {
    const placements = [
      { id: 'a', after: 'b' },
      { id: 'b', after: 'a' },
      { id: 'c', after: '' },
      { id: 'd', after: 'nowhere' },
    ];
    const placed = place(['a', 'b', 'c', 'd'], placements);
    expect(placed.order).toEqual(['c', 'a', 'b', 'd']);
    expect(placed.circular.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(placed.lost.map(({ id }) => id)).toEqual(['d']);
  });

  it('loses and doubles nobody, and placing twice changes nothing', () => {
    const ids = ['a', 'b', 'c', 'd', 'e'];
    const placement = fc.record({ id: fc.constantFrom(...ids), after: fc.constantFrom('', ...ids) });
    fc.assert(
      fc.property(
        fc.shuffledSubarray(ids, { minLength: 5 }),
        fc.uniqueArray(placement, { selector: ({ id }) => id }),
        (start, placements) => {
          const once = place(start, placements);
          expect(once.order.toSorted()).toEqual(ids);
          expect(place(once.order, placements).order).toEqual(once.order);
          for (const { id, after } of placements) {
            const moved =
              !once.circular.some((circular) => circular.id === id) && !once.lost.some((lost) => lost.id === id);
            if (moved && after !== '') expect(once.order.indexOf(id)).toBeGreaterThan(once.order.indexOf(after));
          }
        },
      ),
    );
  });
});
