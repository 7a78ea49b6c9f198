// Paths as requests write them: over lookups, from the row itself, from `$it` or from a lambda's variable.
import type { Entity } from '../../model/model.ts';
import { resolveColumn, resolveNavigation } from '../scope.ts';
import type { Resolved } from '../scope.ts';
import type { Path } from '../tree.ts';
import type { Token } from './lexer.ts';
import type { FilterScope, ReadPath } from './operands.ts';
import { limits } from './token-reader.ts';
import type { TokenReader } from './token-reader.ts';

export function readPath(reader: TokenReader, scope: FilterScope): ReadPath {
  const token = reader.name('a property');
  const steps = [token.text];
  while (reader.skip('/')) {
    // A path may end in `$count`, and any and all are names too.
    steps.push(reader.name('a property').text);
    if (steps.length > limits.steps + 1)
      reader.refuse(`a path of more than ${limits.steps} steps`, 'QUERY_TOO_DEEP', token);
  }
  return placed(reader, scope, steps, token);
}

/** Where the path begins: what follows a name of the scope is the tree's path, from another row than the scope's own after `@`. */
function placed(reader: TokenReader, scope: FilterScope, steps: readonly string[], token: Token): ReadPath {
  const [first = '', ...rest] = steps;
  const text = steps.join('/');
  if (first === '$root' || first === '$this') {
    return reader.refuse(`${first} is not supported; ask from the row itself`, 'QUERY_FUNCTION_UNKNOWN', token);
  }
  // In the tree such a path begins at another row; here it is an alias inside an alias.
  if (first.startsWith('@')) return reader.refuse(`${first} has no value here`, 'QUERY_VARIABLE_UNKNOWN', token);
  const isOwn = scope.variable === undefined ? first === '$it' : first === scope.variable;
  if (isOwn) {
    if (rest.length === 0) return reader.refuse(`expected a property after ${first}/`, 'QUERY_SYNTAX', token);
    return { steps: rest, text, token, entity: scope.entity };
  }
  const entity = scope.outer?.get(first);
  if (entity && rest.length > 0) return { steps: [`@${first}`, ...rest], text, token, entity };
  if (scope.variable === undefined) return { steps, text, token, entity: scope.entity };
  return reader.refuse(
    `inside the lambda, write ${scope.variable}/${text}, or $it/${text} for the row outside`,
    'QUERY_VARIABLE_UNKNOWN',
    token,
  );
}

/** The column a path ends in; a wrong name is noted. */
export function resolvePath(reader: TokenReader, scope: FilterScope, path: ReadPath): Resolved | undefined {
  const steps = stepsOf(path);
  const resolved = resolveColumn(scope.model, path.entity, steps);
  if (!('problem' in resolved)) return resolved;
  reader.note(resolved.code, resolved.problem, path.token);
  return undefined;
}

/** Without the name of the row it begins at. */
function stepsOf({ steps }: ReadPath): Path {
  return steps[0]?.startsWith('@') ? steps.slice(1) : steps;
}

/** The rows a collection's path (without any, all or $count) leads to. Without them the names inside mean nothing, so an unknown one ends the option. */
export function collectionTarget(reader: TokenReader, scope: FilterScope, path: ReadPath, what: string): Entity {
  const steps = stepsOf(path).slice(0, -1);
  let { entity } = path;
  for (const [index, step] of steps.entries()) {
    const walked = resolveNavigation(scope.model, entity, step);
    if ('problem' in walked) return reader.refuse(walked.problem, walked.code, path.token);
    const isLast = index === steps.length - 1;
    if (isLast === (walked.navigation.kind === 'one')) {
      const problem = isLast
        ? `${step} leads to one row; ask about it directly: ${step}/…`
        : `${step} leads to many rows and can only stand last before any, all or $count`;
      return reader.refuse(problem, 'QUERY_NAVIGATION_UNKNOWN', path.token);
    }
    entity = walked.target;
  }
  return steps.length > 0 ? entity : reader.refuse(`${what} needs a collection before it`, 'QUERY_SYNTAX', path.token);
}
