// What an administrator does to plugins while the organization runs: install, switch on and off, upgrade, uninstall, set,
// decide what an upgrade left open. Each is one change of the organization, under the lock of publishing.
import { hashOf } from '../model/canonical.ts';
import { problemsOf } from '../model/fit-layer.ts';
import { takeTheirs } from '../model/merge-upgrade.ts';
import { nearest } from '../model/suggest.ts';
import type {
  MakePlugins,
  NextPlugins,
  Organization,
  PresentPlugins,
  PublishOptions,
  PublishResult,
} from '../organization.ts';
import type { Executor } from '../db/sql.ts';
import type { JsonObject } from '../sdk/index.ts';
import { pluginError } from './errors.ts';
import type { LoadedPlugin } from './load-plugins.ts';
import type { PluginPackage } from './package.ts';
import { rightsBeyond, rightsOf } from './asked-rights.ts';
import { nextSettings, type SettingsKey } from './settings.ts';
import { decideConflict, readConflicts, saveConflicts, savePackage, type PluginRow } from './store.ts';
import { upgradesOf } from './upgrades.ts';
import { compareVersions } from './version-range.ts';

export interface PackageOptions extends PublishOptions {
  /** The rights an administrator has seen and accepts: the list, or the hash of it that an earlier answer gave. */
  readonly acceptRights?: readonly string[] | string;
}

/** Of a list of rights, so that one text accepts exactly these. */
export function hashOfRights(rights: readonly string[]): string {
  return hashOf(rights.join('\n')).slice(0, 32);
}

/** @throws PLUGIN_PRESENT, PLUGIN_OF_RELEASE, PLUGIN_RIGHTS, PLUGIN_NEEDS, MODEL_INVALID */
export function installPlugin(
  organization: Organization,
  pack: PluginPackage,
  options: PackageOptions = {},
): Promise<PublishResult> {
  const { id, version } = pack.manifest;
  return organization
    .changePlugins(async (present, executor) => {
      const row = present.rows.find((one) => one.id === id);
      refuseRelease(present, id, 'installed and upgraded');
      if (row?.state === 'installed' && row.source === 'package') {
        throw pluginError('PLUGIN_PRESENT', { plugin: id, version: row.version });
      }
      return withPackage(organization, present, executor, pack, row, options);
    }, options)
    .catch((error: unknown) => rethrow(error, id, version));
}

/** @throws PLUGIN_UNKNOWN, PLUGIN_OTHER, PLUGIN_NOT_NEWER, PLUGIN_RIGHTS, PLUGIN_MIGRATION; PUBLISH_CONFIRMATION */
export function upgradePlugin(
  organization: Organization,
  id: string,
  pack: PluginPackage,
  options: PackageOptions = {},
): Promise<PublishResult> {
  const { id: found, version } = pack.manifest;
  return organization
    .changePlugins(async (present, executor) => {
      refuseRelease(present, id, 'upgraded');
      const row = rowOf(present, id);
      if (row.state !== 'installed') throw unknown(present, id);
      if (found !== id) throw pluginError('PLUGIN_OTHER', { plugin: id, found });
      if (compareVersions(version, row.version) < 0) {
        throw pluginError('PLUGIN_NOT_NEWER', { plugin: id, version, present: row.version });
      }
      if (row.hash === pack.hash) throw pluginError('PLUGIN_PRESENT', { plugin: id, version });
      return withPackage(organization, present, executor, pack, row, options);
    }, options)
    .catch((error: unknown) => rethrow(error, id, version));
}

/** @throws PLUGIN_UNKNOWN, PLUGIN_NEEDED, PLUGIN_NEEDS */
export function switchPlugin(
  organization: Organization,
  id: string,
  enabled: boolean,
  options: PublishOptions = {},
): Promise<PublishResult> {
  return organization
    .changePlugins(async (present, executor) => {
      const row = rowOf(present, id);
      if (row.source === 'package' && row.state === 'uninstalled') throw unknown(present, id);
      if (!enabled) {
        refuseNeeded(present.set.served.parts, id);
        return { rows: replaced(present.rows, { ...row, enabled: false }) };
      }
      const rows = replaced(present.rows, { ...row, enabled: true, state: 'installed' });
      const set = await present.load(rows);
      const part = set.installed.parts.find(({ manifest }) => manifest.id === id);
      if (!part) throw unknown(present, id);
      refuseNeeding(part, set.served.parts);
      const upgraded = await upgradesOf(
        executor,
        organization.schema,
        { rows: replaced(present.rows, { ...row, enabled: true }), layer: present.layer },
        set,
      );
      return nextOf(organization, upgraded);
    }, options)
    .catch((error: unknown) => rethrow(error, id));
}

/** Its tables and columns go to the recycle bin; its row, settings and package stay as history. */
export function uninstallPlugin(
  organization: Organization,
  id: string,
  options: PublishOptions = {},
): Promise<PublishResult> {
  return organization.changePlugins(withoutPlugin(id), options).catch((error: unknown) => rethrow(error, id));
}

/** For `tryPlugins`, too: what would go. */
export function withoutPlugin(id: string): MakePlugins {
  return async (present) => {
    const row = rowOf(present, id);
    if (row.state === 'uninstalled') throw unknown(present, id);
    refuseNeeded(present.set.installed.parts, id);
    return { rows: replaced(present.rows, { ...row, state: 'uninstalled', enabled: false }) };
  };
}

/** @throws SETTINGS_INVALID */
export async function savePluginSettings(
  organization: Organization,
  id: string,
  values: JsonObject,
  key: SettingsKey | undefined,
  options: PublishOptions = {},
): Promise<void> {
  await organization.changePlugins(async (present) => {
    const row = rowOf(present, id);
    const part = present.set.installed.parts.find(({ manifest }) => manifest.id === id);
    if (!part) throw unknown(present, id);
    const settings = nextSettings(id, part.manifest.settings, row.settings, values, key);
    return { rows: replaced(present.rows, { ...row, settings }) };
  }, options);
}

export interface Decision {
  /** Of a StoredConflict. */
  readonly id: string;
  readonly take: 'ours' | 'theirs';
}

/** @throws CONFLICT_UNKNOWN */
export async function decideConflicts(
  organization: Organization,
  plugin: string,
  decisions: readonly Decision[],
  options: PublishOptions = {},
): Promise<void> {
  await organization.changePlugins(async (present, executor) => {
    const { schema } = organization;
    const open = (await readConflicts(executor, schema, plugin)).filter(({ decision }) => decision === undefined);
    let { layer } = present;
    for (const { id, take } of decisions) {
      const conflict = open.find((one) => one.id === id);
      if (!conflict) throw pluginError('CONFLICT_UNKNOWN', { id: id.slice(0, 80), plugin });
      if (take === 'theirs') layer = takeTheirs(present.set.installed.layers, layer, conflict);
    }
    return {
      rows: present.rows,
      layer,
      async save(transaction) {
        for (const { id, take } of decisions) await decideConflict(transaction, schema, id, take, options.userId);
      },
    };
  }, options);
}

async function withPackage(
  organization: Organization,
  present: PresentPlugins,
  executor: Executor,
  pack: PluginPackage,
  row: PluginRow | undefined,
  { acceptRights = [] }: PackageOptions,
): Promise<NextPlugins> {
  const { manifest, hash } = pack;
  const { id, version } = manifest;
  const asked = rightsOf(manifest);
  const before = row?.state === 'installed' ? row.accepted : [];
  const accepted =
    typeof acceptRights === 'string'
      ? acceptRights === hashOfRights(asked)
        ? asked
        : before
      : [...before, ...acceptRights];
  const missing = rightsBeyond(asked, accepted);
  if (missing.length > 0) {
    const data = { rights: asked, missing, accept: hashOfRights(asked) };
    throw pluginError('PLUGIN_RIGHTS', { plugin: id, rights: missing.join(', ') }, { data });
  }
  const enabled = row?.state === 'installed' ? row.enabled : true;
  const shared = { id, source: 'package', hash, enabled, settings: row?.settings ?? {}, accepted: asked } as const;
  const next: PluginRow = { relaxed: [], documentsHash: '', ...row, ...shared, version, state: 'installed' };
  const set = await present.load(replaced(present.rows, next));
  const part = set.installed.parts.find((one) => one.manifest.id === id);
  if (part && enabled) refuseNeeding(part, set.served.parts);
  // Merged and migrated from the version that is in use; what was uninstalled is merged from the one it had then.
  const known = row && { ...row, ...shared };
  const rows = known ? replaced(present.rows, known) : present.rows;
  const upgraded = await upgradesOf(executor, organization.schema, { rows, layer: present.layer }, set);
  const fresh = upgraded.rows.map((one) => (one.id === id ? { ...one, ...shared } : one));
  const more = nextOf(organization, { ...upgraded, rows: fresh });
  return {
    ...more,
    async save(transaction) {
      await savePackage(transaction, organization.schema, { id, version, hash, bytes: pack.bytes });
      await more.save?.(transaction);
    },
  };
}

function nextOf(organization: Organization, upgraded: Awaited<ReturnType<typeof upgradesOf>>): NextPlugins {
  const { rows, layer, upgrades, conflicts } = upgraded;
  return {
    rows,
    layer,
    upgrades,
    async save(transaction) {
      for (const [upgrade, found] of conflicts) {
        await saveConflicts(transaction, organization.schema, upgrade, found);
      }
    },
  };
}

function rowOf(present: PresentPlugins, id: string): PluginRow {
  const row = present.rows.find((one) => one.id === id);
  if (!row || id === 'base') throw unknown(present, id);
  return row;
}

function unknown({ rows }: Pick<PresentPlugins, 'rows'>, id: string): Error {
  const near = nearest(
    id,
    rows.map((row) => row.id),
  );
  return pluginError('PLUGIN_UNKNOWN', {
    plugin: id.slice(0, 80),
    hint: near === undefined ? '' : ` (did you mean "${near}"?)`,
  });
}

function replaced(rows: readonly PluginRow[], row: PluginRow): readonly PluginRow[] {
  const others = rows.map((one) => (one.id === row.id ? row : one));
  return others.includes(row) ? others : [...others, row];
}

function refuseRelease({ set, rows }: PresentPlugins, id: string, act: string): void {
  if (rows.find((row) => row.id === id)?.source === 'package') return;
  const part = set.installed.parts.find(({ manifest }) => manifest.id === id);
  if (part) throw pluginError('PLUGIN_OF_RELEASE', { plugin: id, folder: part.manifest.folder, act });
}

function refuseNeeded(parts: readonly LoadedPlugin[], id: string): void {
  const dependents = parts
    .filter(({ manifest }) => Object.hasOwn(manifest.requires, id))
    .map(({ manifest }) => manifest.id);
  if (dependents.length === 0) return;
  throw pluginError(
    'PLUGIN_NEEDED',
    { plugin: id, dependents: dependents.join(', '), them: dependents.length === 1 ? 'it' : 'them' },
    { data: { dependents } },
  );
}

function refuseNeeding({ manifest }: LoadedPlugin, served: readonly LoadedPlugin[]): void {
  const on = new Set(served.map((part) => part.manifest.id));
  const required = Object.keys(manifest.requires).filter((id) => !on.has(id));
  if (required.length === 0) return;
  const one = required.length === 1;
  throw pluginError(
    'PLUGIN_NEEDS',
    { plugin: manifest.id, required: required.join(', '), is: one ? 'is' : 'are', them: one ? 'it' : 'them' },
    { data: { required } },
  );
}

/** Documents of others that do not fit without it need it, whatever they say of their requirements. */
function rethrow(error: unknown, id: string, version?: string): never {
  const problems = version === undefined ? problemsOf(error) : undefined;
  if (!problems) throw error;
  const files = [...new Set(problems.map(({ file }) => file))].slice(0, 5).join(', ');
  throw pluginError('PLUGIN_NEEDED', { plugin: id, dependents: files, them: 'these' }, { cause: error });
}
