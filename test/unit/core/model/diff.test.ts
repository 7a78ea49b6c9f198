import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diff } from '../../../../core/model/diff.ts';
import type { Difference } from '../../../../core/model/diff.ts';
import type { JsonObject } from '../../../../core/sdk/index.ts';
import { baseModel, modelOf } from '../../../support/model.ts';

type Mutable = Record<string, JsonObject[string]>;

const text = (title: string, more: JsonObject = {}): JsonObject => ({
  title,
  type: 'string',
  maxLength: 50,
  field: { type: 'text', ...more },
});

function fleet(
  properties: Mutable,
  entity: JsonObject = {},
  more: Readonly<Record<string, JsonObject>> = {},
): Readonly<Record<string, JsonObject>> {
  return {
    'ship/entity': {
      title: 'Ship',
      type: 'object',
      entity: { set: 'ships', plural: 'Ships', primary: 'name', ...entity },
      properties: { name: text('Name'), ...properties },
    },
    'choices/flag': {
      title: 'Flag',
      options: [
        { value: 1, title: 'Panama' },
        { value: 2, title: 'Malta' },
      ],
    },
    ...more,
  };
}

const short = ({ kind, subject, entity, name, was }: Difference): string =>
  [kind, subject, entity === undefined ? name : `${entity}.${name}`, ...(was === undefined ? [] : [`was ${was}`])].join(
    ' ',
  );
const differences = async (
  a: Readonly<Record<string, JsonObject>>,
  b: Readonly<Record<string, JsonObject>>,
): Promise<readonly Difference[]> => diff(await modelOf(a), await modelOf(b));

const view = (...ids: readonly string[]): Readonly<Record<string, JsonObject>> => ({
  'ship/views/all': { title: 'All', columns: ids.map((id) => ({ id })) },
});
const build = (
  properties: Readonly<Record<string, { title: string; maxLength: number }>>,
): Readonly<Record<string, JsonObject>> =>
  fleet(
    Object.fromEntries(
      Object.entries(properties).map(([name, { title, maxLength }]) => [name, { ...text(title), maxLength }]),
    ),
  );

describe('the difference of two models', () => {
  it('is nothing between equal ones', async () => {
    expect(diff(await baseModel(), await baseModel())).toEqual([]);
    expect(await differences(fleet({ imo: text('IMO') }), fleet({ imo: text('IMO') }))).toEqual([]);
  });

  it('names a new entity once, not each of its fields', async () => {
    expect((await differences({}, fleet({}))).map(short)).toEqual(['added entity ship', 'added choice choices/flag']);
    expect((await differences(fleet({}), {})).map(short)).toEqual([
      'removed entity ship',
      'removed choice choices/flag',
    ]);
  });

  it('names fields, keys and indexes with what changed in them', async () => {
    const before = fleet(
      { imo: text('IMO'), built: text('Built') },
      { keys: { imo: ['imo'] }, indexes: { by_name: { fields: ['name'] } } },
    );
    const after = fleet(
      { imo: { ...text('IMO number'), maxLength: 10 }, crew: text('Crew') },
      { keys: { imo: ['imo', 'name'] }, indexes: { by_crew: { fields: ['crew'] } } },
    );
    const found = await differences(before, after);
    expect(found.map(short)).toEqual([
      'changed entity ship',
      'removed field ship.built',
      'added field ship.crew',
      'changed field ship.imo',
      'changed key ship.imo',
      'added index ship.by_crew',
      'removed index ship.by_name',
    ]);
    expect(found.find(({ name, subject }) => name === 'imo' && subject === 'field')?.changes).toEqual([
      { path: '/maxLength', old: 50, new: 10 },
      { path: '/title', old: 'IMO', new: 'IMO number' },
    ]);
    expect(found.find(({ subject }) => subject === 'key')?.changes).toEqual([
      { path: '/fields', old: ['imo'], new: ['imo', 'name'] },
    ]);
  });

  it('knows a renamed field by what it was, and tells a rename from a new field', async () => {
    const before = fleet({ imo: text('IMO') });
    const renamed = (await differences(before, fleet({ imonumber: text('IMO', { was: 'imo' }) }))).filter(
      ({ subject }) => subject === 'field',
    );
    expect(renamed).toEqual([{ kind: 'renamed', subject: 'field', entity: 'ship', name: 'imonumber', was: 'imo' }]);
    const anew = (await differences(before, fleet({ imonumber: text('IMO') }))).filter(
      ({ subject }) => subject === 'field',
    );
    expect(anew.map(short)).toEqual(['removed field ship.imo', 'added field ship.imonumber']);
    const kept = (
      await differences(before, fleet({ imo: text('IMO'), imonumber: text('IMO', { was: 'imo' }) }))
    ).filter(({ subject }) => subject === 'field');
    expect(kept.map(short)).toEqual(['added field ship.imonumber']);
  });

  it('knows a renamed entity by what it was', async () => {
    const { 'ship/entity': ship, ...rest } = fleet({});
    const vessel = {
      ...ship,
      entity: { set: 'vessels', plural: 'Vessels', primary: 'name', key: 'shipid', was: 'ship' },
    };
    const found = await differences({ ...rest, 'ship/entity': ship ?? {} }, { ...rest, 'vessel/entity': vessel });
    expect(found.map(short).slice(0, 2)).toEqual(['changed entity vessel', 'renamed entity vessel was ship']);
    expect(found.some(({ kind }) => kind === 'removed' || kind === 'added')).toBe(false);
  });

  it('tells a change of order from a change of members', async () => {
    const found = await differences(fleet({}, {}, view('name', 'createdon')), fleet({}, {}, view('createdon', 'name')));
    expect(found).toEqual([
      {
        kind: 'changed',
        subject: 'view',
        name: 'ship/views/all',
        changes: [{ path: '/columns/order', old: ['name', 'createdon'], new: ['createdon', 'name'] }],
      },
    ]);
  });

  it('names the choice whose option changed, and the fields that offer it', async () => {
    const field = { flag: { title: 'Flag', type: 'integer', field: { type: 'choice', choice: 'flag' } } };
    const renamed = {
      'choices/flag': {
        title: 'Flag',
        options: [
          { value: 1, title: 'Panamá' },
          { value: 2, title: 'Malta' },
        ],
      },
    };
    const found = await differences(fleet(field), fleet(field, {}, renamed));
    expect(found.map(short)).toEqual(['changed field ship.flag', 'changed choice choices/flag']);
    expect(found[1]?.changes).toEqual([{ path: '/options/1/title', old: 'Panama', new: 'Panamá' }]);
  });
});

describe('any edit', () => {
  const names = ['imo', 'built', 'crew', 'draught'];
  const property = fc.record({ title: fc.constantFrom('One', 'Two'), maxLength: fc.constantFrom(10, 20) });
  const world = fc.dictionary(fc.constantFrom(...names), property, { maxKeys: 4 });
  it('is named exactly: what came, what went, what changed, and nothing else', async () => {
    await fc.assert(
      fc.asyncProperty(world, world, async (before, after) => {
        const found = (await differences(build(before), build(after)))
          .filter(({ subject }) => subject === 'field')
          .map(short);
        const wanted = names.flatMap((name) => {
          const [old, now] = [before[name], after[name]];
          if (!old && !now) return [];
          if (!old) return [`added field ship.${name}`];
          if (!now) return [`removed field ship.${name}`];
          return JSON.stringify([old.title, old.maxLength]) === JSON.stringify([now.title, now.maxLength])
            ? []
            : [`changed field ship.${name}`];
        });
        expect(found.toSorted()).toEqual(wanted.toSorted());
      }),
      { numRuns: 15 },
    );
  });

  it('is the same one backwards, with old and new exchanged', async () => {
    await fc.assert(
      fc.asyncProperty(world, world, async (before, after) => {
        const there = await differences(build(before), build(after));
        const back = await differences(build(after), build(before));
        const mirror = back.map((difference) =>
          short({
            ...difference,
            kind: difference.kind === 'added' ? 'removed' : difference.kind === 'removed' ? 'added' : difference.kind,
          }),
        );
        expect(there.map(short).toSorted()).toEqual(mirror.toSorted());
      }),
      { numRuns: 10 },
    );
  });
});
