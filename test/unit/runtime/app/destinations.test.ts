import { expect, test } from 'vitest';
import type { AppMetadata } from '../../../../metadata/effective.ts';
import { destinations } from '../../../../runtime/app/destinations.ts';

const entity = (name: string, plural: string) => ({
  name,
  title: name,
  plural,
  set: `${name}s`,
  key: `${name}id`,
  primary: 'name',
  create: true,
  quickCreate: false,
});
const app = {
  version: '1',
  organization: 'o',
  language: 'en',
  languages: [],
  title: 'Peyvand',
  areas: [
    {
      id: 'work',
      title: 'Work',
      groups: [
        {
          id: 'all',
          title: 'All',
          items: [
            { id: 'mine', title: 'My accounts', entity: 'account', view: 'account/views/mine' },
            { id: 'account', title: 'Accounts', entity: 'account' },
          ],
        },
      ],
    },
  ],
  entities: { account: { ...entity('account', 'Accounts'), icon: 'building' }, visit: entity('visit', 'Visits') },
  controls: {},
  viewKinds: {},
  pages: {},
  dashboards: {},
} as AppMetadata;

test('the palette finds an entity that stands in no app, once, after the places of the site map', () => {
  expect(destinations(app)).toEqual([
    { entity: 'account', title: 'My accounts', icon: 'building', url: '/app/account/mine' },
    { entity: 'account', title: 'Accounts', icon: 'building', url: '/app/account' },
    { entity: 'visit', title: 'Visits', icon: undefined, url: '/app/visit' },
  ]);
});
