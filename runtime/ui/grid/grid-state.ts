// What a list shows, as plain data: columns, order, filters; to and from the address, and into an OData query.
import type { EntityMetadata, FieldMetadata, ViewMetadata } from '../../../metadata/effective.ts';
import { odataString, type ListQuery, type Row } from '../../client/index.ts';
import { isSeen } from '../field-lock.ts';
import type { FieldValue, LookupValue } from '../field-ui.ts';
import type { FieldRegistry } from '../field-registry.ts';
import { isEmpty, valueOf } from '../record-values.ts';

/** A column by field name, or `lookup.field` for a field of the row it names. */
export interface ColumnState {
  readonly id: string;
  readonly width?: number;
}

export interface SortState {
  readonly id: string;
  readonly direction: 'asc' | 'desc';
}

export interface FilterState {
  readonly id: string;
  readonly operator: string;
  readonly value: FieldValue;
}

export interface GridState {
  readonly columns: readonly ColumnState[];
  readonly sort: readonly SortState[];
  readonly filters: readonly FilterState[];
  readonly search: string;
}

/** A column with what is needed to draw it. */
export interface GridColumn {
  readonly id: string;
  readonly title: string;
  readonly width: number;
  readonly field: FieldMetadata;
  /** Entity that owns `field`. */
  readonly entity: EntityMetadata;
  /** Navigation properties on the way, for `lookup.field`; the one that holds a row is read. */
  readonly via: readonly string[];
}

export function stateOfView(view: ViewMetadata): GridState {
  return { columns: view.columns, sort: view.sort, filters: [], search: '' };
}

/** Into address parameters: only what differs from the view. */
export function writeState(state: GridState, view: GridState): URLSearchParams {
  const parameters = new URLSearchParams();
  const columns = state.columns.map((column) => (column.width ? `${column.id}:${column.width}` : column.id)).join(',');
  const viewColumns = view.columns
    .map((column) => (column.width ? `${column.id}:${column.width}` : column.id))
    .join(',');
  if (columns !== viewColumns) parameters.set('columns', columns);
  const sort = state.sort.map((one) => (one.direction === 'desc' ? `-${one.id}` : one.id)).join(',');
  const viewSort = view.sort.map((one) => (one.direction === 'desc' ? `-${one.id}` : one.id)).join(',');
  if (sort !== viewSort) parameters.set('sort', sort);
  for (const filter of state.filters)
    parameters.append('filter', `${filter.id}~${filter.operator}~${JSON.stringify(filter.value ?? null)}`);
  if (state.search) parameters.set('search', state.search);
  return parameters;
}

export function readState(parameters: URLSearchParams, view: GridState): GridState {
  const columns = parameters.get('columns');
  const sort = parameters.get('sort');
  return {
    columns:
      columns === null
        ? view.columns
        : columns
            .split(',')
            .filter((part) => part !== '')
            .map((part) => {
              const [id = '', width] = part.split(':');
              return width !== undefined && Number(width) > 0 ? { id, width: Number(width) } : { id };
            }),
    sort:
      sort === null
        ? view.sort
        : sort
            .split(',')
            .filter((part) => part !== '')
            .map((part) =>
              part.startsWith('-') ? { id: part.slice(1), direction: 'desc' } : { id: part, direction: 'asc' },
            ),
    filters: parameters.getAll('filter').flatMap((text) => {
      const [id = '', operator = '', ...rest] = text.split('~');
      try {
        return id && operator ? [{ id, operator, value: JSON.parse(rest.join('~') || 'null') as FieldValue }] : [];
      } catch {
        return [];
      }
    }),
    search: parameters.get('search') ?? '',
  };
}

/** Columns with their fields; those whose field is gone or hidden from the caller fall out. */
export async function resolveColumns(
  entity: EntityMetadata,
  columns: readonly ColumnState[],
  entityOf: (name: string) => Promise<EntityMetadata>,
  widthOf: (field: FieldMetadata) => number,
): Promise<readonly GridColumn[]> {
  const resolved: GridColumn[] = [];
  for (const column of columns) {
    const [first = '', second] = column.id.split('.');
    const field = entity.fields[first];
    if (!field || !isSeen(field, false)) continue;
    if (second === undefined) {
      resolved.push({
        id: column.id,
        title: field.title,
        width: column.width ?? widthOf(field),
        field,
        entity,
        via: [],
      });
      continue;
    }
    const owners = await Promise.all(
      (field.targets ?? []).map(async (target) => ({ target, owner: await entityOf(target.entity) })),
    );
    const holding = owners.filter(({ owner }) => {
      const far = owner.fields[second];
      return far !== undefined && isSeen(far, false);
    });
    const [one] = holding;
    const far = one?.owner.fields[second];
    if (!one || !far) continue;
    resolved.push({
      id: column.id,
      title: `${far.title} (${field.title})`,
      width: column.width ?? widthOf(far),
      field: far,
      entity: one.owner,
      via: holding.map(({ target }) => target.navigation),
    });
  }
  return resolved;
}

/** The row that holds the column's field: the list's own, or the one a lookup names. */
export function rowOfColumn(row: Row, column: GridColumn): Row | undefined {
  if (column.via.length === 0) return row;
  for (const navigation of column.via) {
    const far = row[navigation];
    if (typeof far === 'object' && far !== null) return far as Row;
  }
  return undefined;
}

export function cellValue(row: Row, column: GridColumn): FieldValue {
  const owner = rowOfColumn(row, column);
  return owner ? valueOf(owner, column.field) : null;
}

/** Operators that ask for no value. */
export function needsValue(operator: string): 'none' | 'count' | 'value' {
  if (operator === 'last-x-days' || operator === 'next-x-days') return 'count';
  return /^(null|not-null|me|today|yesterday|tomorrow|this-.*)$/.test(operator) ? 'none' : 'value';
}

/** The operators a column's filter offers, the usual one first. */
export function filterOperators(field: FieldMetadata): readonly string[] {
  // Order says little about text, and "is me" only something about people.
  const idle = new Set<string>([
    'has-all',
    ...(field.operators.includes('contains') ? ['gt', 'ge', 'lt', 'le'] : []),
    ...(field.targets?.some((target) => target.entity === 'systemuser') === true ? [] : ['me']),
  ]);
  const offered: string[] = field.operators.filter((operator) => !idle.has(operator));
  if (field.choices)
    return [...new Set([...offered.filter((one) => one === 'in' || one === 'has-any'), 'null', 'not-null'])];
  const order = ['contains', 'on', 'eq', 'me', 'startswith', 'endswith', 'ne'];
  const rank = (operator: string) => (order.includes(operator) ? order.indexOf(operator) : order.length);
  const sorted = offered.filter((one) => one !== 'in' && one !== 'has-any').sort((a, b) => rank(a) - rank(b));
  return [...new Set(sorted.flatMap((one) => (one === 'null' ? ['null', 'not-null'] : [one])))];
}

function literal(value: FieldValue, field: FieldMetadata, fields: FieldRegistry): string {
  const own = fields.of(field.type).filter?.literal;
  if (own) return own(value, field);
  if (field.targets) return (value as LookupValue).id;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : odataString(String(value));
}

const comparisons: Readonly<Record<string, string>> = {
  eq: 'eq',
  ne: 'ne',
  gt: 'gt',
  ge: 'ge',
  lt: 'lt',
  le: 'le',
  before: 'lt',
  after: 'gt',
};

/** `last-x-days` → `LastXDays`, the names of the Dataverse query functions. */
function functionName(operator: string): string {
  return operator.replace(/(^|-)([a-z])/g, (_all, _dash, letter: string) => letter.toUpperCase());
}

/** One filter as an OData condition; undefined while it lacks its value. */
export function condition(filter: FilterState, field: FieldMetadata, fields: FieldRegistry): string | undefined {
  const { operator, value } = filter;
  const name = field.wire;
  const property = `PropertyName=${odataString(name)}`;
  const need = needsValue(operator);
  if (need === 'value' && isEmpty(value)) return undefined;
  if (operator === 'null') return `${name} eq null`;
  if (operator === 'not-null') return `${name} ne null`;
  if (operator === 'me') return `Microsoft.Dynamics.CRM.EqualUserId(${property})`;
  if (need === 'none') return `Microsoft.Dynamics.CRM.${functionName(operator)}(${property})`;
  if (need === 'count')
    return `Microsoft.Dynamics.CRM.${functionName(operator)}(${property},PropertyValue=${Number(value) || 1})`;
  if (operator === 'contains' || operator === 'startswith' || operator === 'endswith')
    return `${operator}(${name},${odataString(String(value))})`;
  if (operator === 'in' && Array.isArray(value))
    return `(${value.map((one) => `${name} eq ${literal(one, field, fields)}`).join(' or ')})`;
  if (operator === 'has-any' && Array.isArray(value))
    return `Microsoft.Dynamics.CRM.ContainValues(${property},PropertyValues=[${value.map((one) => odataString(String(one))).join(',')}])`;
  if (operator === 'on')
    return `Microsoft.Dynamics.CRM.On(${property},PropertyValue=${odataString(String(value).slice(0, 10))})`;
  const comparison = comparisons[operator];
  return comparison ? `${name} ${comparison} ${literal(value, field, fields)}` : undefined;
}

/** The list's query. Always selects the key, the primary field and the columns. */
export function toQuery(
  entity: EntityMetadata,
  columns: readonly GridColumn[],
  state: GridState,
  fields: FieldRegistry,
  more: Pick<ListQuery, 'view' | 'filter' | 'size'>,
): ListQuery {
  const select = new Set<string>([entity.key]);
  const expand = new Map<string, Set<string>>();
  const primary = entity.fields[entity.primary];
  if (primary) select.add(primary.wire);
  if (entity.union) select.add(entity.union.discriminator);
  for (const column of columns) {
    if (column.via.length === 0) select.add(column.field.wire);
    for (const navigation of column.via)
      expand.set(navigation, (expand.get(navigation) ?? new Set()).add(column.field.wire));
  }
  const conditions = state.filters.flatMap((filter) => {
    const field = entity.fields[filter.id];
    return (field && condition(filter, field, fields)) ?? [];
  });
  if (more.filter) conditions.unshift(`(${more.filter})`);
  const orderby = state.sort
    .flatMap((sort) => {
      const column = columns.find((one) => one.id === sort.id);
      const field = entity.fields[sort.id];
      const path = column && column.via.length > 0 ? `${column.via[0]}/${column.field.wire}` : field?.wire;
      return path === undefined ? [] : `${path} ${sort.direction}`;
    })
    .join(',');
  return {
    ...(more.view === undefined ? {} : { view: more.view }),
    ...(more.size === undefined ? {} : { size: more.size }),
    select: [...select],
    ...(expand.size === 0
      ? {}
      : { expand: [...expand].map(([name, wires]) => `${name}($select=${[...wires].join(',')})`).join(',') }),
    ...(conditions.length === 0 ? {} : { filter: conditions.join(' and ') }),
    ...(orderby === '' ? {} : { orderby }),
    ...(state.search === '' ? {} : { search: state.search }),
    count: true,
  };
}
