// A record of the demo, as it can be written.
export interface DemoRecord {
  /** Logical name. */
  readonly entity: string;
  readonly id: string;
  /** Wire values by field name; a lookup's value is an id. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Lookup field → logical name of what it names, where several are possible. */
  readonly targets?: Readonly<Record<string, string>>;
  /** The record is there by then; these values are set on it. */
  readonly update?: true;
  /** When it happened, for what handlers note down (how long a deal stood in a stage); the present where nothing is said. */
  readonly at?: string;
  /** The record is there by then; it is linked with this one over the many-to-many relationship. */
  readonly link?: { readonly relation: string; readonly to: DemoTarget };
}

/** A record of the demo, or the row of a role document. */
export type DemoTarget = { readonly id: string } | { readonly role: string };
