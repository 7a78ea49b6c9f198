// Business rules on the server: behind every plugin's `before` handlers, whichever way a write comes (API, import, bulk, plugins).
// What a form shows at once is asked here again, of the row as it would be.
import { applyRules, branchesOf, RulesUnsettled, type Branches, type Effects } from '../../metadata/apply-rules.ts';
import type { RuleMetadata } from '../../metadata/effective.ts';
import type { Call } from '../engine.ts';
import type { InnerHandler } from '../events/handlers.ts';
import type { Entity, Field, Model } from '../model/model.ts';
import type { EventHandler, HandlerContext, Violation } from '../sdk/index.ts';
import { evaluator, ExpressionFailed } from './evaluate.ts';
import { rulesByEntity } from '../model/rules-by-entity.ts';

const languages = new WeakMap<Model, Map<string, ReadonlyMap<string, readonly RuleMetadata[]>>>();

function rulesIn(model: Model, language: string, entity: string): readonly RuleMetadata[] {
  let known = languages.get(model);
  if (!known) languages.set(model, (known = new Map()));
  let rules = known.get(language);
  if (!rules) known.set(language, (rules = rulesByEntity(model, language)));
  return rules.get(entity) ?? [];
}

/** A handler of creates and one of updates for each entity that has rules; `others` run before them. */
export function ruleHandlers(model: Model, others: readonly EventHandler[]): readonly InnerHandler[] {
  return [...rulesByEntity(model).keys()].flatMap((name) => {
    const entity = model.entities.get(name);
    if (!entity) return [];
    const after = others
      .filter((other) => other.stage === 'before' && (other.entity === undefined || other.entity === name))
      .map((other) => other.name);
    const common = { stage: 'before', entity: name, after, run: () => undefined } as const;
    return [
      {
        ...common,
        name: `/rules create ${name}`,
        message: 'create',
        runInside: (call, at) => enforce(call, entity, at),
      },
      {
        ...common,
        name: `/rules update ${name}`,
        message: 'update',
        image: true,
        runInside: (call, at) => enforce(call, entity, at),
      },
    ] satisfies readonly InnerHandler[];
  });
}

async function enforce(call: Call, entity: Entity, context: HandlerContext): Promise<void> {
  const rules = rulesIn(call.engine.model, call.principal.language, entity.name);
  const { values, image } = context;
  const evaluate = evaluator({ timeZone: context.timeZone, now: new Date(context.now) });
  let effects: Effects;
  let before: Branches = new Map();
  try {
    if (image) before = await branchesOf(rules, recordOf(entity, image), evaluate);
    const next = { ...(image ?? defaultsOf(entity)), ...values };
    const given = new Set(Object.keys(values).filter((name) => values[name] !== undefined));
    effects = await applyRules(rules, { record: recordOf(entity, next), before, given }, evaluate);
  } catch (error) {
    const violation = failed(entity, rules, error);
    if (!violation) throw error;
    return context.refuse(violation);
  }
  for (const [name, value] of effects.values) {
    if (sameValue(value, plain(entity, name, image?.[name])) && !(name in values)) continue;
    values[name] = value;
  }
  const next = { ...(image ?? defaultsOf(entity)), ...values };
  const has = (name: string): boolean => plain(entity, name, next[name]) !== null;
  const titled = (name: string): string => entity.fields.get(name)?.title ?? name;
  for (const name of effects.required)
    if (!has(name))
      context.refuse({
        code: 'FIELD_REQUIRED',
        target: name,
        message: `${titled(name)} (${name}) must have a value here.`,
      });
  if (image && call.unlocked !== true)
    for (const name of lockedBefore(before))
      if (
        effects.locked.has(name) &&
        name in values &&
        !effects.values.has(name) &&
        changes(entity, name, values, image)
      )
        context.refuse({ code: 'FIELD_LOCKED', target: name, message: `${titled(name)} (${name}) cannot change now.` });
  for (const [name, allowed] of effects.choices) {
    const value = plain(entity, name, next[name]);
    const isNew = !image || changes(entity, name, values, image);
    if (value === null || !isNew || [value].flat().every((one) => allowed.includes(Number(one)))) continue;
    const field = entity.fields.get(name);
    const open = (field?.choices ?? []).filter((option) => allowed.includes(option.value));
    const message = `${titled(name)} can only be ${open.map((option) => `${option.value} (${option.title})`).join(', ')} here.`;
    context.refuse({ code: 'CHOICE_REFUSED', target: name, message });
  }
  for (const { field, message } of effects.refused) context.refuse({ code: 'RULE_REFUSED', target: field, message });
}

function failed(entity: Entity, rules: readonly RuleMetadata[], error: unknown): Violation | undefined {
  if (error instanceof RulesUnsettled)
    return { code: 'RULES_UNSETTLED', target: entity.name, message: `Nothing was saved: ${error.message}. Mend them.` };
  if (!(error instanceof ExpressionFailed)) return undefined;
  const rule = rules.find((one) => JSON.stringify(one).includes(JSON.stringify(error.text)));
  const message = `The rule ${rule?.id ?? ''} could not be told (${error.message}). Mend its expression "${error.text}".`;
  return { code: 'RULE_FAILED', target: entity.name, message };
}

function lockedBefore(branches: Branches): ReadonlySet<string> {
  return new Set([...branches.values()].flatMap((branch) => branch?.lock ?? []));
}

function changes(
  entity: Entity,
  name: string,
  values: Readonly<Record<string, unknown>>,
  image: Readonly<Record<string, unknown>>,
): boolean {
  return name in values && !sameValue(plain(entity, name, values[name]), plain(entity, name, image[name]));
}

const sameValue = (one: unknown, other: unknown): boolean =>
  JSON.stringify(one ?? null) === JSON.stringify(other ?? null);

/** What a field's value is for an expression: lookups by id, numbers as numbers, instants in one spelling; null is empty. */
function plain(entity: Entity, name: string, value: unknown): unknown {
  if (value === undefined || value === null || value === '') return null;
  const field = entity.fields.get(name);
  if (typeof value === 'object' && !Array.isArray(value)) return (value as { readonly id?: unknown }).id ?? null;
  if (typeof value !== 'string' || !field) return value;
  const { type, format } = field.spec.schema;
  if ((type === 'number' || type === 'integer') && value.trim() !== '' && Number.isFinite(Number(value)))
    return Number(value);
  if (format === 'uuid') return value.toLowerCase();
  const time = format === 'date-time' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(time) ? value : new Date(time).toISOString();
}

function recordOf(entity: Entity, row: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const record: Record<string, unknown> = {};
  for (const name of Object.keys(row)) {
    const value = entity.fields.has(name) ? plain(entity, name, row[name]) : null;
    if (value !== null) record[name] = value;
  }
  return record;
}

/** What the engine fills in for a new row where nothing is given. */
function defaultsOf(entity: Entity): Readonly<Record<string, unknown>> {
  const entries = [...entity.fields.values()].flatMap((field: Field) =>
    field.default === undefined ? [] : [[field.name, field.default] as const],
  );
  return Object.fromEntries(entries);
}
