// Vite's guard of plugins from elsewhere: what a browser half imports becomes part of a bundle that everybody may fetch, so it comes from
// the plugins' folders, from packages and from what the app is made of, and from no other place of the server.
import { readFileSync, realpathSync } from 'node:fs';
import { isAbsolute, resolve, sep } from 'node:path';
import type { Plugin } from 'vite';

const STYLES = /\.(?:css|less|sass|scss|styl|stylus|pcss|postcss|sss)$/;

/** `own`: folders of the app itself; `folders`: those of plugins, that modules, styles and assets may come from. The build fails with the name of what lies elsewhere. */
export function insideOnly(own: readonly string[], folders: () => readonly string[]): Plugin {
  let root = '';
  const real = (path: string): string => {
    try {
      return realpathSync(path);
    } catch {
      return resolve(path);
    }
  };
  const isOurs = (file: string): boolean =>
    file.includes(`${sep}node_modules${sep}`) || own.some((one) => file.startsWith(real(one) + sep));
  const require = (name: string): void => {
    const path = name.replace(/[?#].*$/, '');
    if (name.startsWith('\0') || !isAbsolute(path)) return;
    const file = real(path);
    if (isOurs(file) || folders().some((one) => file.startsWith(real(one) + sep))) return;
    throw new Error(
      `${path} lies outside the plugin: a browser half takes modules, styles and assets of its own folder and of packages only`,
    );
  };
  return {
    name: 'peyvand-inside-only',
    apply: 'build',
    enforce: 'pre',
    configResolved: (config) => void (root = config.root),
    load(id) {
      require(id);
      const path = id.replace(/[?#].*$/, '');
      if (!STYLES.test(path) || isOurs(real(path))) return undefined;
      // What a style takes from other files is put into it without being asked for here.
      const isPlain = !/\.module\.\w+$/.test(path) && !/@(?:import\b|\\)/i.test(readFileSync(path, 'utf8'));
      if (!isPlain) throw new Error(`${path} takes styles of other files: import them in the module instead`);
      return undefined;
    },
    // Assets that are named by their address are read without being loaded.
    generateBundle(_options, bundle) {
      for (const part of Object.values(bundle))
        if (part.type === 'asset') for (const name of part.originalFileNames) require(resolve(root, name));
    },
  };
}
