// What business rules ask of a record: the one text that forms run at every change and the server at every write. Expressions are
// worked out by who asks, each with the bounds of its own place.
import type { RuleConsequence, RuleMessage, RuleMetadata } from './effective.ts';

/** Fields by name; what is empty is missing. */
export type RuleRecord = Readonly<Record<string, unknown>>;

/** Works out a JSONata text over a record. May throw; then the rules cannot be told. */
export type Evaluate = (text: string, record: RuleRecord) => Promise<unknown>;

/** The part of each rule that applies: `then`, `else` or nothing. */
export type Branches = ReadonlyMap<string, RuleConsequence | undefined>;

export interface Effects {
  readonly branches: Branches;
  readonly required: ReadonlySet<string>;
  readonly locked: ReadonlySet<string>;
  /** Ids of tabs, sections and items. */
  readonly hidden: ReadonlySet<string>;
  /** Field → the only values it may get. */
  readonly choices: ReadonlyMap<string, readonly number[]>;
  /** Field → what it becomes; null empties it. */
  readonly values: ReadonlyMap<string, unknown>;
  readonly refused: readonly Said[];
  readonly recommended: readonly Said[];
}

/** What a rule says of a field. */
export interface Said extends RuleMessage {
  /** Id of the rule. */
  readonly rule: string;
}

export interface Situation {
  readonly record: RuleRecord;
  /** The branches before; empty for a record that begins. */
  readonly before: Branches;
  /** Fields whose value somebody gave, be it empty: no default replaces it. */
  readonly given: ReadonlySet<string>;
}

/** Rules may set what other rules ask; more rounds than this never end. */
export const MOST_ROUNDS = 10;

export class RulesUnsettled extends Error {
  /** Ids of the rules that still changed something. */
  readonly rules: readonly string[];
  constructor(rules: readonly string[]) {
    super(`the rules ${rules.join(', ')} change each other's fields without end`);
    this.rules = rules;
  }
}

export async function branchesOf(
  rules: readonly RuleMetadata[],
  record: RuleRecord,
  evaluate: Evaluate,
): Promise<Branches> {
  const branches = new Map<string, RuleConsequence | undefined>();
  for (const rule of rules) branches.set(rule.id, (await evaluate(rule.when, record)) === true ? rule.then : rule.else);
  return branches;
}

/** Throws RulesUnsettled, and what `evaluate` throws. */
export async function applyRules(
  rules: readonly RuleMetadata[],
  situation: Situation,
  evaluate: Evaluate,
): Promise<Effects> {
  const record: Record<string, unknown> = { ...situation.record };
  const values = new Map<string, unknown>();
  for (let round = 0; ; round += 1) {
    const branches = await branchesOf(rules, record, evaluate);
    const changed = new Set<string>();
    for (const { id } of rules) {
      const branch = branches.get(id);
      const begins = branch !== situation.before.get(id);
      for (const [field, text] of [
        ...(begins ? Object.entries(branch?.default ?? {}) : []).filter(
          ([name]) => !situation.given.has(name) && (!(name in record) || values.has(name)),
        ),
        ...(begins ? Object.entries(branch?.start ?? {}) : []),
        ...Object.entries(branch?.set ?? {}),
      ]) {
        const value = (await evaluate(text, record)) ?? null;
        if (JSON.stringify(value) === JSON.stringify(record[field] ?? null)) continue;
        values.set(field, value);
        if (value === null) delete record[field];
        else record[field] = value;
        changed.add(id);
      }
    }
    if (changed.size === 0) return effectsOf(rules, branches, values);
    if (round + 1 === MOST_ROUNDS) throw new RulesUnsettled([...changed]);
  }
}

function effectsOf(rules: readonly RuleMetadata[], branches: Branches, values: ReadonlyMap<string, unknown>): Effects {
  const [required, locked, shown, hidden] = [
    new Set<string>(),
    new Set<string>(),
    new Set<string>(),
    new Set<string>(),
  ];
  const choices = new Map<string, readonly number[]>();
  const refused: Said[] = [];
  const recommended: Said[] = [];
  const put = (names: readonly string[] | undefined, into: Set<string>): void =>
    names?.forEach((name) => into.add(name));
  for (const { id: rule, then, else: otherwise } of rules) {
    // What some rule shows is there only while one does.
    put(then.show, hidden);
    put(otherwise?.show, hidden);
    const branch = branches.get(rule);
    put(branch?.show, shown);
    put(branch?.require, required);
    put(branch?.lock, locked);
    for (const [field, allowed] of Object.entries(branch?.choices ?? {})) {
      const before = choices.get(field);
      choices.set(field, before ? allowed.filter((value) => before.includes(value)) : allowed);
    }
    refused.push(...(branch?.refuse ?? []).map((said) => ({ ...said, rule })));
    recommended.push(...(branch?.recommend ?? []).map((said) => ({ ...said, rule })));
  }
  for (const name of shown) hidden.delete(name);
  for (const { id } of rules) put(branches.get(id)?.hide, hidden);
  return { branches, required, locked, hidden, choices, values, refused, recommended };
}
