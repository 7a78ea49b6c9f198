import { describe, expect, test } from 'vitest';
import type { Principal } from '../../../../../core/security/principal.ts';
import { escapeXml } from '../../../../../runtime/server/csdl/xml.ts';
import { csdlOf } from '../../../../../runtime/server/csdl/document.ts';
import { shippedOperations } from '../../../../../runtime/server/data/operations/shipped.ts';
import { childrenOf, faultsOf, parseXml, type Node } from '../../../../support/csdl.ts';
import { modelOf } from '../../../../support/model.ts';

const model = await modelOf({
  'new_thing/entity': {
    title: 'Thing <&"',
    type: 'object',
    entity: { set: 'new_things', plural: 'Things', primary: 'new_name', keys: { both: ['new_name', 'new_accountid'] } },
    properties: {
      new_name: { title: 'Name\u0001\n', type: 'string', maxLength: 50, field: { type: 'text' } },
      new_secret: { title: 'Secret', type: 'string', field: { type: 'text', secured: true } },
      new_payload: { title: 'Payload', field: { type: 'json' } },
      new_since: { title: 'Since', type: 'string', field: { type: 'date-time', immutable: true } },
      new_accountid: { title: 'Account', type: 'string', format: 'uuid', field: { type: 'lookup', target: 'account' } },
      new_parentid: {
        title: 'Parent',
        type: 'string',
        format: 'uuid',
        field: { type: 'lookup', target: 'new_thing', relation: { hierarchy: true } },
      },
    },
  },
  'relations/new_things_things': { title: 'Likes', first: { entity: 'new_thing' }, second: { entity: 'new_thing' } },
  'roles/reader': {
    title: 'Reader',
    privileges: { new_thing: { read: 'organization' }, account: { read: 'organization' } },
  },
});
const principal = (role: string, language = 'en'): Principal => ({
  userId: '00000000-0000-7000-8000-000000000001',
  businessUnitId: '00000000-0000-7000-8000-000000000002',
  teamIds: [],
  roles: [role],
  timeZone: 'UTC',
  language,
  calendar: 'gregory',
});
const administrator = principal('system-administrator');
const schemaOf = (text: string): Node => {
  const services = childrenOf(parseXml(text).children[0] as Node, 'edmx:DataServices')[0] as Node;
  return childrenOf(services, 'Schema')[0] as Node;
};
const typeOf = (text: string, name: string): Node =>
  childrenOf(schemaOf(text), 'EntityType').find(({ attributes }) => attributes['Name'] === name) as Node;
const member = (text: string, entity: string, name: string): Node | undefined =>
  typeOf(text, entity).children.find(({ attributes }) => attributes['Name'] === name);
const terms = (node: Node | undefined): unknown[] =>
  childrenOf(node as Node, 'Annotation').map(({ attributes }) => attributes['Term']);

describe('$metadata', () => {
  const plain = csdlOf(model, administrator, shippedOperations, false);
  const annotated = csdlOf(model, principal('system-administrator', 'fa'), shippedOperations, true);

  test.each([
    ['for an administrator', plain],
    ['with labels in Persian', annotated],
    ['for somebody who only reads two entities', csdlOf(model, principal('reader'), shippedOperations, true)],
    ['for somebody who may nothing', csdlOf(model, principal('nobody'), shippedOperations, false)],
  ])('keeps the rules of CSDL %s', (_who, text) => {
    expect(faultsOf(text)).toEqual([]);
  });

  test('says by what a row is addressed, what is computed and what can be given only once', () => {
    expect(member(plain, 'account', 'accountid')?.attributes).toMatchObject({ Type: 'Edm.Guid', Nullable: 'false' });
    expect(terms(typeOf(plain, 'account'))).toEqual(['Core.AlternateKeys']);
    const paths = JSON.stringify(childrenOf(typeOf(plain, 'new_thing'), 'Annotation'));
    expect(paths).toContain('"PropertyPath":"_new_accountid_value"');
    expect(terms(member(plain, 'account', 'createdon'))).toEqual(['Core.Computed']);
    expect(terms(member(plain, 'new_thing', 'new_since'))).toEqual(['Core.Immutable']);
    expect(member(plain, 'new_thing', 'new_payload')?.attributes['Type']).toBe('mscrm.json');
  });

  test('joins both ends of a relationship, also of a tree and of an entity related with itself', () => {
    expect(member(plain, 'account', 'parentaccountid')?.attributes).toMatchObject({
      Type: 'mscrm.account',
      Partner: 'account_parent_account',
    });
    expect(member(plain, 'new_thing', 'new_parentid')?.attributes['Partner']).toBeDefined();
    expect(member(plain, 'new_thing', 'new_things_things_first')?.attributes['Partner']).toBe(
      'new_things_things_second',
    );
  });

  test('has labels, options and their meaning for who asks, in the caller’s language', () => {
    expect(annotated).toContain('String="شرکت"');
    expect(terms(member(annotated, 'account', 'industrycode'))).toContain('Validation.AllowedValues');
    expect(plain).not.toContain('Core.Description');
    expect(annotated.length).toBeGreaterThan(plain.length);
  });

  test('shows nothing that is kept from the caller, and what may not be changed', () => {
    const text = csdlOf(model, principal('reader'), shippedOperations, false);
    const names = childrenOf(schemaOf(text), 'EntityType').map(({ attributes }) => attributes['Name']);
    expect(names).toEqual(['crmbaseentity', 'account', 'new_thing']);
    expect(member(text, 'new_thing', 'new_secret')).toBeUndefined();
    expect(text).toContain('Capabilities.InsertRestrictions');
    expect(text).not.toContain('PublishAllXml');
  });

  test('is made once for a model and a shape of rights', () => {
    expect(csdlOf(model, { ...administrator, userId: principal('x').userId }, shippedOperations, false)).toBe(plain);
  });
});

test('what XML cannot hold is left out, the rest is escaped', () => {
  expect(escapeXml('a\u0000<b>&"\ud800\n')).toBe('a&#60;b&#62;&#38;&#34;\ufffd&#10;');
});
