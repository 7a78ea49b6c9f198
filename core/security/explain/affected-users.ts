// Whom a change of a role, a team or a field profile concerns.
import { ident, qualified } from '../../db/identifier.ts';
import type { Parameter } from '../../db/sql.ts';
import type { Model } from '../../model/model.ts';
import { associationOf } from '../association.ts';

export type Concerned =
  | { readonly kind: 'role'; readonly id: string }
  | { readonly kind: 'profile'; readonly id: string }
  | { readonly kind: 'team'; readonly id: string };

/** Rows of `to` linked with those of `from` whose ids `ids` (SQL) yields. */
function linked(schema: string, model: Model, from: string, to: string, ids: string): string {
  const association = associationOf(model, from, to);
  if (!association) return 'select null::uuid where false';
  const { table, left, right } = association;
  return `select ${ident(right)} from ${qualified(schema, table)} where ${ident(left)} in (${ids})`;
}

/** A query of systemuserids: the members, or the holders through oneself or a team. */
export function membersQuery(
  schema: string,
  model: Model,
  concerned: Concerned,
): { readonly text: string; readonly parameters: readonly Parameter[] } {
  const { kind, id } = concerned;
  if (kind === 'team')
    return { text: linked(schema, model, 'team', 'systemuser', 'select $1::uuid'), parameters: [id] };
  const entity = kind === 'role' ? 'role' : 'fieldsecurityprofile';
  const found = model.entities.get(entity);
  if (!found) return { text: 'select null::uuid where $1 is null', parameters: [id] };
  const rows = `select ${ident(found.key.name)} from ${qualified(schema, entity)} where document = $1`;
  const own = linked(schema, model, entity, 'systemuser', rows);
  const teams = linked(schema, model, entity, 'team', rows);
  return { text: `${own} union ${linked(schema, model, 'team', 'systemuser', teams)}`, parameters: [id] };
}
