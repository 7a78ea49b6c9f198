import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeProblem } from '../../../../core/model/errors.ts';
import type { Problem } from '../../../../core/model/layer.ts';
import { readDocuments, readLayer } from '../../../../core/model/read-layer.ts';

const identity = { id: 'sales', version: '1.0.0', kind: 'plugin' } as const;

function read(id: string, document: unknown): readonly Problem[] {
  const text = typeof document === 'string' ? document : JSON.stringify(document, null, 2);
  return readDocuments(identity, [{ id, file: `${id}.json`, text }]).problems;
}

const messages = (problems: readonly Problem[]): readonly string[] =>
  problems.map(({ pointer, message }) => `${pointer}: ${message}`);

const lead = {
  title: 'Lead',
  type: 'object',
  entity: { set: 'leads', plural: 'Leads', primary: 'subject' },
  properties: { subject: { title: 'Topic', type: 'string', maxLength: 300, field: { type: 'text' } } },
  required: ['subject'],
};

describe('reading a layer from a folder', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'peyvand-layer-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const write = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  };

  it('finds each document by its place and leaves code, tests and demo data alone', async () => {
    await write('lead/entity.json', JSON.stringify(lead));
    await write('lead/views/all.json', JSON.stringify({ title: 'All', columns: [{ id: 'subject' }] }));
    await write('fields/rating/strings.json', '{"not": "a document"}');
    await write('test/fixtures/x.json', '{');
    await write('demo/rows.json', '[1]');
    await write('tsconfig.server.json', '{}');
    await write('.cache/y.json', '{');
    const { layer, problems } = await readLayer(folder, identity);
    expect(problems).toEqual([]);
    expect([...layer.documents.keys()]).toEqual(['lead/entity', 'lead/views/all']);
    expect(layer).toMatchObject(identity);
  });

  it('reports the problems of all files at once, each with its file, line and column', async () => {
    await write('lead/entity.json', JSON.stringify({ ...lead, propertys: {} }, null, 2));
    await write('lead/views/all.json', '{\n  "title": "All"\n  "columns": []\n}');
    await write('lead/form/main.json', '{}');
    const { problems } = await readLayer(folder, identity);
    expect(problems.map(describeProblem).map((line) => line.trim().replace(folder, ''))).toEqual([
      expect.stringMatching(
        /lead\/entity\.json:22:3 \/propertys: unknown name "propertys" \(did you mean "properties"\?\)/,
      ),
      expect.stringMatching(
        /lead\/form\/main\.json: no kind of document belongs at .* \(did you mean "lead\/forms\/main"\?\)/,
      ),
      expect.stringMatching(/lead\/views\/all\.json:3:3 \/title: malformed JSON: expected "," or "}", found """/),
    ]);
  });
});

describe('checking a document', () => {
  it('accepts a sound one', () => {
    expect(read('lead/entity', lead)).toEqual([]);
  });

  it('names a misspelt property and the one that was meant', () => {
    const { properties } = lead;
    const wrong = { ...lead, properties: { subject: { ...properties.subject, maxLenght: 3, maxLength: undefined } } };
    expect(messages(read('lead/entity', wrong))).toEqual([
      expect.stringContaining(
        '/properties/subject/maxLenght: unknown name "maxLenght" (did you mean "maxLength"?); expected one of: title,',
      ),
    ]);
  });

  it('names a misspelt enum value and the one that was meant', () => {
    const wrong = { ...lead, entity: { ...lead.entity, ownership: 'organisation' } };
    expect(messages(read('lead/entity', wrong))).toEqual([
      '/entity/ownership: expected one of "user", "organization", found "organisation" (did you mean "organization"?)',
    ]);
  });

  it('says what is missing and what it is for', () => {
    expect(messages(read('lead/entity', { title: 'Lead' }))).toEqual([
      ': "type" is missing: A record is a JSON object.',
      expect.stringContaining(': "entity" is missing'),
      expect.stringContaining(': "properties" is missing: The fields, by logical name'),
    ]);
  });

  it('says which type was expected', () => {
    const wrong = { ...lead, entity: { ...lead.entity, audit: 'yes' }, required: 'subject' };
    expect(messages(read('lead/entity', wrong))).toEqual([
      expect.stringContaining('/entity/audit: expected true or false, found "yes"'),
      expect.stringContaining('/required: expected a list, found "subject"'),
    ]);
  });

  it('explains what a name may look like', () => {
    const wrong = { ...lead, properties: { 'Sub Ject': { type: 'string' } }, required: [] };
    expect(messages(read('lead/entity', wrong))).toEqual([
      '/properties/Sub Ject: "Sub Ject" cannot be a name here: a name begins with a lower-case letter and goes on with lower-case letters, digits and _',
    ]);
  });

  it('reports one condition of a filter, not every shape that it might have been', () => {
    const view = { title: 'All', columns: [{ id: 'subject' }] };
    const filter = {
      and: [
        { field: 'statecode', is: 'equals', value: 0 },
        { feild: 'name', is: 'null' },
      ],
    };
    expect(messages(read('lead/views/all', { ...view, filter }))).toEqual([
      expect.stringMatching(/^\/filter\/and\/0\/is: expected one of "eq", .* found "equals"/),
      expect.stringMatching(/^\/filter\/and\/1: "field" is missing/),
      expect.stringMatching(/^\/filter\/and\/1\/feild: unknown name "feild" \(did you mean "field"\?\)/),
    ]);
  });

  it('says where an expression is malformed', () => {
    const rules = [{ id: 'big', when: 'price > ', require: ['imo'] }];
    expect(messages(read('lead/forms/main', { title: 'Lead', kind: 'main', tabs: [], rules }))).toEqual([
      expect.stringMatching(/^\/rules\/0\/when: not a JSONata expression at character \d+: /),
    ]);
  });

  it('refuses a name that could not be a table', () => {
    expect(messages(read('Ship-yard/entity', lead))).toEqual([
      expect.stringContaining('"Ship-yard" cannot be the name of an entity: it begins with a lower-case letter'),
    ]);
    expect(messages(read(`${'x'.repeat(64)}/entity`, lead))[0]).toContain('at most 63 characters');
    expect(messages(read('_audit/entity', lead))[0]).toContain('cannot be the name of an entity');
    expect(messages(read('relations/a-b', {}))[0]).toContain('"a-b" cannot be the name of a relation');
  });

  it('reports a member that is given twice', () => {
    const twice = { title: 'All', columns: [{ id: 'subject' }, { id: 'subject' }] };
    expect(messages(read('lead/views/all', twice))).toEqual([
      '/columns/1: the id "subject" is given twice in "columns"; each must be its own',
    ]);
    const options = {
      title: 'Source',
      options: [
        { value: 1, title: 'Web' },
        { value: 1, title: 'Call' },
      ],
    };
    expect(messages(read('choices/source', options))[0]).toContain('the value "1" is given twice');
  });

  it('refuses a document that is not an object', () => {
    expect(messages(read('lead/entity', '[]'))).toEqual([': a document is a JSON object']);
  });
});
