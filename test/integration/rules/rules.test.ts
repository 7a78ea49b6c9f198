// Business rules as the server keeps them, whatever way a write comes; and rules that make no sense, refused when they are read.
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Call } from '../../../core/engine.ts';
import type { Organization } from '../../../core/organization.ts';
import { create } from '../../../core/records/create.ts';
import { createMany } from '../../../core/records/create-many.ts';
import { reachOf } from '../../../core/records/reach.ts';
import { readRow } from '../../../core/records/read-row.ts';
import { update } from '../../../core/records/update.ts';
import { updateMany } from '../../../core/records/update-many.ts';
import { systemPrincipal } from '../../../core/security/system-principal.ts';
import type { JsonObject } from '../../../core/sdk/index.ts';
import { testDatabase, type TestDatabase } from '../../support/database.ts';
import { inputOf } from '../../support/engine.ts';
import { entityOf, lookup, openSmall, ownLayer, text, wholeNumber, type Documents } from '../../support/small-world.ts';

const options = (...titles: readonly string[]): JsonObject[] => titles.map((title, value) => ({ value, title }));
const deal = entityOf(
  {
    name: text(),
    kind: {
      title: 'Kind',
      type: 'integer',
      default: 0,
      field: { type: 'choice', options: options('Plain', 'Big', 'Odd') },
    },
    amount: wholeNumber({ title: 'Amount' }),
    double: wholeNumber({ title: 'Double' }),
    reason: text({ title: 'Reason' }),
    day: { title: 'Day', type: 'string', format: 'date', field: { type: 'date' } },
    parent: lookup('deal'),
  },
  { entity: { set: 'deals', plural: 'Deals', primary: 'name' } },
);
const documents: Documents = {
  'deal/entity': deal,
  'deal/rules/big': {
    title: 'Big deals',
    when: 'amount >= 100',
    then: { require: ['reason'], set: { double: 'amount * 2' }, default: { day: '$today()' }, choices: { kind: [1] } },
    else: { set: { double: '0' } },
  },
  'deal/rules/settled': { title: 'Settled', when: 'kind = 2', then: { lock: ['amount', 'parent'] } },
  'deal/rules/own': {
    title: 'Own parent',
    when: '$exists(parent) and parent = dealid',
    then: { refuse: [{ id: 'own', field: 'parent', message: 'A deal is not above itself.' }] },
  },
};

let database: TestDatabase;
let organization: Organization;
let call: Call;
beforeAll(async () => {
  database = await testDatabase();
  organization = await openSmall(database.database);
  await organization.publish(ownLayer(documents), { confirm: true, grace: 0 });
  call = { engine: organization.current(), principal: systemPrincipal, requestId: 'test' };
});
afterAll(async () => {
  await organization.close();
  await database.drop();
});

const entity = () => {
  const found = call.engine.model.entities.get('deal');
  if (!found) throw new TypeError('deal');
  return found;
};
const make = async (values: Readonly<Record<string, unknown>>) => (await create(call, entity(), inputOf(values))).id;
const change = (id: string, values: Readonly<Record<string, unknown>>) =>
  update(call, entity(), { id }, inputOf(values));
const read = (id: string) => readRow(call, entity(), id, false);
const refusal = (code: string, target: string) => ({
  details: [expect.objectContaining({ code, target })] as unknown,
});

test('fields get their values, a required one is asked for, and other choices are refused, however it is written', async () => {
  const big = { name: 'a', amount: 150, kind: 1, reason: 'because', double: 7 };
  const today = new Date().toISOString().slice(0, 10);
  expect(await read(await make(big))).toMatchObject({ double: 300, day: today });
  expect(await read(await make({ name: 'b', amount: 5 }))).toMatchObject({ double: 0, day: null });
  await expect(make({ ...big, reason: undefined })).rejects.toMatchObject(refusal('FIELD_REQUIRED', 'reason'));
  // The kind that comes by itself is not one of those either.
  await expect(make({ ...big, kind: undefined })).rejects.toMatchObject(refusal('CHOICE_REFUSED', 'kind'));
  const [many = ''] = await createMany(call, entity(), [inputOf(big)], {}, reachOf);
  expect(await read(many)).toMatchObject({ double: 300 });
  await expect(createMany(call, entity(), [inputOf({ ...big, kind: 2 })], {}, reachOf)).rejects.toMatchObject(
    refusal('CHOICE_REFUSED', 'kind'),
  );
  await updateMany(call, entity(), [inputOf({ dealid: many, amount: 200 })], {}, reachOf);
  expect(await read(many)).toMatchObject({ double: 400 });
});

test('an update is judged by the row as it would be, its fields beside those that are sent', async () => {
  const id = await make({ name: 'c', amount: 5 });
  await expect(change(id, { amount: 500, kind: 1 })).rejects.toMatchObject(refusal('FIELD_REQUIRED', 'reason'));
  await change(id, { amount: 500, kind: 1, reason: 'x' });
  expect(await read(id)).toMatchObject({ double: 1000 });
  // Emptied on purpose, and the rule held before: it stays empty.
  await change(id, { day: null });
  await change(id, { name: 'd' });
  expect(await read(id)).toMatchObject({ day: null });
  await expect(change(id, { reason: null })).rejects.toMatchObject(refusal('FIELD_REQUIRED', 'reason'));
});

test('a locked field stays while the rule holds, may be sent as it is, and opens with what locked it', async () => {
  const id = await make({ name: 'e', amount: 5, kind: 2 });
  await expect(change(id, { amount: 6 })).rejects.toMatchObject(refusal('FIELD_LOCKED', 'amount'));
  await change(id, { amount: 5, name: 'f' });
  await change(id, { amount: 7, kind: 0 });
  await change(id, { amount: 8, kind: 2 });
  expect(await read(id)).toMatchObject({ amount: 8 });
  await update({ ...call, unlocked: true }, entity(), { id }, inputOf({ amount: 9 }));
});

test('what a rule refuses is said with its own sentence, in the language of who asks', async () => {
  const id = await make({ name: 'g' });
  const own = () => update(call, entity(), { id }, inputOf({ parent: id }, { parent: 'deal' }));
  await expect(own()).rejects.toMatchObject({
    status: 400,
    details: [{ code: 'RULE_REFUSED', target: 'parent', message: 'A deal is not above itself.' }],
  });
});

test('rules that make no sense are refused with the place and the mend', async () => {
  const wrong = (rule: JsonObject) =>
    organization.publish(ownLayer({ ...documents, 'deal/rules/wrong': { title: 'Wrong', ...rule } }), {
      confirm: true,
      grace: 0,
    });
  await expect(wrong({ when: 'amont > 1', then: {} })).rejects.toThrow(/amont.*amount/s);
  await expect(wrong({ when: 'parent.amount > 1', then: {} })).rejects.toThrow(/other rows by "parent"/);
  await expect(wrong({ when: 'true', then: { set: { createdon: '1' } } })).rejects.toThrow(/fills deal.createdon/);
  await expect(wrong({ when: 'true', then: { choices: { kind: [9] } } })).rejects.toThrow(/no option 9/);
  await expect(wrong({ when: 'true', then: { choices: { name: [1] } } })).rejects.toThrow(/no choice field/);
  await expect(wrong({ when: 'true', then: { recommend: [{ id: 'a', field: 'x', message: 'y' }] } })).rejects.toThrow(
    /no field "x"/,
  );
});

test('rules without end, and ones that cannot be told, refuse the write by name and the server goes on', async () => {
  const publish = (rule: JsonObject) =>
    organization.publish(ownLayer({ ...documents, 'deal/rules/wild': { title: 'Wild', ...rule } }), {
      confirm: true,
      grace: 0,
    });
  const asNow = (): Call => ({ ...call, engine: organization.current() });
  await publish({ when: 'true', then: { set: { amount: '(amount ? amount : 0) + 1' } } });
  await expect(create(asNow(), entity(), inputOf({ name: 'h' }))).rejects.toMatchObject(
    refusal('RULES_UNSETTLED', 'deal'),
  );
  await publish({ when: 'name > 5', then: {} });
  await expect(create(asNow(), entity(), inputOf({ name: 'h' }))).rejects.toThrow(/deal\/rules\/wild/);
  await publish({ when: '($f := function($n) { $f($n) }; $f(1))', then: {} });
  await expect(create(asNow(), entity(), inputOf({ name: 'h' }))).rejects.toThrow(/deal\/rules\/wild/);
  await organization.publish(ownLayer(documents), { confirm: true, grace: 0 });
  await create(asNow(), entity(), inputOf({ name: 'h' }));
});
