// What writers hand to the operations: wire values by field name, lookups already turned from `@odata.bind` into ids.
import type { Entity, Navigation } from '../model/model.ts';
import type { Violation } from '../sdk/index.ts';

export interface RecordInput {
  /** Field name → wire value; a lookup's value is the referenced row's id or null. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Lookup field name → logical name of the referenced entity, where the request said it. */
  readonly targets: Readonly<Record<string, string>>;
  /** Field name → source text of a JSON number that JSON.parse would have rounded. */
  readonly exact: Readonly<Record<string, string>>;
  /** What was wrong with the names of the request; told together with what is wrong with the values. */
  readonly problems?: readonly Violation[];
  /** Rows to be made or linked along navigation properties, in the same transaction (related.ts). */
  readonly related?: readonly RelatedInput[];
}

/** What a body says under one navigation property. */
export interface RelatedInput {
  readonly navigation: Navigation;
  /** Where a row stands in the body (`contact_customer_accounts/0`), with its entity and values. */
  readonly rows: readonly { readonly place: string; readonly entity: Entity; readonly input: RecordInput }[];
  /** Rows that are there already. */
  readonly links: readonly RecordAddress[];
}

/** A row's address: its id, or the values of an alternate key. */
export type RecordAddress = { readonly id: string } | { readonly key: Readonly<Record<string, string | number>> };

export interface Written {
  readonly id: string;
  /** The new row version; the ETag is `W/"<version>"`. */
  readonly version: string;
  readonly created: boolean;
  /** False for an update whose values were already there: nothing was written. */
  readonly changed: boolean;
}

// The operations, one file each, all `(call: Call, entity: Entity, …)`:
//   create(call, entity, input, {id?})                                         → Written
//   update(call, entity, address, input, {version?})                           → Written   (404, 412 with both values)
//   upsert(call, entity, address, input, {version?, only?: 'create'|'update'}) → Written
//   remove(call, entity, address, {version?})                                  → void      (409 lists what restricts)
//   deletePreview(call, entity, id)                                            → what goes along, by relationship
//   associate / disassociate(call, entity, address, navigation, target)        → void
//   retrieve(call, query, address)                                             → JSON text | undefined
//   list(call, query)                                                          → {json, next?: Cursor, count?}
