// Proves that what is stored of rollups is what the rows say, and works it out anew. Row by row in batches, so that nobody waits.
import { ident, qualified } from '../db/identifier.ts';
import type { Engine } from '../engine.ts';
import { mainColumn } from '../query/from.ts';
import { differencesText, rollupSql } from './rollup-sql.ts';

export interface RollupDifference {
  readonly entity: string;
  readonly id: string;
  readonly field: string;
  /** As texts; null = empty. */
  readonly stored: string | null;
  readonly again: string | null;
}

/** Every rollup whose stored value is another than its rows give; at most `limit` for each entity. */
export async function differencesOf(engine: Engine, limit = 1_000): Promise<readonly RollupDifference[]> {
  const found: RollupDifference[] = [];
  for (const entity of engine.model.entities.values()) {
    const text = differencesText(engine.model, engine.schema, entity);
    if (text === undefined) continue;
    const rows = await engine.database.query<Omit<RollupDifference, 'entity'>>(
      `select id, field, stored, again from (${text}) d order by id, field limit $1::integer`,
      [limit],
    );
    found.push(...rows.map((row) => ({ entity: entity.name, ...row })));
  }
  return found;
}

const BATCH = 1_000;

/** Works every rollup out anew. `tell` hears of each entity and how many of its rows were looked at. */
export async function rebuildRollups(
  engine: Engine,
  tell: (entity: string, rows: number) => void = () => undefined,
): Promise<void> {
  for (const fill of rollupSql(engine.model, engine.schema).fills) {
    const entity = engine.model.entities.get(fill.table);
    if (!entity) continue;
    const key = ident(mainColumn(entity.key).name);
    const page = `select (array_agg(key::text order by key desc))[1] as high, count(*)::integer as n from (select ${key} as key from ${qualified(engine.schema, fill.table)} where ($1::uuid is null or ${key} > $1::uuid) order by ${key} limit ${BATCH}) p`;
    let low: string | null = null;
    let rows = 0;
    for (;;) {
      const [next]: readonly { high: string | null; n: number }[] = await engine.database.query<{
        high: string | null;
        n: number;
      }>(page, [low]);
      if (!next || next.high === null) break;
      await engine.database.query(`select ${qualified(engine.schema, fill.function)}($1::uuid, $2::uuid)`, [
        low,
        next.high,
      ]);
      low = next.high;
      rows += next.n;
    }
    tell(entity.name, rows);
  }
}
