// Which indexes might help a view: made of what its filter holds fast (equalities), of what it sorts by, and of a range. They
// are proposals; try-index.ts measures them on the table itself.
import { createHash } from 'node:crypto';
import type { Column, Entity } from '../model/model.ts';
import { isDateOperator } from '../query/operators.ts';
import type { Condition, Query } from '../query/tree.ts';
import type { IndexKey, TableIndex } from '../schema/tables.ts';

export interface ProposedIndex {
  readonly name: string;
  readonly keys: readonly IndexKey[];
}

/** At most three, the most promising first; none of them does what an existing index does already. */
export function proposeIndexes(entity: Entity, tree: Query, existing: readonly TableIndex[]): readonly ProposedIndex[] {
  const facts = factsOf(entity, tree);
  const { held, range, part } = facts;
  const sorted = sortKeys(entity, tree);
  const options: (readonly IndexKey[])[] = [];
  if (sorted.length > 0) options.push([...held, ...sorted, key(entity)]);
  if (range && held.length > 0) options.push([...held, range]);
  if (part) options.push([part]);
  if (range && held.length === 0) options.push([range]);
  if (held.length > 0 && sorted.length === 0 && !range) options.push(held);
  return options
    .filter((keys) => !existing.some((index) => index.valid && covers(index.keys, keys)))
    .slice(0, 3)
    .map((keys) => ({ name: nameOf(entity, keys), keys }));
}

/** Its own name, so that no publish takes it for one of the model's. */
function nameOf(entity: Entity, keys: readonly IndexKey[]): string {
  const shape = `${entity.name} ${keys.map(({ column, kind }) => `${column} ${kind}`).join(',')}`;
  return `advice_${createHash('sha256').update(shape).digest('hex').slice(0, 16)}`;
}

/** An index serves whatever a beginning of its keys serves. */
function covers(has: readonly IndexKey[], wanted: readonly IndexKey[]): boolean {
  return wanted.every(({ column, kind }, at) => has[at]?.column === column && has[at]?.kind === kind);
}

function columnOf(entity: Entity, path: readonly string[] | undefined): Column | undefined {
  const [name, ...more] = path ?? [];
  const column = more.length === 0 && name !== undefined ? entity.wire.get(name) : undefined;
  const field = column && entity.fields.get(column.field);
  // What is worked out for each row has no column to index.
  return column && field && field.columns.includes(column) && field.derivation === undefined ? column : undefined;
}

interface Facts {
  /** Compared with one value each. */
  readonly held: readonly IndexKey[];
  readonly range: IndexKey | undefined;
  /** A text of which a part is looked for. */
  readonly part: IndexKey | undefined;
}

/** Only conditions that all rows must meet count. */
function factsOf(entity: Entity, tree: Query): Facts {
  const held: IndexKey[] = [];
  let [range, part]: (IndexKey | undefined)[] = [];
  const note = (condition: Condition | undefined): void => {
    if (condition?.kind === 'and') for (const one of condition.of) note(one);
    if (condition?.kind !== 'compare') return;
    const column = columnOf(entity, condition.path);
    if (!column || column.type === 'jsonb' || column.type === 'integer[]') return;
    const { operator } = condition;
    const isText = column.type === 'text';
    if (operator === 'eq' || operator === 'in' || operator === 'me' || operator === 'null') {
      if (held.length < 3 && held.every((one) => one.column !== column.name) && !(isText && operator === 'null'))
        held.push({ column: column.name, kind: isText ? 'plain' : 'ascending' });
    } else if (isText && (operator === 'contains' || operator === 'like')) {
      part ??= { column: column.name, kind: 'trigram' };
    } else if (isText && operator === 'startswith') {
      range ??= { column: column.name, kind: 'plain' };
    } else if (['gt', 'ge', 'lt', 'le'].includes(operator) || isDateOperator(operator)) {
      range ??= { column: column.name, kind: isText ? 'ordered' : 'ascending' };
    }
  };
  note(tree.filter);
  return { held, range, part };
}

/** The sort, where an index can be walked in it: one direction, and columns whose empty values stand where an index has them. */
function sortKeys(entity: Entity, tree: Query): readonly IndexKey[] {
  const directions = new Set(tree.sort.map(({ direction }) => direction));
  if (tree.aggregate || directions.size > 1) return [];
  const keys: IndexKey[] = [];
  for (const { path } of tree.sort) {
    const column = columnOf(entity, path);
    const field = column && entity.fields.get(column.field);
    if (!column || !field || column.type === 'jsonb' || column.type === 'integer[]') return [];
    const isFilled = field.required || field.system === 'created-on' || field.system === 'modified-on';
    if (column.type === 'text') keys.push({ column: column.name, kind: 'ordered' });
    else if (isFilled) keys.push({ column: column.name, kind: 'ascending' });
    else return [];
  }
  return keys;
}

function key(entity: Entity): IndexKey {
  return { column: entity.key.columns[0]?.name ?? entity.key.name, kind: 'ascending' };
}
