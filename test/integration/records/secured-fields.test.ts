// Secured fields and handlers: what a plugin fills is not what the caller sent. Masks: the same wherever they are made.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { create } from '../../../core/records/create.ts';
import { listOData } from '../../../core/records/list.ts';
import { reachOf } from '../../../core/records/reach.ts';
import { update } from '../../../core/records/update.ts';
import type { EventHandler } from '../../../core/sdk/index.ts';
import { maskText } from '../../../core/security/field-access.ts';
import { inputOf, testEngine } from '../../support/engine.ts';

const text = (field: object = {}) => ({ title: 'Text', type: 'string', field: { type: 'text', ...field } });
const documents = {
  'new_patient/entity': {
    title: 'Patient',
    type: 'object',
    entity: { set: 'new_patients', plural: 'Patients', ownership: 'organization', primary: 'new_name' },
    properties: { new_name: text(), new_risk: text({ secured: true }) },
  },
  'roles/new_nurse': { title: 'Nurse', privileges: { new_patient: 'organization' } },
};

const fills = (message: 'create' | 'update', stage: 'validate' | 'before'): EventHandler => ({
  name: `risk-${message}-${stage}`,
  message,
  entity: 'new_patient',
  stage,
  run({ values }) {
    values['new_risk'] = `${stage} ${message}`;
  },
});

test('a handler fills a secured field of a row whose writer may not', async () => {
  await using world = await testEngine(documents);
  const principal = { roles: ['new_nurse'] };
  const patient = world.entity('new_patient');
  const risk = async () => (await world.rows('select new_risk from org_default.new_patient'))[0]?.['new_risk'];
  for (const stage of ['validate', 'before'] as const) {
    const call = world.with({ principal, handlers: [fills('create', stage), fills('update', stage)] });
    const { id } = await create(call, patient, inputOf({ new_name: 'Mina' }));
    expect(await risk()).toBe(`${stage} create`);
    await update(call, patient, { id }, inputOf({ new_name: 'Mina Rad' }));
    expect(await risk()).toBe(`${stage} update`);
    await expect(update(call, patient, { id }, inputOf({ new_risk: 'x' }))).rejects.toMatchObject({
      code: 'FIELD_FORBIDDEN',
      status: 403,
    });
    await world.rows('delete from org_default.new_patient');
  }
});

test('a plugin that reads a row as the caller sees what the caller may read of it; with its own rights, all', async () => {
  await using world = await testEngine({
    ...documents,
    'profiles/new_ends': {
      title: 'Ends',
      fields: { new_patient: { new_risk: { read: true, mask: { first: 1, last: 1 } } } },
    },
  });
  const patient = world.entity('new_patient');
  const { id } = await create(world.call, patient, inputOf({ new_name: 'Mina', new_risk: 'serious' }));
  const seen = async (principal: object) => {
    const { records, system } = reachOf(world.with({ principal }), true);
    return [records, system].map(async (one) => (await one.retrieve('new_patient', id))?.['new_risk']);
  };
  const roles = ['new_nurse'];
  expect(await Promise.all(await seen({ roles }))).toEqual([null, 'serious']);
  expect(await Promise.all(await seen({ roles, profiles: ['new_ends'] }))).toEqual(['s••••s', 'serious']);
});

test('the database masks a text as the server does, whatever is in it', async () => {
  await using world = await testEngine({
    ...documents,
    'profiles/new_ends': {
      title: 'Ends',
      fields: { new_patient: { new_risk: { read: true, mask: { first: 1, last: 2 } } } },
    },
  });
  const patient = world.entity('new_patient');
  // A text of one line, as the field takes it.
  const texts = fc
    .sample(fc.string({ unit: 'grapheme', maxLength: 12 }), 300)
    .filter((text) => text.trim() === text && !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text));
  const stored = [...new Set([...texts, 'a', 'abc', 'abcd', '👍🏽👍🏽', 'نامهٔ من'])].filter((text) => text !== '');
  for (const text of stored) await create(world.call, patient, inputOf({ new_name: text, new_risk: text }));
  const call = world.with({ principal: { roles: ['new_nurse'], profiles: ['new_ends'] } });
  const { body } = await listOData(call, patient, '$select=new_name,new_risk', { root: '' });
  const { value } = JSON.parse(body) as { value: readonly Readonly<Record<string, string>>[] };
  expect(value).toHaveLength(stored.length);
  for (const row of value) expect(row['new_risk']).toBe(maskText(row['new_name'] ?? '', { first: 1, last: 2 }));
});
