// Who may do what, by the roles they hold.
import { beforeAll, describe, expect, test } from 'vitest';
import type { Model } from '../../../../core/model/model.ts';
import { mayAll, mayI, privileges, requirePrivilege, rowsFor } from '../../../../core/security/access.ts';
import { systemPrincipal } from '../../../../core/security/system-principal.ts';
import { modelOf } from '../../../support/model.ts';

let model: Model;
beforeAll(async () => {
  model = await modelOf({
    'roles/new_reader': { title: 'Reader', privileges: { '*': { read: 'organization' }, contact: 'none' } },
    'roles/new_trainee': {
      title: 'Trainee',
      privileges: {},
      deny: [{ id: 'nothing-goes', entity: 'account', privileges: ['delete'] }],
    },
    'roles/new_units': {
      title: 'Units',
      privileges: { account: { read: 'unit', write: { depth: 'unit', when: 'revenue < 1000' } }, task: 'own' },
      deny: [{ id: 'vip', entity: 'account', privileges: ['read'], when: 'customertypecode = 3' }],
    },
    'roles/new_writer': {
      title: 'Writer',
      privileges: { account: { write: 'organization', delete: 'own' }, contact: 'organization' },
    },
  });
});
const may = (roles: readonly string[], entity: string) =>
  privileges.filter((privilege) => mayI({ ...systemPrincipal, roles }, model, privilege, entity));

describe('a principal may', () => {
  test('nothing without a role', () => expect(may([], 'account')).toEqual([]));
  test('everything as system administrator', () =>
    expect(may(['system-administrator'], 'account')).toEqual(privileges));
  test('what a role says of every entity, where it says nothing of this one', () => {
    expect(may(['new_reader'], 'account')).toEqual(['read']);
    expect(may(['new_reader'], 'contact')).toEqual([]);
  });
  test('what its roles grant together', () => {
    expect(may(['new_reader', 'new_writer'], 'account')).toEqual(['read', 'write', 'delete']);
    expect(may(['new_reader', 'new_writer'], 'contact')).toEqual(privileges);
  });
  test('on all rows only what is granted to the whole organization', () => {
    const writer = { ...systemPrincipal, roles: ['new_writer'] };
    expect(mayAll(writer, model, 'write', 'account')).toBe(true);
    expect(mayAll(writer, model, 'delete', 'account')).toBe(false);
  });
  test('nothing that a deny of another role takes away from every row', () => {
    expect(may(['new_writer', 'new_trainee'], 'account')).toEqual(['write']);
  });
  test('nothing by a role that the model does not know', () => expect(may(['gone'], 'account')).toEqual([]));
});

test('the refusal names the privilege and the entity', () => {
  expect(() => requirePrivilege({ ...systemPrincipal, roles: [] }, model, 'append-to', 'account')).toThrow(
    'You need the privilege "append-to" on account',
  );
});

test('the rows a principal may have are those of any role, share or report, save those denied', () => {
  const principal = { ...systemPrincipal, roles: ['new_units'], reports: { direct: ['r'], far: [] } };
  const owned = (set: unknown) => ({ kind: 'among', path: ['_ownerid_value'], set });
  expect(rowsFor(principal, model, 'read', 'account')).toEqual({
    kind: 'and',
    of: [
      {
        kind: 'or',
        of: [
          owned('owners'),
          { kind: 'shared', right: 1, set: 'owners' },
          owned('direct-reports'),
          { kind: 'shared', right: 1, set: 'direct-reports' },
          { kind: 'among', path: ['_owningbusinessunit_value'], set: { unit: ['new_units'], below: [] } },
        ],
      },
      {
        kind: 'and',
        of: [
          {
            kind: 'not',
            of: { kind: 'compare', path: ['customertypecode'], operator: 'eq', value: 3, exact: true },
          },
        ],
      },
    ],
  });
});

test('sharing gives nothing on an entity that no role grants', () => {
  const principal = { ...systemPrincipal, roles: ['new_units'] };
  expect(rowsFor(principal, model, 'read', 'contact')).toEqual({ kind: 'false' });
});

test('a role is refused where it would grant nothing or cannot be asked of rows', async () => {
  const refused = modelOf({
    'roles/new_wrong': {
      title: 'Wrong',
      privileges: {
        team: { read: 'unit' },
        account: { read: { depth: 'own', when: '$sum(revenue) > 3' }, write: { depth: 'own', when: 'revenu > 3' } },
        '*': { read: { depth: 'own', when: 'name = "x"' } },
      },
      deny: [{ id: 'all', entity: '*', when: 'name = "x"' }],
    },
  });
  await expect(refused).rejects.toMatchObject({
    details: expect.arrayContaining([
      expect.objectContaining({ message: expect.stringContaining('rows of team belong to the organization') }),
      expect.objectContaining({ message: expect.stringContaining('a comparison needs a field on one side') }),
      expect.objectContaining({ message: expect.stringContaining('account has no field "revenu"') }),
      expect.objectContaining({ message: expect.stringContaining('what is said of "*" has no condition') }),
      expect.objectContaining({ message: expect.stringContaining('a rule about every entity has no condition') }),
    ]),
  });
});
