// Generated from choice.schema.json by `npm run generate`: change the schema, not this file.

/**
 * A list of options that several fields share: `choices/<id>.json`.
 */
export interface ChoiceDocument {
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
   * Options in order.
   */
  options: Option[];
}
/**
 * One option.
 */
export interface Option {
  /**
   * What is stored; it stays the same for ever. An overlay addresses the option by it.
   */
  value: number;
  /**
   * Label in the document's default language (English in ours). Other languages stand in locale files.
   */
  title?: string;
  /**
   * Help for people, shown where the thing is used and where it is edited.
   */
  description?: string;
  /**
   * Colour of the label: `#rrggbb`.
   */
  color?: string;
  /**
   * Overlay: the id of the sibling this one is placed after; the empty string puts it first. Without it a new one comes last.
   */
  after?: string;
  /**
   * Overlay: true takes the element of this id away from the layer below.
   */
  remove?: boolean;
}
