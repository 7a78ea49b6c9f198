// A plugin made for a test, in a folder of its own that PEYVAND_PLUGINS can name.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface PluginFolder {
  readonly folder: string;
  remove(): void;
}

/** `documents`: file name in the plugin → document. */
export function pluginFolder(documents: Readonly<Record<string, unknown>>): PluginFolder {
  const folder = mkdtempSync(join(tmpdir(), 'peyvand-plugin-'));
  for (const [name, document] of Object.entries(documents)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), JSON.stringify(document));
  }
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
