// A file in chunks: a session bound to its user, row and field, its chunks in `_upload_part`, put together by the database when the
// last one is there. Neither side ever holds more than a chunk in memory beside the database itself.
import { qualified } from '../db/identifier.ts';
import { uuidv7 } from '../db/uuid.ts';
import type { Call } from '../engine.ts';
import type { Entity } from '../model/model.ts';
import { requirePrivilege } from '../security/access.ts';
import { requireFields } from './authorize-fields.ts';
import { fail } from './errors.ts';
import { acceptFile, COLUMNS, fileField, replaceFile } from './files.ts';
import type { RecordAddress, Written } from './input.ts';
import { notFound, resolveAddress } from './resolve-address.ts';
import { readId } from './parse-address.ts';
import { requireRow } from './row-rights.ts';
import { executorOf, transact } from './transact.ts';

/** In bytes: what clients are told to send at once. */
export const CHUNK_SIZE = 4 * 1024 * 1024;
const MOST_OPEN = 20;
const HOURS = 1;

export interface UploadStart {
  readonly name: string;
  readonly mediaType: string;
  /** The file is stored only while the row still has it. */
  readonly version?: string;
}

/** The session's id. Throws what storing the file would, as far as that is known before its bytes; UPLOADS_TOO_MANY (429). */
export async function beginUpload(
  call: Call,
  entity: Entity,
  address: RecordAddress,
  fieldName: string,
  start: UploadStart,
): Promise<string> {
  const { field, blob } = fileField(entity, fieldName);
  const { principal, engine } = call;
  const { name, mediaType } = acceptFile(entity, field, blob, start, 0, undefined);
  requirePrivilege(principal, engine.model, 'write', entity.name);
  requireFields(call, entity, [field.name], 'update');
  const id = await resolveAddress(call, entity, address);
  if (id === undefined) throw notFound(entity, address);
  await requireRow(call, entity, id, ['write']);
  const uploads = qualified(engine.schema, '_upload');
  const executor = executorOf(call);
  await executor.query(`delete from ${uploads} where expires_at < now()`);
  const upload = uuidv7();
  const made = await executor.query(
    `insert into ${uploads} (id, user_id, entity, record, field, name, media_type, version, expires_at)
     select $1::uuid, $2::uuid, $3::text, $4::uuid, $5::text, $6::text, $7::text, $8::text, now() + interval '${HOURS} hour'
     where (select count(*) from ${uploads} where user_id = $2::uuid and not finished) < ${MOST_OPEN} returning 1`,
    [upload, principal.userId, entity.name, id, field.name, name, mediaType, start.version ?? null],
  );
  if (made.length === 0) throw fail('UPLOADS_TOO_MANY', { limit: MOST_OPEN });
  return upload;
}

export interface Chunk {
  /** The position of its first byte. */
  readonly from: number;
  readonly data: Uint8Array;
  /** Of the whole file; undefined while the sender does not know it. */
  readonly total: number | undefined;
}

export type Stored =
  | { readonly finished: false; readonly received: number }
  /** `written` is undefined for an empty chunk behind the last one, which some clients send. */
  | { readonly finished: true; readonly written: Written | undefined };

interface Session {
  readonly name: string;
  readonly media_type: string;
  readonly version: string | null;
  readonly received: string;
  readonly total: string | null;
  readonly finished: boolean;
}

/** Takes the next chunk; with the last one the file is stored. A chunk sent twice is taken once. */
export async function storeChunk(
  call: Call,
  entity: Entity,
  address: RecordAddress,
  fieldName: string,
  upload: string,
  chunk: Chunk,
): Promise<Stored> {
  const { field, blob } = fileField(entity, fieldName);
  const id = await resolveAddress(call, entity, address);
  const session = readId(upload);
  if (id === undefined || session === undefined) throw fail('UPLOAD_UNKNOWN');
  return transact(call, entity, async (inside): Promise<Stored> => {
    const executor = executorOf(inside);
    const { schema } = inside.engine;
    const [uploads, parts] = [qualified(schema, '_upload'), qualified(schema, '_upload_part')];
    const [found] = await executor.query<Session>(
      `select name, media_type, version, received, total, finished from ${uploads}
       where id = $1::uuid and user_id = $2::uuid and entity = $3::text and record = $4::uuid and field = $5::text
         and expires_at >= now() for update`,
      [session, call.principal.userId, entity.name, id, field.name],
    );
    if (!found) throw fail('UPLOAD_UNKNOWN');
    const { from, data } = chunk;
    const received = Number(found.received);
    if (found.finished) {
      if (data.byteLength === 0 || from + data.byteLength <= received) return { finished: true, written: undefined };
      throw fail('UPLOAD_UNKNOWN');
    }
    const total = chunk.total ?? (found.total === null ? undefined : Number(found.total));
    if (found.total !== null && chunk.total !== undefined && Number(found.total) !== chunk.total) {
      throw fail('UPLOAD_CHUNK', { reason: `the whole had ${found.total} bytes before, now ${chunk.total}` });
    }
    const isRepeated = from + data.byteLength <= received && data.byteLength > 0;
    if (!isRepeated && from !== received) throw fail('UPLOAD_ORDER', { from, expected: received });
    const length = isRepeated ? received : from + data.byteLength;
    if (total !== undefined && length > total) {
      throw fail('UPLOAD_CHUNK', { reason: `it ends behind the ${total} bytes of the whole` });
    }
    const given = { name: found.name, mediaType: found.media_type };
    acceptFile(entity, field, blob, given, Math.max(total ?? 0, length), undefined);
    if (!isRepeated && data.byteLength > 0) {
      await executor.query(`insert into ${parts} (upload, position, data) values ($1::uuid, $2::bigint, $3::bytea)`, [
        session,
        String(from),
        data,
      ]);
    }
    const isLast = total !== undefined && length === total;
    await executor.query(
      `update ${uploads} set received = $2::bigint, total = $3::bigint, finished = $4::boolean,
         expires_at = now() + interval '${HOURS} hour' where id = $1::uuid`,
      [session, String(length), total === undefined ? null : String(total), isLast],
    );
    if (!isLast) return { finished: false, received: length };
    const [first] = await executor.query<{ head: Uint8Array }>(
      `select substring(data from 1 for 64) as head from ${parts} where upload = $1::uuid and position = 0`,
      [session],
    );
    const accepted = acceptFile(entity, field, blob, given, total, first?.head ?? new Uint8Array());
    // Asked anew: what held at the beginning may not hold any more.
    requirePrivilege(inside.principal, inside.engine.model, 'write', entity.name);
    requireFields(inside, entity, [field.name], 'update');
    const version = found.version ?? undefined;
    const written = await replaceFile(inside, entity, id, field, accepted, version, async (fileId) => {
      await executor.query(
        `insert into ${qualified(schema, '_file')} (${COLUMNS})
         select $1::uuid, $2::text, $3::uuid, $4::text, $5::text, $6::text, $7::bigint, encode(sha256(w.data), 'hex'), w.data, now()
         from (select coalesce(string_agg(data, ''::bytea order by position), ''::bytea) as data
               from ${parts} where upload = $8::uuid) w`,
        [fileId, entity.name, id, field.name, accepted.name, accepted.mediaType, String(total), session],
      );
    });
    await executor.query(`delete from ${parts} where upload = $1::uuid`, [session]);
    return { finished: true, written };
  });
}
