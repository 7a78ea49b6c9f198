// Generated from app.schema.json by `npm run generate`: change the schema, not this file.

/**
 * What a group of people works with: the site map: `apps/<id>.json`.
 */
export interface AppDocument {
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
   * Name of a Lucide icon.
   */
  icon?: string;
  /**
   * Areas in order.
   */
  areas: Area[];
  /**
   * Ids of the roles that see the app. Absent: everybody.
   */
  roles?: string[];
}
/**
 * An area: a part of the work with its own menu.
 */
export interface Area {
  /**
   * Stable id, unique among its siblings: overlays, translations and links address it by this.
   */
  id: string;
  /**
   * Label in the document's default language (English in ours). Other languages stand in locale files.
   */
  title?: string;
  /**
   * Name of a Lucide icon.
   */
  icon?: string;
  /**
   * Groups in order.
   */
  groups?: Group[];
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
 * A group of items.
 */
export interface Group {
  /**
   * Stable id, unique among its siblings: overlays, translations and links address it by this.
   */
  id: string;
  /**
   * Label in the document's default language (English in ours). Other languages stand in locale files.
   */
  title?: string;
  /**
   * Items in order.
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
 * A place to go. It names one of `entity`, `dashboard`, `page`, `url`.
 */
export interface Item {
  /**
   * Stable id, unique among its siblings: overlays, translations and links address it by this.
   */
  id: string;
  /**
   * Absent: the entity's plural, or the title of the dashboard or the page.
   */
  title?: string;
  /**
   * Name of a Lucide icon.
   */
  icon?: string;
  /**
   * The entity whose list it opens.
   */
  entity?: string;
  /**
   * The view it opens with: `active`.
   */
  view?: string;
  /**
   * Id of a dashboard document.
   */
  dashboard?: string;
  /**
   * A page of a plugin: `<plugin>.<page>`.
   */
  page?: string;
  /**
   * A page elsewhere.
   */
  url?: string;
  /**
   * Overlay: the id of the sibling this one is placed after; the empty string puts it first. Without it a new one comes last.
   */
  after?: string;
  /**
   * Overlay: true takes the element of this id away from the layer below.
   */
  remove?: boolean;
}
