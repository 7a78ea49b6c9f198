// The primary name of the row a lookup's value points at, as SQL; null where the caller may not read that row.
import { literal } from '../db/identifier.ts';
import type { Field } from '../model/model.ts';
import { From, mainColumn } from './from.ts';
import type { Compilation } from './from.ts';

/**
 * `id` is the SQL of the value; `type` that of the column that tells which entity it belongs to, where it is at hand: without it
 * every target is tried. Undefined when none of the targets can be read.
 */
export function referencedName(compilation: Compilation, field: Field, id: string, type?: string): string | undefined {
  const names = (field.reference?.targets ?? []).flatMap((target) => {
    const name = targetName(compilation, target, id);
    return name === undefined ? [] : [{ target, name }];
  });
  const [only] = names;
  if (!only) return undefined;
  if (type === undefined)
    return names.length === 1 ? only.name : `coalesce(${names.map((one) => one.name).join(', ')})`;
  return `case ${type} ${names.map(({ target, name }) => `when ${literal(target)} then ${name}`).join(' ')} end`;
}

function targetName(compilation: Compilation, target: string, id: string): string | undefined {
  const entity = compilation.model.entities.get(target);
  if (!entity || compilation.rows(target).kind === 'false') return undefined;
  const from = new From(compilation, entity);
  const where = [`${from.key} = ${id}`, from.visible].filter((one) => one !== undefined);
  return `(select ${from.columnOf(mainColumn(entity.primary))}::text from ${from.text} where ${where.join(' and ')})`;
}
