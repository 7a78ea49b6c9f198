// Who may do what, by the roles they hold.
import { beforeAll, describe, expect, test } from 'vitest';
import type { Model } from '../../../../core/model/model.ts';
import { mayI, privileges, requirePrivilege } from '../../../../core/security/access.ts';
import { systemPrincipal } from '../../../../core/security/system-principal.ts';
import { modelOf } from '../../../support/model.ts';

let model: Model;
beforeAll(async () => {
  model = await modelOf({
    'roles/new_reader': { title: 'Reader', privileges: { '*': { read: 'organization' }, contact: 'none' } },
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
    expect(may(['new_reader', 'new_writer'], 'account')).toEqual(['read', 'write']);
    expect(may(['new_reader', 'new_writer'], 'contact')).toEqual(privileges);
  });
  test('not what is granted at a narrower depth than the organization', () => {
    expect(may(['new_writer'], 'account')).not.toContain('delete');
  });
  test('nothing by a role that the model does not know', () => expect(may(['gone'], 'account')).toEqual([]));
});

test('the refusal names the privilege and the entity', () => {
  expect(() => requirePrivilege({ ...systemPrincipal, roles: [] }, model, 'append-to', 'account')).toThrow(
    'You need the privilege "append-to" on account',
  );
});
