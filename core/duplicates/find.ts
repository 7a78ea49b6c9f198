// Which rows a row's duplicate rules take for the same thing. Found by the ordinary read: rows and fields that the caller may not
// read are not there, so they never change the answer.
import { fold, foldPhone, similarity, sound } from '../db/fold.ts';
import type { Call } from '../engine.ts';
import { translator } from '../model/labels.ts';
import type { DuplicateCriterion, DuplicateRule, Entity } from '../model/model.ts';
import type { Literal } from '../query/literal.ts';
import type { Condition, Path } from '../query/tree.ts';
import { columnOf, factsOf } from '../records/entity-facts.ts';
import { list } from '../records/list.ts';

/** Duplicates that an answer names. */
export const DUPLICATES_TOLD = 10;
/** Rows looked at for one rule: the newest of them are scored. */
const CANDIDATES = 25;

export interface Duplicate {
  readonly entity: string;
  readonly id: string;
  readonly name: string;
  /** The rule's id: `contact/duplicates/email`. */
  readonly rule: string;
  /** Its title in the caller's language. */
  readonly title: string;
  /** 0–1; 1 where all that is compared is equal. */
  readonly score: number;
  /** What the found row has in common: its fields and their values. */
  readonly fields: readonly { readonly field: string; readonly value: unknown }[];
}

/** A row's values by field name, as text; null where there is none. */
export type TextOf = (field: string) => string | null;

/** The rows that `rules` find for the given values, best first, at most ten. `id`: the row itself, which is no duplicate. */
export async function findDuplicates(
  call: Call,
  rules: readonly DuplicateRule[],
  id: string,
  textOf: TextOf,
): Promise<readonly Duplicate[]> {
  const found = new Map<string, Duplicate>();
  for (const rule of rules) {
    for (const one of await findByRule(call, rule, id, textOf)) {
      const key = `${one.entity} ${one.id}`;
      if ((found.get(key)?.score ?? -1) < one.score) found.set(key, one);
    }
  }
  return [...found.values()].toSorted((a, b) => b.score - a.score).slice(0, DUPLICATES_TOLD);
}

async function findByRule(call: Call, rule: DuplicateRule, id: string, textOf: TextOf): Promise<readonly Duplicate[]> {
  const { model } = call.engine;
  const other = model.entities.get(rule.with);
  if (!other) return [];
  const literals: Literal[] = [];
  const conditions: Condition[] = [];
  for (const criterion of rule.criteria) {
    const text = comparable(criterion, textOf(criterion.field));
    if (text === null && rule.ignoreBlank) return [];
    conditions.push(holds(other, criterion, text, literals));
  }
  conditions.push(...standing(rule, other));
  const key = columnOf(other.key);
  if (rule.with === rule.entity) {
    const itself: Condition = { kind: 'compare', path: [key.wire], operator: 'eq', value: slot(literals, 'guid', id) };
    conditions.push({ kind: 'not', of: itself });
  }
  const version = factsOf(other).system.get('version');
  const compared = rule.criteria.flatMap(({ with: name }) => other.fields.get(name) ?? []);
  const { json } = await list(
    call,
    {
      entity: other.name,
      select: [...new Set([columnOf(other.primary).wire, ...compared.map((field) => columnOf(field).wire)])],
      filter: { kind: 'and', of: conditions },
      // The newest first; and an order that no index has keeps the database to the rule's own index.
      sort: version ? [{ path: [columnOf(version).wire], direction: 'desc' }] : [],
      expand: [],
      page: { size: CANDIDATES },
      count: false,
      annotations: { formatted: false, lookup: false },
    },
    literals,
  );
  const title = translator(model, call.principal.language)(rule.id, 'title', rule.title);
  return (JSON.parse(`[${json}]`) as readonly Readonly<Record<string, unknown>>[]).map((row) => {
    const rowId = String(row[key.wire]);
    const fields = compared.map((field) => ({ field: field.name, value: row[columnOf(field).wire] ?? null }));
    return {
      entity: other.name,
      id: rowId,
      name: String(row[columnOf(other.primary).wire] ?? rowId),
      rule: rule.id,
      title,
      score: scoreOf(rule, textOf, fields),
      fields,
    };
  });
}

/** The text, or null where nothing of it can be compared. */
export function comparable({ comparison }: DuplicateCriterion, text: string | null): string | null {
  if (text === null) return null;
  switch (comparison.kind) {
    case 'equal':
      return text;
    case 'lower':
      return text.trim() === '' ? null : text;
    case 'phone':
      return foldPhone(text) === undefined ? null : text;
    default:
      return fold(text) === undefined ? null : text;
  }
}

function slot(literals: Literal[], kind: Literal['kind'], value: string): { readonly slot: number } {
  return { slot: literals.push({ kind, value, item: undefined, option: 'duplicates', at: 0 }) - 1 };
}

function holds(other: Entity, criterion: DuplicateCriterion, text: string | null, literals: Literal[]): Condition {
  const field = other.fields.get(criterion.with);
  if (!field) return { kind: 'false' };
  const column = columnOf(field);
  const path: Path = [column.wire];
  if (criterion.comparison.kind !== 'equal') {
    const value = text === null ? null : slot(literals, 'string', text);
    return { kind: 'matches', path, comparison: criterion.comparison, value };
  }
  if (text === null) return { kind: 'compare', path, operator: 'null', value: null };
  if (column.type === 'boolean') return { kind: 'compare', path, operator: 'eq', value: text === 'true' };
  const number = column.type === 'integer' || column.type === 'bigint' || column.type === 'numeric';
  const kind = number ? 'number' : column.type === 'uuid' ? 'guid' : 'string';
  return { kind: 'compare', path, operator: 'eq', value: slot(literals, kind, text) };
}

/** What has been put aside is no duplicate. */
function standing(rule: DuplicateRule, other: Entity): readonly Condition[] {
  const { system } = factsOf(other);
  const conditions: Condition[] = [];
  const merged = system.get('merged');
  if (merged) {
    const gone: Condition = { kind: 'compare', path: [columnOf(merged).wire], operator: 'eq', value: true };
    conditions.push({ kind: 'not', of: gone });
  }
  const state = system.get('state');
  const [first] = other.status ?? [];
  if (rule.activeOnly && state && first) {
    conditions.push({ kind: 'compare', path: [columnOf(state).wire], operator: 'eq', value: first.state });
  }
  return conditions;
}

function scoreOf(rule: DuplicateRule, textOf: TextOf, fields: Duplicate['fields']): number {
  const scores = rule.criteria.map(({ field, comparison }, index) => {
    if (comparison.kind !== 'similar') return 1;
    const [mine, theirs] = [textOf(field), fields[index]?.value];
    return similarity(sound(mine ?? '') ?? '', sound(typeof theirs === 'string' ? theirs : '') ?? '');
  });
  const mean = scores.reduce((sum, score) => sum + score, 0) / Math.max(1, scores.length);
  return Math.round(mean * 100) / 100;
}
