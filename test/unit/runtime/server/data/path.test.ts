// The path reader: what clients send, and what it refuses with words.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PeyvandError } from '../../../../../core/sdk/index.ts';
import { readLiteral, readPath } from '../../../../../runtime/server/data/path.ts';

const ID = '0197a1b2-3c4d-7e5f-8a9b-0c1d2e3f4a5b';

test('reads sets, ids, navigation and the parts that end in $', () => {
  expect(readPath('')).toEqual([]);
  expect(readPath('accounts')).toEqual([{ name: 'accounts', arguments: undefined }]);
  expect(readPath(`accounts(${ID})/primarycontactid/$ref`)).toEqual([
    { name: 'accounts', arguments: { kind: 'id', id: ID } },
    { name: 'primarycontactid', arguments: undefined },
    { name: '$ref', arguments: undefined },
  ]);
  expect(readPath('WhoAmI()')).toEqual([{ name: 'WhoAmI', arguments: { kind: 'none' } }]);
});

test('takes an id in braces and upper case as the same row', () => {
  expect(readPath(`accounts(%7B${ID.toUpperCase()}%7D)`)).toEqual(readPath(`accounts(${ID})`));
});

test('keeps / & : % and doubled quotes inside a key', () => {
  const value = "A/B & C: 100% O'Brien (x), y=1";
  const [segment] = readPath(`accounts(accountnumber='${encodeURIComponent(value.replaceAll("'", "''"))}')`);
  expect(segment?.arguments).toEqual({ kind: 'named', values: new Map([['accountnumber', value]]) });
});

test('reads a key of several fields', () => {
  const [segment] = readPath("contacts(firstname='Joe',emailaddress1='abc@example.com',number=12)");
  expect(segment?.arguments).toEqual({
    kind: 'named',
    values: new Map<string, unknown>([
      ['firstname', 'Joe'],
      ['emailaddress1', 'abc@example.com'],
      ['number', 12],
    ]),
  });
});

test.each([
  'accounts(nonsense)',
  "accounts(name='open",
  'accounts(name=)',
  "accounts(name='a',name='b')",
  'accounts(%E0%A4%A)',
  'accounts(1',
  'a/b/c/d/e/f/g/h/i',
])('refuses %s with 400', (path) => {
  expect(() => readPath(path)).toThrow(expect.objectContaining({ status: 400, code: 'PATH_MALFORMED' }) as Error);
});

test('any text survives as the value of a key', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), (value) => {
      const path = `accounts(accountnumber='${encodeURIComponent(value.replaceAll("'", "''"))}')`;
      const [segment] = readPath(path);
      expect(segment?.arguments).toEqual({ kind: 'named', values: new Map([['accountnumber', value]]) });
    }),
  );
});

test('any path is read or refused with a 400, never anything else', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(..."ab(),'%27/=@$-{}1 é"), maxLength: 30 }), (path) => {
      try {
        readPath(path);
      } catch (fault) {
        expect(fault).toBeInstanceOf(PeyvandError);
        expect((fault as PeyvandError).status).toBe(400);
      }
    }),
  );
});

test('a number whose digits a double would lose stays text', () => {
  expect(readLiteral('12')).toBe(12);
  expect(readLiteral('12345678901234567890.12')).toBe('12345678901234567890.12');
  expect(readLiteral("'it''s'")).toBe("it's");
  expect(readLiteral("'it's'")).toBeUndefined();
});
