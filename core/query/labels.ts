// What a choice's value is called in the caller's language, as SQL over the column: labels are the model's constants.
import { literal } from '../db/identifier.ts';
import type { Column, Field, Model } from '../model/model.ts';

/** An SQL expression for the label, or undefined when the field has no options. */
export function optionLabels(
  model: Model,
  field: Field,
  column: Column,
  sql: string,
  language = '',
): string | undefined {
  const labels = labelsOf(model, field, language);
  if (labels.length === 0) return undefined;
  const cases = (value: string, write: (option: number) => string) =>
    `case ${value} ${labels.map(([option, title]) => `when ${write(option)} then ${literal(title)}`).join(' ')} end`;
  if (column.type === 'boolean') return cases(sql, (option) => (option === 0 ? 'false' : 'true'));
  if (column.type === 'integer[]') {
    return `(select string_agg(${cases('o.v', String)}, '; ' order by o.n) from unnest(${sql}) with ordinality o(v, n))`;
  }
  return column.type === 'integer' ? cases(sql, String) : undefined;
}

/** Value → label in that language, else the documents' own. Yes and no stand as 1 and 0. */
export function labelsOf(model: Model, field: Field, language: string): readonly (readonly [number, string])[] {
  const locale = model.locales.get(language) ?? model.locales.get(language.split('-')[0] ?? '');
  if (field.columns[0]?.type === 'boolean' && !field.choices) return yesNo(field, language, locale);
  const state = field.system === 'state' || field.system === 'status' ? stateLabels(model, field) : undefined;
  const options = state ?? (field.choices ?? []).map((option) => ({ ...option, key: optionKey(field, option.value) }));
  return options.map((option) => [option.value, locale?.get(option.key) ?? option.title]);
}

/** A field's own words for true and false, else the language's. */
function yesNo(
  field: Field,
  language: string,
  locale: ReadonlyMap<string, string> | undefined,
): readonly (readonly [number, string])[] {
  const isPersian = language.split('-')[0] === 'fa';
  const word = (name: 'yes' | 'no', usual: string): string => {
    const said = field.spec.options[name];
    return (
      locale?.get(`${field.entity}/entity#properties/${field.name}/${name}`) ??
      (typeof said === 'string' ? said : usual)
    );
  };
  return [
    [0, word('no', isPersian ? 'خیر' : 'No')],
    [1, word('yes', isPersian ? 'بله' : 'Yes')],
  ];
}

interface Labelled {
  readonly value: number;
  readonly title: string;
  readonly key: string;
}

function stateLabels(model: Model, field: Field): readonly Labelled[] | undefined {
  const states = model.entities.get(field.entity)?.status;
  return states?.flatMap((state): readonly Labelled[] => {
    const key = `${field.entity}/entity#status/${state.state}`;
    if (field.system === 'state') return [{ value: state.state, title: state.title, key: `${key}/title` }];
    return state.reasons.map((reason) => {
      return { value: reason.value, title: reason.title, key: `${key}/reasons/${reason.value}/title` };
    });
  });
}

/** Where the label's translation stands: with the shared choice, or with the field. */
function optionKey(field: Field, value: number): string {
  const choice = field.type.choices?.(field.spec).choice;
  if (choice !== undefined) return `choices/${choice}#options/${value}/title`;
  return `${field.entity}/entity#properties/${field.name}/options/${value}/title`;
}
