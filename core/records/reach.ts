// What a plugin may do to rows: the same reads and writes as everybody's, inside the same transaction, one level deeper; as the
// caller, or with the plugin's own rights.
import type { Call } from '../engine.ts';
import { run } from '../events/pipeline.ts';
import type { Entity } from '../model/model.ts';
import { runOperation } from '../operations/run-operation.ts';
import type { MakeReach } from '../plugins/context.ts';
import { confine, requireLookups, requirePluginRight } from '../plugins/scope.ts';
import { administratorRole, requirePrivilege, type Privilege } from '../security/access.ts';
import { fieldAccess, maskText } from '../security/field-access.ts';
import type { Principal } from '../security/principal.ts';
import { share, unshare } from '../security/sharing/shares.ts';
import type { NamedRow, Records, Row } from '../sdk/index.ts';
import { createMany } from './create-many.ts';
import { planCreate } from './create-write.ts';
import { factsOf } from './entity-facts.ts';
import { fail } from './errors.ts';
import { storeFile } from './files.ts';
import type { RecordInput } from './input.ts';
import { linkEnds, planIntersect } from './link.ts';
import { listOData } from './list.ts';
import { readRow } from './read-row.ts';
import { planRemove } from './remove-write.ts';
import { notFound } from './not-found.ts';
import { askedOf, flagsOf, may } from './row-rights.ts';
import { updateMany } from './update-many.ts';
import { planUpdate } from './update-write.ts';

export const reachOf: MakeReach = (call, trusted) => ({
  records: recordsOf(call, trusted),
  system: recordsOf({ ...call, principal: unbounded(call.principal), unlocked: true }, true),
  async invoke(name, parameters = {}, target) {
    const operation = call.engine.operations?.find((one) => one.name === name);
    if (!operation) throw new TypeError(`no plugin brings the operation ${name}`);
    return runOperation(call, operation, parameters, target, reachOf);
  },
});

/** The caller still, for audit and ownership, but kept from nothing: what the plugin may do is decided by what it declares. */
function unbounded({
  userId,
  businessUnitId,
  teamIds,
  timeZone,
  language,
  calendar,
  fiscalYear,
}: Principal): Principal {
  const roles = [administratorRole];
  return {
    userId,
    businessUnitId,
    teamIds,
    roles,
    timeZone,
    language,
    calendar,
    ...(fiscalYear && { fiscalYear }),
  };
}

/** The row without what the caller may not read of it, masks over what they see in part: as a list shows it. */
function shownOf({ principal, engine }: Call, entity: Entity, row: Row): Row {
  const shown: Record<string, unknown> = { ...row };
  for (const field of entity.fields.values()) {
    const { read } = fieldAccess(principal, engine.model, field);
    if (read === 'full') continue;
    for (const { name } of field.columns) {
      const value = row[name];
      shown[name] = read === 'none' || typeof value !== 'string' ? null : maskText(value, read);
    }
  }
  return shown;
}

export function recordsOf(call: Call, trusted: boolean): Records {
  const { plugin } = call;
  const reading = plugin ? { ...call, principal: confine(call.principal, plugin) } : call;
  /** Throws PLUGIN_RIGHT_MISSING; a new owner is a right of its own. */
  const allowed = (privilege: Privilege, name: string, ...given: readonly Row[]): Entity => {
    const entity = entityOf(call, name);
    requirePluginRight(plugin, privilege, name);
    const owner = plugin && privilege === 'write' && factsOf(entity).system.get('owner')?.name;
    if (owner && given.some((values) => owner in values)) requirePluginRight(plugin, 'assign', name);
    if (plugin) for (const values of given) requireLookups(plugin, entity, values);
    return entity;
  };
  const link = async (
    message: 'associate' | 'disassociate',
    name: string,
    id: string,
    navigation: string,
    target: NamedRow,
  ): Promise<void> => {
    const entity = allowed('append', name);
    const ends = await linkEnds(call, entity, { id }, navigation, { id: target.id });
    requirePluginRight(plugin, 'append', ends.target.name);
    const relation = call.engine.model.relations.get(ends.navigation.relation);
    if (relation?.kind !== 'many-to-many' || ends.target.name !== target.entity) {
      throw new TypeError(
        `${navigation} of ${name} is no N:N relation with ${target.entity}; a lookup is set with update`,
      );
    }
    await run(call, planIntersect(entity, { ...ends, targetId: target.id }, relation, message), reachOf);
  };
  return {
    async create(name, values) {
      const entity = allowed('create', name, values);
      const made = await run(call, planCreate(call, entity, inputOf(values), { trusted }), reachOf);
      if (!made) throw fail('WRITE_CONFLICT');
      return made.id;
    },
    async createMany(name, rows) {
      const entity = allowed('create', name, ...rows);
      return createMany(call, entity, rows.map(inputOf), { trusted }, reachOf);
    },
    async update(name, id, values) {
      const entity = allowed('write', name, values);
      const done = await run(call, planUpdate(call, entity, id, inputOf(values), { trusted }), reachOf);
      if (!done) throw notFound(entity, { id });
    },
    async updateMany(name, rows) {
      const entity = allowed('write', name, ...rows);
      await updateMany(call, entity, rows.map(inputOf), { trusted }, reachOf);
    },
    async remove(name, id) {
      const entity = allowed('delete', name);
      if (!(await run(call, planRemove(entity, id), reachOf))) throw notFound(entity, { id });
    },
    async retrieve(name, id, options) {
      const entity = allowed('read', name);
      requirePrivilege(call.principal, call.engine.model, 'read', entity.name);
      const asked = askedOf(call, entity.name, ['read']);
      if (asked.length > 0) {
        const flags = await flagsOf(call, entity, id, asked, false);
        if (flags?.[may('read')] !== true) return undefined;
      }
      const row = await readRow(call, entity, id, options?.lock === true && call.executor !== undefined);
      return row && shownOf(call, entity, row);
    },
    async list(name, query, options) {
      const entity = allowed('read', name);
      const lock = options?.lock === true && call.executor !== undefined;
      const { body } = await listOData(reading, entity, query, { root: '' }, { lock });
      return (JSON.parse(body) as { readonly value: readonly Readonly<Record<string, unknown>>[] }).value;
    },
    async storeFile(name, id, field, { base64, ...file }) {
      await storeFile(call, allowed('write', name), { id }, field, { ...file, data: Buffer.from(base64, 'base64') });
    },
    associate: (name, id, navigation, target) => link('associate', name, id, navigation, target),
    disassociate: (name, id, navigation, target) => link('disassociate', name, id, navigation, target),
    share: (name, id, principal, given) => share(call, allowed('share', name), id, { ...given, principal }),
    unshare: (name, id, principal) => unshare(call, allowed('share', name), id, principal),
  };
}

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
