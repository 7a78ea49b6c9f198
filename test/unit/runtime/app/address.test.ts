// Where somebody is in the site map.
import { expect, test } from 'vitest';
import { currentPlace, readAddress } from '../../../../runtime/app/address.ts';

const places = [
  { id: 'all', entity: 'product' },
  { id: 'families', entity: 'product', view: 'product/views/families' },
  { id: 'funnel', page: 'sales.funnel' },
];

test.each([
  ['/app/product/families', 'families'],
  ['/app/product/active', 'all'],
  ['/app/product', 'all'],
  ['/app/product/record/1', 'all'],
  ['/page/sales.funnel', 'funnel'],
  ['/page/sales.forecast', undefined],
  ['/app/account', undefined],
])('at %s one place is marked: three of one entity all were', (path, id) => {
  expect(currentPlace(places, readAddress(path), path)?.id).toBe(id);
});
