// The caller's own name, address and settings, for GET /api/me.
import type { Me } from '../../metadata/effective.ts';
import { qualified } from '../db/identifier.ts';
import type { Engine } from '../engine.ts';
import { translator } from '../model/labels.ts';
import { administratorRole, rightsOf } from './access.ts';
import type { Principal } from './principal.ts';
import { readSettings, settingsSql, type SettingsRow } from './user-settings.ts';

interface Row extends SettingsRow {
  readonly name: string | null;
  readonly email: string | null;
  readonly set_up: boolean;
}

/** Undefined: the user's row is gone. */
export async function readMe(engine: Engine, principal: Principal): Promise<Me | undefined> {
  const settings = settingsSql(engine.schema);
  const [row] = await engine.database.query<Row>(
    `select u.fullname as name, u.internalemailaddress as email, ${settings.columns},
       not exists (select from ${qualified(engine.schema, 'organization')} where setupcompletedon is null) as set_up
     from ${qualified(engine.schema, 'systemuser')} u ${settings.join} where u.systemuserid = $1`,
    [principal.userId],
  );
  if (!row) return undefined;
  const administrator = principal.roles.includes(administratorRole);
  const settled = readSettings(row);
  const translate = translator(engine.model, settled.language);
  return {
    userId: principal.userId,
    name: row.name ?? '',
    email: row.email ?? '',
    ...settled,
    roles: principal.roles.map((name) => {
      const id = `roles/${name}`;
      const said = (engine.model.roles.get(name) ?? engine.model.roles.get(id))?.['title'];
      return { name, title: translate(id, 'title', typeof said === 'string' ? said : name) };
    }),
    administrator,
    ...(administrator && !row.set_up ? { setupNeeded: true } : {}),
    rights: rightsOf(principal, engine.model),
  };
}
