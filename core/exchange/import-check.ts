// A file that somebody changed, held against the rows as they are: which cells differ from what was exported, what that would
// write, which rows were changed by others meanwhile, what cannot be read. Nothing is written; the findings are the job's rows.
import type { Call } from '../engine.ts';
import { entityWords, noteFindings, type Finding } from './findings.ts';
import type { JobRun } from '../jobs/job.ts';
import type { Entity } from '../model/model.ts';
import { compileStream } from '../query/compile.ts';
import { labelsOf } from '../query/labels.ts';
import { runPlan } from '../query/plan.ts';
import type { Query } from '../query/tree.ts';
import { authorizeFields } from '../records/authorize-fields.ts';
import { columnOf, factsOf, isWritable } from '../records/entity-facts.ts';
import { readId } from '../records/parse-address.ts';
import { validate } from '../records/validate.ts';
import { PeyvandError, type JsonObject } from '../sdk/index.ts';
import { requirePrivilege } from '../security/access.ts';
import { restrict } from '../security/restrict.ts';
import {
  cellOf,
  KEY_HEADERS,
  markOf,
  MARK_LENGTH,
  readNote,
  shown,
  type Cell,
  type FileNote,
  type Manner,
} from './cell.ts';
import { columnsOf, treeOf, type ExchangeColumn } from './columns.ts';
import { fail, tellCell, type CellProblem } from './errors.ts';
import { nameFinder, type NameFinder } from './find-names.ts';
import { rowOf, type ReadRow } from './read-rows.ts';
import { foldText, plainOf, valueOf } from './typed.ts';
import { columnLetters } from './xlsx-write.ts';
import type { StoredRow, StoredSheet } from './xlsx-read.ts';

const BATCH = 200;
/** Problems of headings and the like that are told. */
const MOST_TOLD = 50;

interface Place {
  /** Column of the sheet, from 0. */
  readonly at: number;
  readonly column: ExchangeColumn;
  /** Place of its mark; undefined: the file has none. */
  readonly mark: number | undefined;
}

interface Layout {
  readonly entity: Entity;
  readonly note: FileNote | undefined;
  readonly manner: Manner;
  readonly places: readonly Place[];
  readonly id: number | undefined;
  readonly version: number | undefined;
  readonly marks: number | undefined;
  /** Headings that mean nothing here. */
  readonly unknown: readonly string[];
}

/** What the check found, as the job's result. */
export interface CheckResult extends JsonObject {
  readonly updates: number;
  readonly creates: number;
  readonly unchanged: number;
  readonly stale: number;
  readonly problems: number;
  /** Sentences about headings that were left out. */
  readonly notes: readonly string[];
}

/** Checks the whole file; the findings of an earlier attempt must be gone. */
export async function checkFile(run: JobRun, sheet: StoredSheet): Promise<CheckResult> {
  const call = await run.call();
  const { model } = call.engine;
  const entity = model.entities.get(run.job.entity ?? '');
  if (!entity) throw fail('IMPORT_INVALID', { count: 1, first: `There is no ${run.job.entity ?? ''} any more.` });
  requirePrivilege(call.principal, model, 'read', entity.name);
  let layout: Layout | undefined;
  const counts = { updates: 0, creates: 0, unchanged: 0, stale: 0, problems: 0 };
  const seen = new Set<string>();
  const names = nameFinder(call);
  let batch: StoredRow[] = [];
  const treat = async (): Promise<void> => {
    if (!layout || batch.length === 0) return;
    const now = await run.call();
    const findings = await checkRows(now, layout, batch, sheet.epoch, names, seen);
    for (const finding of findings) {
      if (finding.state === 'failed') counts.problems += 1;
      else if (finding.state === 'stale') counts.stale += 1;
      else if (finding.state === 'same') counts.unchanged += 1;
      else if (finding.act === 'create') counts.creates += 1;
      else counts.updates += 1;
    }
    const done = batch.length;
    const errors = findings.filter(({ state }) => state === 'failed').length;
    batch = [];
    await now.engine.database.transaction(async (executor) => {
      const inside = { ...now, executor };
      await noteFindings(inside, run.job.id, findings);
      await run.note(inside, { done, errors });
    });
  };
  for await (const row of sheet.rows) {
    if (!layout) {
      if (row.cells.size > 0) layout = readLayout(call, entity, row);
      continue;
    }
    if (row.cells.size === 0) continue;
    batch.push(row);
    if (batch.length >= BATCH) await treat();
  }
  await treat();
  if (!layout) throw fail('IMPORT_NO_COLUMNS', { entity: entity.plural });
  const { language } = call.principal;
  const notes = layout.unknown
    .slice(0, MOST_TOLD)
    .map((text) =>
      tellCell(language, 'unknownColumn', { cell: text.split('\n')[0] ?? '', text: text.split('\n')[1] ?? '' }),
    );
  return { ...counts, notes };
}

/** Which column of the sheet is which of the entity; throws IMPORT_NO_COLUMNS, IMPORT_ENTITY. */
function readLayout(call: Call, entity: Entity, head: StoredRow): Layout {
  const headers = [...head.cells].map(([at, { value }]) => ({ at, text: value.trim() }));
  const noted = headers.flatMap(({ at, text }) => {
    const note = readNote(text);
    return note ? [{ at, note }] : [];
  })[0];
  const note = noted?.note;
  if (note && note.entity !== entity.name)
    throw fail('IMPORT_ENTITY', { found: note.entity.slice(0, 100), entity: entity.plural });
  const { language, calendar, timeZone } = call.principal;
  const manner = note ?? { language, calendar, timeZone, raw: false };
  const own = new Map<string, string>();
  for (const { header, id } of columnsOf(call, entity, language)) own.set(foldText(header), id);
  const fromNote = new Map((note?.columns ?? []).map(([id, header], index) => [foldText(header), { id, index }]));
  let [id, version]: (number | undefined)[] = [];
  const places: Place[] = [];
  const unknown: string[] = [];
  for (const { at, text } of headers) {
    const name = foldText(text);
    if (at === noted?.at) continue;
    if (text === KEY_HEADERS[0] || name === entity.key.name || name === foldText(entity.key.title)) id ??= at;
    else if (text === KEY_HEADERS[1]) version ??= at;
    // The ids behind the names of lookups go out with the file, they do not come back.
    else if (text.endsWith(` ${KEY_HEADERS[0]}`)) continue;
    else {
      const known = fromNote.get(name);
      const columnId = known?.id ?? own.get(name) ?? (entity.fields.has(text) ? text : undefined);
      const column = columnId === undefined ? undefined : columnFor(call, entity, manner.language, columnId);
      if (!column || places.some((place) => place.column.id === column.id))
        unknown.push(`${columnLetters(at)}${head.number}\n${text.slice(0, 100)}`);
      else places.push({ at, column, mark: known?.index });
    }
  }
  if (places.length === 0) throw fail('IMPORT_NO_COLUMNS', { entity: entity.plural });
  return { entity, note, manner, places, id, version, marks: noted?.at, unknown };
}

function columnFor(call: Call, entity: Entity, language: string, id: string): ExchangeColumn | undefined {
  try {
    return columnsOf(call, entity, language, [id])[0];
  } catch (error) {
    if (error instanceof PeyvandError) return undefined;
    throw error;
  }
}

async function checkRows(
  call: Call,
  layout: Layout,
  rows: readonly StoredRow[],
  epoch: number,
  names: NameFinder,
  seen: Set<string>,
): Promise<readonly Finding[]> {
  const { id: idAt } = layout;
  const idOf = (row: StoredRow): string | undefined =>
    idAt === undefined ? undefined : readId(row.cells.get(idAt)?.value.trim() ?? '');
  const present = await presentRows(
    call,
    layout,
    rows.flatMap((row) => idOf(row) ?? []),
  );
  const findings: Finding[] = [];
  for (const row of rows) {
    const given = idAt === undefined ? undefined : row.cells.get(idAt);
    const id = idOf(row);
    const tell = (problem: CellProblem, at: number, parameters: Record<string, string> = {}): Finding => ({
      n: row.number,
      state: 'failed',
      code: `IMPORT_${problem.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`,
      message: tellCell(call.principal.language, problem, { cell: placeOf(at, row), ...parameters }),
      record: id ?? null,
    });
    if (given && id === undefined) {
      findings.push(tell('gone', idAt ?? 0));
      continue;
    }
    if (id !== undefined && seen.has(id)) {
      findings.push(tell('twice', idAt ?? 0));
      continue;
    }
    if (id !== undefined) seen.add(id);
    const now = id === undefined ? undefined : present.get(id);
    if (id !== undefined && !now) {
      findings.push(tell('gone', idAt ?? 0));
      continue;
    }
    findings.push(await checkRow(call, layout, row, now, epoch, names));
  }
  return findings;
}

const placeOf = (at: number, row: StoredRow): string => `${columnLetters(at)}${row.number}`;

/** The rows as they are now, by id, as far as the caller may read them. */
async function presentRows(call: Call, layout: Layout, ids: readonly string[]): Promise<ReadonlyMap<string, ReadRow>> {
  if (ids.length === 0) return new Map();
  const { engine, principal } = call;
  const { entity, places, manner } = layout;
  const key = columnOf(entity.key).wire;
  const over: Query = {
    entity: entity.name,
    select: [],
    sort: [],
    expand: [],
    count: false,
    annotations: { formatted: false, lookup: false },
    filter: { kind: 'compare', path: [key], operator: 'in', value: ids },
  };
  const tree = treeOf(
    entity,
    places.map(({ column }) => column),
    manner.language,
    over,
  );
  const found = await runPlan<{ j: string }>(call, compileStream(engine, restrict(tree, principal, engine.model)), {
    literals: [],
  });
  return new Map(
    found.map(({ j }) => {
      const read = rowOf(j);
      return [String(read.row[key]), read];
    }),
  );
}

interface ChangedCell {
  readonly place: Place;
  readonly plain: string;
  readonly now: Cell;
  /** The row has another value there than when it was exported. */
  readonly moved: boolean;
}

async function checkRow(
  call: Call,
  layout: Layout,
  row: StoredRow,
  now: ReadRow | undefined,
  epoch: number,
  names: NameFinder,
): Promise<Finding> {
  const { entity, manner } = layout;
  const { language } = call.principal;
  const marks = now && layout.marks !== undefined ? (row.cells.get(layout.marks)?.value ?? '') : '';
  const changed = changedCells(layout, row, now, epoch, marks);
  const record = now ? String(now.row[columnOf(entity.key).wire]) : null;
  if (changed.length === 0) return { n: row.number, state: 'same', record };
  const problems: string[] = [];
  const tell = (problem: CellProblem, at: number, parameters: Record<string, string> = {}): void =>
    void problems.push(tellCell(language, problem, { cell: placeOf(at, row), ...parameters }));
  const values: Record<string, unknown> = {};
  const targets: Record<string, string> = {};
  const exact: Record<string, string> = {};
  const places = new Map<string, number>();
  for (const { place, plain, now: stored } of changed) {
    const { column, at } = place;
    const { field } = column;
    places.set(field.name, at);
    const refusal = refusalOf(layout, column, now !== undefined, stored);
    if (refusal) {
      tell(refusal, at, { field: column.header });
      continue;
    }
    if (column.kind === 'lookup' && plain !== '') {
      const found = await names.find(field, plain);
      const words = { text: plain.slice(0, 60), entity: entityWords(call, field) };
      if (found === 'unknown') tell('lookupUnknown', at, words);
      else if (found === 'many') tell('lookupMany', at, words);
      else {
        values[field.name] = found.id;
        targets[field.name] = found.target;
      }
      continue;
    }
    const read = valueOf(plain, column, manner, labelsFor(call, column, manner));
    if ('problem' in read) tell(read.problem, at, { text: plain.slice(0, 60), ...read.parameters });
    else {
      values[field.name] = read.value;
      if (read.exact !== undefined) exact[field.name] = read.exact;
    }
  }
  const act = now ? 'update' : 'create';
  const input = { values, targets, exact };
  if (problems.length === 0)
    refuseNow(call, entity, input, act, (field, message) => {
      const at = places.get(field);
      problems.push(
        tellCell(language, 'other', { cell: at === undefined ? String(row.number) : placeOf(at, row), text: message }),
      );
    });
  if (problems.length > 0)
    return { n: row.number, state: 'failed', code: 'IMPORT_ROW', message: problems.join('\n'), record };
  const version = /^W\/"(\d+)"$/.exec(String(now?.row['@odata.etag'] ?? ''))?.[1];
  const given = layout.version === undefined ? undefined : row.cells.get(layout.version)?.value.trim();
  const isStale = now !== undefined && given !== undefined && version !== undefined && given !== version;
  return {
    n: row.number,
    state: isStale ? 'stale' : 'ready',
    act,
    record,
    ...(version !== undefined && { version }),
    input: {
      act,
      input,
      cells: changed.map(({ place, plain, now: stored, moved }) => ({
        cell: placeOf(place.at, row),
        field: place.column.field.name,
        title: place.column.header,
        yours: shown({ ...stored, plain, kind: kindOf(plain, place.column) }, manner),
        theirs: shown(stored, manner),
        moved,
      })),
    },
  };
}

function kindOf(plain: string, { kind }: ExchangeColumn): Cell['kind'] {
  if ((kind === 'whole' || kind === 'decimal') && /^-?\d+(?:\.\d+)?$/.test(plain)) return 'number';
  if (kind === 'date' && /^\d{4}-\d\d-\d\d$/.test(plain)) return 'date';
  if ((kind === 'clock' || kind === 'instant') && plain.length === 19) return 'moment';
  return 'text';
}

/** Cells that differ from what the file was exported with; without its marks, from what the row is now. */
function changedCells(
  layout: Layout,
  row: StoredRow,
  now: ReadRow | undefined,
  epoch: number,
  marks: string,
): readonly ChangedCell[] {
  const changed: ChangedCell[] = [];
  for (const place of layout.places) {
    const { column, at, mark } = place;
    const cell = row.cells.get(at);
    const plain = plainOf(cell, column, epoch);
    const stored: Cell = now ? cellOf(now.row, column, layout.manner, now.exact) : { plain: '', kind: 'text' };
    const was = mark === undefined ? '' : marks.slice(mark * MARK_LENGTH, (mark + 1) * MARK_LENGTH);
    const isMarked = was.length === MARK_LENGTH;
    if (isMarked && markOf(plain) === was) continue;
    // What stands there letter by letter is not read in another way: a date of 1557 is no Jalali one.
    if (cell?.type === 'text' && (isMarked ? markOf(cell.value) === was : cell.value === stored.plain)) continue;
    if (plain === stored.plain) continue;
    changed.push({ place, plain, now: stored, moved: isMarked && markOf(stored.plain) !== was });
  }
  return changed;
}

function refusalOf({ entity }: Layout, column: ExchangeColumn, exists: boolean, stored: Cell): CellProblem | undefined {
  const { field, via, kind, access } = column;
  if (access.read !== 'full') return 'masked';
  const fixed =
    via.length > 0 ||
    kind === 'file' ||
    !isWritable(field) ||
    field.derivation !== undefined ||
    field === entity.key ||
    field.type.generate !== undefined;
  if (fixed || (exists && field.immutable)) return 'readOnly';
  return stored.cut === true ? 'cut' : undefined;
}

/** Labels in the file's language first, then in the caller's and the documents' own. */
function labelsFor(
  call: Call,
  { field, labels }: ExchangeColumn,
  manner: Manner,
): readonly (readonly [number, string])[] {
  const { model } = call.engine;
  const others = [call.principal.language, 'en', ...model.locales.keys()].filter(
    (language) => language !== manner.language,
  );
  return [...labels, ...others.flatMap((language) => labelsOf(model, field, language))];
}

/** What the write would refuse without having seen the row. */
function refuseNow(
  call: Call,
  entity: Entity,
  input: { values: Record<string, unknown>; targets: Record<string, string>; exact: Record<string, string> },
  act: 'create' | 'update',
  tell: (field: string, message: string) => void,
): void {
  try {
    requirePrivilege(call.principal, call.engine.model, act === 'create' ? 'create' : 'write', entity.name);
    authorizeFields(call, entity, { ...input.values }, act);
    validate(entity, act === 'create' ? withDefaults(entity, input) : input, { message: act, trusted: false });
  } catch (error) {
    if (!(error instanceof PeyvandError) || error.status >= 500) throw error;
    if (error.details.length === 0) tell('', error.message);
    for (const { target, message } of error.details) tell(target ?? '', message);
  }
}

/** A new row's required fields are asked for beside its defaults. */
function withDefaults<Input extends { values: Record<string, unknown> }>(entity: Entity, input: Input): Input {
  return { ...input, values: { ...factsOf(entity).defaults, ...input.values } };
}
