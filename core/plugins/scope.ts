// Holds a plugin's code to what its plugin.json declares: which entities beside its own it reads and writes, and how.
import type { Principal } from '../security/principal.ts';
import { pluginError } from './errors.ts';
import type { Layer } from '../model/layer.ts';
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
