// What a plugin may import: the SDK, the kit of the half it is in, its own files, its own packages.
import { existsSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { dirname, join } from 'node:path';
import { guardedModules, pureModules } from '../../../core/plugins/host/doors/open-modules.ts';
import type { Finding } from './finding.ts';
import type { Source } from './sources.ts';

const OURS = {
  server: ['peyvand/sdk'],
  browser: ['peyvand/sdk', 'peyvand/ui'],
  test: ['peyvand/sdk', 'peyvand/test'],
} as const;

const isOpen = (name: string): boolean => pureModules.has(name) || guardedModules.has(name);

function ownPackages(folder: string): ReadonlySet<string> {
  const file = join(folder, 'package.json');
  if (!existsSync(file)) return new Set();
  const card = JSON.parse(readFileSync(file, 'utf8')) as Readonly<Record<string, object | undefined>>;
  return new Set(
    ['dependencies', 'devDependencies', 'peerDependencies'].flatMap((kind) => Object.keys(card[kind] ?? {})),
  );
}

export function checkImports(folder: string, sources: readonly Source[], shipped: boolean): readonly Finding[] {
  const packages = ownPackages(folder);
  const findings: Finding[] = [];
  for (const { file, half, imports, faults } of sources) {
    const add = (message: string, place: { readonly line: number; readonly column: number }): void =>
      void findings.push({ file, ...place, severity: 'error', message });
    for (const { message, place } of faults) add(message, place);
    for (const { specifier, place } of imports) {
      const allowed: readonly string[] = OURS[half];
      const name = specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/');
      if (specifier.startsWith('.')) {
        const target = join(folder, dirname(file), specifier);
        if (!target.startsWith(join(folder, '/'))) {
          // Modules of the release may name their box's neighbours; the compiler watches them.
          if (!shipped) add(`"${specifier}" lies outside the plugin: copy what you need, or make it a package`, place);
        } else if (!existsSync(target)) {
          const ending = ['.ts', '/index.ts'].find((end) => existsSync(target + end));
          add(
            ending === undefined
              ? `there is no file "${specifier}"`
              : `there is no file "${specifier}"; write the whole name: "${specifier}${ending}"`,
            place,
          );
        }
      } else if (name === 'peyvand') {
        if (!allowed.includes(specifier))
          add(`a ${half} half cannot import "${specifier}"; it has ${allowed.join(' and ')}`, place);
      } else if (half === 'test') continue;
      else if (isBuiltin(specifier)) {
        if (half === 'browser') add(`"${specifier}" is Node's: there is none in a browser`, place);
        else if (!isOpen(specifier.replace(/^node:/, '')))
          add(
            `"${specifier}" is closed to server halves: they run apart from the network and other processes. Rows come through records, the network through fetch of the context`,
            place,
          );
      } else if (half === 'browser' && (name === 'lit' || name.startsWith('@lit/'))) continue;
      else if (!packages.has(name) && !shipped)
        add(
          half === 'browser' || name !== 'lit'
            ? `the package "${name}" is not the plugin's own: put it into "dependencies" of its package.json and install it`
            : 'a server half draws nothing: lit belongs to browser halves',
          place,
        );
    }
  }
  return findings;
}
