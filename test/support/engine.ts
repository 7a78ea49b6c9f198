// An organization's engine on a fresh database, for tests of what works on rows: tables of a model, a business unit, the base
// currency and one administrator.
import type { Call, Engine } from '../../core/engine.ts';
import type { Executor } from '../../core/db/sql.ts';
import type { Entity, Model } from '../../core/model/model.ts';
import { create } from '../../core/records/create.ts';
import type { RecordInput } from '../../core/records/input.ts';
import { applyPlan, withPublishLock } from '../../core/schema/apply.ts';
import { desiredState } from '../../core/schema/desired.ts';
import { introspect } from '../../core/schema/introspect.ts';
import { planChanges } from '../../core/schema/plan.ts';
import { ensureSystemTables } from '../../core/schema/system-tables.ts';
import type { EventHandler, JsonObject } from '../../core/sdk/index.ts';
import type { Principal } from '../../core/security/principal.ts';
import { testDatabase } from './database.ts';
import { modelOf } from './model.ts';

export const administrator = 'a0000000-0000-7000-8000-000000000001';
export const rootUnit = '00000000-0000-7000-8000-000000000002';

export interface TestEngine extends AsyncDisposable {
  readonly engine: Engine;
  readonly model: Model;
  readonly call: Call;
  entity(name: string): Entity;
  /** The same database with handlers, or for somebody else. */
  with(change: { readonly handlers?: readonly EventHandler[]; readonly principal?: Partial<Principal> }): Call;
  rows<Row = Record<string, unknown>>(
    text: string,
    parameters?: readonly (string | readonly string[])[],
  ): Promise<Row[]>;
  drop(): Promise<void>;
}

export function inputOf(
  values: Readonly<Record<string, unknown>>,
  targets: Readonly<Record<string, string>> = {},
): RecordInput {
  return { values, targets, exact: {} };
}

/** `documents`: an organization's layer over the shipped ones, or over those of `loaded`. */
export async function testEngine(
  documents: Readonly<Record<string, JsonObject>> = {},
  loaded?: Parameters<typeof modelOf>[1],
): Promise<TestEngine> {
  const { database, drop } = await testDatabase({ max: 8, shipped: loaded === undefined });
  const schema = 'org_default';
  const model = await modelOf(documents, loaded);
  await ensureSystemTables(database, schema);
  await withPublishLock(database, schema, async (executor: Executor) => {
    const plan = planChanges(await introspect(executor, schema), desiredState(model, schema));
    await applyPlan(executor, { schema, plan, modelVersion: model.version });
  });
  const engine: Engine = { database, schema, model, handlers: [] };
  const principal: Principal = {
    userId: administrator,
    businessUnitId: rootUnit,
    teamIds: [],
    roles: ['system-administrator'],
    timeZone: 'UTC',
    language: 'en',
    calendar: 'gregory',
  };
  const call: Call = { engine, principal, requestId: 'test' };
  const entity = (name: string): Entity => {
    const found = model.entities.get(name);
    if (!found) throw new TypeError(`no entity ${name}`);
    return found;
  };
  await create(call, entity('businessunit'), inputOf({ businessunitid: rootUnit, name: 'Root' }));
  await create(
    call,
    entity('transactioncurrency'),
    inputOf({ currencyname: 'Euro', isocurrencycode: 'EUR', exchangerate: 1 }),
  );
  await create(
    call,
    entity('systemuser'),
    inputOf({ systemuserid: administrator, lastname: 'Admin', businessunitid: rootUnit }),
  );
  return {
    engine,
    model,
    call,
    entity,
    with: (change) => ({
      ...call,
      engine: { ...engine, handlers: change.handlers ?? [] },
      principal: { ...principal, ...change.principal },
    }),
    rows: async (text, parameters = []) => [...(await database.query(text, parameters))] as never,
    drop,
    [Symbol.asyncDispose]: drop,
  };
}
