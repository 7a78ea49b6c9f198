// Files and images of a row: PUT …/<field> with the bytes, GET …/<field>/$value for the bytes, GET …/<field> for what
// Dataverse clients expect: JSON with the content in base64, in ranges where they ask for them. Large ones come in chunks.
import type { Entity, Field } from '../../../core/model/model.ts';
import {
  fileField,
  readFile as readStored,
  storeFile,
  type ByteRange,
  type StoredFile,
} from '../../../core/records/files.ts';
import { removeFile as removeStored } from '../../../core/records/remove-file.ts';
import { beginUpload, CHUNK_SIZE, storeChunk } from '../../../core/records/upload.ts';
import type { RecordAddress } from '../../../core/records/input.ts';
import { answerBytes, answerEmpty, answerOData, answerStream, type HeaderMap } from '../answer.ts';
import { readBody } from '../body.ts';
import { fail } from '../errors.ts';
import { header } from '../exchange.ts';
import { readQueryString } from '../query-string.ts';
import { decodeName, disposition, mediaTypeOf } from './file-name.ts';
import { entityTag, ifMatch, matchVersion } from './preconditions.ts';
import { rowUrl, type DataRequest } from './request.ts';

/** One `bytes=a-b`; undefined for none, or what is no such range (RFC 9110 §14.2: ignore). */
function readRange(text: string | undefined): ByteRange | undefined {
  const match = /^bytes=(\d{1,15})-(\d{0,15})$/.exec(text ?? '');
  if (!match) return undefined;
  const from = Number(match[1]);
  const length = match[2] === '' ? Number.MAX_SAFE_INTEGER : Number(match[2]) - from + 1;
  return length > 0 ? { from, length } : undefined;
}

export async function readFile(
  request: DataRequest,
  entity: Entity,
  address: RecordAddress,
  field: Field,
): Promise<Response> {
  const { call, exchange, reading } = request;
  const range = readRange(header(exchange, 'range'));
  // Behind the end there is nothing: clients that ask for chunks until they have all may ask once more.
  const file = await readStored(call, entity, address, field.name, range);
  const { data } = file;
  const headers: Record<string, string> = {
    'Content-Disposition': disposition('attachment', file.name),
    'x-ms-file-name': encodeURIComponent(file.name),
    'x-ms-file-size': String(file.size),
    Location: `${reading.root}/${reading.path ?? ''}`,
    mimetype: /^[\x20-\x7e]*$/.test(file.mediaType) ? file.mediaType : 'application/octet-stream',
    ...(range &&
      data.length > 0 && { 'Content-Range': `bytes ${range.from}-${range.from + data.length - 1}/${file.size}` }),
  };
  const context = JSON.stringify(`${reading.root}/$metadata#${entity.set}/${field.name}`);
  const value = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('base64');
  return answerOData(range && data.length > 0 ? 206 : 200, `{"@odata.context":${context},"value":"${value}"}`, headers);
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
  const first = await readStored(call, entity, address, field.name, { from: 0, length: CHUNK_SIZE });
  const etag = `"${first.sha256}"`;
  const headers: HeaderMap = { ETag: etag, 'Cache-Control': 'private, no-cache' };
  if (header(exchange, 'if-none-match') === etag) return answerEmpty(304, headers);
  const shown = SHOWN.test(first.mediaType);
  const described = {
    ...headers,
    'Content-Type': shown ? first.mediaType : 'application/octet-stream',
    'Content-Disposition': disposition(shown ? 'inline' : 'attachment', first.name),
  };
  if (first.data.byteLength >= first.size) return answerBytes(200, new Uint8Array(first.data), described);
  // The rest follows as the reader takes it.
  let from = 0;
  let next: StoredFile | undefined = first;
  const stream = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const range = { from, length: CHUNK_SIZE };
      const file = next ?? (await readStored(call, entity, address, field.name, range));
      next = undefined;
      if (file.id !== first.id) return controller.error(new Error('the file was replaced while it was read'));
      controller.enqueue(new Uint8Array(file.data));
      from += file.data.byteLength;
      if (from >= first.size || file.data.byteLength === 0) controller.close();
    },
  });
  return answerStream(200, stream, { ...described, 'Content-Length': String(first.size) });
}

/** PUT or PATCH with the bytes; or a session for chunks begun, or one of its chunks. */
export async function writeFile(
  request: DataRequest,
  entity: Entity,
  address: RecordAddress,
  field: Field,
): Promise<Response> {
  const { call, exchange, reading } = request;
  const options = readQueryString(exchange.query);
  const session = options.get('sessiontoken');
  if (session !== undefined) return takeChunk(request, entity, address, field, session);
  const version = matchVersion(ifMatch(exchange));
  const given = header(exchange, 'x-ms-file-name') ?? options.get('x-ms-file-name');
  const name = given === undefined ? field.name : decodeName(given);
  const precondition = version === undefined ? {} : { version };
  const said = header(exchange, 'content-type')?.split(';')[0]?.trim();
  if (header(exchange, 'x-ms-transfer-mode')?.toLowerCase() === 'chunked') {
    const isSaid = said !== undefined && !/^application\/(?:json|octet-stream)$/i.test(said);
    const start = { name, mediaType: isSaid ? said : mediaTypeOf(name), ...precondition };
    const upload = await beginUpload(call, entity, address, field.name, start);
    const location = `${reading.root}/${reading.path ?? ''}?sessiontoken=${upload}`;
    return answerEmpty(200, { Location: location, 'x-ms-chunk-size': String(CHUNK_SIZE), 'Accept-Ranges': 'bytes' });
  }
  const data = await readBody(exchange, fileField(entity, field.name).blob.limit);
  const mediaType = said ?? 'application/octet-stream';
  const written = await storeFile(call, entity, address, field.name, { name, mediaType, data }, precondition);
  return answerEmpty(204, { ETag: entityTag(written.version), 'OData-EntityId': rowUrl(request, entity, written.id) });
}

/** `bytes a-b/total`; an empty chunk is `bytes a-(a-1)/total`. */
async function takeChunk(
  request: DataRequest,
  entity: Entity,
  address: RecordAddress,
  field: Field,
  session: string,
): Promise<Response> {
  const { call, exchange } = request;
  const text = header(exchange, 'content-range') ?? '';
  const match = /^bytes (\d{1,12})-(-?\d{1,12})\/(\d{1,12})$/.exec(text);
  if (!match) {
    const reason = `'${text.slice(0, 80)}' is not written as bytes <first>-<last>/<total>`;
    throw fail('HEADER_INVALID', { name: 'Content-Range', reason });
  }
  const [from, to, total] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const data = await readBody(exchange, 2 * CHUNK_SIZE);
  if (data.length !== to - from + 1) {
    const reason = `it names ${to - from + 1} bytes, and the body has ${data.length}`;
    throw fail('HEADER_INVALID', { name: 'Content-Range', reason });
  }
  const stored = await storeChunk(call, entity, address, field.name, session, { from, data, total });
  if (!stored.finished) return answerEmpty(206, { Range: `bytes=0-${stored.received - 1}` });
  const { written } = stored;
  return answerEmpty(
    204,
    written && { ETag: entityTag(written.version), 'OData-EntityId': rowUrl(request, entity, written.id) },
  );
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
