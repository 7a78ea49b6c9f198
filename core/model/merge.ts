// Merges layers (base < plugins < organization) into effective documents. An overlay is joined to what is below by stable
// ids, never by position: `after` places a member, `remove` hides it. Which layer said what is kept by id path.
import type { Json, JsonObject } from '../sdk/index.ts';
import type { Layer, Problem, SourceDocument } from './layer.ts';
import { overlayTarget } from './layer.ts';
import { escapeStep, isArray, isObject, memberIds, memberKey, positionalPointer, valueAt } from './pointer.ts';
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
  /** Hidden members: saying so twice is no mistake, and what is hidden stays hidden. */
  readonly hidden: Set<string>;
}

/** Values that mean something only as a whole. */
const wholes: ReadonlySet<string> = new Set(['filter', 'where', 'default', 'const', 'enum', 'settings']);
const directives = ['after', 'remove'];
/** Lists whose members hold further members, and under which name. */
const containers: Readonly<Record<string, string>> = {
  areas: 'groups',
  groups: 'items',
  sections: 'items',
  status: 'reasons',
  tabs: 'columns',
};

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
  const placed: { readonly key: string; readonly after: string }[] = [];
  for (const [key, value] of Object.entries(upper)) {
    if (value === undefined || (path === '' && (key === '$schema' || key === 'overlays'))) continue;
    const child = `${path}/${escapeStep(key)}`;
    const old = result[key];
    if (isRemoval(value)) {
      hide(merge, child, key, Object.keys(lower), key in result);
      delete result[key];
      continue;
    }
    if (merge.origin.hidden.has(child)) continue;
    if (name === 'properties' && isObject(value)) {
      if (typeof value['after'] === 'string') placed.push({ key, after: value['after'] });
      if (old === undefined && value['field'] === undefined) {
        merge.problems.push(missingMember(merge, child, key, Object.keys(lower), 'field'));
        continue;
      }
    }
    if (isObject(old) && isObject(value) && !wholes.has(key)) {
      result[key] = mergeObject(merge, child, key, old, withoutDirectives(name === 'properties', value));
    } else if (isArray(old) && isArray(value) && !wholes.has(key)) {
      result[key] = mergeList(merge, child, key, old, value);
    } else {
      result[key] = isObject(value) ? withoutDirectives(name === 'properties', value) : value;
      merge.origin.said.set(child, merge.layer);
    }
  }
  return placed.length === 0 ? result : placeKeys(merge, path, result, placed);
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
    if (added.length > 0)
      for (const member of added) merge.origin.said.set(`${path}/${lower.length + added.indexOf(member)}`, merge.layer);
    return [...lower, ...added];
  }
  const upperIds = memberIds(name, upper);
  const lowerIds = memberIds(name, lower);
  if (!upperIds || !lowerIds || (upperIds.length === 0 && lowerIds.length === 0)) {
    merge.origin.said.set(path, merge.layer);
    return upper;
  }
  let members = lower.map((value, index) => ({ id: lowerIds[index] ?? '', value }));
  upper.forEach((patch, index) => {
    const id = upperIds[index] ?? '';
    if (!isObject(patch)) return;
    const child = `${path}/${escapeStep(id)}`;
    const position = members.findIndex((member) => member.id === id);
    if (patch['remove'] === true) {
      hide(merge, child, id, lowerIds, position >= 0);
      members = members.filter((member) => member.id !== id);
      return;
    }
    if (merge.origin.hidden.has(child)) return;
    const { after } = patch;
    const plain = withoutDirectives(true, patch);
    const old = members[position]?.value;
    let member: { id: string; value: Json };
    if (isObject(old)) {
      member = { id, value: mergeObject(merge, child, name, old, omit(plain, memberKey(name))) };
      members[position] = member;
    } else {
      const needed = containers[name];
      if (needed && plain[needed] === undefined) {
        merge.problems.push(missingMember(merge, child, id, lowerIds, needed));
        return;
      }
      member = { id, value: plain };
      members.push(member);
      merge.origin.said.set(child, merge.layer);
    }
    if (typeof after !== 'string') return;
    members = members.filter((other) => other !== member);
    const anchor = after === '' ? -1 : members.findIndex((other) => other.id === after);
    if (after !== '' && anchor < 0) {
      merge.problems.push(
        missingAnchor(
          merge,
          child,
          after,
          members.map((other) => other.id),
        ),
      );
      members.push(member);
    } else {
      members.splice(anchor + 1, 0, member);
      merge.origin.said.set(`${child}/after`, merge.layer);
    }
  });
  return members.map((member) => member.value);
}

function placeKeys(
  merge: Merging,
  path: string,
  object: Readonly<Record<string, Json | undefined>>,
  placed: readonly { readonly key: string; readonly after: string }[],
): JsonObject {
  let keys = Object.keys(object);
  for (const { key, after } of placed) {
    const others = keys.filter((other) => other !== key);
    const anchor = after === '' ? -1 : others.indexOf(after);
    if (after !== '' && anchor < 0) {
      merge.problems.push(missingAnchor(merge, `${path}/${escapeStep(key)}`, after, others));
      continue;
    }
    keys = [...others.slice(0, anchor + 1), key, ...others.slice(anchor + 1)];
  }
  return Object.fromEntries(keys.map((key) => [key, object[key]]));
}

function hide(merge: Merging, child: string, name: string, names: readonly string[], exists: boolean): void {
  if (!exists && !merge.origin.hidden.has(child)) {
    merge.problems.push({
      code: 'OVERLAY_MEMBER_UNKNOWN',
      file: merge.source.file,
      pointer: positionalPointer(merge.source.body, child),
      message: `there is no "${name}" below to remove${suggest(name, names)}`,
    });
    return;
  }
  merge.origin.hidden.add(child);
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

function missingAnchor(merge: Merging, child: string, after: string, names: readonly string[]): Problem {
  return {
    code: 'OVERLAY_MEMBER_UNKNOWN',
    file: merge.source.file,
    pointer: `${positionalPointer(merge.source.body, child)}/after`,
    message: `there is no "${after}" to stand after${suggest(after, names)}`,
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

function isRemoval(value: Json): boolean {
  return isObject(value) && value['remove'] === true;
}

function withoutDirectives(member: boolean, value: JsonObject): JsonObject {
  return member ? omit(value, ...directives) : value;
}

function omit(value: JsonObject, ...names: readonly string[]): JsonObject {
  if (!names.some((name) => name in value)) return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => !names.includes(key)));
}
