// Business rules while a form is filled in: worked out again at every change, in the order in which changes came. The server asks
// all of them again when the record is saved. Loaded with the first form that has rules.
import jsonata from 'jsonata';
import { html } from 'lit';
import { applyRules, branchesOf, type Branches, type Effects, type Evaluate } from '../../../metadata/apply-rules.ts';
import type { FieldMetadata, FormMetadata } from '../../../metadata/effective.ts';
import { daysBetween, todayIn } from '../../../metadata/expression-functions.ts';
import type { FieldValue, LookupValue } from '../field-ui.ts';
import { icon } from '../icon.ts';
import { isEmpty, type Values } from '../record-values.ts';
import type { RecordDraft } from './record-draft.ts';
import type { RulesNow } from './rules-now.ts';

interface Expression {
  evaluate(input: unknown, functions: object): Promise<unknown>;
}

const compiled = new Map<string, Expression>();

function expressionOf(text: string): Expression {
  let expression = compiled.get(text);
  if (!expression) compiled.set(text, (expression = jsonata(text) as Expression));
  return expression;
}

function rulesNow(effects: Effects): RulesNow {
  const fields = new Map<FieldMetadata, FieldMetadata>();
  const about = (list: Effects['refused'], { name }: FieldMetadata) => list.filter((said) => said.field === name);
  return {
    hidden: effects.hidden,
    lockOf: ({ name }) => (effects.locked.has(name) ? 'rule' : undefined),
    fieldOf(field) {
      const allowed = effects.choices.get(field.name);
      if (!allowed && !effects.required.has(field.name)) return field;
      let now = fields.get(field);
      if (!now) {
        const choices = field.choices?.filter(({ value }) => !allowed || allowed.includes(Number(value)));
        const required = field.required || effects.required.has(field.name);
        fields.set(field, (now = { ...field, required, ...(choices && { choices }) }));
      }
      return now;
    },
    refusal: (field) => about(effects.refused, field)[0]?.message,
    advice: (field) =>
      about(effects.recommended, field).map(
        ({ message }) => html`<p class="x-field-advice">${icon('info')}<span>${message}</span></p>`,
      ),
    refused: effects.refused.map(({ field }) => field),
  };
}

const asList = (_key: string, value: unknown): unknown =>
  value instanceof Set || value instanceof Map ? [...(value as Iterable<unknown>)] : value;

/** Follows the draft until it is told to stop. */
export function followRules(draft: RecordDraft, form: FormMetadata, timeZone: string): () => void {
  const rules = [...(draft.entity.rules ?? []), ...(form.rules ?? [])];
  const functions = {
    today: () => todayIn(timeZone, new Date()),
    days: (from: unknown, to: unknown) => daysBetween(from, to, timeZone),
  };
  const evaluate: Evaluate = async (text, record) => expressionOf(text).evaluate(record, functions);
  let before: Branches | undefined;
  let running = false;
  let again = false;
  let stopped = false;
  let said = '';

  const once = async (): Promise<void> => {
    const record = recordOf(draft.values);
    const given = new Set(Object.keys(draft.changes));
    try {
      // What held when the form was opened is nothing new.
      before ??= draft.isNew ? new Map() : await branchesOf(rules, recordOf(draft.base), evaluate);
      const effects = await applyRules(rules, { record, before, given }, evaluate);
      if (stopped) return;
      before = effects.branches;
      // Whoever only looks at a row changes nothing, be the row older than the rule.
      if (draft.dirty || draft.isNew) for (const [name, value] of effects.values) fill(draft, name, value);
      const text = JSON.stringify(effects, asList);
      if (text !== said) draft.take(rulesNow(effects));
      said = text;
    } catch {
      // What cannot be told here the server says when the record is saved.
    }
  };
  const run = async (): Promise<void> => {
    again = true;
    if (running) return;
    running = true;
    while (again && !stopped) {
      again = false;
      await once();
    }
    running = false;
  };
  const unlisten = draft.listen(() => void run());
  void run();
  return () => {
    stopped = true;
    unlisten();
  };
}

function fill(draft: RecordDraft, name: string, value: unknown): void {
  const field = draft.entity.fields[name];
  // A lookup is set by the server: its name is not known here.
  if (!field || (field.targets && value !== null)) return;
  if (JSON.stringify(plain(draft.value(name))) !== JSON.stringify(value)) draft.set(name, value as FieldValue);
}

function recordOf(values: Values): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (isEmpty(value) ? [] : [[name, plain(value)]])),
  );
}

/** Lookups by their id. */
function plain(value: FieldValue): unknown {
  return typeof value === 'object' && value !== null && 'id' in value ? (value as LookupValue).id : value;
}
