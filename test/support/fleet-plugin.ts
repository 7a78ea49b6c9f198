// A plugin as a partner would bring it, in two versions: an entity, a field and a section on accounts, a handler, a migration.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { packFolder } from '../../core/plugins/package.ts';

type Files = Readonly<Record<string, unknown>>;

const vehicle = (title: string, more: object = {}) => ({
  title,
  type: 'object',
  entity: { set: 'fleet_vehicles', plural: 'Vehicles', ownership: 'organization', primary: 'fleet_plate' },
  properties: {
    fleet_plate: { title: 'Plate', type: 'string', maxLength: 20, field: { type: 'text' } },
    fleet_account: { title: 'Account', type: 'string', format: 'uuid', field: { type: 'lookup', target: 'account' } },
    ...more,
  },
  required: ['fleet_plate'],
});

const account = (title: string) => ({
  overlays: 'base@0.1.0:account/entity',
  properties: { fleet_size: { title, type: 'integer', field: { type: 'whole-number' } } },
});

const accountForm = (title: string, ...items: readonly string[]) => ({
  overlays: 'base@0.1.0:account/forms/main',
  tabs: [
    {
      id: 'summary',
      columns: [{ id: 'facts', sections: [{ id: 'fleet', title, items: items.map((id) => ({ id })) }] }],
    },
  ],
});

const server = `import { defineHandler, definePlugin } from 'peyvand/sdk';
export default definePlugin({
  handlers: [
    defineHandler({
      name: 'upper-case', stage: 'before', message: 'create', entity: 'fleet_vehicle',
      run({ values, settings }) { values.fleet_plate = String(settings.prefix ?? '') + String(values.fleet_plate).toUpperCase(); },
    }),
  ],
});`;

const migration = `import { defineMigration } from 'peyvand/sdk';
export default defineMigration({
  async run({ system, from }) {
    for (const row of await system.list('fleet_vehicle', '$select=fleet_vehicleid,fleet_plate')) {
      await system.update('fleet_vehicle', row.fleet_vehicleid, { fleet_note: row.fleet_plate + ' since ' + from });
    }
  },
});`;

export const fleet = {
  first: {
    'plugin.json': {
      id: 'fleet',
      version: '1.0.0',
      title: 'Fleet',
      requires: { standard: '^0.1.0' },
      rights: { entities: { account: ['read'] } },
      settings: {
        type: 'object',
        properties: {
          prefix: { type: 'string', title: 'Prefix', default: '' },
          token: { type: 'string', title: 'Token', writeOnly: true },
        },
      },
    },
    'fleet_vehicle/entity.json': vehicle('Vehicle'),
    'account/entity.json': account('Fleet size'),
    'account/forms/main.json': accountForm('Fleet', 'fleet_size'),
    'server.ts': server,
  },
  second: {
    'plugin.json': {
      id: 'fleet',
      version: '1.1.0',
      title: 'Fleet',
      requires: { standard: '^0.1.0' },
      rights: { entities: { account: ['read', 'write'] } },
      settings: { type: 'object', properties: { prefix: { type: 'string', title: 'Prefix', default: '' } } },
    },
    'fleet_vehicle/entity.json': vehicle('Vehicle', {
      fleet_note: { title: 'Note', type: 'string', maxLength: 100, field: { type: 'text' } },
    }),
    'account/entity.json': account('Vehicles owned'),
    'account/forms/main.json': accountForm('Vehicles', 'fleet_size'),
    'server.ts': server,
    'migrations/1.1.0.ts': migration,
  },
} as const satisfies Readonly<Record<string, Files>>;

/** A folder with these files; texts as they are, the rest as JSON. */
export function folderOf(files: Files): { readonly folder: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'peyvand-fleet-'));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content, null, 2));
  }
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** The tarball of these files. */
export async function packed(files: Files): Promise<Buffer> {
  const { folder, remove } = folderOf(files);
  try {
    return await packFolder(folder);
  } finally {
    remove();
  }
}
