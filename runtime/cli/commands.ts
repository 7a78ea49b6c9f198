// The verbs, each loaded when it is asked for: `start` must not pay for what `types` needs.
import type { Command } from './command.ts';

export const commands: Readonly<Record<string, () => Promise<Command>>> = {
  start: async () => (await import('./commands/start.ts')).start,
  plan: async () => (await import('./commands/plan.ts')).plan,
  publish: async () => (await import('./commands/publish.ts')).publish,
  export: async () => (await import('./commands/export.ts')).exportLayer,
  plugin: async () => (await import('./commands/plugin.ts')).plugin,
  load: async () => (await import('./commands/load.ts')).load,
  user: async () => (await import('./commands/user.ts')).user,
  'api-key': async () => (await import('./commands/api-key.ts')).apiKey,
  'audit-owner': async () => (await import('./commands/audit-owner.ts')).auditOwner,
  'rebuild-rollups': async () => (await import('./commands/rebuild-rollups.ts')).rebuild,
  types: async () => (await import('./commands/types.ts')).types,
};
