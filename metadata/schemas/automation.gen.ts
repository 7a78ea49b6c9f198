// Generated from automation.schema.json by `npm run generate`: change the schema, not this file.

/**
 * What happens by itself when something happens: `automations/<id>.json`.
 */
export interface AutomationDocument {
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
   * `immediate`: inside the write's transaction, its failure undoes the write. `background`: durable, after the commit.
   */
  mode?: 'immediate' | 'background';
  /**
   * False: kept, not run.
   */
  enabled?: boolean;
  /**
   * What starts a run.
   */
  trigger: {
    /**
     * The event.
     */
    on: 'create' | 'update' | 'delete' | 'create-or-update' | 'schedule' | 'manual';
    /**
     * The entity whose rows start it.
     */
    entity?: string;
    /**
     * update: only when one of these fields really changed.
     */
    changed?: string[];
    /**
     * A JSONata expression over the record's fields; the run starts only when true.
     */
    when?: string;
    /**
     * schedule: a cron expression of five fields, in the organization's time zone.
     */
    schedule?: string;
  };
  /**
   * Steps in order.
   */
  steps: Step[];
}
/**
 * A step. Beside the keys below it holds the step kind's own options, checked by the step kind.
 */
export interface Step {
  /**
   * Stable id, unique among its siblings: overlays, translations and links address it by this.
   */
  id: string;
  /**
   * Label in the document's default language (English in ours). Other languages stand in locale files.
   */
  title?: string;
  /**
   * The step kind: a folder `steps/<kind>` of a plugin (`create`, `update`, `email`, `wait-until`, …).
   */
  do?: string;
  /**
   * A JSONata expression over the record's fields: the step is left out unless it is true.
   */
  when?: string;
  /**
   * Steps of the branch taken.
   */
  then?: Step[];
  /**
   * Steps of the other branch.
   */
  else?: Step[];
  /**
   * Overlay: the id of the sibling this one is placed after; the empty string puts it first. Without it a new one comes last.
   */
  after?: string;
  /**
   * Overlay: true takes the element of this id away from the layer below.
   */
  remove?: boolean;
  [k: string]: unknown;
}
