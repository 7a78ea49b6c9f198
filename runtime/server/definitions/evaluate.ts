// Definitions → the JSON that goes out, by the options of a request.
import { suggest } from '../../../core/model/suggest.ts';
import { Problems } from '../../../core/query/odata/token-reader.ts';
import { NAMESPACE, type Definition, type Row } from './definition.ts';
import { orderBy, refuse, type Options } from './query-options.ts';

/** Those that the options ask for, in their order. */
export function narrow(definitions: readonly Definition[], options: Options): readonly Definition[] {
  checkNames(definitions, options);
  const { filter, sort } = options;
  const matching = filter ? definitions.filter((definition) => filter.matches(definition)) : definitions;
  return sort.length > 0 ? matching.toSorted(orderBy(sort)) : matching;
}

/** What stands under `value` of a collection. */
export function showMany(definitions: readonly Definition[], options: Options): readonly Row[] {
  const matching = narrow(definitions, options);
  const shown = options.top === undefined ? matching : matching.slice(0, options.top);
  return shown.map((definition) => show(definition, options));
}

export function showOne(definition: Definition, options: Options): Row {
  checkNames([definition], options);
  return show(definition, options);
}

function show(definition: Definition, options: Options): Row {
  const { type, properties, navigation } = definition;
  const isSubtype = type !== 'EntityMetadata' && type !== 'EntityKeyMetadata';
  const chosen = options.select.length === 0 ? properties : pick(properties, ['MetadataId', ...options.select]);
  const expanded = options.expand.flatMap(({ name, options: inner }): [string, unknown][] => {
    const target = navigation[name]?.();
    if (target === undefined) return name in navigation ? [[name, null]] : [];
    return [[name, 'type' in target ? show(target, inner) : showMany(target, inner)]];
  });
  return {
    ...(isSubtype && { '@odata.type': `#${NAMESPACE}.${type}` }),
    ...chosen,
    ...Object.fromEntries(expanded),
  };
}

function pick(properties: Row, names: readonly string[]): Row {
  return Object.fromEntries(
    [...new Set(names)].flatMap((name) => (Object.hasOwn(properties, name) ? [[name, properties[name]]] : [])),
  );
}

/** A name that nothing of the collection has is a mistake; where the collection is empty nobody can tell. */
function checkNames(definitions: readonly Definition[], { select, filter, sort, expand }: Options): void {
  if (definitions.length === 0) return;
  const problems = new Problems();
  const [known, ways] = namesOf(definitions);
  const check = (option: string, name: string, among: ReadonlySet<string>): void => {
    if (among.has(name)) return;
    const message = `there is no ${name}${suggest(name, among)}`;
    problems.add('QUERY_FIELD_UNKNOWN', option, message);
  };
  const all = new Set([...known, ...ways]);
  for (const name of select) if (name !== '*') check('$select', name, all);
  for (const name of filter?.names ?? []) check('$filter', name, all);
  for (const { path } of sort) check('$orderby', path[0] ?? '', known);
  for (const { name } of expand) check('$expand', name, ways);
  refuse(problems);
}

function namesOf(definitions: readonly Definition[]): readonly [known: ReadonlySet<string>, ways: ReadonlySet<string>] {
  const known = new Set<string>();
  const ways = new Set<string>();
  const seen = new Set<string>();
  for (const { type, properties, navigation } of definitions) {
    // Definitions of one type have the same names, save what a field type adds.
    const key = `${type} ${Object.keys(properties).length} ${Object.keys(navigation).length}`;
    if (seen.has(key)) continue;
    seen.add(key);
    for (const name of Object.keys(properties)) known.add(name);
    for (const name of Object.keys(navigation)) ways.add(name);
  }
  return [known, ways];
}
