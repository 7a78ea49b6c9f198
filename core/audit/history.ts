// A record's history, for who may read the record: its entries newest first, with what of them the reader may see.
import { qualified } from '../db/identifier.ts';
import type { Call } from '../engine.ts';
import type { Entity } from '../model/model.ts';
import { columnOf } from '../records/entity-facts.ts';
import { readId } from '../records/parse-address.ts';
import { retrieve } from '../records/retrieve.ts';
import { administratorRole, hasRight } from '../security/access.ts';
import type { JsonObject } from '../sdk/index.ts';
import { AT_AS_TEXT, CHANGES_AS_TEXT, WRITE_ACTIONS } from './audit-value.ts';
import { fail } from './errors.ts';
import { Names } from './names.ts';
import { visibleChanges, type Change, type LoggedChanges } from './visible-changes.ts';

export interface HistoryEntry {
  readonly id: string;
  /** `2026-11-22T10:00:00.123456Z` */
  readonly at: string;
  /** Null where nobody was known; the name is there for who may read the user. */
  readonly user: { readonly id: string; readonly name?: string } | null;
  readonly action: string;
  /** Only for administrators. */
  readonly address?: string;
  readonly via: string | null;
  readonly changes: readonly Change[];
  /** What an event says of itself, for who has the right `audit`; of a share also `name`, whom it is with. */
  readonly data?: JsonObject;
}

export interface History {
  readonly entries: readonly HistoryEntry[];
  /** Where the next page begins; absent on the last. */
  readonly next?: string;
}

export interface HistoryOptions {
  /** At most; default 50, at most 200. */
  readonly top?: number;
  /** `next` of the page before. */
  readonly before?: string;
}

export interface LoggedRow {
  readonly id: string;
  readonly at: string;
  readonly entity: string;
  readonly record: string;
  readonly action: string;
  readonly user_id: string | null;
  readonly address: string | null;
  readonly via: string | null;
  /** JSON text: column → [old, new] as texts. */
  readonly changes: string | null;
  readonly data: string | null;
}

/** Columns of `LoggedRow`; order by `a.at`, since `at` alone is the text here, which no index orders. */
export const LOGGED_ROW = `id, ${AT_AS_TEXT} as at, entity, record, action, user_id, address, via, ${CHANGES_AS_TEXT} as changes,
  case when action not in (${WRITE_ACTIONS.map((action) => `'${action}'`).join(', ')}) then changes end as data`;

/** Throws RECORD_NOT_FOUND (404) unless the caller may read the row, or it is gone and they have the right `audit`. */
export async function readHistory(
  call: Call,
  entity: Entity,
  given: string,
  options: HistoryOptions = {},
): Promise<History> {
  const id = await requireReadable(call, entity, given);
  const top = Math.min(Math.max(options.top ?? 50, 1), 200);
  const entries: HistoryEntry[] = [];
  let position = readPosition(options.before);
  // Until the page is full, however many entries say nothing to the reader: a short page would tell that they are there.
  for (let size = top + 1; ; size = 200) {
    const rows = await call.engine.database.query<LoggedRow>(
      `select ${LOGGED_ROW} from ${qualified(call.engine.schema, '_audit')} a
        where record = $1::uuid and entity = $2 and ($3::timestamptz is null or (at, id) < ($3::timestamptz, $4::uuid))
        order by a.at desc, a.id desc limit $5`,
      [id, entity.name, position?.at ?? null, position?.id ?? null, size],
    );
    entries.push(...(await present(call, rows, new Map([[entity.name, entity]]))));
    const end = entries[top - 1];
    if (end && entries.length > top) return { entries: entries.slice(0, top), next: writePosition(end) };
    const last = rows.at(-1);
    if (rows.length < size || !last) return { entries };
    position = { at: last.at, id: last.id };
  }
}

/** The normalized id. */
export async function requireReadable(call: Call, entity: Entity, given: string): Promise<string> {
  const id = readId(given);
  if (id === undefined) throw fail('AUDIT_RECORD_NOT_FOUND', { entity: entity.name, id: given.slice(0, 80) });
  const found = await retrieve(
    call,
    {
      entity: entity.name,
      select: [columnOf(entity.key).wire],
      sort: [],
      expand: [],
      count: false,
      annotations: { formatted: false, lookup: false },
    },
    { id },
  );
  if (found) return id;
  // Of what is gone nobody can say any more who might have read it.
  if (hasRight(call.principal, call.engine.model, 'audit') && (await isGone(call, entity, id))) return id;
  throw fail('AUDIT_RECORD_NOT_FOUND', { entity: entity.name, id });
}

async function isGone(call: Call, entity: Entity, id: string): Promise<boolean> {
  const [row] = await call.engine.database.query<{ action: string }>(
    `select action from ${qualified(call.engine.schema, '_audit')}
      where record = $1::uuid and entity = $2 and action in ('create', 'update', 'delete') order by at desc, id desc limit 1`,
    [id, entity.name],
  );
  return row?.action === 'delete';
}

/** Entries whose changes the reader may see none of are left out: that something was changed would tell as well. */
export async function present(
  call: Call,
  rows: readonly LoggedRow[],
  entities: ReadonlyMap<string, Entity>,
): Promise<readonly HistoryEntry[]> {
  const writes = rows.flatMap((row) => {
    const entity = entities.get(row.entity);
    const changes = JSON.parse(row.changes ?? '{}') as LoggedChanges;
    return entity && isWrite(row.action) ? [{ row, action: row.action, entity, changes }] : [];
  });
  const names = new Names();
  const auditor = hasRight(call.principal, call.engine.model, 'audit');
  const data = new Map(
    rows.flatMap((row) => (auditor && row.data !== null ? [[row, JSON.parse(row.data) as JsonObject] as const] : [])),
  );
  for (const row of rows) names.want('systemuser', row.user_id);
  for (const one of data.values()) {
    const shared = sharedWith(one);
    if (shared) names.want(shared.type, shared.id);
  }
  const [visible] = await Promise.all([visibleChanges(call, writes), names.load(call)]);
  const changesOf = new Map(writes.map(({ row }, index) => [row, visible[index] ?? []]));
  const administrator = call.principal.roles.includes(administratorRole);
  return rows.flatMap((row): readonly HistoryEntry[] => {
    const changes = changesOf.get(row) ?? [];
    if (isWrite(row.action) && row.action !== 'create' && row.action !== 'delete' && changes.length === 0) return [];
    const name = row.user_id === null ? undefined : names.get('systemuser', row.user_id);
    const said = data.get(row);
    const shared = said && sharedWith(said);
    const withWhom = shared && names.get(shared.type, shared.id);
    return [
      {
        id: row.id,
        at: row.at,
        user: row.user_id === null ? null : { id: row.user_id, ...(name !== undefined && { name }) },
        action: row.action,
        ...(administrator && row.address !== null && { address: row.address }),
        via: row.via,
        changes,
        ...(said && { data: withWhom === undefined ? said : { ...said, name: withWhom } }),
      },
    ];
  });
}

/** The user or team of a share's entry: `{share: [old, new]}`. */
function sharedWith({ share }: JsonObject): { readonly type: string; readonly id: string } | undefined {
  const side: unknown = Array.isArray(share) ? (share[1] ?? share[0]) : undefined;
  const { type, principal } = (side ?? {}) as { readonly type?: unknown; readonly principal?: unknown };
  return typeof type === 'string' && typeof principal === 'string' ? { type, id: principal } : undefined;
}

function isWrite(action: string): boolean {
  return (WRITE_ACTIONS as readonly string[]).includes(action);
}

export interface Position {
  readonly at: string;
  readonly id: string;
}

export function writePosition({ at, id }: Position): string {
  return `${at}_${id}`;
}

/** Throws AUDIT_POSITION_INVALID. */
export function readPosition(text: string | undefined): Position | undefined {
  if (text === undefined || text === '') return undefined;
  const [at = '', id = '', ...more] = text.split('_');
  if (more.length > 0 || !isInstant(at) || readId(id) === undefined) {
    throw fail('AUDIT_POSITION_INVALID', { text: text.slice(0, 80) });
  }
  return { at, id };
}

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?(?:Z|[+-]\d{2}:\d{2})$/;

export function isInstant(text: string): boolean {
  return INSTANT.test(text) && !Number.isNaN(Date.parse(text));
}
