// Malformed JSON: the answer says where.
import { expect, test } from 'vitest';
import { PeyvandError } from '../../../../core/sdk/index.ts';
import { parseJsonObject } from '../../../../runtime/server/body.ts';

function messageOf(text: string): string {
  try {
    parseJsonObject(text);
  } catch (fault) {
    if (fault instanceof PeyvandError && fault.status === 400) return fault.message;
    throw fault;
  }
  return '';
}

test.each([
  ['{"name": "A",\n  "revenue": 1,}', 'line 2, column 16'],
  ['{"name": ', 'the end of the file at line 1, column 10'],
  ['', 'it is empty'],
  ['[1, 2]', 'must be a JSON object'],
  ['"text"', 'must be a JSON object'],
  ['null', 'must be a JSON object'],
])('%j is refused with the place', (text, expected) => {
  expect(messageOf(text)).toContain(expected);
});

test('an object is taken', () => {
  expect(parseJsonObject('{"name":"A"}').value).toEqual({ name: 'A' });
});
