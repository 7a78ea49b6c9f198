// What rows are called, as far as somebody may know: the names of those among `ids` whose row and name field they may read.
import { compileCondition } from '../../query/compile-condition.ts';
import { From, mainColumn } from '../../query/from.ts';
import { runPlan } from '../../query/plan.ts';
import { Statement } from '../../query/statement.ts';
import { arrayText } from '../../query/literal.ts';
import type { Call } from '../../engine.ts';
import { mayI, rowsFor } from '../access.ts';
import { fieldAccess } from '../field-access.ts';

/** Id → name, of those that `call.principal` may read. */
export async function visibleNames(
  call: Call,
  entity: string,
  ids: Iterable<string>,
): Promise<ReadonlyMap<string, string>> {
  const { engine, principal } = call;
  const { model, schema } = engine;
  const asked = [...new Set(ids)].filter((id) => id !== '');
  const found = model.entities.get(entity);
  if (asked.length === 0 || !found || !mayI(principal, model, 'read', entity)) return new Map();
  const statement = new Statement();
  const from = new From(
    {
      model,
      schema,
      statement,
      rows: (name) => rowsFor(principal, model, 'read', name),
      shown: (field) => fieldAccess(principal, model, field).read,
      condition: compileCondition,
    },
    found,
  );
  const list = statement.parameter('uuid[]', () => arrayText(asked));
  const name = from.columnOf(mainColumn(found.primary));
  const where = [`${from.key} = any(${list})`, from.visible].filter((one) => one !== undefined).join(' and ');
  const rows = await runPlan<{ id: string; name: string | null }>(
    call,
    {
      text: `select ${from.key} as id, ${name}::text as name from ${from.text} where ${where}`,
      bindings: statement.bindings,
    },
    { literals: [] },
  );
  return new Map(rows.flatMap((row) => (row.name === null ? [] : [[row.id, row.name] as const])));
}
