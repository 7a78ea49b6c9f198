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
   * What its browser half brings. Modules are ES modules of their own, loaded where they are used.
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
  settings?: Settings;
  /**
   * Who makes it.
   */
  author?: string;
  /**
   * SPDX identifier.
   */
  license?: string;
}
/**
 * A button on forms or lists of an entity: an operation, whose dialog is made from its parameters, or a module.
 */
export interface Command {
  /**
   * Unique in the plugin among its kind; elsewhere `<plugin>.<id>`.
   */
  id: string;
  /**
   * Label in English. Other languages stand in the plugin's locale files.
   */
  title: string;
  /**
   * Help for people.
   */
  description?: string;
  /**
   * Name of a Lucide icon.
   */
  icon?: string;
  /**
   * The entity on whose forms and lists it stands.
   */
  entity: string;
  /**
   * Where it stands. On lists it is for the selected rows.
   *
   * @minItems 1
   */
  on?: ('form' | 'list')[];
  /**
   * Lists: `each` runs it once for each selected row (operations), `once` with all their ids (modules), `none` stands in the list’s toolbar and needs no rows. Absent: `each` for an operation on a row, `none` for another operation, `once` for a module.
   */
  selection?: 'each' | 'once' | 'none';
  /**
   * A JSONata expression over the record’s fields; the command is there while it is true. Of selected rows it runs for those that are such.
   */
  when?: string;
  /**
   * It stands before the others and is shown as a button on phones too.
   */
  primary?: boolean;
  /**
   * Shown as what cannot be taken back; asks first.
   */
  destructive?: boolean;
  /**
   * What is asked before it runs.
   */
  confirm?: string;
  /**
   * The function or action it calls.
   */
  operation?: string;
  /**
   * How the operation’s parameters stand in the dialog, by their names.
   */
  fields?: {
    [k: string]: Parameter;
  };
  /**
   * When it has run, opens the row that the operation answers.
   */
  open?: boolean;
  /**
   * The module, from the plugin's folder: `commands/qualify.ts`.
   */
  module?: string;
}
/**
 * A parameter of a command’s operation.
 */
export interface Parameter {
  /**
   * Label in English. Other languages stand in the plugin's locale files.
   */
  title?: string;
  /**
   * Help for people.
   */
  description?: string;
  /**
   * A field of the command’s entity whose control and choices it takes: `statuscode`.
   */
  field?: string;
  /**
   * With a `field` that is the status reason: only the reasons of this state are offered.
   */
  state?: number;
  /**
   * Where the operation names no entity: rows of which one are offered.
   */
  entity?: string;
  /**
   * What stands there first.
   */
  default?: {
    [k: string]: unknown;
  };
  /**
   * A JSONata expression over the record that gives what stands there first.
   */
  from?: string;
  /**
   * Always this; not shown.
   */
  value?: {
    [k: string]: unknown;
  };
  /**
   * Always the record itself; not shown.
   */
  record?: true;
  /**
   * Left out; not shown. For optional parameters.
   */
  omit?: true;
  /**
   * Must be given although the operation could do without.
   */
  required?: boolean;
  /**
   * A text of several lines.
   */
  multiline?: boolean;
}
/**
 * A part of forms: the form’s item says `"control": "<plugin>.<id>"`.
 */
export interface Control {
  /**
   * Unique in the plugin among its kind; elsewhere `<plugin>.<id>`.
   */
  id: string;
  /**
   * Label in English. Other languages stand in the plugin's locale files.
   */
  title: string;
  /**
   * Help for people.
   */
  description?: string;
  /**
   * Name of a Lucide icon.
   */
  icon?: string;
  /**
   * The module, from the plugin's folder: `commands/qualify.ts`.
   */
  module: string;
  /**
   * A JSON Schema of the item’s `options`. Absent: it has none.
   */
  options?: {
    [k: string]: unknown;
  };
  /**
   * It is also shown on the form of a record that is not stored yet.
   */
  new?: boolean;
}
/**
 * A kind of views: the view document says `"kind": "<kind>"`.
 */
export interface View {
  /**
   * Unique among the view kinds of all plugins.
   */
  kind: string;
  /**
   * Label in English. Other languages stand in the plugin's locale files.
   */
  title: string;
  /**
   * Help for people.
   */
  description?: string;
  /**
   * Name of a Lucide icon.
   */
  icon?: string;
  /**
   * The module, from the plugin's folder: `commands/qualify.ts`.
   */
  module: string;
  /**
   * A JSON Schema of the view’s `options`; a property with `"fieldOf": true` names a field of the view’s entity. Absent: it has none.
   */
  options?: {
    [k: string]: unknown;
  };
}
/**
 * A page of the app: the site map’s item says `"page": "<plugin>.<id>"`; its address is `/page/<plugin>.<id>`.
 */
export interface Page {
  /**
   * Unique in the plugin among its kind; elsewhere `<plugin>.<id>`.
   */
  id: string;
  /**
   * Label in English. Other languages stand in the plugin's locale files.
   */
  title: string;
  /**
   * Help for people.
   */
  description?: string;
  /**
   * Name of a Lucide icon.
   */
  icon?: string;
  /**
   * The module, from the plugin's folder: `commands/qualify.ts`.
   */
  module: string;
  /**
   * Only who may read these entities has it.
   */
  entities?: string[];
  /**
   * Only who has this right of roles has it.
   */
  right?: string;
}
/**
 * Of one level: what belongs together begins with the same word.
 */
export interface Settings {
  /**
   * The dialect.
   */
  $schema?: string;
  /**
   * Settings are members of one object.
   */
  type: 'object';
  /**
   * For people.
   */
  title?: string;
  /**
   * For people.
   */
  description?: string;
  /**
   * Name → setting.
   */
  properties: {
    [k: string]: Setting;
  };
  /**
   * What must be set.
   */
  required?: string[];
  /**
   * There are no settings beside these.
   */
  additionalProperties?: false;
}
/**
 * A text, a number, yes or no, a choice among values, or a list of texts or numbers.
 */
export interface Setting {
  /**
   * What it is. Objects have no field in the form: write their members as settings.
   */
  type: 'string' | 'number' | 'integer' | 'boolean' | 'array';
  /**
   * Label in English.
   */
  title?: string;
  /**
   * Help for people.
   */
  description?: string;
  /**
   * What it is while nothing is set.
   */
  default?: string | number | boolean | unknown[];
  /**
   * The values it may have.
   *
   * @minItems 1
   */
  enum?: (string | number)[];
  /**
   * What a list holds.
   */
  items?: {
    /**
     * Texts or numbers.
     */
    type: 'string' | 'number' | 'integer';
    /**
     * The values they may have.
     */
    enum?: (string | number)[];
    /**
     * What texts must match.
     */
    pattern?: string;
    /**
     * Of texts, in characters.
     */
    maxLength?: number;
    /**
     * Of numbers.
     */
    minimum?: number;
    /**
     * Of numbers.
     */
    maximum?: number;
  };
  /**
   * Of a list.
   */
  minItems?: number;
  /**
   * Of a list.
   */
  maxItems?: number;
  /**
   * A list holds each once.
   */
  uniqueItems?: boolean;
  /**
   * The least.
   */
  minimum?: number;
  /**
   * The most.
   */
  maximum?: number;
  /**
   * More than.
   */
  exclusiveMinimum?: number;
  /**
   * Less than.
   */
  exclusiveMaximum?: number;
  /**
   * The step.
   */
  multipleOf?: number;
  /**
   * In characters.
   */
  minLength?: number;
  /**
   * In characters.
   */
  maxLength?: number;
  /**
   * What the text must match.
   */
  pattern?: string;
  /**
   * What kind of text it is, for people.
   */
  format?: string;
  /**
   * A secret: stored sealed, never shown.
   */
  writeOnly?: boolean;
}
