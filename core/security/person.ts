// A person as signing in and its mails need them: name, address, language, whether they may act; and the organization's name.
import { qualified } from '../db/identifier.ts';
import type { Executor } from '../db/sql.ts';
import { SYSTEM_USER_ID } from './system-principal.ts';
import { readSettings, settingsSql, type SettingsRow } from './user-settings.ts';

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

/** Undefined: it was given none. */
export async function readOrganizationName(executor: Executor, schema: string): Promise<string | undefined> {
  const [row] = await executor.query<{ name: string | null }>(
    `select name from ${qualified(schema, 'organization')} order by createdon limit 1`,
  );
  return row?.name ?? undefined;
}
