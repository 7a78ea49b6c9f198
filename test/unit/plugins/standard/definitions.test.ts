// What an admin is told when a field's definition cannot work, before any row is saved.
import { expect, test } from 'vitest';
import { checkFormat, partsOf } from '../../../../plugins/standard/fields/auto-number/format.ts';
import { choice } from '../../../../plugins/standard/fields/choice/server.ts';
import { lookup } from '../../../../plugins/standard/fields/lookup/server.ts';
import { owner } from '../../../../plugins/standard/fields/owner/server.ts';
import { text } from '../../../../plugins/standard/fields/text/server.ts';
import type { FieldSpec, JsonObject } from '../../../../core/sdk/index.ts';

const spec = (options: JsonObject, schema: JsonObject = {}): FieldSpec => ({
  entity: 'account',
  name: 'f',
  options,
  schema,
});

test('an auto-number format becomes its parts in order', () => {
  expect(partsOf('ACC-{SEQNUM:5}/{DATETIMEUTC:yyyyMMdd}-{RANDSTRING:4}!', 7)).toEqual([
    { literal: 'ACC-' },
    { sequence: { digits: 5, start: 7 } },
    { literal: '/' },
    { date: 'yyyyMMdd' },
    { literal: '-' },
    { random: 4 },
    { literal: '!' },
  ]);
});

const broken: readonly (readonly [string, string])[] = [
  ['ACC', 'every row would get the same number'],
  ['{DATETIMEUTC:yyyy}', 'every row would get the same number'],
  ['{SEQNUM}', 'needs 1 to 18 digits'],
  ['{SEQNUM:0}', 'needs 1 to 18 digits'],
  ['{SEQNUM:x}', 'needs 1 to 18 digits'],
  ['{RANDSTRING:7}', 'needs a length of 1 to 6'],
  ['{SEQNUM:5}{DATETIMEUTC:when}', 'takes yyyy'],
  ['{SEQNUM:5}{NOW}', '{NOW} is not known'],
  ['{SEQNUM:5', 'without its partner'],
  ['{SEQNUM:5}}', 'without its partner'],
  ['{SEQNUM:5}-{SEQNUM:3}', 'only one {SEQNUM:n}'],
  ['{SEQNUM:5}\0', 'cannot be stored'],
];

test.for(broken)('the auto-number format %s is refused when it is defined', ([format, reason]) => {
  expect(checkFormat(format).join(' ')).toContain(reason);
});

test('a choice needs one source of options, and each value once', () => {
  expect(choice.check?.(spec({ type: 'choice' }))).toHaveLength(1);
  expect(choice.check?.(spec({ type: 'choice', choice: 'leadsource' }))).toEqual([]);
  expect(choice.check?.(spec({ type: 'choice', system: 'state' }))).toEqual([]);
  const options = [
    { value: 1, title: 'One' },
    { value: 1, title: 'Also one' },
  ];
  expect(choice.check?.(spec({ type: 'choice', options }))).toEqual([
    'options: the value 1 stands twice; every option needs its own.',
  ]);
  expect(choice.check?.(spec({ type: 'choice', choice: 'leadsource', options: options.slice(0, 1) }))).toHaveLength(1);
});

test('only a reference to its own entity can form a tree', () => {
  const relation = { hierarchy: true };
  expect(lookup.check?.(spec({ type: 'lookup', target: 'account', relation }))).toEqual([]);
  expect(lookup.check?.(spec({ type: 'lookup', target: 'contact', relation }))).toHaveLength(1);
});

test('a lookup that says nothing of its relation is a referential one, with a foreign key and an index', () => {
  expect(lookup.reference?.(spec({ type: 'lookup', target: 'contact' }))).toEqual({
    targets: ['contact'],
    relation: 'contact_account_f',
    delete: 'remove-link',
    assign: 'none',
    share: 'none',
    reparent: 'none',
    constraint: true,
    index: true,
  });
});

test('several targets have no foreign key, and need the entity said', () => {
  const field = spec({ type: 'owner' });
  expect(owner.reference?.(field)).toMatchObject({ targets: ['systemuser', 'team'], constraint: false, index: true });
  const id = '01890a5d-ac96-774b-bcce-b302099a8001';
  expect(owner.decode(id, field, {})).toMatchObject({
    violation: { code: 'REFERENCE_TARGET_MISSING', message: expect.stringContaining('f_team@odata.bind') as unknown },
  });
  expect(owner.decode(id, field, { target: 'team' })).toEqual({ values: [id, 'team'] });
  expect(owner.decode(null, field, {})).toEqual({ values: [null, null] });
});

test('a pattern that is no regular expression is refused when it is defined', () => {
  expect(text.check?.(spec({ type: 'text' }, { pattern: '(' }))).toEqual(['pattern: "(" is not a regular expression.']);
});
