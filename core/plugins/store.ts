// What the database knows of an organization's plugins: which are installed and switched on, their packages, the documents of
// the version that is in use, settings, migrations that have run, conflicts of upgrades.
import { databaseError } from '../db/errors.ts';
import { qualified } from '../db/identifier.ts';
import type { Executor } from '../db/sql.ts';
import { hashOf } from '../model/canonical.ts';
import type { Layer } from '../model/layer.ts';
import type { DocumentConflict } from '../model/merge-upgrade.ts';
import { parseJson } from '../model/parse-json.ts';
import { isObject } from '../model/pointer.ts';
import type { JsonObject } from '../sdk/index.ts';

/** `release`: shipped, or in a folder of PEYVAND_PLUGINS; there while its folder is. `package`: stored in the database. */
export type PluginSource = 'release' | 'package';

export interface PluginRow {
  readonly id: string;
  readonly version: string;
  readonly source: PluginSource;
  /** SHA-256 of the package; undefined for those of the release. */
  readonly hash: string | undefined;
  readonly enabled: boolean;
  /** `uninstalled`: kept as history. */
  readonly state: 'installed' | 'uninstalled';
  /** As they are stored: secrets sealed. */
  readonly settings: JsonObject;
  /** The rights an administrator accepted. */
  readonly accepted: readonly string[];
  /** `entity.column`s that stay without `not null`: rows came without them while it was switched off. */
  readonly relaxed: readonly string[];
  /** SHA-256 of the documents in use. */
  readonly documentsHash: string;
}

interface StoredRow {
  readonly id: string;
  readonly version: string;
  readonly source: PluginSource;
  readonly hash: string | null;
  readonly enabled: boolean;
  readonly state: PluginRow['state'];
  readonly settings: string;
  readonly accepted: readonly string[];
  readonly relaxed: readonly string[];
  readonly documents_hash: string;
}

export async function readPluginRows(executor: Executor, schema: string): Promise<readonly PluginRow[]> {
  const rows = await executor
    .query<StoredRow>(
      `select id, version, source, hash, enabled, state, settings::text as settings, accepted, relaxed, documents_hash
         from ${qualified(schema, '_plugin')} order by id`,
    )
    .catch((error: unknown) => {
      // Nothing was ever published here.
      const code = databaseError(error)?.code;
      if (code === '42P01' || code === '3F000') return [];
      throw error;
    });
  return rows.map(({ hash, settings, documents_hash: documentsHash, ...row }) => {
    const parsed = parseJson(settings).value;
    return {
      ...row,
      hash: hash ?? undefined,
      settings: isObject(parsed) ? parsed : {},
      documentsHash,
    };
  });
}

export async function savePluginRow(
  executor: Executor,
  schema: string,
  row: PluginRow,
  userId?: string,
): Promise<void> {
  await executor.query(
    `insert into ${qualified(schema, '_plugin')}
       (id, version, source, hash, enabled, state, settings, accepted, relaxed, documents_hash, changed_at, changed_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, now(), $11)
     on conflict (id) do update set version = excluded.version, source = excluded.source, hash = excluded.hash,
       enabled = excluded.enabled, state = excluded.state, settings = excluded.settings, accepted = excluded.accepted,
       relaxed = excluded.relaxed, documents_hash = excluded.documents_hash, changed_at = now(), changed_by = excluded.changed_by`,
    [
      row.id,
      row.version,
      row.source,
      row.hash ?? null,
      row.enabled,
      row.state,
      JSON.stringify(row.settings),
      row.accepted,
      row.relaxed,
      row.documentsHash,
      userId ?? null,
    ],
  );
}

/** The documents of the version in use: what the next upgrade is merged against. */
export async function saveDocuments(executor: Executor, schema: string, layer: Layer): Promise<void> {
  await executor.query(`update ${qualified(schema, '_plugin')} set documents = $2 where id = $1`, [
    layer.id,
    documentsText(layer),
  ]);
}

export function documentsHash(layer: Layer): string {
  return hashOf(documentsText(layer));
}

function documentsText(layer: Layer): string {
  return JSON.stringify(Object.fromEntries([...layer.documents].map(([id, { body }]) => [id, body])));
}

/** The layer a plugin had when it was last in use. Its documents are not checked: the language may have gone on since. */
export async function readStoredDocuments(
  executor: Executor,
  schema: string,
  row: PluginRow,
): Promise<Layer | undefined> {
  const [found] = await executor.query<{ documents: string | null }>(
    `select documents::text as documents from ${qualified(schema, '_plugin')} where id = $1`,
    [row.id],
  );
  if (found?.documents == null) return undefined;
  const documents = JSON.parse(found.documents) as Readonly<Record<string, JsonObject>>;
  return {
    id: row.id,
    version: row.version,
    kind: row.id === 'base' ? 'base' : 'plugin',
    documents: new Map(
      Object.entries(documents).map(([id, body]) => [
        id,
        { file: `${row.id}@${row.version}:${id}.json`, text: '', body },
      ]),
    ),
  };
}

export async function savePackage(
  executor: Executor,
  schema: string,
  {
    id,
    version,
    hash,
    bytes,
  }: { readonly id: string; readonly version: string; readonly hash: string; readonly bytes: Buffer },
): Promise<void> {
  await executor.query(
    `insert into ${qualified(schema, '_plugin_package')} (plugin, hash, version, data)
     values ($1, $2, $3, $4) on conflict (plugin, hash) do nothing`,
    [id, hash, version, bytes],
  );
}

export async function readPackageBytes(
  executor: Executor,
  schema: string,
  id: string,
  hash: string,
): Promise<Buffer | undefined> {
  const [row] = await executor.query<{ data: Buffer }>(
    `select data from ${qualified(schema, '_plugin_package')} where plugin = $1 and hash = $2`,
    [id, hash],
  );
  return row?.data;
}

export async function readMigrationsDone(executor: Executor, schema: string, id: string): Promise<ReadonlySet<string>> {
  const rows = await executor.query<{ version: string }>(
    `select version from ${qualified(schema, '_plugin_migration')} where plugin = $1`,
    [id],
  );
  return new Set(rows.map(({ version }) => version));
}

/** `ran` false: not needed, because the plugin was new. */
export async function noteMigration(
  executor: Executor,
  schema: string,
  id: string,
  version: string,
  ran: boolean,
): Promise<void> {
  await executor.query(
    `insert into ${qualified(schema, '_plugin_migration')} (plugin, version, ran) values ($1, $2, $3)
     on conflict (plugin, version) do nothing`,
    [id, version, ran],
  );
}

export interface StoredConflict extends DocumentConflict {
  readonly id: string;
  readonly plugin: string;
  readonly from: string;
  readonly to: string;
  readonly at: string;
  readonly decision: 'ours' | 'theirs' | undefined;
}

export async function saveConflicts(
  executor: Executor,
  schema: string,
  upgrade: { readonly plugin: string; readonly from: string; readonly to: string },
  conflicts: readonly DocumentConflict[],
): Promise<void> {
  if (conflicts.length === 0) return;
  // One that is still open about the same place is about what is below now.
  await executor.query(
    `delete from ${qualified(schema, '_plugin_merge')} m using jsonb_to_recordset($1::jsonb) as c(document text, path text)
      where m.document = c.document and m.path = c.path and m.decision is null`,
    [JSON.stringify(conflicts)],
  );
  await executor.query(
    `insert into ${qualified(schema, '_plugin_merge')} (plugin, from_version, to_version, document, path, conflict)
     select $1, $2, $3, c->>'document', c->>'path', c from jsonb_array_elements($4::jsonb) c`,
    [upgrade.plugin, upgrade.from, upgrade.to, JSON.stringify(conflicts)],
  );
}

export async function readConflicts(
  executor: Executor,
  schema: string,
  plugin: string,
): Promise<readonly StoredConflict[]> {
  const rows = await executor.query<{
    id: string;
    plugin: string;
    from: string;
    to: string;
    at: string;
    decision: 'ours' | 'theirs' | null;
    conflict: string;
  }>(
    `select id::text as id, plugin, from_version as from, to_version as to,
            to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as at, decision, conflict::text as conflict
       from ${qualified(schema, '_plugin_merge')} where plugin = $1 order by _plugin_merge.at, document, path`,
    [plugin],
  );
  return rows.map(({ conflict, decision, ...row }) => ({
    ...(JSON.parse(conflict) as DocumentConflict),
    ...row,
    decision: decision ?? undefined,
  }));
}

export async function decideConflict(
  executor: Executor,
  schema: string,
  id: string,
  decision: 'ours' | 'theirs',
  userId: string | undefined,
): Promise<void> {
  await executor.query(
    `update ${qualified(schema, '_plugin_merge')} set decision = $2, decided_at = now(), decided_by = $3 where id = $1`,
    [id, decision, userId ?? null],
  );
}

/** Plugins with conflicts nobody has decided, and how many. */
export async function countOpenConflicts(executor: Executor, schema: string): Promise<ReadonlyMap<string, number>> {
  const rows = await executor.query<{ plugin: string; count: number }>(
    `select plugin, count(*)::integer as count from ${qualified(schema, '_plugin_merge')}
      where decision is null group by plugin`,
  );
  return new Map(rows.map(({ plugin, count }) => [plugin, count]));
}
