// An import in two jobs: the check of a file, which writes nothing, and the writing of what the check found and somebody chose.
import type { Call } from '../engine.ts';
import { keepParts, readParts } from '../jobs/parts.ts';
import type { JobKind } from '../jobs/job.ts';
import { countNoted, workRows } from '../jobs/rows.ts';
import { enqueueJob, readJob } from '../jobs/store.ts';
import type { Entity } from '../model/model.ts';
import { create } from '../records/create.ts';
import type { RecordInput } from '../records/input.ts';
import { update } from '../records/update.ts';
import type { JsonObject, Violation } from '../sdk/index.ts';
import { requirePrivilege } from '../security/access.ts';
import { readCsv } from './csv.ts';
import { fail } from './errors.ts';
import { forgetFindings, noteChosen, type Choices } from './findings.ts';
import { checkFile } from './import-check.ts';
import { readXlsx, type StoredSheet } from './xlsx-read.ts';

/** Bytes of a file. */
export const MOST_BYTES = 32 * 1024 * 1024;

/** Keeps the file and puts its check in the queue: the job's id. Throws IMPORT_FILE (400), 403s. */
export async function beginCheck(
  call: Call,
  entity: Entity,
  file: { readonly name: string; readonly bytes: Buffer },
): Promise<string> {
  const { name, bytes } = file;
  requirePrivilege(call.principal, call.engine.model, 'read', entity.name);
  if (entity.union)
    throw fail('IMPORT_INVALID', {
      count: 1,
      first: `${entity.plural} are of several kinds; import into one of them.`,
    });
  if (bytes.length === 0) throw fail('IMPORT_FILE', { reason: 'it is empty' });
  const format = bytes.subarray(0, 2).toString('latin1') === 'PK' ? 'xlsx' : 'csv';
  return call.engine.database.transaction(async (executor) => {
    const inside = { ...call, executor };
    const id = await enqueueJob(inside, {
      kind: 'import-check',
      entity: entity.name,
      parameters: { name: name.slice(0, 200), format, size: bytes.length },
    });
    await keepParts(inside, id, [bytes]);
    return id;
  });
}

export const importCheck: JobKind = {
  name: 'import-check',
  async run(run) {
    const call = await run.call();
    await forgetFindings(call, run.job.id);
    await run.note(call, { done: -run.job.done, errors: -run.job.errors });
    const pieces: Buffer[] = [];
    for await (const piece of readParts(call, run.job.id)) pieces.push(piece);
    const bytes = Buffer.concat(pieces);
    return checkFile(run, run.job.parameters['format'] === 'xlsx' ? await readXlsx(bytes) : sheetOf(readCsv(bytes)));
  },
};

function sheetOf(rows: ReturnType<typeof readCsv>): StoredSheet {
  return {
    epoch: 0,
    rows: (async function* () {
      yield* rows;
    })(),
  };
}

/** Reads `{check, stale?, rows?}`; throws IMPORT_INVALID (400). */
export function readChoices(body: Readonly<Record<string, unknown>>): Choices & { readonly check: string } {
  const problems: Violation[] = [];
  const problem = (target: string, message: string): void =>
    void problems.push({ code: 'PARAMETER_INVALID', target, message });
  const { check, stale = 'skip', rows = {}, ...others } = body;
  for (const name of Object.keys(others).slice(0, 20))
    problem(name, `There is no ${name.slice(0, 60)}; there are check, stale and rows.`);
  if (typeof check !== 'string') problem('check', 'check is the id of the job that checked the file.');
  if (stale !== 'skip' && stale !== 'overwrite') problem('stale', 'stale is skip or overwrite.');
  const isChoice = ([row, choice]: readonly [string, unknown]): boolean =>
    /^\d{1,7}$/.test(row) && (choice === 'skip' || choice === 'overwrite');
  const isMap =
    typeof rows === 'object' && rows !== null && !Array.isArray(rows) && Object.entries(rows).every(isChoice);
  if (!isMap) problem('rows', 'rows says of rows of the sheet, by number, skip or overwrite.');
  const [first] = problems;
  if (first) throw fail('IMPORT_INVALID', { count: problems.length, first: first.message }, { details: problems });
  return { check: check as string, stale: stale as Choices['stale'], rows: rows as Choices['rows'] };
}

/** Puts the writing in the queue: the job's id. Throws JOB_UNKNOWN (404), IMPORT_NOT_CHECKED (409). */
export async function beginImport(
  call: Call,
  entity: Entity,
  { check, ...choices }: Choices & { readonly check: string },
): Promise<string> {
  const job = await readJob(call, check);
  if (job.kind !== 'import-check' || job.state !== 'done' || job.entity !== entity.name)
    throw fail('IMPORT_NOT_CHECKED', { id: job.id });
  return call.engine.database.transaction(async (executor) => {
    const inside = { ...call, executor };
    const id = await enqueueJob(inside, {
      kind: 'import',
      entity: entity.name,
      parameters: { check: job.id, name: job.parameters['name'] ?? '', stale: choices.stale },
    });
    await noteChosen(inside, id, job.id, choices);
    return id;
  });
}

export const importRows: JobKind = {
  name: 'import',
  async run(run) {
    if (!run.position) {
      const call = await run.call();
      await run.note(call, { total: await countNoted(call, run.job.id), position: { noted: true } });
    }
    await workRows(run, (call) => {
      const entity = call.engine.model.entities.get(run.job.entity ?? '');
      if (!entity) throw fail('IMPORT_INVALID', { count: 1, first: `There is no ${run.job.entity ?? ''} any more.` });
      return {
        entity,
        undo: true,
        async write(inside, row) {
          const { act, input } = JSON.parse(row.input ?? '{}') as { act: 'create' | 'update'; input: RecordInput };
          if (act === 'create') {
            const { id } = await create(inside, entity, input);
            return { act: 'create', record: id };
          }
          const options = row.version === null ? {} : { version: row.version };
          const { changed } = await update(inside, entity, { id: row.record ?? '' }, input, options);
          return changed ? { act: 'update' } : undefined;
        },
      };
    });
    return {} satisfies JsonObject;
  },
};
