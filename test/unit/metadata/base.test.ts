// What ships as metadata is complete for its readers: Persian for every label, icons that exist, forms and views that name
// fields the entity has.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { documentsOf, isObject, layers, root } from './documents.ts';
import type { Json, LayerDocument } from './documents.ts';

const names = Object.keys(layers) as (keyof typeof layers)[];
const all = new Map(names.map((name) => [name, documentsOf(name)]));
const everything = [...all.values()].flat();

/** Key by which a member of a list is addressed. */
const idOf = (member: unknown): string | undefined => {
  if (!isObject(member)) return undefined;
  const id = member['id'] ?? member['value'] ?? member['state'] ?? member['kind'];
  return typeof id === 'string' || typeof id === 'number' ? String(id) : undefined;
};

/** Id path → text of every label for people in a document, as the locale files address them. */
function labels(document: LayerDocument): ReadonlyMap<string, string> {
  const isCard = document.id === 'plugin';
  const id = isCard ? `plugin.${String(document.body['id'])}` : document.id;
  const found = new Map<string, string>();
  const visit = (node: unknown, path: readonly string[]): void => {
    if (Array.isArray(node)) {
      for (const member of node) {
        const id = idOf(member);
        if (id !== undefined) visit(member, [...path, id]);
      }
      return;
    }
    if (!isObject(node)) return;
    for (const [key, value] of Object.entries(node)) {
      const isLabel = ['title', 'description', 'plural'].includes(key) || (isCard && key === 'confirm');
      // The schema of a control's or a view's options is for whoever writes documents.
      if (isCard && key === 'options') continue;
      // `entity` and `field` are keywords, not places: what they hold is addressed through what they stand on.
      const isKeyword = key === 'entity' || key === 'field' || (isCard && key === 'contributes');
      const next = isKeyword ? path : [...path, key];
      if (isLabel && typeof value === 'string') found.set(`${id}#${next.join('/')}`, value);
      else visit(value, next);
    }
  };
  if (!document.id.startsWith('locales/')) visit(document.body, []);
  return found;
}

/** States of entities that name none of their own: the engine's words, not a document's. */
const defaultStates: ReadonlySet<string> = new Set(
  ['0/title', '0/reasons/1/title', '1/title', '1/reasons/2/title'].map((path) => `traits/stateful#status/${path}`),
);

const textsOf = (documents: readonly LayerDocument[]): Json => {
  const locale = documents.find((document) => document.id === 'locales/fa');
  const texts = locale?.body['texts'];
  return isObject(texts) ? texts : {};
};

describe.each(names)('the Persian of %s', (name) => {
  const documents = all.get(name) ?? [];
  const texts = textsOf(documents);
  const wanted = new Map(documents.flatMap((document) => [...labels(document)]));

  test('every label has its translation', () => {
    expect([...wanted.keys()].filter((path) => !texts[path])).toEqual([]);
  });

  test('no translation stands for a label that is not there', () => {
    expect(Object.keys(texts).filter((path) => !wanted.has(path) && !defaultStates.has(path))).toEqual([]);
  });

  test('is written with Persian letters and digits', () => {
    const wrong = Object.entries(texts).filter(([, text]) => {
      const prose = String(text).replace(/`[^`]*`/g, '');
      return !/\p{Script=Arabic}/u.test(prose) || /[\u064a\u0643\u0660-\u0669]/.test(prose);
    });
    expect(wrong).toEqual([]);
  });
});

test('the states of entities that name none are translated too', () => {
  const texts = textsOf(all.get('base') ?? []);
  expect([...defaultStates].filter((path) => !texts[path])).toEqual([]);
});

test('every icon is one that ships', () => {
  const icons = new Set<string>();
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) for (const member of node) visit(member);
    else if (isObject(node)) {
      for (const [key, value] of Object.entries(node)) {
        if (key === 'icon' && typeof value === 'string') icons.add(value);
        else visit(value);
      }
    }
  };
  for (const document of everything) visit(document.body);
  expect([...icons].filter((icon) => !existsSync(join(root, `node_modules/lucide-static/icons/${icon}.svg`)))).toEqual(
    [],
  );
  expect(icons.size).toBeGreaterThan(20);
});

describe('relationships', () => {
  test('have names of their own', () => {
    const seen = new Map<string, string>();
    const twice: string[] = [];
    for (const document of everything.filter(({ id }) => id.endsWith('/entity'))) {
      const properties = isObject(document.body['properties']) ? document.body['properties'] : {};
      for (const [name, property] of Object.entries(properties)) {
        const field = isObject(property) && isObject(property['field']) ? property['field'] : {};
        const relation = isObject(field['relation']) ? field['relation']['name'] : undefined;
        if (typeof relation !== 'string') continue;
        const before = seen.get(relation);
        if (before) twice.push(`${relation}: ${before}, ${document.id}#${name}`);
        seen.set(relation, `${document.id}#${name}`);
      }
    }
    expect(twice).toEqual([]);
    expect(seen.size).toBeGreaterThan(20);
  });
});
