// `npm run generate`: writes the type of each kind of document beside its schema; `--check` only compares and fails on
// drift. The schemas are the source, nobody edits a `.gen.ts` by hand.
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compile } from 'json-schema-to-typescript';
import type { JSONSchema } from 'json-schema-to-typescript';
import { format, resolveConfig } from 'prettier';

const folder = import.meta.dirname;
const suffix = '.schema.json';

interface Node {
  readonly [key: string]: unknown;
}

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * What the type generator should read: the schema of a whole document (an overlay is any part of one), without what it
 * would turn into unions with `unknown` (branches that only say which keys go together) or repeat (a described `$ref`).
 */
function typeSchema(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(typeSchema);
  if (!isNode(node)) return node;
  if ('$ref' in node) return { $ref: node['$ref'] };
  const { if: _condition, then, oneOf, $id: _id, ...rest } = node;
  const branches = Array.isArray(oneOf) && oneOf.some((branch) => !isNode(branch) || !('required' in branch));
  return Object.fromEntries(
    Object.entries({ ...rest, ...(isNode(then) ? then : {}), ...(branches ? { oneOf } : {}) }).map(([key, value]) => [
      key,
      named.has(key) && isNode(value) ? mapValues(value) : typeSchema(value),
    ]),
  );
}

/** Keywords whose keys are names of the document: a property called `then` is no condition. */
const named: ReadonlySet<string> = new Set(['properties', '$defs']);

const mapValues = (node: Node): Node =>
  Object.fromEntries(Object.entries(node).map(([key, value]) => [key, typeSchema(value)]));

/** Schema file name → text of the `.gen.ts` beside it. */
async function generateType(file: string): Promise<string> {
  const schema: unknown = JSON.parse(await readFile(join(folder, file), 'utf8'));
  const source = await compile(typeSchema(schema) as JSONSchema, basename(file, suffix), {
    additionalProperties: false,
    bannerComment: `// Generated from ${file} by \`npm run generate\`: change the schema, not this file.`,
    format: false,
    ignoreMinAndMaxItems: true,
    cwd: folder,
  });
  const options = await resolveConfig(fileURLToPath(import.meta.url));
  return format(source, { ...options, parser: 'typescript' });
}

/** Names of generated files that differ from what the schemas say; written anew unless `check`. */
export async function generate(check: boolean): Promise<string[]> {
  const drifted: string[] = [];
  const files = (await readdir(folder)).filter((name) => name.endsWith(suffix)).sort();
  for (const file of files) {
    const target = file.replace(suffix, '.gen.ts');
    const wanted = await generateType(file);
    const present = await readFile(join(folder, target), 'utf8').catch(() => '');
    if (present === wanted) continue;
    drifted.push(target);
    if (!check) await writeFile(join(folder, target), wanted);
  }
  return drifted;
}

if (import.meta.main) {
  const check = process.argv.includes('--check');
  const drifted = await generate(check);
  for (const name of drifted) console.log(`${check ? 'out of date' : 'written'}: metadata/schemas/${name}`);
  if (check && drifted.length > 0) {
    console.error('Run `npm run generate` and commit what it writes.');
    process.exitCode = 1;
  }
}
