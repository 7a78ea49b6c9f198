// Holds a plugin's code to what its plugin.json declares: which entities beside its own it reads and writes, and how.
import type { Principal } from '../security/principal.ts';
import { pluginError } from './errors.ts';
import type { Layer } from '../model/layer.ts';
import type { Entity } from '../model/model.ts';
import type { Row } from '../sdk/index.ts';
import type { Rights } from './manifest.ts';

/** Whose code asks. */
export interface PluginScope {
  readonly plugin: string;
  readonly rights: Rights;
  /** Entities that it brings itself. */
  readonly own: ReadonlySet<string>;
}

/** The entities that a layer defines, and not only adds to. */
export function ownEntities({ documents }: Layer): ReadonlySet<string> {
  const own = [...documents].flatMap(([id, { body }]) => {
    const [, entity] = /^([^/]+)\/entity$/.exec(id) ?? [];
    return entity === undefined || body['overlays'] !== undefined ? [] : [entity];
  });
  return new Set(own);
}

export function mayPlugin({ own, rights }: PluginScope, privilege: string, entity: string): boolean {
  return (
    own.has(entity) ||
    rights.entities.get(entity)?.has(privilege) === true ||
    rights.entities.get('*')?.has(privilege) === true
  );
}

/** Throws PLUGIN_RIGHT_MISSING (403), with the line to add. No scope: our own code. */
export function requirePluginRight(scope: PluginScope | undefined, privilege: string, entity: string): void {
  if (!scope || mayPlugin(scope, privilege, entity)) return;
  const said = [...(scope.rights.entities.get(entity) ?? []), privilege].map((one) => `"${one}"`).join(', ');
  throw pluginError(
    'PLUGIN_RIGHT_MISSING',
    { plugin: scope.plugin, what: `${privilege} rows of ${entity}`, line: `"entities": { "${entity}": [${said}] }` },
    { data: { plugin: scope.plugin, privilege, entity } },
  );
}

/** A lookup that is set takes `append` on the row's entity and `append-to` on the other; what the platform fills, owners too, takes none. */
export function requireLookups(scope: PluginScope, entity: Entity, values: Row): void {
  for (const [name, value] of Object.entries(values)) {
    const field = entity.fields.get(name);
    if (!field?.reference || field.system !== undefined || value === null || value === undefined) continue;
    requirePluginRight(scope, 'append', entity.name);
    const { targets } = field.reference;
    const said = typeof value === 'object' && 'entity' in value ? String(value.entity) : undefined;
    // Of what has one target, that is it, whatever is said; of several, saying none of them is refused with the other values.
    const target = targets.length > 1 && said !== undefined ? said : (targets[0] ?? entity.name);
    requirePluginRight(scope, 'append-to', target);
  }
}

/** What its handler made of a row that is being written: lookups as above, and another owner of a row that is there takes `assign`. */
export function requireSet(
  scope: PluginScope,
  entity: Entity,
  message: string,
  before: ReadonlyMap<string, string | undefined>,
  values: Row,
): void {
  const set = Object.entries(values).filter(([name, value]) => JSON.stringify(value) !== before.get(name));
  requireLookups(scope, entity, Object.fromEntries(set));
  const gives = message !== 'create' && set.some(([name]) => entity.fields.get(name)?.system === 'owner');
  if (gives) requirePluginRight(scope, 'assign', entity.name);
}

/** The values as they are now, to be compared by `requireSet`. */
export function textsOf(values: Row): ReadonlyMap<string, string | undefined> {
  return new Map(Object.entries(values).map(([name, value]) => [name, JSON.stringify(value) as string | undefined]));
}

const confined = new WeakMap<PluginScope, WeakMap<Principal, Principal>>();

/** The principal, reading for a plugin: whatever a query reaches, over however many lookups, asks for the plugin's right, too. */
export function confine(principal: Principal, scope: PluginScope | undefined): Principal {
  if (!scope || scope.rights.entities.get('*')?.has('read')) return principal;
  let known = confined.get(scope);
  if (!known) confined.set(scope, (known = new WeakMap()));
  const found = known.get(principal);
  if (found) return found;
  const readable = [...scope.rights.entities].flatMap(([entity, of]) => (of.has('read') ? [entity] : []));
  const reading: Principal = {
    ...principal,
    confined: {
      by: `${scope.plugin} ${[...scope.own, ...readable].sort().join(',')}`,
      require: (entity) => requirePluginRight(scope, 'read', entity),
    },
  };
  known.set(principal, reading);
  return reading;
}
