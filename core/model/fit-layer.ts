// The largest part of the organization's layer that fits what is below it. A plugin that is switched off takes its things with
// it; what the organization said about them is left out of the model that is served, stays in the stored layer, and is whole
// again when the plugin is. Nothing else of the organization's breaks by it.
import { PeyvandError, type Json, type JsonObject } from '../sdk/index.ts';
import type { Layer, Problem, SourceDocument } from './layer.ts';
import type { Model } from './model.ts';
import { overlayAddress } from './overlay.ts';
import { isArray, isObject, memberKey, own, pointerOf, stepsOf } from './pointer.ts';
import { readDocuments } from './read-layer.ts';

/** A part of a document of the organization that is not in the model. */
export interface LeftOut extends Problem {
  readonly document: string;
}

export interface FittedLayer {
  readonly model: Model;
  readonly leftOut: readonly LeftOut[];
}

type Steps = readonly string[];

/** Each turn leaves out what the last one found; deeper chains of references than this are nobody's. */
const TURNS = 50;

/**
 * `below`: the layers `compile` puts under the one it is given.
 * @throws MODEL_INVALID where it is not the organization's documents that are wrong
 */
export function fitLayer(layer: Layer, below: readonly Layer[], compile: (layer: Layer) => Model): FittedLayer {
  const leftOut: LeftOut[] = [];
  let present = layer;
  for (let turn = 0; ; turn += 1) {
    try {
      return { model: compile(present), leftOut };
    } catch (error) {
      const problems = problemsOf(error);
      const next = problems && turn < TURNS ? without(present, problems, below, leftOut) : undefined;
      if (!next) throw error;
      present = next;
    }
  }
}

/** Of a refused model; undefined: it is another error. */
export function problemsOf(error: unknown): readonly Problem[] | undefined {
  if (!(error instanceof PeyvandError) || error.code !== 'MODEL_INVALID') return undefined;
  return error.data?.['problems'] as readonly Problem[] | undefined;
}

/** Undefined: none of the problems is in this layer, so that leaving out helps nothing. */
function without(
  layer: Layer,
  problems: readonly Problem[],
  below: readonly Layer[],
  leftOut: LeftOut[],
): Layer | undefined {
  const byFile = new Map([...layer.documents].map(([id, { file }]) => [file, id]));
  const mine = problems.filter(({ file }) => byFile.has(file));
  // Others may be theirs: what is said wrongly here is sometimes found where it is used.
  if (mine.length === 0) return undefined;
  const documents = new Map(layer.documents);
  // From the end of a list to its beginning: what is left out must not move what is still to be found.
  for (const problem of mine.toSorted((a, b) => byPosition(stepsOf(b.pointer), stepsOf(a.pointer)))) {
    const id = byFile.get(problem.file) ?? '';
    const source = documents.get(id);
    if (!source) continue;
    const address = problem.pointer === '/overlays' ? overlayAddress(below, id) : undefined;
    if (address !== undefined && address !== source.body['overlays']) {
      const said = read(layer, id, source, { ...source.body, overlays: address });
      if (said) documents.set(id, said);
      continue;
    }
    const cut = cutOut(layer, id, source, stepsOf(problem.pointer));
    leftOut.push({ ...problem, document: id, pointer: pointerOf(cut.steps) });
    if (cut.rest) documents.set(id, cut.rest);
    else documents.delete(id);
  }
  return { ...layer, documents };
}

function byPosition(a: Steps, b: Steps): number {
  for (let index = 0; index < Math.min(a.length, b.length); index += 1) {
    const [x = '', y = ''] = [a[index], b[index]];
    if (x === y) continue;
    const both = /^\d+$/.test(x) && /^\d+$/.test(y);
    return both ? Number(x) - Number(y) : x < y ? -1 : 1;
  }
  return a.length - b.length;
}

/** The document without the smallest part around the steps that can go by itself; `rest` undefined: all of it goes. */
function cutOut(
  layer: Layer,
  id: string,
  source: SourceDocument,
  steps: Steps,
): { readonly steps: Steps; readonly rest: SourceDocument | undefined } {
  const closed = id.startsWith('roles/') ? closedGrant(source.body, steps) : undefined;
  if (closed) {
    const rest = read(layer, id, source, closed.body);
    if (rest) return { steps: closed.steps, rest };
  }
  for (let part = partAround(source.body, steps); part.length > 0; part = part.slice(0, -1)) {
    const body = removed(source.body, part);
    const rest = isObject(body) ? read(layer, id, source, body) : undefined;
    if (rest) return { steps: part, rest };
  }
  return { steps: [], rest: undefined };
}

/** Left out of a role, a condition must not give more than it did: the grant becomes none; a denial without it denies always. */
function closedGrant(body: JsonObject, steps: Steps): { readonly body: JsonObject; readonly steps: Steps } | undefined {
  const [first, second = '', third = ''] = steps;
  if (first === 'privileges' && steps.length > 2) {
    const part = [first, second, third];
    return { body: replaced(body, part, 'none') as JsonObject, steps: part };
  }
  if (first !== 'deny' || third !== 'when') return undefined;
  return { body: removed(body, steps.slice(0, 3)) as JsonObject, steps: steps.slice(0, 3) };
}

/** The innermost member, field, grant or text that holds the place: what is less than that means nothing without the rest. */
function partAround(body: JsonObject, steps: Steps): Steps {
  let found: Steps = [];
  let value: Json | undefined = body;
  let name = '';
  steps.forEach((step, index) => {
    const path = steps.slice(0, index + 1);
    if (isArray(value)) {
      const member: Json | undefined = value[Number(step)];
      const known = isObject(member) && member[memberKey(name)] !== undefined;
      if (known || typeof member === 'string') found = path;
      value = member;
      return;
    }
    if (isObject(value)) {
      if (mapped.has(name) || (index === 0 && isPart(body, step))) found = path;
      value = own(value, step);
    }
    name = step;
  });
  return found;
}

/** Objects whose keys are names of things: each can go by itself. */
const mapped: ReadonlySet<string> = new Set(['fields', 'indexes', 'keys', 'privileges', 'properties', 'texts']);

/** Of an overlay everything at its root is a change by itself; a filter of its own view is not: without it the view lists others. */
function isPart(body: JsonObject, key: string): boolean {
  return body['overlays'] !== undefined || isArray(body[key]);
}

function removed(value: Json | undefined, [step = '', ...deeper]: Steps): Json | undefined {
  if (isArray(value)) {
    return value.flatMap((member, index) => {
      if (String(index) !== step) return [member];
      return deeper.length === 0 ? [] : (removed(member, deeper) ?? []);
    });
  }
  if (!isObject(value)) return value;
  const { [step]: inner, ...rest } = value;
  return deeper.length === 0 ? rest : { ...value, [step]: removed(inner, deeper) };
}

function replaced(value: Json | undefined, [step, ...deeper]: Steps, by: Json): Json | undefined {
  if (step === undefined) return by;
  return isObject(value) ? { ...value, [step]: replaced(own(value, step), deeper, by) } : value;
}

/** Undefined: it is no document any more. */
function read(layer: Layer, id: string, source: SourceDocument, body: JsonObject): SourceDocument | undefined {
  const text = JSON.stringify(body, null, 2);
  const { layer: made, problems } = readDocuments(layer, [{ id, file: source.file, text }]);
  return problems.length > 0 ? undefined : made.documents.get(id);
}
