// The secret that signs session cookies: PEYVAND_SECRET, or one made once and kept in the data folder.
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export async function obtainSecret(folder: string, given: string | undefined): Promise<string> {
  if (given !== undefined) return given;
  const path = join(folder, 'secret');
  await mkdir(folder, { recursive: true });
  try {
    // `wx`: of two first starts at once, one makes it and the other reads it.
    await writeFile(path, randomBytes(32).toString('base64url'), { flag: 'wx', mode: 0o600 });
  } catch (fault) {
    if (!(fault instanceof Error && 'code' in fault && fault.code === 'EEXIST')) throw fault;
  }
  return (await readFile(path, 'utf8')).trim();
}
