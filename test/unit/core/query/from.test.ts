// Tables of a statement: what each of them carries.
import { expect, it } from 'vitest';
import { compilePage } from '../../../../core/query/compile.ts';
import type { Query } from '../../../../core/query/tree.ts';
import type { Restricted } from '../../../../core/security/restrict.ts';
import { shipModel } from '../../../support/ships.ts';

const { model } = await shipModel();

const home = { alias: 'h', entity: 'port', from: 'portid', to: '_homeport_value' } as const;
const query: Query = {
  entity: 'ship',
  select: ['name'],
  sort: [],
  expand: [],
  count: false,
  annotations: { formatted: false, lookup: false },
};

function compiled(more: Partial<Query>) {
  const restricted: Restricted = {
    query: { ...query, ...more },
    rows: (entity) => ({ kind: 'among', path: [entity === 'port' ? 'portid' : 'shipid'], set: 'owners' }),
    shown: () => 'full',
  };
  const page = { limit: 10, afterNulls: undefined, few: undefined };
  return compilePage({ model, schema: 'org_default' }, restricted, page);
}

it.each<readonly [string, Partial<Query>, number]>([
  ['an inner join', { joins: [{ ...home, type: 'inner' }] }, 2],
  ['an outer join', { joins: [{ ...home, type: 'outer' }] }, 2],
  ['a join to the first row', { joins: [{ ...home, type: 'first' }] }, 2],
  ['related rows', { filter: { kind: 'related', quantifier: 'none', join: { ...home, type: 'inner' } } }, 2],
  ['other related rows', { filter: { kind: 'related', quantifier: 'others', join: { ...home, type: 'inner' } } }, 3],
])('%s: each table has the row filter once, and Postgres meets each of its parameters', (_, more, tables) => {
  const { text, bindings } = compiled(more);
  expect(text.match(/= any\(\$\d+::uuid\[\]\)/g)).toHaveLength(tables);
  const used = new Set([...text.matchAll(/\$(\d+)::/g)].map(([, number]) => Number(number)));
  expect([...used].toSorted((a, b) => a - b)).toEqual(bindings.map((_, index) => index + 1));
});
