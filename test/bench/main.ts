// `npm run bench -- NAME…` runs benches of this folder, all without a name. Each prints a table for people and, as its last
// line, one JSON object with its figures.
import { readdir } from 'node:fs/promises';

/** What a bench file exports as `bench`: prints its table, gives its figures. */
export type Bench = () => Promise<Readonly<Record<string, unknown>>>;

const known = ['crud', 'publish', 'access', 'query', 'loyalty', 'plugins'];

const files = new Set(await readdir(new URL('.', import.meta.url)));
const names = known.filter((name) => files.has(`${name}.ts`));
const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  process.stderr.write(`There is no bench ${unknown.join(', ')}. There are: ${names.join(', ')}.\n`);
  process.exit(1);
}
for (const name of asked.length > 0 ? asked : names) {
  const { bench } = (await import(`./${name}.ts`)) as { readonly bench: Bench };
  const figures = await bench();
  process.stdout.write(`${JSON.stringify({ bench: name, ...figures })}\n`);
}
