import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { compileModel } from '../../../../core/model/compile.ts';
import { readDocuments } from '../../../../core/model/read-layer.ts';
import { PeyvandError } from '../../../../core/sdk/index.ts';
import type { Json, JsonObject } from '../../../../core/sdk/index.ts';
import { shippedPlugins } from '../../../support/model.ts';

/** The document with the value at the `at`-th place replaced, or that place gone. */
function damage(document: JsonObject, at: number, value: Json | undefined): JsonObject {
  let left = at;
  const visit = (node: Json | undefined): Json | undefined => {
    if (left-- === 0) return value;
    if (Array.isArray(node)) return node.map((member: Json) => visit(member)).filter((member) => member !== undefined);
    if (typeof node !== 'object' || node === null) return node;
    return Object.fromEntries(Object.entries(node).map(([key, member]) => [key, visit(member as Json)]));
  };
  return (visit(document) ?? {}) as JsonObject;
}

const words = fc.constantFrom<Json>(
  'account',
  'name',
  'text',
  'lookup',
  'constructor',
  '__proto__',
  '',
  '{key}',
  'a.b.c',
  'ownerid',
);

it('any damage to a shipped document is refused as bad metadata or does no harm, and never breaks the compiler', async () => {
  const { layers, fieldTypes } = await shippedPlugins();
  const sources = layers.flatMap((layer) =>
    [...layer.documents].filter(([id]) => id !== 'plugin').map(([id, { body }]) => ({ layer, id, body })),
  );
  fc.assert(
    fc.property(
      fc.nat({ max: sources.length - 1 }),
      fc.nat({ max: 150 }),
      fc.option(fc.oneof(words, fc.jsonValue({ maxDepth: 1 }) as fc.Arbitrary<Json>), { nil: undefined }),
      (index, at, value) => {
        const source = sources[index];
        if (!source) return;
        const text = JSON.stringify(damage(source.body, at, value));
        const read = readDocuments(source.layer, [{ id: source.id, file: `${source.id}.json`, text }]);
        for (const problem of read.problems) expect(problem.message).not.toBe('');
        if (read.problems.length > 0) return;
        const documents = new Map([...source.layer.documents, ...read.layer.documents]);
        const damaged = layers.map((layer) => (layer === source.layer ? { ...layer, documents } : layer));
        try {
          compileModel({ layers: damaged, fieldTypes });
        } catch (error) {
          if (!(error instanceof PeyvandError)) throw error;
          expect(error.code).toBe('MODEL_INVALID');
          expect(error.details.length).toBeGreaterThan(0);
        }
      },
    ),
    { numRuns: 80 },
  );
});
