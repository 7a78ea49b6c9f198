// Somebody new in the organization of a running test server: a user with roles, and an API key to ask as them.
import { createUser } from '../../core/security/bootstrap.ts';
import { createApiKey } from '../../core/security/sign-in/api-keys.ts';
import { systemPrincipal } from '../../core/security/system-principal.ts';
import type { RunningServer } from '../../runtime/server/server.ts';

export interface Newcomer {
  /** systemuserid. */
  readonly id: string;
  readonly key: string;
}

/** `roles`: names of role documents. The e-mail is `<name>@example.com`. */
export async function newcomer(
  { organization }: Pick<RunningServer, 'organization'>,
  name: string,
  roles: readonly string[] = [],
): Promise<Newcomer> {
  const engine = organization.current();
  const email = `${name}@example.com`;
  const id = await engine.database.transaction((executor) =>
    createUser(
      { engine, principal: systemPrincipal, executor, requestId: 'test' },
      { firstName: name, lastName: 'Person', email, roles, passwordHash: undefined },
    ),
  );
  const { key } = await createApiKey(engine.database, { name, userId: id });
  return { id, key };
}
