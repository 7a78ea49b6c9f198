// Generated from plugin.schema.json by `npm run generate`: change the schema, not this file.

/**
 * What a plugin says of itself: `plugin.json` at the root of its folder. The base layer has one too.
 */
export interface PluginDocument {
  /**
   * Where this kind's schema is, relative to the document; editors complete and check by it.
   */
  $schema?: string;
  /**
   * Unique; also its layer's name.
   */
  id: string;
  /**
   * Semantic version.
   */
  version: string;
  /**
   * Label in the document's default language (English in ours). Other languages stand in locale files.
   */
  title: string;
  /**
   * Help for people, shown where the thing is used and where it is edited.
   */
  description?: string;
  /**
   * Versions of Peyvand it works with, as an npm range: `^0.1.0`.
   */
  engine?: string;
  /**
   * Plugins beneath this one: id → npm range of versions.
   */
  requires?: {
    [k: string]: string;
  };
  /**
   * What its code asks for beyond its own entities; shown to the admin who installs it. Whatever is not listed is refused.
   */
  rights?: {
    /**
     * Entities of others that its code reads or writes, or has handlers on: logical name → privileges. `*` is every entity. Its own need no right.
     */
    entities?: {
      /**
       * @minItems 1
       */
      [k: string]: ('create' | 'read' | 'write' | 'delete' | 'append' | 'append-to' | 'assign' | 'share')[];
    };
    /**
     * Hosts that its code may call: `api.example.org`, with a port where it is not the usual one: `erp.example.org:8443`.
     */
    hosts?: string[];
    /**
     * Names of the secrets it asks for: set as PEYVAND_SECRET_<PLUGIN>_<NAME>, or in its settings.
     */
    secrets?: string[];
    /**
     * It runs on a schedule.
     */
    jobs?: boolean;
  };
  /**
   * What its browser half brings, each a module in its folder that is loaded where it is used.
   */
  contributes?: {
    /**
     * Buttons on forms and lists.
     */
    commands?: Command[];
    /**
     * Parts of forms.
     */
    controls?: Control[];
    /**
     * Kinds of views.
     */
    views?: View[];
    /**
     * Pages of the app.
     */
    pages?: Page[];
  };
  /**
   * A JSON Schema of its settings; their form is generated from it.
   */
  settings?: {
    [k: string]: unknown;
  };
  /**
   * Who makes it.
   */
  author?: string;
  /**
   * SPDX identifier.
   */
  license?: string;
}
export interface Command {
  [k: string]: unknown;
}
export interface Control {
  [k: string]: unknown;
}
export interface View {
  [k: string]: unknown;
}
export interface Page {
  [k: string]: unknown;
}
