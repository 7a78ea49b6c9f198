// Everything that only a plugin has, as a zip of CSV and JSON files, before it is uninstalled: the rows of its entities, its fields
// on entities of others with the rows' ids, links, files. Read in pages, so that nothing is held.
import { ident, qualified } from '../db/identifier.ts';
import type { Executor } from '../db/sql.ts';
import { BYTE_ORDER_MARK, csvLine } from '../exchange/csv.ts';
import { zip, type ZipEntry } from '../exchange/zip-write.ts';
import type { Organization } from '../organization.ts';
import { withoutPlugin } from './lifecycle.ts';
import { goingOf } from './uninstall-report.ts';

const PAGE = 1_000;

interface Source {
  readonly name: string;
  readonly table: string;
  /** Ascending, unique together. */
  readonly key: readonly string[];
  readonly columns: readonly string[];
  /** Rows that have one of the columns, apart from the key. */
  readonly filled: boolean;
}

/** @throws PLUGIN_UNKNOWN, PLUGIN_NEEDED, before the first byte */
export async function exportPluginData(organization: Organization, id: string): Promise<AsyncIterable<Buffer>> {
  const { schema } = organization;
  const { database } = organization.current();
  const change = await organization.tryPlugins(withoutPlugin(id));
  const going = goingOf(organization.plugins().model, change.plugins.model);
  const sources: Source[] = going.entities.map((entity) => ({
    name: entity.name,
    table: entity.name,
    key: [entity.key.columns[0]?.name ?? entity.key.name],
    columns: [...entity.fields.values()].flatMap((field) =>
      field.derivation ? [] : field.columns.map(({ name }) => name),
    ),
    filled: false,
  }));
  for (const entity of new Set(going.fields.map((one) => one.entity))) {
    const key = entity.key.columns[0]?.name ?? entity.key.name;
    const columns = going.fields.flatMap((one) => (one.entity === entity ? one.columns : []));
    sources.push({
      name: `${entity.name}.fields`,
      table: entity.name,
      key: [key],
      columns: [key, ...columns],
      filled: true,
    });
  }
  for (const { relation, table, columns } of going.links) {
    sources.push({ name: relation, table, key: columns, columns, filled: false });
  }
  const names = going.entities.map(({ name }) => name);
  return zip(entriesOf(database, schema, sources, names));
}

async function* entriesOf(
  executor: Executor,
  schema: string,
  sources: readonly Source[],
  entities: readonly string[],
): AsyncGenerator<ZipEntry> {
  for (const source of sources) {
    yield { name: `${source.name}.json`, content: jsonOf(executor, schema, source) };
    yield { name: `${source.name}.csv`, content: csvOf(executor, schema, source) };
  }
  const files = await executor.query<{ id: string }>(
    `select id from ${qualified(schema, '_file')} where entity = any($1) order by id`,
    [entities],
  );
  for (const { id } of files) yield { name: `files/${id}.json`, content: fileOf(executor, schema, id) };
}

async function* pagesOf(
  executor: Executor,
  schema: string,
  source: Source,
): AsyncGenerator<readonly (string | null)[][]> {
  const { key, columns, table } = source;
  const order = key.map(ident).join(', ');
  const values = columns.map((column) => `${ident(column)}::text`).join(', ');
  const own = columns.filter((column) => !key.includes(column)).map((column) => `${ident(column)} is not null`);
  const filled = source.filled && own.length > 0 ? `(${own.join(' or ')})` : 'true';
  let after: readonly (string | null)[] | undefined;
  for (;;) {
    const slots = key.map((_, index) => `$${index + 1}::uuid`).join(', ');
    const rows: readonly { readonly values: (string | null)[]; readonly keys: (string | null)[] }[] =
      await executor.query(
        `select array[${values}] as values, array[${key.map((name) => `${ident(name)}::text`).join(', ')}] as keys
         from ${qualified(schema, table)} where ${filled} ${after ? `and (${order}) > (${slots})` : ''}
        order by ${order} limit ${PAGE}`,
        after ?? [],
      );
    if (rows.length === 0) return;
    yield rows.map((row) => row.values);
    after = rows.at(-1)?.keys;
  }
}

async function* csvOf(executor: Executor, schema: string, source: Source): AsyncGenerator<string> {
  yield BYTE_ORDER_MARK + csvLine(source.columns, () => false);
  for await (const page of pagesOf(executor, schema, source)) {
    yield page
      .map((row) =>
        csvLine(
          row.map((value) => value ?? ''),
          () => true,
        ),
      )
      .join('');
  }
}

async function* jsonOf(executor: Executor, schema: string, source: Source): AsyncGenerator<string> {
  let lead = '[\n';
  for await (const page of pagesOf(executor, schema, source)) {
    for (const row of page) {
      yield (
        lead + JSON.stringify(Object.fromEntries(source.columns.map((column, index) => [column, row[index] ?? null])))
      );
      lead = ',\n';
    }
  }
  yield lead === '[\n' ? '[]\n' : '\n]\n';
}

async function* fileOf(executor: Executor, schema: string, id: string): AsyncGenerator<string> {
  const [row] = await executor.query<{
    entity: string;
    record: string;
    field: string;
    name: string;
    type: string;
    data: Buffer;
  }>(
    `select entity, record::text as record, field, name, media_type as type, data from ${qualified(schema, '_file')} where id = $1`,
    [id],
  );
  if (row) yield JSON.stringify({ ...row, data: row.data.toString('base64') });
}
