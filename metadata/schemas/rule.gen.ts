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
  /**
   * Help for people, shown where the thing is used and where it is edited.
   */
  description?: string;
  /**
   * A JSONata expression over the record's own fields, as they are after the write. Empty fields are missing; `$today()` and `$days(from, to)` are there.
   */
  when: string;
  then: Consequence;
  else?: Consequence;
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
   * Fields that cannot be changed, where the rule held before the write as well.
   */
  lock?: string[];
  /**
   * Forms: fields, sections and tabs (by their ids) shown only where some rule shows them now.
   */
  show?: string[];
  /**
   * Forms: fields, sections and tabs (by their ids) hidden.
   */
  hide?: string[];
  /**
   * Field → JSONata expression for its value, whatever was given.
   */
  set?: {
    [k: string]: string;
  };
  /**
   * Field → JSONata expression for its value where it is empty and nothing was given, as the rule begins to hold.
   */
  default?: {
    [k: string]: string;
  };
  /**
   * Choice field → the only values it may get.
   */
  choices?: {
    /**
     * @minItems 1
     */
    [k: string]: number[];
  };
  /**
   * Violations the write is refused with.
   */
  refuse?: Message[];
  /**
   * Forms: advice shown beside a field; nothing is refused.
   */
  recommend?: Message[];
}
/**
 * A sentence about a field.
 */
export interface Message {
  /**
   * Stable id, unique among its siblings: overlays, translations and links address it by this.
   */
  id: string;
  /**
   * The field it is about.
   */
  field: string;
  /**
   * What is wrong, or better, and how to mend it.
   */
  message: string;
}
