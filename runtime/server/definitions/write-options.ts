// Options of shared choices and of fields: made with them, and inserted, changed, deleted and ordered by actions.
import type { Json, JsonObject } from '../../../core/sdk/index.ts';
import type { Row } from './definition.ts';
import {
  dropTexts,
  isObject,
  isOwn,
  mainText,
  objectAt,
  ownDocument,
  problem,
  putDocument,
  putTexts,
  readLabel,
  schemaNameAt,
  shown,
  textAt,
  type Draft,
} from './draft.ts';

/** Values that nobody chose begin here, as those of a publisher without a number of its own. */
const FIRST_VALUE = 100_000_000;

/** Where a list of options stands: in a shared choice, or in a field. */
export interface OptionPlace {
  readonly document: string;
  /** Logical name of the field; undefined: the document is a choice. */
  readonly field: string | undefined;
}

function labelPath({ field }: OptionPlace, value: number): string {
  return field === undefined ? `options/${value}/title` : `properties/${field}/options/${value}/title`;
}

/** `Options` as they are sent with a new choice or field; their labels go to the locale files. */
export function newOptions(draft: Draft, sent: unknown, place: OptionPlace, target: string): readonly JsonObject[] {
  if (sent === undefined || sent === null) return [];
  if (!Array.isArray(sent)) {
    problem(draft, 'DEFINITION_OPTIONS', target, 'Options is a list of {"Value": 1, "Label": {…}}.');
    return [];
  }
  const options: JsonObject[] = [];
  const taken = new Set<number>();
  sent.forEach((one: unknown, index) => {
    const at = `${target}/${index}`;
    if (!isObject(one)) {
      problem(draft, 'DEFINITION_OPTIONS', at, 'An option is {"Value": 1, "Label": {…}}.');
      return;
    }
    const option = readOption(draft, one, place, taken, at);
    if (option) options.push(option);
  });
  return options;
}

function readOption(
  draft: Draft,
  sent: JsonObject,
  place: OptionPlace,
  taken: Set<number>,
  target: string,
): JsonObject | undefined {
  const { Value: given, Color: color } = sent;
  const value = given === undefined || given === null ? Math.max(FIRST_VALUE - 1, ...taken) + 1 : given;
  if (typeof value !== 'number' || !Number.isInteger(value)) {
    problem(draft, 'DEFINITION_OPTIONS', `${target}/Value`, 'Value is a whole number.');
    return undefined;
  }
  if (taken.has(value)) problem(draft, 'DEFINITION_OPTIONS', `${target}/Value`, `The value ${value} stands twice.`);
  taken.add(value);
  const texts = readLabel(draft, sent['Label'], `${target}/Label`);
  if (!texts) {
    problem(draft, 'DEFINITION_LABEL', `${target}/Label`, 'An option needs a label.');
    return undefined;
  }
  putTexts(draft, place.document, labelPath(place, value), texts, true);
  const description = readLabel(draft, sent['Description'], `${target}/Description`);
  return {
    value,
    title: mainText(texts),
    ...(description && { description: mainText(description) }),
    ...(typeof color === 'string' && color !== '' && { color }),
  };
}

// --- shared choices

export function createChoice(draft: Draft, sent: Row): string | undefined {
  const named = schemaNameAt(draft, sent, 'Name');
  const kind = sent['OptionSetType'];
  if (kind !== undefined && kind !== 'Picklist')
    problem(
      draft,
      'DEFINITION_OPTIONS',
      'OptionSetType',
      'Only choices (Picklist) are shared; a Yes/No has its two words itself.',
    );
  if (!named) return undefined;
  const name = shown(sent['Name']);
  const id = `choices/${name}`;
  if ([...draft.model.choices.keys()].some((known) => known.toLowerCase() === named.name))
    problem(draft, 'DEFINITION_TAKEN', 'Name', `There is a choice ${name} already.`);
  const texts = readLabel(draft, sent['DisplayName'], 'DisplayName');
  const description = readLabel(draft, sent['Description'], 'Description');
  if (texts) putTexts(draft, id, 'title', texts, true);
  if (description) putTexts(draft, id, 'description', description, true);
  draft.documents.set(id, {
    title: texts ? mainText(texts) : name,
    ...(description && { description: mainText(description) }),
    options: newOptions(draft, sent['Options'], { document: id, field: undefined }, 'Options'),
  });
  return id;
}

export function updateChoice(draft: Draft, name: string, sent: Row, merge: boolean): void {
  const id = `choices/${name}`;
  let body = ownDocument(draft, id);
  for (const [facet, key] of [
    ['DisplayName', 'title'],
    ['Description', 'description'],
  ] as const) {
    const texts = readLabel(draft, sent[facet], facet);
    if (!texts) continue;
    putTexts(draft, id, key, texts, merge);
    body = { ...body, [key]: mainText(texts) };
  }
  putDocument(draft, id, body);
}

export function removeChoice(draft: Draft, name: string): void {
  const id = `choices/${name}`;
  if (!isOwn(draft, id)) {
    problem(draft, 'DEFINITION_BELOW', name, `The choice ${name} was not made by the organization; it stays.`);
    return;
  }
  draft.documents.delete(id);
  dropTexts(draft, (key) => key.startsWith(`${id}#`));
}

// --- the options of either

/** The field or shared choice that an action names: `{OptionSetName}` or `{EntityLogicalName, AttributeLogicalName}`. */
export function optionPlace(draft: Draft, sent: Row): OptionPlace | undefined {
  const { OptionSetName: shared, EntityLogicalName: entityName } = sent;
  if (typeof shared === 'string' && shared !== '') {
    const choice = [...draft.model.choices.keys()].find((name) => name.toLowerCase() === shared.toLowerCase());
    if (choice !== undefined) return { document: `choices/${choice}`, field: undefined };
    problem(draft, 'DEFINITION_UNKNOWN', 'OptionSetName', `There is no choice ${shared.slice(0, 100)}.`);
    return undefined;
  }
  const attribute = textAt(draft, sent, 'AttributeLogicalName')?.toLowerCase();
  const entity = typeof entityName === 'string' ? draft.readable.get(entityName.toLowerCase()) : undefined;
  const field = attribute === undefined ? undefined : entity?.fields.get(attribute);
  if (!entity || !field?.choices || field.system !== undefined) {
    const which = `${shown(entityName)}.${shown(attribute)}`;
    problem(draft, 'DEFINITION_UNKNOWN', 'AttributeLogicalName', `${which} is no field with options of its own.`);
    return undefined;
  }
  const choice = field.type.choices?.(field.spec).choice;
  return choice === undefined
    ? { document: `${entity.name}/entity`, field: field.name }
    : { document: `choices/${choice}`, field: undefined };
}

/** All layers' options, in order. */
function effectiveOptions(draft: Draft, place: OptionPlace): readonly { readonly value: number }[] {
  if (place.field === undefined) return draft.model.choices.get(place.document.slice('choices/'.length))?.options ?? [];
  return draft.model.entities.get(place.document.slice(0, -'/entity'.length))?.fields.get(place.field)?.choices ?? [];
}

function listIn(holder: JsonObject): readonly JsonObject[] {
  const list = holder['options'];
  return Array.isArray(list) ? (list as readonly Json[]).filter(isObject) : [];
}

function belowHas(draft: Draft, place: OptionPlace): boolean {
  const below = draft.below.get(place.document);
  if (place.field === undefined) return below !== undefined;
  return Object.hasOwn(objectAt(below, 'properties'), place.field);
}

/** Changes the organization's own list of options: the whole one, or what it says over the one below. */
function changeList(
  draft: Draft,
  place: OptionPlace,
  change: (list: readonly JsonObject[]) => readonly JsonObject[],
): void {
  const body = ownDocument(draft, place.document);
  if (place.field === undefined) {
    putDocument(draft, place.document, { ...body, options: change(listIn(body)) });
    return;
  }
  const properties = objectAt(body, 'properties');
  const property = objectAt(properties, place.field);
  const field = objectAt(property, 'field');
  const changed = { ...property, field: { ...field, options: change(listIn(field)) } };
  putDocument(draft, place.document, { ...body, properties: { ...properties, [place.field]: changed } });
}

/** Replaces the member with the option's value, or adds it. */
function putOption(list: readonly JsonObject[], option: JsonObject): readonly JsonObject[] {
  const known = list.some((one) => one['value'] === option['value']);
  if (!known) return [...list, option];
  return list.map((one) => (one['value'] === option['value'] ? { ...one, ...option } : one));
}

function valueAt(draft: Draft, sent: Row, place: OptionPlace): number | undefined {
  const value = sent['Value'];
  if (typeof value === 'number' && effectiveOptions(draft, place).some((one) => one.value === value)) return value;
  problem(draft, 'DEFINITION_OPTIONS', 'Value', `There is no option ${JSON.stringify(value ?? null)}.`);
  return undefined;
}

/** Returns the new option's value. */
export function insertOption(draft: Draft, sent: Row): number | undefined {
  const place = optionPlace(draft, sent);
  if (!place) return undefined;
  const taken = new Set(effectiveOptions(draft, place).map(({ value }) => value));
  const { Value, Label, Description, Color } = sent as JsonObject;
  const option = readOption(draft, { Value, Label, Description, Color }, place, taken, 'Option');
  if (!option) return undefined;
  changeList(draft, place, (list) => putOption(list, option));
  return Number(option['value']);
}

export function updateOption(draft: Draft, sent: Row): void {
  const place = optionPlace(draft, sent);
  const value = place && valueAt(draft, sent, place);
  if (!place || value === undefined) return;
  const merge = sent['MergeLabels'] === true;
  const texts = readLabel(draft, sent['Label'], 'Label');
  if (texts) putTexts(draft, place.document, labelPath(place, value), texts, merge);
  const description = readLabel(draft, sent['Description'], 'Description');
  const color = sent['Color'];
  changeList(draft, place, (list) =>
    putOption(list, {
      value,
      ...(texts && { title: mainText(texts) }),
      ...(description && { description: mainText(description) }),
      ...(typeof color === 'string' && { color }),
    }),
  );
}

export function removeOption(draft: Draft, sent: Row): void {
  const place = optionPlace(draft, sent);
  const value = place && valueAt(draft, sent, place);
  if (!place || value === undefined) return;
  changeList(draft, place, (list) => {
    const gone = list.find((one) => one['value'] === value);
    // What was placed after it takes its place.
    const rest = list
      .filter((one) => one !== gone)
      .map(({ after, ...one }): JsonObject => {
        if (after === undefined) return one;
        if (after !== String(value)) return { ...one, after };
        return gone?.['after'] === undefined ? one : { ...one, after: gone['after'] };
      });
    return belowOptions(draft, place).includes(value) ? [...rest, { value, remove: true }] : rest;
  });
  dropTexts(draft, (key) => key === `${place.document}#${labelPath(place, value)}`);
}

function belowOptions(draft: Draft, place: OptionPlace): readonly number[] {
  const below = draft.below.get(place.document);
  const holder =
    place.field === undefined ? (below ?? {}) : objectAt(objectAt(objectAt(below, 'properties'), place.field), 'field');
  return listIn(holder).map((option) => Number(option['value']));
}

/** `Values`: all of them, in the wanted order. */
export function orderOptions(draft: Draft, sent: Row): void {
  const place = optionPlace(draft, sent);
  if (!place) return;
  const present = effectiveOptions(draft, place).map(({ value }) => value);
  const wanted = sent['Values'];
  const values = Array.isArray(wanted) ? wanted.filter((value) => typeof value === 'number') : [];
  if (values.length !== present.length || present.some((value) => !values.includes(value))) {
    problem(draft, 'DEFINITION_OPTIONS', 'Values', `Values lists every option once: ${present.join(', ')}.`);
    return;
  }
  changeList(draft, place, (list) => {
    const known = new Map(list.map((one) => [Number(one['value']), one]));
    if (!belowHas(draft, place))
      return values.flatMap((value): readonly JsonObject[] => {
        const one = known.get(value);
        return one ? [one] : [];
      });
    const gone = list.filter((one) => one['remove'] === true);
    const placed = values.map((value, index): JsonObject => {
      const last = values[index - 1];
      return { ...known.get(value), value, after: last === undefined ? '' : String(last) };
    });
    return [...placed, ...gone];
  });
}
