// Generated from process.schema.json by `npm run generate`: change the schema, not this file.

/**
 * A business process: stages, their steps, gates and branches: `processes/<id>.json`. The server enforces it.
 */
export interface ProcessDocument {
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
   * The entity a process begins on.
   */
  starts: string;
  /**
   * A JSONata expression over the record's fields: the process is offered for records for which it is true.
   */
  when?: string;
  /**
   * Stages in order; the first is where a process begins.
   */
  stages: Stage[];
  /**
   * Ids of the roles that may use it. Absent: everybody.
   */
  roles?: string[];
}
/**
 * A stage.
 */
export interface Stage {
  /**
   * Stable id, unique among its siblings: overlays, translations and links address it by this.
   */
  id: string;
  /**
   * Label in the document's default language (English in ours). Other languages stand in locale files.
   */
  title?: string;
  /**
   * Help for people, shown where the thing is used and where it is edited.
   */
  description?: string;
  /**
   * The entity whose record is worked on in this stage.
   */
  entity?: string;
  /**
   * The relationship that leads from the previous stage's record to this one's.
   */
  via?: string;
  /**
   * Kind of stage, for reports over several processes: `qualify`, `develop`, `propose`, `close`.
   */
  category?: string;
  due?: Duration;
  /**
   * Steps in order.
   */
  steps?: Step[];
  /**
   * A JSONata expression over the record's fields; it must be true before the stage is left. Checked on the server.
   */
  gate?: string;
  approval?: Approval;
  /**
   * Where to go from here; the first whose condition holds. Absent: the next stage in the list.
   *
   * Items: A way on.
   */
  next?: {
    /**
     * Id of a stage.
     */
    to: string;
    /**
     * A JSONata expression over the record's fields.
     */
    when?: string;
  }[];
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
 * A length of time; business days and hours by the organization's calendar.
 */
export interface Duration {
  /**
   * Number of minutes.
   */
  minutes?: number;
  /**
   * Number of hours.
   */
  hours?: number;
  /**
   * Number of days.
   */
  days?: number;
  /**
   * Number of business hours.
   */
  'business-hours'?: number;
  /**
   * Number of business days.
   */
  'business-days'?: number;
}
/**
 * Something to do in the stage.
 */
export interface Step {
  /**
   * A field of the stage's entity, or with `action` an id of your choice.
   */
  id: string;
  /**
   * Label in the document's default language (English in ours). Other languages stand in locale files.
   */
  title?: string;
  /**
   * The stage cannot be left while it is empty or undone.
   */
  required?: boolean;
  /**
   * An action to run: `lead.qualify`.
   */
  action?: string;
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
 * Needs a person's yes before the stage is left.
 */
export interface Approval {
  /**
   * A JSONata expression over the record's fields: approval is needed when true.
   */
  of?: string;
  /**
   * Who may approve.
   */
  by: {
    /**
     * Id of a role document.
     */
    role?: string;
    /**
     * A field that holds the user.
     */
    user?: string;
    /**
     * The owner's manager.
     */
    manager?: boolean;
  };
  remind?: Duration;
  escalate?: Duration;
}
