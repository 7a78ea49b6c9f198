import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Layer } from '../../../../core/model/layer.ts';
import { mergeLayers } from '../../../../core/model/merge.ts';
import type { JsonObject } from '../../../../core/sdk/index.ts';

function layer(id: string, documents: Readonly<Record<string, JsonObject>>, version = '1.0.0'): Layer {
  const kind = id === 'base' ? 'base' : id === 'organization' ? 'organization' : 'plugin';
  const sources = Object.entries(documents).map(
    ([name, body]) => [name, { file: `${id}/${name}.json`, text: JSON.stringify(body, null, 2), body }] as const,
  );
  return { id, version, kind, documents: new Map(sources) };
}

const form = {
  title: 'Lead',
  kind: 'main',
  header: ['statuscode', 'ownerid'],
  tabs: [
    { id: 'summary', title: 'Summary', columns: [] },
    { id: 'details', title: 'Details', columns: [] },
    { id: 'history', title: 'History', columns: [] },
  ],
};
const entity = {
  title: 'Lead',
  type: 'object',
  entity: { set: 'leads', primary: 'subject', keys: { ref: ['importref'] } },
  properties: {
    subject: { title: 'Topic', type: 'string', maxLength: 300, field: { type: 'text' } },
    fax: { title: 'Fax', type: 'string', field: { type: 'text' } },
  },
  required: ['subject'],
};
const sales = layer('sales', { 'lead/forms/main': form, 'lead/entity': entity });
const over = (document: string, patch: JsonObject): Layer =>
  layer('organization', { [document]: { overlays: `sales@1.0.0:${document}`, ...patch } });

function effective(document: string, patch: JsonObject): JsonObject | undefined {
  const merged = mergeLayers([sales, over(document, patch)]);
  expect(merged.problems).toEqual([]);
  return merged.documents.get(document);
}
const problems = (...layers: readonly Layer[]): readonly string[] =>
  mergeLayers(layers).problems.map(({ file, pointer, message }) => `${file}#${pointer} ${message}`);

const tabs = (document: JsonObject | undefined): readonly string[] =>
  ((document?.['tabs'] ?? []) as readonly JsonObject[]).map((tab) => `${String(tab['id'])}:${String(tab['title'])}`);

describe('an overlay', () => {
  it('changes what it names and leaves the rest, wherever it stands below', () => {
    expect(tabs(effective('lead/forms/main', { tabs: [{ id: 'details', title: 'More' }] }))).toEqual([
      'summary:Summary',
      'details:More',
      'history:History',
    ]);
  });

  it('places an addition after the member it names, or first, or else last', () => {
    const visits = { id: 'visits', title: 'Visits', columns: [] };
    const place = (after?: string): readonly string[] =>
      tabs(effective('lead/forms/main', { tabs: [after === undefined ? visits : { ...visits, after }] })).map(
        (tab) => tab.split(':')[0] ?? '',
      );
    expect(place('summary')).toEqual(['summary', 'visits', 'details', 'history']);
    expect(place('')).toEqual(['visits', 'summary', 'details', 'history']);
    expect(place()).toEqual(['summary', 'details', 'history', 'visits']);
  });

  it('moves a member that is already there', () => {
    const moved = effective('lead/forms/main', { tabs: [{ id: 'history', after: '' }] });
    expect(tabs(moved)).toEqual(['history:History', 'summary:Summary', 'details:Details']);
    expect(JSON.stringify(moved)).not.toContain('after');
  });

  it('hides what it removes', () => {
    expect(tabs(effective('lead/forms/main', { tabs: [{ id: 'details', remove: true }] }))).toHaveLength(2);
    expect(effective('lead/entity', { properties: { fax: { remove: true } } })?.['properties']).not.toHaveProperty(
      'fax',
    );
  });

  it('adds and places a field', () => {
    const rating = { title: 'Rating', type: 'integer', field: { type: 'whole-number' } };
    const document = effective('lead/entity', { properties: { rating: { ...rating, after: 'subject' } } });
    expect(Object.keys(document?.['properties'] ?? {})).toEqual(['subject', 'rating', 'fax']);
    expect(document?.['properties']).toMatchObject({ rating });
    expect(JSON.stringify(document)).not.toContain('after');
  });

  it('adds to what is required instead of replacing it', () => {
    expect(effective('lead/entity', { required: ['fax', 'subject'] })?.['required']).toEqual(['subject', 'fax']);
  });

  it('replaces a list of plain names and a filter as a whole', () => {
    expect(effective('lead/forms/main', { header: ['ownerid'] })?.['header']).toEqual(['ownerid']);
    const view = { title: 'Open', columns: [], filter: { and: [{ field: 'a', is: 'null' }] } };
    const filter = { or: [{ field: 'b', is: 'null' }] };
    const merged = mergeLayers([
      layer('sales', { 'lead/views/open': view }),
      layer('organization', { 'lead/views/open': { overlays: 'sales@1.0.0:lead/views/open', filter } }),
    ]);
    expect(merged.documents.get('lead/views/open')).toEqual({ ...view, filter });
  });

  it('joins the options of a choice by value and the states of an entity by state', () => {
    const source = {
      title: 'Source',
      options: [
        { value: 1, title: 'Web' },
        { value: 2, title: 'Call' },
      ],
    };
    const merged = mergeLayers([
      layer('sales', { 'choices/source': source }),
      layer('organization', {
        'choices/source': {
          overlays: 'sales@1.0.0:choices/source',
          options: [
            { value: 2, title: 'Phone' },
            { value: 9, title: 'Fair', after: '1' },
          ],
        },
      }),
    ]);
    expect(merged.documents.get('choices/source')?.['options']).toEqual([
      { value: 1, title: 'Web' },
      { value: 9, title: 'Fair' },
      { value: 2, title: 'Phone' },
    ]);
  });

  it('does not bring back what a layer in between has hidden', () => {
    const hide = layer('service', {
      'lead/forms/main': { overlays: 'sales@1.0.0:lead/forms/main', tabs: [{ id: 'details', remove: true }] },
    });
    const rename = over('lead/forms/main', { tabs: [{ id: 'details', title: 'More' }] });
    const merged = mergeLayers([sales, hide, rename]);
    expect(merged.problems).toEqual([]);
    expect(tabs(merged.documents.get('lead/forms/main'))).toHaveLength(2);
  });
});

describe('an overlay of what is not there', () => {
  it('is a problem that suggests what was meant', () => {
    expect(
      problems(sales, layer('organization', { 'lead/forms/main': { overlays: 'sale@1.0.0:lead/forms/main' } })),
    ).toEqual([
      'organization/lead/forms/main.json#/overlays there is no layer "sale" below this one (did you mean "sales"?); below are: sales',
    ]);
    expect(
      problems(sales, layer('organization', { 'lead/forms/man': { overlays: 'sales@1.0.0:lead/forms/man' } })),
    ).toEqual([
      'organization/lead/forms/man.json#/overlays the layer "sales" has no document "lead/forms/man" (did you mean "lead/forms/main"?)',
    ]);
    expect(
      problems(sales, layer('organization', { 'lead/forms/other': { overlays: 'sales@1.0.0:lead/forms/main' } })),
    ).toEqual([
      'organization/lead/forms/other.json#/overlays an overlay stands at the place of the document it changes: move it to "lead/forms/main.json"',
    ]);
    expect(
      problems(sales, layer('organization', { 'lead/forms/main': { overlays: 'sales:lead/forms/main' } }))[0],
    ).toContain('expected "<layer>@<version>:<document id>"');
  });

  it('is a problem for each member it removes, changes or stands after in vain', () => {
    const patch = over('lead/forms/main', {
      tabs: [
        { id: 'detials', remove: true },
        { id: 'sumary', title: 'Overview' },
        { id: 'history', after: 'detail' },
      ],
    });
    expect(problems(sales, patch)).toEqual([
      'organization/lead/forms/main.json#/tabs/0 there is no "detials" below to remove (did you mean "details"?)',
      'organization/lead/forms/main.json#/tabs/1 there is no "sumary" below to change (did you mean "summary"?); a new one needs "columns"',
      'organization/lead/forms/main.json#/tabs/2/after there is no "detail" to stand after (did you mean "details"?)',
    ]);
    expect(problems(sales, over('lead/entity', { properties: { subjekt: { title: 'Subject' } } }))).toEqual([
      'organization/lead/entity.json#/properties/subjekt there is no "subjekt" below to change (did you mean "subject"?); a new one needs "field"',
    ]);
  });

  it('and a second definition of a document is one too', () => {
    expect(problems(sales, layer('organization', { 'lead/entity': entity }))).toEqual([
      'organization/lead/entity.json# "lead/entity" is already defined by the layer "sales"; to change it, say "overlays": "sales@1.0.0:lead/entity" and only what differs',
    ]);
  });
});

describe('who says what', () => {
  const service = layer('service', {
    'lead/entity': {
      overlays: 'sales@1.0.0:lead/entity',
      properties: { subject: { maxLength: 200 }, sla: { title: 'SLA', type: 'string', field: { type: 'text' } } },
    },
    'lead/forms/main': { overlays: 'sales@1.0.0:lead/forms/main', tabs: [{ id: 'details', title: 'Case' }] },
  });
  const own = over('lead/entity', { properties: { subject: { title: 'Matter' } } });
  const { provenance, source } = mergeLayers([sales, service, own]);

  it('is known for each property by its id path', () => {
    expect(provenance('lead/entity', '/properties/subject/title')).toBe('organization');
    expect(provenance('lead/entity', '/properties/subject/maxLength')).toBe('service');
    expect(provenance('lead/entity', '/properties/subject/type')).toBe('sales');
    expect(provenance('lead/entity', '/properties/sla/field/type')).toBe('service');
    expect(provenance('lead/forms/main', '/tabs/details/title')).toBe('service');
    expect(provenance('lead/forms/main', '/tabs/summary/title')).toBe('sales');
    expect(provenance('lead/entity', '/properties/nothing')).toBeUndefined();
    expect(provenance('nothing/entity', '')).toBeUndefined();
  });

  it('leads to the file and the place in it', () => {
    expect(source('lead/forms/main', '/tabs/details/title')).toMatchObject({
      file: 'service/lead/forms/main.json',
      pointer: '/tabs/0/title',
    });
    expect(source('lead/forms/main', '/tabs/history/title')).toMatchObject({
      file: 'sales/lead/forms/main.json',
      pointer: '/tabs/2/title',
    });
  });
});

describe('merging any overlays', () => {
  const names = ['summary', 'details', 'history', 'visits', 'notes'];
  const title = fc.string({ minLength: 1, maxLength: 8 });
  const tab = fc.oneof(
    fc.record({ id: fc.constantFrom(...names), title }),
    fc.record({ id: fc.constantFrom(...names), title, columns: fc.constant([]), after: fc.constantFrom('', ...names) }),
    fc.record({ id: fc.constantFrom(...names), remove: fc.constant(true) }),
  );
  const overlay = fc.record(
    {
      title,
      header: fc.uniqueArray(fc.constantFrom('a', 'b', 'c')),
      tabs: fc.uniqueArray(tab, { selector: ({ id }) => id, maxLength: 4 }),
    },
    { requiredKeys: [] },
  );
  const document = 'lead/forms/main';
  const merge = (...patches: readonly JsonObject[]): ReturnType<typeof mergeLayers> =>
    mergeLayers([
      sales,
      ...patches.map((patch, index) =>
        layer(`plugin${index}`, { [document]: { overlays: `sales@1.0.0:${document}`, ...patch } }),
      ),
    ]);

  it('gives the same each time and leaves what it reads as it was', () => {
    fc.assert(
      fc.property(overlay, overlay, (one, two) => {
        const before = JSON.stringify([form, one, two]);
        const first = merge(one as JsonObject, two as JsonObject);
        const again = merge(one as JsonObject, two as JsonObject);
        expect(JSON.stringify(first.documents.get(document))).toBe(JSON.stringify(again.documents.get(document)));
        expect(first.problems).toEqual(again.problems);
        expect(JSON.stringify([form, one, two])).toBe(before);
      }),
    );
  });

  it('comes to the same when the same overlay is laid twice', () => {
    fc.assert(
      fc.property(overlay, (patch) => {
        const once = merge(patch as JsonObject);
        fc.pre(once.problems.length === 0);
        const twice = merge(patch as JsonObject, patch as JsonObject);
        expect(twice.problems).toEqual([]);
        expect(twice.documents.get(document)).toEqual(once.documents.get(document));
      }),
    );
  });

  it('leaves no placing words, no doubled ids, and a layer for every property', () => {
    fc.assert(
      fc.property(overlay, overlay, (one, two) => {
        const merged = merge(one as JsonObject, two as JsonObject);
        const effectiveTabs = merged.documents.get(document)?.['tabs'] as readonly JsonObject[];
        const ids = effectiveTabs.map((member) => String(member['id']));
        expect(new Set(ids).size).toBe(ids.length);
        for (const member of effectiveTabs) {
          expect(Object.keys(member)).not.toContain('after');
          expect(Object.keys(member)).not.toContain('remove');
          expect(merged.provenance(document, `/tabs/${String(member['id'])}/title`)).toMatch(/^(sales|plugin[01])$/);
        }
      }),
    );
  });
});
