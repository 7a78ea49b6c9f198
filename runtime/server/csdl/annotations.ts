// Annotations from the OASIS vocabularies (https://oasis-tcs.github.io/odata-vocabularies): what is computed, what the caller may
// do, by what else a row is addressed, and in words what a thing is called.
import { element } from './xml.ts';

/** Namespace → alias. */
export const VOCABULARIES: Readonly<Record<string, string>> = {
  'Org.OData.Core.V1': 'Core',
  'Org.OData.Capabilities.V1': 'Capabilities',
  'Org.OData.Validation.V1': 'Validation',
};

export function references(): string {
  return Object.entries(VOCABULARIES)
    .map(([namespace, alias]) => {
      const uri = `https://oasis-tcs.github.io/odata-vocabularies/vocabularies/${namespace}.xml`;
      return element('edmx:Reference', { Uri: uri }, element('edmx:Include', { Namespace: namespace, Alias: alias }));
    })
    .join('');
}

export function flag(term: string, value = true): string {
  return element('Annotation', { Term: term, Bool: value });
}

/** Nothing for an empty text. */
export function words(term: string, text: string): string {
  return text === '' ? '' : element('Annotation', { Term: term, String: text });
}

/** What somebody may do with a property who may not both read and write it. */
export function permission(kind: 'Read' | 'Write'): string {
  return element('Annotation', { Term: 'Core.Permissions' }, element('EnumMember', {}, `Core.Permission/${kind}`));
}

/** Each key: the properties, with the names they go by in addresses. */
export function alternateKeys(keys: readonly (readonly (readonly [property: string, alias: string])[])[]): string {
  if (keys.length === 0) return '';
  const records = keys.map((key) => {
    const parts = key.map(([property, alias]) =>
      element(
        'Record',
        { Type: 'Core.PropertyRef' },
        element('PropertyValue', { Property: 'Name', PropertyPath: property }),
        element('PropertyValue', { Property: 'Alias', String: alias }),
      ),
    );
    const list = element('PropertyValue', { Property: 'Key' }, element('Collection', {}, ...parts));
    return element('Record', { Type: 'Core.AlternateKey' }, list);
  });
  return element('Annotation', { Term: 'Core.AlternateKeys' }, element('Collection', {}, ...records));
}

/** The options of a choice with their labels. */
export function allowedValues(options: readonly (readonly [value: number, title: string])[]): string {
  const records = options.map(([value, title]) =>
    element(
      'Record',
      {},
      element('PropertyValue', { Property: 'Value', Int: value }),
      words('Core.Description', title),
    ),
  );
  return element('Annotation', { Term: 'Validation.AllowedValues' }, element('Collection', {}, ...records));
}

/** `InsertRestrictions` and its like, where it says no. */
export function restriction(term: 'Insert' | 'Update' | 'Delete', allowed: boolean): string {
  if (allowed) return '';
  const property = term === 'Insert' ? 'Insertable' : term === 'Update' ? 'Updatable' : 'Deletable';
  const record = element('Record', {}, element('PropertyValue', { Property: property, Bool: false }));
  return element('Annotation', { Term: `Capabilities.${term}Restrictions` }, record);
}
