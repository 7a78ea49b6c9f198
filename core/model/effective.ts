// The effective metadata in a language, as metadata/effective.ts shapes it: what the app and the studio draw from. Built
// once for a model and a language; a model is frozen, so what was built stays right as long as the model lives.
import type {
  AppMetadata,
  EntityMetadata,
  EntitySummary,
  FieldMetadata,
  FormMetadata,
  NavigationMetadata,
  StateMetadata,
  ViewMetadata,
} from '../../metadata/effective.ts';
import type { Json, JsonObject } from '../sdk/index.ts';
import type { OperationDescription } from '../sdk/index.ts';
import { commandsOf, contributionsMetadata } from './effective-contributions.ts';
import { dashboardEntities } from './effective-dashboard.ts';
import { deepFreeze } from './freeze.ts';
import { formMetadata } from './effective-form.ts';
import { rulesByEntity } from './rules-by-entity.ts';
import { isSummary } from './is-summary.ts';
import { defaultLanguage, translateField, translateStatus, translator } from './labels.ts';
import type { Translate } from './labels.ts';
import type { Entity, Field, Model, Navigation } from './model.ts';
import { isArray, isObject } from './pointer.ts';
import { isSortable, operatorsOf } from './field-capabilities.ts';
import { readableEntity, type AccessOfField } from './readable-entity.ts';

/** What the caller may do with an entity; absent = everything. */
export interface EntityAccess {
  readonly read: (entity: string) => boolean;
  readonly create: (entity: string) => boolean;
  readonly field: AccessOfField;
  /** Has the caller this right of roles. */
  readonly right: (name: string) => boolean;
}

type SiteMapItem = AppMetadata['areas'][number]['groups'][number]['items'][number];

interface Cache {
  readonly apps: Map<string, AppMetadata>;
  readonly entities: Map<string, EntityMetadata>;
}

const caches = new WeakMap<Model, Cache>();

/** The app's shell: languages, site map, entities. Unknown languages get the documents' own. */
export function appMetadata(model: Model, language: string, organization: string, access?: EntityAccess): AppMetadata {
  const cached = remember(cacheOf(model).apps, `${language}\n${organization}`, () =>
    buildApp(model, language, organization),
  );
  return access ? restrict(model, cached, access) : cached;
}

/** One entity: fields, forms, views, navigation. Undefined where there is no such entity. */
export function entityMetadata(
  model: Model,
  language: string,
  name: string,
  access?: EntityAccess,
  operations: readonly OperationDescription[] = [],
): EntityMetadata | undefined {
  const entity = model.entities.get(name);
  if (!entity || (access && !access.read(name))) return undefined;
  const plain = remember(cacheOf(model).entities, `${language}\n${name}`, () => buildEntity(model, entity, language));
  const commands = commandsOf(model, translator(model, language), entity, operations, access);
  const cached = commands.length === 0 ? plain : { ...plain, commands };
  if (!access) return cached;
  const readable = mentionsSecured(model, entity) ? readableEntity(cached, model, entity, access.field) : cached;
  return { ...readable, create: cached.create && access.create(name) };
}

/** Whether field profiles can make any difference: something of the entity, or of what it leads to, is secured. */
function mentionsSecured(model: Model, entity: Entity): boolean {
  const near = [...entity.navigation.values()].map(({ target }) => target);
  const members = entity.union?.members ?? [];
  return [...new Set([entity.name, ...members, ...near])].some((name) =>
    [...(model.entities.get(name)?.fields.values() ?? [])].some((field) => field.secured),
  );
}

function cacheOf(model: Model): Cache {
  let cache = caches.get(model);
  if (!cache) {
    cache = { apps: new Map(), entities: new Map() };
    caches.set(model, cache);
  }
  return cache;
}

function remember<T>(cache: Map<string, T>, key: string, build: () => T): T {
  let value = cache.get(key);
  if (value === undefined) {
    value = deepFreeze(build());
    cache.set(key, value);
  }
  return value;
}

function restrict(model: Model, app: AppMetadata, access: EntityAccess): AppMetadata {
  const pages = Object.fromEntries(
    Object.entries(app.pages).filter(([name]) => {
      const page = model.contributions.pages.get(name);
      const { entities = [], right } = page ?? {};
      return entities.every((entity) => access.read(entity)) && (right === undefined || access.right(right));
    }),
  );
  const dashboards = Object.fromEntries(
    Object.entries(app.dashboards).filter(([id]) => {
      const entities = dashboardEntities(model, id);
      return entities.length === 0 || entities.some(access.read);
    }),
  );
  const isOpen = ({ entity, page, dashboard }: SiteMapItem): boolean =>
    (entity === undefined || access.read(entity)) &&
    (page === undefined || page in pages) &&
    (dashboard === undefined || dashboard in dashboards);
  return {
    ...app,
    pages,
    dashboards,
    areas: app.areas
      .map((area) => ({
        ...area,
        groups: area.groups
          .map((group) => ({ ...group, items: group.items.filter(isOpen) }))
          .filter((group) => group.items.length > 0),
      }))
      .filter((area) => area.groups.length > 0),
    entities: Object.fromEntries(
      Object.entries(app.entities)
        .filter(([name]) => access.read(name))
        .map(([name, summary]) => [name, { ...summary, create: summary.create && access.create(name) }]),
    ),
  };
}

function buildApp(model: Model, language: string, organization: string): AppMetadata {
  const translate = translator(model, language);
  const [id = 'main', document] = model.apps.has('main')
    ? ['main', model.apps.get('main')]
    : ([...model.apps][0] ?? []);
  const label = (path: string, said: Json | undefined, otherwise = ''): string =>
    translate(`apps/${id}`, path, typeof said === 'string' ? said : otherwise);
  const brought = contributionsMetadata(model, translate);
  const dashboards: Readonly<Record<string, { readonly title: string }>> = Object.fromEntries(
    [...model.documents].flatMap(([path, dashboard]) => {
      const name = /^dashboards\/(.*)$/.exec(path)?.[1];
      const title = String(dashboard['title'] ?? name);
      return name === undefined ? [] : [[name, { title: translate(path, 'title', title) }]];
    }),
  );
  /** Undefined where it leads to what a plugin that is switched off brings. */
  const placeOf = (item: JsonObject): SiteMapItem | undefined => {
    const own = typeof item['icon'] === 'string' ? item['icon'] : undefined;
    const at = (title: string, icon: string | undefined, where: Partial<SiteMapItem>): SiteMapItem => ({
      id: String(item['id']),
      title,
      ...((own ?? icon) === undefined ? {} : { icon: own ?? icon ?? '' }),
      ...where,
    });
    const { entity: name, view, dashboard, page, url } = item;
    if (typeof url === 'string') return at(url, 'external-link', { url });
    if (typeof dashboard === 'string') {
      const found = dashboards[dashboard];
      return found && at(found.title, 'layout-dashboard', { dashboard });
    }
    if (typeof page === 'string') {
      const found = brought.pages[page];
      return found && at(found.title, found.icon ?? 'panels-top-left', { page });
    }
    const entity = model.entities.get(String(name));
    if (!entity) return undefined;
    const plural = translate(`${entity.name}/entity`, 'plural', entity.plural);
    return at(plural, entity.icon, { entity: entity.name, ...(typeof view === 'string' ? { view } : {}) });
  };
  return {
    version: model.version,
    organization,
    language,
    languages: languagesOf(model),
    title: label('title', document?.['title'], organization),
    areas: members(document?.['areas']).map((area) => {
      const areaPath = `areas/${String(area['id'])}`;
      return {
        id: String(area['id']),
        title: label(`${areaPath}/title`, area['title'], String(area['id'])),
        groups: members(area['groups']).map((group) => {
          const groupPath = `${areaPath}/groups/${String(group['id'])}`;
          return {
            id: String(group['id']),
            title: label(`${groupPath}/title`, group['title']),
            items: members(group['items']).flatMap((item) => {
              const place = placeOf(item);
              return place
                ? [{ ...place, title: label(`${groupPath}/items/${place.id}/title`, item['title'], place.title) }]
                : [];
            }),
          };
        }),
      };
    }),
    entities: Object.fromEntries(
      [...model.entities.values()].map((entity) => [entity.name, summaryOf(model, entity, translate)]),
    ),
    ...brought,
    dashboards,
  };
}

/** The documents' own language first, then those with a locale file. */
function languagesOf(model: Model): AppMetadata['languages'] {
  const languages = new Map<string, AppMetadata['languages'][number]>([
    [defaultLanguage, { tag: defaultLanguage, title: 'English', direction: 'ltr' }],
  ]);
  for (const tag of model.locales.keys()) {
    const document = model.documents.get(`locales/${tag}`);
    const title = typeof document?.['title'] === 'string' ? document['title'] : tag;
    languages.set(tag, { tag, title, direction: document?.['direction'] === 'rtl' ? 'rtl' : 'ltr' });
  }
  return [...languages.values()];
}

function summaryOf(model: Model, entity: Entity, translate: Translate): EntitySummary {
  const document = `${entity.name}/entity`;
  return {
    name: entity.name,
    set: entity.set,
    title: translate(document, 'title', entity.title),
    plural: translate(document, 'plural', entity.plural),
    ...(entity.icon === undefined ? {} : { icon: entity.icon }),
    key: entity.key.name,
    primary: entity.primary.name,
    create: entity.union === undefined && !entity.single,
    quickCreate: [...model.forms.values()].some(
      (form) => form.entity === entity.name && form.document['kind'] === 'quick-create',
    ),
    ...(entity.union ? { union: entity.union } : {}),
    ...(entity.single ? { single: true } : {}),
  };
}

function buildEntity(model: Model, entity: Entity, language: string): EntityMetadata {
  const translate = translator(model, language);
  const fields = Object.fromEntries(
    [...entity.fields.values()].map((field) => [field.name, fieldMetadata(model, translate, entity, field)]),
  );
  const rules = rulesByEntity(model, language).get(entity.name);
  return {
    ...summaryOf(model, entity, translate),
    version: model.version,
    ownership: entity.ownership,
    fields,
    navigation: Object.fromEntries(
      [...entity.navigation.values()].map((step) => [step.name, navigationMetadata(model, translate, entity, step)]),
    ),
    ...(entity.status ? { status: statesOf(entity, translate) } : {}),
    search: entity.search,
    ...(rules && { rules }),
    forms: formsOf(model, entity, translate),
    views: viewsOf(model, entity, translate),
    commands: [],
  };
}

function fieldMetadata(model: Model, translate: Translate, entity: Entity, field: Field): FieldMetadata {
  const { schema, options } = field.spec;
  const description =
    typeof schema['description'] === 'string'
      ? translateField(model, translate, entity, field, 'description', schema['description'])
      : undefined;
  const choices = choicesOf(model, translate, entity, field);
  const targets = field.reference?.targets.flatMap((target) => {
    const step = [...entity.navigation.values()].find(
      (other) => other.kind === 'one' && other.field === field.name && other.target === target,
    );
    return step ? [{ entity: target, navigation: step.name }] : [];
  });
  const base = field.columns.find(({ quotient }) => quotient)?.wire;
  return {
    name: field.name,
    title: translateField(model, translate, entity, field, 'title', field.title),
    ...(description === undefined ? {} : { description }),
    type: field.type.shownAs?.(field.spec) ?? field.type.name,
    options,
    wire: field.columns[0]?.wire ?? field.name,
    ...(base && { base }),
    required: field.required,
    readOnly: field.readOnly || entity.union !== undefined,
    immutable: field.immutable,
    ...numberOf(schema, 'maxLength'),
    ...numberOf(schema, 'minimum'),
    ...numberOf(schema, 'maximum'),
    ...(field.system === undefined && field.default !== undefined ? { default: field.default } : {}),
    ...(choices ? { choices } : {}),
    ...(targets ? { targets } : {}),
    operators: operatorsOf(field),
    sortable: isSortable(field),
    ...(field.derivation?.kind === 'evaluated' ? { evaluated: true, filterable: false } : {}),
  };
}

function numberOf<K extends string>(schema: JsonObject, key: K): { readonly [P in K]?: number } {
  const value = schema[key];
  return (typeof value === 'number' ? { [key]: value } : {}) as { readonly [P in K]?: number };
}

function choicesOf(model: Model, translate: Translate, entity: Entity, field: Field): FieldMetadata['choices'] {
  const shared = field.type.choices?.(field.spec).choice;
  return field.choices?.map(({ value, title, color }) => ({
    value,
    title: choiceTitle(model, translate, entity, field, shared, value, title),
    ...(color === undefined ? {} : { color }),
  }));
}

/** The label of one option in the translator's language. */
export function choiceTitle(
  model: Model,
  translate: Translate,
  entity: Entity,
  field: Field,
  shared: string | undefined,
  value: number,
  title: string,
): string {
  if (field.system === 'state') return translateStatus(translate, entity, `${value}/title`, title);
  if (field.system === 'status') {
    const state = entity.status?.find(({ reasons }) => reasons.some((reason) => reason.value === value))?.state;
    return translateStatus(translate, entity, `${String(state)}/reasons/${value}/title`, title);
  }
  if (shared !== undefined) return translate(`choices/${shared}`, `options/${value}/title`, title);
  return translateField(model, translate, entity, field, `options/${value}/title`, title);
}

function statesOf(entity: Entity, translate: Translate): readonly StateMetadata[] {
  return (entity.status ?? []).map(({ state, title, readonly, reasons }) => ({
    state,
    title: translateStatus(translate, entity, `${state}/title`, title),
    ...(readonly && { readonly }),
    reasons: reasons.map((reason) => ({
      value: reason.value,
      title: translateStatus(translate, entity, `${state}/reasons/${reason.value}/title`, reason.title),
      ...(reason.color === undefined ? {} : { color: reason.color }),
      ...(reason.to === undefined ? {} : { to: reason.to }),
    })),
  }));
}

function navigationMetadata(model: Model, translate: Translate, entity: Entity, step: Navigation): NavigationMetadata {
  const target = model.entities.get(step.target);
  const plural = target ? translate(`${target.name}/entity`, 'plural', target.plural) : step.target;
  const many = step.kind !== 'one';
  return {
    name: step.name,
    title: many ? sideTitle(model, translate, step, plural) : lookupTitle(model, translate, entity, step),
    target: step.target,
    many,
    ...(step.kind === 'many' && step.field !== undefined ? { field: step.field } : {}),
  };
}

/** A many-to-many relation says what its rows are called on either side; a 1:N's are the target's. */
export function sideTitle(model: Model, translate: Translate, step: Navigation, plural: string): string {
  if (step.kind !== 'first' && step.kind !== 'second') return plural;
  const side = model.documents.get(`relations/${step.relation}`)?.[step.kind];
  const said = isObject(side) ? side['title'] : undefined;
  return typeof said === 'string' ? translate(`relations/${step.relation}`, `${step.kind}/title`, said) : plural;
}

function lookupTitle(model: Model, translate: Translate, entity: Entity, step: Navigation): string {
  const field = step.field === undefined ? undefined : entity.fields.get(step.field);
  return field ? translateField(model, translate, entity, field, 'title', field.title) : step.name;
}

function formsOf(model: Model, entity: Entity, translate: Translate): Readonly<Record<string, FormMetadata>> {
  const forms = [...model.forms.values()].filter((form) => form.entity === entity.name);
  return Object.fromEntries(
    forms.map(({ id, document }) => {
      const name = id.slice(id.lastIndexOf('/') + 1);
      return [name, formMetadata(name, document, (path, said) => translate(id, path, said))];
    }),
  );
}

const isGrid = (view: JsonObject): boolean => (view['kind'] ?? 'grid') === 'grid';

function viewsOf(model: Model, entity: Entity, translate: Translate): Readonly<Record<string, ViewMetadata>> {
  const views = [...model.views.values()].filter(
    // A summary has no rows to list.
    ({ entity: name, document }) =>
      name === entity.name &&
      (isGrid(document) || model.contributions.viewKinds.has(String(document['kind']))) &&
      !isSummary(document),
  );
  const first =
    views.find(({ document }) => document['default'] === true) ??
    views.find(({ document }) => isGrid(document)) ??
    views[0];
  return Object.fromEntries(
    views.map((view) => {
      const { id, document } = view;
      const name = id.slice(id.lastIndexOf('/') + 1);
      return [
        name,
        {
          id: name,
          title: translate(id, 'title', String(document['title'] ?? name)),
          kind: String(document['kind'] ?? 'grid'),
          ...(isObject(document['options']) ? { options: document['options'] } : {}),
          columns: members(document['columns']).map((column) => ({
            id: String(column['id']),
            ...(typeof column['width'] === 'number' ? { width: column['width'] } : {}),
          })),
          sort: members(document['sort']).map((sort) => ({
            id: String(sort['id']),
            direction: sort['direction'] === 'desc' ? ('desc' as const) : ('asc' as const),
          })),
          ...(document['filter'] === undefined ? {} : { filter: document['filter'] }),
          isDefault: view === first,
        },
      ];
    }),
  );
}

function members(list: Json | undefined): readonly JsonObject[] {
  return isArray(list) ? list.filter(isObject) : [];
}
