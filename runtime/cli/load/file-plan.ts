// A file of the map, checked against the model and the file's heading, ready to run: every problem is found before the first row.
import jsonata from 'jsonata';
import type { Entity, Field, Model } from '../../../core/model/model.ts';
import type { File, ImportDocument, Source } from '../../../metadata/schemas/import.gen.ts';
import { suggest } from '../../../core/model/suggest.ts';
import { converterOf, sourceProblems, type Converter } from './convert.ts';

export interface FieldPlan {
  readonly field: Field;
  readonly source: Source;
  /** The column to blame in reports: the CSV column, or the field's name for expressions and constants. */
  readonly column: string;
  readonly convert: Converter;
  readonly expression: jsonata.Expression | undefined;
  /** The referenced entity and the field it is found by. */
  readonly lookup: { readonly entity: Entity; readonly by: string } | undefined;
  /** A lookup to the file's own entity: written when all rows exist. */
  readonly second: boolean;
}

export interface FilePlan {
  readonly file: File;
  readonly entity: Entity;
  readonly fields: readonly FieldPlan[];
  /** The row is addressed by its id rather than by an alternate key. */
  readonly byId: boolean;
  /** Columns that nothing uses and nobody said to ignore. */
  readonly unused: readonly string[];
}

export interface MapProblem {
  /** JSON pointer into the map. */
  readonly pointer: string;
  readonly message: string;
}

/** What in the map does not fit the model; empty when it can be planned. */
export function mapProblems(map: ImportDocument, model: Model): readonly MapProblem[] {
  return map.files.flatMap((file, index) => fileProblems(file, `/files/${index}`, model));
}

function fileProblems(file: File, at: string, model: Model): readonly MapProblem[] {
  const entity = model.entities.get(file.entity);
  if (!entity) return [{ pointer: `${at}/entity`, message: unknown('entity', file.entity, model.entities.keys()) }];
  const problems: MapProblem[] = [];
  for (const [name, source] of Object.entries(file.fields)) {
    const pointer = `${at}/fields/${name}`;
    const field = entity.fields.get(name);
    if (!field) {
      problems.push({ pointer, message: unknown(`field of ${entity.name}`, name, entity.fields.keys()) });
      continue;
    }
    for (const message of sourceProblems(field, source)) problems.push({ pointer, message });
    if (source.expression !== undefined) {
      const message = expressionProblem(source.expression);
      if (message) problems.push({ pointer: `${pointer}/expression`, message });
    }
    if (source.lookup && field.reference) problems.push(...lookupProblems(field, source.lookup, pointer, model));
  }
  for (const name of file.key.filter((key) => !Object.hasOwn(file.fields, key))) {
    problems.push({ pointer: `${at}/key`, message: `the key names ${name}, which is not among the map's fields` });
  }
  if (!isKey(entity, file.key)) {
    const keys = [[entity.key.name], ...entity.keys.map((key) => key.fields)].map((fields) => fields.join(' + '));
    problems.push({
      pointer: `${at}/key`,
      message: `${file.key.join(' + ')} is no key of ${entity.name}; its keys are: ${keys.join('; ')}`,
    });
  }
  return problems;
}

function lookupProblems(
  field: Field,
  lookup: NonNullable<Source['lookup']>,
  pointer: string,
  model: Model,
): readonly MapProblem[] {
  const targets = field.reference?.targets ?? [];
  if (!targets.includes(lookup.entity)) {
    return [
      { pointer: `${pointer}/lookup/entity`, message: unknown(`target of ${field.name}`, lookup.entity, targets) },
    ];
  }
  const target = model.entities.get(lookup.entity);
  if (!target || target.fields.has(lookup.by)) return [];
  return [
    { pointer: `${pointer}/lookup/by`, message: unknown(`field of ${lookup.entity}`, lookup.by, target.fields.keys()) },
  ];
}

function isKey(entity: Entity, fields: readonly string[]): boolean {
  if (fields.length === 1 && fields[0] === entity.key.name) return true;
  const wanted = fields.toSorted().join();
  return entity.keys.some((key) => key.fields.toSorted().join() === wanted);
}

function expressionProblem(text: string): string | undefined {
  try {
    jsonata(text);
    return undefined;
  } catch (error) {
    return `not a JSONata expression: ${(error as Error).message}`;
  }
}

function unknown(what: string, name: string, known: Iterable<string>): string {
  return `there is no ${what} "${name}"${suggest(name, known)}`;
}

/** Plans a file of a map that has no problems; the heading's own problems come back as messages. */
export function planFile(file: File, model: Model, columns: readonly string[]): FilePlan | readonly string[] {
  const entity = model.entities.get(file.entity);
  if (!entity) throw new TypeError(`the map was not checked: ${file.entity}`);
  const named = Object.values(file.fields).flatMap((source) => (source.column === undefined ? [] : [source.column]));
  const ignored = file.ignore ?? [];
  const missing = [...named, ...ignored, ...Object.keys(file.aliases ?? {})].filter((name) => !columns.includes(name));
  if (missing.length > 0)
    return [...new Set(missing)].map((name) => `${file.file}: ${unknown('column', name, columns)}`);
  const inExpressions = Object.values(file.fields).map((source) => source.expression ?? '');
  return {
    file,
    entity,
    fields: Object.entries(file.fields).map(([name, source]) => planField(entity, name, source, model)),
    byId: file.key[0] === entity.key.name,
    unused: columns.filter(
      (column) =>
        !named.includes(column) && !ignored.includes(column) && !inExpressions.some((text) => text.includes(column)),
    ),
  };
}

function planField(entity: Entity, name: string, source: Source, model: Model): FieldPlan {
  const field = entity.fields.get(name);
  if (!field) throw new TypeError(`the map was not checked: ${name}`);
  const target = source.lookup && model.entities.get(source.lookup.entity);
  const lookup = source.lookup && target ? { entity: target, by: source.lookup.by } : undefined;
  return {
    field,
    source,
    column: source.column ?? name,
    convert: converterOf(field, source),
    expression: source.expression === undefined ? undefined : jsonata(source.expression),
    lookup,
    second: lookup?.entity === entity,
  };
}
