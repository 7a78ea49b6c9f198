// Merges two rows of an entity: whatever refers to the loser refers to the winner, the loser is put aside and points there, and
// what was done is kept to be undone. One transaction, both rows locked; every changed row with its audit and outbox row.
import { databaseError } from '../db/errors.ts';
import { ident, literal, qualified } from '../db/identifier.ts';
import type { Parameter } from '../db/sql.ts';
import { uuidv7 } from '../db/uuid.ts';
import type { Call } from '../engine.ts';
import { handlersOf } from '../events/handlers.ts';
import { run } from '../events/pipeline.ts';
import { runHandlers, type Happening } from '../events/run-handlers.ts';
import type { Entity, Field } from '../model/model.ts';
import { bulkUpdate } from '../records/bulk-update.ts';
import { requireFields } from '../records/authorize-fields.ts';
import { refersTo } from '../records/cascade.ts';
import { columnOf, factsOf } from '../records/entity-facts.ts';
import { reachOf } from '../records/reach.ts';
import { readRow } from '../records/read-row.ts';
import { refuseLoop } from '../records/hierarchy.ts';
import type { RecordInput } from '../records/input.ts';
import { readId } from '../records/parse-address.ts';
import { notFound } from '../records/resolve-address.ts';
import { auditInto, outboxInto, slots, table, traceOf } from '../records/statement.ts';
import { executorOf, transact } from '../records/transact.ts';
import { planUpdate } from '../records/update-write.ts';
import { fail } from './errors.ts';
import { moveLinks } from './links.ts';
import { lockRows, requireMergeable, requireRows, type RowTexts } from './mergeable.ts';
import { presentFor, type Referring } from './references.ts';
import { moveShares } from './shares.ts';
import type { Changes, LinkMove, Move, UndoLog } from './undo-log.ts';

export interface MergeOptions {
  /** Values for the winner, chosen from either. A file or image: the loser's own value, whose bytes then change places. */
  readonly content?: RecordInput;
  /** Refuse when the two have different parents and `content` does not say which one stays. */
  readonly checkParents?: boolean;
}

export interface Merged {
  /** Of the merge, to undo it. */
  readonly id: string;
}

/** The call whose writes the audit log shows as a merge's. */
export function asMerge(call: Call): Call {
  const via = [call.origin?.via, 'merge'].filter((one) => one !== undefined).join(' → ');
  const { detectDuplicates: _told, ...rest } = call;
  return { ...rest, origin: { ...call.origin, via } };
}

/**
 * Throws MERGE_UNAVAILABLE, MERGE_ITSELF, MERGE_CONTENT (400), PRIVILEGE_MISSING, FIELD_FORBIDDEN (403), RECORD_NOT_FOUND (404), MERGE_ALREADY,
 * MERGE_INACTIVE, MERGE_PARENTS_DIFFER, MERGE_KEY_TAKEN (409), and what update throws for `content`.
 */
export async function merge(
  call: Call,
  entity: Entity,
  winner: string,
  loser: string,
  options: MergeOptions = {},
): Promise<Merged> {
  requireMergeable(entity);
  const [stays, goes] = [readId(winner), readId(loser)];
  if (stays === undefined) throw notFound(entity, { id: winner });
  if (goes === undefined) throw notFound(entity, { id: loser });
  if (stays === goes) throw fail('MERGE_ITSELF', { entity: entity.name });
  const content = namingWinner(entity, readContent(entity, options.content), stays, goes);
  requireContent(call, entity, content);
  return transact(asMerge(call), entity, async (inside) => {
    const rows = await lockRows(inside, entity, [stays, goes]);
    await requireRows(
      inside,
      entity,
      new Map([
        [stays, ['write', 'append-to']],
        [goes, ['write']],
      ]),
    );
    const before = { winner: rows.get(stays) ?? {}, loser: rows.get(goes) ?? {} };
    refuseStanding(entity, before.winner, before.loser, stays, goes);
    if (options.checkParents === true) refuseParents(entity, before.winner, before.loser, content);
    const files = filesToSwap(entity, content, before.winner, before.loser);
    const present = await presentFor(inside, entity, goes);

    const { before: ahead, after: behind, postImage } = handlersOf(inside.engine.handlers, 'merge', entity.name);
    const happening: Happening = {
      message: 'merge',
      entity,
      id: stays,
      values: { ...content?.values, subordinate: goes },
      ...(ahead.length + behind.length > 0 && { image: await readRow(inside, entity, stays, false) }),
    };
    await runHandlers(inside, ahead, happening, reachOf);

    await putAside(inside, entity, stays, goes, keysGivenAway(entity, content, before.loser));
    await climb(inside, entity, stays, goes, before.loser, content);
    const plain = withoutFiles(entity, content);
    // Unknown names are told also where nothing else is given.
    if (plain && (plain.problems || Object.keys(plain.values).length > 0)) {
      const written = await run(inside, planUpdate(inside, entity, stays, plain), reachOf);
      if (!written) throw notFound(entity, { id: stays });
    }
    const moves: Move[] = [];
    for (const link of present.lookups) moves.push(...(await moveLookups(inside, entity, link, stays, goes)));
    const links: LinkMove[] = [];
    for (const link of present.links) links.push(...(await moveLinks(inside, entity, link, stays, goes)));
    const shares = present.shares ? await moveShares(inside, entity, stays, goes) : undefined;
    await swapFiles(inside, entity, files, stays, goes, before.winner, before.loser);
    for (const tree of factsOf(entity).trees) {
      const parent = plain?.values[tree.name];
      if (typeof parent === 'string') await refuseLoop(inside, entity, tree, stays, parent);
    }

    const after = await lockRows(inside, entity, [stays, goes]);
    const undo: UndoLog = {
      winner: changesOf(entity, before.winner, after.get(stays) ?? {}),
      loser: changesOf(entity, before.loser, after.get(goes) ?? {}),
      moves,
      links,
      shares,
      files: files.map(({ name }) => name),
    };
    const id = uuidv7();
    await log(inside, entity, id, stays, goes, undo);
    const merged = postImage ? await readRow(inside, entity, stays, false) : undefined;
    await runHandlers(inside, behind, { ...happening, postImage: merged }, reachOf);
    return { id };
  });
}

/** What belongs to the system, or to other operations, is not chosen in a merge. */
function readContent(entity: Entity, given: RecordInput | undefined): RecordInput | undefined {
  if (!given) return undefined;
  const { [entity.key.name]: _id, ...values } = given.values;
  for (const name of Object.keys(values)) {
    const field = entity.fields.get(name);
    const reason =
      field?.system === 'owner'
        ? 'the winner keeps its owner; assign it afterwards'
        : field?.system === 'state' || field?.system === 'status'
          ? 'the winner keeps its state'
          : undefined;
    if (reason !== undefined) throw fail('MERGE_CONTENT', { entity: entity.name, field: name, reason });
  }
  return { ...given, values };
}

/** A chosen lookup that names the loser means the row it becomes part of, as every other lookup does. */
function namingWinner(
  entity: Entity,
  content: RecordInput | undefined,
  stays: string,
  goes: string,
): RecordInput | undefined {
  if (!content) return undefined;
  const values = Object.entries(content.values).map(([name, value]) => {
    const refers = entity.fields.get(name)?.reference !== undefined;
    return [name, refers && typeof value === 'string' && value.toLowerCase() === goes ? stays : value];
  });
  return { ...content, values: Object.fromEntries(values) as RecordInput['values'] };
}

/** Before anything of the rows is looked at, whose values would decide the answer. */
function requireContent(call: Call, entity: Entity, content: RecordInput | undefined): void {
  const names = Object.keys(content?.values ?? {});
  requireFields(call, entity, names, 'update');
  const files = names.filter((name) => entity.fields.get(name)?.type.blob);
  requireFields(call, entity, files, 'read');
}

function textOf(entity: Entity, row: RowTexts, system: 'merged' | 'state'): string | null {
  const field = factsOf(entity).system.get(system);
  return field ? (row[columnOf(field).name] ?? null) : null;
}

function refuseStanding(entity: Entity, winner: RowTexts, loser: RowTexts, stays: string, goes: string): void {
  for (const [row, id] of [
    [winner, stays],
    [loser, goes],
  ] as const) {
    if (textOf(entity, row, 'merged') === 'true') throw fail('MERGE_ALREADY', { entity: entity.name, id });
  }
  const state = textOf(entity, winner, 'state');
  if (state !== null && state !== String(entity.status?.[0]?.state)) {
    throw fail('MERGE_INACTIVE', { entity: entity.name, id: stays });
  }
}

function refuseParents(entity: Entity, winner: RowTexts, loser: RowTexts, content: RecordInput | undefined): void {
  const differing = [...entity.fields.values()].filter((field) => {
    const { reference } = field;
    if (!reference || field.system !== undefined || (content && field.name in content.values)) return false;
    if (!reference.hierarchy && reference.reparent === 'none') return false;
    const column = columnOf(field).name;
    return (winner[column] ?? null) !== (loser[column] ?? null);
  });
  if (differing.length === 0) return;
  throw fail(
    'MERGE_PARENTS_DIFFER',
    { fields: differing.map(({ name }) => name).join(', ') },
    { data: { fields: differing.map(({ name }) => name) } },
  );
}

/** The file fields for which the loser's file was chosen. */
function filesToSwap(
  entity: Entity,
  content: RecordInput | undefined,
  winner: RowTexts,
  loser: RowTexts,
): readonly Field[] {
  const chosen: Field[] = [];
  for (const [name, value] of Object.entries(content?.values ?? {})) {
    const field = entity.fields.get(name);
    if (!field?.type.blob) continue;
    const column = columnOf(field).name;
    const said = value === null || value === undefined ? null : String(value);
    if (said === (winner[column] ?? null)) continue;
    if (said === null || said !== loser[column]) {
      const reason = 'name the file of one of the two rows, as reading it answers';
      throw fail('MERGE_CONTENT', { entity: entity.name, field: name, reason });
    }
    chosen.push(field);
  }
  return chosen;
}

function withoutFiles(entity: Entity, content: RecordInput | undefined): RecordInput | undefined {
  if (!content) return undefined;
  const values = Object.entries(content.values).filter(([name]) => !entity.fields.get(name)?.type.blob);
  return { ...content, values: Object.fromEntries(values) };
}

/** Fields of unique keys whose value the winner takes over: the loser lets go of it first. */
function keysGivenAway(entity: Entity, content: RecordInput | undefined, loser: RowTexts): readonly Field[] {
  return [...new Set(entity.keys.flatMap(({ fields }) => fields))].flatMap((name) => {
    const field = entity.fields.get(name);
    const value = content?.values[name] ?? null;
    if (!field || field.required || field.system !== undefined || value === null) return [];
    return String(value) === loser[columnOf(field).name] ? [field] : [];
  });
}

/** The loser's last state, and where it went. */
async function putAside(
  call: Call,
  entity: Entity,
  stays: string,
  goes: string,
  cleared: readonly Field[],
): Promise<void> {
  const { system } = factsOf(entity);
  const [state, status, master, merged] = (['state', 'status', 'master', 'merged'] as const).map((one) => {
    const field = system.get(one);
    return field && columnOf(field).name;
  });
  const last = entity.status?.at(-1);
  await bulkUpdate(call, entity, {
    set: (parameters) => {
      const set = new Map<string, string>();
      if (state !== undefined && last) set.set(state, literal(last.state));
      if (status !== undefined && last?.reasons[0]) set.set(status, literal(last.reasons[0].value));
      if (master !== undefined) set.set(master, parameters.use(':winner', 'uuid'));
      if (merged !== undefined) set.set(merged, 'true');
      for (const field of cleared) for (const column of field.columns) set.set(column.name, `null::${column.type}`);
      return set;
    },
    where: (parameters) => `t.${ident(columnOf(entity.key).name)} = ${parameters.use(':loser', 'uuid')}`,
    values: new Map([
      [':winner', stays],
      [':loser', goes],
    ]),
  });
}

/** Where the winner stands below the loser, it takes the loser's place, or the tree would turn into a ring. */
async function climb(
  call: Call,
  entity: Entity,
  stays: string,
  goes: string,
  loser: RowTexts,
  content: RecordInput | undefined,
): Promise<void> {
  const executor = executorOf(call);
  const { schema } = call.engine;
  const key = ident(columnOf(entity.key).name);
  for (const tree of factsOf(entity).trees) {
    if (content && tree.name in content.values) continue;
    const up = columnOf(tree).name;
    await executor.query('select pg_advisory_xact_lock(hashtextextended($1::text, 0))', [
      `${schema}.${entity.name}.${tree.name}`,
    ]);
    const [found] = await executor.query<{ below: boolean }>(
      `with recursive above(id) as (
  select $1::uuid
  union
  select t.${ident(up)} from above join ${table(schema, entity)} t on t.${key} = above.id where t.${ident(up)} is not null
)
select exists (select from above where id = $2::uuid) as below`,
      [stays, goes],
    );
    if (found?.below) await setColumn(call, entity, stays, up, loser[up] ?? null);
  }
}

async function setColumn(call: Call, entity: Entity, id: string, column: string, to: string | null): Promise<void> {
  await bulkUpdate(call, entity, {
    set: (parameters) => new Map([[column, `${parameters.use(':to', 'text')}::uuid`]]),
    where: (parameters) => `t.${ident(columnOf(entity.key).name)} = ${parameters.use(':id', 'uuid')}`,
    values: new Map<string, Parameter>([
      [':to', to],
      [':id', id],
    ]),
  });
}

async function moveLookups(
  call: Call,
  entity: Entity,
  link: Referring,
  stays: string,
  goes: string,
): Promise<readonly Move[]> {
  const { child, lookup } = link;
  const column = columnOf(lookup).name;
  const key = ident(columnOf(child.key).name);
  const itself = child.name === entity.name;
  const where = (parameters: { use(slot: string, type: 'uuid' | 'text'): string }): string =>
    refersTo(link).replace('$1::text', parameters.use(':loser', 'text'));
  try {
    // A row that would refer to itself refers to nothing.
    if (itself) {
      await bulkUpdate(call, child, {
        set: () => new Map([[column, 'null::uuid']]),
        where: (parameters) => `${where(parameters)} and t.${key} = ${parameters.use(':winner', 'uuid')}`,
        values: new Map<string, Parameter>([
          [':loser', [goes]],
          [':winner', stays],
        ]),
      });
    }
    const ids = await bulkUpdate(call, child, {
      set: (parameters) => new Map([[column, parameters.use(':winner', 'uuid')]]),
      where: (parameters) =>
        `${where(parameters)}${itself ? ` and t.${key} <> ${parameters.use(':itself', 'uuid')}` : ''}`,
      values: new Map<string, Parameter>([
        [':loser', [goes]],
        [':winner', stays],
        [':itself', goes],
      ]),
    });
    return ids.length > 0 ? [{ entity: child.name, field: lookup.name, ids }] : [];
  } catch (error) {
    const raised = databaseError(error);
    if (raised?.code !== '23505') throw error;
    throw fail('MERGE_KEY_TAKEN', { child: child.title, detail: lookup.name }, { cause: error });
  }
}

/** The bytes and what the rows say of them change places: nothing is lost, and the loser keeps what the winner had. */
async function swapFiles(
  call: Call,
  entity: Entity,
  fields: readonly Field[],
  stays: string,
  goes: string,
  winner: RowTexts,
  loser: RowTexts,
): Promise<void> {
  if (fields.length === 0) return;
  for (const [id, from] of [
    [stays, loser],
    [goes, winner],
  ] as const) {
    const values = new Map<string, Parameter>([[':id', id]]);
    const columns = fields.flatMap((field) => field.columns);
    for (const column of columns) values.set(`:new ${column.name}`, from[column.name] ?? null);
    await bulkUpdate(call, entity, {
      set: (parameters) =>
        new Map(
          columns.map((column) => [column.name, `${parameters.use(`:new ${column.name}`, 'text')}::${column.type}`]),
        ),
      where: (parameters) => `t.${ident(columnOf(entity.key).name)} = ${parameters.use(':id', 'uuid')}`,
      values,
    });
  }
  await exchangeBytes(
    call,
    entity,
    fields.map(({ name }) => name),
    stays,
    goes,
  );
}

export async function exchangeBytes(
  call: Call,
  entity: Entity,
  fields: readonly string[],
  one: string,
  other: string,
): Promise<void> {
  await executorOf(call).query(
    `update ${qualified(call.engine.schema, '_file')} set "record" = case "record" when $1::uuid then $2::uuid else $1::uuid end
      where "entity" = $3::text and "record" in ($1::uuid, $2::uuid) and "field" = any ($4::text[])`,
    [one, other, entity.name, fields],
  );
}

const unlogged: ReadonlySet<string | undefined> = new Set(['version', 'modified-on', 'modified-by']);

/** Who changed a row last, and its version, go on; everything else can be brought back. */
function changesOf(entity: Entity, before: RowTexts, after: RowTexts): Changes {
  const changes: Record<string, readonly [string | null, string | null]> = {};
  for (const field of entity.fields.values()) {
    // A rollup follows from the rows that went along.
    if (unlogged.has(field.system) || field.type.rollup) continue;
    for (const { name } of field.columns) {
      const [old, now] = [before[name] ?? null, after[name] ?? null];
      if (old !== now) changes[name] = [old, now];
    }
  }
  return changes;
}

async function log(call: Call, entity: Entity, id: string, stays: string, goes: string, undo: UndoLog): Promise<void> {
  const { schema } = call.engine;
  await executorOf(call).query(
    `insert into ${qualified(schema, '_merge')} ("id", "at", "user_id", "entity", "winner", "loser", "undo") values ($1::uuid, now(), $2::uuid, $3::text, $4::uuid, $5::uuid, $6::text::jsonb)`,
    [id, call.principal.userId, entity.name, stays, goes, JSON.stringify(undo)],
  );
  await tell(call, entity, 'merge', stays, goes);
}

/** The winner's own audit and outbox row of the merge, or of its undoing. */
export async function tell(
  call: Call,
  entity: Entity,
  action: 'merge' | 'unmerge',
  stays: string,
  goes: string,
): Promise<void> {
  const { schema } = call.engine;
  const parameters = slots();
  const [winner, loser] = [parameters.use(':winner', 'uuid'), parameters.use(':loser', 'uuid')];
  const relation = factsOf(entity).system.get('master')?.reference?.relation ?? `${entity.name}_master`;
  const pair = action === 'merge' ? `null, ${loser}` : `${loser}, null`;
  const changes = `jsonb_build_object(${literal(relation)}, jsonb_build_array(${pair}))`;
  const audit = entity.audit
    ? `with one as (select 1), audit as (${auditInto(schema, parameters, { id: 'gen_random_uuid()', entity: entity.name, record: winner, action, changes, from: 'one' })})\n`
    : '';
  const [user, request] = [parameters.use(':user', 'uuid'), parameters.use(':request', 'text')];
  const values = new Map<string, Parameter>([[':winner', stays], [':loser', goes], ...traceOf(call)]);
  await executorOf(call).query(
    `${audit}${outboxInto(schema)} values (${literal(action)}, ${literal(entity.name)}, ${winner}, null, ${user}, ${request}, array[${literal(relation)}], jsonb_build_object('loser', ${loser}), now())`,
    parameters.names.map((slot) => values.get(slot) ?? null),
  );
}
