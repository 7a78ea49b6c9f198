// What plugins bring to the browser: what is wrong with it is found when the model is made, with the nearest right name, and the
// app is told what the caller may use.
import { describe, expect, test } from 'vitest';
import type { JsonObject, OperationDescription } from '../../../../core/sdk/index.ts';
import { compileModel } from '../../../../core/model/compile.ts';
import { appMetadata, entityMetadata } from '../../../../core/model/effective.ts';
import { layerOf } from '../../../../core/model/read-layer.ts';
import { loadPlugins } from '../../../../core/plugins/load-plugins.ts';
import type { PeyvandError } from '../../../../core/sdk/index.ts';

const loaded = await loadPlugins();

const entity: JsonObject = {
  title: 'Trip',
  type: 'object',
  entity: { set: 'trips', plural: 'Trips', ownership: 'user', primary: 'name' },
  properties: {
    name: { title: 'Name', type: 'string', maxLength: 100, field: { type: 'text' } },
    km: { title: 'Kilometres', type: 'integer', field: { type: 'whole-number' } },
  },
};

function model(contributes: JsonObject, documents: Readonly<Record<string, JsonObject>> = {}) {
  const card = { id: 'trips', version: '1.0.0', title: 'Trips', contributes };
  const { layer, problems } = layerOf(
    { id: 'trips', version: '1.0.0', kind: 'plugin' },
    { plugin: card, 'trip/entity': entity, ...documents },
  );
  expect(problems).toEqual([]);
  return compileModel({ layers: [...loaded.layers, layer], fieldTypes: loaded.fieldTypes });
}

function problemsOf(contributes: JsonObject, documents: Readonly<Record<string, JsonObject>> = {}): readonly string[] {
  try {
    model(contributes, documents);
    return [];
  } catch (error) {
    return (error as PeyvandError).details.map(({ target, message }) => `${target.replace(/^.*#/, '')} ${message}`);
  }
}

const command = (more: JsonObject): JsonObject => ({ id: 'go', title: 'Go', entity: 'trip', operation: 'Go', ...more });
const form = (item: JsonObject): JsonObject => ({
  title: 'Trip',
  kind: 'main',
  tabs: [{ id: 't', title: 'T', columns: [{ id: 'c', sections: [{ id: 's', items: [{ id: 'name' }, item] }] }] }],
});
const view = (more: JsonObject): JsonObject => ({ title: 'V', columns: [{ id: 'name' }], ...more });
const controls = [{ id: 'map', title: 'Map', module: 'controls/map.ts' }];

describe('a plugin’s card that does not fit is refused', () => {
  test.each<[string, JsonObject, string]>([
    ['an unknown entity', { commands: [command({ entity: 'tripp' })] }, '(did you mean "trip"?)'],
    ['a field that is not there', { commands: [command({ when: 'kms > 3' })] }, '(did you mean "km"?)'],
    ['nothing to run', { commands: [{ id: 'go', title: 'Go', entity: 'trip' }] }, 'one of "operation", "module"'],
    [
      'a view kind that is taken',
      { views: [{ kind: 'board', title: 'B', module: 'b.ts' }] },
      'a view kind "board" already',
    ],
    ['a page for nobody', { pages: [{ id: 'p', title: 'P', module: 'p.ts', entities: ['trp'] }] }, 'no entity "trp"'],
  ])('%s', (_what, contributes, said) => {
    expect(problemsOf(contributes)).toEqual([expect.stringContaining(said)]);
  });
});

describe('documents that use what plugins bring', () => {
  test.each<[string, Readonly<Record<string, JsonObject>>, string]>([
    [
      'a control that is not there',
      { 'trip/forms/main': form({ id: 'x', control: 'trips.mapp' }) },
      '(did you mean "trips.map"?)',
    ],
    [
      'options it does not have',
      { 'trip/forms/main': form({ id: 'x', control: 'trips.map', options: { zoom: 3 } }) },
      'unknown name "zoom"',
    ],
    ['a board without its group', { 'trip/views/b': view({ kind: 'board' }) }, '"group" is missing'],
    [
      'a board by a field that is not there',
      { 'trip/views/b': view({ kind: 'board', options: { group: 'kmm' } }) },
      '(did you mean "km"?)',
    ],
    ['a kind misspelt', { 'trip/views/b': view({ kind: 'bord' }) }, '(did you mean "board"?)'],
    [
      'a tile without its chart',
      { 'dashboards/d': { title: 'D', tiles: [{ id: 'a', kind: 'chart', entity: 'trip', chart: 'x' }] } },
      'trip has no chart "x"',
    ],
    [
      'a number of text',
      {
        'dashboards/d': {
          title: 'D',
          tiles: [{ id: 'a', kind: 'number', entity: 'trip', measure: { function: 'sum', field: 'name' } }],
        },
      },
      '"name" (type text) has no sum',
    ],
    [
      'a chart by months of no date',
      {
        'trip/charts/c': {
          title: 'C',
          kind: 'bars',
          group: [{ id: 'km' }],
          measures: [{ id: 'n', function: 'count' }],
        },
      },
      '(did you mean "bar"?)',
    ],
  ])('%s', (_what, documents, said) => {
    expect(problemsOf({ controls }, documents)).toEqual([expect.stringContaining(said)]);
  });

  test('a control of a plugin that is switched off is no fault', () => {
    expect(problemsOf({}, { 'trip/forms/main': form({ id: 'x', control: 'elsewhere.gauge' }) })).toEqual([]);
  });
});

describe('the app is told', () => {
  const operation: OperationDescription = {
    name: 'Go',
    kind: 'action',
    bound: { entity: 'trip' },
    parameters: [{ name: 'How', type: 'text' }],
    right: 'go-far',
  };
  const may = (rights: readonly string[]) => ({
    read: () => true,
    create: () => true,
    field: () => ({ read: 'full' as const, create: true, update: true }),
    right: (name: string) => rights.includes(name),
  });
  const fa = {
    'locales/fa': {
      title: 'فارسی',
      direction: 'rtl',
      texts: { 'plugin.trips#commands/go/title': 'برو', 'plugin.trips#pages/about/title': 'درباره' },
    },
  };
  const pages = [{ id: 'about', title: 'About', module: 'pages/about.ts', right: 'go-far' }];

  test('of commands in the reader’s language, with what the dialog is made of', () => {
    const made = model({ commands: [command({ when: 'km > 3', on: ['list'] })], pages }, fa);
    const [told] = entityMetadata(made, 'fa', 'trip', may(['go-far']), [operation])?.commands ?? [];
    expect(told).toMatchObject({ id: 'trips.go', title: 'برو', reads: ['km'], selection: 'each', on: ['list'] });
    expect(told?.operation?.parameters).toEqual([{ name: 'How', type: 'text' }]);
  });

  test('of nothing that needs a right which the caller lacks', () => {
    const made = model({ commands: [command({})], pages }, fa);
    expect(entityMetadata(made, 'en', 'trip', may([]), [operation])?.commands).toEqual([]);
    expect(Object.keys(appMetadata(made, 'en', 'o', may([])).pages)).not.toContain('trips.about');
    expect(appMetadata(made, 'fa', 'o', may(['go-far'])).pages['trips.about']?.title).toBe('درباره');
  });
});
