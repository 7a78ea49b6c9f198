// The lock of the link to an ERP: one puller or sender at a time. The one row of the organization stands for it.
import type { PluginContext } from 'peyvand/sdk';
import { listRows } from './rows.ts';

export async function lockLink({ system }: Pick<PluginContext, 'system'>): Promise<void> {
  const [organization] = await listRows(system, 'organization', '$select=organizationid&$top=1');
  if (organization) await system.retrieve('organization', String(organization['organizationid']), { lock: true });
}
