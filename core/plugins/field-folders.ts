// Field types found by their place: `fields/<type>/server.ts` exports one called as its folder, and nobody has to list it.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Folder's name → its server half. */
export function fieldFolders(plugin: string): ReadonlyMap<string, string> {
  const fields = join(plugin, 'fields');
  const names = existsSync(fields) ? readdirSync(fields).sort() : [];
  return new Map(
    names.map((name) => [name, join(fields, name, 'server.ts')] as const).filter(([, file]) => existsSync(file)),
  );
}
