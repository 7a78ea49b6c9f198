// People of a test: what they may do to rows and ask of operations, with their own rights.
import type { Call, Engine } from '../../core/engine.ts';
import { suggest } from '../../core/model/suggest.ts';
import { reachOf } from '../../core/records/reach.ts';
import { listRoles } from '../../core/security/administration/user-roles.ts';
import { createUser } from '../../core/security/bootstrap.ts';
import type { Principal } from '../../core/security/principal.ts';
import { readPrincipal } from '../../core/security/principals.ts';
import { systemPrincipal } from '../../core/security/system-principal.ts';
import type { PluginContext, Records, Row } from '../../core/sdk/index.ts';
import { fail } from './errors.ts';
import { makeRow, type MadeRow } from './make-row.ts';

export interface Person extends Records {
  /** systemuserid. */
  readonly id: string;
  readonly email: string;
  readonly invoke: PluginContext['invoke'];
  /** A valid row of the entity: what must be given and is not, the kit fills in, rows it refers to included. */
  make(entity: string, values?: Row): Promise<MadeRow>;
}

export interface PersonOptions {
  readonly language?: string;
  readonly calendar?: 'gregory' | 'persian';
  readonly timeZone?: string;
}

export interface Present {
  engine(): Engine;
  now(): string | undefined;
}

/** `read`: afresh at each call, so that a role given in between counts. */
export function personOf(
  present: Present,
  email: string,
  id: string,
  read: (engine: Engine) => Promise<Principal>,
): Person {
  const call = async (): Promise<Call> => {
    const engine = present.engine();
    const now = present.now();
    return { engine, principal: await read(engine), requestId: 'test', ...(now !== undefined && { now }) };
  };
  const records = async (): Promise<Records> => reachOf(await call(), false).records;
  const self: Person = {
    id,
    email,
    create: async (...given) => (await records()).create(...given),
    createMany: async (...given) => (await records()).createMany(...given),
    update: async (...given) => (await records()).update(...given),
    updateMany: async (...given) => (await records()).updateMany(...given),
    remove: async (...given) => (await records()).remove(...given),
    retrieve: async (...given) => (await records()).retrieve(...given),
    list: async (...given) => (await records()).list(...given),
    storeFile: async (...given) => (await records()).storeFile(...given),
    associate: async (...given) => (await records()).associate(...given),
    disassociate: async (...given) => (await records()).disassociate(...given),
    share: async (...given) => (await records()).share(...given),
    unshare: async (...given) => (await records()).unshare(...given),
    invoke: async (...given) => reachOf(await call(), false).invoke(...given),
    make: (entity, values = {}) => makeRow(present.engine(), self, entity, values),
  };
  return self;
}

/** A new user with these roles. */
export async function newPerson(
  present: Present,
  email: string,
  roles: readonly string[],
  options: PersonOptions,
  passwordHash: string,
): Promise<Person> {
  const engine = present.engine();
  const known = listRoles(engine.model);
  for (const role of roles)
    if (!known.includes(role))
      throw fail('KIT_ROLE_UNKNOWN', { role, hint: suggest(role, known), roles: known.join(', ') });
  const [name = 'Person'] = email.split('@');
  const id = await engine.database.transaction((executor) =>
    createUser(
      { engine, principal: systemPrincipal, executor, requestId: 'test' },
      { firstName: name, lastName: 'Person', email, roles, passwordHash },
    ),
  );
  return personOf(present, email, id, async (current) => {
    const principal = await readPrincipal(current.database, current.schema, current.model, id);
    return { ...(principal ?? { ...systemPrincipal, userId: id, roles: [] }), ...options };
  });
}
