// Generated from rule.schema.json by `npm run generate`: change the schema, not this file.

/**
 * A business rule of one entity: `<entity>/rules/<id>.json`. The same text runs in every form and on the server.
 */
export interface RuleDocument {
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
  description?: 'While the condition holds.';
  /**
   * A JSONata expression over the record's fields.
   */
  when: string;
  else?: Consequence;
  type?: 'object';
  properties?: {
    [k: string]: unknown;
  };
  additionalProperties?: never;
}
/**
 * What follows.
 */
export interface Consequence {
  /**
   * Fields that must have a value.
   */
  require?: string[];
  /**
   * Fields that cannot be changed.
   */
  lock?: string[];
  /**
   * Fields shown.
   */
  show?: string[];
  /**
   * Fields hidden.
   */
  hide?: string[];
  /**
   * Field → JSONata expression for its value.
   */
  set?: {
    [k: string]: string;
  };
  /**
   * Violations the write is refused with.
   *
   * Items: A violation.
   */
  refuse?: {
    /**
     * Stable id, unique among its siblings: overlays, translations and links address it by this.
     */
    id: string;
    /**
     * The field it is about.
     */
    field: string;
    /**
     * What is wrong and how to mend it.
     */
    message: string;
  }[];
}
