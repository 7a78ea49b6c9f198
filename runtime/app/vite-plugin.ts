// Vite's part for the app: where it is built, the lazy map of field types' browser halves (rooms may not import plugins
// statically), and one SVG sprite of the icons that are really used.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

const repository = fileURLToPath(new URL('../../', import.meta.url));
const fieldsModule = 'virtual:peyvand-fields';

/** Field type → path of its browser half, over all shipped plugins. */
function browserHalves(): readonly (readonly [string, string])[] {
  return globSync('plugins/*/fields/*/browser.ts', { cwd: repository })
    .sort()
    .map((path) => [basename(dirname(path)), join(repository, path)] as const);
}

/** Icon names written as literals in sources (`icon('x')`) and metadata (`"icon": "x"`). */
export function usedIcons(): readonly string[] {
  const names = new Set<string>();
  const collect = (pattern: string, expression: RegExp) => {
    for (const path of globSync(pattern, { cwd: repository, exclude: (name) => name === 'node_modules' })) {
      for (const match of readFileSync(join(repository, path), 'utf8').matchAll(expression)) {
        if (match[1]) names.add(match[1]);
      }
    }
  };
  for (const pattern of ['runtime/{ui,app}/**/*.ts', 'plugins/**/browser.ts', 'plugins/**/browser/**/*.ts'])
    collect(pattern, /\bicon(?:\(|: )'([a-z0-9-]+)'/g);
  for (const pattern of ['metadata/base/**/*.json', 'plugins/**/*.json', 'test/fixtures/**/*.json'])
    collect(pattern, /"icon":\s*"([a-z0-9-]+)"/g);
  return [...names].sort();
}

function sprite(): string {
  const symbols = usedIcons().map((name) => {
    const path = join(repository, 'node_modules/lucide-static/icons', `${name}.svg`);
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
        server: { proxy: { '/api': 'http://127.0.0.1:8080' } },
      };
    },
    resolveId: (id) => (id === fieldsModule ? `\0${fieldsModule}` : undefined),
    load(id) {
      if (id !== `\0${fieldsModule}`) return undefined;
      const entries = browserHalves().map(
        ([type, path]) => `${JSON.stringify(type)}: () => import(${JSON.stringify(path)})`,
      );
      return `export const fieldLoaders = {${entries.join(',\n')}};`;
    },
    transformIndexHtml: (page) => page.replace('<!-- icons -->', sprite()),
  };
}
