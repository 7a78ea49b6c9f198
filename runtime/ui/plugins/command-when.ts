// When a command is there: its JSONata condition over the record's values, as the server's rules read them. The language is loaded
// with the first condition.
import type { CommandMetadata, EntityMetadata } from '../../../metadata/effective.ts';
import { valuesOf, type Values } from '../record-values.ts';
import type { Workspace } from '../workspace.ts';

interface Expression {
  evaluate(input: unknown): Promise<unknown>;
}

const compiled = new Map<string, Promise<Expression>>();

function expressionOf(text: string): Promise<Expression> {
  let expression = compiled.get(text);
  if (!expression) {
    expression = import('jsonata').then(({ default: jsonata }) => jsonata(text) as Expression);
    compiled.set(text, expression);
  }
  return expression;
}

/** Empty fields are not there, as JSONata has it: `$exists(name)`. */
function input(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null && value !== undefined));
}

/** Undefined where it cannot be worked out. */
export async function evaluate(text: string, values: Values): Promise<unknown> {
  try {
    return await (await expressionOf(text)).evaluate(input(values));
  } catch {
    return undefined;
  }
}

export async function holds(text: string | undefined, values: Values): Promise<boolean> {
  return text === undefined || Boolean(await evaluate(text, values));
}

/** Rows asked for in one request. */
const AT_ONCE = 50;

/** The values that commands ask of these rows, by id. */
export async function valuesOfRows(
  workspace: Workspace,
  entity: EntityMetadata,
  ids: readonly string[],
  commands: readonly CommandMetadata[],
): Promise<ReadonlyMap<string, Values>> {
  const names = new Set(commands.flatMap((command) => (command.when === undefined ? [] : command.reads)));
  const fields = [...names].flatMap((name) => entity.fields[name] ?? []);
  if (fields.length === 0) return new Map(ids.map((id) => [id, {}]));
  const found = new Map<string, Values>();
  for (let at = 0; at < ids.length; at += AT_ONCE) {
    const filter = ids
      .slice(at, at + AT_ONCE)
      .map((id) => `${entity.key} eq ${id}`)
      .join(' or ');
    const select = [entity.key, ...fields.map((field) => field.wire)];
    const page = await workspace.client.list(entity.set, { select, filter, size: AT_ONCE });
    for (const row of page.rows) found.set(String(row[entity.key]), valuesOf(row, entity));
  }
  return found;
}
