// The rows of a query as a file, for the one who asks: their rows and fields, in their words, digits and calendar. Streamed from a
// cursor through the writer, so that a million rows take no more memory than a hundred. Every export stands in the audit log.
import { recordEvent } from '../audit/record-event.ts';
import type { Call } from '../engine.ts';
import { translator } from '../model/labels.ts';
import type { Entity } from '../model/model.ts';
import { suggest } from '../model/suggest.ts';
import { compileKeys } from '../query/compile.ts';
import { readListQuery, type ListQuery } from '../query/list-query.ts';
import { runPlan } from '../query/plan.ts';
import { columnOf } from '../records/entity-facts.ts';
import type { JsonObject, Violation } from '../sdk/index.ts';
import { requirePrivilege } from '../security/access.ts';
import { restrict } from '../security/restrict.ts';
import { cellOf, EMPTY, KEY_HEADERS, markOf, shown, writeNote, type Cell, type Manner } from './cell.ts';
import { columnsOf, columnsOfView, treeOf, type ExchangeColumn } from './columns.ts';
import { BYTE_ORDER_MARK, csvLine } from './csv.ts';
import { fail } from './errors.ts';
import type { Pages, ReadRow } from './read-rows.ts';
import { xlsx, type SheetColumn } from './xlsx-write.ts';

export interface ExportRequest {
  /** A list's options: `savedQuery=…&$filter=…&$orderby=…&$search=…`. */
  readonly query: string;
  /** Ids of columns, in order; else the view's, else all fields. */
  readonly columns?: readonly string[];
  readonly format: 'xlsx' | 'csv';
  /** Values as the API has them. */
  readonly raw: boolean;
  /** Columns for the way back: id, version, marks of the cells. */
  readonly keys: boolean;
}

const MEMBERS = ['query', 'columns', 'format', 'raw', 'keys', 'job'];

/** Reads `{query?, columns?, format?, raw?, keys?}`; throws EXPORT_INVALID with every problem (400). */
export function readExportRequest(body: Readonly<Record<string, unknown>>): ExportRequest {
  const problems: Violation[] = [];
  const problem = (target: string, message: string): void =>
    void problems.push({ code: 'PARAMETER_INVALID', target, message });
  for (const name of Object.keys(body).slice(0, 20))
    if (!MEMBERS.includes(name)) problem(name, `There is no ${name.slice(0, 60)}${suggest(name, MEMBERS)}.`);
  const { query = '', columns, format = 'xlsx', raw = false, keys = format === 'xlsx' } = body;
  if (typeof query !== 'string' || query.length > 32_768) problem('query', 'query is the text of a list’s options.');
  const isList = Array.isArray(columns) && columns.length > 0 && columns.every((one) => typeof one === 'string');
  if (columns !== undefined && !isList)
    problem('columns', 'columns is a list of column ids, such as name or parentaccountid.name.');
  if (format !== 'xlsx' && format !== 'csv') problem('format', 'format is xlsx or csv.');
  if (typeof raw !== 'boolean') problem('raw', 'raw is true or false.');
  if (typeof keys !== 'boolean') problem('keys', 'keys is true or false.');
  const [first] = problems;
  if (first) throw fail('EXPORT_INVALID', { count: problems.length, first: first.message }, { details: problems });
  return {
    query: query as string,
    format: format as 'xlsx' | 'csv',
    raw: raw as boolean,
    keys: keys as boolean,
    ...(isList && { columns: columns as readonly string[] }),
  };
}

/** What is to be written, all checked: nothing of it is refused later. */
export interface PlannedExport {
  readonly entity: Entity;
  readonly request: ExportRequest;
  readonly columns: readonly ExchangeColumn[];
  readonly list: ListQuery;
  readonly manner: Manner;
  /** Without its ending. */
  readonly title: string;
}

/** Throws QUERY_INVALID, EXPORT_INVALID (400), PRIVILEGE_MISSING (403). */
export function planExport(call: Call, entity: Entity, request: ExportRequest): PlannedExport {
  const { principal, engine } = call;
  requirePrivilege(principal, engine.model, 'read', entity.name);
  const list = readListQuery(call, entity, request.query);
  const { language, calendar, timeZone } = principal;
  const view = new URLSearchParams(request.query).get('savedQuery') ?? undefined;
  const ids = request.columns ?? (view === undefined ? undefined : columnsOfView(engine.model, entity, view));
  const columns = columnsOf(call, entity, language, ids);
  const title = translator(engine.model, language)(`${entity.name}/entity`, 'plural', entity.plural);
  return {
    entity,
    request,
    columns,
    list: { ...list, tree: treeOf(entity, columns, language, list.tree) },
    manner: { language, calendar, timeZone, raw: request.raw },
    title,
  };
}

/** How many rows it has; counted up to `limit`. */
export async function countRows(call: Call, { entity, request }: PlannedExport, limit: number): Promise<number> {
  const { engine, principal } = call;
  const { tree, literals } = readListQuery(call, entity, request.query);
  const keys = compileKeys(engine, restrict(tree, principal, engine.model));
  const text = `select count(*)::integer as n from (select 1 from (${keys.text}) k limit ${limit + 1}) c`;
  const [row] = await runPlan<{ n: number }>(call, { ...keys, text }, { literals });
  return row?.n ?? 0;
}

/** The file, piece by piece. `onRows` hears how many were written. */
export function writeExport(
  plan: PlannedExport,
  pages: Pages,
  onRows?: (count: number) => void,
): AsyncIterable<Uint8Array> {
  return plan.request.format === 'csv' ? csvFile(plan, pages, onRows) : xlsxFile(plan, pages, onRows);
}

/** Logs it: who took which rows away, in which columns. */
export async function noteExport(call: Call, plan: PlannedExport, rows: number): Promise<void> {
  const { engine, principal } = call;
  const data: JsonObject = {
    entity: plan.entity.name,
    query: plan.request.query.slice(0, 4_000),
    columns: plan.columns.map(({ id }) => id),
    format: plan.request.format,
    rows,
  };
  await recordEvent(call.executor ?? engine.database, engine.schema, {
    action: 'export',
    entity: 'systemuser',
    record: principal.userId,
    userId: principal.userId,
    requestId: call.requestId,
    origin: call.origin,
    data,
  });
}

/** Id, version and marks of a row, then its cells. */
function* cellsOf(plan: PlannedExport, page: readonly ReadRow[]): Generator<readonly Cell[]> {
  const { columns, manner, request, entity } = plan;
  const key = columnOf(entity.key).wire;
  for (const { row, exact } of page) {
    const cells = columns.map((column) => cellOf(row, column, manner, exact));
    if (!request.keys) {
      yield cells;
      continue;
    }
    const version = /^W\/"(\d+)"$/.exec(String(row['@odata.etag'] ?? ''))?.[1] ?? '';
    const marks = cells.map(({ plain }) => markOf(plain)).join('');
    const ids = lookupsOf(plan).map((column): Cell => ({ plain: String(row[column.column.wire] ?? ''), kind: 'text' }));
    yield [text(String(row[key] ?? '')), text(version), text(marks), ...cells, ...ids];
  }
}

function text(plain: string): Cell {
  return plain === '' ? EMPTY : { plain, kind: 'text' };
}

/** Lookups of the row itself: their ids stand behind the names, hidden. */
function lookupsOf({ columns, request }: PlannedExport): readonly ExchangeColumn[] {
  if (request.format !== 'xlsx' || request.raw) return [];
  return columns.filter(({ kind, via, access }) => kind === 'lookup' && via.length === 0 && access.read === 'full');
}

function headersOf(plan: PlannedExport): readonly SheetColumn[] {
  const { columns, manner, request, entity } = plan;
  const shownColumns = columns.map(({ header, kind, decimals }): SheetColumn => {
    const whole = kind === 'whole';
    const sort =
      whole || kind === 'decimal'
        ? 'number'
        : kind === 'date'
          ? 'date'
          : kind === 'clock' || kind === 'instant'
            ? 'moment'
            : 'text';
    return { header, hidden: false, width: widthOf(header, kind), kind: sort, decimals: whole ? 0 : decimals };
  });
  if (!request.keys) return shownColumns;
  const note = writeNote({ ...manner, entity: entity.name, columns: columns.map(({ id, header }) => [id, header]) });
  const hidden = (header: string): SheetColumn => ({ header, hidden: true, width: 12, kind: 'text' });
  return [
    hidden(KEY_HEADERS[0]),
    hidden(KEY_HEADERS[1]),
    hidden(note),
    ...shownColumns,
    ...lookupsOf(plan).map(({ header }) => hidden(`${header} ${KEY_HEADERS[0]}`)),
  ];
}

function widthOf(header: string, kind: ExchangeColumn['kind']): number {
  const usual = kind === 'text' || kind === 'lookup' ? 28 : kind === 'instant' || kind === 'clock' ? 18 : 14;
  return Math.min(Math.max(usual, header.length + 4), 60);
}

async function* xlsxFile(
  plan: PlannedExport,
  pages: Pages,
  onRows?: (count: number) => void,
): AsyncGenerator<Uint8Array> {
  const { manner, title } = plan;
  const rows = (async function* () {
    for await (const page of pages) {
      yield* cellsOf(plan, page);
      onRows?.(page.length);
    }
  })();
  yield* xlsx({ title, columns: headersOf(plan), rows, manner });
}

async function* csvFile(
  plan: PlannedExport,
  pages: Pages,
  onRows?: (count: number) => void,
): AsyncGenerator<Uint8Array> {
  const { manner } = plan;
  const headers = headersOf(plan);
  yield Buffer.from(
    BYTE_ORDER_MARK +
      csvLine(
        headers.map(({ header }) => header),
        () => true,
      ),
  );
  for await (const page of pages) {
    let lines = '';
    for (const cells of cellsOf(plan, page))
      lines += csvLine(
        cells.map((cell) => shown(cell, manner)),
        // Numbers may begin with a minus; everything else that begins so was typed by somebody.
        (index) => cells[index]?.kind === 'text',
      );
    yield Buffer.from(lines);
    onRows?.(page.length);
  }
}
