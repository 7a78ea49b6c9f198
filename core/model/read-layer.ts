// Reads a layer, from a folder or from texts, and checks each document by its kind. Every problem of every file is
// returned at once, so that the caller can put those of several layers into one error.
import { readFile, readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { JsonObject } from '../sdk/index.ts';
import { codeFolders, placementOf } from './document-kind.ts';
import type { Layer, LayerIdentity, Problem, SourceDocument } from './layer.ts';
import { locate } from './locate.ts';
import { parseJson } from './parse-json.ts';
import { isArray, isObject, memberIds, memberKey } from './pointer.ts';
import { validateDocument } from './validate-document.ts';

export interface ReadLayer {
  readonly layer: Layer;
  readonly problems: readonly Problem[];
}

/** A text with its document id and the name people know it by. */
export interface DocumentText {
  readonly id: string;
  readonly file: string;
  readonly text: string;
}

/** Reads every document below `folder`; folders of code and tests, and JSON files that are no documents, are passed over. */
export async function readLayer(folder: string, identity: LayerIdentity): Promise<ReadLayer> {
  const paths = await documentPaths(folder, folder);
  const texts = await Promise.all(
    paths.map(async (path) => ({ id: idOf(folder, path), file: shownPath(path), text: await readFile(path, 'utf8') })),
  );
  return readDocuments(identity, texts);
}

/** Makes a layer of texts that are already in memory: the organization's own, a test's. */
export function readDocuments(identity: LayerIdentity, texts: readonly DocumentText[]): ReadLayer {
  const documents = new Map<string, SourceDocument>();
  const problems: Problem[] = [];
  for (const { id, file, text } of texts.toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
    const read = readDocument(id, file, text);
    problems.push(...read.problems);
    if (read.body) documents.set(id, { file, text, body: read.body });
  }
  return { layer: { ...identity, documents }, problems };
}

/** Makes a layer of documents: their text is what JSON.stringify writes. */
export function layerOf(identity: LayerIdentity, documents: Readonly<Record<string, JsonObject>>): ReadLayer {
  return readDocuments(
    identity,
    Object.entries(documents).map(([id, body]) => ({
      id,
      file: `${identity.id}:${id}.json`,
      text: JSON.stringify(body, null, 2),
    })),
  );
}

function readDocument(
  id: string,
  file: string,
  text: string,
): { readonly body?: JsonObject; readonly problems: readonly Problem[] } {
  const parsed = parseJson(text);
  if (parsed.problems.length > 0) {
    return { problems: parsed.problems.map((problem) => ({ code: 'DOCUMENT_MALFORMED', file, ...problem })) };
  }
  const placement = placementOf(id);
  if ('message' in placement)
    return { problems: [{ code: 'DOCUMENT_MISPLACED', file, pointer: '', message: placement.message }] };
  if (!isObject(parsed.value)) {
    return {
      problems: [
        { code: 'DOCUMENT_INVALID', file, pointer: '', line: 1, column: 1, message: 'a document is a JSON object' },
      ],
    };
  }
  const body = parsed.value;
  const findings = [...validateDocument(placement.kind, body), ...repeatedMembers(body)];
  const problems = findings.map((finding) => locate({ code: 'DOCUMENT_INVALID', file, ...finding }, text));
  return problems.length === 0 ? { body, problems } : { problems };
}

/** Members of one list that share an id: nothing could address them. */
function repeatedMembers(body: JsonObject): readonly { readonly pointer: string; readonly message: string }[] {
  const findings: { pointer: string; message: string }[] = [];
  const visit = (value: unknown, name: string, pointer: string): void => {
    if (isArray(value)) {
      const ids = memberIds(name, value);
      ids?.forEach((id, index) => {
        if (ids.indexOf(id) !== index) {
          findings.push({
            pointer: `${pointer}/${index}`,
            message: `the ${memberKey(name)} "${id}" is given twice in "${name}"; each must be its own`,
          });
        }
      });
      value.forEach((member, index) => visit(member, name, `${pointer}/${index}`));
    } else if (isObject(value)) {
      for (const [key, member] of Object.entries(value)) visit(member, key, `${pointer}/${key}`);
    }
  };
  visit(body, '', '');
  return findings;
}

async function documentPaths(root: string, folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const found = await Promise.all(
    entries.map(async (entry): Promise<readonly string[]> => {
      const path = join(folder, entry.name);
      if (entry.name.startsWith('.')) return [];
      if (entry.isDirectory()) return folder === root && codeFolders.has(entry.name) ? [] : documentPaths(root, path);
      if (!entry.name.endsWith('.json')) return [];
      return folder === root && entry.name !== 'plugin.json' ? [] : [path];
    }),
  );
  return found.flat();
}

function idOf(folder: string, path: string): string {
  return relative(folder, path)
    .split(sep)
    .join('/')
    .replace(/\.json$/, '');
}

function shownPath(path: string): string {
  const fromHere = relative(process.cwd(), path);
  return fromHere.startsWith('..') ? path : fromHere;
}
