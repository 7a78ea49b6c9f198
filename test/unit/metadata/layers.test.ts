// The shipped layers, and the one of the real pipeline, put together as a server would: they compile, and nobody who opens
// an entity of theirs finds it without a list, a form or a way to its fields.
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { compileModel } from '../../../core/model/compile.ts';
import { readLayer } from '../../../core/model/read-layer.ts';
import { loadPlugins } from '../../../core/plugins/load-plugins.ts';
import { isObject, root } from './documents.ts';

const { layers, fieldTypes } = await loadPlugins();
const crm = await readLayer(join(root, 'test/fixtures/crm-sales-opportunities'), {
  id: 'crm',
  version: '1.0.0',
  kind: 'organization',
});
const model = compileModel({ layers: [...layers, crm.layer], fieldTypes });
const shipped = compileModel({ layers, fieldTypes });

/** Written by programs, not by people. */
const forPrograms: ReadonlySet<string> = new Set(['annotation.filename', 'annotation.mimetype', 'email.messageid']);

/** Ids of every member in a form, fields and controls alike. */
function itemsOf(form: unknown): readonly string[] {
  if (Array.isArray(form)) return form.flatMap(itemsOf);
  if (!isObject(form)) return [];
  const own = Array.isArray(form['items'])
    ? form['items'].flatMap((item) => (isObject(item) ? [String(item['id'])] : []))
    : [];
  return [...own, ...Object.values(form).flatMap(itemsOf)];
}

test('the layer of the real pipeline has no problems', () => {
  expect(crm.problems).toEqual([]);
});

test('sales and the catalog stand in front of the site map, loyalty behind the customers, and the fixture adds products to sales', () => {
  const areas = model.apps.get('main')?.['areas'];
  expect(Array.isArray(areas) ? areas.map((area) => isObject(area) && area['id']) : []).toEqual([
    'sales',
    'catalog',
    'customers',
    'loyalty',
    'settings',
  ]);
  expect(JSON.stringify(areas)).toContain('"entity":"product"');
});

test('activities, notes and calls may be about leads, deals, products and documents', () => {
  for (const [entity, field] of [
    ['task', 'regardingobjectid'],
    ['activitypointer', 'regardingobjectid'],
    ['annotation', 'objectid'],
  ] as const) {
    const targets = shipped.entities.get(entity)?.fields.get(field)?.reference?.targets ?? [];
    const sold = ['invoice', 'lead', 'loyaltymember', 'opportunity', 'product', 'quote', 'salesorder'];
    expect([...targets].sort(), entity).toEqual(['account', 'contact', ...sold]);
  }
});

describe.each([...model.entities.values()].map((entity) => [entity.name, entity] as const))('%s', (name, entity) => {
  const forms = [...model.forms.values()].filter((form) => form.entity === name);
  const views = [...model.views.values()].filter((view) => view.entity === name);

  test('opens with one list', () => {
    expect(views.filter((view) => view.document['default'] === true).map((view) => view.id)).toHaveLength(1);
  });

  // A union is read only; its members have the pages.
  if (entity.union) return;

  test('has a page for one record', () => {
    expect(forms.map((form) => form.id)).toContain(`${name}/forms/main`);
  });

  test('lets people reach every field they may fill', () => {
    const shown = new Set(forms.flatMap((form) => [...itemsOf(form.document), ...[form.document['header']].flat()]));
    const hidden = [...entity.fields.values()].filter(
      ({ name: field, readOnly, system }) =>
        !readOnly && system === undefined && !shown.has(field) && !forPrograms.has(`${name}.${field}`),
    );
    expect(hidden.map((field) => field.name)).toEqual([]);
  });
});
