// Whether the outcome of a condition may be told: only where it reads what the one who is told may read anyway, so that asking
// "why?" or "what if?" never tells a secured value or a row out of reach.
import type { Entity, Field, Model } from '../../model/model.ts';
import type { Condition, Path, Term } from '../../query/tree.ts';
import { mayAll } from '../access.ts';
import { fieldAccess } from '../field-access.ts';
import type { Principal } from '../principal.ts';

export function isKnowable(asker: Principal, model: Model, entity: Entity, condition: Condition): boolean {
  const known = (one: Condition, at = entity): boolean => isKnowable(asker, model, at, one);
  switch (condition.kind) {
    case 'and':
    case 'or':
      return condition.of.every((one) => known(one));
    case 'not':
      return known(condition.of);
    case 'compare':
      return canRead(asker, model, entity, condition.path);
    case 'compare-terms':
      return (
        isTermKnowable(asker, model, entity, condition.left) && isTermKnowable(asker, model, entity, condition.right)
      );
    case 'some':
    case 'every':
      return areRowsKnowable(asker, model, entity, condition);
    case 'referred': {
      const target = model.entities.get(condition.entity);
      return target !== undefined && mayAll(asker, model, 'read', target.name) && known(condition.where, target);
    }
    case 'member': {
      const member = model.entities.get(condition.entity);
      return member !== undefined && known(condition.where, member);
    }
    default:
      return true;
  }
}

/** What a lambda or a count over a collection tells. */
function areRowsKnowable(
  asker: Principal,
  model: Model,
  entity: Entity,
  { path, where }: { readonly path: Path; readonly where?: Condition },
): boolean {
  const target = walk(asker, model, entity, path);
  return target !== undefined && (where === undefined || isKnowable(asker, model, target, where));
}

function isTermKnowable(asker: Principal, model: Model, entity: Entity, term: Term): boolean {
  switch (term.kind) {
    case 'column':
      return canRead(asker, model, entity, term.path);
    case 'constant':
      return true;
    case 'count':
      return areRowsKnowable(asker, model, entity, term);
    case 'truth':
      return isKnowable(asker, model, entity, term.of);
    case 'cast':
    case 'period':
      return isTermKnowable(asker, model, entity, term.of);
    case 'call':
      return term.of.every((one) => isTermKnowable(asker, model, entity, one));
  }
}

/** The entity a path of navigation leads to, where all of its rows may be read. */
function walk(asker: Principal, model: Model, entity: Entity, path: Path): Entity | undefined {
  let at = entity;
  for (const step of path) {
    const target = model.entities.get(at.navigation.get(step)?.target ?? '');
    if (!target || !mayAll(asker, model, 'read', target.name)) return undefined;
    at = target;
  }
  return at;
}

function canRead(asker: Principal, model: Model, entity: Entity, path: Path): boolean {
  const at = walk(asker, model, entity, path.slice(0, -1));
  const column = at?.wire.get(path.at(-1) ?? '');
  const field: Field | undefined = column && at?.fields.get(column.field);
  return field !== undefined && fieldAccess(asker, model, field).read === 'full';
}
