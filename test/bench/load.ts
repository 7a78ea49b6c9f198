// A lean HTTP/1.1 load on keep-alive connections: one request at a time on each, written and read as bytes, so that the
// generator takes as little of the machine as it can. Every answer has to have the expected status.
import { connect } from 'node:net';

export interface LoadRequest {
  readonly method: string;
  readonly path: string;
  readonly body?: string;
}

export interface Load {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly connections: number;
  /** Milliseconds. */
  readonly duration: number;
  readonly status: number;
  next(): LoadRequest;
}

export interface Throughput {
  /** Answers per second. */
  readonly rate: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

export async function load(options: Load): Promise<Throughput> {
  const latencies: number[] = [];
  const begun = performance.now();
  const end = begun + options.duration;
  await Promise.all(Array.from({ length: options.connections }, () => oneConnection(options, end, latencies)));
  const seconds = (performance.now() - begun) / 1000;
  const sorted = Float64Array.from(latencies).sort();
  const at = (part: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
  return { rate: latencies.length / seconds, p50: at(0.5), p99: at(0.99) };
}

function oneConnection(options: Load, end: number, latencies: number[]): Promise<void> {
  const { hostname, port, host } = new URL(options.url);
  const head = Object.entries({ Host: host, ...options.headers })
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    let received = '';
    let sent = 0;
    const send = () => {
      const { method, path, body } = options.next();
      const content =
        body === undefined ? '' : `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n`;
      sent = performance.now();
      socket.write(`${method} ${path} HTTP/1.1\r\n${head}${content}\r\n${body ?? ''}`);
    };
    const fail = (message: string) => {
      socket.destroy();
      reject(new Error(message));
    };
    // Every character is one byte here, so that lengths agree.
    socket.setEncoding('latin1');
    socket.on('connect', send);
    socket.on('error', reject);
    socket.on('close', () => fail('the server closed the connection'));
    socket.on('data', (chunk: string) => {
      received = received === '' ? chunk : received + chunk;
      const split = received.indexOf('\r\n\r\n');
      if (split < 0 || !isWhole(received, split)) return;
      if (!received.startsWith(`HTTP/1.1 ${options.status}`))
        return fail(`unexpected answer: ${received.slice(0, 2000)}`);
      received = '';
      const now = performance.now();
      latencies.push(now - sent);
      if (now < end) return send();
      socket.removeAllListeners('close');
      socket.end();
      resolve();
    });
  });
}

function isWhole(text: string, split: number): boolean {
  const head = text.slice(0, split).toLowerCase();
  const length = /\r\ncontent-length: (\d+)/.exec(head)?.[1];
  if (length !== undefined) return text.length >= split + 4 + Number(length);
  return head.includes('\r\ntransfer-encoding: chunked') ? text.endsWith('\r\n0\r\n\r\n') : true;
}
