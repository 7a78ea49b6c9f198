// What the organization calls itself, for the sign-in page and the mails.
import { readOrganizationName } from '../../../core/security/sign-in/person.ts';
import type { AuthHost } from './auth-host.ts';

export async function organizationName({ organization }: AuthHost): Promise<string> {
  const { database, schema } = organization.current();
  return (await readOrganizationName(database, schema)) ?? organization.name;
}
