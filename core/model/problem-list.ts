// Collects what is wrong while merged documents are compiled, each pinned to the file of the layer that says it.
import type { Problem } from './layer.ts';
import { locate } from './locate.ts';
import type { Merged } from './merge.ts';

export interface ProblemList {
  /** `idPath` addresses the effective document by ids. */
  add(code: string, document: string, idPath: string, message: string): void;
  readonly all: readonly Problem[];
}

export function problemList(merged: Merged): ProblemList {
  const all: Problem[] = [];
  return {
    all,
    add: (code, document, idPath, message) => {
      const { file, pointer, text } = merged.source(document, idPath);
      all.push(locate({ code, file, pointer, message }, text));
    },
  };
}
