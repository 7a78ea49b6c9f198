// multipart/mixed batches (OData 4.01 protocol §11.7.7, MIME of RFC 2046): read as the clients write them, with quoted or bare
// boundaries, CRLF or LF; written with boundaries that begin with `batchresponse_` and `changesetresponse_`, as clients look for.
import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Answered, AnsweredItem, BatchItem, BatchRequest } from './batch-item.ts';
import { malformed } from './check-batch.ts';

/** Lines of headers in one part. */
const MOST_HEADERS = 100;

/** The boundary a Content-Type names; undefined where it is no multipart/mixed with one. */
export function boundaryOf(contentType: string): string | undefined {
  if (!/^\s*multipart\/mixed\s*;/i.test(contentType)) return undefined;
  const match = /;\s*boundary\s*=\s*(?:"([^"\r\n]{1,200})"|([^\s";,]{1,200}))/i.exec(contentType);
  return match?.[1] ?? match?.[2];
}

/** Where something stands in the body, in bytes. */
interface Range {
  readonly from: number;
  readonly to: number;
}

/** The body as bytes and, one character a byte, as text to search in. */
interface Source {
  readonly bytes: Buffer;
  readonly text: string;
}

/** Throws BATCH_INVALID that says which part cannot be read and why. */
export function readMultipart(bytes: Buffer, boundary: string): readonly BatchItem[] {
  const source = { bytes, text: bytes.toString('latin1') };
  let number = 0;
  return partsOf(source, { from: 0, to: bytes.length }, boundary, 'the batch').map((range, index): BatchItem => {
    const where = `part ${index + 1}`;
    const { headers, body } = readPart(source, range, where);
    const type = headers['content-type'] ?? '';
    const inner = boundaryOf(type);
    if (inner === undefined) {
      if (/^\s*multipart\//i.test(type)) throw malformed(where, 'Its Content-Type names no boundary.');
      return { kind: 'request', request: readRequest(source, headers, body, where, ++number) };
    }
    const requests = partsOf(source, body, inner, where).map((one, at) => {
      const place = `${where}, change ${at + 1}`;
      const part = readPart(source, one, place);
      if (/^\s*multipart\//i.test(part.headers['content-type'] ?? '')) {
        throw malformed(place, 'A change set cannot hold another one.');
      }
      return readRequest(source, part.headers, part.body, place, ++number);
    });
    return { kind: 'set', id: undefined, requests };
  });
}

/** What stands between the delimiters; the closing one must be there, or the body was cut off. */
function partsOf({ text }: Source, { from, to }: Range, boundary: string, where: string): readonly Range[] {
  const delimiter = `--${boundary}`;
  const parts: Range[] = [];
  let begin: number | undefined;
  for (let at = text.indexOf(delimiter, from); at >= 0 && at < to; at = text.indexOf(delimiter, at + 1)) {
    // A delimiter begins its line, and nothing but spaces follows on it.
    if (at > from && text[at - 1] !== '\n') continue;
    let end = at + delimiter.length;
    const closes = text.startsWith('--', end);
    if (closes) end += 2;
    while (text[end] === ' ' || text[end] === '\t') end++;
    const brk = text.startsWith('\r\n', end) ? 2 : text[end] === '\n' ? 1 : end >= to ? 0 : -1;
    if (brk < 0) continue;
    if (begin !== undefined) {
      const before = text[at - 2] === '\r' ? at - 2 : at - 1;
      parts.push({ from: begin, to: Math.max(begin, before) });
    }
    if (closes) return parts;
    begin = Math.min(end + brk, to);
  }
  const missing =
    begin === undefined ? `has no part that begins with ${delimiter}` : `does not end with ${delimiter}--`;
  throw malformed(where, `It ${missing.slice(0, 300)}.`);
}

interface Part {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Range;
}

function readPart(source: Source, range: Range, where: string): Part {
  const headers: Record<string, string> = {};
  let at = range.from;
  for (let lines = 0; at < range.to; lines++) {
    const { line, next } = lineAt(source.text, at, range.to);
    at = next;
    if (line === '') break;
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(colon, 0)).trim().toLowerCase();
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name)) {
      throw malformed(where, `The line '${line.slice(0, 80)}' is no header; an empty line ends the headers.`);
    }
    if (lines >= MOST_HEADERS) throw malformed(where, `It has more than ${MOST_HEADERS} headers.`);
    headers[name] = line.slice(colon + 1).trim();
  }
  return { headers, body: { from: at, to: range.to } };
}

function lineAt(text: string, from: number, to: number): { readonly line: string; readonly next: number } {
  const end = text.indexOf('\n', from);
  if (end < 0 || end >= to) return { line: text.slice(from, to), next: to };
  return { line: text.slice(from, text[end - 1] === '\r' && end > from ? end - 1 : end), next: end + 1 };
}

/** `POST /accounts HTTP/1.1`, its headers, an empty line, its body. */
function readRequest(
  source: Source,
  outer: Readonly<Record<string, string>>,
  range: Range,
  where: string,
  number: number,
): BatchRequest {
  const type = outer['content-type'];
  if (type === undefined || !/^application\/http\s*(?:;|$)/i.test(type)) {
    throw malformed(where, `Its Content-Type is ${type?.slice(0, 80) ?? 'missing'}; a request has application/http.`);
  }
  let from = range.from;
  // Some clients leave empty lines before the request.
  while (from < range.to && (source.text[from] === '\r' || source.text[from] === '\n')) from++;
  const { line, next } = lineAt(source.text, from, range.to);
  // Addresses inside a batch may hold bare spaces and letters of any script.
  const match = /^([A-Za-z]{1,20}) +(.*?)(?: +HTTP\/\d(?:\.\d)?)? *$/.exec(
    Buffer.from(line, 'latin1').toString('utf8'),
  );
  const [, method = '', url = ''] = match ?? [];
  if (url === '' || /^HTTP\/\d/.test(url)) {
    throw malformed(where, `'${line.slice(0, 80)}' is no request line such as 'GET accounts?$top=1 HTTP/1.1'.`);
  }
  const { headers, body } = readPart(source, { from: next, to: range.to }, where);
  const length = headers['content-length'];
  const to = length !== undefined && /^\d{1,9}$/.test(length) ? Math.min(body.from + Number(length), body.to) : body.to;
  const isBlank = /^[\r\n \t]*$/.test(source.text.slice(body.from, Math.min(to, body.from + 8))) && to - body.from <= 8;
  return {
    number,
    id: outer['content-id'] ?? headers['content-id'],
    method: method.toUpperCase(),
    url: encodeUrl(url),
    headers,
    body: isBlank ? undefined : source.bytes.subarray(body.from, to),
    dependsOn: [],
  };
}

/** As a client would have sent it on the wire. */
export function encodeUrl(url: string): string {
  return url.replace(/[^\x21-\x7e]+/g, (part) => encodeURIComponent(part.toWellFormed()));
}

/** The whole answer and its Content-Type. */
export function writeMultipart(items: readonly AnsweredItem[]): { readonly type: string; readonly body: Buffer } {
  const boundary = `batchresponse_${randomUUID()}`;
  const chunks: Buffer[] = [];
  const text = (line: string) => void chunks.push(Buffer.from(line, 'latin1'));
  for (const { item, answers, failed } of items) {
    text(`--${boundary}\r\n`);
    if (item.kind === 'set' && !failed) {
      const inner = `changesetresponse_${randomUUID()}`;
      text(`Content-Type: multipart/mixed; boundary=${inner}\r\n\r\n`);
      for (const answer of answers) {
        text(`--${inner}\r\n`);
        writeAnswer(answer, chunks);
      }
      text(`--${inner}--\r\n`);
    } else for (const answer of answers) writeAnswer(answer, chunks);
  }
  text(`--${boundary}--\r\n`);
  return { type: `multipart/mixed; boundary=${boundary}`, body: Buffer.concat(chunks) };
}

function writeAnswer({ request, status, headers, body }: Answered, chunks: Buffer[]): void {
  const reason = (STATUS_CODES[status] ?? 'Unknown').replace(/[^\w ]/g, ' ');
  const lines = [
    'Content-Type: application/http',
    'Content-Transfer-Encoding: binary',
    ...(request.id === undefined ? [] : [`Content-ID: ${request.id}`]),
    '',
    `HTTP/1.1 ${status} ${reason}`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
    '',
    '',
  ];
  chunks.push(Buffer.from(lines.join('\r\n'), 'latin1'), body, Buffer.from('\r\n'));
}
