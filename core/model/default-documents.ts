// An entity is usable from its entity document alone: where no layer says how its list and form look, they are made from
// its fields. A document of any layer takes their place; they are no documents of a layer themselves.
import type { JsonObject } from '../sdk/index.ts';
import { isSortable } from './field-capabilities.ts';
import type { Entity, EntityDocument, Field } from './model.ts';

const columnsShown = 6;
const quickFields = 6;

/** A list of every row, for entities that have no view but that of quick find. */
export function withDefaultViews(
  views: ReadonlyMap<string, EntityDocument>,
  entities: Iterable<Entity>,
): ReadonlyMap<string, EntityDocument> {
  return withDefaults(
    views,
    entities,
    ({ document }) => document['kind'] !== 'quick-find',
    (entity) => [[`${entity.name}/views/all`, defaultView(entity)]],
  );
}

/** A main and a quick-create form, for entities that have no main form. */
export function withDefaultForms(
  forms: ReadonlyMap<string, EntityDocument>,
  entities: Iterable<Entity>,
): ReadonlyMap<string, EntityDocument> {
  const isMain = ({ document }: EntityDocument): boolean => (document['kind'] ?? 'main') === 'main';
  return withDefaults(forms, entities, isMain, (entity) => [
    [`${entity.name}/forms/main`, mainForm(entity)],
    [`${entity.name}/forms/quick-create`, quickCreateForm(entity)],
  ]);
}

function withDefaults(
  said: ReadonlyMap<string, EntityDocument>,
  entities: Iterable<Entity>,
  counts: (document: EntityDocument) => boolean,
  make: (entity: Entity) => readonly (readonly [id: string, document: JsonObject])[],
): ReadonlyMap<string, EntityDocument> {
  const served = new Set([...said.values()].filter(counts).map(({ entity }) => entity));
  const made = [...entities]
    .filter(({ name, union }) => !served.has(name) && !union)
    .flatMap((entity) => make(entity).map(([id, document]) => ({ id, entity: entity.name, document })))
    .filter(({ id }) => !said.has(id));
  return new Map([...said, ...made.map((document) => [document.id, document] as const)]);
}

/** What people fill in: neither the engine's own fields nor what is computed. */
function ownFields(entity: Entity): readonly Field[] {
  return [...entity.fields.values()].filter((field) => field.system === undefined && !field.readOnly);
}

function systemFields(entity: Entity, ...values: readonly Field['system'][]): readonly string[] {
  return [...entity.fields.values()].filter(({ system }) => system && values.includes(system)).map(({ name }) => name);
}

function defaultView(entity: Entity): JsonObject {
  const others = ownFields(entity).filter((field) => field !== entity.primary && isSortable(field));
  const created = systemFields(entity, 'created-on');
  return {
    title: entity.plural,
    kind: 'grid',
    default: true,
    columns: [
      { id: entity.primary.name, width: 260 },
      ...others.slice(0, columnsShown).map(({ name }) => ({ id: name })),
      ...created.map((id) => ({ id })),
    ],
    sort: created.map((id) => ({ id, direction: 'desc' })),
  };
}

function mainForm(entity: Entity): JsonObject {
  const items = ownFields(entity).map(({ name }) => ({ id: name }));
  const section = { id: 'fields', columns: 2, items };
  const tab = { id: 'summary', title: entity.title, columns: [{ id: 'all', width: 1, sections: [section] }] };
  return { title: entity.title, kind: 'main', header: systemFields(entity, 'status', 'owner'), tabs: [tab] };
}

function quickCreateForm(entity: Entity): JsonObject {
  const own = ownFields(entity);
  const first = own.filter((field) => field.required || field === entity.primary);
  const rest = own.filter((field) => !first.includes(field)).slice(0, Math.max(0, quickFields - first.length));
  const items = [...first, ...rest].map(({ name }) => ({ id: name }));
  const section = { id: 'fields', columns: 1, items };
  const tab = { id: 'summary', title: entity.title, columns: [{ id: 'all', width: 1, sections: [section] }] };
  return { title: entity.title, kind: 'quick-create', header: [], tabs: [tab] };
}
