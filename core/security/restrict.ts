// The one gate between a query and the database: what of it the caller may see. Compiling takes a Restricted, and only this
// makes one; the compiler asks it at every table and column it names, so lists, counts, groups, paths, lambdas, expansions and
// the names beside lookups all see the same rows and the same fields.
import type { Field, Model } from '../model/model.ts';
import type { Condition, Query } from '../query/tree.ts';
import { rowsFor } from './access.ts';
import { fieldAccess, type FieldAccess } from './field-access.ts';
import type { Principal } from './principal.ts';

export interface Restricted {
  readonly query: Query;
  /** The rows of an entity that the caller may read, as a condition over it. */
  readonly rows: (entity: string) => Condition;
  /** How much of a field's value the caller may read. */
  readonly shown: (field: Field) => FieldAccess['read'];
}

export function restrict(query: Query, principal: Principal, model: Model): Restricted {
  return {
    query,
    rows: (entity) => rowsFor(principal, model, 'read', entity),
    shown: (field) => fieldAccess(principal, model, field).read,
  };
}
