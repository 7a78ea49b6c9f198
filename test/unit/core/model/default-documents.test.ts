import { expect, test } from 'vitest';
import { entityMetadata } from '../../../../core/model/effective.ts';
import { modelOf } from '../../../support/model.ts';

const visit = {
  title: 'Visit',
  type: 'object',
  entity: { set: 'cr_visits', plural: 'Visits', ownership: 'user', primary: 'cr_subject' },
  properties: {
    cr_subject: { title: 'Subject', type: 'string', maxLength: 200, field: { type: 'text' } },
    cr_on: { title: 'Date', type: 'string', format: 'date', field: { type: 'date' } },
  },
  required: ['cr_subject'],
};

const items = (
  form:
    | {
        readonly tabs: readonly {
          readonly columns: readonly {
            readonly sections: readonly { readonly items: readonly { readonly id: string }[] }[];
          }[];
        }[];
      }
    | undefined,
) =>
  form?.tabs.flatMap((tab) =>
    tab.columns.flatMap((column) => column.sections.flatMap((section) => section.items.map(({ id }) => id))),
  );

test('an entity document alone gives a list, a form and quick create', async () => {
  const model = await modelOf({ 'cr_visit/entity': visit });
  const metadata = entityMetadata(model, 'en', 'cr_visit');
  expect(metadata?.views['all']?.columns.map(({ id }) => id)).toEqual(['cr_subject', 'cr_on', 'createdon']);
  expect(items(metadata?.forms['main'])).toEqual(['cr_subject', 'cr_on']);
  expect(metadata?.forms['main']?.header).toEqual(['ownerid', 'statuscode']);
  expect(items(metadata?.forms['quick-create'])).toEqual(['cr_subject', 'cr_on']);
  expect(metadata?.quickCreate).toBe(true);
});

test('the list that nobody wrote can be asked for by its name, as any other (it once answered 400)', async () => {
  const model = await modelOf({ 'cr_visit/entity': visit });
  expect(model.views.get('cr_visit/views/all')?.entity).toBe('cr_visit');
});

test('a document of a layer takes the made one’s place', async () => {
  const view = { title: 'Mine', kind: 'grid', columns: [{ id: 'cr_on' }] };
  const model = await modelOf({ 'cr_visit/entity': visit, 'cr_visit/views/mine': view });
  expect(Object.keys(entityMetadata(model, 'en', 'cr_visit')?.views ?? {})).toEqual(['mine']);
});
