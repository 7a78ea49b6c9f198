// Generated from chart.schema.json by `npm run generate`: change the schema, not this file.

/**
 * A picture of an entity's rows: `<entity>/charts/<id>.json`.
 */
export interface ChartDocument {
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
   * The chart kind: `column`, `bar`, `line`, `area`, `pie`, `funnel`.
   */
  kind: string;
  /**
   * What the rows are grouped by.
   *
   * @maxItems 2
   *
   * Items: A grouping.
   */
  group: {
    /**
     * A field, or a path over lookups.
     */
    id: string;
    /**
     * Dates: the step of the reader's calendar.
     */
    by?: 'day' | 'week' | 'month' | 'quarter' | 'year';
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
   * What is reckoned for each group.
   *
   * Items: A measure.
   */
  measures: {
    /**
     * Stable id, unique among its siblings: overlays, translations and links address it by this.
     */
    id: string;
    /**
     * Label in the document's default language (English in ours). Other languages stand in locale files.
     */
    title?: string;
    /**
     * How.
     */
    function?: 'sum' | 'avg' | 'min' | 'max' | 'count' | 'count-distinct';
    /**
     * Over which field; none for `count`.
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
  /**
   * Id of the view whose filter it starts from.
   */
  view?: string;
  /**
   * At most this many groups; the rest becomes one.
   */
  top?: number;
}
