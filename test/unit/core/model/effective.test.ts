import { describe, expect, it } from 'vitest';
import { appMetadata, entityMetadata, type EntityAccess } from '../../../../core/model/effective.ts';
import type { JsonObject } from '../../../../core/sdk/index.ts';
import { baseModel, modelOf } from '../../../support/model.ts';

const ship: JsonObject = {
  title: 'Ship',
  type: 'object',
  entity: { set: 'ships', plural: 'Ships', primary: 'name' },
  properties: {
    name: { title: 'Name', type: 'string', maxLength: 100, field: { type: 'text' } },
    size: {
      title: 'Size',
      type: 'integer',
      field: {
        type: 'choice',
        options: [
          { value: 1, title: 'Small' },
          { value: 2, title: 'Large' },
        ],
      },
    },
    ownerid: { title: 'Skipper' },
  },
};
const documents = {
  'ship/entity': ship,
  'ship/views/all': {
    title: 'All ships',
    columns: [{ id: 'name', width: 200 }, { id: 'size' }],
    sort: [{ id: 'name' }],
  },
  'ship/forms/main': {
    title: 'Ship',
    kind: 'main',
    tabs: [
      {
        id: 'summary',
        title: 'Summary',
        columns: [{ id: 'left', sections: [{ id: 'facts', title: 'Facts', items: [{ id: 'name' }] }] }],
      },
    ],
  },
  'locales/fa': {
    title: 'فارسی',
    direction: 'rtl',
    texts: {
      'ship/entity#title': 'کشتی',
      'ship/entity#plural': 'کشتی‌ها',
      'ship/entity#properties/name/title': 'نام',
      'ship/entity#properties/size/options/2/title': 'بزرگ',
      'ship/forms/main#tabs/summary/title': 'خلاصه',
      'ship/views/all#title': 'همهٔ کشتی‌ها',
    },
  },
} as unknown as Readonly<Record<string, JsonObject>>;

describe('the metadata of an entity', () => {
  it('carries labels in the asked language, and the document’s own where there is none', async () => {
    const model = await modelOf(documents);
    const persian = entityMetadata(model, 'fa', 'ship');
    expect(persian).toMatchObject({ title: 'کشتی', plural: 'کشتی‌ها', set: 'ships', key: 'shipid', primary: 'name' });
    expect(persian?.fields['name']?.title).toBe('نام');
    expect(persian?.fields['size']?.title).toBe('Size');
    expect(persian?.fields['size']?.choices).toEqual([
      { value: 1, title: 'Small' },
      { value: 2, title: 'بزرگ' },
    ]);
    expect(persian?.forms['main']?.tabs[0]?.title).toBe('خلاصه');
    expect(persian?.forms['main']?.tabs[0]?.columns[0]?.sections[0]).toMatchObject({
      title: 'Facts',
      columns: 1,
      items: [{ id: 'name' }],
    });
    expect(persian?.views['all']).toMatchObject({
      title: 'همهٔ کشتی‌ها',
      sort: [{ id: 'name', direction: 'asc' }],
      isDefault: true,
    });
    expect(entityMetadata(model, 'en', 'ship')?.title).toBe('Ship');
  });

  it('serves a regional language by its general one, and an unknown one by the documents', async () => {
    const model = await modelOf(documents);
    expect(entityMetadata(model, 'fa-AF', 'ship')?.title).toBe('کشتی');
    expect(entityMetadata(model, 'xx', 'ship')?.title).toBe('Ship');
  });

  it('translates the fields of traits, but not those that the entity calls otherwise', async () => {
    const persian = entityMetadata(await modelOf(documents), 'fa', 'ship');
    expect(persian?.fields['createdon']?.title).toMatch(/[\u0600-\u06ff]/);
    expect(persian?.fields['shipid']?.title).toMatch(/[\u0600-\u06ff]/);
    expect(persian?.fields['ownerid']?.title).toBe('Skipper');
  });

  it('says what a lookup may refer to and how to write it', async () => {
    const contact = entityMetadata(await baseModel(), 'en', 'contact');
    expect(contact?.fields['parentcustomerid']).toMatchObject({
      wire: '_parentcustomerid_value',
      targets: [
        { entity: 'account', navigation: 'parentcustomerid_account' },
        { entity: 'contact', navigation: 'parentcustomerid_contact' },
      ],
    });
    expect(contact?.navigation['account_primary_contact']).toMatchObject({
      target: 'account',
      many: true,
      field: 'primarycontactid',
    });
  });

  it('says of an entity with a single row that nobody makes another or deletes it', async () => {
    const model = await baseModel();
    expect(entityMetadata(model, 'en', 'organization')).toMatchObject({ create: false, single: true });
    expect(entityMetadata(model, 'en', 'account')).not.toHaveProperty('single');
  });

  it('lets a union be read only', async () => {
    const union = entityMetadata(await baseModel(), 'en', 'activitypointer');
    expect(union?.create).toBe(false);
    expect(union?.union?.members).toContain('task');
    expect(union?.fields['subject']?.readOnly).toBe(true);
  });

  it('is built once for a model and a language', async () => {
    const model = await baseModel();
    expect(entityMetadata(model, 'fa', 'account')).toBe(entityMetadata(model, 'fa', 'account'));
    expect(entityMetadata(model, 'fa', 'account')).not.toBe(entityMetadata(model, 'en', 'account'));
    expect(entityMetadata(model, 'en', 'nothing')).toBeUndefined();
  });
});

describe('the metadata of the app', () => {
  it('leads in the asked language to what there is', async () => {
    const app = appMetadata(await baseModel(), 'fa', 'Acme');
    const items = app.areas.flatMap((area) => area.groups.flatMap((group) => group.items));
    expect(items.find((item) => item.entity === 'account')?.title).toMatch(/[\u0600-\u06ff]/);
    expect(app.languages).toEqual([
      { tag: 'en', title: 'English', direction: 'ltr' },
      { tag: 'fa', title: 'فارسی', direction: 'rtl' },
    ]);
    expect(app.organization).toBe('Acme');
  });

  it('has no label without a Persian text in any shipped document', async () => {
    const model = await baseModel();
    const app = appMetadata(model, 'fa', 'Acme');
    const missing: string[] = [];
    const check = (where: string, title: string | undefined): void => {
      if (title !== undefined && title !== '' && !/[\u0600-\u06ff]/.test(title) && /[a-z]{3}/.test(title))
        missing.push(`${where}: ${title}`);
    };
    for (const area of app.areas) {
      check(area.id, area.title);
      for (const group of area.groups) {
        check(group.id, group.title);
        for (const item of group.items) check(item.id, item.title);
      }
    }
    for (const name of model.entities.keys()) {
      const entity = entityMetadata(model, 'fa', name);
      check(name, entity?.title);
      check(name, entity?.plural);
      for (const field of Object.values(entity?.fields ?? {})) {
        check(`${name}.${field.name}`, field.title);
        for (const choice of field.choices ?? []) check(`${name}.${field.name}.${choice.value}`, choice.title);
      }
      for (const view of Object.values(entity?.views ?? {})) check(`${name}.${view.id}`, view.title);
      for (const form of Object.values(entity?.forms ?? {})) {
        check(`${name}.${form.id}`, form.title);
        for (const tab of form.tabs) {
          check(`${name}.${form.id}.${tab.id}`, tab.title);
          for (const section of tab.columns.flatMap((column) => column.sections))
            check(`${name}.${form.id}.${section.id}`, section.title);
        }
      }
    }
    expect(missing).toEqual([]);
  });

  it('shows the caller only what they may read and offers what they may create', async () => {
    const access: EntityAccess = {
      read: (entity) => entity !== 'contact',
      create: (entity) => entity === 'task',
      field: () => ({ read: 'full', create: true, update: true }),
      right: () => false,
    };
    const app = appMetadata(await baseModel(), 'en', 'Acme', access);
    expect(app.entities['contact']).toBeUndefined();
    expect(
      app.areas
        .flatMap((area) => area.groups.flatMap((group) => group.items))
        .some((item) => item.entity === 'contact'),
    ).toBe(false);
    expect(app.entities['account']?.create).toBe(false);
    expect(app.entities['task']?.create).toBe(true);
    expect(entityMetadata(await baseModel(), 'en', 'contact', access)).toBeUndefined();
  });
});
