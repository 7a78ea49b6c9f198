// The platform itself as a principal: what bootstrap, jobs and commands act as. Its user row is made by bootstrap.ts.
import type { Principal } from './principal.ts';
import { administratorRole } from './access.ts';

/** systemuserid of the row that stands for the platform; nobody signs in as it. */
export const SYSTEM_USER_ID = '00000000-0000-7000-8000-000000000001';

/** The root business unit made by bootstrap.ts. */
export const ROOT_UNIT_ID = '00000000-0000-7000-8000-000000000002';

/** organizationid of the one row of the entity `organization`, made by bootstrap.ts. */
export const ORGANIZATION_ROW_ID = '00000000-0000-7000-8000-000000000003';

export const systemPrincipal: Principal = Object.freeze({
  userId: SYSTEM_USER_ID,
  businessUnitId: ROOT_UNIT_ID,
  teamIds: Object.freeze([]),
  roles: Object.freeze([administratorRole]),
  timeZone: 'UTC',
  language: 'en',
  calendar: 'gregory',
});
