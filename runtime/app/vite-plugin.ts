// Vite's part for the app: where it is built, the lazy map of field types' browser halves (rooms may not import plugins
// statically), that of the modules their plugin.json names, and one SVG sprite of the icons that are really used.
import { cpSync, existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

const repository = fileURLToPath(new URL('../../', import.meta.url));
const fieldsModule = 'virtual:peyvand-fields';
const contributionsModule = 'virtual:peyvand-modules';

const icons = join(repository, 'node_modules/lucide-static/icons');

/** What the app itself is made of. */
export const appFolders = ['runtime', 'core/sdk', 'metadata', 'test/fixtures'].map((name) => join(repository, name));

/** The shipped plugins, and those that PEYVAND_PLUGINS names: each a plugin, or a folder of plugins. */
export function pluginFolders(): readonly string[] {
  const named = (process.env['PEYVAND_PLUGINS'] ?? '').split(/[,\n]/).flatMap((part) => {
    const folder = part.trim();
    return folder === '' ? [] : [resolve(folder)];
  });
  return [join(repository, 'plugins'), ...named].flatMap((folder) =>
    existsSync(join(folder, 'plugin.json'))
      ? [folder]
      : globSync('*/plugin.json', { cwd: folder })
          .sort()
          .map((card) => join(folder, dirname(card))),
  );
}

/** Field type → path of its browser half, over all plugins. */
function browserHalves(): readonly (readonly [string, string])[] {
  const paths = pluginFolders().flatMap((folder) =>
    globSync('fields/*/browser.ts', { cwd: folder })
      .sort()
      .map((path) => join(folder, path)),
  );
  return [...new Set(paths)].map((path) => [basename(dirname(path)), path] as const);
}

/** `<plugin>/<path>` → file, of each module that a plugin.json names, and of the plugins' texts. */
export function contributedModules(folders: readonly string[] = pluginFolders()): ReadonlyMap<string, string> {
  const modules = new Map<string, string>();
  for (const folder of folders) {
    const card = JSON.parse(readFileSync(join(folder, 'plugin.json'), 'utf8')) as {
      readonly id?: string;
      readonly contributes?: Readonly<Record<string, readonly { readonly module?: string }[]>>;
    };
    const named = Object.values(card.contributes ?? {}).flatMap((list) => list.flatMap(({ module }) => module ?? []));
    const texts = globSync('texts/*.json', { cwd: folder });
    for (const path of [...new Set([...named, ...texts])].sort()) {
      const file = join(folder, path);
      // One that is missing is told where it is used.
      if (existsSync(file)) modules.set(`${card.id ?? basename(folder)}/${path}`, file);
    }
  }
  return modules;
}

/** Icon names written as literals in sources (`icon('x')`) and metadata (`"icon": "x"`). */
export function usedIcons(): readonly string[] {
  // The box stands for every icon that is missing (runtime/ui/icon.ts).
  const names = new Set<string>(['box']);
  const collect = (pattern: string, expression: RegExp) => {
    for (const path of globSync(pattern, { cwd: repository, exclude: (name) => name === 'node_modules' })) {
      for (const match of readFileSync(join(repository, path), 'utf8').matchAll(expression)) {
        if (match[1]) names.add(match[1]);
      }
    }
  };
  for (const pattern of [
    'runtime/{ui,app}/**/*.ts',
    'plugins/**/browser.ts',
    'plugins/**/{browser,commands,controls,pages,views}/**/*.ts',
  ])
    collect(pattern, /\bicon(?:\(|: )'([a-z0-9-]+)'/g);
  for (const pattern of ['metadata/base/**/*.json', 'plugins/**/*.json', 'test/fixtures/**/*.json'])
    collect(pattern, /"icon":\s*"([a-z0-9-]+)"/g);
  return [...names].sort();
}

function sprite(): string {
  const symbols = usedIcons().map((name) => {
    const path = join(icons, `${name}.svg`);
    if (!existsSync(path)) return '';
    const inner = /<svg[^>]*>([\s\S]*)<\/svg>/.exec(readFileSync(path, 'utf8'))?.[1] ?? '';
    return `<symbol id="i-${name}" viewBox="0 0 24 24">${inner.replace(/\s+/g, ' ').replaceAll('> <', '><').trim()}</symbol>`;
  });
  return `<svg hidden aria-hidden="true" width="0" height="0">${symbols.join('')}</svg>`;
}

export function peyvandApp(): Plugin {
  return {
    name: 'peyvand-app',
    config(given, { command }) {
      // Tests run from the repository's root with the same configuration file.
      if (command === 'serve' && process.env['VITEST']) return {};
      return {
        root: join(repository, 'runtime/app'),
        publicDir: false,
        resolve: {
          // A plugin may lie anywhere, and all must render with one and the same Lit: ours.
          dedupe: ['lit', 'lit-html', 'lit-element', '@lit/reactive-element', '@internationalized/date'],
          alias: {
            'peyvand/ui': join(repository, 'runtime/ui/index.ts'),
            'peyvand/sdk': join(repository, 'core/sdk/index.ts'),
          },
        },
        build: {
          outDir: given.build?.outDir ?? join(repository, 'dist/app'),
          emptyOutDir: true,
          target: 'es2023',
          manifest: true,
          // Nothing as data: URL, so that the content security policy stays at 'self'.
          assetsInlineLimit: 0,
          modulePreload: { polyfill: false },
        },
        server: { proxy: { '/api': 'http://127.0.0.1:8080', '/icons': 'http://127.0.0.1:8080' } },
      };
    },
    resolveId: (id) => (id === fieldsModule || id === contributionsModule ? `\0${id}` : undefined),
    load(id) {
      if (id === `\0${contributionsModule}`) {
        const entries = [...contributedModules()].map(
          ([key, path]) => `${JSON.stringify(key)}: () => import(${JSON.stringify(path)})`,
        );
        return `export const moduleLoaders = {${entries.join(',\n')}};`;
      }
      if (id !== `\0${fieldsModule}`) return undefined;
      const entries = browserHalves().map(
        ([type, path]) => `${JSON.stringify(type)}: () => import(${JSON.stringify(path)})`,
      );
      return `export const fieldLoaders = {${entries.join(',\n')}};`;
    },
    // The expression language comes as CommonJS. Taken as it is, what CommonJS needs would be part of every screen.
    transform: (code, id) =>
      /[\\/]jsonata[\\/]jsonata\.js$/.test(id.split('?', 1)[0] ?? '')
        ? {
            code: `const module = { exports: {} };\nconst { exports } = module;\n${code}\nexport default module.exports;`,
            map: null,
          }
        : undefined,
    // Icons that only metadata of an organization or of a plugin elsewhere names are fetched when they are shown.
    writeBundle: ({ dir }) => {
      if (dir !== undefined) cpSync(icons, join(dir, 'icons'), { recursive: true });
    },
    transformIndexHtml: (page) => page.replace('<!-- icons -->', sprite()),
  };
}
