// The shipped model with two small entities that have a column of every storage class, and plain tables for them: what the
// tests of reading stand on.
import { ident, qualified } from '../../core/db/identifier.ts';
import type { Database } from '../../core/db/sql.ts';
import type { Call } from '../../core/engine.ts';
import type { Entity, Model } from '../../core/model/model.ts';
import { ensureSystemTables } from '../../core/schema/system-tables.ts';
import type { JsonObject } from '../../core/sdk/index.ts';
import type { Principal } from '../../core/security/principal.ts';
import { modelOf } from './model.ts';

const text = (title: string) => ({ title, type: 'string', maxLength: 100, field: { type: 'text' } });

export interface Ships {
  readonly model: Model;
  readonly ship: Entity;
  readonly port: Entity;
}

/** `more`: further documents of the organization's layer. */
export async function shipModel(more: Readonly<Record<string, JsonObject>> = {}): Promise<Ships> {
  const model = await modelOf({
    ...more,
    'port/entity': {
      title: 'Port',
      type: 'object',
      entity: { set: 'ports', plural: 'Ports', ownership: 'organization', primary: 'name' },
      properties: { name: text('Name'), country: text('Country') },
      required: ['name'],
    },
    'ship/entity': {
      title: 'Ship',
      type: 'object',
      entity: {
        set: 'ships',
        plural: 'Ships',
        ownership: 'organization',
        primary: 'name',
        search: ['name', 'callsign'],
        keys: { sign: ['callsign'] },
      },
      properties: {
        name: text('Name'),
        callsign: text('Call sign'),
        crew: { title: 'Crew', type: 'integer', field: { type: 'whole-number' } },
        tonnage: { title: 'Tonnage', type: 'number', field: { type: 'decimal', precision: 10 } },
        afloat: { title: 'Afloat', type: 'boolean', field: { type: 'yes-no' } },
        built: { title: 'Built', type: 'string', format: 'date', field: { type: 'date' } },
        inspected: { title: 'Inspected', type: 'string', format: 'date-time', field: { type: 'date-time' } },
        kind: {
          title: 'Kind',
          type: 'integer',
          field: {
            type: 'choice',
            options: [
              { value: 1, title: 'Tug' },
              { value: 2, title: `Captain's \\ "gig"` },
            ],
          },
        },
        flags: {
          title: 'Flags',
          type: 'string',
          field: { type: 'multi-choice', options: [1, 2, 3].map((value) => ({ value, title: `Flag ${value}` })) },
        },
        homeport: {
          title: 'Home port',
          type: 'string',
          format: 'uuid',
          field: { type: 'lookup', target: 'port', relation: { name: 'port_ships' } },
        },
        keeper: {
          title: 'Keeper',
          type: 'string',
          format: 'uuid',
          field: { type: 'customer', relation: { name: 'ship_keeper' } },
        },
      },
      required: ['name'],
    },
    'ship/views/afloat': {
      title: 'Afloat',
      columns: [{ id: 'name' }],
      filter: {
        and: [
          { field: 'afloat', is: 'eq', value: true },
          { field: 'inspected', is: 'before', value: 'today' },
          { field: 'homeport.country', is: 'eq', value: 'Iran' },
        ],
      },
      sort: [{ id: 'homeport.name', direction: 'desc' }],
    },
    'relations/ship_calls': {
      title: 'Ports of call',
      first: { entity: 'ship', title: 'Ports of call' },
      second: { entity: 'port', title: 'Ships that call' },
    },
  });
  const [ship, port] = [model.entities.get('ship'), model.entities.get('port')];
  if (!ship || !port) throw new TypeError('the model has lost its ships');
  return { model, ship, port };
}

export const captain: Principal = {
  userId: '00000000-0000-7000-8000-000000000001',
  businessUnitId: '00000000-0000-7000-8000-000000000002',
  teamIds: ['00000000-0000-7000-8000-000000000003'],
  roles: ['system-administrator'],
  timeZone: 'Asia/Tehran',
  language: 'en',
  calendar: 'persian',
};

/** Bare tables of the named entities, as reading needs them. */
export async function makeTables(database: Database, model: Model, names: readonly string[]): Promise<void> {
  await ensureSystemTables(database, 'org_default');
  for (const name of names) {
    const entity = model.entities.get(name);
    if (!entity) throw new TypeError(`no entity ${name}`);
    const columns = [...entity.fields.values()].flatMap((field) =>
      field.columns.map((column) => {
        const key = field === entity.key ? ' primary key default gen_random_uuid()' : '';
        const version = field.system === 'version' ? ` not null default nextval('org_default._version')` : '';
        // As the planner makes it: a required field's own column is never empty.
        const required = field.required && column === field.columns[0] && field !== entity.key ? ' not null' : '';
        const created = field.system === 'created-on' ? ' not null default now()' : '';
        return `${ident(column.name)} ${column.type}${key}${version}${created}${required}`;
      }),
    );
    await database.script(`create table ${qualified('org_default', name)} (${columns.join(', ')})`);
  }
  for (const relation of model.relations.values()) {
    if (relation.kind !== 'many-to-many' || !names.includes(relation.first) || !names.includes(relation.second))
      continue;
    const [first, second] = relation.columns.map(ident);
    await database.script(
      `create table ${qualified('org_default', relation.table)} (${first} uuid, ${second} uuid, primary key (${first}, ${second}))`,
    );
  }
}

export function callOn(database: Database, model: Model, principal: Principal = captain): Call {
  return { engine: { database, schema: 'org_default', model, handlers: [] }, principal };
}
