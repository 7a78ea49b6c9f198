// What is installed in another version than the database knows: which rows change, which migrations wait, and what the
// organization's layer becomes by the three-way merge.
import type { Executor } from '../db/sql.ts';
import type { Layer } from '../model/layer.ts';
import { mergeUpgrade, type DocumentConflict } from '../model/merge-upgrade.ts';
import type { LoadedPlugin, LoadedPlugins } from './load-plugins.ts';
import type { Upgrade } from './migrations.ts';
import type { PluginSet } from './plugin-sets.ts';
import { rightsOf } from './asked-rights.ts';
import { documentsHash, readStoredDocuments, type PluginRow } from './store.ts';

export interface Upgrades {
  readonly rows: readonly PluginRow[];
  readonly layer: Layer;
  readonly upgrades: readonly Upgrade[];
  readonly conflicts: readonly (readonly [Upgrade & { readonly from: string }, readonly DocumentConflict[]])[];
}

interface Present {
  readonly rows: readonly PluginRow[];
  readonly layer: Layer;
}

/** The same rows and layer where nothing changed. `set`: what is there now. */
export async function upgradesOf(
  executor: Executor,
  schema: string,
  present: Present,
  { installed }: Pick<PluginSet, 'installed'>,
): Promise<Upgrades> {
  const known = new Map(present.rows.map((row) => [row.id, row]));
  const parts = new Map(installed.parts.map((part) => [part.manifest.id, part]));
  const changed: PluginRow[] = [];
  const upgrades: Upgrade[] = [];
  const before = new Map<string, Layer>();
  for (const layer of installed.layers) {
    const row = known.get(layer.id);
    const hash = documentsHash(layer);
    if (row?.documentsHash === hash && row.version === layer.version && row.state === 'installed') continue;
    const part = parts.get(layer.id);
    changed.push({ ...(row ?? newRow(layer, part)), version: layer.version, documentsHash: hash, state: 'installed' });
    const from = row?.state === 'installed' ? row.version : undefined;
    upgrades.push({ plugin: layer.id, from, to: layer.version, migrations: part?.migrations ?? [] });
    const old = row && (await readStoredDocuments(executor, schema, row));
    if (old) before.set(layer.id, old);
  }
  if (changed.length === 0) return { ...present, upgrades, conflicts: [] };
  const rows = [...present.rows.filter(({ id }) => !changed.some((row) => row.id === id)), ...changed];
  const merge = mergeUpgrade(layersBefore(installed, before, known), installed.layers, present.layer);
  const same = [...merge.layer.documents].every(([id, document]) => present.layer.documents.get(id) === document);
  const layer = same && merge.layer.documents.size === present.layer.documents.size ? present.layer : merge.layer;
  const told = upgrades.flatMap((upgrade) => {
    const { from, plugin } = upgrade;
    const found = merge.conflicts.filter(({ document }) => ownerOf(document, before, installed) === plugin);
    return from === undefined || found.length === 0 ? [] : [[{ ...upgrade, from }, found] as const];
  });
  return { rows, layer, upgrades, conflicts: told };
}

/** What was below the organization's layer; of a plugin that was never there, nothing. */
function layersBefore(
  { layers }: LoadedPlugins,
  before: ReadonlyMap<string, Layer>,
  known: ReadonlyMap<string, PluginRow>,
): readonly Layer[] {
  // Nothing is known of an organization that was made before this was noted: then nothing has changed.
  const noted = known.has('base');
  return layers.flatMap((layer) => before.get(layer.id) ?? (noted && !known.has(layer.id) ? [] : [layer]));
}

/** The upgraded layer that says most lately something about a document. */
function ownerOf(document: string, before: ReadonlyMap<string, Layer>, { layers }: LoadedPlugins): string | undefined {
  const upgraded = layers.filter(({ id }) => before.has(id));
  return upgraded.findLast(
    (layer) => layer.documents.has(document) || before.get(layer.id)?.documents.has(document) === true,
  )?.id;
}

function newRow(layer: Layer, part: LoadedPlugin | undefined): PluginRow {
  return {
    id: layer.id,
    version: layer.version,
    source: 'release',
    hash: undefined,
    enabled: true,
    state: 'installed',
    settings: {},
    accepted: part ? rightsOf(part.manifest) : [],
    relaxed: [],
    documentsHash: '',
  };
}
