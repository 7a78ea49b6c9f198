// Plans the creation of one row: defaults, engine-filled values, validation, and the one statement that stores it.
import { momentOf, type Call } from '../engine.ts';
import { uuidv7 } from '../db/uuid.ts';
import type { Parameter } from '../db/sql.ts';
import { guardCreate, refuses, rulesForCreate } from '../duplicates/guard.ts';
import { handlersOf } from '../events/handlers.ts';
import type { PlannedWrite } from '../events/pipeline.ts';
import type { Entity } from '../model/model.ts';
import { requirePrivilege, type Privilege } from '../security/access.ts';
import { SYSTEM_USER_ID } from '../security/system-principal.ts';
import type { ColumnValue } from '../sdk/index.ts';
import { authorizeFields } from './authorize-fields.ts';
import { columnOf, factsOf, typeColumnOf } from './entity-facts.ts';
import { fail } from './errors.ts';
import { generate } from './generate.ts';
import type { RecordInput, Written } from './input.ts';
import { insertStatement, type InsertShape, type SequencePart } from './insert-statement.ts';
import { invalid } from './invalid.ts';
import { readId } from './parse-address.ts';
import { appends, authorizeReferences, checkedOf, checkedShape, referencesOf, refuseReferences } from './references.ts';
import { fillConditions } from './row-conditions.ts';
import { askedOfNew, requireNewRow } from './row-rights.ts';
import { settleState } from './state.ts';
import { traceOf, type Asked, type CheckedReference } from './statement.ts';
import { statementFor } from './statement-cache.ts';
import { executorOf, transact } from './transact.ts';
import { validate } from './validate.ts';

export interface CreateOptions {
  readonly id?: string;
  /** Written by a handler, which may fill what callers may not. */
  readonly trusted?: boolean;
  /** Where a unique key is taken: write nothing and answer undefined (upsert). */
  readonly skipTaken?: boolean;
}

export interface PlannedCreate extends PlannedWrite<Written | undefined> {
  /** Something is asked of rows that are there, or of the new row itself. */
  asks(call: Call): boolean;
  /** What the statement needs; after `check`. */
  prepare(call: Call): Preparation;
}

/** The statement's shape and the values of this row. Rows of one signature share the statement. */
export interface Preparation {
  readonly signature: string;
  readonly shape: InsertShape;
  /** By slot; those of the call itself are left out. */
  readonly own: ReadonlyMap<string, Parameter>;
}

/** Throws ENTITY_READ_ONLY for a union of entities. */
export function refuseUnion(entity: Entity): void {
  if (entity.union) {
    throw fail('ENTITY_READ_ONLY', { entity: entity.name, members: entity.union.members.join(', ') });
  }
}

/** Throws ENTITY_SINGLE: where there is one row, only the platform makes or deletes it. */
export function refuseSingle(call: Call, entity: Entity): void {
  if (entity.single && call.principal.userId !== SYSTEM_USER_ID) throw fail('ENTITY_SINGLE', { entity: entity.name });
}

export function planCreate(call: Call, entity: Entity, input: RecordInput, options: CreateOptions = {}): PlannedCreate {
  refuseUnion(entity);
  refuseSingle(call, entity);
  const facts = factsOf(entity);
  const values: Record<string, unknown> = { ...facts.defaults };
  for (const name in input.values) {
    const value = input.values[name];
    if (value !== undefined) values[name] = value;
  }
  const unit = facts.system.get('caller-unit');
  if (unit) values[unit.name] ??= call.principal.businessUnitId;
  const id = idOf(entity, values, options.id);
  let columns = new Map<string, ColumnValue>();
  let references: readonly CheckedReference[] = [];
  const rules = rulesForCreate(call, entity);
  /** The owner that the row is made for, where it is not the caller. */
  const otherOwner = (caller: Call): boolean => {
    const owner = facts.system.get('owner');
    const named = owner && (columns.get(columnOf(owner).name) ?? null);
    return typeof named === 'string' && named !== caller.principal.userId;
  };
  const askedOfRow = (caller: Call): readonly Asked[] => {
    const isOther = otherOwner(caller);
    const taken: readonly Privilege[] = [
      'create',
      ...(isOther ? (['assign'] as const) : []),
      ...(appends(references) ? (['append'] as const) : []),
    ];
    return askedOfNew(caller, entity.name, taken, !isOther);
  };
  return {
    message: 'create',
    entity,
    id,
    values,
    transaction: refuses(rules),
    check(changed) {
      const trusted = changed || (options.trusted ?? false);
      columns = validate(entity, { ...input, values }, { message: 'create', trusted });
      settleState(entity, columns, 'create');
      references = referencesOf(entity, columns);
      for (const tree of facts.trees) {
        if (columns.get(columnOf(tree).name) !== id) continue;
        const message = `${tree.name} cannot be the row itself. Choose another row or leave it empty.`;
        throw invalid(entity, [{ code: 'HIERARCHY_LOOP', target: tree.name, message }]);
      }
    },
    authorize(caller) {
      requirePrivilege(caller.principal, caller.engine.model, 'create', entity.name);
      // A row made for somebody else is an assignment in the same breath.
      if (otherOwner(caller)) requirePrivilege(caller.principal, caller.engine.model, 'assign', entity.name);
      authorizeReferences(caller, entity, references);
      if (!options.trusted) authorizeFields(caller, entity, input.values, 'create');
    },
    asks: (caller) => rules.length > 0 || askedOfRow(caller).length > 0,
    prepare: (caller) => prepare(caller, entity, id, values, columns, references, options.skipTaken ?? false),
    async execute(inside) {
      if (rules.length > 0) await guardCreate(inside, entity, id, rules, columns);
      const store = (call: Call) =>
        insert(
          call,
          entity,
          id,
          columns,
          prepare(call, entity, id, values, columns, references, options.skipTaken ?? false),
        );
      const asked = askedOfRow(inside);
      if (asked.length === 0) return store(inside);
      return transact(inside, entity, async (call) => {
        const written = await store(call);
        if (written) await requireNewRow(call, entity, id, asked);
        return written;
      });
    },
  };
}

/** The address, what the body says, or a new one; they must not differ. */
function idOf(entity: Entity, values: Record<string, unknown>, addressed: string | undefined): string {
  const said = values[entity.key.name] ?? undefined;
  const id = typeof said === 'string' ? readId(said) : undefined;
  if (said !== undefined && id === undefined)
    throw fail('RECORD_ID_INVALID', { id: (typeof said === 'string' ? said : JSON.stringify(said)).slice(0, 80) });
  if (addressed === undefined) return id ?? uuidv7();
  const wanted = readId(addressed);
  if (wanted === undefined) throw fail('RECORD_ID_INVALID', { id: addressed.slice(0, 80) });
  if (id !== undefined && id !== wanted) {
    const message = `${entity.key.name} says ${id}, the address says ${wanted}. Leave it out of the body.`;
    throw invalid(entity, [{ code: 'ID_DIFFERS', target: entity.key.name, message }]);
  }
  return wanted;
}

function prepare(
  call: Call,
  entity: Entity,
  id: string,
  values: Readonly<Record<string, unknown>>,
  columns: ReadonlyMap<string, ColumnValue>,
  references: readonly CheckedReference[],
  skipTaken: boolean,
): Preparation {
  const { engine } = call;
  const facts = factsOf(entity);
  const own = new Map<string, Parameter>(columns);
  const key = columnOf(entity.key).name;
  const sequences: { column: string; parts: readonly SequencePart[] }[] = [];
  for (const { field, parts } of facts.generated) {
    const column = columnOf(field).name;
    if ((columns.get(column) ?? null) !== null) continue;
    const made = generate(field.name, column, parts, momentOf(call));
    for (const [slot, text] of made.texts) own.set(slot, text);
    if (made.parts) sequences.push({ column, parts: made.parts });
  }
  const drawn = new Set(sequences.map((one) => one.column));
  const given: string[] = [];
  const empty: string[] = [];
  for (const [name, value] of own) {
    if (name === key || name.startsWith(':') || drawn.has(name)) continue;
    if (value !== null) given.push(name);
    else if (name in facts.defaults) empty.push(name);
  }
  given.sort();
  const owner = facts.system.get('owner');
  const ownerType = owner && typeColumnOf(owner);
  const ownerGiven = owner && (columns.get(columnOf(owner).name) ?? null) !== null;
  const kind = ownerGiven ? String((ownerType && columns.get(ownerType.name)) ?? 'systemuser') : undefined;
  const checked = checkedOf(call, references);
  const notify = handlersOf(engine.handlers, 'create', entity.name).async.length > 0;
  own.set(':id', id);
  own.set(':audit', uuidv7());
  if (notify) own.set(':payload', JSON.stringify(values));
  return {
    signature: `create ${given.join()} ${empty.join()} ${checkedShape(call, checked)} ${kind ?? ''} ${JSON.stringify(sequences)} ${notify} ${skipTaken}`,
    shape: { given, empty, references: checked, owner: kind, sequences, notify, skipTaken },
    own,
  };
}

/** The values that are the same for all rows of a call. */
export function commonSlots(call: Call): Map<string, Parameter> {
  return new Map<string, Parameter>([
    [':unit', call.principal.businessUnitId],
    ...traceOf(call),
    [':channel', `${call.engine.schema}_outbox`],
  ]);
}

async function insert(
  call: Call,
  entity: Entity,
  id: string,
  columns: ReadonlyMap<string, ColumnValue>,
  { signature, shape, own }: Preparation,
): Promise<Written | undefined> {
  const { engine, principal } = call;
  const statement = statementFor(engine, entity, signature, () =>
    insertStatement(engine.model, engine.schema, entity, shape),
  );
  const parameters = commonSlots(call);
  for (const [slot, value] of own) parameters.set(slot, value);
  fillConditions(statement.recipes ?? [], principal, parameters);
  const rows = await executorOf(call).query<{ version: string | null; [flag: string]: unknown }>(
    statement.text,
    statement.slots.map((slot) => parameters.get(slot) ?? null),
  );
  const row = rows[0];
  refuseReferences(entity, shape.references, columns, row);
  if (!row || row.version === null) return undefined;
  return { id, version: row.version, created: true, changed: true };
}
