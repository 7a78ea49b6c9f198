// Rows of an entity as JSON Schemas: what is read, what is written, and an example of the latter. Entity documents are JSON
// Schemas already; here they take the shape that goes over the wire, narrowed to what the caller may.
import type { Entity, Field, Model } from '../../../core/model/model.ts';
import type { ColumnType } from '../../../core/sdk/index.ts';
import { fieldAccess } from '../../../core/security/field-access.ts';
import type { Principal } from '../../../core/security/principal.ts';
import type { Schema } from './schema.ts';

const SCHEMAS: Readonly<Record<ColumnType, Schema>> = {
  text: { type: ['string', 'null'] },
  integer: { type: ['integer', 'null'] },
  bigint: { type: ['integer', 'null'], format: 'int64' },
  numeric: { type: ['number', 'null'] },
  boolean: { type: ['boolean', 'null'] },
  date: { type: ['string', 'null'], format: 'date' },
  timestamptz: { type: ['string', 'null'], format: 'date-time' },
  timestamp: { type: ['string', 'null'] },
  uuid: { type: ['string', 'null'], format: 'uuid' },
  jsonb: {},
  'integer[]': { type: ['string', 'null'], description: 'Whole numbers, separated by commas.' },
};

const STANDARD = ['maxLength', 'minLength', 'minimum', 'maximum', 'pattern'] as const;

function facets(field: Field, type: ColumnType): Schema {
  const { schema } = field.spec;
  const found: Record<string, unknown> = { title: field.title };
  for (const name of STANDARD) if (schema[name] !== undefined) found[name] = schema[name];
  if (typeof schema['format'] === 'string' && type === 'text') found['format'] = schema['format'];
  if (typeof schema['description'] === 'string') found['description'] = schema['description'];
  if (field.choices) found['description'] = field.choices.map(({ value, title }) => `${value} = ${title}`).join(', ');
  return { ...SCHEMAS[type], ...found };
}

export function readSchema(model: Model, principal: Principal, entity: Entity): Schema {
  const properties: Record<string, Schema> = {
    '@odata.etag': { type: 'string', description: 'For If-Match: the version of the row.' },
  };
  for (const field of entity.fields.values()) {
    const { read } = fieldAccess(principal, model, field);
    if (read === 'none') continue;
    for (const column of field.columns) {
      if (column.hidden) continue;
      // What is masked has no longer the form that the field asks for.
      properties[column.wire] =
        read === 'full' ? facets(field, column.type) : { ...SCHEMAS[column.type], title: field.title };
    }
  }
  return { title: entity.title, type: 'object', properties };
}

/** Fields that the caller may give a value; lookups by their navigation. */
function writable(model: Model, principal: Principal, entity: Entity): readonly Field[] {
  return [...entity.fields.values()].filter((field) => {
    if (field.readOnly || field.type.blob) return false;
    const { create, update } = fieldAccess(principal, model, field);
    return create || update;
  });
}

export function writeSchema(model: Model, principal: Principal, entity: Entity): Schema {
  const properties: Record<string, Schema> = {};
  for (const field of writable(model, principal, entity)) {
    const [column] = field.columns;
    if (field.reference) {
      for (const navigation of entity.navigation.values()) {
        if (navigation.kind !== 'one' || navigation.field !== field.name) continue;
        const set = model.entities.get(navigation.target)?.set ?? navigation.target;
        properties[`${navigation.name}@odata.bind`] = {
          type: ['string', 'null'],
          title: field.title,
          examples: [`/${set}(00000000-0000-0000-0000-000000000000)`],
        };
      }
    } else if (column) properties[field.name] = facets(field, column.type);
  }
  return { title: entity.title, type: 'object', properties };
}

/** The same for a new row, with what it must have. */
export function createSchema(model: Model, principal: Principal, entity: Entity): Schema {
  const required = writable(model, principal, entity).filter(mustBeGiven);
  const written = { $ref: `#/components/schemas/${entity.name}.write` };
  return required.length === 0
    ? written
    : { allOf: [written, { type: 'object', required: required.map(({ name }) => name) }] };
}

function mustBeGiven(field: Field): boolean {
  return field.required && !field.reference && field.system === undefined && field.default === undefined;
}

/** A new row as somebody might send it; undefined where an example would be a guess. */
export function exampleOf(model: Model, principal: Principal, entity: Entity): Schema | undefined {
  const fields = writable(model, principal, entity);
  const wanted = new Set([...fields.filter(mustBeGiven), ...fields.filter((field) => field === entity.primary)]);
  const values: Record<string, unknown> = {};
  for (const field of wanted) {
    const value = sampleOf(entity, field);
    if (value === undefined) return undefined;
    values[field.name] = value;
  }
  return Object.keys(values).length === 0 ? undefined : values;
}

function sampleOf(entity: Entity, field: Field): unknown {
  const { schema, options } = field.spec;
  const [choice] = field.choices ?? [];
  if (choice && field.columns[0]?.type === 'integer') return choice.value;
  if (schema['pattern'] !== undefined) return undefined;
  switch (field.columns[0]?.type) {
    case 'text': {
      if (options['format'] === 'email') return 'name@example.com';
      if (options['format'] === 'phone') return '+98 21 1234 5678';
      if (options['format'] === 'url') return 'https://example.com';
      const text = `New ${entity.title.toLowerCase()}`;
      return typeof schema['maxLength'] === 'number' ? text.slice(0, schema['maxLength']) : text;
    }
    case 'integer':
    case 'bigint':
    case 'numeric':
      return typeof schema['minimum'] === 'number' ? Math.max(schema['minimum'], 1) : 1;
    case 'boolean':
      return true;
    case 'date':
      return '2026-11-22';
    case 'timestamptz':
      return '2026-11-22T10:00:00Z';
    default:
      return undefined;
  }
}
