// The one gate between a query and the database: what of it the caller may see. Compiling takes a Restricted, and only this
// makes one; the compiler asks it at every table it names, so lists, counts, groups, paths, lambdas, expansions and the names
// beside lookups all see the same rows.
import type { Model } from '../model/model.ts';
import type { Condition, Query } from '../query/tree.ts';
import { mayI } from './access.ts';
import type { Principal } from './principal.ts';

export interface Restricted {
  readonly query: Query;
  /** The rows of an entity that the caller may read, as a condition over it. */
  readonly rows: (entity: string) => Condition;
}

const all: Condition = { kind: 'true' };
const none: Condition = { kind: 'false' };

/** What the caller may read decides the statement; callers of one shape share plans. */
export function accessShape(principal: Principal): string {
  return [...principal.roles].sort().join(',');
}

export function restrict(query: Query, principal: Principal, model: Model): Restricted {
  return { query, rows: (entity) => readableRows(entity, principal, model) };
}

function readableRows(name: string, principal: Principal, model: Model): Condition {
  if (!mayI(principal, model, 'read', name)) return none;
  const union = model.entities.get(name)?.union;
  if (!union) return all;
  const readable = union.members.filter((member) => mayI(principal, model, 'read', member));
  if (readable.length === union.members.length) return all;
  const discriminator = model.entities.get(name)?.fields.get(union.discriminator)?.columns[0]?.wire;
  if (discriminator === undefined || readable.length === 0) return none;
  return { kind: 'compare', path: [discriminator], operator: 'in', value: readable };
}
