// What happens without a row being written (a sign-in, an export, a look through somebody else's eyes) stands in the same
// log as the writes, under the user or the row concerned.
import { qualified } from '../db/identifier.ts';
import type { Executor } from '../db/sql.ts';
import { uuidv7 } from '../db/uuid.ts';
import type { Origin } from '../engine.ts';
import type { JsonObject } from '../sdk/index.ts';

/** The actions beside those of writes (create, update, delete, associate, disassociate). */
export const eventActions = [
  'sign-in',
  'sign-in-refused',
  'sign-in-locked',
  'sign-out',
  'second-factor-on',
  'second-factor-off',
  'second-factor-refused',
  'password-changed',
  'password-reset-asked',
  'password-reset',
  'invited',
  'unlocked',
  'key-created',
  'key-revoked',
  'key-refused',
  'session-ended',
  'export',
  'view-as',
  'share',
  'unshare',
  'role-given',
  'role-taken',
  'role-published',
  'retention',
  'plugin-changed',
] as const;
export type EventAction = (typeof eventActions)[number];

export interface AuditEvent {
  readonly action: EventAction;
  /** Logical name of the entity concerned: `systemuser` for sign-ins. */
  readonly entity: string;
  /** Id of its row. */
  readonly record: string;
  /** systemuserid of who did it; left out where nobody is known to have (a refused sign-in). */
  readonly userId?: string | undefined;
  readonly requestId?: string | undefined;
  readonly origin?: Origin | undefined;
  /** What else there is to say. Never a secret, nor a value somebody may not read. */
  readonly data?: JsonObject | undefined;
}

/** Writes one entry; inside a transaction it stands or falls with it. */
export async function recordEvent(executor: Executor, schema: string, event: AuditEvent): Promise<void> {
  await executor.query(
    `insert into ${qualified(schema, '_audit')} (id, at, entity, record, action, user_id, request_id, address, via, changes)
     values ($1::uuid, clock_timestamp(), $2, $3::uuid, $4, $5::uuid, $6, $7, $8, $9::text::jsonb)`,
    [
      uuidv7(),
      event.entity,
      event.record,
      event.action,
      event.userId ?? null,
      event.requestId ?? null,
      event.origin?.address ?? null,
      event.origin?.via ?? null,
      event.data === undefined ? null : JSON.stringify(event.data),
    ],
  );
}
