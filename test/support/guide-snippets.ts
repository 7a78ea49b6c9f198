// The snippets of plugins/README.md that name a file behind their language: ```ts handlers/typed.ts
import { readFileSync } from 'node:fs';

export interface Snippet {
  /** In the plugin. */
  readonly file: string;
  readonly text: string;
}

const GUIDE = new URL('../../plugins/README.md', import.meta.url);

export function guideSnippets(): readonly Snippet[] {
  const text = readFileSync(GUIDE, 'utf8');
  return [...text.matchAll(/^```(?:ts|json) (\S+)\n([\s\S]*?)^```$/gm)].map(([, file = '', body = '']) => ({
    file,
    text: body,
  }));
}

/** Each `peyvand …` line of its shell snippets, without what is said behind #. */
export function guideCommands(): readonly string[] {
  const text = readFileSync(GUIDE, 'utf8');
  return [...text.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap(([, body = '']) =>
    body.split('\n').flatMap((line) => /^peyvand (.*?)\s*(?:#.*)?$/.exec(line)?.[1] ?? []),
  );
}
