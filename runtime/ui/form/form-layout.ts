// What stands where on a form: pure questions over FormMetadata.
import type { AppMetadata, EntityMetadata, FormItem, FormMetadata, FormTab } from '../../../metadata/effective.ts';
import { isSeen } from '../field-lock.ts';

/** Those of plugins, by their names; of a plugin that is switched off they are not here. */
type Controls = AppMetadata['controls'];

/** Whether an item has something to show: a field that the user may have, related rows of a record that exists, a plugin's control. */
export function isShown(item: FormItem, entity: EntityMetadata, isNew: boolean, controls: Controls = {}): boolean {
  if (item.control === undefined) {
    const field = entity.fields[item.id];
    return field !== undefined && isSeen(field, isNew);
  }
  if (item.control.includes('.')) {
    const control = controls[item.control];
    return control !== undefined && (control.new || !isNew);
  }
  return item.control === 'sub-grid' && !isNew && item.navigation !== undefined;
}

const nothing: ReadonlySet<string> = new Set();

/** The form without what rules hide, and without sections, columns and tabs that would stand empty. */
export function shownTabs(
  form: FormMetadata,
  entity: EntityMetadata,
  isNew: boolean,
  controls: Controls = {},
  hidden: ReadonlySet<string> = nothing,
): readonly FormTab[] {
  const open = ({ id }: { readonly id: string }): boolean => !hidden.has(id);
  return form.tabs.filter(open).flatMap((tab) => {
    const columns = tab.columns.filter(open).flatMap((column) => {
      const sections = column.sections.filter(open).flatMap((section) => {
        const items = section.items.filter((item) => open(item) && isShown(item, entity, isNew, controls));
        return items.length === 0 ? [] : [{ ...section, items }];
      });
      return sections.length === 0 ? [] : [{ ...column, sections }];
    });
    return columns.length === 0 ? [] : [{ ...tab, columns }];
  });
}

/** Names of the fields a tab shows, in order. */
export function fieldsOfTab(tab: FormTab, entity: EntityMetadata): readonly string[] {
  return tab.columns
    .flatMap((column) => column.sections)
    .flatMap((section) => section.items)
    .filter((item) => item.control === undefined && entity.fields[item.id] !== undefined)
    .map((item) => item.id);
}

export function fieldsOfForm(form: FormMetadata, entity: EntityMetadata): readonly string[] {
  const header = form.header.filter((name) => entity.fields[name] !== undefined);
  return [...new Set([...header, ...form.tabs.flatMap((tab) => fieldsOfTab(tab, entity))])];
}

/** Field types a form needs. */
export function typesOf(names: readonly string[], entity: EntityMetadata): readonly string[] {
  return names.flatMap((name) => entity.fields[name]?.type ?? []);
}

/** Where the fields of a form without one of its own stand: the required and the primary ones. */
export function plainForm(entity: EntityMetadata, kind: FormMetadata['kind']): FormMetadata {
  const names = Object.values(entity.fields)
    .filter((field) => !field.readOnly && (field.required || field.name === entity.primary))
    .map((field) => field.name);
  const items = [...new Set([entity.primary, ...names])].filter((name) => entity.fields[name]).map((id) => ({ id }));
  const sections = [{ id: 'fields', columns: 1, items }];
  return {
    id: kind,
    title: entity.title,
    kind,
    header: [],
    tabs: [{ id: 'fields', title: entity.title, columns: [{ id: 'fields', width: 1, sections }] }],
  };
}
