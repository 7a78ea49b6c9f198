// A new owner goes along the relationships (`assign`: cascade, active, user-owned, none), level by level, each level in one
// statement per relationship.
import { ident, literal } from '../db/identifier.ts';
import type { Call } from '../engine.ts';
import type { Entity, Model, Relation } from '../model/model.ts';
import { bulkUpdate } from './bulk-update.ts';
import { columnOf, factsOf, typeColumnOf } from './entity-facts.ts';
import { fail } from './errors.ts';
import { unitOf } from './insert-statement.ts';
import { table } from './statement.ts';
import { executorOf } from './transact.ts';

export const CASCADE_LIMIT = 50;

type OneToMany = Extract<Relation, { kind: 'one-to-many' }>;

function assigning(model: Model, entity: Entity): readonly OneToMany[] {
  return [...model.relations.values()].filter(
    (relation): relation is OneToMany =>
      relation.kind === 'one-to-many' &&
      (relation.one === entity.name || relation.one === entity.base) &&
      relation.behaviour.assign !== 'none' &&
      factsOf(model.entities.get(relation.many) ?? entity).system.has('owner') &&
      model.entities.get(relation.many)?.union === undefined &&
      model.entities.get(relation.many)?.fields.get(relation.field)?.system === undefined,
  );
}

/** True when some relationship of the entity passes its owner on. */
export function assignsAlong(model: Model, entity: Entity): boolean {
  return assigning(model, entity).length > 0;
}

/** The row's owner, the row locked. */
export async function lockOwner(call: Call, entity: Entity, id: string): Promise<string | undefined> {
  const owner = factsOf(entity).system.get('owner');
  if (!owner) return undefined;
  const rows = await executorOf(call).query<{ owner: string | null }>(
    `select ${ident(columnOf(owner).name)} as owner from ${table(call.engine.schema, entity)} where ${ident(columnOf(entity.key).name)} = $1::uuid for no key update`,
    [id],
  );
  return rows[0]?.owner ?? undefined;
}

/** Passes the owner of one row on: from `last` to `next`, a row of `kind` (systemuser or team). */
export async function assignAlong(
  call: Call,
  entity: Entity,
  id: string,
  last: string,
  next: string,
  kind: string,
): Promise<void> {
  const { model, schema } = call.engine;
  let level: { readonly entity: Entity; readonly ids: readonly string[] }[] = [{ entity, ids: [id] }];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth >= CASCADE_LIMIT) throw fail('CASCADE_TOO_DEEP', { entity: entity.name, limit: CASCADE_LIMIT });
    const below: typeof level = [];
    for (const parent of level) {
      for (const relation of assigning(model, parent.entity)) {
        const child = model.entities.get(relation.many);
        const lookup = child?.fields.get(relation.field);
        const system = child && factsOf(child).system;
        const owner = system?.get('owner');
        if (!child || !lookup || !system || !owner) continue;
        const type = typeColumnOf(lookup);
        const ownerType = typeColumnOf(owner);
        const state = system.get('state');
        const ids = await bulkUpdate(call, child, {
          privilege: 'assign',
          set(parameters) {
            const to = parameters.use(':next', 'uuid');
            const set = new Map([[columnOf(owner).name, to]]);
            if (ownerType) set.set(ownerType.name, parameters.use(':kind', 'text'));
            const [unit, user, team] = [
              system.get('owning-unit'),
              system.get('owning-user'),
              system.get('owning-team'),
            ];
            if (unit) set.set(columnOf(unit).name, unitOf(model, schema, kind, to));
            if (user) set.set(columnOf(user).name, kind === 'systemuser' ? to : 'null::uuid');
            if (team) set.set(columnOf(team).name, kind === 'team' ? to : 'null::uuid');
            return set;
          },
          where(parameters) {
            const conditions = [
              `t.${ident(columnOf(lookup).name)} = any (${parameters.use(':ids', 'text')}[]::uuid[])`,
            ];
            if (type) conditions.push(`t.${ident(type.name)} = ${literal(relation.one)}`);
            if (relation.behaviour.assign === 'active' && state) {
              conditions.push(`t.${ident(columnOf(state).name)} = ${child.status?.[0]?.state ?? 0}`);
            }
            if (relation.behaviour.assign === 'user-owned') {
              conditions.push(`t.${ident(columnOf(owner).name)} = ${parameters.use(':last', 'uuid')}`);
            }
            return conditions.join(' and ');
          },
          values: new Map<string, string | readonly string[]>([
            [':next', next],
            [':kind', kind],
            [':last', last],
            [':ids', parent.ids],
          ]),
        });
        if (ids.length > 0) below.push({ entity: child, ids });
      }
    }
    level = below;
  }
}
