// GET below EntityDefinitions, RelationshipDefinitions and GlobalOptionSetDefinitions: the path leads from collection to
// member, over casts and along what a definition leads to, to a collection, one definition, one property or a count.
import { suggest } from '../../../core/model/suggest.ts';
import type { Model } from '../../../core/model/model.ts';
import type { Principal } from '../../../core/security/principal.ts';
import type { Segment } from '../data/path.ts';
import { fail } from '../errors.ts';
import { catalogueOf, type Catalogue } from './catalogue.ts';
import { isA, NAMESPACE, TYPES, type Definition } from './definition.ts';
import { narrow, showMany, showOne } from './evaluate.ts';
import { everything, type Options } from './query-options.ts';

export const SETS = ['EntityDefinitions', 'RelationshipDefinitions', 'GlobalOptionSetDefinitions'] as const;
export type DefinitionSet = (typeof SETS)[number];

export function isDefinitionSet(name: string): name is DefinitionSet {
  return SETS.some((set) => set === name);
}

/** What a path has led to, and what its context is called. */
type Place =
  | { readonly kind: 'many'; readonly of: readonly Definition[]; readonly context: string }
  | { readonly kind: 'one'; readonly of: Definition | null; readonly context: string }
  | { readonly kind: 'value'; readonly value: unknown; readonly context: string }
  | { readonly kind: 'count'; readonly of: readonly Definition[] };

export function definitionsOf(catalogue: Catalogue, set: DefinitionSet): readonly Definition[] {
  switch (set) {
    case 'EntityDefinitions':
      return catalogue.entities();
    case 'RelationshipDefinitions':
      return catalogue.relations();
    case 'GlobalOptionSetDefinitions':
      return catalogue.optionSets();
  }
}

/** The names of what a key may say: `LogicalName='account'`, `SchemaName='account_contacts'`, `Name='industrycode'`. */
const KEYS: ReadonlySet<string> = new Set(['LogicalName', 'SchemaName', 'Name', 'MetadataId']);

/** The one that the segment's parentheses name; undefined without parentheses. Throws DEFINITION_UNKNOWN (404). */
export function memberOf(of: readonly Definition[], segment: Segment): Definition | undefined {
  const { arguments: given, name } = segment;
  if (given === undefined) return undefined;
  if (given.kind === 'none') throw fail('PATH_MALFORMED', { reason: `'${name}()' needs an id or a name` });
  if (given.kind === 'id') return found(of, name, given.id, ({ id }) => id === given.id);
  const [[key, value] = ['', ''], ...more] = [...given.values];
  if (more.length > 0 || !KEYS.has(key) || typeof value !== 'string')
    throw fail('PATH_MALFORMED', { reason: `write ${name}(LogicalName='…') or ${name}(id)` });
  const wanted = value.toLowerCase();
  return found(of, name, value, (one) => (key === 'MetadataId' ? one.id : one.name.toLowerCase()) === wanted);
}

function found(
  of: readonly Definition[],
  set: string,
  wanted: string,
  test: (definition: Definition) => boolean,
): Definition {
  const one = of.find(test);
  if (one) return one;
  const suggestion = suggest(
    wanted,
    of.map(({ name }) => name),
  );
  throw fail('DEFINITION_UNKNOWN', { set, name: wanted.slice(0, 100), suggestion });
}

/** `Microsoft.Dynamics.CRM.PicklistAttributeMetadata`, also without the namespace. */
export function castOf(name: string): string | undefined {
  const type = name.startsWith(`${NAMESPACE}.`) ? name.slice(NAMESPACE.length + 1) : name;
  return TYPES.includes(type) ? type : undefined;
}

function walk(catalogue: Catalogue, segments: readonly Segment[]): Place {
  const [head, ...rest] = segments;
  if (!head || !isDefinitionSet(head.name)) throw fail('PATH_MALFORMED', { reason: 'it names no set of definitions' });
  let place: Place = enter(definitionsOf(catalogue, head.name), head, head.name);
  for (const segment of rest) place = step(place, segment);
  return place;
}

function enter(of: readonly Definition[], segment: Segment, context: string): Place {
  const one = memberOf(of, segment);
  return one ? { kind: 'one', of: one, context } : { kind: 'many', of, context };
}

function step(place: Place, segment: Segment): Place {
  const { name } = segment;
  const unknown = (known: Iterable<string> = []): Error =>
    fail('SEGMENT_UNKNOWN', { entity: 'EntityDefinitions', name: `${name}${suggest(name, known)}` });
  if (place.kind === 'value' || place.kind === 'count') throw unknown();
  const cast = castOf(name);
  if (cast !== undefined) {
    const context = `${place.context}/${NAMESPACE}.${cast}`;
    if (place.kind === 'many') {
      const of = place.of.filter((one) => isA(one, cast));
      return enter(of, segment, context);
    }
    if (!place.of || !isA(place.of, cast)) {
      throw fail('DEFINITION_OTHER_TYPE', {
        name: place.of?.name ?? 'nothing',
        type: place.of?.type ?? 'nothing',
        cast,
      });
    }
    return { ...place, context };
  }
  if (place.kind === 'many') {
    if (name === '$count') return { kind: 'count', of: place.of };
    throw unknown(TYPES);
  }
  const { of } = place;
  if (!of) throw unknown();
  if (Object.hasOwn(of.navigation, name)) {
    const target = of.navigation[name]?.();
    const context = `${place.context}('${of.name}')/${name}`;
    if (target === undefined) return { kind: 'one', of: null, context };
    return 'type' in target ? { kind: 'one', of: target, context } : enter(target, segment, context);
  }
  if (Object.hasOwn(of.properties, name))
    return { kind: 'value', value: of.properties[name], context: `${place.context}('${of.name}')/${name}` };
  throw unknown([...Object.keys(of.navigation), ...Object.keys(of.properties)]);
}

/** `body`: undefined where there is nothing (204). */
export interface Reading {
  readonly body: string | undefined;
  readonly isText: boolean;
}

/** The answer to a GET. `root` is the address of $metadata. */
export function readDefinitions(
  model: Model,
  principal: Principal,
  root: string,
  segments: readonly Segment[],
  options: Options,
): Reading {
  const place = walk(catalogueOf(model, principal), segments);
  switch (place.kind) {
    case 'count':
      return { body: String(narrow(place.of, { ...everything, filter: options.filter }).length), isText: true };
    case 'value': {
      if (place.value === null || place.value === undefined) return { body: undefined, isText: false };
      const { value } = place;
      const isPlain = typeof value !== 'object' || Array.isArray(value);
      const context = { '@odata.context': `${root}#${place.context}` };
      return { body: JSON.stringify(isPlain ? { ...context, value } : { ...context, ...value }), isText: false };
    }
    case 'one': {
      if (!place.of) return { body: undefined, isText: false };
      const context = { '@odata.context': `${root}#${place.context}/$entity` };
      return { body: JSON.stringify({ ...context, ...showOne(place.of, options) }), isText: false };
    }
    case 'many': {
      const value = showMany(place.of, options);
      return {
        body: JSON.stringify({
          '@odata.context': `${root}#${place.context}`,
          ...(options.count && { '@odata.count': narrow(place.of, options).length }),
          value,
        }),
        isText: false,
      };
    }
  }
}
