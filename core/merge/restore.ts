// Puts a merged row's values back, field by field, where they still are what the merge made them.
import { ident } from '../db/identifier.ts';
import type { Parameter } from '../db/sql.ts';
import type { Call } from '../engine.ts';
import type { Column, Entity, Field } from '../model/model.ts';
import { bulkUpdate } from '../records/bulk-update.ts';
import { columnOf, factsOf } from '../records/entity-facts.ts';
import { compose } from '../records/statement.ts';
import type { RowTexts } from './mergeable.ts';
import type { Changes } from './undo-log.ts';

/** The fields that were changed since and keep what they have. `current`: the locked row. */
export async function restore(
  call: Call,
  entity: Entity,
  id: string,
  changes: Changes,
  current: RowTexts,
): Promise<readonly string[]> {
  const kept: string[] = [];
  const back = new Map<string, Column>();
  for (const fields of belongingTogether(entity)) {
    const changed = fields.flatMap((field) => field.columns).filter(({ name }) => name in changes);
    if (changed.every(({ name }) => (current[name] ?? null) === (changes[name]?.[1] ?? null))) {
      for (const column of changed) back.set(column.name, column);
    } else
      kept.push(...fields.filter((field) => field.columns.some(({ name }) => name in changes)).map(({ name }) => name));
  }
  if (back.size === 0) return kept;
  // A composed text comes back as it was; where a part of it was changed since, it is composed anew.
  const composed = factsOf(entity).composed.filter(({ field, of }) => {
    const { name } = columnOf(field);
    const same = (current[name] ?? null) === (changes[name]?.[1] ?? null);
    return name in changes && same && !of.some((part) => kept.includes(part));
  });
  for (const { field } of composed) back.set(columnOf(field).name, columnOf(field));
  const values = new Map<string, Parameter>([[':id', id]]);
  for (const name of back.keys()) values.set(`:old ${name}`, changes[name]?.[0] ?? null);
  await bulkUpdate(call, entity, {
    set: (parameters) => {
      const set = new Map(
        [...back.values()].map(({ name, type }) => [name, `${parameters.use(`:old ${name}`, 'text')}::${type}`]),
      );
      const effective = (column: Column): string => set.get(column.name) ?? `t.${ident(column.name)}`;
      for (const [name, sql] of compose(entity, (part) => back.has(part), effective)) {
        if (!back.has(name)) set.set(name, sql);
      }
      return set;
    },
    where: (parameters) => `t.${ident(columnOf(entity.key).name)} = ${parameters.use(':id', 'uuid')}`,
    values,
  });
  return kept;
}

/**
 * Fields that make sense only together: the state and its reason; amounts with their currency, its rate and what is reckoned by
 * it. Composed texts follow their parts, files are exchanged elsewhere.
 */
function belongingTogether(entity: Entity): readonly (readonly Field[])[] {
  const facts = factsOf(entity);
  const state = (['state', 'status'] as const).flatMap((one) => facts.system.get(one) ?? []);
  const money = new Set<Field>();
  for (const { field, lookup } of facts.stamps) {
    money.add(field);
    money.add(lookup);
  }
  for (const { of } of facts.quotients) {
    const field = entity.fields.get(of.field);
    if (field) money.add(field);
  }
  const single = [...entity.fields.values()].filter(
    (field) => !state.includes(field) && !money.has(field) && !field.compose && !field.type.blob,
  );
  return [state, [...money], ...single.map((field) => [field])];
}
