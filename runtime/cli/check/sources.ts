// A plugin's TypeScript as trees: which modules it imports, what it calls with which texts.
import { globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { parseSync } from 'vite';

export interface Source {
  /** Inside the plugin, with `/`. */
  readonly file: string;
  readonly half: 'server' | 'browser' | 'test';
  /** Also where it is in both halves. */
  readonly inBrowser: boolean;
  readonly imports: readonly Import[];
  readonly calls: readonly CallSite[];
  /** Objects under `strings`, `en` and `fa` …: language → keys; undefined where it is more than a plain list. */
  readonly strings: readonly { readonly languages: ReadonlyMap<string, ReadonlySet<string>>; readonly place: Place }[];
  /** `icon('x')`, `icon: 'x'`. */
  readonly icons: readonly { readonly name: string; readonly place: Place }[];
  /** What the parser says. */
  readonly faults: readonly { readonly message: string; readonly place: Place }[];
}

export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface Import {
  readonly specifier: string;
  readonly place: Place;
}

export interface CallSite {
  /** `records.create`, `context.system.update`, `fetch`. */
  readonly callee: string;
  /** Texts of its arguments; undefined where one is no text that stands here. */
  readonly texts: readonly (string | undefined)[];
  readonly place: Place;
}

/** As the parser gives it (ESTree); only what is looked at here. */
interface Node {
  readonly type: string;
  readonly start: number;
  readonly [key: string]: unknown;
}

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && 'type' in value;

/** Modules named in plugin.json, fields' browser halves, and what these import of their own, run in browsers. */
export async function readSources(folder: string, browserEntries: readonly string[]): Promise<readonly Source[]> {
  const paths = globSync('**/*.ts', { cwd: folder, exclude: (path) => /(?:^|\/)(?:node_modules|\.[^/]*)$/.test(path) })
    .map((path) => path.split(sep).join('/'))
    .filter((path) => !path.endsWith('.d.ts'))
    .sort();
  const texts = new Map(
    await Promise.all(paths.map(async (path) => [path, await readFile(join(folder, path), 'utf8')] as const)),
  );
  const trees = new Map([...texts].map(([path, text]) => [path, read(path, text)]));
  const browser = new Set<string>();
  const follow = (path: string): void => {
    if (browser.has(path) || !trees.has(path)) return;
    browser.add(path);
    for (const { specifier } of trees.get(path)?.imports ?? [])
      if (specifier.startsWith('.')) follow(new URL(specifier, `file:///${path}`).pathname.slice(1));
  };
  for (const path of paths) if (/^fields\/[^/]+\/browser\.ts$/.test(path)) follow(path);
  for (const path of browserEntries) follow(path.replace(/^\.\//, ''));
  const server = new Set<string>();
  const followServer = (path: string): void => {
    if (server.has(path) || !trees.has(path)) return;
    server.add(path);
    for (const { specifier } of trees.get(path)?.imports ?? [])
      if (specifier.startsWith('.')) followServer(new URL(specifier, `file:///${path}`).pathname.slice(1));
  };
  followServer('server.ts');
  return paths.flatMap((path) => {
    const tree = trees.get(path);
    if (!tree) return [];
    const half =
      path.startsWith('test/') || path.endsWith('.test.ts') ? 'test' : browser.has(path) ? 'browser' : 'server';
    // One file in both halves must please both; the stricter is the server's.
    return [{ ...tree, half: server.has(path) ? 'server' : half, inBrowser: browser.has(path) } satisfies Source];
  });
}

function read(file: string, text: string): Omit<Source, 'half' | 'inBrowser'> {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  const placeOf = (offset: number): Place => {
    let line = starts.length;
    while (line > 1 && (starts[line - 1] ?? 0) > offset) line -= 1;
    return { line, column: offset - (starts[line - 1] ?? 0) + 1 };
  };
  const parsed = parseSync(file, text);
  const constants = new Map<string, string>();
  const imports: Import[] = [];
  const calls: CallSite[] = [];
  const strings: Source['strings'][number][] = [];
  const icons: Source['icons'][number][] = [];
  const textOf = (node: unknown): string | undefined => {
    if (!isNode(node)) return undefined;
    if (node.type === 'Literal' && typeof node['value'] === 'string') return node['value'];
    if (node.type === 'Identifier') return constants.get(String(node['name']));
    // What comes before the first value: `https://api.example.org/${id}` still says the host.
    const quasis = node['quasis'];
    if (node.type === 'TemplateLiteral' && Array.isArray(quasis))
      return (quasis[0] as { readonly value?: { readonly cooked?: string } }).value?.cooked;
    return undefined;
  };
  const visit = (node: Node, look: (node: Node) => void): void => {
    look(node);
    for (const value of Object.values(node)) {
      if (Array.isArray(value)) {
        for (const member of value) if (isNode(member)) visit(member, look);
      } else if (isNode(value)) visit(value, look);
    }
  };
  const program = parsed.program as unknown as Node;
  visit(program, (node) => {
    const id = node['id'];
    if (node.type !== 'VariableDeclarator' || !isNode(id) || id.type !== 'Identifier') return;
    const text = textOf(node['init']);
    if (text !== undefined) constants.set(String(id['name']), text);
  });
  visit(program, (node) => {
    const place = placeOf(node.start);
    const from = textOf(node['source']);
    if (/^(?:Import|Export)/.test(node.type) && from !== undefined) imports.push({ specifier: from, place });
    if (node.type === 'CallExpression') {
      const callee = calleeOf(node['callee']);
      const given = Array.isArray(node['arguments']) ? (node['arguments'] as readonly unknown[]) : [];
      const texts = given.map(textOf);
      if (callee !== '') calls.push({ callee, texts, place });
      const [name] = texts;
      if (callee === 'icon' && name !== undefined) icons.push({ name, place });
    }
    if (node.type !== 'Property' || !isNode(node['value'])) return;
    const key = keyOf(node);
    const value = textOf(node['value']);
    if (key === 'icon' && value !== undefined) icons.push({ name: value, place });
    if (key !== 'strings' || node['value'].type !== 'ObjectExpression') return;
    const languages = new Map<string, ReadonlySet<string>>();
    for (const member of members(node['value'])) {
      const of = isNode(member['value']) ? members(member['value']) : [];
      // What is spread in cannot be seen from here.
      if (of.every(({ type }) => type === 'Property')) languages.set(keyOf(member), new Set(of.map(keyOf)));
    }
    strings.push({ languages, place });
  });
  const faults = parsed.errors.map(({ message, labels }) => ({ message, place: placeOf(labels[0]?.start ?? 0) }));
  return { file, imports, calls, strings, icons, faults };
}

const members = (node: Node): readonly Node[] =>
  Array.isArray(node['properties']) ? (node['properties'] as readonly unknown[]).filter(isNode) : [];

function keyOf(node: Node): string {
  const key = node['key'];
  return isNode(key) ? String(key['name'] ?? key['value'] ?? '') : '';
}

/** `a.b.c` of a chain of names; '' of anything else in it. */
function calleeOf(node: unknown): string {
  if (!isNode(node)) return '';
  if (node.type === 'Identifier') return String(node['name']);
  if (node.type === 'ChainExpression') return calleeOf(node['expression']);
  if (node.type !== 'MemberExpression' || node['computed'] === true) return '';
  const property = node['property'];
  const object = calleeOf(node['object']);
  return isNode(property) ? `${object === '' ? '?' : object}.${String(property['name'])}` : '';
}
