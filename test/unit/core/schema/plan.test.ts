import { describe, expect, it } from 'vitest';
import { compileModel } from '../../../../core/model/compile.ts';
import { desiredState } from '../../../../core/schema/desired.ts';
import { planChanges, type Plan } from '../../../../core/schema/plan.ts';
import { printPlan } from '../../../../core/schema/print-plan.ts';
import { sameDefault, type LiveState, type SchemaState } from '../../../../core/schema/tables.ts';
import {
  entityOf,
  lookup,
  ownLayer,
  smallPlugins,
  text,
  wholeNumber,
  type Documents,
} from '../../../support/small-world.ts';

async function wanted(documents: Documents): Promise<SchemaState> {
  const { layers, fieldTypes } = await smallPlugins();
  return desiredState(compileModel({ layers: [...layers, ownLayer(documents)], fieldTypes }), 'org');
}

/** As if the tables had just been made for a model. */
function made(state: SchemaState): LiveState {
  const { triggers = [], fills = [] } = state.rollups ?? {};
  return {
    ...state,
    functions: new Map([
      ...triggers.map(({ name, hash, body }) => [name, { hash, definition: body }] as const),
      ...fills.map((fill) => [fill.function, { hash: fill.hash, definition: fill.body }] as const),
    ]),
    triggers: new Map(triggers.map(({ name, table }) => [name, table])),
    recycled: [],
    trigramSchema: 'public',
  };
}

async function plan(from: Documents, to: Documents): Promise<Plan> {
  return planChanges(made(await wanted(from)), await wanted(to));
}

describe('the plan', () => {
  it('of a first start makes tables, then lets them refer to each other', async () => {
    const documents = {
      'box/entity': entityOf({ name: text({ default: "it's" }), lid: lookup('lid') }, { entity: { search: ['name'] } }),
      'lid/entity': entityOf({ name: text(), box: lookup('box') }, { required: ['name'] }),
    };
    expect(printPlan(await plan({}, documents))).toMatchSnapshot();
  });

  it('of a table in use builds and checks beside the work, renames at the switch and puts away after it', async () => {
    const first = {
      'box/entity': entityOf({ name: text(), size: wholeNumber(), colour: text(), gone: wholeNumber() }),
    };
    const second = {
      'box/entity': entityOf(
        {
          name: text(),
          size: text(),
          tint: text({}, { was: 'colour' }),
          weight: wholeNumber({ default: 5 }),
          inside: lookup('box'),
        },
        { required: ['name', 'weight'], entity: { keys: { name: ['name'] }, search: ['tint'] } },
      ),
    };
    const steps = await plan(first, second);
    expect(printPlan(steps)).toMatchSnapshot();
    expect(steps.losesData).toBe(true);
    for (const step of steps.steps) {
      if (step.phase === 'expand')
        expect([
          step.summary,
          step.undo.length > 0 || step.sql[0]?.includes('validate') || step.kind === 'fill',
        ]).toEqual([step.summary, true]);
    }
  });

  it('is empty when nothing changes', async () => {
    const documents = {
      'box/entity': entityOf({ name: text({ default: '\\ "' }), size: wholeNumber({ default: -3 }) }),
    };
    expect((await plan(documents, documents)).steps).toEqual([]);
  });
});

describe('defaults', () => {
  it('are the same however Postgres writes them', () => {
    expect(sameDefault(`'it''s'::text`, `'it''s'`, 'text')).toBe(true);
    expect(sameDefault(`E'a\\\\b'::text`, `E'a\\\\b'`, 'text')).toBe(true);
    expect(sameDefault(`'-5'::integer`, '-5', 'integer')).toBe(true);
    expect(sameDefault(`'5'::bigint`, '5', 'bigint')).toBe(true);
    expect(sameDefault('true', 'true', 'boolean')).toBe(true);
    expect(sameDefault(`'{"a": 1, "b": [2]}'::jsonb`, `'{"b":[2],"a":1}'`, 'jsonb')).toBe(true);
    expect(
      sameDefault(`'2026-03-21 00:00:00+00'::timestamp with time zone`, `'2026-03-21T00:00:00Z'`, 'timestamptz'),
    ).toBe(true);
    expect(sameDefault(`'{1,2}'::integer[]`, `'{1,2}'`, 'integer[]')).toBe(true);
    expect(sameDefault(`nextval('org._version'::regclass)`, `nextval('"org"."_version"'::regclass)`, 'bigint')).toBe(
      true,
    );
    expect(sameDefault('NULL::text', undefined, 'text')).toBe(true);
    expect(sameDefault(`'5'::text`, `'6'`, 'text')).toBe(false);
    expect(sameDefault(undefined, `''`, 'text')).toBe(false);
  });
});
