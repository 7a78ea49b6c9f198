// Relations and the names by which queries walk them: a lookup leads to its target, the target back to its rows, a
// many-to-many relation both ways.
import type { JsonObject } from '../sdk/index.ts';
import type { Entity, Navigation, Relation } from './model.ts';
import { isObject } from './pointer.ts';
import type { ProblemList } from './problem-list.ts';
import { suggest } from './suggest.ts';

export interface Related {
  readonly relations: ReadonlyMap<string, Relation>;
  /** Entity name → its navigation properties. */
  readonly navigation: ReadonlyMap<string, ReadonlyMap<string, Navigation>>;
}

export function relate(
  entities: ReadonlyMap<string, Entity>,
  documents: ReadonlyMap<string, JsonObject>,
  problems: ProblemList,
): Related {
  const relations = new Map<string, Relation>();
  const navigation = new Map<string, Map<string, Navigation>>([...entities.keys()].map((name) => [name, new Map()]));
  const places = new Map<string, string>();

  const declare = (relation: Relation, document: string, idPath: string): boolean => {
    if (relations.has(relation.name)) {
      problems.add(
        'RELATION_DEFINED_TWICE',
        document,
        idPath,
        `the relation "${relation.name}" is already made by ${places.get(relation.name) ?? ''}; give one of them another name`,
      );
      return false;
    }
    relations.set(relation.name, relation);
    places.set(relation.name, relation.kind === 'one-to-many' ? `${relation.many}.${relation.field}` : document);
    return true;
  };
  const lead = (entity: string, step: Navigation, document: string, idPath: string): void => {
    const steps = navigation.get(entity);
    if (!steps) return;
    if (steps.has(step.name) || (entities.get(entity)?.fields.has(step.name) && step.kind !== 'one')) {
      problems.add(
        'NAVIGATION_DEFINED_TWICE',
        document,
        idPath,
        `${entity} already has something called "${step.name}"; give the relation another name`,
      );
      return;
    }
    steps.set(step.name, step);
  };

  for (const entity of entities.values()) {
    for (const field of entity.fields.values()) {
      const { reference } = field;
      if (!reference) continue;
      const document = `${entity.name}/entity`;
      const idPath = `/properties/${field.name}/field`;
      const single = isSingle(field);
      for (const target of reference.targets) {
        const suffix = (reference.namedBy === 'set' ? entities.get(target)?.set : undefined) ?? target;
        const name = single ? reference.relation : `${reference.relation}_${suffix}`;
        const relation: Relation = {
          kind: 'one-to-many',
          name,
          one: target,
          many: entity.name,
          field: field.name,
          behaviour: reference,
        };
        if (!declare(relation, document, idPath)) continue;
        lead(
          entity.name,
          {
            name: single ? field.name : `${field.name}_${target}`,
            target,
            relation: name,
            kind: 'one',
            field: field.name,
          },
          document,
          idPath,
        );
        const back: Navigation = { name, target: entity.name, relation: name, kind: 'many', field: field.name };
        lead(target, back, document, idPath);
        // What refers to a union refers to its members, so they lead to it too.
        for (const member of entities.get(target)?.union?.members ?? []) lead(member, back, document, idPath);
      }
    }
  }

  for (const [id, document] of documents) {
    if (!id.startsWith('relations/')) continue;
    const relation = manyToMany(id, document, entities, problems);
    if (!relation || !declare(relation, id, '')) continue;
    const { name, first, second } = relation;
    const self = first === second;
    lead(
      first,
      { name: self ? `${name}_first` : name, target: second, relation: name, kind: 'first', field: undefined },
      id,
      '',
    );
    lead(
      second,
      { name: self ? `${name}_second` : name, target: first, relation: name, kind: 'second', field: undefined },
      id,
      '',
    );
  }
  return { relations, navigation };
}

/** One target for good, told by the lack of a column that says which. */
function isSingle(field: { readonly columns: readonly unknown[] }): boolean {
  return field.columns.length === 1;
}

function manyToMany(
  id: string,
  document: JsonObject,
  entities: ReadonlyMap<string, Entity>,
  problems: ProblemList,
): Extract<Relation, { kind: 'many-to-many' }> | undefined {
  const name = id.slice('relations/'.length);
  const sides = (['first', 'second'] as const).map((side) => {
    const said = isObject(document[side]) ? document[side] : {};
    const entity = typeof said['entity'] === 'string' ? entities.get(said['entity']) : undefined;
    if (!entity) {
      const wrong = String(said['entity'] ?? '');
      problems.add(
        'ENTITY_UNKNOWN',
        id,
        `/${side}`,
        wrong === ''
          ? `"${side}" does not say its "entity"`
          : `there is no entity "${wrong}"${suggest(wrong, entities.keys())}`,
      );
    } else if (entity.union) {
      problems.add(
        'RELATION_INVALID',
        id,
        `/${side}/entity`,
        `"${entity.name}" is a union; relate its members instead`,
      );
    }
    return { entity, column: typeof said['column'] === 'string' ? said['column'] : undefined };
  });
  const [first, second] = sides;
  if (!first?.entity || !second?.entity) return undefined;
  const self = first.entity === second.entity;
  const columns: readonly [string, string] = [
    first.column ?? `${first.entity.key.name}${self ? '_first' : ''}`,
    second.column ?? `${second.entity.key.name}${self ? '_second' : ''}`,
  ];
  if (columns[0] === columns[1]) {
    problems.add(
      'RELATION_INVALID',
      id,
      '/second',
      `both sides use the column "${columns[0]}"; give one a "column" of its own`,
    );
  }
  if (entities.has(name)) {
    problems.add(
      'RELATION_INVALID',
      id,
      '',
      `the relation's table would be called "${name}", as the entity is; rename the relation`,
    );
  }
  return { kind: 'many-to-many', name, first: first.entity.name, second: second.entity.name, table: name, columns };
}
