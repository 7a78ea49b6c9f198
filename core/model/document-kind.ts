// Which kind of document stands at which place of a layer. The place decides, so a document needs no "kind" of its own.
import { suggest } from './suggest.ts';

/** Places below the layer's root: `choices/leadsource`. */
const rootPlaces = new Map(
  Object.entries({
    apps: 'app',
    automations: 'automation',
    choices: 'choice',
    dashboards: 'dashboard',
    locales: 'locale',
    processes: 'process',
    profiles: 'field-profile',
    relations: 'relation',
    roles: 'role',
    traits: 'trait',
  }),
);

/** Places below an entity's folder: `account/forms/main`. */
const entityPlaces = new Map(
  Object.entries({ charts: 'chart', duplicates: 'duplicate-rule', forms: 'form', rules: 'rule', views: 'view' }),
);

/** Folders of a plugin that hold code, tests or data, not documents of the model. */
export const codeFolders: ReadonlySet<string> = new Set([
  'browser',
  'commands',
  'controls',
  'demo',
  'fields',
  'migrations',
  'node_modules',
  'pages',
  'steps',
  'test',
  'texts',
  'views',
]);

/** Names of entities and relations are names of tables; Postgres keeps 63 bytes of one. */
const tableName = /^[a-z][a-z0-9_]{0,62}$/;
const documentName = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/;

export type Placement = { readonly kind: string } | { readonly message: string };

/** The kind of the document `id`, or what is wrong with its place. */
export function placementOf(id: string): Placement {
  const steps = id.split('/');
  const [first = '', second = '', third] = steps;
  if (id === 'plugin') return { kind: 'plugin' };
  const atRoot = rootPlaces.get(first);
  if (steps.length === 2 && atRoot) return named(atRoot, second, atRoot === 'relation' ? tableName : documentName);
  if (steps.length === 2 && second === 'entity') return named('entity', first, tableName);
  const ofEntity = entityPlaces.get(second);
  if (steps.length === 3 && third && ofEntity) return named(ofEntity, third, documentName);
  const candidates =
    steps.length === 3
      ? [...entityPlaces.keys()].map((place) => `${first}/${place}/${third}`)
      : [...[...rootPlaces.keys()].map((place) => `${place}/${second}`), `${first}/entity`];
  return {
    message:
      `no kind of document belongs at "${id}.json"${suggest(id, candidates)}: an entity is "<entity>/entity.json", its forms, ` +
      `views and charts stand in folders beside it, and ${[...rootPlaces.keys()].join(', ')} are folders of the layer`,
  };
}

function named(kind: string, name: string, rule: RegExp): Placement {
  if (rule.test(name)) return { kind };
  const allowed =
    rule === tableName
      ? 'it begins with a lower-case letter, goes on with lower-case letters, digits and _, and has at most 63 characters'
      : 'it begins with a letter or digit and goes on with letters, digits, -, _ and .';
  return { message: `"${name}" cannot be the name of ${/^[aeiou]/.test(kind) ? 'an' : 'a'} ${kind}: ${allowed}` };
}

/** The entity a document belongs to: `account` for `account/entity` and `account/views/active`. */
export function entityOf(id: string): string | undefined {
  const steps = id.split('/');
  const [first = '', second = ''] = steps;
  return second === 'entity' || (steps.length === 3 && entityPlaces.has(second)) ? first : undefined;
}
