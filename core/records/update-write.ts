// Plans the change of one row: validation of the given fields, what follows from them, and the one statement that stores it.
// A new owner is passed on along the relationships, in the same transaction.
import type { Parameter } from '../db/sql.ts';
import { uuidv7 } from '../db/uuid.ts';
import { guardUpdate, refuses, rulesForUpdate } from '../duplicates/guard.ts';
import type { Call } from '../engine.ts';
import { handlersOf } from '../events/handlers.ts';
import type { PlannedWrite } from '../events/pipeline.ts';
import type { Entity } from '../model/model.ts';
import { requirePrivilege, type Privilege } from '../security/access.ts';
import { fieldAccess, maskText } from '../security/field-access.ts';
import type { ColumnValue } from '../sdk/index.ts';
import { assignAlong, assignsAlong, lockOwner } from './assign.ts';
import { authorizeFields, mayReadFully } from './authorize-fields.ts';
import { locksOf, locksShape, readOnly } from './closed.ts';
import { refuseUnion } from './create-write.ts';
import { columnOf, factsOf, typeColumnOf } from './entity-facts.ts';
import { fail } from './errors.ts';
import { refuseLoop } from './hierarchy.ts';
import type { RecordInput, Written } from './input.ts';
import { readRow } from './read-row.ts';
import { appends, authorizeReferences, checkedOf, checkedShape, referencesOf, refuseReferences } from './references.ts';
import { fillConditions } from './row-conditions.ts';
import { askedShape, askingOf, may, refuseRow, requireRow } from './row-rights.ts';
import { settleState, transitionRefused, type SettledState } from './state.ts';
import { traceOf, type CheckedReference } from './statement.ts';
import { statementFor } from './statement-cache.ts';
import { executorOf } from './transact.ts';
import { updateStatement, type UpdateShape } from './update-statement.ts';
import { validate } from './validate.ts';
import { fromText } from './wire-text.ts';

export interface UpdateOptions {
  /** Write only at this version: 412 with both values otherwise. */
  readonly version?: string;
  /** Written by a handler, which may fill what callers may not. */
  readonly trusted?: boolean;
}

export interface PlannedUpdate extends PlannedWrite<Written | undefined> {
  /** Something is looked up, asked or done beside the row itself; after `check`. */
  asks(call: Call): boolean;
  /** What the statement needs; after `check`. */
  prepare(call: Call): PreparedUpdate;
}

/** The statement's shape and the values of this row. Rows of one signature share the statement. */
export interface PreparedUpdate {
  readonly id: string;
  readonly signature: string;
  readonly shape: UpdateShape;
  /** By slot; those of the call itself are left out. */
  readonly own: ReadonlyMap<string, Parameter>;
}

/** The write answers undefined where there is no such row. */
export function planUpdate(
  call: Call,
  entity: Entity,
  id: string,
  input: RecordInput,
  options: UpdateOptions = {},
): PlannedUpdate {
  refuseUnion(entity);
  const facts = factsOf(entity);
  const values: Record<string, unknown> = {};
  for (const name in input.values) {
    const value = input.values[name];
    if (value !== undefined && !(name === entity.key.name && value === id)) values[name] = value;
  }
  const sent = { ...values };
  const owner = facts.system.get('owner');
  let columns = new Map<string, ColumnValue>();
  let state: SettledState = { keepReason: false, from: undefined };
  let references: readonly CheckedReference[] = [];
  const assigning = owner !== undefined && owner.name in values;
  const trees = facts.trees.filter((tree) => tree.name in values);
  const rules = rulesForUpdate(call, entity, values);
  const taken = (): readonly Privilege[] => [
    'write',
    ...(owner && columns.has(columnOf(owner).name) ? (['assign'] as const) : []),
    ...(appends(references) ? (['append'] as const) : []),
  ];
  return {
    message: 'update',
    entity,
    id,
    values,
    transaction:
      refuses(rules) ||
      trees.some((tree) => values[tree.name] !== null) ||
      (assigning && assignsAlong(call.engine.model, entity)),
    check(changed) {
      const trusted = changed || (options.trusted ?? false);
      columns = validate(entity, { ...input, values }, { message: 'update', trusted });
      state = settleState(entity, columns, 'update');
      references = referencesOf(entity, columns);
    },
    authorize(caller) {
      requirePrivilege(caller.principal, caller.engine.model, 'write', entity.name);
      if (assigning) requirePrivilege(caller.principal, caller.engine.model, 'assign', entity.name);
      authorizeReferences(caller, entity, references);
      if (!options.trusted) authorizeFields(caller, entity, sent, 'update');
    },
    asks: () => rules.length > 0 || trees.length > 0 || assigning,
    prepare: (caller) => prepare(caller, entity, id, columns, state, references, taken(), options.version),
    admit: (inside) => requireRow(inside, entity, id, taken(), true),
    image: (inside) => readRow(inside, entity, id, true),
    async execute(inside) {
      // Once more: handlers may have written further fields.
      const asked = rulesForUpdate(inside, entity, values);
      if (asked.length > 0) {
        // Before a word about other rows that are like it.
        await requireRow(inside, entity, id, taken(), true);
        await guardUpdate(inside, entity, id, asked, columns);
      }
      const along =
        owner && columns.has(columnOf(owner).name) && inside.executor && assignsAlong(inside.engine.model, entity);
      const last = along ? await lockOwner(inside, entity, id) : undefined;
      const written = await store(inside, entity, id, columns, state, references, taken(), options.version);
      // After the write, which has refused whoever may not: a loop tells where rows stand.
      for (const tree of written?.changed ? facts.trees : []) {
        const parent = columns.get(columnOf(tree).name);
        if (typeof parent === 'string') await refuseLoop(inside, entity, tree, id, parent);
      }
      if (written?.changed && along && last) {
        const next = columns.get(columnOf(owner).name);
        const type = typeColumnOf(owner);
        if (typeof next === 'string' && next !== last) {
          await assignAlong(inside, entity, id, last, next, String((type && columns.get(type.name)) ?? 'systemuser'));
        }
      }
      return written;
    },
  };
}

interface Answer {
  readonly before: string;
  readonly version: string | null;
  readonly reason?: number | null;
  readonly current?: string | null;
  readonly state?: number | null;
  readonly locked?: readonly string[];
  readonly [flag: string]: unknown;
}

function prepare(
  call: Call,
  entity: Entity,
  id: string,
  columns: ReadonlyMap<string, ColumnValue>,
  state: SettledState,
  references: readonly CheckedReference[],
  taken: readonly Privilege[],
  version: string | undefined,
): PreparedUpdate {
  const { engine } = call;
  const facts = factsOf(entity);
  const status = facts.system.get('status');
  const statusColumn = status && columnOf(status).name;
  const given = [...columns.keys()].filter((name) => !(state.keepReason && name === statusColumn)).sort();
  const owner = facts.system.get('owner');
  const ownerType = owner && typeColumnOf(owner);
  const kind =
    owner && (columns.get(columnOf(owner).name) ?? null) !== null
      ? String((ownerType && columns.get(ownerType.name)) ?? 'systemuser')
      : undefined;
  const checked = checkedOf(call, references);
  const asking = askingOf(call, entity.name, taken, true);
  const cleared = given.filter((name) => entity.fields.get(name)?.type.blob && columns.get(name) === null);
  const blind = writesBlindly(call, entity, given);
  const notify = handlersOf(engine.handlers, 'update', entity.name).async.length > 0;
  const locks = locksOf(call, entity);
  const shape = {
    given,
    locks,
    references: checked,
    owner: kind,
    version: version !== undefined,
    keepReason: state.keepReason,
    from: state.from,
    cleared,
    blind,
    notify,
    asking,
  };
  const rights = `${asking.required.join()} ${askedShape(call, asking.flags)}`;
  const signature = `update ${given.join()} ${checkedShape(call, checked)} ${kind ?? ''} ${shape.version} ${state.keepReason} ${state.from?.join() ?? '-'} ${cleared.join()} ${blind} ${notify} ${locksShape(locks)} ${rights}`;
  const own = new Map<string, Parameter>(columns);
  own.set(':id', id);
  own.set(':audit', uuidv7());
  own.set(':version', version !== undefined && /^\d{1,18}$/.test(version) ? version : '-1');
  return { id, signature, shape, own };
}

/** The values that are the same for all rows of a call. */
export function commonOf(call: Call): Map<string, Parameter> {
  return new Map<string, Parameter>([...traceOf(call), [':channel', `${call.engine.schema}_outbox`]]);
}

async function store(
  call: Call,
  entity: Entity,
  id: string,
  columns: ReadonlyMap<string, ColumnValue>,
  state: SettledState,
  references: readonly CheckedReference[],
  taken: readonly Privilege[],
  version: string | undefined,
): Promise<Written | undefined> {
  const { engine, principal } = call;
  const { signature, shape, own } = prepare(call, entity, id, columns, state, references, taken, version);
  const { asking, references: checked } = shape;
  const statement = statementFor(engine, entity, signature, () =>
    updateStatement(engine.model, engine.schema, entity, shape),
  );
  const parameters = commonOf(call);
  for (const [slot, value] of own) parameters.set(slot, value);
  fillConditions(statement.recipes ?? [], principal, parameters);
  const rows = await executorOf(call).query<Answer>(
    statement.text,
    statement.slots.map((slot) => parameters.get(slot) ?? null),
  );
  const row = rows[0];
  if (!row) return undefined;
  if (row.version !== null) return { id, version: row.version, created: false, changed: true };
  refuseRow(entity, id, asking, row);
  if (version !== undefined && row.before !== version) throw stale(call, entity, version, row);
  if (row.locked && row.locked.length > 0) {
    throw readOnly(entity, row[may('read')] === false ? undefined : (row.state ?? undefined), row.locked);
  }
  refuseReferences(entity, checked, columns, row);
  const status = factsOf(entity).system.get('status');
  const statusColumn = status && columnOf(status).name;
  const next = statusColumn === undefined ? null : (columns.get(statusColumn) ?? null);
  if (state.from && typeof row.reason === 'number' && row.reason !== next && !state.from.includes(row.reason)) {
    const current = row[may('read')] === false ? undefined : row.reason;
    if (!(state.keepReason && sameState(entity, row.reason, next))) throw transitionRefused(entity, current, next);
  }
  return { id, version: row.before, created: false, changed: false };
}

function sameState(entity: Entity, reason: number, next: ColumnValue): boolean {
  return (entity.status ?? []).some(
    (state) => state.reasons.some((one) => one.value === reason) && state.reasons.some((one) => one.value === next),
  );
}

/** Some value is written that the caller may not read: whether it was there already is not to be told. */
function writesBlindly(call: Call, entity: Entity, given: readonly string[]): boolean {
  return given.some((name) => {
    const field = entity.fields.get(name);
    return field?.secured === true && !mayReadFully(call, field);
  });
}

/** PRECONDITION_FAILED with the row's values of the fields that were to be written, as far as the caller may read them. */
function stale(call: Call, entity: Entity, given: string, row: Answer): Error {
  const isSeen = row[may('read')] !== false;
  const found = JSON.parse((isSeen && row.current) || '{}') as Readonly<Record<string, string | null>>;
  const current: Record<string, unknown> = {};
  for (const field of entity.fields.values()) {
    const [column] = field.columns;
    if (!column || !(column.name in found)) continue;
    const { read } = fieldAccess(call.principal, call.engine.model, field);
    const text = found[column.name] ?? null;
    if (read === 'full') current[field.name] = fromText(column, text);
    else if (read !== 'none') current[field.name] = text === null ? null : maskText(text, read);
  }
  const data = { current, version: row.before };
  return fail('PRECONDITION_FAILED', { entity: entity.name, version: row.before, given }, { data });
}

/** Stores column values that the engine itself has made (a file's id and name). Undefined where there is no such row. */
export function storeColumns(
  call: Call,
  entity: Entity,
  id: string,
  columns: ReadonlyMap<string, ColumnValue>,
  version: string | undefined,
): Promise<Written | undefined> {
  return store(call, entity, id, columns, { keepReason: false, from: undefined }, [], ['write'], version);
}
