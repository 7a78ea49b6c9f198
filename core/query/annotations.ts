// What stands beside a value in the answer: what people call it, and of a lookup which entity its row is of.
import { literal } from '../db/identifier.ts';
import type { Column, Entity, Field } from '../model/model.ts';
import { typeColumn } from './from.ts';
import type { Compilation } from './from.ts';
import { jsonKey } from './json-text.ts';
import type { Piece } from './json-text.ts';
import { optionLabels } from './labels.ts';
import { referencedName } from './referenced-name.ts';
import type { Query } from './tree.ts';

export const formattedValue = '@OData.Community.Display.V1.FormattedValue';
const lookupName = '@Microsoft.Dynamics.CRM.lookuplogicalname';
const navigationName = '@Microsoft.Dynamics.CRM.associatednavigationproperty';

/** A value of the answer: `column` is the one it is of, `sqlOf` names that and its field's others where they stand. */
export interface Annotated {
  readonly entity: Entity;
  readonly field: Field;
  readonly column: Column;
  /** The value's key in the answer. */
  readonly key: string;
  readonly sqlOf: (column: Column) => string;
}

export function annotations(compilation: Compilation, value: Annotated, query: Query): readonly Piece[] {
  const { field, column, key, sqlOf } = value;
  if (column.suffix !== '') return [];
  const { formatted, lookup } = query.annotations;
  const pieces: Piece[] = [];
  if (formatted) {
    const label = labelOf(compilation, value, query.language);
    if (label !== undefined)
      pieces.push({ sql: `(${literal(`,${jsonKey(key + formattedValue)}`)} || to_json(${label})::text)` });
  }
  const type = typeColumn(field);
  if (lookup && field.reference)
    pieces.push({ sql: lookupAnnotations(value.entity, field, key, sqlOf(column), type && sqlOf(type)) });
  return pieces;
}

/** The columns whose values annotations of a value need beside it. */
export function annotatedBy(field: Field): readonly Column[] {
  const beside = [typeColumn(field), fileNameColumn(field)];
  return beside.filter((column) => column !== undefined);
}

function labelOf(
  compilation: Compilation,
  { field, column, sqlOf }: Annotated,
  language: string | undefined,
): string | undefined {
  const type = typeColumn(field);
  if (field.reference) return referencedName(compilation, field, sqlOf(column), type && sqlOf(type));
  const name = fileNameColumn(field);
  return name ? sqlOf(name) : optionLabels(compilation.model, field, column, sqlOf(column), language);
}

/** A stored file is spoken of by its name, which its type keeps beside the id. */
function fileNameColumn(field: Field): Column | undefined {
  return field.type.blob ? field.columns.find((column) => column.type === 'text') : undefined;
}

/** `type`: the SQL of the column that says which of several entities it is, or undefined where there is one only. */
export function lookupAnnotations(
  entity: Entity,
  field: Field,
  key: string,
  id: string,
  type: string | undefined,
): string {
  const targets = field.reference?.targets ?? [];
  const texts = targets.map((target) => {
    const ways = [...entity.navigation.values()];
    const way = ways.find((one) => one.kind === 'one' && one.field === field.name && one.target === target);
    const name = `,${jsonKey(key + lookupName)}${JSON.stringify(target)}`;
    return { target, text: way ? `${name},${jsonKey(key + navigationName)}${JSON.stringify(way.name)}` : name };
  });
  if (type === undefined) return `case when ${id} is not null then ${literal(texts[0]?.text ?? '')} end`;
  const cases = texts.map(({ target, text }) => `when ${literal(target)} then ${literal(text)}`);
  return `case ${type} ${cases.join(' ')} end`;
}
