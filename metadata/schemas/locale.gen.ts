// Generated from locale.schema.json by `npm run generate`: change the schema, not this file.

/**
 * A layer's words in one language: `locales/<tag>.json`. A language's files of all layers are one catalogue; the higher layer wins.
 */
export interface LocaleDocument {
  /**
   * Where this kind's schema is, relative to the document; editors complete and check by it.
   */
  $schema?: string;
  /**
   * The language's own name: `فارسی`.
   */
  title: string;
  /**
   * Direction of reading.
   */
  direction: 'ltr' | 'rtl';
  /**
   * The calendar its readers expect unless they choose another.
   */
  calendar?: 'gregory' | 'persian';
  /**
   * Id path → text: `<document id>#<path by ids>`, e.g. `account/entity#title`, `account/entity#plural`, `account/entity#properties/name/title`, `account/entity#properties/industrycode/options/1/title`, `account/entity#status/0/reasons/1/title`, `account/forms/main#tabs/summary/title`, `choices/leadsource#options/1/title`, `traits/record#properties/createdon/title`. What plugin.json says is addressed as `plugin.<id>#title`, `plugin.<id>#commands/<command>/title`, `…/fields/<parameter>/title`, `plugin.<id>#controls/<control>/title`, `plugin.<id>#views/<kind>/title`, `plugin.<id>#pages/<page>/title`.
   */
  texts: {
    [k: string]: string;
  };
}
