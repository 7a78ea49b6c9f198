// Generated from form.schema.json by `npm run generate`: change the schema, not this file.

/**
 * How one record is shown and edited: `<entity>/forms/<id>.json`.
 */
export interface FormDocument {
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
   * `main`: the record's page. `quick-create`: the short form for a new row from anywhere. `quick-view`: read-only, inside another entity's form. `card`: a row as a card.
   */
  kind: 'main' | 'quick-create' | 'quick-view' | 'card';
  /**
   * Fields shown beside the record's name, at most four.
   */
  header?: string[];
  /**
   * Tabs in order. A form without several tabs has one.
   */
  tabs: Tab[];
  /**
   * Rules of this form, run while somebody fills it in. What must hold whoever writes stands in `<entity>/rules/<id>.json`.
   */
  rules?: Rule[];
}
/**
 * A tab.
 */
export interface Tab {
  /**
   * Stable id, unique among its siblings: overlays, translations and links address it by this.
   */
  id: string;
  /**
   * Label in the document's default language (English in ours). Other languages stand in locale files.
   */
  title?: string;
  /**
   * Columns side by side, where the width allows.
   */
  columns?: Column[];
  /**
   * Overlay: the id of the sibling this one is placed after; the empty string puts it first. Without it a new one comes last.
   */
  after?: string;
  /**
   * Overlay: true takes the element of this id away from the layer below.
   */
  remove?: boolean;
}
/**
 * A column of sections.
 */
export interface Column {
  /**
   * Stable id, unique among its siblings: overlays, translations and links address it by this.
   */
  id: string;
  /**
   * Share of the width.
   */
  width?: number;
  /**
   * Sections from top to bottom.
   */
  sections?: Section[];
  /**
   * Overlay: the id of the sibling this one is placed after; the empty string puts it first. Without it a new one comes last.
   */
  after?: string;
  /**
   * Overlay: true takes the element of this id away from the layer below.
   */
  remove?: boolean;
}
/**
 * A group of items under one heading.
 */
export interface Section {
  /**
   * Stable id, unique among its siblings: overlays, translations and links address it by this.
   */
  id: string;
  /**
   * Label in the document's default language (English in ours). Other languages stand in locale files.
   */
  title?: string;
  /**
   * Columns of items, where the width allows.
   */
  columns?: number;
  /**
   * Fields and controls in reading order.
   */
  items?: Item[];
  /**
   * Overlay: the id of the sibling this one is placed after; the empty string puts it first. Without it a new one comes last.
   */
  after?: string;
  /**
   * Overlay: true takes the element of this id away from the layer below.
   */
  remove?: boolean;
}
/**
 * A field or a control.
 */
export interface Item {
  /**
   * The field's logical name; with `control`, an id of your choice.
   */
  id: string;
  /**
   * Label in the document's default language (English in ours). Other languages stand in locale files.
   */
  title?: string;
  /**
   * What draws it: the field type's own input when absent; `sub-grid`, `timeline`, or a control of a plugin: `<plugin>.<control>`.
   */
  control?: string;
  /**
   * sub-grid: the relationship whose rows it lists (a 1:N name such as `account_primary_contact`, or an N:N name).
   */
  navigation?: string;
  /**
   * sub-grid: the id of a view of the related entity: `active`.
   */
  view?: string;
  /**
   * Columns of the section it takes.
   */
  span?: number;
  /**
   * Height in lines of text, for controls that have one.
   */
  rows?: number;
  /**
   * Further options of the control, checked by the control.
   */
  options?: {
    [k: string]: unknown;
  };
  /**
   * Overlay: the id of the sibling this one is placed after; the empty string puts it first. Without it a new one comes last.
   */
  after?: string;
  /**
   * Overlay: true takes the element of this id away from the layer below.
   */
  remove?: boolean;
}
/**
 * Shows, hides, requires or locks what it names while its condition holds.
 */
export interface Rule {
  /**
   * Stable id, unique among its siblings: overlays, translations and links address it by this.
   */
  id: string;
  /**
   * A JSONata expression over the record's fields; the rule acts while it is true.
   */
  when?: string;
  /**
   * Ids of tabs, sections and items shown only while it holds.
   */
  show?: string[];
  /**
   * Ids hidden while it holds.
   */
  hide?: string[];
  /**
   * Fields required while it holds.
   */
  require?: string[];
  /**
   * Fields that cannot be edited while it holds.
   */
  lock?: string[];
  /**
   * Field → JSONata expression whose value it gets when the condition becomes true.
   */
  set?: {
    [k: string]: string;
  };
  /**
   * Overlay: the id of the sibling this one is placed after; the empty string puts it first. Without it a new one comes last.
   */
  after?: string;
  /**
   * Overlay: true takes the element of this id away from the layer below.
   */
  remove?: boolean;
}
