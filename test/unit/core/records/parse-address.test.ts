// References to rows as clients write them.
import { beforeAll, expect, test } from 'vitest';
import * as fc from 'fast-check';
import type { Model } from '../../../../core/model/model.ts';
import { parseAddress, parseKey, readId } from '../../../../core/records/parse-address.ts';
import { parseExact } from '../../../../core/records/read-body.ts';
import { baseModel } from '../../../support/model.ts';

let model: Model;
beforeAll(async () => {
  model = await baseModel();
});

test('a key in parentheses is an id or an alternate key, quotes doubled', () => {
  const id = '0197a1b2-3c4d-7e5f-8a9b-0c1d2e3f4a5b';
  expect(parseKey(`{${id.toUpperCase()}}`)).toEqual({ id });
  expect(parseKey(`a='x''y',b=5`)).toEqual({ key: { a: "x'y", b: 5 } });
  expect(parseKey(`a='(/,='`)).toEqual({ key: { a: '(/,=' } });
  for (const wrong of ['', 'x', "a='x", "a='x',", "a='x'b=1", 'a=1,a=2', "='x'"])
    expect(parseKey(wrong)).toBeUndefined();
});

test('any text survives as an alternate key in a reference', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 20 }), (text) => {
      const reference = `/accounts(accountnumber='${encodeURIComponent(text.replaceAll("'", "''"))}')`;
      const parsed = parseAddress(model, reference);
      expect('address' in parsed && parsed.address).toEqual({ key: { accountnumber: text } });
    }),
  );
});

test('nothing that is thrown at it makes it fail', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      parseAddress(model, text);
      readId(text);
    }),
  );
});

test('numbers keep their source text where a double would round them, and only there', () => {
  expect(parseExact('{"a":12345678901234567890.5,"b":1.5,"c":[12345678901234567890]}').exact).toEqual({
    a: '12345678901234567890.5',
  });
  expect(parseExact('{"a":0.1}').exact).toEqual({});
});
