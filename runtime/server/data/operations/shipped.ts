// The functions and actions that Peyvand brings itself. Their names, parameters and answers are those of the Dataverse Web API,
// save what begins with Peyvand.
import type { OperationParameter } from '../../../../core/sdk/index.ts';
import { answerOData } from '../../answer.ts';
import { definitionOperations } from '../../definitions/operations.ts';
import { mergeRows } from '../merge.ts';
import { deletePreviewOf } from '../rows.ts';
import { duplicatesOfRow } from '../duplicates.ts';
import { grantAccess, principalAccess, revokeAccess, sharedPrincipals } from '../sharing.ts';
import { initializeFrom } from './initialize-from.ts';
import { createMultiple, deleteMultiple, updateMultiple, upsertMultiple } from './multiple.ts';
import { shipped, type Invocation, type ShippedOperation } from './operation.ts';
import { timeZoneCode } from './time-zone-code.ts';
import { totalRecordCount } from './total-record-count.ts';
import { userPrivileges } from './user-privileges.ts';

const target: OperationParameter = { name: 'Target', type: 'entity' };
const rights: OperationParameter = { name: 'AccessRights', type: 'text' };

/** The row that it was called on; the route has found it by its description. */
function rowOf({ entity, address }: Invocation) {
  if (!entity || !address) throw new TypeError('a bound operation was called without its row');
  return { entity, address };
}

const whoAmI = shipped({
  name: 'WhoAmI',
  kind: 'function',
  parameters: [],
  returns: {
    properties: [
      { name: 'BusinessUnitId', type: 'id' },
      { name: 'UserId', type: 'id' },
      { name: 'OrganizationId', type: 'id' },
    ],
  },
  answer({ services, request }) {
    const { principal } = request.call;
    return answerOData(
      200,
      JSON.stringify({
        '@odata.context': `${request.reading.root}/$metadata#Microsoft.Dynamics.CRM.WhoAmIResponse`,
        BusinessUnitId: principal.businessUnitId,
        UserId: principal.userId,
        OrganizationId: services.organizationId,
      }),
    );
  },
});

export const shippedOperations: readonly ShippedOperation[] = [
  whoAmI,
  shipped({
    name: 'Merge',
    kind: 'action',
    parameters: [
      { name: 'Target', type: 'record' },
      { name: 'Subordinate', type: 'record' },
      { name: 'UpdateContent', type: 'record', optional: true },
      { name: 'PerformParentingChecks', type: 'boolean', optional: true },
    ],
    answer: ({ request }) => mergeRows(request),
  }),
  shipped({
    name: 'GrantAccess',
    kind: 'action',
    parameters: [target, { name: 'PrincipalAccess', type: 'json' }],
    answer: ({ request }) => grantAccess(request, true),
  }),
  shipped({
    name: 'ModifyAccess',
    kind: 'action',
    parameters: [target, { name: 'PrincipalAccess', type: 'json' }],
    answer: ({ request }) => grantAccess(request, false),
  }),
  shipped({
    name: 'RevokeAccess',
    kind: 'action',
    parameters: [target, { name: 'Revokee', type: 'entity' }],
    answer: ({ request }) => revokeAccess(request),
  }),
  shipped({
    name: 'RetrieveSharedPrincipalsAndAccess',
    kind: 'function',
    parameters: [target],
    returns: { properties: [{ name: 'PrincipalAccesses', type: 'json', collection: true }] },
    answer: ({ request, segment }) => sharedPrincipals(request, segment),
  }),
  shipped({
    name: 'RetrievePrincipalAccess',
    kind: 'function',
    bound: { entity: 'systemuser' },
    parameters: [target],
    returns: { properties: [rights] },
    answer(invocation) {
      const { entity, address } = rowOf(invocation);
      return principalAccess(invocation.request, address, invocation.segment, entity);
    },
  }),
  shipped({
    name: 'DeletePreview',
    kind: 'function',
    bound: { entity: '*' },
    parameters: [],
    returns: {
      properties: [
        { name: 'allowed', type: 'boolean' },
        { name: 'items', type: 'json', collection: true },
      ],
    },
    description: 'What deleting the row would take along.',
    answer(invocation) {
      const { entity, address } = rowOf(invocation);
      return deletePreviewOf(invocation.request, entity, address);
    },
  }),
  shipped({
    name: 'duplicates',
    kind: 'function',
    bound: { entity: '*' },
    parameters: [],
    returns: { type: 'json', collection: true },
    description: 'Rows that may be the same thing.',
    answer(invocation) {
      const { entity, address } = rowOf(invocation);
      return duplicatesOfRow(invocation.request, entity, address);
    },
  }),
  createMultiple,
  updateMultiple,
  upsertMultiple,
  deleteMultiple,
  initializeFrom,
  userPrivileges('bound'),
  userPrivileges('unbound'),
  timeZoneCode,
  totalRecordCount,
  ...definitionOperations,
];
