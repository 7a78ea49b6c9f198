// Creates many rows of one entity. Where nothing has to be asked or done row by row (handlers inside the transaction, rules about
// duplicates, lookups that the statement checks itself, numbers, exchange rates), rows of one shape go in one statement.
import type { Call } from '../engine.ts';
import { handlersOf } from '../events/handlers.ts';
import { run } from '../events/pipeline.ts';
import type { Entity } from '../model/model.ts';
import type { MakeReach } from '../plugins/context.ts';
import { guardOf } from '../security/administration/guard.ts';
import { commonSlots, planCreate, type CreateOptions, type PlannedCreate, type Preparation } from './create-write.ts';
import { fail } from './errors.ts';
import type { RecordInput } from './input.ts';
import { insertManyStatement } from './insert-statement.ts';
import { inPortions, rowParameters, type ManyStatement } from './many-rows.ts';
import { statementFor } from './statement-cache.ts';
import { executorOf, transact, transactAll } from './transact.ts';

/** The ids, in the order of the rows; all of them are made or none. Throws what creating each of them would. */
export async function createMany(
  call: Call,
  entity: Entity,
  rows: readonly RecordInput[],
  options: Pick<CreateOptions, 'trusted'>,
  reach: MakeReach,
): Promise<readonly string[]> {
  return transactAll(call, async (inside) => {
    const plans = rows.map((row) => planCreate(inside, entity, row, options));
    const [first] = plans;
    if (!first || handled(inside, first)) return oneByOne(inside, plans, reach);
    for (const plan of plans) {
      plan.check(false);
      plan.authorize(inside);
      if (plan.asks(inside)) return oneByOne(inside, plans, reach);
    }
    const portions = inPortions(plans.map((plan) => plan.prepare(inside)));
    const statements = portions.map(([one]) => one && statementOf(inside, entity, one));
    if (statements.includes(undefined)) return oneByOne(inside, plans, reach);
    for (const [index, portion] of portions.entries()) {
      const statement = statements[index];
      if (statement) await store(inside, entity, statement, portion);
    }
    return plans.map(({ id }) => id);
  });
}

/** Something runs or is checked around each row. */
function handled(call: Call, plan: PlannedCreate): boolean {
  const { validate, inTransaction } = handlersOf(call.engine.handlers, 'create', plan.entity.name);
  return validate.length > 0 || inTransaction || guardOf(call, plan) !== undefined;
}

async function oneByOne(call: Call, plans: readonly PlannedCreate[], reach: MakeReach): Promise<readonly string[]> {
  for (const plan of plans) if (!(await run(call, plan, reach))) throw fail('WRITE_CONFLICT');
  return plans.map(({ id }) => id);
}

const none = { text: '', slots: [] };

function statementOf({ engine }: Call, entity: Entity, { signature, shape }: Preparation): ManyStatement | undefined {
  const statement = statementFor(
    engine,
    entity,
    `many ${signature}`,
    () => insertManyStatement(engine.model, engine.schema, entity, shape) ?? none,
  );
  return 'rowSlots' in statement ? (statement as ManyStatement) : undefined;
}

async function store(
  call: Call,
  entity: Entity,
  statement: ManyStatement,
  rows: readonly Preparation[],
): Promise<void> {
  const parameters = rowParameters(statement, commonSlots(call), rows);
  await transact(call, entity, (inside) => executorOf(inside).query(statement.text, parameters));
}
