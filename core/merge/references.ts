// What refers to a row and goes along when it is merged: lookups of every entity, links, shares, files.
import { ident, literal, qualified } from '../db/identifier.ts';
import type { Call } from '../engine.ts';
import type { Entity } from '../model/model.ts';
import { childrenOf, intersectsOf, refersTo, type Link, type ManyToMany } from '../records/cascade.ts';
import { table } from '../records/statement.ts';
import { executorOf } from '../records/transact.ts';

export type Referring = Omit<Link, 'parents'>;

export interface Intersect {
  readonly relation: ManyToMany;
  readonly side: 0 | 1;
}

/** Every lookup that may lead to a row of the entity, save what the engine itself fills (who made it, who owns it). */
export function referringTo(call: Call, entity: Entity): readonly Referring[] {
  return childrenOf(call, entity).filter(({ lookup }) => lookup.system === undefined);
}

/** Its N:N relationships, one of an entity with itself from both sides. */
export function linkedBy(call: Call, entity: Entity): readonly Intersect[] {
  return intersectsOf(call, entity).map(({ relation, column }) => ({
    relation,
    side: relation.columns[0] === column ? 0 : 1,
  }));
}

export interface Present {
  readonly lookups: readonly Referring[];
  readonly links: readonly Intersect[];
  readonly shares: boolean;
}

/** Which of them there is anything of for this row: one statement, so that the others cost nothing. */
export async function presentFor(call: Call, entity: Entity, id: string): Promise<Present> {
  const { schema } = call.engine;
  const lookups = referringTo(call, entity);
  const links = linkedBy(call, entity);
  const asked = [
    ...lookups.map((link) => `exists (select from ${table(schema, link.child)} t where ${refersTo(link)})`),
    ...links.map(
      ({ relation, side }) =>
        `exists (select from ${qualified(schema, relation.table)} where ${ident(relation.columns[side])} = any ($1::text[]::uuid[]))`,
    ),
    `exists (select from ${qualified(schema, '_share')} where "entity" = ${literal(entity.name)} and "record" = any ($1::text[]::uuid[]))`,
  ];
  const rows = await executorOf(call).query<{ found: string }>(
    `select array_to_string(array[${asked.map((one) => `(${one})::integer`).join(', ')}], '') as found`,
    [[id]],
  );
  const found = rows[0]?.found ?? '';
  return {
    lookups: lookups.filter((_link, index) => found[index] === '1'),
    links: links.filter((_link, index) => found[lookups.length + index] === '1'),
    shares: found.endsWith('1'),
  };
}
