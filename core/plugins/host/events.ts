// What plugins' processes meet, for the log and the metrics: whoever runs the server listens.

export type HostEvent =
  | { readonly kind: 'printed'; readonly process: string; readonly text: string }
  | { readonly kind: 'fault'; readonly plugin: string; readonly reason: string; readonly stack: string | undefined }
  | { readonly kind: 'ended'; readonly process: string; readonly plugin: string | undefined; readonly reason: string }
  | { readonly kind: 'opened'; readonly plugin: string; readonly reason: string; readonly until: string | undefined };

const listeners = new Set<(event: HostEvent) => void>();

/** Returns what ends it. */
export function listenToHost(listener: (event: HostEvent) => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function tellHost(event: HostEvent): void {
  for (const listener of listeners) listener(event);
}
