// Generated from dashboard.schema.json by `npm run generate`: change the schema, not this file.

/**
 * Charts, lists and figures on one page: `dashboards/<id>.json`.
 */
export interface DashboardDocument {
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
   * Columns of the grid the tiles lie on.
   */
  columns?: number;
  /**
   * Tiles in reading order.
   */
  tiles: Tile[];
}
/**
 * A tile.
 */
export interface Tile {
  /**
   * Stable id, unique among its siblings: overlays, translations and links address it by this.
   */
  id: string;
  /**
   * Label in the document's default language (English in ours). Other languages stand in locale files.
   */
  title?: string;
  /**
   * What it shows.
   */
  kind?: 'chart' | 'view' | 'number' | 'text';
  /**
   * Entity of the chart, view or number.
   */
  entity?: string;
  /**
   * Id of a view of the entity: its rows, or the filter of the number.
   */
  view?: string;
  /**
   * Id of a chart of the entity.
   */
  chart?: string;
  /**
   * number: what is reckoned over the view's rows.
   */
  measure?: {
    /**
     * How.
     */
    function: 'sum' | 'avg' | 'min' | 'max' | 'count' | 'count-distinct';
    /**
     * Over which field.
     */
    field?: string;
  };
  /**
   * number: the same over the period before: of the date field, the period that the reader’s calendar has now against the one before.
   */
  compare?: {
    /**
     * A date.
     */
    field: string;
    /**
     * The period.
     */
    by: 'day' | 'week' | 'month' | 'quarter' | 'year';
  };
  /**
   * text: Markdown.
   */
  text?: string;
  /**
   * Columns it takes.
   */
  width?: number;
  /**
   * Rows it takes.
   */
  height?: number;
  /**
   * Overlay: the id of the sibling this one is placed after; the empty string puts it first. Without it a new one comes last.
   */
  after?: string;
  /**
   * Overlay: true takes the element of this id away from the layer below.
   */
  remove?: boolean;
}
