// The caller's own name, address and settings, for GET /api/me.
import type { Me } from '../../metadata/effective.ts';
import { qualified } from '../db/identifier.ts';
import type { Engine } from '../engine.ts';
import { administratorRole } from './access.ts';
import type { Principal } from './principal.ts';
import { readSettings, type SETTING_FIELDS, type UserSettings } from './user-settings.ts';

type Row = Readonly<Record<(typeof SETTING_FIELDS)[keyof UserSettings], string | null>> & {
  readonly name: string | null;
  readonly email: string | null;
};

/** Undefined: the user's row is gone. */
export async function readMe(engine: Engine, principal: Principal): Promise<Me | undefined> {
  const [row] = await engine.database.query<Row>(
    `select fullname as name, internalemailaddress as email, uilanguage, calendar, timezone, theme
     from ${qualified(engine.schema, 'systemuser')} where systemuserid = $1`,
    [principal.userId],
  );
  if (!row) return undefined;
  return {
    userId: principal.userId,
    name: row.name ?? '',
    email: row.email ?? '',
    ...readSettings(row),
    administrator: principal.roles.includes(administratorRole),
  };
}
