// Giving a user a role and taking one: for new users, and for what an identity provider says of people.
import { ident, qualified } from '../../db/identifier.ts';
import type { Executor } from '../../db/sql.ts';
import type { Call } from '../../engine.ts';
import type { Entity, Model, Navigation } from '../../model/model.ts';
import { associate } from '../../records/associate.ts';
import { disassociate } from '../../records/disassociate.ts';
import { PeyvandError } from '../../sdk/index.ts';
import { associationOf, type Association } from '../association.ts';
import { refuse } from '../errors.ts';

/** `roles/salesperson` → `salesperson`: the name principals carry and role rows keep in `document`. */
export function roleName(document: string): string {
  return document.slice(document.lastIndexOf('/') + 1);
}

/** Role names a user may be given. */
export function listRoles(model: Model): readonly string[] {
  return [...model.roles.keys()].map(roleName).toSorted();
}

function linkOf(model: Model): { readonly user: Entity; readonly link: Association; readonly navigation: Navigation } {
  const user = model.entities.get('systemuser');
  const link = associationOf(model, 'systemuser', 'role');
  const navigation = [...(user?.navigation.values() ?? [])].find(
    (step) => step.relation === link?.name && step.target === 'role',
  );
  if (!user || !link || !navigation) throw refuse('BASE_ENTITY_MISSING', { entity: 'systemuserroles_association' });
  return { user, link, navigation };
}

/** The row that stands for the role document; undefined: there is none (yet). */
async function rowOf({ engine, executor = engine.database }: Call, role: string): Promise<string | undefined> {
  const [row] = await executor.query<{ id: string }>(
    `select roleid as id from ${qualified(engine.schema, 'role')} where document = $1 order by roleid limit 1`,
    [role],
  );
  return row?.id;
}

/** Throws ROLE_UNKNOWN (400). */
export async function giveRole(call: Call, userId: string, role: string): Promise<void> {
  const { model } = call.engine;
  const { user, navigation } = linkOf(model);
  const id = await rowOf(call, role);
  if (id === undefined) throw refuse('ROLE_UNKNOWN', { role, known: listRoles(model).join(', ') });
  await associate(call, user, { id: userId }, navigation.name, { id });
}

/** Role names the user holds in person, not through a team, with the rows they are. */
async function ownRoles(
  executor: Executor,
  schema: string,
  model: Model,
  userId: string,
): Promise<readonly { readonly id: string; readonly role: string }[]> {
  const { link } = linkOf(model);
  return executor.query(
    `select r.roleid as id, r.document as role from ${qualified(schema, link.table)} a
     join ${qualified(schema, 'role')} r on r.roleid = a.${ident(link.right)}
     where a.${ident(link.left)} = $1 and r.document is not null order by r.roleid`,
    [userId],
  );
}

/** The role stays where nobody would be left to administer. */
async function takeRole(call: Call, userId: string, roleId: string): Promise<void> {
  const { engine, executor = engine.database } = call;
  const { user, navigation } = linkOf(engine.model);
  try {
    await executor.transaction((inside) =>
      disassociate({ ...call, executor: inside }, user, { id: userId }, navigation.name, { id: roleId }),
    );
  } catch (fault) {
    if (!(fault instanceof PeyvandError && fault.code === 'LAST_ADMINISTRATOR')) throw fault;
  }
}

/**
 * Of the roles in `governed` the user holds exactly those in `wanted` afterwards; others stay as they are. Roles that there
 * are not are passed over, and the last administrator stays one.
 */
export async function alignRoles(
  call: Call,
  userId: string,
  governed: ReadonlySet<string>,
  wanted: ReadonlySet<string>,
): Promise<void> {
  const { engine, executor = engine.database } = call;
  const held = await ownRoles(executor, engine.schema, engine.model, userId);
  for (const role of governed) {
    const rows = held.filter((own) => own.role === role);
    if (wanted.has(role) && rows.length === 0 && (await rowOf(call, role)) !== undefined) {
      await giveRole(call, userId, role);
    } else if (!wanted.has(role) && rows.length > 0) {
      for (const { id } of rows) await takeRole(call, userId, id);
    }
  }
}
