// What a batch holds, whichever format it came in, and what its answers are: shared by the readers, the runner and the writers.

export interface BatchRequest {
  /** Its place in the batch, from 1: errors name it. */
  readonly number: number;
  /** Content-ID, or the id of the JSON format: how later requests refer to the row it makes. */
  readonly id: string | undefined;
  readonly method: string;
  /** As sent. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
  /** Ids of requests and groups that must have gone well (JSON format). */
  readonly dependsOn: readonly string[];
}

export type BatchItem =
  | { readonly kind: 'request'; readonly request: BatchRequest }
  /** A change set, or the requests of one atomicity group: all of them or none. */
  | { readonly kind: 'set'; readonly id: string | undefined; readonly requests: readonly BatchRequest[] };

export interface Answered {
  readonly request: BatchRequest;
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}

export interface AnsweredItem {
  readonly item: BatchItem;
  /** Of a set that failed: the one answer that says why. */
  readonly answers: readonly Answered[];
  readonly failed: boolean;
}

export const MOST_REQUESTS = 1000;
export const METHODS: ReadonlySet<string> = new Set(['GET', 'POST', 'PATCH', 'PUT', 'DELETE']);

/** The requests in their order. */
export function requestsOf(items: readonly BatchItem[]): readonly BatchRequest[] {
  return items.flatMap((item) => (item.kind === 'set' ? item.requests : [item.request]));
}
