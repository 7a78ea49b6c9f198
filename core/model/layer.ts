// A layer: one folder of documents (base, a plugin, the organization), read and checked but not yet merged. The problem
// list that every reader and checker of this room adds to stands here too, because it is what a refused layer becomes.
import type { JsonObject } from '../sdk/index.ts';

export type LayerKind = 'base' | 'plugin' | 'organization';

export interface Layer {
  readonly id: string;
  readonly version: string;
  readonly kind: LayerKind;
  /** By document id: the path inside the layer without `.json`. */
  readonly documents: ReadonlyMap<string, SourceDocument>;
}

export interface SourceDocument {
  /** Where people find it: a path, or `organization:account/entity` for a layer that lives in the database. */
  readonly file: string;
  readonly text: string;
  readonly body: JsonObject;
}

export interface LayerIdentity {
  readonly id: string;
  readonly version: string;
  readonly kind: LayerKind;
}

/** One thing wrong with the metadata, said so that its author can mend it. */
export interface Problem {
  readonly code: string;
  readonly file: string;
  /** JSON pointer into the file; '' is the whole document. */
  readonly pointer: string;
  /** Counted from 1, where the file's text is known. */
  readonly line?: number;
  readonly column?: number;
  /** What was expected, what was found, and the nearest right name. */
  readonly message: string;
}

/** `<layer>@<version>:<document id>`, as an overlay names what it changes. */
export interface OverlayTarget {
  readonly layer: string;
  readonly version: string;
  readonly document: string;
}

export function overlayTarget(text: string): OverlayTarget | undefined {
  const match = /^([^@:]+)@([^:]+):(.+)$/.exec(text);
  const [, layer, version, document] = match ?? [];
  return layer && version && document ? { layer, version, document } : undefined;
}
