// Names that were typed into the cells of lookups → the rows that are meant: found among those the caller may read, each name
// asked for once.
import type { Call } from '../engine.ts';
import type { Entity, Field } from '../model/model.ts';
import { list } from '../records/list.ts';
import { columnOf } from '../records/entity-facts.ts';
import { readId } from '../records/parse-address.ts';
import { mayI } from '../security/access.ts';

export type FoundName = { readonly id: string; readonly target: string } | 'unknown' | 'many';

export interface NameFinder {
  find(field: Field, text: string): Promise<FoundName>;
}

/** Names kept; a file has few different ones. */
const MOST_KEPT = 50_000;

export function nameFinder(call: Call): NameFinder {
  const known = new Map<string, Promise<FoundName>>();
  return {
    find(field, text) {
      const key = `${field.entity}.${field.name}\n${text}`;
      let found = known.get(key);
      if (!found) {
        if (known.size >= MOST_KEPT) known.clear();
        known.set(key, (found = find(call, field, text.trim())));
      }
      return found;
    },
  };
}

async function find(call: Call, field: Field, text: string): Promise<FoundName> {
  const { model } = call.engine;
  const id = readId(text);
  const found: { id: string; target: string }[] = [];
  for (const name of field.reference?.targets ?? []) {
    const target = model.entities.get(name);
    if (!target || !mayI(call.principal, model, 'read', name)) continue;
    for (const row of await rowsOf(call, target, id ?? text, id !== undefined)) found.push({ id: row, target: name });
    if (found.length > 1) return 'many';
  }
  return found[0] ?? 'unknown';
}

async function rowsOf(call: Call, target: Entity, text: string, isId: boolean): Promise<readonly string[]> {
  const key = columnOf(target.key).wire;
  const { json } = await list(
    call,
    {
      entity: target.name,
      select: [key],
      sort: [],
      expand: [],
      count: false,
      annotations: { formatted: false, lookup: false },
      filter: {
        kind: 'compare',
        path: [isId ? key : columnOf(target.primary).wire],
        operator: 'eq',
        value: { slot: 0 },
      },
      top: 2,
    },
    [{ kind: isId ? 'guid' : 'string', value: text, item: undefined, option: '$filter', at: 0 }],
  );
  return (JSON.parse(`[${json}]`) as Record<string, string>[]).flatMap((row) => row[key] ?? []);
}
