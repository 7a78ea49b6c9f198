// Fields that are worked out, on a real database: SQL's answer is JSONata's, whatever the formula and the row, and rows are
// found, sorted, grouped and summed by it.
import fc from 'fast-check';
import jsonata from 'jsonata';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Call } from '../../../core/engine.ts';
import { daysBetween } from '../../../metadata/expression-functions.ts';
import type { Field, Model } from '../../../core/model/model.ts';
import { create } from '../../../core/records/create.ts';
import { listOData } from '../../../core/records/list.ts';
import { retrieveOData } from '../../../core/records/retrieve.ts';
import { update } from '../../../core/records/update.ts';
import type { JsonObject } from '../../../core/sdk/index.ts';
import { inputOf, testEngine, type TestEngine } from '../../support/engine.ts';
import { deal, firm, formula, formulas, row } from '../../support/formula-world.ts';
import { modelOf } from '../../support/model.ts';

const preferences = { root: 'http://test/api/data/v9.2' };
const kinds = ['number', 'text', 'boolean'] as const;
const firms = ['f1000000-0000-7000-8000-000000000001', 'f1000000-0000-7000-8000-000000000002'] as const;

let world: TestEngine;

beforeAll(async () => {
  world = await testEngine({ 'x_firm/entity': firm, 'x_deal/entity': deal() });
  await create(world.call, world.entity('x_firm'), inputOf({ x_firmid: firms[0], name: 'Ab', size: 7 }));
  await create(world.call, world.entity('x_firm'), inputOf({ x_firmid: firms[1], name: null, size: null }));
}, 120_000);
afterAll(() => world?.drop());

/** The world's database under a model with these further properties of a deal: none of them has a column. */
async function withFields(
  more: Readonly<Record<string, JsonObject>>,
  principal: Partial<Call['principal']> = {},
): Promise<Call> {
  const model = await modelOf({ 'x_firm/entity': firm, 'x_deal/entity': deal(more) });
  return {
    ...world.call,
    engine: { ...world.call.engine, model },
    principal: { ...world.call.principal, ...principal },
  };
}

function entityOf(call: Call, name: string) {
  const entity = call.engine.model.entities.get(name);
  if (!entity) throw new TypeError(name);
  return entity;
}

async function list(call: Call, query: string): Promise<readonly Record<string, unknown>[]> {
  const { body } = await listOData(call, entityOf(call, 'x_deal'), query, preferences);
  return (JSON.parse(body) as { readonly value: readonly Record<string, unknown>[] }).value;
}

/** Formulas that others read: the first two of each kind. */
const rank = (name: string): number => (Number(name.replace(/\D+/, '')) < 2 ? 0 : 1);

interface Deal {
  readonly values: Readonly<Record<string, unknown>>;
  readonly firm: number | undefined;
}

/** The row as JSONata sees it: what is empty is not there. */
function recordOf({ values, firm: index }: Deal): Record<string, unknown> {
  const record = Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
  if (index === 0) record['firmid'] = { name: 'Ab', size: 7 };
  if (index === 1) record['firmid'] = {};
  return record;
}

async function oracle(model: Model, field: Field, record: Record<string, unknown>): Promise<unknown> {
  const whole = { ...record };
  // Other formulas that it reads, in their order.
  for (const other of model.entities.get('x_deal')?.fields.values() ?? []) {
    if (other === field) break;
    if (!other.derivation) continue;
    const value = await jsonataOf(other, whole);
    if (value !== undefined && value !== null) whole[other.name] = value;
  }
  return jsonataOf(field, whole);
}

function jsonataOf(field: Field, record: Record<string, unknown>): Promise<unknown> {
  const days = (from: unknown, to: unknown): unknown => daysBetween(from, to, 'UTC');
  return jsonata(field.derivation?.text ?? '').evaluate(record, { days });
}

function same(got: unknown, want: unknown): boolean {
  if (want === undefined || want === null) return got === null;
  if (typeof want === 'number' && typeof got === 'number')
    return Math.abs(got - want) <= 1e-9 * Math.max(1, Math.abs(want));
  return got === want;
}

test('SQL answers random formulas, and formulas of formulas, as JSONata does', { timeout: 120_000 }, async () => {
  const drawn = fc.record({
    first: fc.record({
      number: fc.array(formulas({ number: [], text: [], boolean: [] }).number, { minLength: 8, maxLength: 8 }),
      text: fc.array(formulas({ number: [], text: [], boolean: [] }).text, { minLength: 8, maxLength: 8 }),
      boolean: fc.array(formulas({ number: [], text: [], boolean: [] }).boolean, { minLength: 8, maxLength: 8 }),
    }),
    second: fc.record(
      Object.fromEntries(
        kinds.map((kind) => [
          kind,
          fc.array(formulas({ number: ['number0', 'number1'], text: ['text0'], boolean: ['boolean0'] })[kind], {
            minLength: 8,
            maxLength: 8,
          }),
        ]),
      ) as Record<(typeof kinds)[number], fc.Arbitrary<string[]>>,
    ),
    rows: fc.array(row, { minLength: 6, maxLength: 6 }),
  });
  await fc.assert(
    fc.asyncProperty(drawn, async ({ first, second, rows }) => {
      await world.rows('delete from org_default.x_deal');
      const fields = Object.fromEntries(
        kinds.flatMap((kind) =>
          [...first[kind], ...second[kind]].map((text, index) => [`${kind}${index}`, formula(kind, text)]),
        ),
      );
      // Formulas that others read come first, as the oracle works them out in this order.
      const ordered = Object.fromEntries(Object.entries(fields).sort(([a], [b]) => rank(a) - rank(b)));
      const call = await withFields(ordered);
      const model = call.engine.model;
      const entity = entityOf(call, 'x_deal');
      const deals: (Deal & { id: string })[] = [];
      for (const { firm: index, ...values } of rows) {
        const given = { ...values, ...(index === undefined ? {} : { firmid: firms[index] }) };
        const { id } = await create(call, entity, inputOf(given, index === undefined ? {} : { firmid: 'x_firm' }));
        deals.push({ id, values, firm: index });
      }
      const found = await list(call, '');
      const wrong = new Map<string, unknown>();
      for (const one of deals) {
        const got = found.find((each) => each['x_dealid'] === one.id);
        for (const field of entity.fields.values()) {
          if (!field.derivation) continue;
          if (field.derivation.kind !== 'translated') {
            wrong.set(field.derivation.text, { formula: field.derivation.text, reason: field.derivation.reason });
            continue;
          }
          const want = await oracle(model, field, recordOf(one)).catch(
            (error: unknown) => `error ${JSON.stringify(error)}`,
          );
          if (!same(got?.[field.name], want))
            wrong.set(field.derivation.text, {
              formula: field.derivation.text,
              row: recordOf(one),
              want,
              got: got?.[field.name],
            });
        }
      }
      expect([...wrong.values()].slice(0, 5)).toEqual([]);
    }),
    { numRuns: Number(process.env['FORMULA_RUNS'] ?? 2), endOnFailure: true },
  );
});

describe('a field that is worked out', () => {
  const fields = {
    weighted: formula('number', 'count * part', { precision: 1 }),
    label: formula('text', "firmid.name & ': ' & name"),
    twice: formula('number', 'weighted * 2'),
    late: formula('boolean', 'due < $today()'),
    // What SQL has no words for.
    odd: formula('text', '$join($map([1..count], function($n) { $string($n) & name }), ",")'),
    odder: formula('text', "odd & '!'"),
    endless: formula('number', '($f := function($n) { $f($n + 1) }; $f(count))'),
  } as const;

  beforeAll(async () => {
    await world.rows('delete from org_default.x_deal');
    const deals = [
      { name: 'a', count: 2, part: 10.25, due: '2020-01-01', firmid: firms[0] },
      { name: 'b', count: 3, part: 1.5, due: '2999-01-01', firmid: firms[0] },
      { name: 'c', count: null, part: 7 },
    ];
    for (const values of deals)
      await create(world.call, world.entity('x_deal'), inputOf(values, 'firmid' in values ? { firmid: 'x_firm' } : {}));
  });

  test('is selected, filtered, sorted, grouped and summed, and read by other formulas', async () => {
    const call = await withFields(fields);
    const rows = await list(
      call,
      '$select=name,weighted,twice,label,late&$filter=weighted gt 0&$orderby=weighted desc',
    );
    expect(rows.map(({ name, weighted, twice, label, late }) => [name, weighted, twice, label, late])).toEqual([
      ['a', 20.5, 41, 'Ab: a', true],
      ['b', 4.5, 9, 'Ab: b', false],
    ]);
    expect(
      (await list(call, "$select=name&$filter=contains(label,'ab: ') and late eq true")).map((one) => one['name']),
    ).toEqual(['a']);
    expect(await list(call, '$apply=groupby((late),aggregate(twice with sum as total,$count as n))')).toEqual(
      expect.arrayContaining([expect.objectContaining({ late: true, total: 41, n: 1 })]),
    );
    // Pages follow each other by it, the empty one first.
    const { body } = await listOData(call, entityOf(call, 'x_deal'), '$select=name&$orderby=weighted', {
      ...preferences,
      maxPageSize: 2,
    });
    const first = JSON.parse(body) as { value: { name: string }[]; '@odata.nextLink': string };
    const next = await list(call, first['@odata.nextLink'].split('?')[1] ?? '');
    expect([...first.value, ...next].map((one) => one['name'])).toEqual(['c', 'b', 'a']);
  });

  test('is worked out on read where SQL has no words for it; rows cannot be found or ordered by it', async () => {
    const call = await withFields(fields);
    const rows = await list(call, '$select=name,odd,odder&$orderby=name');
    expect(rows.map(({ odd, odder }) => [odd, odder])).toEqual([
      ['1a,2a', '1a,2a!'],
      ['1b,2b,3b', '1b,2b,3b!'],
      // Without a count the range is empty, and so is the list that is joined.
      [rows[2]?.['odd'], rows[2]?.['odder']],
    ]);
    for (const query of [
      "$filter=odd eq 'x'",
      '$orderby=odder',
      '$apply=groupby((odd))',
      '$apply=aggregate(endless with sum as s)',
    ])
      await expect(list(call, query)).rejects.toMatchObject({
        status: 400,
        details: [
          expect.objectContaining({
            code: 'QUERY_FIELD_EVALUATED',
            message: expect.stringContaining('worked out') as string,
          }),
        ],
      });
  });

  test('is empty, with the reason beside it, where its formula fails or never ends', async () => {
    const call = await withFields(fields);
    const [row] = await list(call, "$select=name,endless&$filter=name eq 'a'");
    expect(row).toMatchObject({
      endless: null,
      'endless@Peyvand.Error': expect.stringMatching(/timeout|too long|overflow/i) as string,
    });
  });

  test('is written by nobody', async () => {
    const call = await withFields(fields);
    const entity = entityOf(call, 'x_deal');
    await expect(create(call, entity, inputOf({ name: 'x', twice: 4 }))).rejects.toMatchObject({
      status: 400,
      details: [{ code: 'FIELD_READ_ONLY', target: 'twice' }],
    });
    const [row] = await list(call, "$select=name&$filter=name eq 'a'");
    await expect(
      update(call, entity, { id: String(row?.['x_dealid']) }, inputOf({ label: 'x' })),
    ).rejects.toMatchObject({
      details: [{ code: 'FIELD_READ_ONLY', target: 'label' }],
    });
  });

  test('is hidden from whom anything it reads is hidden, however it is asked for', async () => {
    const secured: JsonObject = {
      title: 'Part',
      type: 'number',
      field: { type: 'decimal', precision: 2, secured: true },
    };
    const more = { ...fields, part: secured, told: formula('text', '$map([1], function() { $string(weighted) })') };
    const clerk = { roles: ['peek'], userId: 'c0000000-0000-7000-8000-000000000001', profiles: [] };
    const model = await modelOf({
      'x_firm/entity': firm,
      'x_deal/entity': deal(more),
      'roles/peek': {
        title: 'Peek',
        privileges: { x_deal: { read: 'organization' }, x_firm: { read: 'organization' } },
      },
    });
    const call: Call = {
      ...world.call,
      engine: { ...world.call.engine, model },
      principal: { ...world.call.principal, ...clerk },
    };
    const rows = await list(call, '$select=name,part,weighted,twice,told,label&$orderby=name');
    expect(rows.map(({ part, weighted, twice, told, label }) => [part, weighted, twice, told, label])).toEqual([
      [null, null, null, null, 'Ab: a'],
      [null, null, null, null, 'Ab: b'],
      [null, null, null, null, ': c'],
    ]);
    expect(await list(call, '$filter=twice gt 0')).toEqual([]);
    expect((await list(call, '$orderby=twice desc,name&$select=name')).map((one) => one['name'])).toEqual([
      'a',
      'b',
      'c',
    ]);
    expect(await list(call, '$apply=aggregate(twice with sum as s)')).toEqual([expect.objectContaining({ s: null })]);
  });

  test('reads nothing of a row that the caller may not read', async () => {
    const model = await modelOf({
      'x_firm/entity': firm,
      'x_deal/entity': deal(fields),
      'roles/peek': { title: 'Peek', privileges: { x_deal: { read: 'organization' } } },
    });
    const clerk = { roles: ['peek'], userId: 'c0000000-0000-7000-8000-000000000001' };
    const call: Call = {
      ...world.call,
      engine: { ...world.call.engine, model },
      principal: { ...world.call.principal, ...clerk },
    };
    expect((await list(call, '$select=label&$orderby=name')).map(({ label }) => label)).toEqual([': a', ': b', ': c']);
  });

  test('is answered for one row, too', async () => {
    const call = await withFields(fields);
    const [row] = await list(call, "$select=name&$filter=name eq 'b'");
    const answer = await retrieveOData(
      call,
      entityOf(call, 'x_deal'),
      { id: String(row?.['x_dealid']) },
      '',
      preferences,
    );
    expect(JSON.parse(answer?.body ?? '{}')).toMatchObject({ twice: 9, odd: '1b,2b,3b', label: 'Ab: b' });
  });
});
