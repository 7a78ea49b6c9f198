// Generated from relation.schema.json by `npm run generate`: change the schema, not this file.

/**
 * A many-to-many relationship: `relations/<name>.json`. Its name is the intersect table's and, on both sides, the navigation property's.
 */
export interface RelationDocument {
  /**
   * Where this kind's schema is, relative to the document; editors complete and check by it.
   */
  $schema?: string;
  /**
   * Makes the document an overlay: `<layer>@<version>:<document id>` that it changes, with the version it was made against. It then holds only what differs.
   */
  overlays?: string;
  /**
   * Label in the document's default language (English in ours). Other languages stand in locale files.
   */
  title: string;
  /**
   * Help for people, shown where the thing is used and where it is edited.
   */
  description?: string;
  /**
   * The name with its capitals, as programs of the Dataverse Web API gave it: `new_Loyalty`. Absent: the name itself.
   */
  schemaName?: string;
  first: Side;
  second: Side;
}
/**
 * One side.
 */
export interface Side {
  /**
   * Logical name of the side's entity.
   */
  entity?: string;
  /**
   * What the other side's rows are called on a row of this entity: `Members` on a team.
   */
  title?: string;
  /**
   * Column of the intersect table that holds this side's key. Default: the key field's name; needed where both sides are the same entity.
   */
  column?: string;
}
