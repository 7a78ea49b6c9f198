// All definitions that a caller may see, made once for a model, a shape of rights and a language.
import type { Entity, Model } from '../../../core/model/model.ts';
import { accessShape, hasRight, readableEntities } from '../../../core/security/access.ts';
import type { Principal } from '../../../core/security/principal.ts';
import { usableFields } from '../../../core/security/usable-fields.ts';
import type { Definition } from './definition.ts';
import { describeEntity, isVisible, type Audience } from './describe-entity.ts';
import { describeChoice } from './describe-option-set.ts';
import { describeRelation } from './describe-relation.ts';

export interface Catalogue {
  readonly entities: () => readonly Definition[];
  readonly relations: () => readonly Definition[];
  readonly optionSets: () => readonly Definition[];
}

const made = new WeakMap<Model, Map<string, Catalogue>>();
const MOST_HELD = 50;

/** Remembers what `make` gave. */
function once<T>(make: () => T): () => T {
  let value: { readonly made: T } | undefined;
  return () => (value ??= { made: make() }).made;
}

/** A definition whose collections are made at most once. */
function held(definition: Definition): Definition {
  const navigation = Object.fromEntries(
    Object.entries(definition.navigation).map(([name, make]) => [name, once(() => holdAll(make()))]),
  );
  return { ...definition, navigation };
}

function holdAll(value: Definition | readonly Definition[] | undefined): typeof value {
  if (value === undefined) return undefined;
  return 'type' in value ? held(value) : value.map(held);
}

export function catalogueOf(model: Model, principal: Principal): Catalogue {
  let catalogues = made.get(model);
  if (!catalogues) made.set(model, (catalogues = new Map()));
  const key = `${principal.language}\n${accessShape(principal)}`;
  let catalogue = catalogues.get(key);
  if (!catalogue) {
    if (catalogues.size >= MOST_HELD) catalogues.clear();
    catalogues.set(key, (catalogue = build(model, principal)));
  }
  return catalogue;
}

function build(model: Model, principal: Principal): Catalogue {
  const { language } = principal;
  const readable = new Map(readableEntities(principal, model).map((entity) => [entity.name, entity]));
  const audience: Audience = { model, principal, language, readable };
  return {
    entities: once(() => [...readable.values()].map((entity) => held(describeEntity(audience, entity)))),
    relations: once(() =>
      [...model.relations.values()]
        .filter((relation) => isVisible(audience, relation))
        .map((relation) => describeRelation(model, language, relation)),
    ),
    optionSets: once(() => {
      const shown = hasRight(principal, model, 'customize')
        ? undefined
        : choicesOf(model, principal, readable.values());
      return [...model.choices.values()]
        .filter((choice) => shown?.has(choice.id) ?? true)
        .map((choice) => describeChoice(model, language, choice));
    }),
  };
}

/** Shared choices that some field uses which is there for the caller. */
function choicesOf(model: Model, principal: Principal, entities: Iterable<Entity>): ReadonlySet<string> {
  const found = new Set<string>();
  for (const entity of entities) {
    for (const field of usableFields(principal, model, entity)) {
      const choice = field.type.choices?.(field.spec).choice;
      if (choice !== undefined) found.add(choice);
    }
  }
  return found;
}
