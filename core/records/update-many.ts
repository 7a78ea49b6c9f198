// Changes many rows of one entity. Where nothing has to be asked or done row by row (handlers inside the transaction, rules about
// duplicates, lookups that the statement checks itself, states, owners, exchange rates), rows of one shape go in one statement.
import type { Call } from '../engine.ts';
import { changedBy, handlersOf } from '../events/handlers.ts';
import { run } from '../events/pipeline.ts';
import type { Entity } from '../model/model.ts';
import type { MakeReach } from '../plugins/context.ts';
import { guardOf } from '../security/administration/guard.ts';
import { fail } from './errors.ts';
import type { RecordInput } from './input.ts';
import { lockRows } from './lock-rows.ts';
import { inPortions, rowParameters, type ManyStatement } from './many-rows.ts';
import { notFound } from './not-found.ts';
import { readId } from './parse-address.ts';
import { statementFor } from './statement-cache.ts';
import { executorOf, transact, transactAll } from './transact.ts';
import { updateManyStatement } from './update-statement.ts';
import { commonOf, planUpdate, type PlannedUpdate, type PreparedUpdate, type UpdateOptions } from './update-write.ts';

/**
 * Each row's values hold its key. All of them are changed or none; whatever order they come in, they are locked in the order of
 * their ids. Throws what changing each of them would, RECORD_ID_INVALID for a key that is none or is there twice.
 */
export async function updateMany(
  call: Call,
  entity: Entity,
  rows: readonly RecordInput[],
  options: Pick<UpdateOptions, 'trusted'>,
  reach: MakeReach,
): Promise<void> {
  const ids = idsOf(entity, rows);
  if (rows.length === 0) return;
  await transactAll(call, async (inside) => {
    const plans = rows.map((row, index) => {
      const id = ids[index] ?? '';
      return planUpdate(inside, entity, id, { ...row, values: { ...row.values, [entity.key.name]: id } }, options);
    });
    const statements = manyOf(inside, entity, plans);
    if (!statements || statements.length > 1) await lockRows(inside, entity, ids);
    if (!statements) {
      for (const plan of plans) if (!(await run(inside, plan, reach))) throw notFound(entity, { id: plan.id });
      return;
    }
    for (const { statement, portion } of statements) await store(inside, entity, statement, portion);
  });
}

function idsOf(entity: Entity, rows: readonly RecordInput[]): readonly string[] {
  const ids = new Set<string>();
  for (const { values } of rows) {
    const said = values[entity.key.name];
    const id = typeof said === 'string' ? readId(said) : undefined;
    if (id === undefined || ids.has(id)) throw fail('RECORD_ID_INVALID', { id: String(said).slice(0, 80) });
    ids.add(id);
  }
  return [...ids];
}

interface Portion {
  readonly statement: ManyStatement;
  readonly portion: readonly PreparedUpdate[];
}

/** Undefined where the rows have to be changed one by one. */
function manyOf(call: Call, entity: Entity, plans: readonly PlannedUpdate[]): readonly Portion[] | undefined {
  const { validate, before, after } = handlersOf(call.engine.handlers, 'update', entity.name);
  const changes = [...validate, ...before, ...after].map((handler) => changedBy(handler, entity));
  const prepared: PreparedUpdate[] = [];
  for (const plan of plans) {
    if (guardOf(call, plan)) return undefined;
    // A handler of other fields than those given would not run.
    if (changes.some((names) => !names || names.some((name) => name in plan.values))) return undefined;
    plan.check(false);
    plan.authorize(call);
    if (plan.asks(call)) return undefined;
    prepared.push(plan.prepare(call));
  }
  const portions: Portion[] = [];
  for (const portion of inPortions(
    prepared.toSorted((a, b) => (a.signature < b.signature ? -1 : a.signature > b.signature ? 1 : 0)),
  )) {
    const statement = portion[0] && statementOf(call, entity, portion[0]);
    if (!statement) return undefined;
    portions.push({ statement, portion });
  }
  return portions;
}

const none = { text: '', slots: [] };

function statementOf(
  { engine }: Call,
  entity: Entity,
  { signature, shape }: PreparedUpdate,
): ManyStatement | undefined {
  const statement = statementFor(
    engine,
    entity,
    `many ${signature}`,
    () => updateManyStatement(engine.model, engine.schema, entity, shape) ?? none,
  );
  return 'rowSlots' in statement ? (statement as ManyStatement) : undefined;
}

async function store(
  call: Call,
  entity: Entity,
  statement: ManyStatement,
  rows: readonly PreparedUpdate[],
): Promise<void> {
  const parameters = rowParameters(statement, commonOf(call), rows);
  const found = await transact(call, entity, (inside) =>
    executorOf(inside).query<{ readonly id: string }>(statement.text, parameters),
  );
  if (found.length === rows.length) return;
  const there = new Set(found.map(({ id }) => id));
  const missing = rows.find(({ id }) => !there.has(id));
  if (missing) throw notFound(entity, { id: missing.id });
}
