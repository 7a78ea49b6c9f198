// Statements by shape: an entity of a model, the organization's schema, and which columns are written. A new model brings
// new entities, so nothing here outlives what it was built from.
import type { Engine } from '../engine.ts';
import type { Entity } from '../model/model.ts';
import type { Statement } from './statement.ts';

/** Shapes kept per entity; clients send few, and one that sends many only costs building them again. */
const LIMIT = 500;

const byEntity = new WeakMap<Entity, Map<string, Statement>>();

export function statementFor(engine: Engine, entity: Entity, signature: string, build: () => Statement): Statement {
  let cache = byEntity.get(entity);
  if (!cache) byEntity.set(entity, (cache = new Map()));
  const key = `${engine.schema} ${signature}`;
  const known = cache.get(key);
  if (known) return known;
  if (cache.size >= LIMIT) cache.clear();
  const made = build();
  cache.set(key, made);
  return made;
}
