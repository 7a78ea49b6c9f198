// Loads the files of a map, one after another: read a batch of rows, find what their lookups name, write them by key. A row
// that cannot be written is rejected with its reasons and the rest goes on; loading again changes nothing.
import { join } from 'node:path';
import type { Call } from '../../../core/engine.ts';
import type { Entity } from '../../../core/model/model.ts';
import type { RecordAddress, RecordInput } from '../../../core/records/input.ts';
import { upsert } from '../../../core/records/upsert.ts';
import { defineErrors, PeyvandError } from '../../../core/sdk/index.ts';
import type { ImportDocument } from '../../../metadata/schemas/import.gen.ts';
import { openErrorFile, type ErrorFile, type Problem } from './error-file.ts';
import { planFile, type FieldPlan, type FilePlan } from './file-plan.ts';
import { lookupFinder, type LookupFinder } from './lookups.ts';
import type { Progress } from './progress.ts';
import { completeRow, readRow, type ReadRow } from './read-row.ts';
import { openRows, type Row, type RowFile } from './rows.ts';
import { readIds } from './read-ids.ts';

const fail = defineErrors({
  LOAD_HEADING_UNFIT: { message: 'The heading of {file} does not fit the map:\n{problems}', status: 400 },
});

export interface FileReport {
  readonly id: string;
  readonly file: string;
  readonly entity: string;
  rows: number;
  created: number;
  updated: number;
  unchanged: number;
  rejected: number;
  /** Rows of a `distinct` file that repeat an earlier key. */
  repeated: number;
  readonly unused: readonly string[];
  errorFile: string | undefined;
}

export interface LoadOptions {
  readonly folder: string;
  readonly errorFolder: string;
  readonly progress: Progress;
  /** Rows written at the same time: several on a pool, one inside a transaction. */
  readonly parallel: number;
}

const batchSize = 200;

/** Loads every file of a checked map. Throws PeyvandError for a missing file or column; rejected rows are in the report. */
export async function load(call: Call, map: ImportDocument, options: LoadOptions): Promise<readonly FileReport[]> {
  const { model } = call.engine;
  const files: { source: RowFile; plan: FilePlan }[] = [];
  // All files are opened and all headings checked before the first row is written.
  for (const file of map.files) {
    const source = await openRows(join(options.folder, file.file), file);
    const plan = planFile(file, model, source.columns);
    if (!('entity' in plan)) throw fail('LOAD_HEADING_UNFIT', { file: file.file, problems: plan.join('\n') });
    files.push({ source, plan });
  }
  const finders = new Map<string, LookupFinder>();
  const reports: FileReport[] = [];
  for (const { source, plan } of files) {
    // What a file wrote must be seen by the next file's lookups.
    finders.clear();
    reports.push(await loadFile(call, source, plan, finders, options));
  }
  options.progress.clear();
  return reports;
}

async function loadFile(
  call: Call,
  source: RowFile,
  plan: FilePlan,
  finders: Map<string, LookupFinder>,
  options: LoadOptions,
): Promise<FileReport> {
  const { file } = plan;
  const report: FileReport = {
    id: file.id,
    file: file.file,
    entity: plan.entity.name,
    rows: 0,
    created: 0,
    updated: 0,
    unchanged: 0,
    rejected: 0,
    repeated: 0,
    unused: plan.unused,
    errorFile: undefined,
  };
  const errors = openErrorFile(options.errorFolder, file.id, source.columns);
  const rejecting = file.duplicates === 'reject';
  const run: Run = {
    call: rejecting ? { ...call, detectDuplicates: true } : call,
    plan,
    finders,
    // Of two rows written at the same time neither would see the other.
    options: rejecting ? { ...options, parallel: 1 } : options,
    report,
    errors,
    keys: new Map(),
    skipped: new Set(),
    changed: new Map(),
  };
  const second = plan.fields.some((field) => field.second);
  const share = second ? 0.5 : 1;
  await eachBatch(
    source,
    (read) => options.progress.show(file.id, read * share, report.rows),
    async (rows) => {
      report.rows += rows.length;
      await firstPass(run, rows);
    },
  );
  if (second) {
    finders.clear();
    await eachBatch(
      source,
      (read) => options.progress.show(file.id, share + read * share, report.rows),
      (rows) => secondPass(run, rows),
    );
  }
  for (const outcome of run.changed.values()) report[outcome] += 1;
  report.errorFile = await errors.close();
  return report;
}

interface Run {
  readonly call: Call;
  readonly plan: FilePlan;
  readonly finders: Map<string, LookupFinder>;
  readonly options: LoadOptions;
  readonly report: FileReport;
  readonly errors: ErrorFile;
  /** Key → the row that has it. */
  readonly keys: Map<string, number>;
  /** Rows that the second pass leaves out: rejected and repeated ones. */
  readonly skipped: Set<number>;
  readonly changed: Map<number, 'created' | 'updated' | 'unchanged'>;
}

async function eachBatch(
  source: RowFile,
  onRead: (part: number) => void,
  work: (rows: readonly Row[]) => Promise<void>,
): Promise<void> {
  let batch: Row[] = [];
  let part = 0;
  for await (const row of source.rows((bytes) => (part = source.bytes === 0 ? 1 : bytes / source.bytes))) {
    batch.push(row);
    if (batch.length < batchSize) continue;
    await work(batch);
    onRead(part);
    batch = [];
  }
  if (batch.length > 0) await work(batch);
  onRead(1);
}

async function firstPass(run: Run, rows: readonly Row[]): Promise<void> {
  const reads = await Promise.all(rows.map((row) => readRow(run.plan, row, 'first')));
  await findReferences(run, reads);
  const writes: { read: ReadRow; input: RecordInput }[] = [];
  for (const read of reads) {
    const input = completeRow(read, (field, text) => finderOf(run, field).find(text));
    if (!input) {
      reject(run, read);
      continue;
    }
    const key = JSON.stringify(run.plan.file.key.map((name) => input.values[name]));
    const earlier = run.keys.get(key);
    if (earlier === undefined) {
      run.keys.set(key, read.row.number);
      writes.push({ read, input });
    } else if (run.plan.file.distinct) {
      run.skipped.add(read.row.number);
      run.report.repeated += 1;
    } else {
      const column = run.plan.fields.find((field) => field.field.name === run.plan.file.key[0])?.column ?? '';
      read.problems.push({ column, reason: `row ${earlier} of this file has the same key` });
      reject(run, read);
    }
  }
  await inParallel(writes, run.options.parallel, async ({ read, input }) => {
    const outcome = await write(run, input, run.plan.file.mode ?? 'upsert');
    if (typeof outcome === 'string') {
      run.changed.set(read.row.number, outcome);
    } else {
      read.problems.push(...outcome);
      reject(run, read);
    }
  });
}

async function secondPass(run: Run, rows: readonly Row[]): Promise<void> {
  const reads = await Promise.all(
    rows.filter((row) => !run.skipped.has(row.number)).map((row) => readRow(run.plan, row, 'second')),
  );
  await findReferences(run, reads);
  await inParallel(reads, run.options.parallel, async (read) => {
    const input = completeRow(read, (field, text) => finderOf(run, field).find(text));
    const outcome = input ? await write(run, input, 'update') : [];
    if (typeof outcome === 'string') {
      if (outcome === 'updated' && run.changed.get(read.row.number) === 'unchanged')
        run.changed.set(read.row.number, 'updated');
    } else {
      read.problems.push(...outcome);
      reject(run, read);
    }
  });
}

function reject(run: Run, read: ReadRow): void {
  // A row rejected by the second pass is there, but incomplete: it counts as rejected so that nobody overlooks it.
  run.changed.delete(read.row.number);
  run.skipped.add(read.row.number);
  run.report.rejected += 1;
  run.errors.reject(read.row, read.problems);
}

function finderOf(run: Run, field: FieldPlan): LookupFinder {
  const lookup = field.lookup;
  if (!lookup) throw new TypeError(`${field.field.name} is no lookup`);
  const key = `${lookup.entity.name}.${lookup.by}`;
  const known = run.finders.get(key);
  if (known) return known;
  const finder = lookupFinder(run.call, lookup.entity, lookup.by, readIds);
  run.finders.set(key, finder);
  return finder;
}

async function findReferences(run: Run, reads: readonly ReadRow[]): Promise<void> {
  const texts = new Map<LookupFinder, string[]>();
  for (const { references } of reads) {
    for (const { plan, text } of references) {
      const finder = finderOf(run, plan);
      texts.set(finder, [...(texts.get(finder) ?? []), text]);
    }
  }
  for (const [finder, wanted] of texts) await finder.learn(wanted);
}

/** Writes one record; what happened, or the reasons why it could not be. */
async function write(
  run: Run,
  input: RecordInput,
  mode: 'upsert' | 'create' | 'update',
): Promise<'created' | 'updated' | 'unchanged' | readonly Problem[]> {
  const { call, plan } = run;
  const address = addressOf(plan, plan.entity, input);
  try {
    const written = await atomically(call, (inner) =>
      upsert(inner, plan.entity, address, input, mode === 'upsert' ? {} : { only: mode }),
    );
    return written.created ? 'created' : written.changed ? 'updated' : 'unchanged';
  } catch (error) {
    if (!(error instanceof PeyvandError)) throw error;
    if (mode === 'create' && error.code === 'RECORD_EXISTS') return 'unchanged';
    if (error.status >= 500) throw error;
    const columnOf = (name: string): string =>
      plan.fields.find(({ field }) => field.name === name || name.startsWith(`${field.name}@`))?.column ?? name;
    if (error.details.length === 0) return [{ column: '', reason: error.message }];
    return error.details.map((detail) => ({ column: columnOf(detail.target), reason: detail.message }));
  }
}

function addressOf(plan: FilePlan, entity: Entity, input: RecordInput): RecordAddress {
  if (plan.byId) return { id: String(input.values[entity.key.name]) };
  return { key: Object.fromEntries(plan.file.key.map((name) => [name, input.values[name] as string | number])) };
}

/** Inside a dry run's transaction each row is a savepoint of its own, so that a refused row does not end the run. */
function atomically<T>(call: Call, work: (call: Call) => Promise<T>): Promise<T> {
  const { executor } = call;
  return executor ? executor.transaction((inner) => work({ ...call, executor: inner })) : work(call);
}

async function inParallel<T>(items: readonly T[], workers: number, work: (item: T) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let item = items[next++]; item !== undefined; item = items[next++]) await work(item);
  };
  await Promise.all(Array.from({ length: workers }, worker));
}
