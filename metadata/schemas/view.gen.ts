// Generated from view.schema.json by `npm run generate`: change the schema, not this file.

/**
 * A condition on a row.
 */
export type Condition =
  | {
      /**
       * Conditions.
       *
       * @minItems 1
       */
      and: Condition[];
    }
  | {
      /**
       * Conditions.
       *
       * @minItems 1
       */
      or: Condition[];
    }
  | {
      not: Condition;
    }
  | {
      /**
       * A field, or a path over lookups: `customerid.emailaddress1`.
       */
      field: string;
      /**
       * The operator. `null` = empty; `me` = the reader; dates know `today`, `this-month` … in the reader's calendar and time zone.
       */
      is:
        | 'eq'
        | 'ne'
        | 'gt'
        | 'ge'
        | 'lt'
        | 'le'
        | 'in'
        | 'null'
        | 'contains'
        | 'startswith'
        | 'endswith'
        | 'has-any'
        | 'has-all'
        | 'me'
        | 'on'
        | 'before'
        | 'after'
        | 'today'
        | 'yesterday'
        | 'tomorrow'
        | 'this-week'
        | 'this-month'
        | 'this-year'
        | 'last-x-days'
        | 'next-x-days';
      /**
       * What it is compared with; a list for `in`, `has-any`, `has-all`; a number of days for `last-x-days`; nothing for `null`, `me`, `today` and their like.
       */
      value?: string | number | boolean | (string | number)[];
    }
  | {
      /**
       * The relationship to many rows.
       */
      any: string;
      where?: Condition;
    }
  | {
      /**
       * The relationship to many rows.
       */
      every: string;
      where: Condition;
    };

/**
 * A list of an entity's rows: `<entity>/views/<id>.json`.
 */
export interface ViewDocument {
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
   * The view kind that draws it: `grid`, or one of a plugin.
   */
  kind?: string;
  /**
   * The view an entity's list opens with. One per entity.
   */
  default?: boolean;
  /**
   * Columns in order.
   *
   * Items: A column.
   */
  columns: {
    /**
     * A field, or a path over lookups: `customerid.emailaddress1`.
     */
    id: string;
    /**
     * Width in CSS pixels.
     */
    width?: number;
    /**
     * Overlay: the id of the sibling this one is placed after; the empty string puts it first. Without it a new one comes last.
     */
    after?: string;
    /**
     * Overlay: true takes the element of this id away from the layer below.
     */
    remove?: boolean;
  }[];
  filter?: Condition;
  /**
   * Order of the rows; the key breaks ties.
   *
   * Items: A sort.
   */
  sort?: {
    /**
     * A field, or a path over lookups.
     */
    id: string;
    /**
     * Ascending or descending.
     */
    direction?: 'asc' | 'desc';
    /**
     * Overlay: the id of the sibling this one is placed after; the empty string puts it first. Without it a new one comes last.
     */
    after?: string;
    /**
     * Overlay: true takes the element of this id away from the layer below.
     */
    remove?: boolean;
  }[];
  /**
   * Further options of the view kind, checked by the view kind.
   */
  options?: {
    [k: string]: unknown;
  };
}
