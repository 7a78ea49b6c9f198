// One change of many rows: which rows (a list's query, or ids), what is to be done with them. Looked at first (`previewChange`),
// then done behind the answer (`beginChange`), each row through the ordinary writes with the rights of the one who asked.
import { qualified } from '../db/identifier.ts';
import type { Call } from '../engine.ts';
import { enqueueJob } from '../jobs/store.ts';
import type { Entity } from '../model/model.ts';
import { compileCount, compileKeys, type Compiled } from '../query/compile.ts';
import type { Literal } from '../query/literal.ts';
import { readListQuery, type ListQuery } from '../query/list-query.ts';
import { runPlan } from '../query/plan.ts';
import type { Condition } from '../query/tree.ts';
import { authorizeFields } from '../records/authorize-fields.ts';
import { columnOf, factsOf } from '../records/entity-facts.ts';
import { fail as failRecord } from '../records/errors.ts';
import type { RecordInput } from '../records/input.ts';
import { readId } from '../records/parse-address.ts';
import { readValues } from '../records/read-body.ts';
import { validate } from '../records/validate.ts';
import type { JsonObject, Violation } from '../sdk/index.ts';
import { requirePrivilege } from '../security/access.ts';
import { restrict } from '../security/restrict.ts';
import { fail } from './errors.ts';

/** Ids of one request. */
export const MOST_IDS = 100_000;

/** Which rows. */
export type Rows =
  | {
      /** The options of a list as its address has them: `savedQuery=…&$filter=…&$search=…`. */
      readonly query: string;
    }
  | { readonly ids: readonly string[] };

/** What the request says; read by `readChange`. */
export interface Change {
  readonly rows: Rows;
  readonly action: 'update' | 'delete' | 'assign';
  /** What is written in every row; empty for deletions. */
  readonly input: RecordInput;
  /** As `previewChange` said it: rows changed after that are left as they are. */
  readonly unchangedSince?: string;
}

const MEMBERS = ['query', 'ids', 'action', 'set', 'to', 'unchangedSince'];

/** Reads `{query | ids, action, set | to, unchangedSince?}`; throws BULK_INVALID, RECORD_INVALID with every problem (400), 403s. */
export async function readChange(
  call: Call,
  entity: Entity,
  body: Readonly<Record<string, unknown>>,
  exact: Readonly<Record<string, string>> = {},
): Promise<Change> {
  const problems: Violation[] = [];
  const problem = (target: string, message: string): void =>
    void problems.push({ code: 'PARAMETER_INVALID', target, message });
  for (const name of Object.keys(body).slice(0, 20))
    if (!MEMBERS.includes(name)) problem(name, `There is no ${name.slice(0, 60)}; there are ${MEMBERS.join(', ')}.`);
  const { action, unchangedSince } = body;
  const rows = readRows(body, problem);
  if (action !== 'update' && action !== 'delete' && action !== 'assign')
    problem('action', 'action is update, delete or assign.');
  if (unchangedSince !== undefined && !(typeof unchangedSince === 'string' && /^\d{1,18}$/.test(unchangedSince)))
    problem('unchangedSince', 'unchangedSince is the version that the preview answered.');
  const values = readSet(entity, action, body, problem);
  const [first] = problems;
  if (first || !rows || !values || (action !== 'update' && action !== 'delete' && action !== 'assign'))
    throw fail('BULK_INVALID', { count: problems.length, first: first?.message ?? '' }, { details: problems });
  if ('query' in rows) readListQuery(call, entity, rows.query);
  const input = await readValues(call, entity, values, { exact, alone: true });
  authorize(call, entity, action, input);
  return { rows, action, input, ...(typeof unchangedSince === 'string' && { unchangedSince }) };
}

function readRows(
  body: Readonly<Record<string, unknown>>,
  problem: (target: string, message: string) => void,
): Rows | undefined {
  const { query, ids } = body;
  if ((query === undefined) === (ids === undefined)) {
    problem('query', 'Say which rows: either query (the options of a list; empty for all) or ids.');
    return undefined;
  }
  if (query !== undefined) {
    if (typeof query === 'string' && query.length <= 32_768) return { query };
    problem('query', 'query is the text of a list’s options, at most 32,768 letters.');
    return undefined;
  }
  if (!Array.isArray(ids) || ids.length === 0 || ids.length > MOST_IDS) {
    problem('ids', `ids is a list of 1 to ${MOST_IDS} ids.`);
    return undefined;
  }
  const known = ids.map((id: unknown) => (typeof id === 'string' ? readId(id) : undefined));
  const wrong = known.indexOf(undefined);
  if (wrong >= 0) problem('ids', `ids[${wrong}] is no id.`);
  return { ids: known.flatMap((id) => id ?? []) };
}

function readSet(
  entity: Entity,
  action: unknown,
  body: Readonly<Record<string, unknown>>,
  problem: (target: string, message: string) => void,
): Readonly<Record<string, unknown>> | undefined {
  const { set, to } = body;
  if (action !== 'update' && set !== undefined) problem('set', 'set belongs to the action update.');
  if (action !== 'assign' && to !== undefined) problem('to', 'to belongs to the action assign.');
  if (action === 'delete') return {};
  if (action === 'assign') {
    const owner = factsOf(entity).system.get('owner');
    if (!owner) problem('action', `Rows of ${entity.name} belong to the organization; they cannot be assigned.`);
    if (typeof to !== 'string') problem('to', 'to is the new owner: /systemusers(id) or /teams(id).');
    return owner && typeof to === 'string' ? { [`${owner.name}@odata.bind`]: to } : undefined;
  }
  if (typeof set !== 'object' || set === null || Array.isArray(set) || Object.keys(set).length === 0) {
    problem('set', 'set is an object with what every row is to get, as in the body of a PATCH.');
    return undefined;
  }
  return set as Readonly<Record<string, unknown>>;
}

/** What would be refused for every row is refused now. */
function authorize(call: Call, entity: Entity, action: Change['action'], input: RecordInput): void {
  const { principal, engine } = call;
  const ask = (privilege: 'read' | 'write' | 'delete' | 'assign'): void =>
    requirePrivilege(principal, engine.model, privilege, entity.name);
  ask('read');
  if (entity.union)
    throw failRecord('ENTITY_READ_ONLY', { entity: entity.name, members: entity.union.members.join(', ') });
  if (action === 'delete') {
    ask('delete');
    return;
  }
  ask('write');
  const owner = factsOf(entity).system.get('owner');
  if (owner && owner.name in input.values) ask('assign');
  authorizeFields(call, entity, { ...input.values }, 'update');
  validate(entity, input, { message: 'update', trusted: false });
}

function treeOf(call: Call, entity: Entity, rows: Rows): ListQuery {
  if ('query' in rows) return readListQuery(call, entity, rows.query);
  const filter: Condition = { kind: 'compare', path: [columnOf(entity.key).wire], operator: 'in', value: rows.ids };
  return {
    tree: {
      entity: entity.name,
      select: [],
      expand: [],
      sort: [],
      count: false,
      annotations: { formatted: false, lookup: false },
      filter,
    },
    literals: [],
  };
}

/** The rows that are meant, as a statement of `id` and `version`. */
export function keysOf(
  call: Call,
  entity: Entity,
  query: string,
): { readonly keys: Compiled; readonly literals: readonly Literal[] } {
  const { tree, literals } = readListQuery(call, entity, query);
  return { keys: compileKeys(call.engine, restrict(tree, call.principal, call.engine.model)), literals };
}

export interface ChangePreview {
  /** Rows that the caller may read and that would be met. */
  readonly count: number;
  /** Give it as `unchangedSince`. */
  readonly version: string;
}

/** How many rows it would meet; nothing is written. */
export async function previewChange(call: Call, entity: Entity, rows: Rows): Promise<ChangePreview> {
  const { engine, principal } = call;
  const { schema, database } = engine;
  // Before the count: what is changed in between then counts as changed.
  const [at] = await database.query<{ version: string }>(
    `select case when is_called then last_value else 0 end::text as version from ${qualified(schema, '_version')}`,
  );
  const { tree, literals } = treeOf(call, entity, rows);
  const [found] = await runPlan<{ readonly total: string }>(
    call,
    compileCount(engine, restrict(tree, principal, engine.model)),
    { literals },
  );
  return { count: Number(found?.total ?? 0), version: at?.version ?? '0' };
}

/** Puts it in the queue: the job's id. */
export async function beginChange(call: Call, entity: Entity, change: Change): Promise<string> {
  const { rows, action, input, unchangedSince } = change;
  const parameters: JsonObject = {
    ...('query' in rows ? { query: rows.query } : { ids: rows.ids }),
    ...(action !== 'delete' && { input: input as unknown as JsonObject }),
    ...(unchangedSince !== undefined && { unchangedSince }),
  };
  return enqueueJob(call, { kind: `bulk-${action}`, entity: entity.name, parameters });
}
