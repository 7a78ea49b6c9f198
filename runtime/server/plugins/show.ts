// GET /api/plugins and /api/plugins/:id: what is installed, what it may, and what is open about it.
import type { Organization } from '../../../core/organization.ts';
import { rightsOf } from '../../../core/plugins/asked-rights.ts';
import { pluginError } from '../../../core/plugins/errors.ts';
import type { Health } from '../../../core/plugins/host/breaker.ts';
import { hashOfRights } from '../../../core/plugins/lifecycle.ts';
import { countOpenConflicts, type PluginRow } from '../../../core/plugins/store.ts';
import type { Manifest } from '../../../core/plugins/manifest.ts';
import { translator } from '../../../core/model/labels.ts';
import { nearest } from '../../../core/model/suggest.ts';
import type { Principal } from '../../../core/security/principal.ts';
import { answerJson } from '../answer.ts';
import { decodePart } from '../data/path.ts';
import type { Exchange } from '../exchange.ts';
import type { Services } from '../services.ts';

/** The part of the path that names the plugin. */
export function pluginId(exchange: Exchange): string {
  return decodePart(exchange.path.split('/')[3] ?? '');
}

/** The row of an installed plugin, or of one whose history is kept. Throws PLUGIN_UNKNOWN (404). */
export function rowOf(organization: Organization, id: string): PluginRow {
  const { rows } = organization.plugins();
  const row = id === 'base' ? undefined : rows.find((one) => one.id === id);
  if (row) return row;
  const near = nearest(
    id,
    rows.map((one) => one.id).filter((one) => one !== 'base'),
  );
  throw pluginError('PLUGIN_UNKNOWN', {
    plugin: id.slice(0, 80),
    hint: near === undefined ? '' : ` (did you mean "${near}"?)`,
  });
}

export function manifestOf(organization: Organization, id: string): Manifest | undefined {
  return organization.plugins().set.installed.plugins.find((one) => one.id === id);
}

export interface ShownPlugin {
  readonly id: string;
  readonly version: string;
  readonly title: string;
  /** Shipped or in a folder of PEYVAND_PLUGINS, or a package of the database. */
  readonly source: PluginRow['source'];
  /** `missing`: its folder is not there any more. */
  readonly state: 'on' | 'off' | 'uninstalled' | 'missing';
  readonly requires: readonly string[];
  /** Installed plugins that require it. */
  readonly requiredBy: readonly string[];
  readonly rights: readonly string[];
  /** What accepts these rights. */
  readonly accept: string;
  readonly hasSettings: boolean;
  /** Conflicts of upgrades that nobody has decided. */
  readonly conflicts: number;
  /** How its code does in this server process; undefined: it has none. */
  readonly health?: Health;
}

/** `language`: of the titles; those of plugins that are off are in the words of their plugin.json. */
export async function shownPlugins(
  { database, organization }: Services,
  language: string,
): Promise<readonly ShownPlugin[]> {
  const { rows, set } = organization.plugins();
  const open = await countOpenConflicts(database, organization.schema);
  const translate = translator(organization.current().model, language);
  const order = new Map(set.installed.plugins.map(({ id }, index) => [id, index]));
  const last = order.size;
  return rows
    .filter(({ id }) => id !== 'base')
    .toSorted((a, b) => (order.get(a.id) ?? last) - (order.get(b.id) ?? last))
    .map((row) => {
      const manifest = manifestOf(organization, row.id);
      const rights = manifest ? rightsOf(manifest) : row.accepted;
      const process = set.served.parts.find((part) => part.manifest.id === row.id)?.process;
      const on = set.served.plugins.some(({ id }) => id === row.id);
      return {
        id: row.id,
        version: row.version,
        title: translate(`plugin.${row.id}`, 'title', manifest?.title ?? row.id),
        source: row.source,
        state: row.state === 'uninstalled' ? 'uninstalled' : !manifest ? 'missing' : on ? 'on' : 'off',
        requires: Object.keys(manifest?.requires ?? {}),
        requiredBy: set.installed.plugins.flatMap(({ id, requires }) => (Object.hasOwn(requires, row.id) ? [id] : [])),
        rights,
        accept: hashOfRights(rights),
        hasSettings: manifest?.settings !== undefined,
        conflicts: open.get(row.id) ?? 0,
        ...(on && process && { health: process.health(row.id) }),
      };
    });
}

/** GET /api/plugins → {plugins, leftOut, app} */
export async function showPlugins(services: Services, _exchange: Exchange, principal: Principal): Promise<Response> {
  const { leftOut } = services.organization.plugins();
  return answerJson(200, {
    plugins: await shownPlugins(services, principal.language),
    leftOut,
    app: services.appState(),
  });
}

/** GET /api/plugins/:id */
export async function showPlugin(services: Services, exchange: Exchange, principal: Principal): Promise<Response> {
  return answerPlugin(services, principal, pluginId(exchange), 200);
}

export async function answerPlugin(
  services: Services,
  { language }: Principal,
  id: string,
  status: number,
): Promise<Response> {
  rowOf(services.organization, id);
  const found = (await shownPlugins(services, language)).find((one) => one.id === id);
  return answerJson(status, { ...found, leftOut: services.organization.plugins().leftOut });
}
