// All rows of a tree, in order, through a cursor on a connection of its own: one view of the data from the first row to the last,
// sorted once, and never more than a page of them in memory.
import type { Call } from '../engine.ts';
import { compileStream } from '../query/compile.ts';
import type { ListQuery } from '../query/list-query.ts';
import { runPlan } from '../query/plan.ts';
import { parseExact } from '../records/read-body.ts';
import { restrict } from '../security/restrict.ts';
import type { AnswerRow } from './cell.ts';

const PAGE = 500;

export interface ReadRow {
  readonly row: AnswerRow;
  /** Source texts of its own numbers that a double would round. */
  readonly exact: Readonly<Record<string, string>>;
}

export type Pages = AsyncIterable<readonly ReadRow[]>;

/** Gives `use` the pages; the connection is let go when it ends. The query is read and refused before. */
export async function readRows<T>(
  call: Call,
  { tree, literals }: ListQuery,
  use: (pages: Pages) => Promise<T>,
): Promise<T> {
  const { engine, principal } = call;
  const compiled = compileStream(engine, restrict(tree, principal, engine.model));
  return engine.database.reserve((reserved) =>
    reserved.transaction(async (executor) => {
      await executor.script(
        'set transaction isolation level repeatable read, read only; set local cursor_tuple_fraction = 1',
      );
      const inside: Call = { ...call, executor };
      await runPlan(inside, { ...compiled, text: `declare rows no scroll cursor for ${compiled.text}` }, { literals });
      return use(
        (async function* () {
          for (;;) {
            const page = { ...compiled, text: `fetch ${PAGE} from rows`, bindings: [] };
            const found = await runPlan<{ j: string }>(inside, page, { literals: [] });
            if (found.length > 0) yield found.map(({ j }) => rowOf(j));
            if (found.length < PAGE) return;
          }
        })(),
      );
    }),
  );
}

export function rowOf(json: string): ReadRow {
  const { value, exact } = parseExact(json);
  return { row: value as AnswerRow, exact };
}
