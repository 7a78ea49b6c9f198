// The matrix of a role as values: what is read, shown and set is what is written.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  changesBetween,
  copyGrants,
  depths,
  fits,
  grantAt,
  inherits,
  nextDepth,
  pasteGrants,
  privileges,
  reaching,
  readMatrix,
  setGrants,
  writePrivileges,
  type Grant,
} from '../../../../runtime/app/pages/admin/matrix-model.ts';

const entities = ['*', 'account', 'contact', 'task'];
const grant: fc.Arbitrary<Grant> = fc.oneof(
  fc.constantFrom(...depths).map((depth) => ({ depth })),
  fc.constantFrom('own' as const, 'organization' as const).map((depth) => ({ depth, when: 'statecode = 0' })),
);
const said = fc.oneof(
  fc.constantFrom(...depths),
  fc.dictionary(
    fc.constantFrom(...privileges, '*'),
    grant.map(({ depth, when }) => (when === undefined ? depth : { depth, when })),
  ),
);
const document = fc.dictionary(fc.constantFrom(...entities), said).map((list) => ({ title: 'Role', privileges: list }));
const change = fc.record({ entity: fc.constantFrom(...entities), privilege: fc.constantFrom(...privileges), grant });

/** Every cell of every row. */
const cells = (matrix: ReturnType<typeof readMatrix>) =>
  entities.flatMap((entity) => privileges.map((privilege) => grantAt(matrix, entity, privilege)));

describe('a role in the matrix', () => {
  test('is written as it is shown, whatever was set', () => {
    fc.assert(
      fc.property(document, fc.array(change, { maxLength: 12 }), (role, changes) => {
        const base = readMatrix(role);
        const matrix = setGrants(base, changes);
        const written = readMatrix({ privileges: writePrivileges(role, base, matrix) });
        expect(cells(written)).toEqual(cells(matrix));
      }),
    );
  });

  test('that nobody changed keeps its own words', () => {
    fc.assert(
      fc.property(document, (role) => {
        const base = readMatrix(role);
        expect(writePrivileges(role, base, base)).toEqual(role.privileges);
      }),
    );
  });

  test('is changed only where it was set: what a row took from the row of everything stays', () => {
    const base = readMatrix({ privileges: { '*': { read: 'unit', write: 'own' } } });
    expect(inherits(base, 'account')).toBe(true);
    const next = setGrants(base, [{ entity: 'account', privilege: 'read', grant: { depth: 'organization' } }]);
    expect(inherits(next, 'account')).toBe(false);
    expect(grantAt(next, 'account', 'write')).toEqual({ depth: 'own' });
    expect(grantAt(next, 'contact', 'read')).toEqual({ depth: 'unit' });
    expect(changesBetween(base, next, entities)).toEqual([
      { entity: 'account', privilege: 'read', before: { depth: 'unit' }, after: { depth: 'organization' } },
    ]);
  });

  test('a row set to nothing denies what everything else is granted', () => {
    const base = readMatrix({ privileges: { '*': 'organization', account: { read: 'own' } } });
    const next = setGrants(base, [{ entity: 'account', privilege: 'read', grant: { depth: 'none' } }]);
    expect(writePrivileges({ privileges: { '*': 'organization' } }, base, next)).toEqual({
      '*': 'organization',
      account: 'none',
    });
  });
});

test('cells are pasted as they were copied', () => {
  fc.assert(
    fc.property(fc.array(fc.array(grant, { minLength: 3, maxLength: 3 }), { minLength: 1, maxLength: 4 }), (grants) => {
      expect(pasteGrants(copyGrants(grants))).toEqual(
        grants.map((row) => row.map((one) => (one.depth === 'none' ? { depth: 'none' } : one))),
      );
    }),
  );
  expect(pasteGrants('hello')).toBeUndefined();
  expect(pasteGrants('5')).toBeUndefined();
  expect(pasteGrants('')).toBeUndefined();
});

test('the space bar goes through the depths that mean something', () => {
  const cycle = (ownership: 'user' | 'organization') => {
    const found: (typeof depths)[number][] = ['none'];
    for (let depth = nextDepth(ownership, 'none'); depth !== 'none'; depth = nextDepth(ownership, depth))
      found.push(depth);
    return found;
  };
  expect(cycle('user')).toEqual(depths);
  expect(cycle('organization')).toEqual(['none', 'organization']);
  expect(fits('organization', 'unit')).toBe(false);
  expect(reaching('organization', { depth: 'unit' })).toEqual({ depth: 'none' });
  expect(reaching('user', { depth: 'unit' })).toEqual({ depth: 'unit' });
});
