// Merges layers (base < plugins < organization) into effective documents. An overlay is joined to what is below by stable
// ids, never by position: `after` places a member, `remove` hides it. Which layer said what is kept by id path.
import type { Json, JsonObject } from '../sdk/index.ts';
import { entityOf } from './document-kind.ts';
import type { Layer, Problem, SourceDocument } from './layer.ts';
import { overlayTarget } from './layer.ts';
import { escapeStep, isArray, isObject, memberIds, memberKey, own, positionalPointer, valueAt } from './pointer.ts';
import type { Placement } from './place.ts';
import { place } from './place.ts';
import { pruneHidden } from './prune-hidden.ts';
import { suggest } from './suggest.ts';

export interface Merged {
  /** Effective documents by id, in the order of the layers. */
  readonly documents: ReadonlyMap<string, JsonObject>;
  readonly problems: readonly Problem[];
  /** The layer that says a property (id path) of a document; undefined where the effective document has no such property. */
  provenance(document: string, idPath: string): string | undefined;
  /** Where the file stands that says it, for problems found in effective documents. */
  source(document: string, idPath: string): { readonly file: string; readonly pointer: string; readonly text: string };
}

/** What a layer above said about a document, by id path: the nearest ancestor that is named here decides. */
interface Origins {
  readonly definer: Layer;
  readonly said: Map<string, Layer>;
  /** Id paths of hidden members: what is hidden stays hidden, and hiding it twice is no mistake. */
  readonly hidden: Set<string>;
}

/** Values that mean something only as a whole. */
const wholes: ReadonlySet<string> = new Set(['filter', 'having', 'where', 'default', 'const', 'enum', 'settings']);
/** A layer above replaces what stands under this name; it does not patch it. */
export const isWhole = (name: string): boolean => wholes.has(name);
const directives = ['after', 'remove'];
/** Lists whose members hold further members, and under which name. */
const containers: ReadonlyMap<string, string> = new Map(
  Object.entries({
    areas: 'groups',
    groups: 'items',
    sections: 'items',
    status: 'reasons',
    tabs: 'columns',
  }),
);

export function mergeLayers(layers: readonly Layer[]): Merged {
  const documents = new Map<string, JsonObject>();
  const origins = new Map<string, Origins>();
  const problems: Problem[] = [];
  const below: Layer[] = [];

  for (const layer of layers) {
    for (const [id, source] of layer.documents) {
      // A plugin's card is about the layer itself, not about the organization.
      if (id === 'plugin') continue;
      const overlays = source.body['overlays'];
      const lower = documents.get(id);
      const origin = origins.get(id);
      if (overlays === undefined) {
        if (lower && origin && !joinsFreely(id)) {
          problems.push({
            code: 'DOCUMENT_DEFINED_TWICE',
            file: source.file,
            pointer: '',
            message:
              `"${id}" is already defined by the layer "${origin.definer.id}"; to change it, say ` +
              `"overlays": "${origin.definer.id}@${origin.definer.version}:${id}" and only what differs`,
          });
          continue;
        }
        if (!lower || !origin) {
          documents.set(id, source.body);
          origins.set(id, { definer: layer, said: new Map(), hidden: new Set() });
          continue;
        }
      } else {
        const problem = checkTarget(id, source, String(overlays), below, documents);
        if (problem) {
          problems.push(problem);
          continue;
        }
      }
      if (!lower || !origin) continue;
      const merge: Merging = { layer, source, origin, problems };
      documents.set(id, mergeObject(merge, '', '', lower, source.body));
    }
    below.push(layer);
  }
  const hiddenFields = new Map<string, ReadonlySet<string>>();
  for (const [id, { hidden }] of origins) {
    const document = documents.get(id);
    if (!document || hidden.size === 0) continue;
    documents.set(id, withoutHidden(document, hidden) as JsonObject);
    const entity = id.endsWith('/entity') ? entityOf(id) : undefined;
    const fields = [...hidden].flatMap((path) => /^\/properties\/([^/]+)$/.exec(path)?.[1] ?? []);
    if (entity !== undefined && fields.length > 0) hiddenFields.set(entity, new Set(fields));
  }
  if (hiddenFields.size > 0) {
    for (const [id, document] of documents) documents.set(id, pruneHidden(id, document, hiddenFields));
  }

  const source = (document: string, idPath: string): { file: string; pointer: string; text: string } => {
    const origin = origins.get(document);
    const said =
      origin && (nearestSaid(origin, idPath)?.documents.get(document) ?? origin.definer.documents.get(document));
    if (!said) return { file: `${document}.json`, pointer: idPath, text: '' };
    return { file: said.file, pointer: positionalPointer(said.body, idPath), text: said.text };
  };

  return {
    documents,
    problems,
    source,
    provenance: (document, idPath) => {
      const origin = origins.get(document);
      const body = documents.get(document);
      if (!origin || !body || valueAt(body, idPath) === undefined) return undefined;
      return (nearestSaid(origin, idPath) ?? origin.definer).id;
    },
  };
}

/** The texts of a language come from every layer, which need not say what they overlay. */
function joinsFreely(id: string): boolean {
  return id.startsWith('locales/');
}

interface Merging {
  readonly layer: Layer;
  readonly source: SourceDocument;
  readonly origin: Origins;
  readonly problems: Problem[];
}

function mergeObject(merge: Merging, path: string, name: string, lower: JsonObject, upper: JsonObject): JsonObject {
  const result: Record<string, Json | undefined> = { ...lower };
  const placements: Placement[] = [];
  for (const [key, value] of Object.entries(upper)) {
    if (value === undefined || (path === '' && (key === '$schema' || key === 'overlays'))) continue;
    const child = `${path}/${escapeStep(key)}`;
    const old = own(result, key);
    if (isObject(value) && value['remove'] === true) {
      hide(merge, child, key, Object.keys(lower), old !== undefined);
      continue;
    }
    const isMember = name === 'properties' && isObject(value);
    if (isMember && old === undefined && value['field'] === undefined) {
      merge.problems.push(missingMember(merge, child, key, Object.keys(lower), 'field'));
      continue;
    }
    if (isMember && typeof value['after'] === 'string') placements.push({ id: key, after: value['after'] });
    const plain = isMember ? omit(value, directives) : value;
    if (isObject(old) && isObject(plain) && !wholes.has(key)) {
      result[key] = mergeObject(merge, child, key, old, plain);
    } else if (isArray(old) && isArray(plain) && !wholes.has(key)) {
      result[key] = mergeList(merge, child, key, old, plain);
    } else {
      result[key] = plain;
      merge.origin.said.set(child, merge.layer);
    }
  }
  if (placements.length === 0) return result;
  const order = placeMembers(merge, path, Object.keys(result), placements);
  return Object.fromEntries(order.map((key) => [key, result[key]]));
}

function mergeList(
  merge: Merging,
  path: string,
  name: string,
  lower: readonly Json[],
  upper: readonly Json[],
): readonly Json[] {
  if (name === 'required') {
    // What must be filled is a set that each layer adds to.
    const added = upper.filter((member) => !lower.includes(member));
    added.forEach((_, index) => merge.origin.said.set(`${path}/${lower.length + index}`, merge.layer));
    return [...lower, ...added];
  }
  const upperIds = memberIds(name, upper);
  const lowerIds = memberIds(name, lower);
  if (!upperIds || !lowerIds) {
    merge.origin.said.set(path, merge.layer);
    return upper;
  }
  const members = new Map(lowerIds.map((id, index) => [id, lower[index]]));
  const placements: Placement[] = [];
  upper.forEach((patch, index) => {
    const id = upperIds[index];
    if (id === undefined || !isObject(patch)) return;
    const child = `${path}/${escapeStep(id)}`;
    const old = members.get(id);
    if (patch['remove'] === true) {
      hide(merge, child, id, lowerIds, old !== undefined);
      return;
    }
    const plain = omit(patch, directives);
    const needed = containers.get(name);
    if (isObject(old)) {
      members.set(id, mergeObject(merge, child, name, old, omit(plain, [memberKey(name)])));
    } else if (needed !== undefined && plain[needed] === undefined) {
      merge.problems.push(missingMember(merge, child, id, lowerIds, needed));
      return;
    } else {
      members.set(id, plain);
      merge.origin.said.set(child, merge.layer);
    }
    if (typeof patch['after'] === 'string') placements.push({ id, after: patch['after'] });
  });
  return placeMembers(merge, path, [...members.keys()], placements).flatMap((id) => members.get(id) ?? []);
}

function placeMembers(
  merge: Merging,
  path: string,
  ids: readonly string[],
  placements: readonly Placement[],
): readonly string[] {
  const { order, lost, circular } = place(ids, placements);
  const report = ({ id }: Placement, message: string): void => {
    const pointer = positionalPointer(merge.source.body, `${path}/${escapeStep(id)}/after`);
    merge.problems.push({ code: 'OVERLAY_MEMBER_UNKNOWN', file: merge.source.file, pointer, message });
  };
  for (const placement of lost) {
    report(placement, `there is no "${placement.after}" to stand after${suggest(placement.after, ids)}`);
  }
  for (const placement of circular) {
    report(
      placement,
      `"${placement.id}" and "${placement.after}" are placed after each other; one of them must stand elsewhere`,
    );
  }
  return order;
}

/** What is hidden stays in its place until all layers are merged: others may stand after it. */
function hide(merge: Merging, child: string, name: string, names: readonly string[], exists: boolean): void {
  if (exists) {
    merge.origin.hidden.add(child);
    return;
  }
  merge.problems.push({
    code: 'OVERLAY_MEMBER_UNKNOWN',
    file: merge.source.file,
    pointer: positionalPointer(merge.source.body, child),
    message: `there is no "${name}" below to remove${suggest(name, names)}`,
  });
}

/** Takes away what is hidden; a hidden field is no longer required either. */
function withoutHidden(value: Json, hidden: ReadonlySet<string>, path = '', name = ''): Json {
  if (isArray(value)) {
    const ids = memberIds(name, value);
    if (!ids) return value;
    return value.flatMap((member, index) => {
      const child = `${path}/${escapeStep(ids[index] ?? '')}`;
      return hidden.has(child) ? [] : [withoutHidden(member, hidden, child, name)];
    });
  }
  if (!isObject(value)) return value;
  const entries = Object.entries(value).flatMap(([key, member]): [string, Json][] => {
    const child = `${path}/${escapeStep(key)}`;
    if (member === undefined || hidden.has(child)) return [];
    if (path === '' && key === 'required' && isArray(member)) {
      return [[key, member.filter((field) => !hidden.has(`/properties/${escapeStep(String(field))}`))]];
    }
    return [[key, withoutHidden(member, hidden, child, key)]];
  });
  return Object.fromEntries(entries);
}

/** A patch for something that is not there; as an addition it would lack what it must hold. */
function missingMember(merge: Merging, child: string, name: string, names: readonly string[], needed: string): Problem {
  return {
    code: 'OVERLAY_MEMBER_UNKNOWN',
    file: merge.source.file,
    pointer: positionalPointer(merge.source.body, child),
    message: `there is no "${name}" below to change${suggest(name, names)}; a new one needs "${needed}"`,
  };
}

function checkTarget(
  id: string,
  source: SourceDocument,
  overlays: string,
  below: readonly Layer[],
  documents: ReadonlyMap<string, JsonObject>,
): Problem | undefined {
  const problem = (message: string): Problem => ({
    code: 'OVERLAY_TARGET_UNKNOWN',
    file: source.file,
    pointer: '/overlays',
    message,
  });
  const target = overlayTarget(overlays);
  if (!target)
    return problem(`expected "<layer>@<version>:<document id>", e.g. "base@1.0.0:account/entity", found "${overlays}"`);
  const layer = below.find((candidate) => candidate.id === target.layer);
  if (!layer) {
    const names = below.map((candidate) => candidate.id);
    return problem(
      `there is no layer "${target.layer}" below this one${suggest(target.layer, names)}; below are: ${names.join(', ') || 'none'}`,
    );
  }
  if (!layer.documents.has(target.document)) {
    return problem(
      `the layer "${target.layer}" has no document "${target.document}"${suggest(target.document, layer.documents.keys())}`,
    );
  }
  if (target.document !== id) {
    return problem(`an overlay stands at the place of the document it changes: move it to "${target.document}.json"`);
  }
  return documents.has(id) ? undefined : problem(`"${id}" could not be read below, so it cannot be changed here`);
}

function nearestSaid(origin: Origins, idPath: string): Layer | undefined {
  for (let path = idPath; ; path = path.slice(0, path.lastIndexOf('/'))) {
    const layer = origin.said.get(path);
    if (layer || path === '') return layer;
  }
}

function omit(value: JsonObject, names: readonly string[]): JsonObject {
  if (!names.some((name) => Object.hasOwn(value, name))) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => !names.includes(key)));
}
