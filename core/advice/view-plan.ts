// What a saved view costs now: its first page as the caller gets it, run by EXPLAIN ANALYZE, and how its plan reads the table.
import { databaseError } from '../db/errors.ts';
import type { Executor } from '../db/sql.ts';
import type { Call } from '../engine.ts';
import type { Entity } from '../model/model.ts';
import { compileGroups, compilePage, type Compiled } from '../query/compile.ts';
import { lexRequest } from '../query/odata/lex-request.ts';
import { readRequest } from '../query/odata/read-request.ts';
import { parametersOf } from '../query/plan.ts';
import type { Query } from '../query/tree.ts';
import { restrict } from '../security/restrict.ts';
import { fail } from './errors.ts';

/** Rows of the page that is measured. */
const PAGE = 50;
/** Longest that one measuring may take, in seconds. */
const PATIENCE = 60;

export interface ViewPlan {
  /** Milliseconds to plan and run, the median of three times; once where it takes long. */
  readonly took: number;
  /** The index that its table is read by; null: the whole table is read. */
  readonly index: string | null;
  /** Rows of the table that were read and thrown away. */
  readonly discarded: number;
}

export interface CompiledView {
  readonly entity: Entity;
  /** As the view says it, before the caller's rights. */
  readonly tree: Query;
  readonly compiled: Compiled;
}

/** Throws VIEW_NOT_FOUND. `view` is a document id. */
export function compileView(call: Call, view: string): CompiledView {
  const { engine, principal } = call;
  const document = engine.model.views.get(view);
  const entity = document && engine.model.entities.get(document.entity);
  if (!entity) throw fail('VIEW_NOT_FOUND', { view: view.slice(0, 100) });
  const request = lexRequest(`savedQuery=${encodeURIComponent(view)}`);
  const annotations = { formatted: false, lookup: false };
  const tree = readRequest(engine.model, entity, request, {
    annotations,
    language: principal.language,
    of: 'collection',
  });
  const compile = tree.aggregate ? compileGroups : compilePage;
  const restricted = restrict(tree, principal, engine.model);
  return {
    entity,
    tree,
    compiled: compile(engine, restricted, { limit: PAGE, afterNulls: undefined, few: undefined }),
  };
}

interface Node {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Actual Loops'?: number;
  readonly 'Rows Removed by Filter'?: number;
  readonly 'Rows Removed by Index Recheck'?: number;
  readonly Plans?: readonly Node[];
}

/** On a connection of its own: other statements may wait as long as they like meanwhile. */
export async function measureView(
  call: Call,
  executor: Executor,
  { entity, compiled }: CompiledView,
): Promise<ViewPlan> {
  const parameters = parametersOf(call, compiled, { literals: [], size: PAGE });
  const times: number[] = [];
  let root: Node | undefined;
  for (let time = 0; time < 3; time++) {
    const [row] = await run(executor, compiled.text, parameters);
    const [answer] = JSON.parse(row?.plan ?? '[]') as readonly {
      readonly Plan: Node;
      readonly 'Planning Time': number;
      readonly 'Execution Time': number;
    }[];
    if (!answer) throw new TypeError('explain always answers a plan');
    root = answer.Plan;
    times.push(answer['Planning Time'] + answer['Execution Time']);
    if ((times[0] ?? 0) > 5000) break;
  }
  const reads = root ? readsOf(root, entity.name) : [];
  const main = reads.at(0);
  return {
    took: times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0,
    index: main?.index ?? null,
    discarded: Math.round(reads.reduce((sum, one) => sum + one.discarded, 0)),
  };
}

async function run(
  executor: Executor,
  text: string,
  parameters: ReturnType<typeof parametersOf>,
): Promise<readonly { plan: string }[]> {
  try {
    return await executor.transaction(async (inside) => {
      await inside.script(`set local statement_timeout = '${PATIENCE}s'`);
      // The name of the column is "QUERY PLAN"; an alias needs no knowledge of it.
      const rows = await inside.query<Record<string, unknown>>(
        `explain (analyze, timing off, format json) ${text}`,
        parameters,
      );
      return rows.map((row) => {
        const [plan] = Object.values(row);
        return { plan: typeof plan === 'string' ? plan : JSON.stringify(plan) };
      });
    });
  } catch (error) {
    if (databaseError(error)?.code !== '57014') throw error;
    throw fail('VIEW_TOO_SLOW', { seconds: PATIENCE }, { cause: error });
  }
}

/** Where the plan reads the entity's own table, in the plan's order. */
function readsOf(node: Node, table: string): readonly { readonly index: string | null; readonly discarded: number }[] {
  const below = (node.Plans ?? []).flatMap((one) => readsOf(one, table));
  if (node['Relation Name'] !== table) return below;
  const index =
    node['Index Name'] ?? node.Plans?.find((one) => one['Index Name'] !== undefined)?.['Index Name'] ?? null;
  const removed = (node['Rows Removed by Filter'] ?? 0) + (node['Rows Removed by Index Recheck'] ?? 0);
  return [{ index, discarded: removed * (node['Actual Loops'] ?? 1) }, ...below];
}
