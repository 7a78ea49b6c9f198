// Setting up a new organization, once: its first administrator gets a name and a password of their own, the organization a
// name, a language, a calendar, a time zone and a base currency. The page and the route to it are the server's.
import { ident, qualified } from '../db/identifier.ts';
import type { Executor } from '../db/sql.ts';
import type { Call, Engine } from '../engine.ts';
import { recordsOf } from '../records/reach.ts';
import type { Violation } from '../sdk/index.ts';
import { refuse } from './errors.ts';
import { ROOT_UNIT_ID } from './system-principal.ts';
import { findIdentity, normalizeEmail, saveIdentity } from './sign-in/users.ts';

export interface BaseCurrency {
  /** ISO 4217, or one of three capitals in its manner: `EUR`, `IRT`. */
  readonly code: string;
  readonly name: string;
  readonly symbol: string;
  /** 0 to 4. */
  readonly decimals: number;
}

export interface Setup {
  readonly you: { readonly firstName: string; readonly lastName: string; readonly email: string };
  readonly organization: {
    readonly name: string;
    readonly language: string;
    readonly calendar: 'gregory' | 'persian';
    readonly timeZone: string;
  };
  readonly currency: BaseCurrency;
}

/** What there is before setting up; empty where nobody has said anything. */
export interface SetupState {
  readonly needed: boolean;
  readonly you: Setup['you'];
  readonly organization: { readonly [K in keyof Setup['organization']]: string | null };
  /** `fixed`: rows have amounts in it, so another cannot take its place. */
  readonly currency: BaseCurrency & { readonly fixed: boolean };
}

interface Row {
  readonly id: string;
  readonly done: boolean;
  readonly name: string;
  readonly languagecode: string | null;
  readonly calendar: string | null;
  readonly timezone: string | null;
  readonly currency: string | null;
}

async function readOrganization(executor: Executor, schema: string, lock: '' | 'for update'): Promise<Row> {
  const [row] = await executor.query<Row>(
    `select organizationid as id, setupcompletedon is not null as done, name, languagecode, calendar, timezone,
       basecurrencyid as currency from ${qualified(schema, 'organization')} order by createdon limit 1 ${lock}`,
  );
  if (!row) throw refuse('BASE_ENTITY_MISSING', { entity: 'organization' });
  return row;
}

/** True when some row of another entity refers to a currency. */
async function currencyInUse(executor: Executor, engine: Engine): Promise<boolean> {
  const referring = [...engine.model.entities.values()].flatMap((entity) =>
    entity.union || entity.single
      ? []
      : [...entity.fields.values()].flatMap((field) => {
          const column = field.reference?.targets.includes('transactioncurrency') ? field.columns[0] : undefined;
          const from = qualified(engine.schema, entity.name);
          return column ? [`exists (select 1 from ${from} where ${ident(column.name)} is not null)`] : [];
        }),
  );
  if (referring.length === 0) return false;
  const [row] = await executor.query<{ used: boolean }>(`select ${referring.join(' or ')} as used`);
  return row?.used === true;
}

interface CurrencyRow {
  readonly id: string;
  readonly isocurrencycode: string;
  readonly currencyname: string;
  readonly currencysymbol: string | null;
  readonly currencyprecision: number | null;
}

async function readCurrencies(
  executor: Executor,
  schema: string,
  lock: '' | 'for update',
): Promise<readonly CurrencyRow[]> {
  return executor.query<CurrencyRow>(
    `select transactioncurrencyid as id, isocurrencycode, currencyname, currencysymbol, currencyprecision
     from ${qualified(schema, 'transactioncurrency')} order by createdon, transactioncurrencyid ${lock}`,
  );
}

export async function readSetup(engine: Engine, userId: string): Promise<SetupState> {
  const { database, schema } = engine;
  const organization = await readOrganization(database, schema, '');
  const currencies = await readCurrencies(database, schema, '');
  const base = currencies.find(({ id }) => id === organization.currency);
  const [user] = await database.query<{ first: string | null; last: string | null; email: string | null }>(
    `select firstname as first, lastname as last, internalemailaddress as email
     from ${qualified(schema, 'systemuser')} where systemuserid = $1`,
    [userId],
  );
  return {
    needed: !organization.done,
    you: { firstName: user?.first ?? '', lastName: user?.last ?? '', email: user?.email ?? '' },
    organization: {
      name: organization.name,
      language: organization.languagecode,
      calendar: organization.calendar,
      timeZone: organization.timezone,
    },
    currency: {
      code: base?.isocurrencycode ?? '',
      name: base?.currencyname ?? '',
      symbol: base?.currencysymbol ?? '',
      decimals: base?.currencyprecision ?? 2,
      fixed: await currencyInUse(database, engine),
    },
  };
}

/** What is already there and stands in the way of these values. */
export async function findObstacles(
  executor: Executor,
  engine: Engine,
  userId: string,
  wanted: { readonly email: string | undefined; readonly code: string | undefined },
): Promise<readonly Violation[]> {
  const violations: Violation[] = [];
  const holder = wanted.email === undefined ? undefined : await findIdentity(executor, wanted.email);
  if (holder && holder.id !== userId) {
    const message = 'Somebody else signs in with this e-mail. Give another.';
    violations.push({ code: 'EMAIL_TAKEN', target: 'you.email', message });
  }
  if (wanted.code !== undefined) {
    const organization = await readOrganization(executor, engine.schema, '');
    const currencies = await readCurrencies(executor, engine.schema, '');
    const base = currencies.find(({ id }) => id === organization.currency);
    if (base && base.isocurrencycode !== wanted.code && (await currencyInUse(executor, engine))) {
      const message = `There are amounts in ${base.isocurrencycode} already; it stays the base currency.`;
      violations.push({ code: 'BASE_CURRENCY_IN_USE', target: 'currency.code', message });
    }
  }
  return violations;
}

export interface SetupOptions {
  /** Of the caller's new password. */
  readonly passwordHash: string;
  /** The caller's session, which goes on; their other sessions end. */
  readonly sessionId: string | undefined;
  /** Makes an error of what findObstacles found. */
  invalid(violations: readonly Violation[]): Error;
}

/**
 * Writes everything in one transaction. Throws SETUP_DONE (409) when the organization is set up, and what `invalid` makes.
 * The caller is the administrator whose name, e-mail and password these become.
 */
export async function completeSetup(call: Call, setup: Setup, options: SetupOptions): Promise<void> {
  const { engine, principal } = call;
  const { schema } = engine;
  await engine.database.transaction(async (executor) => {
    const inside: Call = { ...call, executor };
    const records = recordsOf(inside, true);
    const organization = await readOrganization(executor, schema, 'for update');
    if (organization.done) throw refuse('SETUP_DONE');
    // Locked before looking whether amounts use them: a row that refers to one waits until this is done.
    const currencies = await readCurrencies(executor, schema, 'for update');
    const wanted = { email: setup.you.email, code: setup.currency.code };
    const violations = await findObstacles(executor, engine, principal.userId, wanted);
    if (violations.length > 0) throw options.invalid(violations);
    const currencyId = await settleCurrency(inside, setup.currency, currencies, organization.currency);
    const { name, language, calendar, timeZone } = setup.organization;
    await records.update('organization', organization.id, {
      name,
      languagecode: language,
      calendar,
      timezone: timeZone,
      basecurrencyid: currencyId,
      setupcompletedon: new Date().toISOString(),
    });
    if (currencyId !== organization.currency && organization.currency !== null)
      await records.remove('transactioncurrency', organization.currency);
    await renameRootUnit(inside, organization.name, name);
    const email = normalizeEmail(setup.you.email);
    await records.update('systemuser', principal.userId, {
      firstname: setup.you.firstName === '' ? null : setup.you.firstName,
      lastname: setup.you.lastName,
      internalemailaddress: email,
      // What was chosen for the organization holds for them too.
      uilanguage: null,
      calendar: null,
      timezone: null,
    });
    const fullName = `${setup.you.firstName} ${setup.you.lastName}`.trim();
    await saveIdentity(executor, { id: principal.userId, name: fullName, email }, options.passwordHash);
    await executor.query('delete from peyvand_auth.session where "userId" = $1 and id is distinct from $2', [
      principal.userId,
      options.sessionId ?? null,
    ]);
  });
}

/** The row of the base currency as wanted; a row that has the code already takes the place of the one made first. */
async function settleCurrency(
  call: Call,
  wanted: BaseCurrency,
  currencies: readonly CurrencyRow[],
  base: string | null,
): Promise<string> {
  const values = {
    isocurrencycode: wanted.code,
    currencyname: wanted.name,
    currencysymbol: wanted.symbol === '' ? null : wanted.symbol,
    currencyprecision: wanted.decimals,
    exchangerate: 1,
  };
  const records = recordsOf(call, true);
  const id = currencies.find(({ isocurrencycode }) => isocurrencycode === wanted.code)?.id ?? base;
  if (id === null) return records.create('transactioncurrency', values);
  await records.update('transactioncurrency', id, values);
  return id;
}

/** The root unit was named after the organization; a name that somebody gave it stays. */
async function renameRootUnit(call: Call, from: string, to: string): Promise<void> {
  const unit = await recordsOf(call, true).retrieve('businessunit', ROOT_UNIT_ID);
  if (unit?.['name'] === from && from !== to)
    await recordsOf(call, true).update('businessunit', ROOT_UNIT_ID, { name: to });
}
