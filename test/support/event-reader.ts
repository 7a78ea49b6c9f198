// Reads server-sent events as a browser does, and waits for those a test is about.
export interface Told {
  readonly event: string;
  readonly data: unknown;
  readonly id: string | undefined;
}

export interface EventReader {
  readonly told: readonly Told[];
  /** The first event of this name that `matches`, told already or to come. */
  next(event: string, matches?: (data: unknown) => boolean): Promise<Told>;
  /** Resolves when the server ends the stream. */
  readonly ended: Promise<void>;
  close(): void;
}

export async function readEvents(url: string, headers: Readonly<Record<string, string>>): Promise<EventReader> {
  const abort = new AbortController();
  const response = await fetch(url, { headers, signal: abort.signal });
  if (response.status !== 200 || !response.body) throw new RangeError(`${response.status} ${await response.text()}`);
  const told: Told[] = [];
  const waiting = new Set<() => void>();
  const read = async (body: ReadableStream<Uint8Array>): Promise<void> => {
    let text = '';
    const decoder = new TextDecoder();
    for await (const chunk of body) {
      text += decoder.decode(chunk, { stream: true });
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const fields = new Map(
          text
            .slice(0, end)
            .split('\n')
            .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)]),
        );
        text = text.slice(end + 2);
        const event = fields.get('event');
        if (event !== undefined)
          told.push({ event, data: JSON.parse(fields.get('data') ?? 'null'), id: fields.get('id') });
      }
      for (const look of waiting) look();
    }
  };
  const ended = read(response.body as ReadableStream<Uint8Array>).catch(() => undefined);
  return {
    told,
    ended,
    next: (event, matches = () => true) =>
      new Promise((resolve) => {
        const look = (): void => {
          const found = told.find((one) => one.event === event && matches(one.data));
          if (!found) return;
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
    close: () => abort.abort(),
  };
}
