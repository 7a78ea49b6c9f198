// Rows that a body holds along navigation properties (deep insert), and those it links by `@odata.bind` to a collection: all in
// one transaction with the row itself, each by the one pipeline, with its own rights and rules.
import type { Call } from '../engine.ts';
import { run } from '../events/pipeline.ts';
import type { Entity } from '../model/model.ts';
import { PeyvandError } from '../sdk/index.ts';
import { associate } from './associate.ts';
import { planCreate } from './create-write.ts';
import { fail } from './errors.ts';
import { reachOf } from './reach.ts';
import type { RecordInput, RelatedInput, Written } from './input.ts';
import { invalid } from './invalid.ts';
import { transactAll } from './transact.ts';

/**
 * Runs `write` with what the body says of the row itself: behind the rows its lookups need, before those that refer to it. New
 * rows are made only with a new row; links may also be added to one that is there.
 */
export async function withRelated(
  call: Call,
  entity: Entity,
  input: RecordInput,
  write: (call: Call, input: RecordInput) => Promise<Written>,
): Promise<Written> {
  const { related, ...plain } = input;
  // What is wrong with the body's names, also of rows inside it, is told by the write before anything is made.
  if (!related || plain.problems) return write(call, plain);
  return transactAll(call, async (inside) => {
    const values = { ...plain.values };
    const targets = { ...plain.targets };
    for (const { navigation, rows } of related) {
      const [row] = rows;
      if (navigation.kind !== 'one' || navigation.field === undefined || !row) continue;
      values[navigation.field] = (await make(inside, row)).id;
      targets[navigation.field] = navigation.target;
    }
    const written = await write(inside, { ...plain, values, targets });
    const nested = related.find(({ rows }) => rows.length > 0);
    if (!written.created && nested) throw existing(entity, nested);
    for (const one of related) if (one.navigation.kind !== 'one') await attach(inside, entity, written.id, one);
    return written;
  });
}

async function attach(call: Call, entity: Entity, id: string, related: RelatedInput): Promise<void> {
  const { navigation, rows, links } = related;
  const { kind, field, name } = navigation;
  for (const row of rows) {
    if (kind === 'many' && field !== undefined) {
      const values = { ...row.input.values, [field]: id };
      const targets = { ...row.input.targets, [field]: entity.name };
      await make(call, { ...row, input: { ...row.input, values, targets } });
    } else {
      const made = await make(call, row);
      await associate(call, entity, { id }, name, { id: made.id });
    }
  }
  for (const link of links) await associate(call, entity, { id }, name, link);
}

/** What is wrong with the row is told by its place in the body. */
async function make(call: Call, { place, entity, input }: RelatedInput['rows'][number]): Promise<Written> {
  try {
    return await withRelated(call, entity, input, async (inside, plain) => {
      const written = await run(inside, planCreate(inside, entity, plain), reachOf);
      if (!written) throw fail('WRITE_CONFLICT');
      return written;
    });
  } catch (error) {
    if (!(error instanceof PeyvandError) || error.details.length === 0) throw error;
    const details = error.details.map((one) => ({ ...one, target: `${place}/${one.target}` }));
    throw new PeyvandError(error.code, error.status, error.message, {
      details,
      cause: error,
      ...(error.data && { data: error.data }),
    });
  }
}

function existing(entity: Entity, { navigation }: RelatedInput): Error {
  const message = `Rows inside the body are made only together with a new ${entity.name}. Create them by themselves, then link them by "${navigation.name}@odata.bind".`;
  return invalid(entity, [{ code: 'FIELD_IS_NAVIGATION', target: navigation.name, message }]);
}
