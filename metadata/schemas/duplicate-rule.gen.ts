// Generated from duplicate-rule.schema.json by `npm run generate`: change the schema, not this file.

/**
 * When two rows are taken for the same thing: `<entity>/duplicates/<id>.json`. Asked when a row of the entity is created or changed; all criteria must hold.
 */
export interface DuplicateRuleDocument {
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
   * The entity whose rows are compared with, where it is another one than the rule's own.
   */
  with?: string;
  /**
   * What the two rows must have in common: all of it.
   */
  criteria: Criterion[];
  /**
   * A row without a value in one of the fields has no duplicates by this rule. False: two rows without a value agree in it.
   */
  'ignore-blank'?: boolean;
  /**
   * Rows that are not in the first of their states are no duplicates.
   */
  'active-only'?: boolean;
  /**
   * True: the rule is not asked. For overlays that silence a rule of a layer below.
   */
  off?: boolean;
  /**
   * `warn` tells whoever asks to be told, and lets them save anyway; `refuse` never stores the row.
   */
  severity?: 'warn' | 'refuse';
}
/**
 * One thing the rows have in common.
 */
export interface Criterion {
  /**
   * The field of the rule's entity.
   */
  field: string;
  /**
   * The field of the other row, where it has another name.
   */
  with?: string;
  /**
   * `exact`: the same value (text without case); `normalized`: the same letters and digits, whatever their spelling in Unicode, case, accents and punctuation (telephone numbers: the same last ten digits); `prefix`: the same first `length` letters, normalized; `similar`: as many trigrams in common as `threshold` says, normalized and written as it sounds.
   */
  match?: 'exact' | 'normalized' | 'prefix' | 'similar';
  /**
   * How many letters a prefix has.
   */
  length?: number;
  /**
   * How alike texts must be for `similar`, by pg_trgm's measure: 1 = the same words. Default 0.6.
   */
  threshold?: number;
  /**
   * Overlay: the field of the sibling this one is placed after; the empty string puts it first. Without it a new one comes last.
   */
  after?: string;
  /**
   * Overlay: true takes the criterion of this field away from the layer below.
   */
  remove?: boolean;
}
