// The N:N relationship between two entities as SQL sees it, whichever side was named first.
import type { Model } from '../model/model.ts';

export interface Association {
  readonly name: string;
  readonly table: string;
  /** Columns that hold the ids of `left` and `right`. */
  readonly left: string;
  readonly right: string;
}

/** The first N:N between the two; undefined where the model has none. */
export function associationOf(model: Model, left: string, right: string): Association | undefined {
  for (const relation of model.relations.values()) {
    if (relation.kind !== 'many-to-many') continue;
    const { name, table, first, second, columns } = relation;
    if (first === left && second === right) return { name, table, left: columns[0], right: columns[1] };
    if (first === right && second === left) return { name, table, left: columns[1], right: columns[0] };
  }
  return undefined;
}
