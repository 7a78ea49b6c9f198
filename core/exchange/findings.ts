// What a check of a file found, kept as rows of its job until it is applied or forgotten.
import { qualified } from '../db/identifier.ts';
import type { Call } from '../engine.ts';
import { translator } from '../model/labels.ts';
import type { Field } from '../model/model.ts';
import type { JsonObject } from '../sdk/index.ts';
import type { RecordInput } from '../records/input.ts';

/** A changed cell: what the file says and what the row has, as people read it. */
export interface ChangedCell extends JsonObject {
  /** `B17` */
  readonly cell: string;
  /** Name of the field, and its heading. */
  readonly field: string;
  readonly title: string;
  readonly yours: string;
  readonly theirs: string;
  /** The row's value is another than the one that was exported. */
  readonly moved: boolean;
}

export interface Finding {
  /** Row of the sheet. */
  readonly n: number;
  /** `ready` to be written; `stale`: somebody changed the row since; `same`: nothing to do; `failed`: see `message`. */
  readonly state: 'ready' | 'stale' | 'same' | 'failed';
  readonly record: string | null;
  /** The row's version now. */
  readonly version?: string;
  readonly act?: 'create' | 'update';
  readonly input?: {
    readonly act: 'create' | 'update';
    readonly input: RecordInput;
    readonly cells: readonly ChangedCell[];
  };
  readonly code?: string;
  readonly message?: string;
}

export async function noteFindings(call: Call, job: string, findings: readonly Finding[]): Promise<void> {
  const kept = findings.filter(({ state }) => state !== 'same');
  if (kept.length === 0) return;
  await (call.executor ?? call.engine.database).query(
    `insert into ${qualified(call.engine.schema, '_job_row')} (job, n, state, record, version, input, code, message)
     select $1::uuid, o.n, o.state, o.record, o.version, o.input, o.code, o.message from jsonb_to_recordset($2::text::jsonb)
       as o(n bigint, state text, record uuid, version bigint, input jsonb, code text, message text)`,
    [job, JSON.stringify(kept.map(({ act: _act, ...finding }) => finding))],
  );
}

/** Takes away what an attempt that died has found. */
export async function forgetFindings(call: Call, job: string): Promise<void> {
  await call.engine.database.query(`delete from ${qualified(call.engine.schema, '_job_row')} where job = $1::uuid`, [
    job,
  ]);
}

export interface FoundRow {
  readonly row: number;
  readonly id: string | null;
  readonly state: 'ready' | 'stale';
  readonly act: 'create' | 'update';
  readonly cells: readonly ChangedCell[];
}

export interface FoundPage {
  readonly rows: readonly FoundRow[];
  readonly next?: number;
}

/** What would be written, in the order of the sheet. Ask `readJob` first whether the caller may see the job. */
export async function readFindings(
  call: Call,
  job: string,
  options: { readonly state: 'ready' | 'stale'; readonly after?: number; readonly top?: number },
): Promise<FoundPage> {
  const top = Math.min(options.top ?? 50, 500);
  const rows = await call.engine.database.query<{ n: string; record: string | null; input: string }>(
    `select n, record, input from ${qualified(call.engine.schema, '_job_row')} where job = $1::uuid and state = $2::text and n > $3::bigint
      order by n limit $4::integer`,
    [job, options.state, options.after ?? 0, top + 1],
  );
  const found = rows.slice(0, top).map(({ n, record, input }): FoundRow => {
    const { act, cells } = JSON.parse(input) as { act: FoundRow['act']; cells: readonly ChangedCell[] };
    return { row: Number(n), id: record, state: options.state, act, cells };
  });
  const last = found.at(-1);
  return { rows: found, ...(rows.length > top && last && { next: last.row }) };
}

export interface Choices {
  /** What is done with rows that others changed since. */
  readonly stale: 'skip' | 'overwrite';
  /** Row of the sheet → something else for that one. */
  readonly rows: Readonly<Record<string, 'skip' | 'overwrite'>>;
}

/** Notes the rows of a check that are to be written as rows of another job; answers how many. */
export async function noteChosen(call: Call, job: string, check: string, { stale, rows }: Choices): Promise<number> {
  const table = qualified(call.engine.schema, '_job_row');
  const noted = await (call.executor ?? call.engine.database).query(
    `insert into ${table} (job, n, record, version, input) select $1::uuid, r.n, r.record, r.version, r.input - 'cells' from ${table} r
      where r.job = $2::uuid and r.state in ('ready', 'stale') and
        coalesce($4::text::jsonb ->> r.n::text, case r.state when 'ready' then 'overwrite' else $3::text end) = 'overwrite'`,
    [job, check, stale, JSON.stringify(rows)],
  );
  return noted.count;
}

/** What the rows are called that a lookup may name. */
export function entityWords(call: Call, field: Field): string {
  const { model } = call.engine;
  const translate = translator(model, call.principal.language);
  return (field.reference?.targets ?? [])
    .slice(0, 4)
    .map((name) => translate(`${name}/entity`, 'title', model.entities.get(name)?.title ?? name))
    .join(' / ');
}
