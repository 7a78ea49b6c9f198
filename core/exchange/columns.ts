// The columns of an export or import: fields of the entity, and fields of the rows its lookups name (`customerid.emailaddress1`),
// with what their cells hold. A field that the caller may not read has no column.
import type { Call } from '../engine.ts';
import { translateField, translator } from '../model/labels.ts';
import type { Column, Entity, Field, Model } from '../model/model.ts';
import { suggest } from '../model/suggest.ts';
import { labelsOf } from '../query/labels.ts';
import type { Expand, Query } from '../query/tree.ts';
import { columnOf } from '../records/entity-facts.ts';
import type { Json, JsonObject, Violation } from '../sdk/index.ts';
import { mayI } from '../security/access.ts';
import { fieldAccess, type FieldAccess } from '../security/field-access.ts';
import { fail } from './errors.ts';

/** What a cell holds, by what the field stores. */
export type CellKind =
  'text' | 'whole' | 'decimal' | 'date' | 'clock' | 'instant' | 'choice' | 'choices' | 'lookup' | 'file' | 'json';

export interface ExchangeColumn {
  /** `name`, `customerid.emailaddress1`. */
  readonly id: string;
  /** In the caller's language, unlike every other column's. */
  readonly header: string;
  readonly field: Field;
  readonly column: Column;
  /** Navigation properties that lead to the row it belongs to: the first that names a row. Empty: the row's own. */
  readonly via: readonly string[];
  readonly kind: CellKind;
  readonly access: FieldAccess;
  /** Decimals shown. */
  readonly decimals: number;
  /** The navigation to the row that says which currency an amount is in. */
  readonly currency: string | undefined;
  /** Value → label in the language. */
  readonly labels: readonly (readonly [number, string])[];
}

const MOST_COLUMNS = 250;

/** The columns of those ids; of the view, or of all fields without ids. Throws EXPORT_INVALID (400). */
export function columnsOf(
  call: Call,
  entity: Entity,
  language: string,
  ids?: readonly string[],
): readonly ExchangeColumn[] {
  const problems: Violation[] = [];
  const columns: ExchangeColumn[] = [];
  const wanted = ids ?? usualColumns(entity);
  if (wanted.length > MOST_COLUMNS)
    problems.push({ code: 'PARAMETER_INVALID', target: 'columns', message: `At most ${MOST_COLUMNS} columns.` });
  for (const id of new Set(wanted.slice(0, MOST_COLUMNS))) {
    const found = columnOfId(call, entity, language, id);
    if (typeof found === 'string') problems.push({ code: 'PARAMETER_INVALID', target: 'columns', message: found });
    else if (found) columns.push(found);
  }
  const [first] = problems;
  if (first) throw fail('EXPORT_INVALID', { count: problems.length, first: first.message }, { details: problems });
  return named(columns);
}

/** Every heading is its column's alone: what is called the same is told apart by its id. */
function named(columns: readonly ExchangeColumn[]): readonly ExchangeColumn[] {
  const count = new Map<string, number>();
  for (const { header } of columns) count.set(header, (count.get(header) ?? 0) + 1);
  return columns.map((column) =>
    (count.get(column.header) ?? 0) > 1 ? { ...column, header: `${column.header} (${column.id})` } : column,
  );
}

const engineKept = new Set(['version', 'owning-user', 'owning-team', 'merged', 'master']);

function usualColumns(entity: Entity): readonly string[] {
  return [...entity.fields.values()]
    .filter((field) => field !== entity.key && !(field.system && engineKept.has(field.system)))
    .filter((field) => field.columns[0] && field.columns[0].hidden !== true)
    .map((field) => field.name);
}

/** The columns of a view document, in its order. */
export function columnsOfView(model: Model, entity: Entity, view: string): readonly string[] | undefined {
  const found = model.views.get(view) ?? model.views.get(`${entity.name}/views/${view}`);
  const columns: Json | undefined = found?.entity === entity.name ? found.document['columns'] : undefined;
  if (!Array.isArray(columns)) return undefined;
  return columns.flatMap((one) => (isObject(one) && typeof one['id'] === 'string' ? [one['id']] : []));
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Undefined: the caller may not read it. A text: what is wrong with the id. */
function columnOfId(call: Call, entity: Entity, language: string, id: string): ExchangeColumn | string | undefined {
  const { model } = call.engine;
  const steps = id.split('.');
  const [first = '', second] = steps;
  if (steps.length > 2) return `${id.slice(0, 100)}: a column is a field, or a field of the row that a lookup names.`;
  const field = entity.fields.get(first) ?? fieldOfWire(entity, first);
  if (!field) return `${entity.name} has no field ${first.slice(0, 60)}${suggest(first, entity.fields.keys())}.`;
  if (second === undefined) return made(call, entity, field, language, id, []);
  const ways = [...entity.navigation.values()].filter((way) => way.kind === 'one' && way.field === field.name);
  const far = ways.flatMap((way) => {
    const target = model.entities.get(way.target);
    const there = target?.fields.get(second);
    return target && there ? [{ way, target, there }] : [];
  });
  const [nearest] = far;
  if (!nearest) return `${entity.name} has no field ${id.slice(0, 100)}.`;
  const readable = far.filter(({ target }) => mayI(call.principal, model, 'read', target.name));
  const [shown] = readable;
  if (!shown || fieldAccess(call.principal, model, field).read !== 'full') return undefined;
  const column = made(
    call,
    shown.target,
    shown.there,
    language,
    id,
    readable.map(({ way }) => way.name),
  );
  if (!column) return undefined;
  const of = translateField(model, translator(model, language), entity, field, 'title', field.title);
  return { ...column, header: `${of}: ${column.header}` };
}

function fieldOfWire(entity: Entity, wire: string): Field | undefined {
  const column = entity.wire.get(wire);
  return column && entity.fields.get(column.field);
}

function made(
  call: Call,
  entity: Entity,
  field: Field,
  language: string,
  id: string,
  via: readonly string[],
): ExchangeColumn | undefined {
  const { principal, engine } = call;
  const { model } = engine;
  const access = fieldAccess(principal, model, field);
  const [column] = field.columns;
  if (access.read === 'none' || !column) return undefined;
  const labels = labelsOf(model, field, language);
  const precision = field.spec.options['precision'];
  const amount = field.columns.find(({ quotient }) => quotient);
  const rate = amount?.quotient && entity.fields.get(amount.quotient.by);
  const currency =
    rate?.stamp &&
    [...entity.navigation.values()].find((way) => way.kind === 'one' && way.field === rate.stamp?.lookup);
  return {
    id,
    header: translateField(model, translator(model, language), entity, field, 'title', field.title),
    field,
    column,
    via,
    kind: kindOf(field, column, labels.length > 0),
    access,
    decimals: typeof precision === 'number' ? precision : 2,
    currency:
      via.length === 0 && currency && mayI(principal, model, 'read', currency.target) ? currency.name : undefined,
    labels,
  };
}

function kindOf(field: Field, column: Column, labelled: boolean): CellKind {
  if (field.type.blob) return 'file';
  if (field.reference) return 'lookup';
  if (labelled) return column.type === 'integer[]' ? 'choices' : 'choice';
  switch (column.type) {
    case 'integer':
    case 'bigint':
      return 'whole';
    case 'numeric':
      return 'decimal';
    case 'date':
      return 'date';
    case 'timestamp':
      return 'clock';
    case 'timestamptz':
      return 'instant';
    case 'jsonb':
      return 'json';
    default:
      return 'text';
  }
}

/** The tree of rows that carry what the columns need, with key and version. */
export function treeOf(entity: Entity, columns: readonly ExchangeColumn[], language: string, over: Query): Query {
  const annotations = { formatted: true, lookup: false };
  const expand = new Map<string, Set<string>>();
  for (const { via, column } of columns)
    for (const way of via) expand.set(way, (expand.get(way) ?? new Set()).add(column.wire));
  for (const { currency } of columns)
    if (currency !== undefined) {
      const wires = expand.get(currency) ?? new Set();
      expand.set(currency, wires.add('currencysymbol').add('isocurrencycode'));
    }
  return {
    ...over,
    select: [
      ...new Set([
        columnOf(entity.key).wire,
        ...columns.flatMap(({ via, column }) => (via.length === 0 ? column.wire : [])),
      ]),
    ],
    expand: [...expand].map(([navigation, wires]): Expand => {
      const target = entity.navigation.get(navigation)?.target ?? '';
      return {
        navigation,
        as: navigation,
        query: { entity: target, select: [...wires], sort: [], expand: [], count: false, annotations, language },
      };
    }),
    annotations,
    language,
  };
}
