// A person as signing in and its mails need them: name, address, language, whether they may act; and the organization's name.
import { qualified } from '../../db/identifier.ts';
import type { Executor } from '../../db/sql.ts';
import { SYSTEM_USER_ID } from '../system-principal.ts';
import { readSettings, settingsSql, type SettingsRow } from '../user-settings.ts';

export interface Person {
  /** systemuserid. */
  readonly id: string;
  readonly name: string;
  /** Of the user's row; what they sign in with may be another. */
  readonly email: string | null;
  readonly disabled: boolean;
  /** BCP 47 tag. */
  readonly language: string;
}

interface Row extends SettingsRow {
  readonly id: string;
  readonly name: string | null;
  readonly email: string | null;
  readonly disabled: boolean;
}

/** `id`: a UUID. Undefined: there is no such person; the platform's own user is none. */
export async function readPerson(executor: Executor, schema: string, id: string): Promise<Person | undefined> {
  const settings = settingsSql(schema);
  const [row] = await executor.query<Row>(
    `select u.systemuserid as id, u.fullname as name, u.internalemailaddress as email,
       coalesce(u.isdisabled, false) as disabled, ${settings.columns}
     from ${qualified(schema, 'systemuser')} u ${settings.join} where u.systemuserid = $1 and u.systemuserid <> $2`,
    [id, SYSTEM_USER_ID],
  );
  if (!row) return undefined;
  const { name, email, disabled } = row;
  return { id: row.id, name: name ?? '', email, disabled, language: readSettings(row).language };
}

/**
 * An enabled user with this address in their row who cannot sign in yet. The address of a row is changed by those who manage
 * users only (guard.ts), so it says who is meant. Undefined: there is none, or more than one.
 */
export async function findUnregistered(executor: Executor, schema: string, email: string): Promise<Person | undefined> {
  const rows = await executor.query<{ id: string }>(
    `select systemuserid as id from ${qualified(schema, 'systemuser')} u
     where lower(u.internalemailaddress) = $1 and u.isdisabled is not true
       and not exists (select from peyvand_auth."user" s where s.id = u.systemuserid::text) limit 2`,
    [email.toLowerCase()],
  );
  const [only] = rows;
  return only && rows.length === 1 ? readPerson(executor, schema, only.id) : undefined;
}

/** Undefined: it was given none. */
export async function readOrganizationName(executor: Executor, schema: string): Promise<string | undefined> {
  const [row] = await executor.query<{ name: string | null }>(
    `select name from ${qualified(schema, 'organization')} order by createdon limit 1`,
  );
  return row?.name ?? undefined;
}
