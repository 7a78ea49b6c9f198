// Which rows out of a list of ids the caller sees now, and which were within reach at some time since a moment and are not now:
// what delta links and live updates both ask.
import type { Call } from '../engine.ts';
import { ident } from '../db/identifier.ts';
import type { Entity } from '../model/model.ts';
import { compileCondition } from '../query/compile-condition.ts';
import { From, mainColumn, type Compilation } from '../query/from.ts';
import { arrayText, type Literal } from '../query/literal.ts';
import { runPlan } from '../query/plan.ts';
import { Statement } from '../query/statement.ts';
import type { Condition, Query } from '../query/tree.ts';
import { restrict } from '../security/restrict.ts';
import type { Use } from './moment.ts';
import { pastOf } from './past.ts';
import type { Reach } from './reach.ts';
import type { Moment } from './token.ts';

export interface Asked {
  readonly entity: Entity;
  readonly filter: Condition | undefined;
  readonly literals: readonly Literal[];
  /** Columns the filter reads; undefined: it is not asked of the past. */
  readonly filtered: readonly string[] | undefined;
}

export interface Gone {
  readonly id: string;
  /** The row is no more; else it only left what the caller sees. */
  readonly deleted: boolean;
}

function begin(call: Call, entity: Entity): { readonly compilation: Compilation; readonly use: Use } {
  const { model, schema } = call.engine;
  const query: Query = {
    entity: entity.name,
    select: [],
    sort: [],
    expand: [],
    count: false,
    annotations: { formatted: false, lookup: false },
  };
  const { rows, shown } = restrict(query, call.principal, model);
  const statement = new Statement();
  const compilation: Compilation = { model, schema, statement, rows, shown, condition: compileCondition };
  return { compilation, use: (type, value) => statement.parameter(type, () => value) };
}

/** The ids of rows that match, and that the caller may read. */
function matching(compilation: Compilation, entity: Entity, filter: Condition | undefined, ids: string): string {
  const from = new From(compilation, entity);
  const where = [`${from.key} = any(${ids})`, from.visible, filter && compileCondition(from, filter)];
  return `select ${from.key} as id from ${from.text} where ${where.filter((one) => one !== undefined).join(' and ')}`;
}

export async function seenNow(call: Call, asked: Asked, ids: readonly string[]): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set();
  const { compilation, use } = begin(call, asked.entity);
  const text = matching(compilation, asked.entity, asked.filter, use('uuid[]', arrayText(ids)));
  const rows = await runPlan<{ id: string }>(
    call,
    { text, bindings: compilation.statement.bindings },
    { literals: asked.literals },
  );
  return new Set(rows.map(({ id }) => id));
}

/** Those of `ids` that the caller could see at some time since the moment, and cannot now. */
export async function goneSince(
  call: Call,
  asked: Asked,
  reach: Reach,
  ids: readonly string[],
  since: Moment,
): Promise<readonly Gone[]> {
  if (ids.length === 0 || reach.rows.kind === 'false') return [];
  const { entity, filter, filtered } = asked;
  const { compilation, use } = begin(call, entity);
  const list = use('uuid[]', arrayText(ids));
  const past = pastOf(call.engine, entity, reach, filtered ?? [], list, since, use);
  const before = matching(
    { ...compilation, tables: past.tables },
    entity,
    filtered === undefined ? undefined : filter,
    list,
  );
  const now = matching(compilation, entity, filter, list);
  const table = new From(compilation, entity);
  const exists = `exists (select 1 from ${table.text} where ${table.alias}.${ident(mainColumn(entity.key).name)} = gone.id)`;
  const text = `with ${past.ctes.join(',\n')}\nselect gone.id::text as id, not ${exists} as deleted from (select id from (${before}) before except select id from (${now}) now) gone order by gone.id`;
  return runPlan<Gone>(call, { text, bindings: compilation.statement.bindings }, { literals: asked.literals });
}
