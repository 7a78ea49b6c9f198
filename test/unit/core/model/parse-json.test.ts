import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseJson } from '../../../../core/model/parse-json.ts';

describe('reading JSON', () => {
  it('gives what JSON.parse gives, for any value in any spacing', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(undefined, 1, '\t', '\r\n'), (value, space) => {
        const text = JSON.stringify(value, null, typeof space === 'string' ? space.replace('\r\n', '  ') : space);
        const parsed = parseJson(text);
        expect(parsed.problems).toEqual([]);
        expect(parsed.value).toEqual(JSON.parse(text));
      }),
    );
  });

  it('refuses every text that JSON.parse refuses', () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        fc.nat(),
        fc.constantFrom('', ',', '}', '"', '\\', '\u0001', 'x', '0'),
        (value, seed, junk) => {
          const text = JSON.stringify(value);
          const at = seed % (text.length + 1);
          const broken = text.slice(0, at) + junk + text.slice(at + (seed % 2));
          let sound = true;
          try {
            JSON.parse(broken);
          } catch {
            sound = false;
          }
          const { problems } = parseJson(broken);
          const malformed = problems.filter(({ message }) => !message.includes('given twice'));
          expect(malformed.length === 0).toBe(sound);
        },
      ),
    );
  });

  it('says where the text is malformed and what it expected', () => {
    const { problems } = parseJson('{\n  "title": "Lead",\n  "entity": {,\n}');
    expect(problems).toEqual([
      {
        line: 3,
        column: 14,
        pointer: '/entity',
        message: 'malformed JSON: expected a name in double quotes, found ","',
      },
    ]);
  });

  it('says so when the file ends too early', () => {
    expect(parseJson('["a", ').problems[0]?.message).toBe(
      'malformed JSON: expected a value, found the end of the file',
    );
    expect(parseJson('').problems[0]?.message).toContain('found the end of the file');
  });

  it('reports a name that is given twice, which JSON.parse would pass over', () => {
    expect(parseJson('{"a": 1,\n "a": 2}').problems).toEqual([
      { line: 2, column: 2, pointer: '/a', message: '"a" is given twice in the same object; keep one' },
    ]);
  });

  it('knows where each value stands', () => {
    const { position } = parseJson('{\n  "a/b": [1, {"c": 2}]\n}');
    expect(position('/a~1b/1/c')).toEqual({ line: 2, column: 15 });
    expect(position('/nowhere')).toBeUndefined();
  });

  it('refuses nesting that would exhaust the stack', () => {
    expect(parseJson('['.repeat(100_000)).problems[0]?.message).toBe('nested deeper than 200 levels');
  });
});
