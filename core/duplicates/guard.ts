// Asks the duplicate rules when a row is created or changed, on every path: rules that refuse always, those that warn where the
// caller wants to be told. The write itself calls this, inside its transaction where a rule refuses.
import { fold, foldPhone } from '../db/fold.ts';
import type { Call } from '../engine.ts';
import type { DuplicateCriterion, DuplicateRule, Entity, Field } from '../model/model.ts';
import { columnOf } from '../records/entity-facts.ts';
import { retrieve } from '../records/retrieve.ts';
import { executorOf } from '../records/transact.ts';
import type { ColumnValue } from '../sdk/index.ts';
import { fail } from './errors.ts';
import { comparable, findDuplicates, type Duplicate, type TextOf } from './find.ts';

/** The rules to ask of a new row. What handlers write is asked only of rules that refuse. */
export function rulesForCreate(call: Call, entity: Entity): readonly DuplicateRule[] {
  const told = call.detectDuplicates === true && (call.depth ?? 0) === 0;
  const rules = call.engine.model.duplicateRules.get(entity.name) ?? [];
  return rules.filter((rule) => told || rule.severity === 'refuse');
}

/** Those of a change that writes the fields named. */
export function rulesForUpdate(
  call: Call,
  entity: Entity,
  values: Readonly<Record<string, unknown>>,
): readonly DuplicateRule[] {
  return rulesForCreate(call, entity).filter((rule) =>
    rule.criteria.some(({ field }) => sourcesOf(entity, field).some(({ name }) => name in values)),
  );
}

/** Two of them at once wait for each other (see `lock`), so the write has to be a transaction. */
export function refuses(rules: readonly DuplicateRule[]): boolean {
  return rules.some(({ severity }) => severity === 'refuse');
}

/** Throws DUPLICATE_FOUND. `columns`: the new row's values. */
export async function guardCreate(
  call: Call,
  entity: Entity,
  id: string,
  rules: readonly DuplicateRule[],
  columns: ReadonlyMap<string, ColumnValue>,
): Promise<void> {
  await guard(
    call,
    entity,
    id,
    rules,
    readerOf(entity, (field) => written(columns, field)),
  );
}

/** The same for a change; rules none of whose values really changes are not asked. */
export async function guardUpdate(
  call: Call,
  entity: Entity,
  id: string,
  rules: readonly DuplicateRule[],
  columns: ReadonlyMap<string, ColumnValue>,
): Promise<void> {
  const names = rules.flatMap(({ criteria }) => criteria.map(({ field }) => field));
  const stored = await readTexts(call, entity, id, names);
  if (!stored) return;
  const before = readerOf(entity, (field) => stored(field.name));
  const after = readerOf(entity, (field) =>
    columns.has(columnOf(field).name) ? written(columns, field) : stored(field.name),
  );
  const changed = rules.filter(({ criteria }) => criteria.some(({ field }) => before(field) !== after(field)));
  await guard(call, entity, id, changed, after);
}

/** The duplicates of a stored row, by all its rules; undefined where the caller may not read it. */
export async function duplicatesOf(call: Call, entity: Entity, id: string): Promise<readonly Duplicate[] | undefined> {
  const rules = call.engine.model.duplicateRules.get(entity.name) ?? [];
  const names = rules.flatMap(({ criteria }) => criteria.map(({ field }) => field));
  const stored = await readTexts(call, entity, id, names);
  return stored && findDuplicates(call, rules, id, stored);
}

async function guard(
  call: Call,
  entity: Entity,
  id: string,
  rules: readonly DuplicateRule[],
  textOf: TextOf,
): Promise<void> {
  if (rules.length === 0) return;
  const refusing = rules.filter(({ severity }) => severity === 'refuse');
  await lock(call, refusing, textOf);
  const found = await findDuplicates(call, rules, id, textOf);
  if (found.length === 0) return;
  const refused = found.some((one) => refusing.some((rule) => rule.id === one.rule));
  const names = found.map(({ name }) => name).slice(0, 3);
  const way = refused
    ? 'It may not be stored twice: open that one, or merge the two.'
    : 'Open that one, or send MSCRM.SuppressDuplicateDetection: true to store it anyway.';
  throw fail(
    'DUPLICATE_FOUND',
    { entity: entity.name, names: names.join('; ') + (found.length > names.length ? ' …' : ''), way },
    { data: { duplicates: found, refused } },
  );
}

/**
 * Holds, to the end of the transaction, what a refusing rule compares: whoever stores the same at this moment waits, and then
 * sees this row. Likeness has no value to hold; such a rule is held by its other criteria, or as a whole.
 */
async function lock(call: Call, rules: readonly DuplicateRule[], textOf: TextOf): Promise<void> {
  const keys = rules.flatMap((rule) => {
    const values = rule.criteria.map((criterion) => lockValue(criterion, textOf(criterion.field)));
    if (rule.ignoreBlank && values.includes(null)) return [];
    return [`${call.engine.schema} ${rule.id} ${JSON.stringify(values)}`];
  });
  for (const key of [...new Set(keys)].sort()) {
    await executorOf(call).query('select pg_advisory_xact_lock(hashtextextended($1::text, 0))', [key]);
  }
}

function lockValue(criterion: DuplicateCriterion, given: string | null): string | null {
  const text = comparable(criterion, given);
  if (text === null) return null;
  switch (criterion.comparison.kind) {
    case 'equal':
      return text;
    case 'phone':
      return foldPhone(text) ?? null;
    case 'prefix':
      return [...(fold(text) ?? '')].slice(0, criterion.comparison.length).join('');
    case 'similar':
      return '';
    default:
      return fold(text) ?? text.toLowerCase();
  }
}

/** The fields a field's value is made of: itself, or the parts of a composed text. */
function sourcesOf(entity: Entity, name: string): readonly Field[] {
  const field = entity.fields.get(name);
  if (!field) return [];
  return field.compose ? field.compose.flatMap((part) => entity.fields.get(part) ?? []) : [field];
}

/** Composed texts are joined as the write does it (statement.ts). */
function readerOf(entity: Entity, read: (field: Field) => string | null): TextOf {
  return (name) => {
    const field = entity.fields.get(name);
    if (!field) return null;
    if (!field.compose) return read(field);
    const parts = sourcesOf(entity, name).map((part) => (read(part) ?? '').trim());
    return parts.filter((part) => part !== '').join(' ') || null;
  };
}

function written(columns: ReadonlyMap<string, ColumnValue>, field: Field): string | null {
  const value = columns.get(columnOf(field).name) ?? null;
  return value === null ? null : String(value);
}

/** The row's values as the caller may read them; undefined where there is no such row for the caller. */
async function readTexts(
  call: Call,
  entity: Entity,
  id: string,
  names: readonly string[],
): Promise<TextOf | undefined> {
  const fields = [...new Set(names)].flatMap((name) => [entity.fields.get(name) ?? [], sourcesOf(entity, name)].flat());
  const found = await retrieve(
    call,
    {
      entity: entity.name,
      select: [...new Set(fields.map((field) => columnOf(field).wire))],
      sort: [],
      expand: [],
      count: false,
      annotations: { formatted: false, lookup: false },
    },
    { id },
  );
  if (!found) return undefined;
  const row = JSON.parse(found.json) as Readonly<Record<string, unknown>>;
  return (name) => {
    const field = entity.fields.get(name);
    const value = field && row[columnOf(field).wire];
    return value === null || value === undefined ? null : String(value);
  };
}
