// The list the user came from: its address and the order of its records, for "next record" and the way back.

export interface Trail {
  readonly entity: string;
  readonly url: string;
  readonly title: string;
  readonly ids: readonly string[];
}

let current: Trail | undefined;

export function leaveTrail(trail: Trail): void {
  current = trail;
}

export function trailOf(entity: string, id: string | undefined): Trail | undefined {
  return current && (id === undefined ? current.entity === entity : current.ids.includes(id)) ? current : undefined;
}
