// Compiles duplicate rules: their entities and fields exist, each criterion fits its fields' storage, and at least one of them
// can be looked up by an index, so that a check never reads a whole table.
import type { JsonObject } from '../sdk/index.ts';
import { entityOf, placementOf } from './document-kind.ts';
import type { Comparison, DuplicateCriterion, DuplicateRule, Entity, Field } from './model.ts';
import { isArray, isObject } from './pointer.ts';
import type { ProblemList } from './problem-list.ts';
import { suggest } from './suggest.ts';

/** pg_trgm's measure from which on two texts are alike, where a rule does not say. */
const THRESHOLD = 0.6;

export function duplicateRulesOf(
  documents: ReadonlyMap<string, JsonObject>,
  entities: ReadonlyMap<string, Entity>,
  problems: ProblemList,
): ReadonlyMap<string, readonly DuplicateRule[]> {
  const rules = new Map<string, DuplicateRule[]>();
  for (const [id, document] of documents) {
    const placement = placementOf(id);
    if (!('kind' in placement) || placement.kind !== 'duplicate-rule') continue;
    const entity = entities.get(entityOf(id) ?? '');
    // An unknown entity is reported with all documents that belong to none.
    if (!entity || document['off'] === true) continue;
    const rule = ruleOf(id, document, entity, entities, problems);
    if (rule) rules.set(entity.name, [...(rules.get(entity.name) ?? []), rule]);
  }
  return rules;
}

function ruleOf(
  id: string,
  document: JsonObject,
  entity: Entity,
  entities: ReadonlyMap<string, Entity>,
  problems: ProblemList,
): DuplicateRule | undefined {
  const report = (path: string, message: string, code = 'DUPLICATE_RULE_INVALID'): undefined => {
    problems.add(code, id, path, message);
    return undefined;
  };
  const name = typeof document['with'] === 'string' ? document['with'] : entity.name;
  const other = entities.get(name);
  if (!other) {
    return report('/with', `there is no entity "${name}"${suggest(name, entities.keys())}`, 'ENTITY_UNKNOWN');
  }
  for (const side of [entity, other]) {
    if (!side.union) continue;
    const members = side.union.members.join(', ');
    return report(
      side === entity ? '' : '/with',
      `"${side.name}" is a union; give its members rules of their own: ${members}`,
    );
  }
  const said = isArray(document['criteria']) ? document['criteria'].filter(isObject) : [];
  if (said.length === 0) {
    return report('/criteria', 'a rule needs at least one criterion; without one every row would be a duplicate');
  }
  const criteria = said.flatMap((one) => criterionOf(one, entity, other, report) ?? []);
  if (criteria.length < said.length) return undefined;
  if (!criteria.some((one) => isSelective(other, one))) {
    const fields = criteria.map(({ with: field }) => field).join(', ');
    return report(
      '/criteria',
      `no index can find rows by ${fields} alone: too many rows share a value. Add a criterion over a text, a lookup, a number or a date`,
    );
  }
  return {
    id,
    title: typeof document['title'] === 'string' ? document['title'] : id,
    entity: entity.name,
    with: other.name,
    criteria,
    ignoreBlank: document['ignore-blank'] !== false,
    activeOnly: document['active-only'] !== false,
    severity: document['severity'] === 'refuse' ? 'refuse' : 'warn',
  };
}

function criterionOf(
  said: JsonObject,
  entity: Entity,
  other: Entity,
  report: (path: string, message: string, code?: string) => undefined,
): DuplicateCriterion | undefined {
  const name = String(said['field']);
  const path = `/criteria/${name}`;
  const field = entity.fields.get(name);
  if (!field) {
    return report(
      `${path}/field`,
      `${entity.name} has no field "${name}"${suggest(name, entity.fields.keys())}`,
      'FIELD_UNKNOWN',
    );
  }
  const withName = typeof said['with'] === 'string' ? said['with'] : name;
  const theirs = other.fields.get(withName);
  if (!theirs) {
    const message = `${other.name} has no field "${withName}"${suggest(withName, other.fields.keys())}`;
    return report(said['with'] === undefined ? `${path}/field` : `${path}/with`, message, 'FIELD_UNKNOWN');
  }
  const match = said['match'];
  if (typeof match !== 'string') {
    return report(path, `say how "${name}" is compared: "match" is exact, normalized, prefix or similar`);
  }
  if (said['length'] !== undefined && match !== 'prefix')
    return report(`${path}/length`, `"length" belongs to the match "prefix", not to "${match}"`);
  if (said['threshold'] !== undefined && match !== 'similar')
    return report(`${path}/threshold`, `"threshold" belongs to the match "similar", not to "${match}"`);
  if (match === 'prefix' && typeof said['length'] !== 'number')
    return report(path, `the match "prefix" needs a "length": how many letters of "${name}" count`);
  const [mine, its] = [storageOf(field), storageOf(theirs)];
  for (const side of [field, theirs]) {
    const type = storageOf(side);
    if (type === undefined || type === 'jsonb' || type === 'integer[]' || side.type.blob)
      return report(path, `rows cannot be compared by "${side.name}" (type ${side.type.name})`);
    if (match !== 'exact' && type !== 'text')
      return report(`${path}/match`, `"${match}" compares texts, and "${side.name}" is none (type ${side.type.name})`);
  }
  if (mine !== its) {
    return report(
      path,
      `"${name}" (type ${field.type.name}) and "${withName}" (type ${theirs.type.name}) are stored differently and never equal`,
    );
  }
  const phone = [field, theirs].every((side) => side.spec.options['format'] === 'phone');
  return { field: name, with: withName, comparison: comparisonOf(match, said, mine === 'text', phone) };
}

function storageOf(field: Field): string | undefined {
  return field.columns[0]?.type;
}

function comparisonOf(match: string, said: JsonObject, text: boolean, phone: boolean): Comparison {
  switch (match) {
    case 'prefix':
      return { kind: 'prefix', length: Number(said['length']) };
    case 'similar':
      return { kind: 'similar', threshold: typeof said['threshold'] === 'number' ? said['threshold'] : THRESHOLD };
    case 'normalized':
      return { kind: phone ? 'phone' : 'folded' };
    default:
      return { kind: text ? 'lower' : 'equal' };
  }
}

/** Few rows share a value of it. */
export function isSelective(other: Entity, { with: name }: DuplicateCriterion): boolean {
  const field = other.fields.get(name);
  return field !== undefined && field.columns[0]?.type !== 'boolean' && field.choices === undefined;
}

const rank: Readonly<Record<Comparison['kind'], number>> = {
  equal: 0,
  lower: 0,
  phone: 0,
  folded: 0,
  prefix: 1,
  similar: 2,
};

/** The criterion a check looks rows up by: the one whose index finds the fewest. */
export function lookedUpBy(rule: DuplicateRule, other: Entity): DuplicateCriterion | undefined {
  return rule.criteria
    .filter((one) => isSelective(other, one))
    .toSorted((a, b) => rank[a.comparison.kind] - rank[b.comparison.kind])[0];
}
