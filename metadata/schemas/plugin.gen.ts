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
   * What its code asks for beyond its own entities; shown to the admin who installs it: `network:api.example.org`, `read:contact`.
   */
  rights?: string[];
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
