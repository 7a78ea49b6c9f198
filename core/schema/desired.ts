// The tables a model wants. What indexes and constraints an entity gets without being told is decided here.
import { createHash } from 'node:crypto';
import { constraintName, ident, literal, qualified } from '../db/identifier.ts';
import { lookedUpBy } from '../model/duplicate-rules.ts';
import type { Column, Comparison, Entity, Field, Model, Relation } from '../model/model.ts';
import { rollupDefault, rollupSql } from '../rollups/rollup-sql.ts';
import { fail } from './errors.ts';
import { isTrigram } from './tables.ts';
import type { ForeignKey, IndexKey, SchemaState, Sequence, Table, TableColumn, TableIndex, View } from './tables.ts';

/** Owners are many and unevenly spread: with the usual 100 values the planner misjudges what one of them may see. */
const OWNER_STATISTICS = 1000;

/** What is there beside the model that is served. */
export interface Kept {
  /** The model without the plugins that are switched off: what only they know stays, and must be in nobody's way. */
  readonly served: Model;
  /** `table.column`s that stay without `not null` although the model asks for it. */
  readonly relaxed: ReadonlySet<string>;
}

export function desiredState(model: Model, schema: string, kept?: Kept): SchemaState {
  const tables = new Map<string, Table>();
  const views = new Map<string, View>();
  const sequences = new Map<string, Sequence>();
  for (const entity of model.entities.values()) {
    if (entity.union) views.set(entity.name, viewOf(entity, model, schema, kept));
    else tables.set(entity.name, tableOf(entity, model, schema, kept));
    for (const sequence of sequencesOf(entity)) sequences.set(sequence.name, sequence);
  }
  for (const relation of model.relations.values()) {
    if (relation.kind === 'many-to-many') tables.set(relation.table, intersectOf(relation, model));
  }
  return { schema, tables, views, sequences, rollups: rollupSql(model, schema) };
}

/** `_seq_<entity>_<field>` */
export function sequenceName(entity: string, field: string): string {
  return constraintName('_seq', entity, field);
}

function sequencesOf(entity: Entity): Sequence[] {
  if (entity.union) return [];
  return [...entity.fields.values()].flatMap((field) => {
    const parts = field.type.generate?.(field.spec) ?? [];
    return parts.flatMap((part) =>
      'sequence' in part ? [{ name: sequenceName(entity.name, field.name), start: part.sequence.start }] : [],
    );
  });
}

function tableOf(entity: Entity, model: Model, schema: string, kept: Kept | undefined): Table {
  const columns = new Map<string, TableColumn>();
  for (const field of entity.fields.values()) {
    if (field.derivation) continue;
    for (const column of columnsOf(field, entity, schema, kept)) columns.set(column.name, column);
  }
  return {
    name: entity.name,
    was: entity.was,
    columns,
    key: [keyColumn(entity)],
    references: [...entity.fields.values()].flatMap((field) => referenceOf(field, entity, model)),
    indexes: indexesOf(entity, model),
    leftovers: [],
    rows: 0,
  };
}

function columnsOf(field: Field, entity: Entity, schema: string, kept: Kept | undefined): TableColumn[] {
  const served = kept?.served.entities.get(entity.name);
  // Nobody fills it while its plugin is switched off; a default would fill it by itself.
  const unfilled = served !== undefined && !served.fields.has(field.name) && field.default === undefined;
  const defaults = defaultsOf(field, schema);
  const plain = field.columns.filter((column) => column.quotient === undefined);
  return field.columns.map((column) => ({
    name: column.name,
    was: formerName(field, entity, column),
    type: column.type,
    // A union's members share its fields; whether a value must be there is asked of the field's own column alone.
    required:
      column === plain[0] &&
      (field.required || field === entity.key || field.system === 'version') &&
      !unfilled &&
      kept?.relaxed.has(`${entity.name}.${column.name}`) !== true,
    default: column.quotient ? undefined : (rollupDefault(field, column) ?? defaults[plain.indexOf(column)]),
    statistics: field.system === 'owner' && column === plain[0] ? OWNER_STATISTICS : undefined,
  }));
}

/** A renamed entity's key is renamed with it: `thingid` → `itemid`. */
function formerName(field: Field, entity: Entity, column: Column): string | undefined {
  if (field.was !== undefined) return field.was + column.suffix;
  return field === entity.key && entity.was !== undefined ? `${entity.was}id` : undefined;
}

function defaultsOf(field: Field, schema: string): readonly (string | undefined)[] {
  if (field.system === 'version')
    return [`nextval('${qualified(schema, '_version').replaceAll("'", "''")}'::regclass)`];
  if (field.default === undefined || field.default === null) return [];
  const decoded = field.type.decode(field.default, field.spec, {});
  if ('violation' in decoded) {
    throw fail('DEFAULT_INVALID', { entity: field.entity, field: field.name, reason: decoded.violation.message });
  }
  return decoded.values.map((value) => (value === null ? undefined : literal(value)));
}

function referenceOf(field: Field, entity: Entity, model: Model): ForeignKey[] {
  const reference = field.reference;
  const column = field.columns[0];
  const [target] = reference?.targets ?? [];
  if (!reference?.constraint || reference.targets.length !== 1 || !column || target === undefined) return [];
  const other = model.entities.get(target);
  if (!other || other.union) return [];
  return [
    {
      name: constraintName(entity.name, column.name, 'fkey'),
      column: column.name,
      target,
      targetColumn: keyColumn(other),
      onDelete: 'no action',
      valid: true,
    },
  ];
}

function indexesOf(entity: Entity, model: Model): TableIndex[] {
  const key: IndexKey = { column: keyColumn(entity), kind: 'ascending' };
  const descending = (name: string): IndexKey => ({ column: name, kind: 'descending' });
  const made: TableIndex[] = [];
  const add = (keys: readonly IndexKey[], unique = false): void => {
    const suffix = unique ? 'key' : isTrigram({ keys }) ? 'trgm' : 'idx';
    const name = constraintName(entity.name, ...keys.flatMap(nameParts), suffix);
    if (!made.some((index) => index.name === name)) made.push({ name, unique, keys, valid: true });
  };

  const bySystem = (system: Field['system']): string | undefined =>
    [...entity.fields.values()].find((field) => field.system === system)?.columns[0]?.name;
  const created = bySystem('created-on');
  const owner = bySystem('owner');
  // The default order of lists; the key makes it total for keyset paging.
  if (created) add([descending(created), descending(key.column)]);
  // The order of lists within what one owner or one unit may see: restricted readers' pages are made of these.
  const leading = created ? [owner, bySystem('owning-unit')].filter((name) => name !== undefined) : [];
  for (const name of leading) {
    if (created) add([{ column: name, kind: 'ascending' }, descending(created), descending(key.column)]);
  }

  for (const field of entity.fields.values()) {
    const [column] = field.columns;
    if (!field.reference?.index || !column || field === entity.key) continue;
    if (leading.includes(column.name)) continue; // its index above begins with it
    add([{ column: column.name, kind: field.system === 'master' ? 'present' : 'ascending' }]);
  }
  for (const alternate of entity.keys) {
    const keys = alternate.fields.flatMap((name) => plainColumns(entity, name));
    if (keys.length > 0) add(keys, true);
  }
  for (const index of entity.indexes) {
    if (index.kind === 'trigram') for (const name of index.fields) addTrigram(name);
    else add(index.fields.flatMap((name) => textColumns(entity, name, index.kind === 'equal' ? 'plain' : 'ordered')));
  }
  for (const name of entity.search) addTrigram(name);
  addNameIndexes();
  for (const rule of [...model.duplicateRules.values()].flat()) {
    if (rule.with !== entity.name) continue;
    const criterion = lookedUpBy(rule, entity);
    const column = criterion && entity.fields.get(criterion.with)?.columns[0];
    if (column) add([{ column: column.name, kind: kindOf(criterion.comparison) }]);
  }
  return made;

  /** Lists are sorted by the primary name, lookups find rows by its beginning, search by how it sounds. */
  function addNameIndexes(): void {
    const [column] = entity.primary.columns;
    if (column?.type !== 'text') return;
    add([{ column: column.name, kind: 'ordered' }, key]);
    if (!entity.search.includes(entity.primary.name)) return;
    add([{ column: column.name, kind: 'plain' }]);
    add([{ column: column.name, kind: 'sound-trigram' }]);
  }

  function addTrigram(name: string): void {
    const column = entity.fields.get(name)?.columns[0];
    if (column?.type === 'text') add([{ column: column.name, kind: 'trigram' }]);
  }
}

/** The name of an index says what it holds of a column, where that is not the column itself. */
function nameParts({ column, kind }: IndexKey): readonly string[] {
  if (kind === 'sound-trigram') return [column, 'sound'];
  const plain = kind === 'ascending' || kind === 'descending' || kind === 'present' || kind === 'trigram';
  return plain ? [column] : [column, kind.replace('-', '')];
}

/** The index that finds what is equal by a duplicate rule's comparison. */
function kindOf(comparison: Comparison): IndexKey['kind'] {
  switch (comparison.kind) {
    case 'equal':
      return 'ascending';
    case 'prefix':
      return `folded-${comparison.length}`;
    case 'similar':
      return 'sound-trigram';
    default:
      return comparison.kind;
  }
}

function plainColumns(entity: Entity, name: string): IndexKey[] {
  const columns = entity.fields.get(name)?.columns.filter((column) => column.quotient === undefined) ?? [];
  return columns.map((column) => ({ column: column.name, kind: 'ascending' }));
}

/** Texts in the order that lists have, or their plain letters, of which is asked what is equal to a text. */
function textColumns(entity: Entity, name: string, kind: 'ordered' | 'plain'): IndexKey[] {
  const columns = entity.fields.get(name)?.columns ?? [];
  return plainColumns(entity, name).map((key) =>
    columns.some((column) => column.name === key.column && column.type === 'text') ? { ...key, kind } : key,
  );
}

function keyColumn(entity: Entity): string {
  return entity.key.columns[0]?.name ?? entity.key.name;
}

/** Rows of an intersect table hold nothing of their own: they go with either side. */
function intersectOf(relation: Extract<Relation, { kind: 'many-to-many' }>, model: Model): Table {
  const sides = [
    [relation.columns[0], relation.first],
    [relation.columns[1], relation.second],
  ] as const;
  const references = sides.flatMap(([column, name]): ForeignKey[] => {
    const target = model.entities.get(name);
    if (!target || target.union) return [];
    return [
      {
        name: constraintName(relation.table, column, 'fkey'),
        column,
        target: name,
        targetColumn: keyColumn(target),
        onDelete: 'cascade',
        valid: true,
      },
    ];
  });
  const second = relation.columns[1];
  return {
    name: relation.table,
    was: undefined,
    columns: new Map(
      relation.columns.map((name) => [
        name,
        { name, was: undefined, type: 'uuid', required: true, default: undefined, statistics: undefined },
      ]),
    ),
    key: [...relation.columns],
    references,
    indexes: [
      {
        name: constraintName(relation.table, second, 'idx'),
        unique: false,
        keys: [{ column: second, kind: 'ascending' }],
        valid: true,
      },
    ],
    leftovers: [],
    rows: 0,
  };
}

/** `select … union all select …` over the members; a column a member lacks is null there. */
function viewOf(entity: Entity, model: Model, schema: string, kept: Kept | undefined): View {
  const { members = [], discriminator = '' } = entity.union ?? {};
  const columns = [...entity.fields.values()].flatMap((field) =>
    field.derivation ? [] : field.columns.map((column) => ({ field, column })),
  );
  const selects = members.flatMap((name) => {
    const member = model.entities.get(name);
    if (!member || member.union) return [];
    // Rows of a kind that is switched off are nobody's to see.
    if (kept?.served.entities.has(entity.name) && !kept.served.entities.has(name)) return [];
    const parts = columns.map(({ field, column }) => `${partOf(field, column, member)} as ${ident(column.name)}`);
    return [`select ${parts.join(', ')} from ${qualified(schema, name)}`];
  });
  const none = columns.map(({ column }) => `null::${column.type} as ${ident(column.name)}`);
  const sql = selects.length > 0 ? selects.join('\nunion all ') : `select ${none.join(', ')} where false`;
  return { name: entity.name, sql, hash: `peyvand:${createHash('sha256').update(sql).digest('hex').slice(0, 32)}` };

  function partOf(field: Field, column: Column, member: Entity): string {
    if (field.name === discriminator) return `${literal(member.name)}::text`;
    if (field === entity.key) return ident(keyColumn(member));
    const own = member.fields.get(field.name)?.columns.find(({ suffix }) => suffix === column.suffix);
    return own?.type === column.type ? ident(own.name) : `null::${column.type}`;
  }
}
