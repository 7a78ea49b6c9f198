// An entity's metadata without what field profiles keep from the caller: hidden fields leave forms, views, search and the
// relationships that go over them; what is shown in part, or may not be written, says so.
import type {
  EntityMetadata,
  FieldMetadata,
  FormItem,
  FormMetadata,
  RuleMetadata,
  ViewMetadata,
} from '../../metadata/effective.ts';
import { recordNames } from './expression.ts';
import type { FieldAccess } from '../security/field-access.ts';
import type { Entity, Field, Model } from './model.ts';

/** What the caller may do with a field. */
export type AccessOfField = (field: Field) => FieldAccess;

interface Readable {
  readonly model: Model;
  readonly entity: Entity;
  readonly accessOf: AccessOfField;
}

export function readableEntity(
  metadata: EntityMetadata,
  model: Model,
  entity: Entity,
  accessOf: AccessOfField,
): EntityMetadata {
  const around: Readable = { model, entity, accessOf };
  const fields = Object.fromEntries(
    Object.entries(metadata.fields).flatMap(([name, field]) => {
      const known = entity.fields.get(name);
      const shown = known ? withAccess(field, accessOf(known)) : field;
      return shown ? [[name, shown]] : [];
    }),
  );
  const navigation = Object.fromEntries(
    Object.entries(metadata.navigation).filter(([name]) => isWalkable(around, name)),
  );
  const isShown = (item: FormItem): boolean =>
    item.control === undefined
      ? item.id in fields
      : item.navigation === undefined || item.navigation in navigation || !entity.navigation.has(item.navigation);
  return {
    ...metadata,
    fields,
    navigation,
    search: metadata.search.filter((name) => isReadable(around, name)),
    ...(metadata.rules && { rules: metadata.rules.filter((rule) => readsOpen(around, rule)) }),
    forms: mapValues(metadata.forms, (form) => readableForm(around, form, isShown)),
    views: mapValues(metadata.views, (view) => readableView(around, view)),
  };
}

/** Undefined: there is nothing for the caller in it. */
function withAccess(field: FieldMetadata, { read, create, update }: FieldAccess): FieldMetadata | undefined {
  if (read === 'full' && create && update) return field;
  const access = { create, update };
  // A form for a new row asks for it; afterwards it is not seen again.
  if (read === 'none')
    return create ? { ...field, operators: [], sortable: false, secured: { ...access, read: 'none' } } : undefined;
  if (read === 'full') return { ...field, secured: { ...access, read } };
  return { ...field, sortable: false, secured: { ...access, read: 'masked' } };
}

function isReadable({ entity, accessOf }: Readable, name: string): boolean {
  const field = entity.fields.get(name);
  return field !== undefined && accessOf(field).read !== 'none';
}

/** A rule that reads a hidden field would tell of its value: the server alone runs it. */
function readsOpen(around: Readable, { when, then, else: otherwise }: RuleMetadata): boolean {
  const texts = [then, otherwise].flatMap((part) =>
    [part?.set, part?.start, part?.default].flatMap((values) => Object.values(values ?? {})),
  );
  const names = [when, ...texts].flatMap((text) => [...recordNames(text)]);
  return names.every((name) => !around.entity.fields.has(name) || isReadable(around, name));
}

/** A relationship over a hidden lookup leads nowhere, from either side. */
function isWalkable({ model, entity, accessOf }: Readable, name: string): boolean {
  const step = entity.navigation.get(name);
  if (step?.field === undefined) return true;
  const holder = step.kind === 'one' ? entity : model.entities.get(step.target);
  const lookup = holder?.fields.get(step.field);
  return !lookup || accessOf(lookup).read !== 'none';
}

function readableForm(around: Readable, form: FormMetadata, isShown: (item: FormItem) => boolean): FormMetadata {
  return {
    ...form,
    header: form.header.filter((name) => isReadable(around, name)),
    ...(form.rules && { rules: form.rules.filter((rule) => readsOpen(around, rule)) }),
    tabs: form.tabs.map((tab) => ({
      ...tab,
      columns: tab.columns.map((column) => ({
        ...column,
        sections: column.sections.map((section) => ({ ...section, items: section.items.filter(isShown) })),
      })),
    })),
  };
}

function readableView(around: Readable, view: ViewMetadata): ViewMetadata {
  const { filter, ...rest } = view;
  return {
    ...rest,
    columns: view.columns.filter(({ id }) => readOf(around, id) !== 'none'),
    sort: view.sort.filter(({ id }) => readOf(around, id) === 'full'),
    ...(filter === undefined || namesHidden(around, filter) ? {} : { filter }),
  };
}

/** What is read at the end of a column's path: `name`, `customerid.emailaddress1`. */
function readOf({ model, entity, accessOf }: Readable, path: string): 'full' | 'part' | 'none' {
  const [first = '', second] = path.split('.');
  const field = entity.fields.get(first);
  const read = field ? accessOf(field).read : 'none';
  if (read === 'none') return 'none';
  const far = (field?.reference?.targets ?? []).flatMap(
    (target) => model.entities.get(target)?.fields.get(second ?? '') ?? [],
  );
  const reads = second === undefined ? [read] : far.map((one) => accessOf(one).read);
  if (reads.every((one) => one === 'none')) return 'none';
  return reads.every((one) => one === 'full') ? 'full' : 'part';
}

/** Whether a view's filter names a field that is hidden here or, being about related rows, in any entity. */
function namesHidden(around: Readable, condition: unknown): boolean {
  if (typeof condition !== 'object' || condition === null) return false;
  const { field } = condition as { readonly field?: unknown };
  if (typeof field === 'string' && field.split('.').some((name) => isHiddenSomewhere(around, name))) return true;
  return Object.values(condition).some((inner) => namesHidden(around, inner));
}

function isHiddenSomewhere({ model, accessOf }: Readable, name: string): boolean {
  return [...model.entities.values()].some((entity) => {
    const field = entity.fields.get(name);
    return field !== undefined && accessOf(field).read === 'none';
  });
}

function mapValues<V>(record: Readonly<Record<string, V>>, change: (value: V) => V): Readonly<Record<string, V>> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}
