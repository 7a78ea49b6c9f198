// Generated from field-profile.schema.json by `npm run generate`: change the schema, not this file.

/**
 * What its holders, users and teams, may do with secured fields: `profiles/<id>.json`. Profiles add up; whoever holds none sees a secured field as if it were empty.
 */
export interface FieldProfileDocument {
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
   * Logical name of the entity → secured field → what is granted.
   */
  fields: {
    [k: string]: {
      [k: string]: {
        /**
         * See the value.
         */
        read?: boolean;
        /**
         * Text only: of the value only so many of its first and last characters are seen; filters, sorting and search know no more.
         */
        mask?: {
          /**
           * Characters seen at the beginning.
           */
          first?: number;
          /**
           * Characters seen at the end.
           */
          last?: number;
          /**
           * In an overlay: takes the mask out, so that the whole value is seen.
           */
          remove?: true;
        };
        /**
         * Give it a value when the row is made.
         */
        create?: boolean;
        /**
         * Change it.
         */
        update?: boolean;
        /**
         * In an overlay: takes out what is granted on the field.
         */
        remove?: true;
      };
    };
  };
}
