// A form document as the app draws it: every list present, every default filled in, labels translated.
import type { FormMetadata, FormItem, FormSection, RuleMetadata } from '../../metadata/effective.ts';
import type { Json, JsonObject } from '../sdk/index.ts';
import { isArray, isObject } from './pointer.ts';

/** Translates the label at a path by ids (`tabs/summary/title`) that the document gives as `said`. */
type Label = (path: string, said: string) => string;

export function formMetadata(id: string, document: JsonObject, label: Label): FormMetadata {
  return {
    id,
    title: label('title', textOf(document['title'], id)),
    kind: (document['kind'] ?? 'main') as FormMetadata['kind'],
    header: isArray(document['header']) ? document['header'].map(String) : [],
    tabs: members(document['tabs']).map((tab) => {
      const tabPath = `tabs/${idOf(tab)}`;
      return {
        id: idOf(tab),
        title: label(`${tabPath}/title`, textOf(tab['title'], '')),
        columns: members(tab['columns']).map((column) => {
          const columnPath = `${tabPath}/columns/${idOf(column)}`;
          return {
            id: idOf(column),
            width: numberOf(column['width'], 1),
            sections: members(column['sections']).map((section) =>
              sectionOf(section, `${columnPath}/sections/${idOf(section)}`, label),
            ),
          };
        }),
      };
    }),
    ...rulesOf(id, document),
  };
}

function rulesOf(id: string, document: JsonObject): { readonly rules?: readonly RuleMetadata[] } {
  const rules = members(document['rules']).map((rule): RuleMetadata => {
    const { id: name, when, set, after: _after, remove: _remove, ...then } = rule;
    // A form's rule sets a value once, so that it can be changed afterwards.
    return {
      id: `${id}#${String(name)}`,
      when: typeof when === 'string' ? when : 'true',
      then: { ...then, ...(isObject(set) && { start: set as Readonly<Record<string, string>> }) },
    };
  });
  return rules.length === 0 ? {} : { rules };
}

function sectionOf(section: JsonObject, path: string, label: Label): FormSection {
  return {
    id: idOf(section),
    ...titled(section, path, label),
    columns: numberOf(section['columns'], 1),
    items: members(section['items']).map((item): FormItem => {
      const { control, navigation, view, span, rows, options } = item;
      return {
        id: idOf(item),
        ...titled(item, `${path}/items/${idOf(item)}`, label),
        ...(typeof control === 'string' ? { control } : {}),
        ...(typeof navigation === 'string' ? { navigation } : {}),
        ...(typeof view === 'string' ? { view } : {}),
        ...(typeof span === 'number' ? { span } : {}),
        ...(typeof rows === 'number' ? { rows } : {}),
        ...(isObject(options) ? { options } : {}),
      };
    }),
  };
}

function titled(member: JsonObject, path: string, label: Label): { readonly title?: string } {
  return typeof member['title'] === 'string' ? { title: label(`${path}/title`, member['title']) } : {};
}

const idOf = (member: JsonObject): string => String(member['id']);
const textOf = (value: Json | undefined, otherwise: string): string => (typeof value === 'string' ? value : otherwise);
const numberOf = (value: Json | undefined, otherwise: number): number =>
  typeof value === 'number' ? value : otherwise;

function members(list: Json | undefined): readonly JsonObject[] {
  return isArray(list) ? list.filter(isObject) : [];
}
