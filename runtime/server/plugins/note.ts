// Who changed what about plugins stands in the audit log.
import { recordEvent } from '../../../core/audit/record-event.ts';
import { ORGANIZATION_ROW_ID } from '../../../core/security/system-principal.ts';
import type { JsonObject } from '../../../core/sdk/index.ts';
import type { Principal } from '../../../core/security/principal.ts';
import { originOf, type Exchange } from '../exchange.ts';
import type { Services } from '../services.ts';

export async function notePlugin(
  { database, organization }: Services,
  exchange: Exchange,
  principal: Principal,
  data: JsonObject,
): Promise<void> {
  await recordEvent(database, organization.schema, {
    action: 'plugin-changed',
    entity: 'organization',
    record: ORGANIZATION_ROW_ID,
    userId: principal.userId,
    requestId: exchange.id,
    origin: originOf(exchange),
    data,
  });
}
