// Checks what a JSONata expression reads from a record. That it parses was checked when its document was read.
import type { Json } from '../sdk/index.ts';
import { recordNames } from './expression.ts';
import type { Entity } from './model.ts';
import type { ProblemList } from './problem-list.ts';
import { suggest } from './suggest.ts';

export function checkExpression(
  entity: Entity,
  text: Json | undefined,
  id: string,
  path: string,
  problems: ProblemList,
): void {
  if (typeof text !== 'string') return;
  for (const name of recordNames(text)) {
    if (entity.fields.has(name) || entity.navigation.has(name)) continue;
    const near = suggest(name, [...entity.fields.keys(), ...entity.navigation.keys()]);
    problems.add(
      'FIELD_UNKNOWN',
      id,
      path,
      `the expression reads "${name}", which ${entity.name} does not have${near}`,
    );
  }
}
