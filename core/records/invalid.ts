// The one error for all that is wrong with a record: every violation, each with its target.
import type { Entity } from '../model/model.ts';
import type { PeyvandError, Violation } from '../sdk/index.ts';
import { fail } from './errors.ts';

/** RECORD_INVALID (400). The message carries the first violation, for people who read only that. */
export function invalid(entity: Pick<Entity, 'name'>, violations: readonly Violation[]): PeyvandError {
  const [first] = violations;
  return fail(
    'RECORD_INVALID',
    { entity: entity.name, count: violations.length, first: first ? first.message : '' },
    { details: violations },
  );
}
