// Files and images of a row: PUT …/<field> with the bytes, GET …/<field>/$value for the bytes, GET …/<field> for what
// Dataverse clients expect: JSON with the content in base64, in ranges where they ask for them.
import type { Entity, Field } from '../../../core/model/model.ts';
import {
  fileField,
  readFile as readStored,
  removeFile as removeStored,
  storeFile,
} from '../../../core/records/files.ts';
import type { RecordAddress } from '../../../core/records/input.ts';
import { answerBytes, answerEmpty, answerOData, type HeaderMap } from '../answer.ts';
import { readBody } from '../body.ts';
import { fail } from '../errors.ts';
import { header } from '../exchange.ts';
import { readQueryString } from '../query-string.ts';
import { entityTag, ifMatch, matchVersion } from './preconditions.ts';
import { rowUrl, type DataRequest } from './request.ts';

/** A header value in ASCII: RFC 6266 with the real name percent-encoded. */
function disposition(kind: 'inline' | 'attachment', name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\]/g, '_');
  const encoded = encodeURIComponent(name).replace(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
  return `${kind}; filename="${plain}"; filename*=UTF-8''${encoded}`;
}

function decodeName(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

interface Range {
  readonly from: number;
  /** Inclusive. */
  readonly to: number;
}

/** One `bytes=a-b` range inside the file; undefined for none or one that makes no sense (RFC 9110 §14.2: ignore). */
function readRange(text: string | undefined, size: number): Range | undefined {
  const match = /^bytes=(\d+)-(\d*)$/.exec(text ?? '');
  if (!match) return undefined;
  const from = Number(match[1]);
  const to = match[2] === '' ? size - 1 : Math.min(Number(match[2]), size - 1);
  return from <= to ? { from, to } : undefined;
}

export async function readFile(
  request: DataRequest,
  entity: Entity,
  address: RecordAddress,
  field: Field,
): Promise<Response> {
  const { call, exchange, reading } = request;
  const file = await readStored(call, entity, address, field.name);
  const range = readRange(header(exchange, 'range'), file.size);
  const part = range ? file.data.subarray(range.from, range.to + 1) : file.data;
  const headers: Record<string, string> = {
    'Content-Disposition': disposition('attachment', file.name),
    'x-ms-file-name': encodeURIComponent(file.name),
    'x-ms-file-size': String(file.size),
    Location: `${reading.root}/${reading.path ?? ''}`,
    mimetype: /^[\x20-\x7e]*$/.test(file.mediaType) ? file.mediaType : 'application/octet-stream',
    ...(range && { 'Content-Range': `bytes ${range.from}-${range.to}/${file.size}` }),
  };
  const context = JSON.stringify(`${reading.root}/$metadata#${entity.set}/${field.name}`);
  const value = Buffer.from(part).toString('base64');
  return answerOData(range ? 206 : 200, `{"@odata.context":${context},"value":"${value}"}`, headers);
}

/** Types that a browser may show in place; everything else is downloaded, so that no upload becomes a page of ours. */
const SHOWN = /^image\/(?:png|jpeg|gif|webp|avif)$/;

export async function readFileBytes(
  request: DataRequest,
  entity: Entity,
  address: RecordAddress,
  field: Field,
): Promise<Response> {
  const { call, exchange } = request;
  const file = await readStored(call, entity, address, field.name);
  const etag = `"${file.sha256}"`;
  const headers: HeaderMap = { ETag: etag, 'Cache-Control': 'private, no-cache' };
  if (header(exchange, 'if-none-match') === etag) return answerEmpty(304, headers);
  const shown = SHOWN.test(file.mediaType);
  return answerBytes(200, new Uint8Array(file.data), {
    ...headers,
    'Content-Type': shown ? file.mediaType : 'application/octet-stream',
    'Content-Disposition': disposition(shown ? 'inline' : 'attachment', file.name),
  });
}

export async function writeFile(
  request: DataRequest,
  entity: Entity,
  address: RecordAddress,
  field: Field,
): Promise<Response> {
  const { call, exchange } = request;
  if (header(exchange, 'x-ms-transfer-mode') === 'chunked') throw fail('CHUNKED_UPLOAD', { field: field.name });
  const version = matchVersion(ifMatch(exchange));
  const name = header(exchange, 'x-ms-file-name') ?? readQueryString(exchange.query).get('x-ms-file-name');
  const data = await readBody(exchange, fileField(entity, field.name).blob.limit);
  const mediaType = header(exchange, 'content-type')?.split(';')[0]?.trim() ?? 'application/octet-stream';
  const written = await storeFile(
    call,
    entity,
    address,
    field.name,
    { name: name === undefined ? field.name : decodeName(name), mediaType, data },
    version === undefined ? {} : { version },
  );
  return answerEmpty(204, { ETag: entityTag(written.version), 'OData-EntityId': rowUrl(request, entity, written.id) });
}

export async function removeFile(
  request: DataRequest,
  entity: Entity,
  address: RecordAddress,
  field: Field,
): Promise<Response> {
  const version = matchVersion(ifMatch(request.exchange));
  const written = await removeStored(
    request.call,
    entity,
    address,
    field.name,
    version === undefined ? {} : { version },
  );
  return answerEmpty(204, { ETag: entityTag(written.version), 'OData-EntityId': rowUrl(request, entity, written.id) });
}
