// One row of a file → the record it means: cells through aliases, expressions and converters. Lookups stay text until the
// batch's lookups are known.
import type { RecordInput } from '../../../core/records/input.ts';
import type { Problem } from './error-file.ts';
import type { FieldPlan, FilePlan } from './file-plan.ts';
import type { Found } from './lookups.ts';
import type { Row } from './rows.ts';

export interface ReadRow {
  readonly row: Row;
  /** Wire values; lookups that need finding are in `references`. */
  readonly values: Record<string, unknown>;
  readonly exact: Record<string, string>;
  readonly references: readonly { readonly plan: FieldPlan; readonly text: string }[];
  readonly problems: Problem[];
}

/** Reads the fields for one pass: the first leaves out lookups to the file's own entity, the second reads only those. */
export async function readRow(plan: FilePlan, row: Row, pass: 'first' | 'second'): Promise<ReadRow> {
  const values: Record<string, unknown> = {};
  const exact: Record<string, string> = {};
  const references: { plan: FieldPlan; text: string }[] = [];
  const problems: Problem[] = row.crooked === undefined ? [] : [{ column: '', reason: row.crooked }];
  const cells = withAliases(plan, row);
  for (const field of plan.fields) {
    const isKey = plan.file.key.includes(field.field.name);
    if (pass === 'first' ? field.second : !field.second && !isKey) continue;
    const name = field.field.name;
    if (field.source.value !== undefined) {
      values[name] = field.source.value;
      continue;
    }
    const text = await textOf(field, cells);
    if (typeof text !== 'string') {
      problems.push({ column: field.column, reason: text.problem });
      continue;
    }
    const converted = field.convert(text);
    if ('problem' in converted) problems.push({ column: field.column, reason: converted.problem });
    else if ('value' in converted) {
      if (field.lookup && typeof converted.value === 'string') references.push({ plan: field, text: converted.value });
      else values[name] = converted.value;
      if (converted.exact !== undefined) exact[name] = converted.exact;
    }
  }
  for (const key of plan.file.key) {
    const given = values[key] !== undefined && values[key] !== null && values[key] !== '';
    const referenced = references.some((reference) => reference.plan.field.name === key);
    const column = plan.fields.find((field) => field.field.name === key)?.column ?? key;
    if (!given && !referenced && !problems.some((problem) => problem.column === column)) {
      problems.push({ column, reason: 'the key is empty: nothing to find the row by' });
    }
  }
  return { row, values, exact, references, problems };
}

function withAliases(plan: FilePlan, row: Row): Readonly<Record<string, string>> {
  const aliases = plan.file.aliases;
  if (!aliases) return row.cells;
  const cells = { ...row.cells };
  for (const [column, meanings] of Object.entries(aliases)) {
    const text = (cells[column] ?? '').trim();
    if (Object.hasOwn(meanings, text)) cells[column] = meanings[text] ?? '';
  }
  return cells;
}

async function textOf(
  field: FieldPlan,
  cells: Readonly<Record<string, string>>,
): Promise<string | { readonly problem: string }> {
  if (!field.expression) return cells[field.source.column ?? ''] ?? '';
  try {
    const result: unknown = await field.expression.evaluate(cells);
    if (result === undefined || result === null) return '';
    return typeof result === 'object' ? JSON.stringify(result) : String(result);
  } catch (error) {
    return { problem: `the expression failed: ${(error as Error).message}` };
  }
}

/** The record to write, once the lookups of the batch are known; undefined when a lookup is missing (said in `problems`). */
export function completeRow(read: ReadRow, find: (plan: FieldPlan, text: string) => Found): RecordInput | undefined {
  const targets: Record<string, string> = {};
  for (const { plan, text } of read.references) {
    const { entity, by } = plan.lookup ?? { entity: undefined, by: '' };
    const found = find(plan, text);
    if ('id' in found) {
      read.values[plan.field.name] = found.id;
      if (entity) targets[plan.field.name] = entity.name;
    } else if ('several' in found) {
      const reason = `${found.several} rows of ${entity?.plural} have ${by} “${text}”: name one by a key`;
      read.problems.push({ column: plan.column, reason });
    } else if (plan.source.lookup?.missing === 'empty') {
      read.values[plan.field.name] = null;
    } else {
      const reason = `no row of ${entity?.plural} has ${by} “${text}”; add it, or an alias for it in the map`;
      read.problems.push({ column: plan.column, reason });
    }
  }
  return read.problems.length > 0 ? undefined : { values: read.values, targets, exact: read.exact };
}
