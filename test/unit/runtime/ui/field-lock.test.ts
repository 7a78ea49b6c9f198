// What of a secured field stands open on a form.
import { expect, test } from 'vitest';
import type { EntityMetadata, FieldMetadata } from '../../../../metadata/effective.ts';
import { closedState, isClosed, isSeen, lockOf } from '../../../../runtime/ui/field-lock.ts';

const field = (secured?: FieldMetadata['secured'], more: Partial<FieldMetadata> = {}): FieldMetadata => ({
  name: 'pin',
  title: 'PIN',
  type: 'text',
  options: {},
  wire: 'pin',
  required: false,
  readOnly: false,
  immutable: false,
  operators: [],
  sortable: true,
  ...(secured && { secured }),
  ...more,
});

test.each([
  ['open', undefined, { seen: true, lock: undefined }, { seen: true, lock: undefined }],
  [
    'read only',
    { read: 'full', create: false, update: false },
    { seen: false, lock: 'secured' },
    { seen: true, lock: 'secured' },
  ],
  [
    'read and update',
    { read: 'full', create: false, update: true },
    { seen: false, lock: 'secured' },
    { seen: true, lock: undefined },
  ],
  [
    'masked',
    { read: 'masked', create: false, update: true },
    { seen: false, lock: 'secured' },
    { seen: true, lock: 'masked' },
  ],
  [
    'masked, given to new rows',
    { read: 'masked', create: true, update: false },
    { seen: true, lock: undefined },
    { seen: true, lock: 'masked' },
  ],
  [
    'only given to new rows',
    { read: 'none', create: true, update: false },
    { seen: true, lock: undefined },
    { seen: false, lock: 'secured' },
  ],
] as const)('a field that is %s on a new record, and on one that is there', (_what, secured, onNew, onOld) => {
  const one = field(secured);
  expect({ seen: isSeen(one, true), lock: lockOf(one, true) }).toEqual(onNew);
  expect({ seen: isSeen(one, false), lock: lockOf(one, false) }).toEqual(onOld);
});

test('what the system fills and what is set once stays locked as ever', () => {
  expect(lockOf(field(undefined, { readOnly: true }), true)).toBe('system');
  expect(lockOf(field(undefined, { immutable: true }), false)).toBe('immutable');
  expect(lockOf(field(undefined, { immutable: true }), true)).toBeUndefined();
});

test('a record in a readonly state locks its fields, except the state, the reason and those the state leaves open', () => {
  const reasons = [{ value: 3, title: 'Won' }];
  const entity = {
    fields: {
      statecode: field(undefined, { name: 'statecode', options: { system: 'state' } }),
      ownerid: field(undefined, { name: 'ownerid', options: { system: 'owner' } }),
      pin: field(),
    },
    status: [
      { state: 0, title: 'Open', reasons },
      { state: 1, title: 'Won', readonly: { except: ['ownerid'] }, reasons },
    ],
  } as unknown as EntityMetadata;
  const lockedIn = (state: number) => {
    const closed = closedState(entity, (name) => (name === 'statecode' ? state : null));
    return Object.values(entity.fields).flatMap((one) => (isClosed(one, closed) ? [one.name] : []));
  };
  expect(lockedIn(0)).toEqual([]);
  expect(lockedIn(1)).toEqual(['pin']);
});
