// JSONata expressions in documents: parsed when the document is read, and the names they begin with, so that a field
// that does not exist is found before anything runs.
import { createRequire } from 'node:module';
import type jsonata from 'jsonata';

let parser: typeof jsonata | undefined;

/** Loads the parser when the first expression is met: it takes 8 MB, and many organizations have none. */
function parse(text: string): jsonata.Expression {
  parser ??= createRequire(import.meta.url)('jsonata') as typeof jsonata;
  return parser(text);
}

/** The expression's syntax tree, as jsonata makes it. Throws its error where the text does not parse. */
export function parseExpression(text: string): unknown {
  return parse(text).ast();
}

/** What is wrong with the expression's text; undefined where it parses. */
export function expressionProblem(text: string): string | undefined {
  try {
    parse(text);
    return undefined;
  } catch (error) {
    const { message, position } = error as { message?: string; position?: number };
    const where = typeof position === 'number' ? ` at character ${position}` : '';
    return `not a JSONata expression${where}: ${message ?? String(error)}`;
  }
}

type Node = Readonly<Record<string, unknown>>;

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The names that an expression reads from the record itself: the first step of each path outside filters and blocks that
 * have moved the context (`stakeholders[role = 'decision']` reads `stakeholders`). Empty where it does not parse.
 */
export function recordNames(text: string): ReadonlySet<string> {
  const names = new Set<string>();
  try {
    collect(parse(text).ast(), names);
  } catch {
    return names;
  }
  return names;
}

function collect(node: unknown, names: Set<string>): void {
  if (Array.isArray(node)) {
    for (const member of node) collect(member, names);
    return;
  }
  if (!isNode(node)) return;
  if (node['type'] === 'path' && Array.isArray(node['steps'])) {
    // Later steps, filters and sort terms are relative to the first step's value.
    const [first] = node['steps'] as readonly unknown[];
    if (isNode(first) && first['type'] === 'name') names.add(String(first['value']));
    else collect(first, names);
    return;
  }
  if (node['type'] === 'name') {
    names.add(String(node['value']));
    return;
  }
  if (node['type'] === 'lambda') {
    collect(node['body'], names);
    return;
  }
  for (const [key, value] of Object.entries(node)) {
    if (key === 'predicate' || key === 'stages' || key === 'group' || key === 'position') continue;
    if (typeof value === 'object') collect(value, names);
  }
}
