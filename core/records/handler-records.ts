// What a handler may do to other rows: the same writes as everybody's, inside the same transaction, one level deeper.
import type { Call } from '../engine.ts';
import { run, type MakeRecords } from '../events/pipeline.ts';
import type { Entity } from '../model/model.ts';
import { requirePrivilege } from '../security/access.ts';
import type { HandlerRecords } from '../sdk/index.ts';
import { planCreate } from './create-write.ts';
import { fail } from './errors.ts';
import type { RecordInput } from './input.ts';
import { readRow } from './read-row.ts';
import { planRemove } from './remove-write.ts';
import { notFound } from './not-found.ts';
import { askedOf, flagsOf, may } from './row-rights.ts';
import { planUpdate } from './update-write.ts';

export const handlerRecords: MakeRecords = (call: Call): HandlerRecords => ({
  async create(name, values) {
    const entity = entityOf(call, name);
    const made = await run(call, planCreate(call, entity, inputOf(values), { trusted: true }), handlerRecords);
    if (!made) throw fail('WRITE_CONFLICT');
    return made.id;
  },
  async update(name, id, values) {
    const entity = entityOf(call, name);
    const done = await run(call, planUpdate(call, entity, id, inputOf(values), { trusted: true }), handlerRecords);
    if (!done) throw notFound(entity, { id });
  },
  async remove(name, id) {
    const entity = entityOf(call, name);
    if (!(await run(call, planRemove(entity, id), handlerRecords))) throw notFound(entity, { id });
  },
  async retrieve(name, id) {
    const entity = entityOf(call, name);
    requirePrivilege(call.principal, call.engine.model, 'read', entity.name);
    const asked = askedOf(call, entity.name, ['read']);
    if (asked.length > 0) {
      const flags = await flagsOf(call, entity, id, asked, false);
      if (flags?.[may('read')] !== true) return undefined;
    }
    return readRow(call, entity, id, false);
  },
});

function entityOf(call: Call, name: string): Entity {
  const entity = call.engine.model.entities.get(name);
  if (!entity) throw new TypeError(`there is no entity ${name}`);
  return entity;
}

/** Lookups of several targets come as `{entity, id}`. */
export function inputOf(given: Readonly<Record<string, unknown>>): RecordInput {
  const values: Record<string, unknown> = {};
  const targets: Record<string, string> = {};
  for (const [name, value] of Object.entries(given)) {
    if (typeof value === 'object' && value !== null && 'entity' in value && 'id' in value) {
      values[name] = value.id;
      targets[name] = String(value.entity);
    } else values[name] = value;
  }
  return { values, targets, exact: {} };
}
