// Duplicate rules as documents: what compiles, what is refused and with which words, and how layers change them.
import { expect, test } from 'vitest';
import { modelOf, problemsOf } from '../../../support/model.ts';
import type { JsonObject } from '../../../../core/sdk/index.ts';

const rule = (criteria: readonly JsonObject[], more: JsonObject = {}): JsonObject => ({
  title: 'Rule',
  criteria,
  ...more,
});
const said = async (document: JsonObject, id = 'account/duplicates/own'): Promise<readonly string[]> =>
  (await problemsOf({ [id]: document })).map(({ code, pointer, message }) => `${code} ${pointer} ${message}`);

test('the shipped rules compile, each to the comparison its fields ask for', async () => {
  const model = await modelOf({});
  const rules = Object.fromEntries(
    [...model.duplicateRules.values()]
      .flat()
      .map((one) => [one.id, `${one.with}: ${one.criteria.map((c) => `${c.field} ${c.comparison.kind}`).join(', ')}`]),
  );
  expect(rules).toEqual({
    'account/duplicates/name': 'account: name folded',
    'account/duplicates/email': 'account: emailaddress1 lower',
    'contact/duplicates/email': 'contact: emailaddress1 lower',
    'contact/duplicates/name-and-mobile': 'contact: fullname similar, mobilephone phone',
    'lead/duplicates/email': 'lead: emailaddress1 lower',
    'lead/duplicates/contact-email': 'contact: emailaddress1 lower',
    'lead/duplicates/account-email': 'account: emailaddress1 lower',
  });
});

test('an organization silences a rule, hardens it, and adds to its criteria', async () => {
  const overlays = (id: string): string => `base@0.1.0:${id}`;
  const model = await modelOf({
    'account/duplicates/name': {
      overlays: overlays('account/duplicates/name'),
      severity: 'refuse',
      criteria: [{ field: 'address1_city', match: 'prefix', length: 3 }],
    },
    'account/duplicates/email': { overlays: overlays('account/duplicates/email'), off: true },
    'contact/duplicates/name-and-mobile': {
      overlays: overlays('contact/duplicates/name-and-mobile'),
      criteria: [{ field: 'fullname', remove: true }],
    },
  });
  const accounts = model.duplicateRules.get('account') ?? [];
  expect(accounts.map(({ id, severity }) => [id, severity])).toEqual([['account/duplicates/name', 'refuse']]);
  expect(accounts[0]?.criteria.map(({ field }) => field)).toEqual(['name', 'address1_city']);
  expect(model.duplicateRules.get('contact')?.[1]?.criteria.map(({ field }) => field)).toEqual(['mobilephone']);
});

test.each([
  [rule([]), /needs at least one criterion/],
  [rule([{ field: 'nmae', match: 'exact' }]), /FIELD_UNKNOWN .* account has no field "nmae" \(did you mean "name"\?\)/],
  [rule([{ field: 'name', with: 'x', match: 'exact' }]), /\/criteria\/0\/with account has no field "x"/],
  [
    rule([{ field: 'name', match: 'exact' }], { with: 'conatct' }),
    /ENTITY_UNKNOWN \/with there is no entity "conatct"/,
  ],
  [rule([{ field: 'name', match: 'exact' }], { with: 'activitypointer' }), /is a union; give its members rules/],
  [rule([{ field: 'name' }]), /say how "name" is compared/],
  [rule([{ field: 'name', match: 'prefix' }]), /needs a "length"/],
  [rule([{ field: 'name', match: 'exact', length: 3 }]), /"length" belongs to the match "prefix"/],
  [rule([{ field: 'name', match: 'exact', threshold: 0.5 }]), /"threshold" belongs to the match "similar"/],
  [
    rule([{ field: 'numberofemployees', match: 'similar' }]),
    /"similar" compares texts, and "numberofemployees" is none/,
  ],
  [rule([{ field: 'entityimage', match: 'exact' }]), /rows cannot be compared by "entityimage"/],
  [rule([{ field: 'name', with: 'numberofemployees', match: 'exact' }]), /stored differently and never equal/],
  [rule([{ field: 'creditonhold', match: 'exact' }]), /no index can find rows by creditonhold alone/],
  [rule([{ field: 'industrycode', match: 'exact' }]), /no index can find rows by industrycode alone/],
  [rule([{ field: 'name', match: 'alike' }]), /expected one of "exact", "normalized", "prefix", "similar"/],
  [rule([{ field: 'name', match: 'similar', threshold: 0.1 }]), /threshold/],
] as const)('%j is refused', async (document, words) => {
  const problems = await said(document);
  expect(problems.join('\n')).toMatch(words);
});

test('a field twice, and a rule of an entity that is none, are refused', async () => {
  const twice = rule([
    { field: 'name', match: 'exact' },
    { field: 'name', match: 'normalized' },
  ]);
  expect((await said(twice)).join()).toContain('the field "name" is given twice in "criteria"');
  const lost = await said(rule([{ field: 'name', match: 'exact' }]), 'acount/duplicates/own');
  expect(lost.join()).toContain('ENTITY_UNKNOWN');
});

test('a boolean may stand beside a text, and the text is looked up', async () => {
  const criteria = [
    { field: 'creditonhold', match: 'exact' },
    { field: 'sic', match: 'exact' },
  ];
  expect(await said(rule(criteria))).toEqual([]);
});
