// When a plugin's command is there: JSONata over the record as the form has it.
import { expect, test } from 'vitest';
import { evaluate, holds } from '../../../../../runtime/ui/plugins/command-when.ts';

const record = { statecode: 0, amount: 12.5, note: null, owner: { entity: 'systemuser', id: '1', name: 'Mina' } };

test.each([
  [undefined, true],
  ['statecode = 0', true],
  ['statecode != 0', false],
  ['amount > 10 and statecode = 0', true],
  ['$exists(note)', false],
  ['owner.name = "Mina"', true],
  // What cannot be worked out does not hold.
  ['amount > "x"', false],
])('%s', async (text, wanted) => {
  expect(await holds(text, record)).toBe(wanted);
});

test('a dialog’s first values are worked out from the record', async () => {
  expect(await evaluate('amount * 2', record)).toBe(25);
  expect(await evaluate('$nope()', record)).toBeUndefined();
});
