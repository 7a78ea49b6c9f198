// Generated from role.schema.json by `npm run generate`: change the schema, not this file.

/**
 * How far it reaches: nobody's rows, one's own, those of the business unit, of the unit and those below, of the whole organization.
 */
export type Depth = 'none' | 'own' | 'unit' | 'unit-and-below' | 'organization';
export type Grant =
  | Depth
  | {
      depth: Depth;
      /**
       * JSONata over the row: the grant holds only for rows for which it is true.
       */
      when?: string;
    };

/**
 * What its holders may do: `roles/<id>.json`. Roles add up.
 */
export interface RoleDocument {
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
   * Logical name → privileges; `*` speaks for every entity that the role does not name. One depth stands for all eight privileges; a privilege `*` speaks for those that are not named.
   */
  privileges: {
    [k: string]:
      | Depth
      | {
          create?: Grant;
          read?: Grant;
          write?: Grant;
          delete?: Grant;
          append?: Grant;
          'append-to'?: Grant;
          assign?: Grant;
          share?: Grant;
          '*'?: Grant;
        };
  };
  /**
   * What holders may not, whatever else grants it: roles, shares, hierarchy. `system-administrator` is never denied.
   */
  deny?: {
    /**
     * Stable name of the rule within the role.
     */
    id: string;
    /**
     * What people are told who ask why.
     */
    title?: string;
    /**
     * Logical name, or `*` for every entity.
     */
    entity?: string;
    /**
     * The privileges denied; all eight where it is left out.
     *
     * @minItems 1
     */
    privileges?: ('create' | 'read' | 'write' | 'delete' | 'append' | 'append-to' | 'assign' | 'share')[];
    /**
     * JSONata over the row: only rows for which it is true are denied. Not together with the entity `*`.
     */
    when?: string;
    /**
     * In an overlay: the id of the rule it stands behind.
     */
    after?: string;
    /**
     * In an overlay: takes the rule out.
     */
    remove?: true;
  }[];
  /**
   * Rights that are about no entity: `customize`, `publish`, `import`, `manage-users`, `audit`, `view-as`, `act-on-behalf`, `bypass-plugins`; `*` is all of them.
   */
  rights?: string[];
}
