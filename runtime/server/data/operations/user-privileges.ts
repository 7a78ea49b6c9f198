// RetrieveUserPrivileges: what a user's roles grant, one entry for each privilege and entity, at the widest depth of any role.
// One's own, or with the right to manage users anybody's.
import { createHash } from 'node:crypto';
import {
  administratorRole,
  depths,
  grantOf,
  privileges,
  requireRight,
  type Depth,
} from '../../../../core/security/access.ts';
import { readPrincipal } from '../../../../core/security/principals.ts';
import { notFound, resolveAddress } from '../../../../core/records/resolve-address.ts';
import { answerOData } from '../../answer.ts';
import { shipped, type ShippedOperation } from './operation.ts';

const WORDS: Readonly<Record<Depth, string>> = {
  none: 'None',
  own: 'Basic',
  unit: 'Local',
  'unit-and-below': 'Deep',
  organization: 'Global',
};

/** A privilege has no row of its own: its id is made of its name, the same everywhere. */
export function privilegeId(name: string): string {
  const hex = createHash('sha256').update(`peyvand privilege ${name}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

export function userPrivileges(form: 'bound' | 'unbound'): ShippedOperation {
  return shipped({
    name: 'RetrieveUserPrivileges',
    kind: 'function',
    ...(form === 'bound' && { bound: { entity: 'systemuser' } }),
    parameters: [],
    returns: { properties: [{ name: 'RolePrivileges', type: 'json', collection: true }] },
    async answer({ request, entity, address }) {
      const { call, reading } = request;
      const { engine, principal } = call;
      let whose = principal;
      const id = entity && address ? await resolveAddress(call, entity, address) : principal.userId;
      if (id !== principal.userId && entity && address) {
        requireRight(principal, engine.model, 'manage-users');
        const read = id && (await readPrincipal(engine.database, engine.schema, engine.model, id));
        if (!read) throw notFound(entity, address);
        whose = read;
      }
      const held = whose.roles.includes(administratorRole) ? undefined : whose.roles;
      const RolePrivileges = [...engine.model.entities.values()].flatMap(({ name }) =>
        privileges.flatMap((privilege) => {
          const depth = held
            ? Math.max(0, ...held.map((role) => depths.indexOf(grantOf(engine.model, role, name, privilege).depth)))
            : depths.length - 1;
          if (depth === 0) return [];
          const verb =
            privilege === 'append-to' ? 'AppendTo' : `${privilege[0]?.toUpperCase() ?? ''}${privilege.slice(1)}`;
          const privilegeName = `prv${verb}${name}`;
          return [
            {
              Depth: WORDS[depths[depth] ?? 'none'],
              PrivilegeId: privilegeId(privilegeName),
              BusinessUnitId: whose.businessUnitId,
              PrivilegeName: privilegeName,
              RecordFilterId: '00000000-0000-0000-0000-000000000000',
            },
          ];
        }),
      );
      const context = `${reading.root}/$metadata#Microsoft.Dynamics.CRM.RetrieveUserPrivilegesResponse`;
      return answerOData(200, JSON.stringify({ '@odata.context': context, RolePrivileges }));
    },
  });
}
