// Finds the rows that cells name, many at once: each distinct text is asked for once per load.
import type { Call } from '../../../core/engine.ts';
import type { Entity } from '../../../core/model/model.ts';

/** The id of the one row, or why there is none. */
export type Found = { readonly id: string } | { readonly missing: true } | { readonly several: number };

export interface LookupFinder {
  /** Learns about these texts, skipping known ones. */
  learn(texts: Iterable<string>): Promise<void>;
  find(text: string): Found;
}

/** Reads the rows whose field `by` is one of the texts: pairs of text and id. */
export type ReadRows = (
  call: Call,
  entity: Entity,
  by: string,
  texts: readonly string[],
) => Promise<readonly (readonly [text: string, id: string])[]>;

const chunk = 100;

export function lookupFinder(call: Call, entity: Entity, by: string, read: ReadRows): LookupFinder {
  const known = new Map<string, Found>();
  return {
    async learn(texts) {
      const unknown = [...new Set(texts)].filter((text) => !known.has(text));
      for (let start = 0; start < unknown.length; start += chunk) {
        const asked = unknown.slice(start, start + chunk);
        const ids = new Map<string, string[]>();
        for (const [text, id] of await read(call, entity, by, asked)) ids.set(text, [...(ids.get(text) ?? []), id]);
        for (const text of asked) {
          const [id, ...others] = ids.get(text) ?? [];
          known.set(
            text,
            id === undefined ? { missing: true } : others.length > 0 ? { several: others.length + 1 } : { id },
          );
        }
      }
    },
    find: (text) => known.get(text) ?? { missing: true },
  };
}
