// Generated from view.schema.json by `npm run generate`: change the schema, not this file.

/**
 * A list of an entity's rows: `<entity>/views/<id>.json`.
 */
export type ViewDocument = {
  [k: string]: unknown;
} & {
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
   * The view kind that draws it: `grid`, or one of a plugin. `quick-find`: no list; its text columns are the fields that lists, lookups and the search look in, instead of the entity document's `search`. One per entity.
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
  columns?: {
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
  /**
   * Makes the view a summary: rows with the same values are one line of it. In order.
   *
   * Items: What rows are taken together by.
   */
  groups?: {
    /**
     * Its name in the answer; the field itself where no field is said.
     */
    id: string;
    /**
     * A field, or a path over lookups: `customerid.industrycode`.
     */
    field?: string;
    /**
     * Of dates: the period that is taken together, in the reader's calendar and time zone (fiscal ones as the organization's fiscal year says).
     */
    by?: 'day' | 'week' | 'month' | 'quarter' | 'year' | 'fiscal-period' | 'fiscal-year';
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
   * Makes the view a summary: what is worked out over the rows of each group, or over all rows where there are no groups.
   *
   * Items: A measure.
   */
  measures?: {
    /**
     * Its name in the answer.
     */
    id: string;
    /**
     * Label in the document's default language.
     */
    title?: string;
    /**
     * What is worked out. `count` counts rows, or of a field those where it is not empty.
     */
    function?: 'sum' | 'avg' | 'min' | 'max' | 'count' | 'count-distinct';
    /**
     * A field, or a path over lookups; only `count` does without.
     */
    field?: string;
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
  having?: Having;
  /**
   * Order of the rows; the key breaks ties. Of a summary: ids of groups and measures.
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
   * A summary shows so many groups at most: with a sort by a measure the greatest.
   */
  top?: number;
  /**
   * Further options of the view kind, checked by the view kind.
   */
  options?: {
    [k: string]: unknown;
  };
};
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
       * The operator. `null` = empty; `me` = the reader; dates know `today`, `this-month` … in the reader's calendar and time zone, fiscal ones the organization's fiscal year; `under` and `above` go along the tree of an entity that has a hierarchy.
       */
      is:
        | 'eq'
        | 'ne'
        | 'gt'
        | 'ge'
        | 'lt'
        | 'le'
        | 'between'
        | 'not-between'
        | 'in'
        | 'not-in'
        | 'null'
        | 'not-null'
        | 'like'
        | 'not-like'
        | 'contains'
        | 'not-contains'
        | 'startswith'
        | 'not-startswith'
        | 'endswith'
        | 'not-endswith'
        | 'has-any'
        | 'not-has-any'
        | 'has-all'
        | 'me'
        | 'not-me'
        | 'my-teams'
        | 'me-or-my-teams'
        | 'me-or-my-reports'
        | 'me-or-my-reports-or-teams'
        | 'my-unit'
        | 'not-my-unit'
        | 'my-language'
        | 'above'
        | 'under'
        | 'eq-or-above'
        | 'eq-or-under'
        | 'not-under'
        | 'on'
        | 'not-on'
        | 'before'
        | 'after'
        | 'on-or-before'
        | 'on-or-after'
        | 'today'
        | 'yesterday'
        | 'tomorrow'
        | 'last-seven-days'
        | 'next-seven-days'
        | 'last-week'
        | 'this-week'
        | 'next-week'
        | 'last-month'
        | 'this-month'
        | 'next-month'
        | 'last-quarter'
        | 'this-quarter'
        | 'next-quarter'
        | 'last-year'
        | 'this-year'
        | 'next-year'
        | 'last-fiscal-period'
        | 'this-fiscal-period'
        | 'next-fiscal-period'
        | 'last-fiscal-year'
        | 'this-fiscal-year'
        | 'next-fiscal-year'
        | 'last-x-hours'
        | 'next-x-hours'
        | 'last-x-days'
        | 'next-x-days'
        | 'last-x-weeks'
        | 'next-x-weeks'
        | 'last-x-months'
        | 'next-x-months'
        | 'last-x-years'
        | 'next-x-years'
        | 'last-x-fiscal-periods'
        | 'next-x-fiscal-periods'
        | 'last-x-fiscal-years'
        | 'next-x-fiscal-years'
        | 'older-than-x-minutes'
        | 'older-than-x-hours'
        | 'older-than-x-days'
        | 'older-than-x-weeks'
        | 'older-than-x-months'
        | 'older-than-x-years'
        | 'in-fiscal-year'
        | 'in-fiscal-period'
        | 'in-fiscal-period-and-year'
        | 'in-or-before-fiscal-period-and-year'
        | 'in-or-after-fiscal-period-and-year';
      /**
       * What it is compared with; a list for `in`, `has-any`, `has-all` and their opposites, and for `between` (least and greatest) and the operators over a fiscal period and year (period, year); a number for `last-x-days` and its like; a pattern with % and _ for `like`; the id of a row for `under`, `above`; nothing for `null`, `me`, `today` and their like.
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
 * A condition on a group.
 */
export type Having =
  | {
      /**
       * Conditions.
       *
       * @minItems 1
       */
      and: Having[];
    }
  | {
      /**
       * Conditions.
       *
       * @minItems 1
       */
      or: Having[];
    }
  | {
      not: Having;
    }
  | {
      /**
       * The id of a measure or a group.
       */
      id: string;
      /**
       * The operator. `null` = empty.
       */
      is: 'eq' | 'ne' | 'gt' | 'ge' | 'lt' | 'le' | 'in' | 'null';
      /**
       * What it is compared with; a list for `in`, nothing for `null`.
       */
      value?: string | number | boolean | (string | number)[];
    };
