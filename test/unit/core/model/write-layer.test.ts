import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readLayer } from '../../../../core/model/read-layer.ts';
import { exportLayer, writeDocument, writeLayer } from '../../../../core/model/write-layer.ts';
import type { JsonObject } from '../../../../core/sdk/index.ts';
import { shippedPlugins } from '../../../support/model.ts';

describe('exporting a layer', () => {
  it('gives the same bytes after an import, for every shipped layer', async () => {
    for (const layer of (await shippedPlugins()).layers) {
      const folder = await mkdtemp(join(tmpdir(), 'peyvand-export-'));
      try {
        await exportLayer(layer, folder);
        const { layer: again, problems } = await readLayer(folder, layer);
        expect(problems).toEqual([]);
        expect([...writeLayer(again)]).toEqual([...writeLayer(layer)]);
        expect([...again.documents].map(([id, { body }]) => [id, body])).toEqual(
          [...layer.documents].map(([id, { body }]) => [id, body]),
        );
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    }
  });

  it('writes keys in the order of the schema, whatever order they came in', () => {
    const option = { title: 'Web', value: 1, color: '#112233' };
    expect(writeDocument('choices/source', { options: [option], title: 'Source', $schema: 's' })).toBe(`{
  "$schema": "s",
  "title": "Source",
  "options": [
    {
      "value": 1,
      "title": "Web",
      "color": "#112233"
    }
  ]
}
`);
  });

  it('keeps the order in which fields and texts were given: people meet them so', () => {
    const field = { field: { type: 'text' }, title: 'X' };
    const written = writeDocument('ship/entity', { properties: { zeta: field, alpha: field }, title: 'Ship' });
    expect(Object.keys((JSON.parse(written) as { properties: object }).properties)).toEqual(['zeta', 'alpha']);
    expect(Object.keys(JSON.parse(written) as object)).toEqual(['title', 'properties']);
  });

  it('breaks a list of names over lines only where it is too long for one', () => {
    const short = writeDocument('ship/entity', { required: ['name', 'flag'] });
    expect(short).toContain('  "required": ["name", "flag"]\n');
    const long = writeDocument('ship/entity', { required: Array.from({ length: 30 }, (_, index) => `field${index}`) });
    expect(long).toContain('"required": [\n    "field0",\n');
  });

  it('loses nothing of any document and is stable', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.constantFrom('ship/entity', 'ship/views/all', 'roles/x', 'locales/fa'),
        (value, id) => {
          const body = JSON.parse(JSON.stringify(value)) as JsonObject;
          const once = writeDocument(id, body);
          expect(JSON.parse(once)).toEqual(body);
          expect(writeDocument(id, JSON.parse(once) as JsonObject)).toBe(once);
        },
      ),
    );
  });
});
