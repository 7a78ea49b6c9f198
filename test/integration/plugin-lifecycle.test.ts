// The life of a plugin in a running organization: installed, switched off and on, set, upgraded, uninstalled.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openOrganization, type Organization } from '../../core/organization.ts';
import {
  decideConflicts,
  installPlugin,
  savePluginSettings,
  switchPlugin,
  uninstallPlugin,
  upgradePlugin,
} from '../../core/plugins/lifecycle.ts';
import { openPackage } from '../../core/plugins/package.ts';
import { settingsKey } from '../../core/plugins/settings.ts';
import { readConflicts } from '../../core/plugins/store.ts';
import { reportUninstall } from '../../core/plugins/uninstall-report.ts';
import { layerOf } from '../../core/model/read-layer.ts';
import { recordsOf } from '../../core/records/reach.ts';
import { bootstrap } from '../../core/security/bootstrap.ts';
import { systemPrincipal } from '../../core/security/system-principal.ts';
import { testDatabase, type TestDatabase } from '../support/database.ts';
import { fleet, packed } from '../support/fleet-plugin.ts';
import { shippedPlugins } from '../support/model.ts';

const SCHEMA = 'org_default';
const key = settingsKey('a secret of at least some length');
let test_: TestDatabase;
let packages: string;
let organization: Organization;
let other: Organization;

const open = async (): Promise<Organization> =>
  openOrganization({
    database: test_.database,
    plugins: await shippedPlugins(),
    packages: mkdtempSync(join(packages, 'of-')),
    settingsKey: key,
  });
const records = (of: Organization = organization) =>
  recordsOf({ engine: of.current(), principal: systemPrincipal, requestId: 'test' }, true);
const pack = async (files: Parameters<typeof packed>[0]) => openPackage(await packed(files), organization.packages);
const now = { grace: 0, confirm: true } as const;
const entities = (of: Organization = organization) => of.current().model.entities;
const form = (of: Organization = organization) =>
  JSON.stringify(of.current().model.forms.get('account/forms/main')?.document);
async function followed(check: () => boolean): Promise<void> {
  await expect.poll(check, { timeout: 5_000, interval: 20 }).toBe(true);
}

beforeAll(async () => {
  test_ = await testDatabase({ max: 8 });
  packages = mkdtempSync(join(tmpdir(), 'peyvand-packages-'));
  organization = await open();
  await bootstrap(organization.current(), {
    organization: 'Test',
    adminEmail: 'admin@example.com',
    setUp: true,
    passwordHash: async () => 'none',
  });
  other = await open();
});
afterAll(async () => {
  await other.close();
  await organization.close();
  await test_.drop();
  rmSync(packages, { recursive: true, force: true });
});

describe('a plugin', () => {
  let vehicle: string;

  test('is installed when its rights are accepted, and serves at once, in other processes too', async () => {
    const first = await pack(fleet.first);
    const refused = await installPlugin(organization, first, now).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'PLUGIN_RIGHTS', data: { rights: ['account:read'] } });
    expect(entities().has('fleet_vehicle')).toBe(false);

    const { accept } = (refused as { data: { accept: string } }).data;
    await installPlugin(organization, first, { ...now, acceptRights: accept });
    await savePluginSettings(organization, 'fleet', { prefix: 'X-', token: 'very secret' }, key, now);
    vehicle = await records().create('fleet_vehicle', { fleet_plate: 'ab 12' });
    expect((await records().retrieve('fleet_vehicle', vehicle))?.['fleet_plate']).toBe('X-AB 12');
    await followed(() => other.current().world?.settings('fleet')['token'] === 'very secret');
    expect(entities(other).get('account')?.fields.has('fleet_size')).toBe(true);
    const stored = await test_.database.query(
      `select settings::text as text from ${SCHEMA}._plugin where id = 'fleet'`,
    );
    expect(JSON.stringify(stored)).not.toContain('very secret');
    await expect(savePluginSettings(organization, 'fleet', { prefix: 7, hue: 1 }, key, now)).rejects.toMatchObject({
      code: 'SETTINGS_INVALID',
      details: [{ target: 'hue' }, { target: 'prefix' }],
    });
    await expect(installPlugin(organization, first, now)).rejects.toMatchObject({ code: 'PLUGIN_PRESENT' });
  });

  test('that is switched off takes its things with it and leaves rows, columns and what the organization said of it', async () => {
    const account = await records().create('account', { name: 'Ours', fleet_size: 7 });
    await records().update('fleet_vehicle', vehicle, { fleet_account: account });
    const { layer, problems } = layerOf(
      { id: 'organization', version: '2', kind: 'organization' },
      {
        'account/forms/main': {
          overlays: 'base@0.1.0:account/forms/main',
          tabs: [
            {
              id: 'summary',
              columns: [
                {
                  id: 'facts',
                  sections: [
                    { id: 'fleet', title: 'Our cars' },
                    { id: 'account', title: 'The account' },
                  ],
                },
              ],
            },
          ],
        },
        'account/views/big-fleets': {
          title: 'Big fleets',
          kind: 'grid',
          columns: [{ id: 'name' }, { id: 'fleet_size' }],
          filter: { field: 'fleet_size', is: 'gt', value: 5 },
        },
        'fleet_vehicle/views/all': { title: 'All', kind: 'grid', columns: [{ id: 'fleet_plate' }] },
      },
    );
    expect(problems).toEqual([]);
    await organization.publish(layer, now);
    const steps = (await switchPlugin(organization, 'fleet', false, now)).plan.steps;
    expect(steps.filter(({ losesData, run }) => losesData || run === 'batches')).toEqual([]);

    expect(entities().has('fleet_vehicle')).toBe(false);
    expect(entities().get('account')?.fields.has('fleet_size')).toBe(false);
    expect(form()).toContain('The account');
    expect(form()).not.toContain('Our cars');
    expect(organization.current().model.views.has('account/views/big-fleets')).toBe(false);
    expect(new Set(organization.plugins().leftOut.map(({ document }) => document))).toEqual(
      new Set(['account/forms/main', 'account/views/big-fleets', 'fleet_vehicle/views/all']),
    );
    expect(organization.layer().documents.get('account/forms/main')?.text).toContain('Our cars');
    // What is served goes on to be changed.
    await organization.publish(undefined, now);
    await records().create('account', { name: 'Made without it' });
    await expect(records().remove('account', account)).rejects.toMatchObject({
      code: 'WRITE_REFUSED',
      message: expect.stringContaining('switched off') as string,
    });
    await followed(() => !entities(other).has('fleet_vehicle'));

    await switchPlugin(organization, 'fleet', true, now);
    expect((await records().retrieve('account', account))?.['fleet_size']).toBe(7);
    expect((await records().retrieve('fleet_vehicle', vehicle))?.['fleet_plate']).toBe('X-AB 12');
    expect(form()).toContain('Our cars');
    expect(organization.plugins().leftOut).toEqual([]);
  });

  test('that others need is not switched off: they are named', async () => {
    await expect(switchPlugin(organization, 'standard', false, now)).rejects.toMatchObject({
      code: 'PLUGIN_NEEDED',
      message: expect.stringContaining('sales') as string,
    });
    await expect(switchPlugin(organization, 'flet', false, now)).rejects.toMatchObject({
      code: 'PLUGIN_UNKNOWN',
      message: expect.stringContaining('"fleet"') as string,
    });
  });

  test('upgraded keeps what both changed, lists what they changed alike, and migrates its rows', async () => {
    const second = await pack(fleet.second);
    await expect(upgradePlugin(organization, 'fleet', second, now)).rejects.toMatchObject({
      code: 'PLUGIN_RIGHTS',
      data: { missing: ['account:write'] },
    });
    await upgradePlugin(organization, 'fleet', second, { ...now, acceptRights: ['account:write'] });

    expect(entities().get('account')?.fields.get('fleet_size')?.title).toBe('Vehicles owned');
    expect(form()).toContain('Our cars');
    expect(form()).toContain('The account');
    expect((await records().retrieve('fleet_vehicle', vehicle))?.['fleet_note']).toBe('X-AB 12 since 1.0.0');
    const [conflict, ...more] = await readConflicts(test_.database, SCHEMA, 'fleet');
    expect(more).toEqual([]);
    expect(conflict).toMatchObject({
      document: 'account/forms/main',
      path: '/tabs/summary/columns/facts/sections/fleet/title',
      base: 'Fleet',
      theirs: 'Vehicles',
      ours: 'Our cars',
      from: '1.0.0',
      to: '1.1.0',
    });
    await decideConflicts(organization, 'fleet', [{ id: conflict?.id ?? '', take: 'theirs' }], now);
    expect(form()).toContain('"Vehicles"');
    expect(form()).toContain('The account');
    await expect(
      decideConflicts(organization, 'fleet', [{ id: conflict?.id ?? '', take: 'ours' }], now),
    ).rejects.toMatchObject({ code: 'CONFLICT_UNKNOWN' });
    await expect(upgradePlugin(organization, 'fleet', await pack(fleet.first), now)).rejects.toMatchObject({
      code: 'PLUGIN_NOT_NEWER',
    });
  });

  test('whose migration fails is as it was: version, tables, rows', async () => {
    const bad = {
      ...fleet.second,
      'plugin.json': { ...fleet.second['plugin.json'], version: '1.2.0' },
      'migrations/1.2.0.ts': `export default { async run({ system }) { await system.create('fleet_vehicle', { fleet_plate: 'half' }); throw new Error('no petrol'); } };`,
    };
    await expect(upgradePlugin(organization, 'fleet', await pack(bad), now)).rejects.toMatchObject({
      code: 'PLUGIN_MIGRATION',
      message: expect.stringContaining('no petrol') as string,
    });
    expect(organization.plugins().rows.find(({ id }) => id === 'fleet')?.version).toBe('1.1.0');
    expect(await records().list('fleet_vehicle', '$select=fleet_plate')).toHaveLength(1);
  });

  test('is uninstalled after a report, and comes back with its rows when it is installed again', async () => {
    const report = await reportUninstall(organization, 'fleet');
    expect(report).toMatchObject({
      entities: [{ entity: 'fleet_vehicle', rows: 1 }],
      fields: [{ entity: 'account', field: 'fleet_size', values: 1 }],
      files: 0,
    });
    expect(report.documents.map(({ document }) => document)).toContain('account/views/big-fleets');
    await expect(uninstallPlugin(organization, 'fleet', { grace: 0 })).rejects.toMatchObject({
      code: 'PUBLISH_CONFIRMATION',
    });
    await uninstallPlugin(organization, 'fleet', now);
    expect(entities().has('fleet_vehicle')).toBe(false);
    expect((await organization.plan()).steps).toEqual([]);
    await followed(() => !entities(other).has('fleet_vehicle'));

    const again = await open();
    expect(entities(again).has('fleet_vehicle')).toBe(false);
    await again.close();
    await installPlugin(organization, await pack(fleet.second), {
      ...now,
      acceptRights: ['account:read', 'account:write'],
    });
    expect((await records().retrieve('fleet_vehicle', vehicle))?.['fleet_note']).toBe('X-AB 12 since 1.0.0');
    expect(form()).toContain('"Vehicles"');
    expect(organization.current().model.views.has('account/views/big-fleets')).toBe(true);
  });
});
