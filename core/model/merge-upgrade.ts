// What an upgrade of a layer below does to the organization's own: each of its documents is merged in three ways
// (merge-three-ways.ts) and said again as an overlay on what is below now. Also decides a conflict afterwards.
import type { Json, JsonObject } from '../sdk/index.ts';
import { renamesBetween, type Rename, type Renames } from './follow-renames.ts';
import type { Layer, SourceDocument } from './layer.ts';
import { mergeLayers } from './merge.ts';
import { mergeThreeWays, withAdditions, type MergeConflict } from './merge-three-ways.ts';
import { overlayAddress } from './overlay.ts';
import { overlayBetween } from './overlay-between.ts';
import { isArray, isObject, memberId, own, stepsOf } from './pointer.ts';
import { readDocuments } from './read-layer.ts';
import { sameValue } from './same-value.ts';

export interface DocumentConflict extends MergeConflict {
  /** `account/forms/main` */
  readonly document: string;
}

export interface MergedUpgrade {
  readonly layer: Layer;
  /** Ours is in force in each, until it is decided otherwise. */
  readonly conflicts: readonly DocumentConflict[];
  /** What is called otherwise now, and was followed in the organization's documents. */
  readonly renames: readonly Rename[];
}

/** `before`, `after`: the layers below the organization's, of the old and the new version. */
export function mergeUpgrade(before: readonly Layer[], after: readonly Layer[], layer: Layer): MergedUpgrade {
  const [known, next] = [mergeLayers(before).documents, mergeLayers(after).documents];
  const renames = renamesBetween(known, next);
  const old = new Map([...known].map(([id, body]) => [renames.id(id), renames.body(id, body)]));
  const conflicts: DocumentConflict[] = [];
  const documents = new Map<string, SourceDocument>();
  for (const [id, source] of following(renames, layer.documents)) {
    const [base, theirs] = [old.get(id), next.get(id)];
    const isOverlay = source.body['overlays'] !== undefined;
    const ours = base !== undefined ? effective(id, base, source) : isOverlay ? undefined : plain(source.body);
    if (ours === undefined || sameValue(base, theirs)) {
      documents.set(id, source);
      continue;
    }
    const merge = mergeThreeWays({ base: base && plain(base), theirs: theirs && plain(theirs), ours });
    conflicts.push(...merge.conflicts.map((conflict) => ({ document: id, ...conflict })));
    if (merge.merged === undefined) continue;
    const said = overlaid(after, id, theirs, merge.merged, source);
    if (said) documents.set(id, said);
  }
  return { layer: { ...layer, documents }, conflicts, renames: renames.all };
}

/** The organization's documents, about what is called otherwise now. */
function following(
  renames: Renames,
  documents: ReadonlyMap<string, SourceDocument>,
): ReadonlyMap<string, SourceDocument> {
  if (renames.all.length === 0) return documents;
  return new Map(
    [...documents].map(([id, source]) => {
      const body = renames.body(id, source.body);
      const now = renames.id(id);
      return [now, now === id && sameValue(body, source.body) ? source : written(now, source, body)];
    }),
  );
}

/** The organization's layer after a conflict went the vendor's way. The same layer where there is nothing to change. */
export function takeTheirs(below: readonly Layer[], layer: Layer, conflict: DocumentConflict): Layer {
  const id = conflict.document;
  const source = layer.documents.get(id);
  const theirs = mergeLayers(below).documents.get(id);
  if (!source) return layer;
  const documents = new Map(layer.documents);
  documents.delete(id);
  if (!theirs || conflict.path === '') return { ...layer, documents };
  const ours =
    source.body['overlays'] === undefined && !id.startsWith('locales/')
      ? plain(source.body)
      : effective(id, theirs, source);
  if (!ours) return layer;
  const wanted = replaced(ours, plain(theirs), stepsOf(conflict.path), '', conflict.kind);
  const said = isObject(wanted) ? overlaid(below, id, theirs, wanted, source) : undefined;
  if (said) documents.set(id, said);
  return { ...layer, documents };
}

/** What people see of a document below with this overlay; undefined: it does not fit. */
function effective(id: string, below: JsonObject, source: SourceDocument): JsonObject | undefined {
  const lower: Layer = {
    id: 'below',
    version: '0',
    kind: 'plugin',
    documents: new Map([[id, { file: '', text: '', body: below }]]),
  };
  const { overlays, ...rest } = source.body;
  const body = overlays === undefined && !id.startsWith('locales/') ? rest : { ...rest, overlays: `below@0:${id}` };
  const upper: Layer = {
    id: 'organization',
    version: '0',
    kind: 'organization',
    documents: new Map([[id, { ...source, body }]]),
  };
  const merged = mergeLayers([lower, upper]);
  const document = merged.documents.get(id);
  return merged.problems.length > 0 || !document ? undefined : plain(document);
}

/** The organization's document that makes `wanted` of what is below; undefined: nothing of its own is left to say. */
function overlaid(
  below: readonly Layer[],
  id: string,
  theirs: JsonObject | undefined,
  wanted: JsonObject,
  source: SourceDocument,
): SourceDocument | undefined {
  if (theirs === undefined) return written(id, source, wanted);
  // What was said before, word for word, where it still makes the same.
  const stays = source.body['overlays'] !== undefined && sameValue(effective(id, theirs, source), wanted);
  if (stays) return readdressed(below, id, source);
  const patch = overlayBetween(plain(theirs), wanted);
  const overlays = id.startsWith('locales/') ? undefined : overlayAddress(below, id);
  return patch && written(id, source, { ...(overlays !== undefined && { overlays }), ...patch });
}

/** The overlay as it stands, addressed to the version that is below now. */
function readdressed(below: readonly Layer[], id: string, source: SourceDocument): SourceDocument {
  const overlays = overlayAddress(below, id);
  if (overlays === undefined || overlays === source.body['overlays']) return source;
  return written(id, source, { ...source.body, overlays });
}

function written(id: string, source: SourceDocument, body: JsonObject): SourceDocument {
  const text = JSON.stringify(body, null, 2);
  const identity = { id: 'organization', version: '0', kind: 'organization' } as const;
  const { layer, problems } = readDocuments(identity, [{ id, file: source.file, text }]);
  // A merge that cannot be said as an overlay leaves what was said: it is left out where it no longer fits.
  return (problems.length > 0 ? undefined : layer.documents.get(id)) ?? source;
}

function plain(document: JsonObject): JsonObject {
  const { $schema: _schema, overlays: _overlays, ...rest } = document;
  return rest;
}

/** `ours` with what `theirs` says at the steps. */
function replaced(
  ours: Json,
  theirs: Json | undefined,
  steps: readonly string[],
  name: string,
  kind: MergeConflict['kind'],
): Json | undefined {
  const [step, ...deeper] = steps;
  if (step === undefined) return kind === 'order' && theirs !== undefined ? reordered(ours, theirs, name) : theirs;
  if (isObject(ours)) {
    const inner = own(ours, step);
    const there = isObject(theirs) ? own(theirs, step) : undefined;
    const value = inner === undefined ? there : replaced(inner, there, deeper, step, kind);
    const { [step]: _gone, ...rest } = ours;
    return value === undefined ? rest : { ...ours, [step]: value };
  }
  if (!isArray(ours)) return ours;
  const others = isArray(theirs) ? theirs : [];
  const there = others.find((member) => memberId(name, member) === step);
  const isHere = ours.some((member) => memberId(name, member) === step);
  if (isHere) {
    return ours.flatMap((member) =>
      memberId(name, member) === step ? (replaced(member, there, deeper, name, kind) ?? []) : [member],
    );
  }
  if (there === undefined || deeper.length > 0) return ours;
  const ids = (list: readonly Json[]): string[] => list.map((member) => memberId(name, member) ?? '');
  const order = withAdditions(
    ids(ours),
    ids(others).filter((id) => id === step || ids(ours).includes(id)),
  );
  return order.flatMap((id) => [...ours, there].find((member) => memberId(name, member) === id) ?? []);
}

function reordered(ours: Json, theirs: Json, name: string): Json {
  if (isArray(ours) && isArray(theirs)) {
    const id = (member: Json): string => memberId(name, member) ?? '';
    const order = withAdditions(
      theirs.map(id).filter((one) => ours.some((member) => id(member) === one)),
      ours.map(id),
    );
    return order.flatMap((one) => ours.find((member) => id(member) === one) ?? []);
  }
  if (!isObject(ours) || !isObject(theirs)) return ours;
  const order = withAdditions(
    Object.keys(theirs).filter((key) => Object.hasOwn(ours, key)),
    Object.keys(ours),
  );
  return Object.fromEntries(order.map((key) => [key, ours[key]]));
}
