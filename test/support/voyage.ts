// Entities of a shipping company, to test rules that the shipped entities have no occasion for.
import type { JsonObject } from '../../core/sdk/index.ts';

const text = (title: string, maxLength = 100): JsonObject => ({
  title,
  type: 'string',
  maxLength,
  field: { type: 'text' },
});

/**
 * `new_ship` (tree of fleets, transitions, money, files), `new_cargo` (restricts, cascades, customer) and `new_port`
 * (organization-owned, N:N with ships).
 */
export const voyage: Readonly<Record<string, JsonObject>> = {
  'new_ship/entity': {
    title: 'Ship',
    type: 'object',
    entity: {
      set: 'new_ships',
      plural: 'Ships',
      primary: 'new_name',
      keys: { imo: ['new_imo'], call: ['new_flag', 'new_call'] },
      status: [
        {
          state: 0,
          title: 'Afloat',
          reasons: [
            { value: 1, title: 'Moored', to: [2] },
            { value: 2, title: 'Sailing', to: [1, 3] },
          ],
        },
        {
          state: 1,
          title: 'Ashore',
          reasons: [
            { value: 3, title: 'Docked' },
            { value: 4, title: 'Sold', to: [] },
          ],
        },
      ],
    },
    properties: {
      new_name: text('Name', 40),
      new_imo: text('IMO number', 7),
      new_flag: text('Flag', 2),
      new_call: text('Call sign', 8),
      new_number: {
        title: 'Number',
        type: 'string',
        maxLength: 40,
        field: { type: 'auto-number', format: 'S-{SEQNUM:3}-{RANDSTRING:4}-{DATETIMEUTC:yyyy}', start: 7 },
      },
      new_fleet: {
        title: 'Flagship',
        type: 'string',
        format: 'uuid',
        field: {
          type: 'lookup',
          target: 'new_ship',
          relation: { name: 'new_ship_fleet', delete: 'cascade', hierarchy: true },
        },
      },
      new_price: { title: 'Price', type: 'number', minimum: 0, field: { type: 'currency', precision: 2 } },
      new_draught: { title: 'Draught', type: 'number', field: { type: 'decimal', precision: 10 } },
      new_crew: {
        title: 'Crew',
        type: 'integer',
        minimum: 1,
        maximum: 5000,
        default: 12,
        field: { type: 'whole-number' },
      },
      new_flags: {
        title: 'Signals',
        type: 'string',
        field: {
          type: 'multi-choice',
          options: [
            { value: 1, title: 'Alfa' },
            { value: 2, title: 'Bravo' },
            { value: 3, title: 'Charlie' },
          ],
        },
      },
      new_launched: { title: 'Launched', type: 'string', format: 'date', field: { type: 'date' } },
      new_seen: { title: 'Last seen', type: 'string', field: { type: 'date-time' } },
      new_plan: { title: 'Plan', field: { type: 'json' } },
      new_secret: { title: 'Secret', type: 'string', maxLength: 100, field: { type: 'text', audit: false } },
      new_yard: { title: 'Yard', type: 'string', maxLength: 100, field: { type: 'text', immutable: true } },
      new_papers: {
        title: 'Papers',
        type: 'string',
        format: 'uuid',
        field: { type: 'file', maxSize: 1000, accept: ['text/plain'] },
      },
    },
    required: ['new_name'],
  },
  'new_cargo/entity': {
    title: 'Cargo',
    type: 'object',
    entity: { set: 'new_cargos', plural: 'Cargo', primary: 'new_label' },
    properties: {
      new_label: text('Label'),
      new_ship: {
        title: 'Ship',
        type: 'string',
        format: 'uuid',
        field: {
          type: 'lookup',
          target: 'new_ship',
          relation: { name: 'new_ship_cargo', delete: 'cascade', assign: 'user-owned' },
        },
      },
      new_bond: {
        title: 'Held by',
        type: 'string',
        format: 'uuid',
        field: { type: 'lookup', target: 'new_ship', relation: { name: 'new_ship_bond', delete: 'restrict' } },
      },
      new_owner: {
        title: 'Belongs to',
        type: 'string',
        format: 'uuid',
        field: { type: 'customer', relation: { name: 'new_cargo_customer', delete: 'remove-link' } },
      },
    },
    required: ['new_label'],
  },
  'new_port/entity': {
    title: 'Port',
    type: 'object',
    entity: { set: 'new_ports', plural: 'Ports', primary: 'new_name', ownership: 'organization', stateless: true },
    properties: { new_name: text('Name') },
    required: ['new_name'],
  },
  'relations/new_ship_ports': {
    title: 'Ports of ships',
    first: { entity: 'new_ship', title: 'Ports' },
    second: { entity: 'new_port', title: 'Ships' },
  },
  'roles/new_clerk': {
    title: 'Clerk',
    privileges: {
      new_ship: { read: 'organization', write: 'organization', create: 'organization', append: 'organization' },
      new_port: 'organization',
    },
  },
};
