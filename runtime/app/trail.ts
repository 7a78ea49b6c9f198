// The list the user came from: its address and the order of its records, for "next record" and the way back.

export interface Trail {
  readonly entity: string;
  readonly url: string;
  readonly title: string;
  /** As far as the list was loaded. */
  readonly ids: readonly string[];
  /** Records in the whole list. */
  readonly total: number;
}

let current: Trail | undefined;

export function leaveTrail(trail: Trail): void {
  current = trail;
}

export function trailOf(entity: string, id: string | undefined): Trail | undefined {
  return current && (id === undefined ? current.entity === entity : current.ids.includes(id)) ? current : undefined;
}
