// One open answer of server-sent events. It holds a bounded number of bytes: who reads slower than things happen is told to
// begin again, and the stream ends.

export interface EventStream {
  readonly body: ReadableStream<Uint8Array>;
  /** `id` is what the browser sends as Last-Event-ID when it comes back. */
  send(event: string, data: unknown, id?: string): void;
  /** Nothing to say, but still there. */
  beat(): void;
  close(): void;
}

/** Bytes that wait for a reader. */
const MOST_WAITING = 64 * 1024;
/** Milliseconds until a browser comes back. */
const RETRY = 2_000;

export function openStream(onClose: () => void): EventStream {
  const encoder = new TextEncoder();
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  const end = (): void => {
    if (!controller) return;
    const open = controller;
    controller = undefined;
    open.close();
    onClose();
  };
  const write = (text: string): void => {
    if (!controller) return;
    if ((controller.desiredSize ?? 0) > 0) {
      controller.enqueue(encoder.encode(text));
      return;
    }
    controller.enqueue(encoder.encode(`event: reset\ndata: {"reason":"slow"}\n\n`));
    end();
  };
  const body = new ReadableStream<Uint8Array>(
    {
      start(begun) {
        controller = begun;
        begun.enqueue(encoder.encode(`retry: ${RETRY}\n\n`));
      },
      cancel() {
        if (!controller) return;
        controller = undefined;
        onClose();
      },
    },
    new ByteLengthQueuingStrategy({ highWaterMark: MOST_WAITING }),
  );
  return {
    body,
    send(event, data, id) {
      // JSON has no line breaks outside texts, and none unescaped inside.
      write(`${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    },
    beat: () => write(': \n\n'),
    close: end,
  };
}
