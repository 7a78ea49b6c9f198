// The SQL of writes, in sight: one statement each, with its audit and outbox rows. Beside the shapes it is made from.
import { beforeAll, expect, test } from 'vitest';
import type { Model } from '../../../../core/model/model.ts';
import { insertStatement } from '../../../../core/records/insert-statement.ts';
import { updateStatement } from '../../../../core/records/update-statement.ts';
import { rowsFor } from '../../../../core/security/access.ts';
import { systemPrincipal } from '../../../../core/security/system-principal.ts';
import { modelOf } from '../../../support/model.ts';
import { voyage } from '../../../support/voyage.ts';

let model: Model;
beforeAll(async () => {
  model = await modelOf({
    ...voyage,
    'roles/new_mate': {
      title: 'Mate',
      privileges: { new_ship: { write: { depth: 'own', when: 'new_crew < 100' }, read: 'unit' } },
    },
  });
});
const entity = (name: string) => {
  const found = model.entities.get(name);
  if (!found) throw new TypeError(`no entity ${name}`);
  return found;
};
const insert = { empty: [], references: [], owner: undefined, sequences: [], notify: false, skipTaken: false };
const update = {
  references: [],
  owner: undefined,
  version: false,
  keepReason: false,
  from: undefined,
  cleared: [],
  locks: [],
  blind: false,
  notify: false,
  asking: { flags: [], required: [], known: undefined },
};
const shown = (statement: { readonly text: string; readonly slots: readonly string[] }) =>
  `${statement.text}\n-- ${statement.slots.map((slot, index) => `$${index + 1} ${slot}`).join(', ')}\n`;

test('creating a row is one statement', async () => {
  const statement = insertStatement(model, 'org_default', entity('new_port'), { ...insert, given: ['new_name'] });
  await expect(shown(statement)).toMatchFileSnapshot('statements/create.sql');
});

test('creating a row with an amount, a number, and a customer whose row is locked against deletion, is one statement', async () => {
  const ship = insertStatement(model, 'org_default', entity('new_ship'), {
    ...insert,
    given: ['new_name', 'new_price', 'statecode', 'statuscode'],
    sequences: [{ column: 'new_number', parts: [{ slot: ':text:new_number:0' }, { field: 'new_number', digits: 3 }] }],
  });
  await expect(shown(ship)).toMatchFileSnapshot('statements/create-money.sql');
  const owner = entity('new_cargo').fields.get('new_owner');
  if (!owner) throw new TypeError('no field');
  const cargo = insertStatement(model, 'org_default', entity('new_cargo'), {
    ...insert,
    given: ['new_label', 'new_owner', 'new_owner_type'],
    references: [{ field: owner, target: 'account' }],
    skipTaken: true,
    notify: true,
  });
  await expect(shown(cargo)).toMatchFileSnapshot('statements/create-customer.sql');
});

test('changing one field is one statement', async () => {
  const statement = updateStatement(model, 'org_default', entity('new_port'), { ...update, given: ['new_name'] });
  await expect(shown(statement)).toMatchFileSnapshot('statements/update.sql');
});

test('changing an amount and a state at a version is one statement', async () => {
  const statement = updateStatement(model, 'org_default', entity('new_ship'), {
    ...update,
    given: ['new_price', 'statecode', 'statuscode'],
    version: true,
    from: [2, 3],
  });
  await expect(shown(statement)).toMatchFileSnapshot('statements/update-state.sql');
});

test('changing one field under rights of the row asks them of the locked old row', async () => {
  const mine = rowsFor({ ...systemPrincipal, roles: ['new_mate'] }, model, 'write', 'new_ship');
  const seen = rowsFor({ ...systemPrincipal, roles: ['new_mate'] }, model, 'read', 'new_ship');
  const statement = updateStatement(model, 'org_default', entity('new_ship'), {
    ...update,
    given: ['new_yard'],
    asking: {
      flags: [
        { privilege: 'write', condition: mine },
        { privilege: 'read', condition: seen },
      ],
      required: ['write'],
      known: ['read', 'write'],
    },
  });
  await expect(shown(statement)).toMatchFileSnapshot('statements/update-restricted.sql');
});
