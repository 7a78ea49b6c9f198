// Unsaved changes in IndexedDB, so that a reload, a crash or a closed window loses nothing. Where the browser forbids
// IndexedDB (private windows), drafts simply are not kept.
import type { Values } from '../record-values.ts';

export interface StoredDraft {
  readonly changes: Values;
  readonly etag: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

const STORE = 'drafts';
let opened: Promise<IDBDatabase> | undefined;

function database(): Promise<IDBDatabase> {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open('peyvand', 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('IndexedDB is closed'));
  });
  return opened;
}

async function run<T>(
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => IDBRequest<T>,
): Promise<T | undefined> {
  try {
    const store = (await database()).transaction(STORE, mode).objectStore(STORE);
    const request = work(store);
    return await new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error ?? new Error('IndexedDB failed'));
    });
  } catch {
    return undefined;
  }
}

/** One draft per user, entity and record (`new` for one that does not exist yet). */
export function draftKey(userId: string, entity: string, id: string | undefined): string {
  return `${userId}/${entity}/${id ?? 'new'}`;
}

export async function readDraft(key: string): Promise<StoredDraft | undefined> {
  return (await run('readonly', (store) => store.get(key))) as StoredDraft | undefined;
}

export async function writeDraft(key: string, draft: StoredDraft): Promise<void> {
  // Values are plain JSON; files and other live objects are not kept.
  const changes = JSON.parse(JSON.stringify(draft.changes)) as Values;
  await run('readwrite', (store) => store.put({ ...draft, changes }, key));
}

export async function dropDraft(key: string): Promise<void> {
  await run('readwrite', (store) => store.delete(key));
}
