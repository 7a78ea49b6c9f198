import { describe, expect, it } from 'vitest';
import type { Literal } from '../../../../../core/query/literal.ts';
import { lex } from '../../../../../core/query/odata/lexer.ts';

function read(text: string) {
  const literals: Literal[] = [];
  const { tokens, shape } = lex(text, '$filter', literals);
  return { tokens, shape, literals: literals.map((literal) => literal.value) };
}

describe('the lexer', () => {
  it('sets constants apart, so that requests that differ only in them share a shape', () => {
    const one = read("name eq 'O''Brien' and revenue gt 12.50 and createdon ge 2026-01-01T00:00:00Z");
    const other = read("name eq '' and revenue gt -3e2 and createdon ge 2020-02-29T12:00:00+03:30");
    expect(one.literals).toEqual(["O'Brien", '12.50', '2026-01-01T00:00:00Z']);
    expect(other.shape).toBe(one.shape);
  });

  it('reads ids with and without braces, and does not take them for names or numbers', () => {
    const id = '0197a1b2-3c4d-7e5f-8a9b-0c1d2e3f4a5b';
    expect(read(`_x_value eq ${id} or _y_value eq {${id.toUpperCase()}}`).literals).toEqual([
      id,
      `{${id.toUpperCase()}}`,
    ]);
  });

  it('makes one list of the values of in (…), however many there are', () => {
    const two = read("name in ('a','b')");
    expect(two.literals).toEqual([['a', 'b']]);
    expect(read("name in ('a','b','c')").shape).toBe(two.shape);
    expect(read("PropertyValues=['1','2']").literals).toEqual([['1', '2']]);
  });

  it('keeps in the shape what decides the statement: the property of a query function, the limit of an expansion', () => {
    expect(read("X(PropertyName='createdon',PropertyValue=7)")).toMatchObject({
      literals: ['7'],
      shape: "X ( PropertyName = 'createdon' , PropertyValue = ?number )",
    });
    expect(read('nav($top=3)').shape).not.toBe(read('nav($top=4)').shape);
  });

  it('goes over any text without failing, in time that grows with its length', () => {
    const text = "'".repeat(20_001) + '(('.repeat(5000) + '\u{1F600}\0';
    expect(read(text).tokens.at(-1)?.kind).toBe('end');
  });
});
