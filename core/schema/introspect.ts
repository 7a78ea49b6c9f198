// Reads an organization's live tables from the catalogue. Its counterpart is desired.ts.
import { ORDER } from '../db/collation.ts';
import { readFolded } from '../db/fold.ts';
import { ident, qualified } from '../db/identifier.ts';
import type { Executor } from '../db/sql.ts';
import type {
  ForeignKey,
  IndexKey,
  LiveState,
  Recycled,
  SchemaState,
  Sequence,
  Table,
  TableColumn,
  TableIndex,
  View,
} from './tables.ts';

const TYPE_NAMES: Readonly<Record<string, string>> = {
  'timestamp with time zone': 'timestamptz',
  'timestamp without time zone': 'timestamp',
};

/** Tables and views of the schema (the engine's own excepted), and what is in the recycle bin. */
export async function introspect(database: Executor, schema: string): Promise<LiveState> {
  return database.transaction(async (executor) => {
    // Names in expressions come out schema-qualified only where the search path does not reach.
    await executor.script("set local search_path = ''");
    return readState(executor, schema);
  });
}

async function readState(executor: Executor, schema: string): Promise<LiveState> {
  const relations = await executor.query<{
    oid: string;
    name: string;
    kind: string;
    rows: string;
    comment: string | null;
  }>(
    `select c.oid::bigint as oid, c.relname::text as name, c.relkind::text as kind,
            case when c.reltuples >= 0 then c.reltuples::bigint else pg_stat_get_live_tuples(c.oid) end as rows,
            obj_description(c.oid, 'pg_class') as comment
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = $1 and c.relkind in ('r', 'v') and not c.relispartition
        and (c.relname !~ '^_' or c.relname ~ '^_deleted_')
      order by c.relname`,
    [schema],
  );
  const columns = grouped(
    await executor.query<{
      table: string;
      name: string;
      type: string;
      required: boolean;
      default: string | null;
      statistics: number | null;
      mark: string | null;
    }>(
      `select a.attrelid::bigint as table, a.attname::text as name, format_type(a.atttypid, a.atttypmod) as type,
              a.attnotnull as required, pg_get_expr(d.adbin, d.adrelid) as default,
              nullif(a.attstattarget, -1)::integer as statistics,
              case when col_description(a.attrelid, a.attnum) like 'peyvand:rollup:%' then col_description(a.attrelid, a.attnum) end as mark
         from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
         left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
        where n.nspname = $1 and c.relkind = 'r' and a.attnum > 0 and not a.attisdropped
        order by a.attrelid, a.attnum`,
      [schema],
    ),
  );
  const constraints = grouped(
    await executor.query<{
      table: string;
      name: string;
      kind: string;
      columns: string[];
      target: string | null;
      targetcolumn: string | null;
      ondelete: string;
      valid: boolean;
    }>(
      `select k.conrelid::bigint as table, k.conname::text as name, k.contype::text as kind,
              array(select a.attname::text from unnest(k.conkey) with ordinality u(num, pos)
                      join pg_attribute a on a.attrelid = k.conrelid and a.attnum = u.num order by u.pos) as columns,
              t.relname::text as target,
              (select a.attname::text from pg_attribute a where a.attrelid = k.confrelid and a.attnum = k.confkey[1])
                as targetcolumn,
              k.confdeltype::text as ondelete, k.convalidated as valid
         from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
         left join pg_class t on t.oid = k.confrelid
        where n.nspname = $1 and k.contype in ('p', 'f', 'c')
        order by k.conname`,
      [schema],
    ),
  );
  const indexes = grouped(
    await executor.query<{
      table: string;
      name: string;
      unique: boolean;
      valid: boolean;
      method: string;
      partial: string | null;
      keys: string[];
      descending: boolean[];
      collations: string[];
    }>(
      `select i.indrelid::bigint as table, x.relname::text as name, i.indisunique as unique, i.indisvalid as valid,
              m.amname::text as method, pg_get_expr(i.indpred, i.indrelid) as partial,
              array(select pg_get_indexdef(i.indexrelid, k, true) from generate_series(1, i.indnkeyatts) k) as keys,
              array(select i.indoption[k] & 1 = 1 from generate_series(0, i.indnkeyatts - 1) k) as descending,
              array(select coalesce((select o.collname::text from pg_collation o where o.oid = i.indcollation[k]), '')
                      from generate_series(0, i.indnkeyatts - 1) k) as collations
         from pg_index i join pg_class x on x.oid = i.indexrelid join pg_class c on c.oid = i.indrelid
         join pg_namespace n on n.oid = c.relnamespace join pg_am m on m.oid = x.relam
        where n.nspname = $1 and not i.indisprimary
        order by x.relname`,
      [schema],
    ),
  );

  const tables = new Map<string, Table>();
  const views = new Map<string, View>();
  for (const relation of relations) {
    if (relation.kind === 'v') {
      views.set(relation.name, { name: relation.name, sql: '', hash: relation.comment ?? '' });
      continue;
    }
    const own = constraints.get(relation.oid) ?? [];
    tables.set(relation.name, {
      name: relation.name,
      was: undefined,
      columns: new Map(
        (columns.get(relation.oid) ?? []).map((column): [string, TableColumn] => [
          column.name,
          {
            name: column.name,
            was: undefined,
            type: TYPE_NAMES[column.type] ?? column.type,
            required: column.required,
            default: column.default ?? undefined,
            statistics: column.statistics ?? undefined,
            ...(column.mark === null ? {} : { mark: column.mark }),
          },
        ]),
      ),
      key: own.find(({ kind }) => kind === 'p')?.columns ?? [],
      references: own.flatMap(
        ({ kind, name, columns: [column], target, targetcolumn, ondelete, valid }): ForeignKey[] =>
          kind === 'f' && column !== undefined && target !== null && targetcolumn !== null
            ? [
                {
                  name,
                  column,
                  target,
                  targetColumn: targetcolumn,
                  onDelete: ondelete === 'c' ? 'cascade' : 'no action',
                  valid,
                },
              ]
            : [],
      ),
      indexes: (indexes.get(relation.oid) ?? []).map(
        ({ name, unique, valid, method, partial, keys, descending, collations }): TableIndex => ({
          name,
          unique,
          valid,
          keys: keys.map((key, position) =>
            collations[position] === ORDER
              ? { column: key.replaceAll('"', ''), kind: 'ordered' }
              : keyOf(key, method, descending[position] ?? false, partial),
          ),
        }),
      ),
      leftovers: own.filter(({ kind, name }) => kind === 'c' && name.endsWith('_required')).map(({ name }) => name),
      rows: Number(relation.rows),
    });
  }
  return {
    schema,
    tables,
    views,
    sequences: await readSequences(executor, schema),
    ...(await readRollups(executor, schema)),
    recycled: await readRecycled(executor, schema, tables),
    trigramSchema: await readTrigramSchema(executor),
  };
}

function grouped<Row extends { readonly table: string }>(rows: readonly Row[]): ReadonlyMap<string, readonly Row[]> {
  return Map.groupBy(rows, ({ table }) => table);
}

function keyOf(definition: string, method: string, descending: boolean, partial: string | null): IndexKey {
  const name = definition.replaceAll('"', '');
  const lowered = /^lower\((.+)\)$/.exec(name)?.[1];
  const folded = readFolded(name);
  if (partial !== null) {
    // Nothing the engine asks for but `(column IS NOT NULL)`: another condition makes it another index.
    const present = partial.replaceAll('"', '') === `(${name} IS NOT NULL)`;
    return present ? { column: name, kind: 'present' } : { column: `${name} where ${partial}`, kind: 'ascending' };
  }
  if (method === 'gin') {
    if (folded?.how === 'plain') return { column: folded.column, kind: 'trigram' };
    if (folded?.how === 'sound') return { column: folded.column, kind: 'sound-trigram' };
  } else if (lowered !== undefined) return { column: lowered, kind: 'lower' };
  else if (folded?.how === 'plain') return { column: folded.column, kind: 'plain' };
  else if (folded?.how === 'phone') return { column: folded.column, kind: 'phone' };
  else if (folded?.how === 'folded')
    return { column: folded.column, kind: folded.length === undefined ? 'folded' : `folded-${folded.length}` };
  return { column: name, kind: descending ? 'descending' : 'ascending' };
}

/** The functions and triggers that keep rollups. */
async function readRollups(executor: Executor, schema: string): Promise<Pick<LiveState, 'functions' | 'triggers'>> {
  const functions = await executor.query<{ name: string; hash: string | null; definition: string }>(
    `select p.proname::text as name, obj_description(p.oid, 'pg_proc') as hash, pg_get_functiondef(p.oid) as definition
       from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname = $1 and p.proname ~ '^_rollup_'`,
    [schema],
  );
  const triggers = await executor.query<{ name: string; table: string }>(
    `select g.tgname::text as name, c.relname::text as table from pg_trigger g join pg_class c on c.oid = g.tgrelid
       join pg_namespace n on n.oid = c.relnamespace where n.nspname = $1 and g.tgname ~ '^_rollup_' and not g.tgisinternal`,
    [schema],
  );
  return {
    functions: new Map(functions.map(({ name, hash, definition }) => [name, { hash: hash ?? '', definition }])),
    triggers: new Map(triggers.map(({ name, table }) => [name, table])),
  };
}

async function readSequences(executor: Executor, schema: string): Promise<ReadonlyMap<string, Sequence>> {
  const rows = await executor.query<{ name: string; start: string }>(
    `select sequencename::text as name, start_value as start from pg_sequences
      where schemaname = $1 and sequencename ~ '^_seq_' order by 1`,
    [schema],
  );
  return new Map(rows.map(({ name, start }) => [name, { name, start: Number(start) }]));
}

/** Only what is really there: a purge may have dropped the column since. */
async function readRecycled(
  executor: Executor,
  schema: string,
  tables: ReadonlyMap<string, Table>,
): Promise<readonly Recycled[]> {
  const [register] = await executor.query<{ found: boolean }>(
    `select exists (select 1 from pg_class c join pg_namespace n on n.oid = c.relnamespace
                     where n.nspname = $1 and c.relname = '_recycle') as found`,
    [schema],
  );
  if (!register?.found) return [];

  const rows = await executor.query<{
    id: string;
    kind: 'table' | 'column';
    table: string;
    column: string | null;
    type: string | null;
    movedto: string;
  }>(
    `select id, kind, table_name as table, column_name as column, type, moved_to as movedto
       from ${qualified(schema, '_recycle')} where restored_at is null order by at desc, id desc`,
  );
  return rows
    .map(({ id, kind, table, column, type, movedto }): Recycled => ({
      id,
      kind,
      table,
      column: column ?? undefined,
      type: type ?? undefined,
      movedTo: movedto,
    }))
    .filter(({ kind, movedTo }) =>
      kind === 'table' ? tables.has(movedTo) : tables.values().some(({ columns }) => columns.has(movedTo)),
    );
}

/** The schema pg_trgm is installed in. */
export async function readTrigramSchema(executor: Executor): Promise<string> {
  const [row] = await executor.query<{ name: string }>(
    `select n.nspname::text as name from pg_extension e join pg_namespace n on n.oid = e.extnamespace where e.extname = 'pg_trgm'`,
  );
  return row?.name ?? 'public';
}

/** Required columns without a default that may be empty now and are, as `table.column`. */
export async function emptyRequired(
  executor: Executor,
  live: LiveState,
  desired: SchemaState,
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const table of desired.tables.values()) {
    const there = live.tables.get(table.name);
    for (const column of table.columns.values()) {
      const old = there?.columns.get(column.name);
      if (!old || old.required || !column.required || column.default !== undefined) continue;
      const rows = await executor.query(
        `select 1 from ${qualified(desired.schema, table.name)} where ${ident(column.name)} is null limit 1`,
      );
      if (rows.length > 0) found.push(`${table.name}.${column.name}`);
    }
  }
  return found;
}
