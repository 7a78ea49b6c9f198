// Checks the options of a control or a view kind against the JSON Schema that its plugin gives for them.
import type { Json, JsonSchema } from '../sdk/index.ts';
import type { Entity } from './model.ts';
import { isArray, isObject } from './pointer.ts';
import type { ProblemList } from './problem-list.ts';
import { suggest } from './suggest.ts';
import { schemaProblem, validateBy } from './validate-document.ts';

const nothing: JsonSchema = { type: 'object', properties: {}, additionalProperties: false };

/** `owner` is told to people. In the schema `"fieldOf": true` marks texts that name fields of the entity. */
export function checkOptions(
  entity: Entity,
  schema: object | undefined,
  given: Json | undefined,
  owner: string,
  id: string,
  path: string,
  problems: ProblemList,
): void {
  const rule = (schema ?? nothing) as JsonSchema;
  const unsound = schemaProblem(rule);
  if (unsound !== undefined) {
    problems.add('OPTIONS_INVALID', id, path, `the schema of the options of ${owner} is not sound: ${unsound}`);
    return;
  }
  const options = given ?? {};
  for (const { pointer, message } of validateBy(rule, options))
    problems.add(
      'OPTIONS_INVALID',
      id,
      given === undefined ? path : `${path}/options${pointer}`,
      `${owner}: ${message}`,
    );
  const visit = (node: Json | undefined, value: Json | undefined, at: string): void => {
    if (!isObject(node)) return;
    if (node['fieldOf'] === true && typeof value === 'string' && !entity.fields.has(value)) {
      const near = suggest(value, entity.fields.keys());
      problems.add('FIELD_UNKNOWN', id, at, `${entity.name} has no field "${value}"${near}`);
    }
    if (isArray(value)) value.forEach((one, index) => visit(node['items'], one, `${at}/${index}`));
    const properties = node['properties'];
    if (isObject(value) && isObject(properties))
      for (const [name, one] of Object.entries(value)) visit(properties[name], one, `${at}/${name}`);
  };
  visit(rule, options, `${path}/options`);
}
