// What an organization needs before anyone can work in it: the platform's own user, the root business unit, the base
// currency, the organization's own row, a row per role and field profile document, an administrator. Safe to run at every
// start and by several servers at once.
import { ident, qualified } from '../db/identifier.ts';
import type { Executor } from '../db/sql.ts';
import { uuidv7 } from '../db/uuid.ts';
import type { Call, Engine } from '../engine.ts';
import type { Entity, Model } from '../model/model.ts';
import { recordsOf } from '../records/reach.ts';
import type { JsonObject } from '../sdk/index.ts';
import { administratorRole } from './access.ts';
import { associationOf } from './association.ts';
import { ensureAuthTables } from './sign-in/auth-tables.ts';
import { refuse } from './errors.ts';
import { PRINCIPALS_CHANNEL } from './principals.ts';
import { ORGANIZATION_ROW_ID, ROOT_UNIT_ID, SYSTEM_USER_ID, systemPrincipal } from './system-principal.ts';
import { giveRole, roleName } from './administration/user-roles.ts';
import { normalizeEmail, saveIdentity } from './sign-in/users.ts';

export interface BootstrapOptions {
  readonly organization: string;
  readonly adminEmail: string;
  /** True: a new organization counts as set up, and nobody is asked on a first-run page. */
  readonly setUp: boolean;
  /** Called on the first start only: the administrator's password hash. */
  passwordHash(): Promise<string>;
}

export interface Bootstrapped {
  /** systemuserid of an enabled administrator. */
  readonly administratorId: string;
  /** True when this start made the administrator. */
  readonly created: boolean;
}

const LOCK = 7_203_442;

/** ISO 4217 of the base currency of a new organization; administrators may add others. */
const BASE_CURRENCY = { isocurrencycode: 'USD', currencyname: 'US Dollar', currencysymbol: '$', currencyprecision: 2 };

export async function bootstrap(engine: Engine, options: BootstrapOptions): Promise<Bootstrapped> {
  await ensureAuthTables(engine.database);
  return engine.database.transaction(async (executor) => {
    await executor.query('select pg_advisory_xact_lock($1)', [LOCK]);
    const call: Call = {
      engine,
      principal: systemPrincipal,
      executor,
      requestId: 'bootstrap',
      origin: { via: 'system' },
    };
    const known = await findAdministrator(executor, engine.schema, engine.model);
    await ensureRoot(call, options.organization, options.setUp || known !== undefined);
    await ensureDocumentRows(call);
    await ensureTriggers(executor, engine.schema, engine.model);
    if (known !== undefined) return { administratorId: known, created: false };
    const administratorId = await createUser(call, {
      firstName: 'System',
      lastName: 'Administrator',
      email: options.adminEmail,
      roles: [administratorRole],
      passwordHash: await options.passwordHash(),
    });
    return { administratorId, created: true };
  });
}

function entityOf(model: Model, name: string): Entity {
  const entity = model.entities.get(name);
  if (!entity) throw refuse('BASE_ENTITY_MISSING', { entity: name });
  return entity;
}

async function rowExists(call: Call, entity: Entity, id?: string): Promise<boolean> {
  const from = qualified(call.engine.schema, entity.name);
  const executor = call.executor ?? call.engine.database;
  const rows =
    id === undefined
      ? await executor.query(`select 1 from ${from} limit 1`)
      : await executor.query(`select 1 from ${from} where ${ident(entity.key.name)} = $1`, [id]);
  return rows.length > 0;
}

/** Creates a row with those of the values that the entity has fields for. */
async function createRow(
  call: Call,
  entity: Entity,
  values: Readonly<Record<string, unknown>>,
  id: string,
): Promise<void> {
  const known = Object.fromEntries(Object.entries(values).filter(([name]) => entity.fields.has(name)));
  // As handlers write: some of these fields are not for callers.
  await recordsOf(call, true).create(entity.name, { ...known, [entity.key.name]: id });
}

/** `setUp`: a new organization's row says that it was set up now. */
async function ensureRoot(call: Call, organization: string, setUp: boolean): Promise<void> {
  const { model } = call.engine;
  const currency = entityOf(model, 'transactioncurrency');
  if (!(await rowExists(call, currency)))
    await createRow(call, currency, { ...BASE_CURRENCY, exchangerate: 1 }, uuidv7());
  const unit = entityOf(model, 'businessunit');
  if (!(await rowExists(call, unit, ROOT_UNIT_ID))) await createRow(call, unit, { name: organization }, ROOT_UNIT_ID);
  const user = entityOf(model, 'systemuser');
  if (!(await rowExists(call, user, SYSTEM_USER_ID)))
    await createRow(
      call,
      user,
      { firstname: 'Peyvand', lastname: 'Platform', businessunitid: ROOT_UNIT_ID },
      SYSTEM_USER_ID,
    );
  const own = entityOf(model, 'organization');
  if (!(await rowExists(call, own)))
    await createRow(
      call,
      own,
      {
        name: organization,
        basecurrencyid: await baseCurrencyId(call),
        ...(setUp ? { setupcompletedon: new Date().toISOString() } : {}),
      },
      ORGANIZATION_ROW_ID,
    );
}

/** The oldest currency whose rate is 1. */
async function baseCurrencyId(call: Call): Promise<string | null> {
  const [row] = await (call.executor ?? call.engine.database).query<{ id: string }>(
    `select transactioncurrencyid as id from ${qualified(call.engine.schema, 'transactioncurrency')}
     where exchangerate = 1 order by createdon, transactioncurrencyid limit 1`,
  );
  return row?.id ?? null;
}

/** What a newly published model lacks: rows of its roles and field profiles, triggers on its tables. */
export async function followModel(engine: Engine): Promise<void> {
  await engine.database.transaction(async (executor) => {
    await executor.query('select pg_advisory_xact_lock($1)', [LOCK]);
    const origin = { via: 'system' };
    await ensureDocumentRows({ engine, principal: systemPrincipal, executor, requestId: 'publish', origin });
    await ensureTriggers(executor, engine.schema, engine.model);
  });
}

/** A row for each role and each field profile, for users and teams to be linked with. */
async function ensureDocumentRows(call: Call): Promise<void> {
  const { model } = call.engine;
  await ensureRows(call, entityOf(model, 'role'), model.roles);
  const profile = model.entities.get('fieldsecurityprofile');
  if (profile) await ensureRows(call, profile, model.profiles);
}

async function ensureRows(call: Call, entity: Entity, documents: ReadonlyMap<string, JsonObject>): Promise<void> {
  const { engine, executor = engine.database } = call;
  const rows = await executor.query<{ document: string }>(
    `select document from ${qualified(engine.schema, entity.name)}`,
  );
  const known = new Set(rows.map(({ document }) => document));
  for (const [id, { title, description }] of documents) {
    const document = roleName(id);
    if (known.has(document)) continue;
    const values = {
      // Documents may say more than the fields take.
      name: (typeof title === 'string' ? title : document).slice(0, 100),
      document,
      businessunitid: ROOT_UNIT_ID,
      ...(typeof description === 'string' && { description: description.slice(0, 2000) }),
    };
    await createRow(call, entity, values, uuidv7());
  }
}

/** Every write to what principals are made of announces itself, whoever writes. */
async function ensureTriggers(executor: Executor, schema: string, model: Model): Promise<void> {
  const pairs = [
    ['systemuser', 'role'],
    ['team', 'role'],
    ['systemuser', 'team'],
    ['systemuser', 'fieldsecurityprofile'],
    ['team', 'fieldsecurityprofile'],
  ] as const;
  const tables = [
    ...['systemuser', 'role', 'team', 'businessunit', 'organization', 'fieldsecurityprofile'].filter((name) =>
      model.entities.has(name),
    ),
    ...pairs.flatMap(([left, right]) => associationOf(model, left, right)?.table ?? []),
  ];
  const called = qualified(schema, '_announce_principals');
  const [found] = await executor.query<{ count: number }>(
    `select count(*)::int as count from pg_trigger t join pg_class c on c.oid = t.tgrelid
     join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = $1 and t.tgname = '_principals_changed' and c.relname = any($2)`,
    [schema, tables],
  );
  if (found?.count === tables.length) return;
  await executor.script(
    [
      `create or replace function ${called}() returns trigger language plpgsql as
       $$ begin perform pg_notify('${PRINCIPALS_CHANNEL}', tg_table_schema); return null; end $$`,
      ...tables.map(
        (table) => `create or replace trigger _principals_changed after insert or update or delete on
          ${qualified(schema, table)} for each statement execute function ${called}()`,
      ),
    ].join(';\n'),
  );
}

async function findAdministrator(executor: Executor, schema: string, model: Model): Promise<string | undefined> {
  const association = associationOf(model, 'systemuser', 'role');
  if (!association) throw refuse('BASE_ENTITY_MISSING', { entity: 'systemuserroles_association' });
  const [row] = await executor.query<{ id: string }>(
    `select u.systemuserid as id from ${qualified(schema, 'systemuser')} u
     join ${qualified(schema, association.table)} a on a.${ident(association.left)} = u.systemuserid
     join peyvand_auth."user" s on s.id = u.systemuserid::text
     join ${qualified(schema, 'role')} r on r.roleid = a.${ident(association.right)}
     where r.document = $1 and u.isdisabled is not true order by u.systemuserid limit 1`,
    [administratorRole],
  );
  return row?.id;
}

export interface NewUser {
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
  /** Role names: `system-administrator`. */
  readonly roles: readonly string[];
  readonly passwordHash: string | undefined;
}

/** A systemuser with its roles and sign-in identity. Run inside a transaction (`call.executor`). Returns its id. */
export async function createUser(call: Call, user: NewUser): Promise<string> {
  const { model, database } = call.engine;
  const executor = call.executor ?? database;
  const id = uuidv7();
  const email = normalizeEmail(user.email);
  const name = `${user.firstName} ${user.lastName}`.trim();
  const entity = entityOf(model, 'systemuser');
  await createRow(
    call,
    entity,
    {
      firstname: user.firstName,
      lastname: user.lastName,
      internalemailaddress: email,
      domainname: email,
      businessunitid: ROOT_UNIT_ID,
    },
    id,
  );
  for (const role of user.roles) await giveRole(call, id, role);
  await saveIdentity(executor, { id, name, email }, user.passwordHash);
  return id;
}
