// Files and images of a row: bytes in `_file`, in the row the file's id and what its type keeps beside it. Storing and
// replacing change the row like any other write: version, audit, outbox.
import { createHash } from 'node:crypto';
import { ident, qualified } from '../db/identifier.ts';
import { uuidv7 } from '../db/uuid.ts';
import type { Call } from '../engine.ts';
import type { Entity, Field } from '../model/model.ts';
import { suggest } from '../model/suggest.ts';
import { requirePrivilege } from '../security/access.ts';
import type { Blob, ColumnValue } from '../sdk/index.ts';
import { mayReadFully, requireFields } from './authorize-fields.ts';
import { columnOf } from './entity-facts.ts';
import { fail } from './errors.ts';
import type { RecordAddress, Written } from './input.ts';
import { invalid } from './invalid.ts';
import { notFound, resolveAddress } from './resolve-address.ts';
import { requireRow } from './row-rights.ts';
import { table } from './statement.ts';
import { alone, executorOf, transact } from './transact.ts';
import { storeColumns } from './update-write.ts';

export interface FileInput {
  readonly name: string;
  /** `image/png`; what the sender says. */
  readonly mediaType: string;
  readonly data: Uint8Array;
}

export interface StoredFile {
  readonly id: string;
  readonly name: string;
  readonly mediaType: string;
  /** In bytes, of the whole. */
  readonly size: number;
  readonly sha256: string;
  /** The whole, or the range asked for as far as the file reaches. */
  readonly data: Uint8Array;
}

/** Bytes of a file, counted from 0. */
export interface ByteRange {
  readonly from: number;
  readonly length: number;
}

/** The file or image field of that name. Throws FILE_FIELD_UNKNOWN. */
export function fileField(entity: Entity, name: string): { readonly field: Field; readonly blob: Blob } {
  const field = entity.fields.get(name);
  const blob = field?.type.blob?.(field.spec);
  if (field && blob) return { field, blob };
  const names = [...entity.fields.values()].filter((one) => one.type.blob).map((one) => one.name);
  throw fail('FILE_FIELD_UNKNOWN', { entity: entity.name, field: name, suggestion: suggest(name, names) });
}

/** Stores or replaces. Throws FILE_TOO_LARGE (413), FILE_TYPE_REFUSED (415), and what update throws. */
export async function storeFile(
  call: Call,
  entity: Entity,
  address: RecordAddress,
  name: string,
  file: FileInput,
  options: { readonly version?: string } = {},
): Promise<Written> {
  const { field, blob } = fileField(entity, name);
  const { data } = file;
  const accepted = acceptFile(entity, field, blob, file, data.byteLength, data.subarray(0, 64));
  requirePrivilege(call.principal, call.engine.model, 'write', entity.name);
  requireFields(call, entity, [field.name], 'update');
  const id = await resolveAddress(call, entity, address);
  if (id === undefined) throw notFound(entity, address);
  return transact(call, entity, (inside) =>
    replaceFile(inside, entity, id, field, accepted, options.version, async (fileId) => {
      const size = String(data.byteLength);
      const hash = createHash('sha256').update(data).digest('hex');
      await executorOf(inside).query(
        `insert into ${qualified(inside.engine.schema, '_file')} (${COLUMNS}) values ($1::uuid, $2::text, $3::uuid, $4::text, $5::text, $6::text, $7::bigint, $8::text, $9::bytea, now())`,
        [fileId, entity.name, id, field.name, accepted.name, accepted.mediaType, size, hash, data],
      );
    }),
  );
}

/** Of `_file`. */
export const COLUMNS =
  '"id", "entity", "record", "field", "name", "media_type", "size", "sha256", "data", "created_on"';

export interface AcceptedFile {
  readonly name: string;
  readonly mediaType: string;
}

/** What is kept of a file's name and type. Throws FILE_TOO_LARGE, FILE_TYPE_REFUSED, RECORD_INVALID. */
export function acceptFile(
  entity: Entity,
  field: Field,
  blob: Blob,
  given: { readonly name: string; readonly mediaType: string },
  size: number,
  head: Uint8Array | undefined,
): AcceptedFile {
  if (size > blob.limit) {
    const { name } = given;
    throw fail('FILE_TOO_LARGE', { name, size, field: field.name, entity: entity.name, limit: blob.limit });
  }
  const mediaType = (given.mediaType.split(';')[0] ?? '').trim().toLowerCase() || 'application/octet-stream';
  const fits = (one: string) => one === mediaType || (one.endsWith('/*') && mediaType.startsWith(one.slice(0, -1)));
  if (blob.accept && !blob.accept.some(fits)) {
    const accepted = blob.accept.join(', ');
    throw fail('FILE_TYPE_REFUSED', { field: field.name, entity: entity.name, mediaType, accepted });
  }
  const doubt = head && blob.verify?.(mediaType, head);
  if (doubt) throw invalid(entity, [{ ...doubt, target: field.name }]);
  return { name: cleanName(given.name), mediaType };
}

/** Puts a new file in the place of what was there, inside a transaction; `insert` writes its row of `_file`. */
export async function replaceFile(
  inside: Call,
  entity: Entity,
  id: string,
  field: Field,
  { name }: AcceptedFile,
  version: string | undefined,
  insert: (fileId: string) => Promise<void>,
): Promise<Written> {
  const executor = executorOf(inside);
  const { schema } = inside.engine;
  // The row's lock first, so that the files of one field follow one another.
  const there = await executor.query(
    `select 1 from ${table(schema, entity)} where ${ident(columnOf(entity.key).name)} = $1::uuid for no key update`,
    [id],
  );
  if (there.length === 0) throw notFound(entity, { id });
  const fileId = uuidv7();
  const blob = field.type.blob?.(field.spec);
  const kept = blob?.columns?.({ id: fileId, name }) ?? [fileId, name];
  const columns = new Map<string, ColumnValue>();
  for (const [index, column] of field.columns.entries()) columns.set(column.name, kept[index] ?? null);
  const written = await storeColumns(inside, entity, id, columns, version);
  if (!written) throw notFound(entity, { id });
  await executor.query(
    `delete from ${qualified(schema, '_file')} where "entity" = $1::text and "record" = $2::uuid and "field" = $3::text`,
    [entity.name, id, field.name],
  );
  await insert(fileId);
  return written;
}

/** A name without folders and control characters, at most 255 characters. */
function cleanName(name: string): string {
  const last = name.split(/[/\\]/).at(-1) ?? '';
  const clean = last
    .toWellFormed()
    .replace(/\p{Cc}/gu, '')
    .trim();
  return [...clean].slice(0, 255).join('') || 'file';
}

/** Throws RECORD_NOT_FOUND, FILE_NOT_FOUND (404). `range`: only these bytes leave the database. */
export async function readFile(
  call: Call,
  entity: Entity,
  address: RecordAddress,
  name: string,
  range?: ByteRange,
): Promise<StoredFile> {
  const { field } = fileField(entity, name);
  requirePrivilege(call.principal, call.engine.model, 'read', entity.name);
  const id = await resolveAddress(call, entity, address);
  if (id !== undefined) await requireRow(call, entity, id, ['read']);
  const { schema } = call.engine;
  const rows = await alone(call, entity, (inside) =>
    executorOf(inside).query<{
      id: string | null;
      name: string;
      media_type: string;
      size: string;
      sha256: string;
      data: Uint8Array;
    }>(
      `select f."id", f."name", f."media_type", f."size", f."sha256", ${range ? 'substring(f."data" from $2::integer for $3::integer)' : 'f."data"'} as data from ${table(schema, entity)} t left join ${qualified(schema, '_file')} f on f."id" = t.${ident(columnOf(field).name)} where t.${ident(columnOf(entity.key).name)} = $1::uuid`,
      [id ?? null, ...(range ? [clamp(range.from + 1), clamp(range.length)] : [])],
    ),
  );
  const [row] = rows;
  if (!row) throw notFound(entity, address);
  // A file that is kept from the caller is as if there were none.
  if (row.id === null || !mayReadFully(call, field))
    throw fail('FILE_NOT_FOUND', { field: field.name, entity: entity.name });
  return {
    id: row.id,
    name: row.name,
    mediaType: row.media_type,
    size: Number(row.size),
    sha256: row.sha256,
    data: row.data,
  };
}

/** Files are smaller than what an integer of Postgres counts; a range may ask for more. */
function clamp(position: number): number {
  return Math.min(position, 2_000_000_000);
}
