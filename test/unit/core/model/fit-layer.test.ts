// What the organization said about something that is not there any more is left out, and nothing else; rights never grow by it.
import { expect, test } from 'vitest';
import { compileModel } from '../../../../core/model/compile.ts';
import { fitLayer } from '../../../../core/model/fit-layer.ts';
import { layerOf } from '../../../../core/model/read-layer.ts';
import { composePlugins } from '../../../../core/plugins/load-plugins.ts';
import type { JsonObject } from '../../../../core/sdk/index.ts';
import { shippedPlugins } from '../../../support/model.ts';

/** On the base layer and the field types alone, as with every module switched off. */
async function fit(documents: Readonly<Record<string, JsonObject>>) {
  const { parts, layers } = await shippedPlugins();
  const [base] = layers;
  if (!base) throw new TypeError('no base layer');
  const set = composePlugins(
    base,
    parts.filter(({ manifest }) => manifest.id === 'standard'),
  );
  const { layer, problems } = layerOf({ id: 'organization', version: '1', kind: 'organization' }, documents);
  expect(problems).toEqual([]);
  return fitLayer(layer, set.layers, (own) =>
    compileModel({ layers: [...set.layers, own], fieldTypes: set.fieldTypes }),
  );
}

test('a view loses a column, a form an item, an app an entry; the rest of each stays', async () => {
  const { model, leftOut } = await fit({
    'account/views/ours': {
      title: 'Mine',
      kind: 'grid',
      columns: [{ id: 'name' }, { id: 'openrevenue' }, { id: 'telephone1' }],
    },
    'apps/main': {
      overlays: 'base@0.1.0:apps/main',
      areas: [
        {
          id: 'own',
          title: 'Own',
          groups: [
            {
              id: 'g',
              title: 'G',
              items: [
                { id: 'lead', entity: 'lead' },
                { id: 'account', entity: 'account' },
              ],
            },
          ],
        },
      ],
    },
    'lead/views/mine': { title: 'Leads', kind: 'grid', columns: [{ id: 'subject' }] },
  });
  const view = model.views.get('account/views/ours')?.document;
  expect(view?.['columns']).toEqual([{ id: 'name' }, { id: 'telephone1' }]);
  expect(JSON.stringify(model.apps.get('main'))).toContain('"own"');
  expect(JSON.stringify(model.apps.get('main'))).not.toContain('"lead"');
  expect(model.views.has('lead/views/mine')).toBe(false);
  expect(leftOut.map(({ document, pointer }) => `${document}${pointer}`).toSorted()).toEqual([
    'account/views/ours/columns/1',
    'apps/main/areas/0/groups/0/items/0',
    'lead/views/mine',
  ]);
});

test('a view whose filter cannot be asked goes as a whole: without it, it would list other rows', async () => {
  const { model } = await fit({
    'account/views/rich': {
      title: 'Rich',
      kind: 'grid',
      columns: [{ id: 'name' }],
      filter: { field: 'openrevenue', is: 'gt', value: 5 },
    },
  });
  expect(model.views.has('account/views/rich')).toBe(false);
});

test('a right under a condition that cannot be asked becomes none; a denial holds always', async () => {
  const { model } = await fit({
    'roles/hunter': {
      title: 'Hunter',
      privileges: {
        '*': 'organization',
        account: { read: { depth: 'organization', when: 'openrevenue > 5' }, write: 'own' },
        lead: 'organization',
      },
      deny: [{ id: 'poor', entity: 'account', privileges: ['delete'], when: 'openrevenue < 5' }],
    },
  });
  const role = model.roles.get('hunter');
  expect(role?.['privileges']).toEqual({ '*': 'organization', account: { read: 'none', write: 'own' } });
  expect(role?.['deny']).toEqual([{ id: 'poor', entity: 'account', privileges: ['delete'] }]);
});
