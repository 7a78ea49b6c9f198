// What decides whether a caller sees a row: the columns it is read from, the rows of other entities, shares, and the caller's
// own ids. A delta token carries a digest of it; and where a row comes into view or leaves it without a change of its own, this
// says where to look.
import type { Entity, Model } from '../model/model.ts';
import type { ConditionOperator } from '../query/operators.ts';
import type { Condition, Path, Term } from '../query/tree.ts';
import { rowsFor } from '../security/access.ts';
import { fieldAccess } from '../security/field-access.ts';
import { idsOf, type IdSet, type Principal } from '../security/principal.ts';
import { fail } from './errors.ts';
import { digest } from './token.ts';

/** Rows of another entity that the sight of a row depends on: the lookups that lead there, from the row outwards. */
export type Dependency = readonly Step[];

export interface Step {
  /** Logical name of the lookup. */
  readonly field: string;
  /** What it leads to. */
  readonly entity: string;
}

export interface Reach {
  readonly rows: Condition;
  readonly dependencies: readonly Dependency[];
  /** Entity → columns (wire names) that the condition reads. */
  readonly columns: ReadonlyMap<string, ReadonlySet<string>>;
  /** Entities whose shares count. */
  readonly shared: ReadonlySet<string>;
  readonly sets: readonly IdSet[];
}

const silent = new Set(['modified-on', 'modified-by', 'version']);

/** Whether the audit log keeps the old values of a column, so that the row can be taken back. */
export function isLogged(entity: Entity, wire: string): boolean {
  const column = entity.wire.get(wire);
  const field = column && entity.fields.get(column.field);
  return field !== undefined && field.audit && !silent.has(field.system ?? '');
}

/** Throws FEED_NOT_TRACKED where the sight of a row depends on what is not kept, or on the clock. */
export function reachOf(principal: Principal, model: Model, entity: Entity): Reach {
  if (entity.union) throw untracked(entity, 'it joins several entities; follow each of them');
  if (!entity.audit) throw untracked(entity, 'its changes are not logged');
  const rows = rowsFor(principal, model, 'read', entity.name);
  const dependencies = new Map<string, Dependency>();
  const columns = new Map<string, Set<string>>([[entity.name, new Set()]]);
  const shared = new Set<string>();
  const sets: IdSet[] = [];
  const at = (over: Dependency): Entity => {
    const name = over.at(-1)?.entity ?? '';
    const found = model.entities.get(name);
    if (!found) throw untracked(entity, `it depends on ${name}, which is unknown`);
    dependencies.set(JSON.stringify(over), over);
    if (!columns.has(name)) columns.set(name, new Set());
    return found;
  };
  const read = (from: Entity, over: Dependency, path: Path): void => {
    const [step = '', ...rest] = path;
    if (rest.length > 0) {
      const navigation = from.navigation.get(step);
      if (navigation?.kind !== 'one' || navigation.field === undefined)
        throw untracked(entity, `it depends on ${step} of ${from.name}`);
      columns.get(from.name)?.add(from.fields.get(navigation.field)?.columns[0]?.wire ?? '');
      const further = [...over, { field: navigation.field, entity: navigation.target }];
      read(at(further), further, rest);
      return;
    }
    if (!isLogged(from, step))
      throw untracked(entity, `who sees it depends on ${from.name}.${step}, whose old values are not logged`);
    columns.get(from.name)?.add(step);
  };
  const walk = (from: Entity, over: Dependency, condition: Condition): void => {
    switch (condition.kind) {
      case 'true':
      case 'false':
        return;
      case 'and':
      case 'or':
        for (const one of condition.of) walk(from, over, one);
        return;
      case 'not':
        walk(from, over, condition.of);
        return;
      case 'compare':
        if (!timeless.has(condition.operator))
          throw untracked(entity, `who sees it depends on the time (${condition.operator})`);
        if (condition.operator.startsWith('me')) sets.push('owners');
        read(from, over, condition.path);
        return;
      case 'compare-terms': {
        const { paths, conditions, readsClock } = partsOf(condition.left, condition.right);
        if (readsClock) throw untracked(entity, 'who sees it depends on the time');
        for (const path of paths) read(from, over, path);
        for (const one of conditions) walk(from, over, one);
        return;
      }
      case 'among':
        sets.push(condition.set);
        read(from, over, condition.path);
        return;
      case 'shared':
        sets.push(condition.set);
        shared.add(from.name);
        return;
      case 'referred': {
        columns.get(from.name)?.add(from.fields.get(condition.field)?.columns[0]?.wire ?? '');
        const further = [...over, { field: condition.field, entity: condition.entity }];
        walk(at(further), further, condition.where);
        return;
      }
      default:
        throw untracked(entity, 'who sees it depends on rows of collections');
    }
  };
  walk(entity, [], rows);
  return { rows, dependencies: [...dependencies.values()], columns, shared, sets };
}

function untracked(entity: Entity, reason: string) {
  return fail('FEED_NOT_TRACKED', { entity: entity.name, reason });
}

/** What terms read. */
export function partsOf(...terms: readonly Term[]): {
  readonly paths: readonly Path[];
  readonly conditions: readonly Condition[];
  readonly readsClock: boolean;
} {
  const paths: Path[] = [];
  const conditions: Condition[] = [];
  let readsClock = false;
  const look = (term: Term): void => {
    switch (term.kind) {
      case 'constant':
        return;
      case 'column':
        paths.push(term.path);
        return;
      case 'cast':
        look(term.of);
        return;
      case 'truth':
        conditions.push(term.of);
        return;
      case 'call':
        readsClock ||= term.function === 'now';
        for (const one of term.of) look(one);
    }
  };
  for (const term of terms) look(term);
  return { paths, conditions, readsClock };
}

/** Comparisons whose outcome changes with the row only, not by itself as time passes. */
export const timeless: ReadonlySet<ConditionOperator> = new Set<ConditionOperator>([
  'eq',
  'ne',
  'gt',
  'ge',
  'lt',
  'le',
  'contains',
  'startswith',
  'endswith',
  'like',
  'in',
  'null',
  'has-any',
  'has-all',
  'me',
  'me-or-my-teams',
]);

/** The caller's ids that the conditions ask for. */
export function idsOfReach(principal: Principal, reach: Reach): readonly string[] {
  return [...new Set(reach.sets.flatMap((set) => idsOf(principal, set)))].toSorted();
}

/** Changes when the caller's sight changes other than by single rows: roles, teams, units, reports, profiles. */
export function reachDigest(principal: Principal, model: Model, entity: Entity, reach: Reach): string {
  const shown = [...entity.fields.values()].flatMap((field) => {
    const { read } = fieldAccess(principal, model, field);
    return read === 'full' ? [] : [[field.name, read]];
  });
  const sets = reach.sets.map((set) => idsOf(principal, set).toSorted());
  return digest(JSON.stringify(reach.rows), JSON.stringify(sets), JSON.stringify(shown));
}
