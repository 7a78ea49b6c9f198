// A note in the data folder that says how to reach the running embedded Postgres, so that commands (`peyvand publish`, …)
// work while a server runs on the same folder. Readable by the owner only: it holds a password.
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const NAME = 'connection.json';

export interface ConnectionNote {
  readonly url: string;
  /** The process that keeps the database running. */
  readonly pid: number;
}

export async function writeConnectionNote(folder: string, note: ConnectionNote): Promise<void> {
  const path = join(folder, NAME);
  await writeFile(`${path}.new`, `${JSON.stringify(note)}\n`, { mode: 0o600 });
  await rename(`${path}.new`, path);
}

export async function removeConnectionNote(folder: string): Promise<void> {
  await rm(join(folder, NAME), { force: true });
}

/** The note of a process that is still alive; undefined otherwise. */
export async function readConnectionNote(folder: string): Promise<ConnectionNote | undefined> {
  try {
    const note = JSON.parse(await readFile(join(folder, NAME), 'utf8')) as ConnectionNote;
    process.kill(note.pid, 0);
    return note;
  } catch {
    return undefined;
  }
}
