// Asks the compiled rules about every user × row × privilege of a world and compares with the oracle: the row filter of each
// privilege over the whole table, and for reading also the lists that callers get, the union of activities included.
import type { Engine } from '../../core/engine.ts';
import { qualified } from '../../core/db/identifier.ts';
import type { Entity } from '../../core/model/model.ts';
import { compileCondition } from '../../core/query/compile-condition.ts';
import { From } from '../../core/query/from.ts';
import { Statement, type Run } from '../../core/query/statement.ts';
import { list } from '../../core/records/list.ts';
import { rowsFor } from '../../core/security/access.ts';
import { readPrincipal } from '../../core/security/principals.ts';
import type { Principal } from '../../core/security/principal.ts';
import { entities, may, privileges, readsUnion, type Privilege, type World } from './access-world.ts';

export interface Compared {
  readonly decisions: number;
  /** What differs, in words; the first few. */
  readonly differences: readonly string[];
}

/** Ids of the rows that `rowsFor` lets through, by SQL over the whole table. */
export async function idsAllowed(
  engine: Engine,
  principal: Principal,
  privilege: Privilege,
  entity: Entity,
): Promise<ReadonlySet<string>> {
  const statement = new Statement();
  const from = new From(
    {
      model: engine.model,
      schema: engine.schema,
      statement,
      rows: () => ({ kind: 'true' }),
      shown: () => 'full',
      condition: compileCondition,
    },
    entity,
  );
  const where = from.unrestricted(rowsFor(principal, engine.model, privilege, entity.name));
  const run: Run = {
    literals: [],
    principal,
    now: new Date(),
    size: 0,
    after: [],
    within: undefined,
    refuse: (_code, _option, message) => {
      throw new Error(message);
    },
  };
  const rows = await engine.database.query<{ id: string }>(
    `select ${from.key} as id from ${qualified(engine.schema, entity.name)} ${from.alias} where ${where}`,
    statement.bindings.map((binding) => binding(run)),
  );
  return new Set(rows.map((row) => row.id));
}

/** The ids that the caller's list of an entity gives, page by page. */
export async function idsListed(engine: Engine, principal: Principal, entity: string): Promise<ReadonlySet<string>> {
  const key = engine.model.entities.get(entity)?.key.name ?? '';
  const ids = new Set<string>();
  let after: readonly (string | null)[] | undefined;
  do {
    const page = await list(
      { engine, principal },
      {
        entity,
        select: [key],
        sort: [],
        expand: [],
        count: false,
        annotations: { formatted: false, lookup: false },
        page: { size: 500, ...(after && { after }) },
      },
    );
    for (const row of JSON.parse(`[${page.json}]`) as Record<string, string>[]) ids.add(row[key] ?? '');
    after = page.next;
  } while (after);
  return ids;
}

/** The world's rows stand in the engine's database already. */
export async function compareWorld(engine: Engine, world: World): Promise<Compared> {
  let decisions = 0;
  const differences: string[] = [];
  const note = (text: string): void => {
    if (differences.length < 20) differences.push(text);
  };
  for (const user of world.users) {
    const principal = await readPrincipal(engine.database, engine.schema, engine.model, user.id);
    if (!principal) throw new Error(`user ${user.id} is not in the database`);
    const readable = new Set<string>();
    for (const name of entities) {
      const entity = engine.model.entities.get(name);
      if (!entity) throw new Error(`the model has no ${name}`);
      const rows = world.rows.filter((row) => row.entity === name);
      for (const privilege of privileges) {
        const found = await idsAllowed(engine, principal, privilege, entity);
        const listed = privilege === 'read' ? await idsListed(engine, principal, name) : found;
        for (const row of rows) {
          const expected = may(world, user, privilege, row);
          decisions += 1;
          if (expected && privilege === 'read') readable.add(row.id);
          if (found.has(row.id) !== expected || listed.has(row.id) !== expected) {
            note(
              `${privilege} ${name} ${row.id} by ${user.id}: ${expected ? 'allowed' : 'refused'} by the oracle, not by SQL`,
            );
          }
        }
      }
    }
    const activities = await idsListed(engine, principal, 'activitypointer');
    const isOpen = readsUnion(world, user);
    for (const row of world.rows) {
      if (row.entity !== 'task' && row.entity !== 'phonecall') continue;
      decisions += 1;
      const expected = isOpen && readable.has(row.id);
      if (activities.has(row.id) !== expected) {
        note(
          `activitypointer ${row.id} by ${user.id}: ${expected ? 'readable' : 'hidden'} by the oracle, not in the list`,
        );
      }
    }
  }
  return { decisions, differences };
}
