// The place of a value that JavaScript works out, in the JSON text of a row: the field and what its formula reads, between
// control signs that JSON text never holds raw. core/formulas/evaluate.ts puts the value in when the rows have come.
import { literal } from '../db/identifier.ts';
import type { Read } from '../formulas/formula.ts';
import { CLOSES, OPENS, PARTS } from '../formulas/marks.ts';
import type { Field } from '../model/model.ts';
import { mainColumn, type From } from './from.ts';
import { concat, jsonKey, jsonOf, type Piece } from './json-text.ts';

/** SQL of the marked text of an evaluated field of the row. */
export function evaluatedText(row: From, field: Field): string {
  const { derivation } = field;
  if (derivation?.kind !== 'evaluated') throw new TypeError(`${field.entity}.${field.name} is not evaluated`);
  row.compilation.statement.evaluates = true;
  const pieces: Piece[] = [{ text: `${OPENS}${field.entity}.${field.name}${PARTS}{` }];
  const byPath = Map.groupBy(derivation.reads, (read) => [...read.steps, read.field].join('.'));
  let first = true;
  for (const [path, reads] of byPath) {
    const values = reads.map((read) => valueText(row, read.steps, read)).filter((one) => one !== undefined);
    pieces.push(
      { text: `${first ? '' : ','}${jsonKey(path)}` },
      { sql: `coalesce(${[...values, literal('null')].join(', ')})` },
    );
    first = false;
  }
  pieces.push({ text: `}${CLOSES}` });
  return concat(pieces);
}

/** SQL of a value's JSON text, null where there is none; undefined where the path does not lead there. */
function valueText(row: From, steps: readonly string[], read: Read): string | undefined {
  const [step, ...rest] = steps;
  if (step === undefined) {
    const field = row.entity.fields.get(read.field);
    if (row.entity.name !== read.entity || !field) return undefined;
    if (field.derivation?.kind === 'evaluated') return evaluatedText(row, field);
    const column = mainColumn(field);
    return `nullif(${jsonOf(row.columnOf(column), column.type)}, 'null')`;
  }
  const targets = row.entity.fields.get(step)?.reference?.targets ?? [];
  const values = targets.flatMap((target) => {
    const found: string[] = [];
    const text = row.referred(step, target, (inner) => {
      const value = valueText(inner, rest, read);
      if (value !== undefined) found.push(value);
      return value ?? 'null::text';
    });
    return found.length > 0 ? [text] : [];
  });
  return values.length === 0 ? undefined : `coalesce(${[...values, 'null'].join(', ')})`;
}
