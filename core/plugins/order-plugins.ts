// Puts plugins in the order of their dependencies: what is required comes before what requires it, otherwise the given
// order stays (shipped ones first, then by folder), so that the same set always gives the same order.
import { nearest } from '../model/suggest.ts';
import { pluginError } from './errors.ts';
import type { Manifest } from './manifest.ts';
import { isRange, satisfies } from './version-range.ts';

/** @throws PLUGIN_RANGE, PLUGIN_REQUIRED_MISSING, PLUGIN_VERSION, PLUGIN_CYCLE */
export function orderPlugins(manifests: readonly Manifest[]): readonly Manifest[] {
  const byId = new Map(manifests.map((manifest) => [manifest.id, manifest]));
  for (const { id, folder, requires } of manifests) {
    for (const [required, range] of Object.entries(requires)) {
      if (!isRange(range)) throw pluginError('PLUGIN_RANGE', { plugin: id, folder, range });
      const found = byId.get(required);
      if (!found) {
        const near = nearest(required, byId.keys());
        const hint = near === undefined ? '' : ` (did you mean "${near}"?)`;
        throw pluginError('PLUGIN_REQUIRED_MISSING', { plugin: id, folder, required, range, hint });
      }
      if (!satisfies(found.version, range)) {
        throw pluginError('PLUGIN_VERSION', { plugin: id, folder, required, range, version: found.version });
      }
    }
  }
  const ordered: Manifest[] = [];
  const done = new Set<string>();
  const visit = (manifest: Manifest, way: readonly string[]): void => {
    if (done.has(manifest.id)) return;
    const start = way.indexOf(manifest.id);
    if (start >= 0) throw pluginError('PLUGIN_CYCLE', { circle: [...way.slice(start), manifest.id].join(' → ') });
    for (const required of Object.keys(manifest.requires).toSorted()) {
      const next = byId.get(required);
      if (next) visit(next, [...way, manifest.id]);
    }
    done.add(manifest.id);
    ordered.push(manifest);
  };
  for (const manifest of manifests) visit(manifest, []);
  return ordered;
}
