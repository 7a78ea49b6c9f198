// Files and images of a row: bytes in `_file`, in the row the file's id and what its type keeps beside it. Storing, replacing
// and removing change the row like any other write: version, audit, outbox.
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
import { run } from '../events/pipeline.ts';
import { handlerRecords } from './handler-records.ts';
import { planUpdate, storeColumns } from './update-write.ts';

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
  /** In bytes. */
  readonly size: number;
  readonly sha256: string;
  readonly data: Uint8Array;
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
  if (file.data.byteLength > blob.limit) {
    throw fail('FILE_TOO_LARGE', {
      name: file.name,
      size: file.data.byteLength,
      field: field.name,
      entity: entity.name,
      limit: blob.limit,
    });
  }
  const mediaType = (file.mediaType.split(';')[0] ?? '').trim().toLowerCase() || 'application/octet-stream';
  if (
    blob.accept &&
    !blob.accept.some((one) => one === mediaType || (one.endsWith('/*') && mediaType.startsWith(one.slice(0, -1))))
  ) {
    throw fail('FILE_TYPE_REFUSED', {
      field: field.name,
      entity: entity.name,
      mediaType,
      accepted: blob.accept.join(', '),
    });
  }
  const doubt = blob.verify?.(mediaType, file.data.subarray(0, 64));
  if (doubt) throw invalid(entity, [{ ...doubt, target: field.name }]);
  const fileName = cleanName(file.name);
  requirePrivilege(call.principal, call.engine.model, 'write', entity.name);
  requireFields(call, entity, [field.name], 'update');
  const id = await resolveAddress(call, entity, address);
  if (id === undefined) throw notFound(entity, address);
  return transact(call, entity, async (inside) => {
    const executor = executorOf(inside);
    const { schema } = inside.engine;
    // The row's lock first, so that the files of one field follow one another.
    const there = await executor.query(
      `select 1 from ${table(schema, entity)} where ${ident(columnOf(entity.key).name)} = $1::uuid for no key update`,
      [id],
    );
    if (there.length === 0) throw notFound(entity, address);
    const fileId = uuidv7();
    const kept = blob.columns?.({ id: fileId, name: fileName }) ?? [fileId, fileName];
    const columns = new Map<string, ColumnValue>();
    for (const [index, column] of field.columns.entries()) columns.set(column.name, kept[index] ?? null);
    const written = await storeColumns(inside, entity, id, columns, options.version);
    if (!written) throw notFound(entity, address);
    await executor.query(
      `delete from ${qualified(schema, '_file')} where "entity" = $1::text and "record" = $2::uuid and "field" = $3::text`,
      [entity.name, id, field.name],
    );
    await executor.query(
      `insert into ${qualified(schema, '_file')} ("id", "entity", "record", "field", "name", "media_type", "size", "sha256", "data", "created_on") values ($1::uuid, $2::text, $3::uuid, $4::text, $5::text, $6::text, $7::bigint, $8::text, $9::bytea, now())`,
      [
        fileId,
        entity.name,
        id,
        field.name,
        fileName,
        mediaType,
        String(file.data.byteLength),
        createHash('sha256').update(file.data).digest('hex'),
        file.data,
      ],
    );
    return written;
  });
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

/** Throws RECORD_NOT_FOUND, FILE_NOT_FOUND (404). */
export async function readFile(call: Call, entity: Entity, address: RecordAddress, name: string): Promise<StoredFile> {
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
      `select f."id", f."name", f."media_type", f."size", f."sha256", f."data" from ${table(schema, entity)} t left join ${qualified(schema, '_file')} f on f."id" = t.${ident(columnOf(field).name)} where t.${ident(columnOf(entity.key).name)} = $1::uuid`,
      [id ?? null],
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

/** Removes the file; where there is none, nothing changes. */
export async function removeFile(
  call: Call,
  entity: Entity,
  address: RecordAddress,
  name: string,
  options: { readonly version?: string } = {},
): Promise<Written> {
  const { field } = fileField(entity, name);
  const id = await resolveAddress(call, entity, address);
  const input = { values: { [field.name]: null }, targets: {}, exact: {} };
  const written = id && (await run(call, planUpdate(call, entity, id, input, options), handlerRecords));
  if (!written) throw notFound(entity, address);
  return written;
}
