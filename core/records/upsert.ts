// Creates the addressed row or changes it, whichever it takes, whoever else does the same at this moment: an update that
// finds nothing is followed by an insert that does nothing where the key is taken, and so on until one of them holds.
import type { Call } from '../engine.ts';
import { run } from '../events/pipeline.ts';
import type { Entity } from '../model/model.ts';
import { PeyvandError } from '../sdk/index.ts';
import { requirePrivilege } from '../security/access.ts';
import { planCreate } from './create-write.ts';
import { fail } from './errors.ts';
import { reachOf } from './reach.ts';
import type { RecordAddress, RecordInput, Written } from './input.ts';
import { invalid } from './invalid.ts';
import { notFound, resolveAddress, say } from './resolve-address.ts';
import { askingOf, flagsOf, may, standing } from './row-rights.ts';
import { withRelated } from './related.ts';
import { planUpdate } from './update-write.ts';

const ATTEMPTS = 5;

export interface UpsertOptions {
  /** Change only at this version. */
  readonly version?: string;
  /** `create`: 412 where the row is there (If-None-Match: *). `update`: 404 where it is not (If-Match). */
  readonly only?: 'create' | 'update';
}

/** Throws what create and update throw, and RECORD_EXISTS (412) for `only: 'create'`. */
export function upsert(
  call: Call,
  entity: Entity,
  address: RecordAddress,
  input: RecordInput,
  options: UpsertOptions = {},
): Promise<Written> {
  return withRelated(call, entity, input, (inside, plain) => upsertRow(inside, entity, address, plain, options));
}

async function upsertRow(
  call: Call,
  entity: Entity,
  address: RecordAddress,
  input: RecordInput,
  options: UpsertOptions,
): Promise<Written> {
  // Before the row is looked for: who may not create learns nothing about what is there.
  if (options.only === 'create') requirePrivilege(call.principal, call.engine.model, 'create', entity.name);
  const version = options.version === undefined ? {} : { version: options.version };
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const id = await resolveAddress(call, entity, address);
    if (id !== undefined && options.only !== 'create') {
      const change = planUpdate(call, entity, id, withoutAddress(entity, input, id, address), version);
      // A row out of the caller's reach is none to change; creating it meets the taken key.
      const written = await run(call, change, reachOf).catch((error: unknown) => {
        if (isAbsence(error, entity, id)) return undefined;
        throw error;
      });
      if (written) return written;
    }
    if (options.only === 'update' || options.version !== undefined) throw notFound(entity, address);
    if (id !== undefined && 'key' in address) {
      if (options.only === 'create') throw fail('RECORD_EXISTS', { entity: entity.name, address: say(address) });
      continue; // deleted between the look and the update
    }
    const plan = planCreate(call, entity, 'key' in address ? withKey(entity, address.key, input) : input, {
      ...('id' in address ? { id: address.id } : {}),
      skipTaken: true,
    });
    const created = await run(call, plan, reachOf);
    if (created) return created;
    const holder = await resolveAddress(call, entity, address);
    const there = holder !== undefined && ('key' in address || (await exists(call, entity, holder)));
    if (there && options.only === 'create') {
      throw fail('RECORD_EXISTS', { entity: entity.name, address: say(address) });
    }
    if (!there) {
      // Not the addressed row is in the way but another unique key: say which, by the plain insert.
      const plain = planCreate(
        call,
        entity,
        'key' in address ? withKey(entity, address.key, input) : input,
        'id' in address ? { id: address.id } : {},
      );
      const made = await run(call, plain, reachOf);
      if (made) return made;
    }
  }
  throw fail('WRITE_CONFLICT');
}

function isAbsence(error: unknown, entity: Entity, id: string): boolean {
  return error instanceof PeyvandError && error.message === notFound(entity, { id }).message;
}

/** Whether there is such a row as far as the caller may know. */
async function exists(call: Call, entity: Entity, id: string): Promise<boolean> {
  const asking = askingOf(call, entity.name, ['read']);
  const row = await flagsOf(call, entity, id, asking.flags, false);
  return row !== undefined && standing(asking, (privilege) => row[may(privilege)] === true) !== 'unknown';
}

/** The id or the key repeated in the body is no attempt to change it. */
function withoutAddress(entity: Entity, input: RecordInput, id: string, address: RecordAddress): RecordInput {
  const repeated: Readonly<Record<string, unknown>> = {
    [entity.key.name]: id,
    ...('key' in address ? address.key : {}),
  };
  const values = Object.fromEntries(
    Object.entries(input.values).filter(
      ([name, value]) => !(name in repeated && typeof value !== 'object' && String(repeated[name]) === String(value)),
    ),
  );
  return { ...input, values };
}

/** The address's key values become the new row's; a body that says otherwise contradicts itself. */
function withKey(entity: Entity, key: Readonly<Record<string, string | number>>, input: RecordInput): RecordInput {
  const differing = Object.keys(key).filter(
    (name) => name in input.values && input.values[name] !== null && String(input.values[name]) !== String(key[name]),
  );
  if (differing.length > 0) {
    throw invalid(
      entity,
      differing.map((name) => ({
        code: 'KEY_DIFFERS',
        target: name,
        message: `${name} differs between the address and the body. Leave it out of the body.`,
      })),
    );
  }
  return { ...input, values: { ...input.values, ...key } };
}
