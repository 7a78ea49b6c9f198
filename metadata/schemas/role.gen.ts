// Generated from role.schema.json by `npm run generate`: change the schema, not this file.

/**
 * How far it reaches: nobody's rows, one's own, those of the business unit, of the unit and those below, of the whole organization.
 */
export type Depth = 'none' | 'own' | 'unit' | 'unit-and-below' | 'organization';

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
   * Logical name → privileges; `*` speaks for every entity that the role does not name. One depth stands for all eight privileges.
   */
  privileges: {
    [k: string]:
      | Depth
      | {
          create?: Depth;
          read?: Depth;
          write?: Depth;
          delete?: Depth;
          append?: Depth;
          'append-to'?: Depth;
          assign?: Depth;
          share?: Depth;
        };
  };
  /**
   * Rights that are about no entity: `customize`, `publish`, `import`, `manage-users`; `*` is all of them.
   */
  rights?: string[];
}
