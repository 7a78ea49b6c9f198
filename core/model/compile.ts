// Compiles layers into the frozen model that every stage reads. The parts stand in files of their own; this one lists
// them in order and puts their results together, or throws one error with everything that is wrong.
import type { FieldType, JsonObject } from '../sdk/index.ts';
import { canonicalJson, hashOf } from './canonical.ts';
import { checkDocuments } from './check-documents.ts';
import { checkLocales } from './check-locales.ts';
import { choicesOf } from './choices.ts';
import { checkContributions, contributionsOf } from './contributions.ts';
import { withDefaultForms, withDefaultViews } from './default-documents.ts';
import { placementOf } from './document-kind.ts';
import { duplicateRulesOf } from './duplicate-rules.ts';
import { compileEntities } from './entities.ts';
import { invalidModel } from './errors.ts';
import { deriveFields } from '../formulas/derive.ts';
import { deepFreeze } from './freeze.ts';
import type { Layer, Problem } from './layer.ts';
import { mergeLayers } from './merge.ts';
import type { Merged } from './merge.ts';
import type { EntityDocument, Model } from './model.ts';
import { relate } from './navigation.ts';
import { withQuickFind } from './quick-find.ts';
import { isObject } from './pointer.ts';
import { problemList } from './problem-list.ts';
import { locate } from './locate.ts';
import type { EffectiveEntity } from './traits.ts';
import { effectiveEntities } from './traits.ts';

export interface ModelSource {
  /** From the lowest to the highest: base, plugins in the order of their dependencies, the organization's own. */
  readonly layers: readonly Layer[];
  /** By the name in `field.type`. */
  readonly fieldTypes: ReadonlyMap<string, FieldType>;
}

/** @throws MODEL_INVALID with every problem of every document. */
export function compileModel({ layers, fieldTypes }: ModelSource): Model {
  const merged = mergeLayers(layers);
  const problems = problemList(merged);
  const { documents } = merged;
  const choices = choicesOf(documents);
  const effective = effectiveEntities(withQuickFind(documents, problems), fieldTypes, problems);
  const bare = compileEntities(effective, { fieldTypes, choices, problems });
  const { relations, navigation } = relate(bare, documents, problems);
  const related = new Map(
    [...bare].map(([name, entity]) => [name, { ...entity, navigation: navigation.get(name) ?? new Map() }]),
  );
  const derived = deriveFields(related, problems);
  const entities = new Map(
    [...related].map(([name, entity]) => [
      name,
      Object.freeze({ ...entity, fields: derived.get(name) ?? entity.fields }),
    ]),
  );

  const model: Model = {
    version: versionOf(layers, documents),
    entities,
    sets: new Map([...entities.values()].map((entity) => [entity.set, entity])),
    relations,
    choices,
    forms: withDefaultForms(entityDocuments(documents, 'form'), entities.values()),
    views: withDefaultViews(entityDocuments(documents, 'view'), entities.values()),
    apps: rootDocuments(documents, 'app'),
    roles: rootDocuments(documents, 'role'),
    profiles: rootDocuments(documents, 'field-profile'),
    duplicateRules: duplicateRulesOf(documents, entities, problems),
    documents,
    locales: localesOf(documents),
    contributions: contributionsOf(layers),
    provenance: (document, idPath) => provenanceOf(merged, effective, document, idPath),
  };
  checkDocuments(model, problems);
  checkLocales(model, layers, problems);
  const all = [
    ...merged.problems.map((problem) => locate(problem, textOf(layers, problem.file))),
    ...problems.all,
    ...checkContributions(layers, entities),
  ];
  if (all.length > 0) throw invalidModel(distinct(all));
  deepFreeze([...documents.values()]);
  deepFreeze([...relations.values(), ...choices.values(), ...model.duplicateRules.values()]);
  return Object.freeze(model);
}

/** What is wrong with a trait would be told once for each entity that has it. */
function distinct(problems: readonly Problem[]): readonly Problem[] {
  return [
    ...new Map(problems.map((problem) => [`${problem.file}#${problem.pointer} ${problem.message}`, problem])).values(),
  ];
}

function versionOf(layers: readonly Layer[], documents: ReadonlyMap<string, JsonObject>): string {
  const named = layers.map((layer) => `${layer.id}@${layer.version}`);
  const texts = [...documents]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, document]) => `${id}${canonicalJson(document)}`);
  // What a plugin brings to the browser is no document of the model, and shows in it nonetheless.
  const cards = layers.flatMap(({ id, documents: own }) => {
    const contributes = own.get('plugin')?.body['contributes'];
    return contributes === undefined ? [] : [`${id}${canonicalJson(contributes)}`];
  });
  return hashOf([...named, ...texts, ...cards].join('\n'));
}

function entityDocuments(
  documents: ReadonlyMap<string, JsonObject>,
  kind: string,
): ReadonlyMap<string, EntityDocument> {
  return new Map(
    [...documents]
      .filter(([id]) => kindOf(id) === kind)
      .map(([id, document]) => [id, { id, entity: id.slice(0, id.indexOf('/')), document }]),
  );
}

function rootDocuments(documents: ReadonlyMap<string, JsonObject>, kind: string): ReadonlyMap<string, JsonObject> {
  return new Map(
    [...documents]
      .filter(([id]) => kindOf(id) === kind)
      .map(([id, document]) => [id.slice(id.indexOf('/') + 1), document]),
  );
}

function kindOf(id: string): string | undefined {
  const placement = placementOf(id);
  return 'kind' in placement ? placement.kind : undefined;
}

function localesOf(documents: ReadonlyMap<string, JsonObject>): ReadonlyMap<string, ReadonlyMap<string, string>> {
  const locales = new Map<string, ReadonlyMap<string, string>>();
  for (const [id, document] of documents) {
    if (!id.startsWith('locales/')) continue;
    const texts = isObject(document['texts']) ? document['texts'] : {};
    locales.set(id.slice('locales/'.length), new Map(Object.entries(texts).map(([key, text]) => [key, String(text)])));
  }
  return locales;
}

function provenanceOf(
  merged: Merged,
  effective: ReadonlyMap<string, EffectiveEntity>,
  document: string,
  idPath: string,
): string | undefined {
  const layer = merged.provenance(document, idPath);
  if (layer !== undefined || !document.endsWith('/entity')) return layer;
  // A field that the entity does not define itself: the trait or union that does.
  const entity = effective.get(document.slice(0, -'/entity'.length));
  const [, properties, field = ''] = idPath.split('/');
  if (!entity || properties !== 'properties') return undefined;
  for (const origin of entity.origins.get(field) ?? []) {
    const path = field === entity.key ? idPath.replace(`/properties/${field}`, '/properties/{key}') : idPath;
    const found = merged.provenance(origin, idPath) ?? merged.provenance(origin, path);
    if (found !== undefined) return found;
  }
  return undefined;
}

function textOf(layers: readonly Layer[], file: string): string {
  for (const layer of layers)
    for (const source of layer.documents.values()) if (source.file === file) return source.text;
  return '';
}
