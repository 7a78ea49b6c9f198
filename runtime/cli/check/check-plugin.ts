// Everything that can be said of a plugin without a database: it is loaded as a server would load it, its documents are compiled
// with those beneath, its sources are read.
import { existsSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { compileModel } from '../../../core/model/compile.ts';
import { entityOf } from '../../../core/model/document-kind.ts';
import type { Problem } from '../../../core/model/layer.ts';
import { closePlugins, loadPlugins, type LoadedPlugins } from '../../../core/plugins/load-plugins.ts';
import { readManifest } from '../../../core/plugins/manifest.ts';
import { readLayer } from '../../../core/model/read-layer.ts';
import { isObject } from '../../../core/model/pointer.ts';
import { PeyvandError } from '../../../core/sdk/index.ts';
import { ROOT } from '../bundle.ts';
import { fail } from '../command.ts';
import { checkImports } from './check-imports.ts';
import { checkRights } from './check-rights.ts';
import { checkTexts } from './check-texts.ts';
import type { Finding } from './finding.ts';
import { readSources } from './sources.ts';

/** `beside`: plugins that it requires and that do not ship. Findings by file and line. */
export async function checkPlugin(given: string, beside: readonly string[] = []): Promise<readonly Finding[]> {
  const folder = resolve(given);
  if (!existsSync(join(folder, 'plugin.json'))) throw fail('FOLDER_MISSING', { folder: join(folder, 'plugin.json') });
  const shipped = folder.startsWith(join(ROOT, 'plugins', sep));
  const findings: Finding[] = [];
  const note = (error: unknown): void => void findings.push(...findingsOf(error, folder));

  const manifest = await readManifest(folder).catch(note);
  if (!manifest) return findings;
  const modules = Object.values(manifest.contributes).flatMap((list) =>
    (list as readonly unknown[]).flatMap((one) =>
      isObject(one) && typeof one['module'] === 'string' ? [one['module']] : [],
    ),
  );
  const sources = await readSources(folder, modules);
  findings.push(...checkImports(folder, sources, shipped));
  for (const module of modules)
    if (!existsSync(join(folder, module)))
      findings.push({ file: 'plugin.json', severity: 'error', message: `there is no module "${module}"` });

  // What is wrong with the documents themselves is said below, with those of the plugins beneath.
  const { layer } = await readLayer(folder, { id: manifest.id, version: manifest.version, kind: 'plugin' });
  findings.push(...checkTexts(folder, layer, sources));

  let loaded: LoadedPlugins | undefined;
  try {
    loaded = await loadPlugins({ folders: [...beside.map((path) => resolve(path)), ...(shipped ? [] : [folder])] });
    const part = loaded.parts.find((one) => resolve(one.manifest.folder) === folder);
    if (!part) throw new TypeError(`${folder} was not among the plugins that were loaded`);
    const model = compileModel(loaded);
    const own = new Set(
      [...layer.documents].flatMap(([id, { body }]) =>
        id.endsWith('/entity') && body['overlays'] === undefined ? (entityOf(id) ?? []) : [],
      ),
    );
    findings.push(...checkRights(manifest, part.handlers, sources, own, new Set(model.entities.keys())));
    findings.push(...prefixNotes(manifest.id, own, shipped));
  } catch (error) {
    note(error);
  } finally {
    if (loaded) await closePlugins(loaded);
  }
  return findings.toSorted(
    (a, b) => a.file.localeCompare(b.file) || (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
  );
}

/** Two plugins' entities of one name could not live in one organization. */
function prefixNotes(id: string, own: ReadonlySet<string>, shipped: boolean): readonly Finding[] {
  if (shipped) return [];
  const prefix = `${id.replaceAll('-', '_')}_`;
  return [...own]
    .filter((name) => !name.startsWith(prefix))
    .map((name) => ({
      file: `${name}/entity.json`,
      severity: 'note' as const,
      message: `call it "${prefix}${name}": another plugin may have an entity "${name}" too`,
    }));
}

function findingsOf(error: unknown, folder: string): readonly Finding[] {
  const inside = (file: string): string => {
    const path = relative(folder, resolve(file));
    return path.startsWith('..') ? file : path.split(sep).join('/');
  };
  const problems = error instanceof PeyvandError ? error.data?.['problems'] : undefined;
  if (Array.isArray(problems))
    return (problems as readonly Problem[]).map(({ file, line, column, pointer, message }) => ({
      file: inside(file),
      ...(line !== undefined && { line }),
      ...(column !== undefined && { column }),
      severity: 'error',
      message: pointer === '' ? message : `${pointer}: ${message}`,
    }));
  const message = error instanceof Error ? error.message : String(error);
  const at = /\(at ([^()]*?):(\d+)(?::(\d+))?\)/.exec(message);
  const file = at?.[1] ?? /(\/[^\s:]+\.ts)/.exec(message)?.[1];
  return [
    {
      file: file === undefined ? 'server.ts' : inside(file),
      ...(at?.[2] !== undefined && { line: Number(at[2]) }),
      ...(at?.[3] !== undefined && { column: Number(at[3]) }),
      severity: 'error',
      message,
    },
  ];
}
