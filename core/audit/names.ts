// What rows are called, for those that the caller may read: asked through the ordinary way of reading.
import type { Call } from '../engine.ts';
import { columnOf } from '../records/entity-facts.ts';
import { listOData } from '../records/list.ts';
import { mayI } from '../security/access.ts';

/** Names by `entity` and id; no entry: not readable, or gone. */
export class Names {
  readonly #wanted = new Map<string, Set<string>>();
  readonly #found = new Map<string, Map<string, string>>();

  want(entity: string | undefined, id: unknown): void {
    if (entity === undefined || typeof id !== 'string') return;
    const ids = this.#wanted.get(entity) ?? new Set<string>();
    this.#wanted.set(entity, ids.add(id));
  }

  async load(call: Call): Promise<void> {
    await Promise.all([...this.#wanted].map(([name, ids]) => this.#loadEntity(call, name, [...ids])));
    this.#wanted.clear();
  }

  /** The name; '' for a readable row without one; undefined for a row the caller may not read. */
  get(entity: string | undefined, id: unknown): string | undefined {
    return this.#found.get(entity ?? '')?.get(String(id));
  }

  async #loadEntity(call: Call, name: string, ids: readonly string[]): Promise<void> {
    const { model } = call.engine;
    const entity = model.entities.get(name);
    if (!entity || !mayI(call.principal, model, 'read', name)) return;
    const found = this.#found.get(name) ?? new Map<string, string>();
    this.#found.set(name, found);
    const [key, primary] = [columnOf(entity.key).wire, columnOf(entity.primary).wire];
    for (let start = 0; start < ids.length; start += BATCH) {
      const batch = ids.slice(start, start + BATCH);
      // One statement for every number of ids: the last one fills the list up.
      const filled = Array.from({ length: BATCH }, (_, index) => batch[index] ?? batch.at(-1) ?? '');
      const query = `$select=${[...new Set([key, primary])].join(',')}&$filter=${encodeURIComponent(`${key} in (${filled.join(',')})`)}`;
      const { body } = await listOData(call, entity, query, { root: '' });
      const { value } = JSON.parse(body) as { value: readonly Readonly<Record<string, unknown>>[] };
      for (const row of value) found.set(String(row[key]), String(row[primary] ?? ''));
    }
  }
}

const BATCH = 50;
