// Quick-find views: what they name is searched, and indexed for it, instead of what the entity document says.
import { expect, test } from 'vitest';
import { desiredState } from '../../../../core/schema/desired.ts';
import type { JsonObject } from '../../../../core/sdk/index.ts';
import { modelOf } from '../../../support/model.ts';

const quickFind = (columns: readonly string[], more: object = {}): JsonObject => ({
  title: 'Quick find',
  kind: 'quick-find',
  columns: columns.map((id) => ({ id })),
  ...more,
});

test('a quick-find view says what is searched, in its order, and what is indexed for it', async () => {
  const plain = await modelOf({});
  const model = await modelOf({
    'account/views/find': quickFind(['websiteurl', 'name', 'industrycode', 'primarycontactid.emailaddress1']),
  });
  expect(plain.entities.get('account')?.search).not.toContain('websiteurl');
  expect(model.entities.get('account')?.search).toEqual(['websiteurl', 'name', 'industrycode']);
  const indexes =
    desiredState(model, 'org_default')
      .tables.get('account')
      ?.indexes.map(({ name }) => name) ?? [];
  expect(indexes).toContain('account_websiteurl_trgm');
  expect(indexes).toContain('account_name_trgm');
  expect(indexes).not.toContain('account_telephone1_trgm');
  expect(indexes.filter((name) => name.includes('industrycode'))).toEqual([]);
});

test('an entity with no other view keeps its list', async () => {
  const model = await modelOf({ 'tag/views/find': quickFind(['name']) });
  expect([...model.views.values()].filter((view) => view.entity === 'tag').length).toBeGreaterThan(1);
});

test.each([
  [
    'two of them',
    { 'account/views/a': quickFind(['name']), 'account/views/b': quickFind(['name']) },
    /already the quick-find/,
  ],
  ['one without a text field', { 'account/views/a': quickFind(['industrycode']) }, /needs a column over a text field/],
  ['one with an unknown field', { 'account/views/a': quickFind(['name', 'nothing']) }, /nothing/],
])('%s is refused with a reason', async (_, documents, reason) => {
  const refused = await modelOf(documents).catch((error: unknown) => error);
  expect(JSON.stringify((refused as { details?: unknown }).details)).toMatch(reason);
});
