// The whole log, for who has the right `audit`: by user, record's entity, kind of action, time and text, newest first.
import { qualified } from '../db/identifier.ts';
import type { Parameter } from '../db/sql.ts';
import type { Call } from '../engine.ts';
import { entityMetadata } from '../model/effective.ts';
import { readId } from '../records/parse-address.ts';
import { requireRight } from '../security/access.ts';
import { fail } from './errors.ts';
import {
  isInstant,
  LOGGED_ROW,
  present,
  readPosition,
  writePosition,
  type HistoryEntry,
  type LoggedRow,
  type Position,
} from './history.ts';
import { Names } from './names.ts';
import { eventActions } from './record-event.ts';

export interface AuditFilter {
  /** systemuserid of who did it. */
  readonly user?: string;
  /** Logical name. */
  readonly entity?: string;
  /** One action, or a group of them: see `groups`. */
  readonly action?: string;
  readonly record?: string;
  /** Instants: from inclusive, to exclusive. */
  readonly from?: string;
  readonly to?: string;
  /** Found in values, field titles, names and addresses, whatever its case. */
  readonly text?: string;
  readonly before?: string;
  readonly top?: number;
}

export interface FoundEntry extends HistoryEntry {
  readonly entity: string;
  readonly entityTitle: string;
  readonly record: string;
  /** For who may read the row. */
  readonly recordName?: string;
}

export interface Found {
  readonly entries: readonly FoundEntry[];
  /** Where to go on; a page may be short, or empty, before the last where `text` is given. */
  readonly next?: string;
}

const security = `array['systemuser', 'role', 'team', 'fieldsecurityprofile', 'businessunit']`;

/** Kinds of things people look for, as conditions over the log. */
export const groups: Readonly<Record<string, string>> = {
  changes: `action in ('create', 'update', 'delete', 'associate', 'disassociate', 'merge', 'unmerge')`,
  'sign-ins': `action in ('sign-in', 'sign-in-refused', 'sign-in-locked', 'sign-out', 'session-ended', 'second-factor-refused', 'key-refused')`,
  secrets: `action in ('password-changed', 'password-reset', 'second-factor-on', 'second-factor-off', 'key-created', 'key-revoked', 'password-reset-asked', 'invited', 'unlocked')`,
  permissions: `(action in ('share', 'unshare', 'role-given', 'role-taken', 'role-published', 'view-as')
    or (action in ('associate', 'disassociate') and entity = any (${security}))
    or (action in ('create', 'delete') and entity = any (${security}))
    or (action = 'update' and entity = any (${security}) and (entity <> 'systemuser' or changes ?| array['isdisabled', 'businessunitid', 'parentsystemuserid'])))`,
  exports: `action in ('export', 'retention')`,
};

const actions: ReadonlySet<string> = new Set([
  'create',
  'update',
  'delete',
  'associate',
  'disassociate',
  'merge',
  'unmerge',
  ...eventActions,
]);

/** Entries that one request with a text looks through. */
const MOST_SCANNED = 5000;

/** Throws RIGHT_MISSING (403), AUDIT_FILTER_INVALID and AUDIT_POSITION_INVALID (400). */
export async function searchAudit(call: Call, filter: AuditFilter): Promise<Found> {
  const { engine, principal } = call;
  const { model } = engine;
  requireRight(principal, model, 'audit');
  const top = Math.min(Math.max(filter.top ?? 50, 1), 200);
  const text = filter.text?.trim().toLowerCase() ?? '';
  const size = text === '' ? top + 1 : 500;
  const found: FoundEntry[] = [];
  let position = readPosition(filter.before);
  for (let scanned = 0; ;) {
    const { text: statement, parameters } = searchStatement(engine.schema, filter, position, size);
    const rows = await engine.database.query<LoggedRow>(statement, parameters);
    scanned += rows.length;
    for (const entry of await describe(call, rows)) if (text === '' || says(entry, text)) found.push(entry);
    const last = rows.at(-1);
    const end = found[top - 1];
    if (found.length > top && end) return { entries: found.slice(0, top), next: writePosition(end) };
    if (rows.length < size || !last) return { entries: found };
    position = { at: last.at, id: last.id };
    if (scanned >= MOST_SCANNED) return { entries: found, next: writePosition(position) };
  }
}

/** Exported for the test that asks Postgres how it would run it. */
export function searchStatement(
  schema: string,
  filter: AuditFilter,
  position: Position | undefined,
  size: number,
): { readonly text: string; readonly parameters: readonly Parameter[] } {
  const { conditions, values } = conditionsOf(filter);
  const parameters: Parameter[] = [...values];
  const where = [...conditions];
  if (position) {
    parameters.push(position.at, position.id);
    where.push(`(at, id) < ($${parameters.length - 1}::timestamptz, $${parameters.length}::uuid)`);
  }
  parameters.push(size);
  const text = `select ${LOGGED_ROW} from ${qualified(schema, '_audit')} a${where.length > 0 ? ` where ${where.join(' and ')}` : ''}
        order by a.at desc, a.id desc limit $${parameters.length}`;
  return { text, parameters };
}

function conditionsOf(filter: AuditFilter): {
  readonly conditions: readonly string[];
  readonly values: readonly Parameter[];
} {
  const conditions: string[] = [];
  const values: Parameter[] = [];
  const add = (value: Parameter, condition: (slot: string) => string): void => {
    values.push(value);
    conditions.push(condition(`$${values.length}`));
  };
  const id = (name: 'user' | 'record'): string | undefined => {
    const given = filter[name];
    if (given === undefined || given === '') return undefined;
    const read = readId(given);
    if (read === undefined) throw refuse(name, given, 'give an id');
    return read;
  };
  const user = id('user');
  if (user !== undefined) add(user, (slot) => `user_id = ${slot}::uuid`);
  const record = id('record');
  if (record !== undefined) add(record, (slot) => `record = ${slot}::uuid`);
  if (filter.entity !== undefined && filter.entity !== '') {
    if (filter.entity.includes('\0')) throw refuse('entity', filter.entity, 'give a logical name');
    add(filter.entity, (slot) => `entity = ${slot}`);
  }
  const { action } = filter;
  if (action !== undefined && action !== '') {
    const group = Object.hasOwn(groups, action) ? groups[action] : undefined;
    if (group !== undefined) conditions.push(group);
    else if (actions.has(action)) conditions.push(`action = '${action}'`);
    else throw refuse('action', action, `there are ${[...Object.keys(groups), ...actions].join(', ')}`);
  }
  for (const [name, operator] of [
    ['from', '>='],
    ['to', '<'],
  ] as const) {
    const given = filter[name];
    if (given === undefined || given === '') continue;
    if (!isInstant(given)) throw refuse(name, given, 'give an instant such as 2026-11-22T00:00:00Z');
    add(given, (slot) => `at ${operator} ${slot}::timestamptz`);
  }
  return { conditions, values };
}

function refuse(name: string, text: string, expected: string): Error {
  return fail('AUDIT_FILTER_INVALID', { name, text: text.slice(0, 80), expected });
}

async function describe(call: Call, rows: readonly LoggedRow[]): Promise<readonly FoundEntry[]> {
  const { model } = call.engine;
  const names = new Names();
  for (const row of rows) names.want(row.entity, row.record);
  const [entries] = await Promise.all([present(call, rows, model.entities), names.load(call)]);
  const byId = new Map(rows.map((row) => [row.id, row]));
  return entries.flatMap((entry): readonly FoundEntry[] => {
    const row = byId.get(entry.id);
    if (!row) return [];
    const name = names.get(row.entity, row.record);
    const metadata = entityMetadata(model, call.principal.language, row.entity);
    return [
      {
        ...entry,
        entity: row.entity,
        entityTitle: metadata?.title ?? row.entity,
        record: row.record,
        ...(name !== undefined && { recordName: name }),
      },
    ];
  });
}

/** Only in what the reader sees: what is left out is not found either. */
function says(entry: FoundEntry, text: string): boolean {
  const spoken = [entry.recordName, entry.user?.name, entry.via, entry.address, entry.record, entry.entityTitle];
  for (const change of entry.changes) {
    spoken.push(change.title, change.oldLabel, change.newLabel, plain(change.old), plain(change.new));
  }
  if (entry.data) spoken.push(JSON.stringify(entry.data));
  return spoken.some((one) => one?.toLowerCase().includes(text));
}

function plain(value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
