// Writes a new plugin: the one in `plugin-template`, a working plugin called "sample", under another name, its documents as the
// writer of layers writes them.
import { globSync } from 'node:fs';
import { mkdir, readdir, readFile, realpath, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { placementOf } from '../../core/model/document-kind.ts';
import { writeDocument } from '../../core/model/write-layer.ts';
import type { JsonObject } from '../../core/sdk/index.ts';
import { ROOT } from './bundle.ts';
import { fail } from './command.ts';
import type { PluginName } from './plugin-name.ts';

const TEMPLATE = fileURLToPath(new URL('plugin-template', import.meta.url));

function renamed(text: string, { id, prefix, title }: PluginName): string {
  return text
    .replaceAll('sample_', prefix)
    .replaceAll('SAMPLE_', prefix.toUpperCase())
    .replaceAll('sample', id)
    .replaceAll('Sample', title);
}

async function versionOf(file: string): Promise<string> {
  return (JSON.parse(await readFile(join(ROOT, file), 'utf8')) as { readonly version: string }).version;
}

/** With `/` also on Windows, and `./` where it is needed to be a path. */
function pathFrom(folder: string, to: string): string {
  const path = relative(folder, to).split(sep).join('/');
  return path.startsWith('.') ? path : `./${path}`;
}

/** The editor's and the compiler's view of the plugin, both halves and the tests. */
function tsconfig(folder: string): string {
  const at = (path: string): string => pathFrom(folder, join(ROOT, path));
  const config = {
    compilerOptions: {
      target: 'es2024',
      lib: ['es2024', 'esnext.iterator', 'esnext.collection', 'esnext.disposable', 'dom', 'dom.iterable'],
      module: 'esnext',
      moduleResolution: 'bundler',
      noEmit: true,
      strict: true,
      noUncheckedIndexedAccess: true,
      exactOptionalPropertyTypes: true,
      verbatimModuleSyntax: true,
      erasableSyntaxOnly: true,
      allowImportingTsExtensions: true,
      resolveJsonModule: true,
      experimentalDecorators: true,
      skipLibCheck: true,
      typeRoots: [at('node_modules/@types')],
      types: ['node'],
      paths: {
        'peyvand/sdk': [at('core/sdk/index.ts')],
        'peyvand/ui': [at('runtime/ui/index.ts')],
        'peyvand/test': [at('runtime/kit/index.ts')],
        lit: [at('node_modules/lit/index.d.ts')],
        'lit/*': [at('node_modules/lit/*')],
      },
    },
    include: ['**/*.ts'],
  };
  return `${JSON.stringify(config, null, 2).replace(/\[\n\s+([^\]{}]*?)\n\s+\]/g, (_, list: string) => `[${list.replace(/\n\s+/g, ' ')}]`)}\n`;
}

/** Answers the paths of the files, in the folder. Throws FOLDER_NOT_EMPTY. */
export async function writePlugin(name: PluginName, folder: string): Promise<readonly string[]> {
  await mkdir(folder, { recursive: true });
  if ((await readdir(folder)).length > 0) throw fail('FOLDER_NOT_EMPTY', { folder });
  const real = await realpath(folder);
  const base = `base@${await versionOf('metadata/base/plugin.json')}:`;
  const written: string[] = [];
  const write = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text, { flag: 'wx' });
    written.push(path);
  };
  for (const path of globSync('**/*.*', { cwd: TEMPLATE }).sort()) {
    const text = renamed(await readFile(join(TEMPLATE, path), 'utf8'), name).replaceAll('base@0.1.0:', base);
    const target = renamed(path.split(sep).join('/'), name);
    const id = target.replace(/\.json$/, '');
    const placement = target.endsWith('.json') && target !== 'package.json' ? placementOf(id) : undefined;
    if (!placement || !('kind' in placement)) await write(target, text);
    else {
      const schema = pathFrom(
        dirname(join(real, target)),
        join(ROOT, `metadata/schemas/${placement.kind}.schema.json`),
      );
      await write(target, writeDocument(id, { $schema: schema, ...(JSON.parse(text) as JsonObject) }));
    }
  }
  await write('tsconfig.json', tsconfig(real));
  await write('.gitignore', 'node_modules\n*.tgz\n');
  return written.toSorted();
}
