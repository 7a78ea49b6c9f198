// Compiles the properties of an effective entity into fields: type, columns, reference, choices, and the checks of a
// definition against its field type.
import type { ColumnType, FieldSpec, FieldType, Json, JsonObject, Reference } from '../sdk/index.ts';
import { sameJson } from './canonical.ts';
import { fieldChoices } from './choices.ts';
import type { Choice, Column, Field, State, SystemValue } from './model.ts';
import { escapeStep, isArray, isObject } from './pointer.ts';
import type { ProblemList } from './problem-list.ts';
import { reasonChoices, stateChoices } from './status.ts';
import { suggest } from './suggest.ts';
import type { EffectiveEntity } from './traits.ts';
import { propertiesOf } from './traits.ts';
import { documentSchema, validateBy } from './validate-document.ts';

/** What compiling a field has to know about its surroundings. */
export interface FieldSurroundings {
  readonly fieldTypes: ReadonlyMap<string, FieldType>;
  readonly entities: ReadonlyMap<string, EffectiveEntity>;
  readonly choices: ReadonlyMap<string, Choice>;
  readonly problems: ProblemList;
}

/** System values that callers may give nonetheless: when they create a row, assign it, or move its state. */
const givable: ReadonlySet<string> = new Set(['id', 'owner', 'state', 'status', 'base-currency', 'caller-unit']);
/** System values whose changes say something about the row's life. */
const audited: ReadonlySet<string> = new Set([
  'owner',
  // Who saw a row before it was assigned: core/feed asks.
  'owning-unit',
  'state',
  'status',
  'base-currency',
  'caller-unit',
  'master',
  'merged',
]);

export function compileFields(
  entity: EffectiveEntity,
  status: readonly State[] | undefined,
  around: FieldSurroundings,
): ReadonlyMap<string, Field> {
  const fields = new Map<string, Field>();
  const properties = propertiesOf(entity.document);
  for (const [name, property] of Object.entries(properties)) {
    const field = compileField(entity, name, property, status, around);
    if (field) fields.set(name, field);
  }
  checkNamesInFields(entity, fields, around.problems);
  return fields;
}

/** The document and id path that say something about a field: the nearest one that has the path. */
export function fieldPlace(entity: EffectiveEntity, name: string): string {
  return entity.origins.get(name)?.[0] ?? entity.id;
}

function compileField(
  entity: EffectiveEntity,
  name: string,
  property: JsonObject,
  status: readonly State[] | undefined,
  around: FieldSurroundings,
): Field | undefined {
  const { problems, fieldTypes } = around;
  // A field that comes from a trait is reported where the trait says it, though once for each entity only if it is its own.
  const place = fieldPlace(entity, name);
  const path = `/properties/${escapeStep(name === entity.key && place.startsWith('traits/') ? '{key}' : name)}`;
  const report = (below: string, message: string, code = 'FIELD_INVALID'): void =>
    problems.add(code, place, `${path}${below}`, message);

  const options = property['field'];
  const typeName = isObject(options) ? options['type'] : undefined;
  if (!isObject(options) || typeof typeName !== 'string') {
    report('', `the field "${name}" does not say its type: "field": { "type": … }`);
    return undefined;
  }
  const type = fieldTypes.get(typeName);
  if (!type) {
    report(
      '/field/type',
      `there is no field type "${typeName}"${suggest(typeName, fieldTypes.keys())}; there are: ${[...fieldTypes.keys()].join(', ')}`,
      'FIELD_TYPE_UNKNOWN',
    );
    return undefined;
  }
  const isAskable = checkOptions(type, options, report);
  checkPropertySchema(type, property, report);
  if (!isAskable) return undefined;
  try {
    return describeField(entity, name, property, type, options, status, around, report);
  } catch (error) {
    // A field type comes from a plugin: what it throws is a fault of this definition or of the plugin, not of the engine.
    const reason = error instanceof Error ? error.message : String(error);
    report('/field', `the field type "${type.name}" failed on this definition: ${reason}`);
    return undefined;
  }
}

function describeField(
  entity: EffectiveEntity,
  name: string,
  property: JsonObject,
  type: FieldType,
  options: JsonObject,
  status: readonly State[] | undefined,
  around: FieldSurroundings,
  report: Report,
): Field {
  const spec: FieldSpec = {
    entity: entity.name,
    name,
    options: withFoundTargets(type, options, around.entities),
    schema: property,
  };
  checkDefault(type, spec, report);
  if (type.check) for (const message of type.check(spec)) report('/field', message);

  const system = options['system'] as SystemValue | undefined;
  const choices = fieldChoices(type, spec, around.choices);
  if (choices?.unknown !== undefined) {
    report(
      '/field/choice',
      `there is no choice "${choices.unknown}"${suggest(choices.unknown, around.choices.keys())}; it would stand in choices/${choices.unknown}.json`,
      'CHOICE_UNKNOWN',
    );
  }
  const stamp = isObject(options['stamp'])
    ? { lookup: String(options['stamp']['lookup']), field: String(options['stamp']['field']) }
    : undefined;
  const compose = isArray(options['compose']) ? options['compose'].map(String) : undefined;
  // What follows from other rows is in their log.
  const follows = type.derived !== undefined || type.rollup !== undefined;
  const wanted = !follows && options['audit'] !== false && entity.keyword['audit'] !== false;
  return {
    entity: entity.name,
    name,
    title: typeof property['title'] === 'string' ? property['title'] : name,
    type,
    spec,
    columns: columnsOf(type, spec, report),
    required: isArray(entity.document['required']) && entity.document['required'].includes(name),
    readOnly:
      property['readOnly'] === true ||
      stamp !== undefined ||
      compose !== undefined ||
      type.derived !== undefined ||
      type.rollup !== undefined ||
      (system !== undefined && !givable.has(system)),
    immutable: options['immutable'] === true || system === 'id',
    default: defaultOf(property, system, status),
    stamp,
    compose,
    system,
    reference: referenceOf(type, spec, entity, around, report),
    choices:
      system === 'state' && status
        ? stateChoices(status)
        : system === 'status' && status
          ? reasonChoices(status)
          : choices?.options,
    audit: wanted && (system === undefined || audited.has(system)),
    secured: options['secured'] === true,
    origins: entity.origins.get(name) ?? [],
    ...(typeof options['was'] === 'string' ? { was: options['was'] } : {}),
  };
}

type Report = (below: string, message: string, code?: string) => void;

/** Names of the `field` keyword that belong to the engine, not to the field type. */
function commonOptions(): ReadonlySet<string> {
  const definitions = documentSchema('entity')?.['$defs'];
  const field = isObject(definitions) ? definitions['field'] : undefined;
  return new Set(Object.keys(isObject(field) && isObject(field['properties']) ? field['properties'] : {}));
}

/** Whether the field type may be asked about the field at all: it relies on its options being as it wants them. */
function checkOptions(type: FieldType, options: JsonObject, report: Report): boolean {
  const common = commonOptions();
  const declared = isObject(type.options['properties']) ? type.options['properties'] : {};
  const own = Object.fromEntries(
    Object.entries(options).filter(([key]) => !common.has(key) || (key === 'relation' && key in declared)),
  );
  const findings = validateBy(type.options, own);
  for (const { pointer, message } of findings) {
    report(`/field${pointer}`, `${message} (options of the field type "${type.name}")`);
  }
  if (options['relation'] !== undefined && !type.reference) {
    report('/field/relation', `a field of type "${type.name}" refers to no other row, so it has no relation`);
  }
  return findings.length === 0;
}

function checkPropertySchema(type: FieldType, property: JsonObject, report: Report): void {
  for (const [key, wanted] of Object.entries(type.schema)) {
    const found = property[key];
    if (sameJson(found, wanted)) continue;
    const need = `a field of type "${type.name}" needs "${key}": ${JSON.stringify(wanted)}`;
    report(
      found === undefined ? '' : `/${escapeStep(key)}`,
      found === undefined ? need : `${need}, found ${JSON.stringify(found)}`,
    );
  }
}

/** A default is a value like any other: the field type must take it. */
function checkDefault(type: FieldType, spec: FieldSpec, report: Report): void {
  const value = spec.schema['default'];
  if (value === undefined) return;
  const decoded = type.decode(value, spec, {});
  if ('violation' in decoded)
    report('/default', `the default is not a value of the field: ${decoded.violation.message}`);
}

/** Adds the entities that offer themselves as targets (`activities: true`) to those the field names. */
function withFoundTargets(
  type: FieldType,
  options: JsonObject,
  entities: ReadonlyMap<string, EffectiveEntity>,
): JsonObject {
  const flag = type.targetsFrom;
  if (flag === undefined) return options;
  const named: readonly Json[] = isArray(options['targets']) ? options['targets'] : [];
  const found = [...entities.values()].filter((entity) => entity.keyword[flag] === true).map((entity) => entity.name);
  const targets = [...new Set([...named, ...found])];
  return targets.length === 0 ? options : { ...options, targets };
}

/** Complete by its type: a new one cannot be left out here. */
const columnTypes: Readonly<Record<ColumnType, true>> = {
  text: true,
  integer: true,
  bigint: true,
  numeric: true,
  boolean: true,
  date: true,
  timestamptz: true,
  timestamp: true,
  uuid: true,
  jsonb: true,
  'integer[]': true,
};

function columnsOf(type: FieldType, spec: FieldSpec, report: Report): readonly Column[] {
  return type.columns(spec).map((column) => {
    const name = `${spec.name}${column.suffix}`;
    if (name.length > 63)
      report('', `the column "${name}" would have ${name.length} characters; a column's name has at most 63`);
    if (!Object.hasOwn(columnTypes, column.type)) {
      const all = Object.keys(columnTypes).join(', ');
      report('/field', `the field type "${type.name}" asks for a column of type "${column.type}"; there are: ${all}`);
    }
    return { ...column, field: spec.name, name, wire: column.wire ?? name };
  });
}

function defaultOf(
  property: JsonObject,
  system: SystemValue | undefined,
  status: readonly State[] | undefined,
): unknown {
  if (property['default'] !== undefined) return property['default'];
  if (system === 'state') return status?.[0]?.state;
  if (system === 'status') return status?.[0]?.reasons[0]?.value;
  return undefined;
}

function referenceOf(
  type: FieldType,
  spec: FieldSpec,
  entity: EffectiveEntity,
  around: FieldSurroundings,
  report: Report,
): Reference | undefined {
  const reference = type.reference?.(spec);
  if (!reference) return undefined;
  const known = reference.targets.filter((target) => {
    if (around.entities.has(target)) return true;
    const at = isArray(spec.options['targets'])
      ? `/field/targets/${reference.targets.indexOf(target)}`
      : '/field/target';
    report(at, `there is no entity "${target}"${suggest(target, around.entities.keys())}`, 'ENTITY_UNKNOWN');
    return false;
  });
  const toView = known.some((target) => around.entities.get(target)?.keyword['union'] !== undefined);
  return {
    ...reference,
    targets: known,
    relation: relationName(reference.relation, spec, entity),
    // A view cannot be referenced by a foreign key.
    constraint: reference.constraint && !toView && entity.keyword['union'] === undefined,
  };
}

/** A relation that a trait or a union names is one for each entity that has it: the entity's name goes before it. */
function relationName(name: string, spec: FieldSpec, entity: EffectiveEntity): string {
  const { relation } = spec.options;
  const explicit = isObject(relation) && relation['name'] === name;
  const isInherited = !entity.origins.get(spec.name)?.includes(entity.id);
  const words = name.split('_');
  const isNamed = words.includes(entity.name) || words.includes(entity.set);
  return explicit && isInherited && !isNamed ? `${entity.name}_${name}` : name;
}

function checkNamesInFields(entity: EffectiveEntity, fields: ReadonlyMap<string, Field>, problems: ProblemList): void {
  for (const field of fields.values()) {
    const place = fieldPlace(entity, field.name);
    const path = `/properties/${escapeStep(field.name)}/field`;
    const unknown = (name: string, below: string, among: Iterable<string> = fields.keys()): void =>
      problems.add(
        'FIELD_UNKNOWN',
        place,
        `${path}${below}`,
        `${entity.name} has no field "${name}"${suggest(name, among)}`,
      );
    field.compose?.forEach((name, index) => {
      if (!fields.has(name)) unknown(name, `/compose/${index}`);
    });
    if (field.stamp && !fields.get(field.stamp.lookup)?.reference) {
      unknown(
        field.stamp.lookup,
        '/stamp/lookup',
        [...fields.values()].filter((other) => other.reference).map((other) => other.name),
      );
    }
    for (const column of field.columns) {
      if (column.quotient && !fields.has(column.quotient.by)) {
        problems.add(
          'FIELD_UNKNOWN',
          place,
          path,
          `the amount is divided by "${column.quotient.by}", which ${entity.name} does not have`,
        );
      }
    }
  }
}
