// Choice documents, and the options of a field that chooses.
import type { FieldSpec, FieldType, Json, JsonObject } from '../sdk/index.ts';
import type { Choice, ChoiceOption } from './model.ts';
import { isArray, isObject } from './pointer.ts';

export function choicesOf(documents: ReadonlyMap<string, JsonObject>): ReadonlyMap<string, Choice> {
  const choices = new Map<string, Choice>();
  for (const [id, document] of documents) {
    if (!id.startsWith('choices/')) continue;
    const name = id.slice('choices/'.length);
    choices.set(name, { id: name, title: String(document['title'] ?? name), options: optionsOf(document['options']) });
  }
  return choices;
}

export function optionsOf(list: Json | undefined): readonly ChoiceOption[] {
  if (!isArray(list)) return [];
  return list.filter(isObject).map((option) => ({
    value: Number(option['value']),
    title: typeof option['title'] === 'string' ? option['title'] : String(option['value']),
    color: typeof option['color'] === 'string' ? option['color'] : undefined,
  }));
}

/** The options of a field: a shared choice's, or the field's own; undefined where the type has none. */
export function fieldChoices(
  type: FieldType,
  spec: FieldSpec,
  choices: ReadonlyMap<string, Choice>,
): { readonly options: readonly ChoiceOption[]; readonly unknown?: string } | undefined {
  const chosen = type.choices?.(spec);
  if (!chosen) return undefined;
  if (chosen.choice === undefined) return { options: optionsOf(spec.options['options']) };
  const shared = choices.get(chosen.choice);
  return shared ? { options: shared.options } : { options: [], unknown: chosen.choice };
}
