// What an organization changed and what a new version changed: both are there after the upgrade, and what cannot be is listed.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Layer } from '../../../../core/model/layer.ts';
import { mergeLayers } from '../../../../core/model/merge.ts';
import { mergeUpgrade, takeTheirs, type DocumentConflict } from '../../../../core/model/merge-upgrade.ts';
import { layerOf } from '../../../../core/model/read-layer.ts';
import type { Json, JsonObject } from '../../../../core/sdk/index.ts';

const FORM = 'thing/forms/main';

function vendor(version: string, documents: Readonly<Record<string, JsonObject>>): Layer {
  const { layer, problems } = layerOf({ id: 'shop', version, kind: 'plugin' }, documents);
  expect(problems).toEqual([]);
  return layer;
}

function own(documents: Readonly<Record<string, JsonObject>>): Layer {
  const { layer, problems } = layerOf({ id: 'organization', version: '1', kind: 'organization' }, documents);
  expect(problems).toEqual([]);
  return layer;
}

type Member = { readonly id: string; readonly title?: string; readonly items?: readonly Member[] };
const section = (id: string, title: string, ...items: readonly (string | JsonObject)[]): JsonObject => ({
  id,
  title,
  items: items.map((item) => (typeof item === 'string' ? { id: item } : item)),
});
const form = (title: string, ...sections: readonly JsonObject[]): JsonObject => ({
  title,
  kind: 'main',
  tabs: [{ id: 'general', title: 'General', columns: [{ id: 'left', sections }] }],
});
const patched = (patch: JsonObject): JsonObject => ({ overlays: `shop@1.0.0:${FORM}`, ...patch });
const sections = (...members: readonly JsonObject[]): JsonObject => ({
  tabs: [{ id: 'general', columns: [{ id: 'left', sections: members }] }],
});
const at = '/tabs/general/columns/left/sections';

function upgraded(before: JsonObject, after: JsonObject, overlay: JsonObject) {
  const next = [vendor('1.1.0', { [FORM]: after })];
  const merge = mergeUpgrade([vendor('1.0.0', { [FORM]: before })], next, own({ [FORM]: overlay }));
  const { documents, problems } = mergeLayers([...next, merge.layer]);
  expect(problems).toEqual([]);
  return { ...merge, next, document: documents.get(FORM) };
}

test('a form that both changed shows both changes, and the order each gave it', () => {
  const { document, conflicts, layer } = upgraded(
    form('Thing', section('names', 'Names', 'first', 'last')),
    form('The thing', section('names', 'Names', 'first', 'middle', 'last'), section('more', 'More', 'note')),
    patched(
      sections({
        id: 'names',
        items: [
          { id: 'nick', after: 'first' },
          { id: 'last', title: 'Family' },
        ],
      }),
    ),
  );
  expect(conflicts).toEqual([]);
  expect(document).toEqual(
    form(
      'The thing',
      section('names', 'Names', 'first', 'nick', 'middle', { id: 'last', title: 'Family' }),
      section('more', 'More', 'note'),
    ),
  );
  expect(layer.documents.get(FORM)?.body['overlays']).toBe(`shop@1.1.0:${FORM}`);
});

test('a true conflict is listed with base, theirs and ours; ours is in force until theirs is taken', () => {
  const { document, conflicts, layer, next } = upgraded(
    form('Thing', section('names', 'Names', 'first')),
    form('Thing', section('names', 'Full name', 'first', 'last')),
    patched(sections({ id: 'names', title: 'Who' })),
  );
  expect(document).toEqual(form('Thing', section('names', 'Who', 'first', 'last')));
  expect(conflicts).toEqual([
    { document: FORM, path: `${at}/names/title`, kind: 'value', base: 'Names', theirs: 'Full name', ours: 'Who' },
  ]);
  const taken = takeTheirs(next, layer, conflicts[0] as DocumentConflict);
  expect(taken.documents.has(FORM)).toBe(false);
});

test('what the vendor took away and the organization changed stays, and is listed; so is what it hid and the vendor changed', () => {
  const { document, conflicts, layer, next } = upgraded(
    form('Thing', section('names', 'Names', 'first'), section('old', 'Old', 'fax'), section('ads', 'Ads', 'banner')),
    form('Thing', section('names', 'Names', 'first'), section('ads', 'Advice', 'banner')),
    patched(sections({ id: 'old', title: 'Fax and telex' }, { id: 'ads', remove: true })),
  );
  expect(document).toEqual(form('Thing', section('names', 'Names', 'first'), section('old', 'Fax and telex', 'fax')));
  expect(conflicts.map(({ path, theirs, ours }) => [path, theirs, ours])).toEqual(
    [
      [`${at}/ads`, section('ads', 'Advice', 'banner'), undefined],
      [`${at}/old`, undefined, section('old', 'Fax and telex', 'fax')],
    ].toSorted() as never,
  );
  const decided = conflicts.reduce((present, conflict) => takeTheirs(next, present, conflict), layer);
  expect(mergeLayers([...next, decided]).documents.get(FORM)).toEqual(next[0]?.documents.get(FORM)?.body);
});

test('a document that the vendor no longer has stays the organization’s own, whole', () => {
  const before = form('Thing', section('names', 'Names', 'first'));
  const next = [vendor('2.0.0', {})];
  const { layer, conflicts } = mergeUpgrade(
    [vendor('1.0.0', { [FORM]: before })],
    next,
    own({ [FORM]: patched({ title: 'Ours' }) }),
  );
  expect(mergeLayers([...next, layer]).documents.get(FORM)).toEqual({ ...before, title: 'Ours' });
  expect(conflicts).toMatchObject([{ path: '', base: before, ours: { title: 'Ours' } }]);
  expect(takeTheirs(next, layer, conflicts[0] as DocumentConflict).documents.size).toBe(0);
});

test('a document that both made under one name is merged, not refused', () => {
  const mine = form('Ours', section('names', 'Names', 'first'));
  const next = [vendor('1.1.0', { [FORM]: form('Theirs', section('names', 'Names', 'first', 'last')) })];
  const { layer, conflicts } = mergeUpgrade([vendor('1.0.0', {})], next, own({ [FORM]: mine }));
  expect(mergeLayers([...next, layer]).documents.get(FORM)).toMatchObject({ title: 'Ours' });
  expect(conflicts.map(({ path }) => path)).toContain('/title');
});

// The random worlds: sections with items, each with a title, changed freely by both sides.

interface World {
  readonly title: string;
  readonly sections: readonly Member[];
}
const ids = ['a', 'b', 'c', 'd', 'e'];
const titles = fc.constantFrom('T1', 'T2', 'T3');
const itemsOf = fc.uniqueArray(fc.record({ id: fc.constantFrom(...ids), title: titles }), {
  selector: ({ id }) => id,
  maxLength: 4,
});
const world = fc.record({
  title: titles,
  sections: fc.uniqueArray(fc.record({ id: fc.constantFrom(...ids), title: titles, items: itemsOf }), {
    selector: ({ id }) => id,
    maxLength: 4,
  }),
});
const documentOf = ({ title, sections: members }: World): JsonObject =>
  form(title, ...(members as unknown as readonly JsonObject[]));

/** Some of the parts of `to`, the others as in `from`. */
function mixed(from: World, to: World, dice: readonly boolean[]): World {
  let turn = 0;
  const roll = (): boolean => dice[turn++ % dice.length] === true;
  const wanted = new Map(to.sections.map((one) => [one.id, one]));
  const kept = from.sections.flatMap((one) => {
    const other = wanted.get(one.id);
    if (roll()) return [one];
    if (!other) return [];
    const others = new Map((other.items ?? []).map((item) => [item.id, item]));
    const items = (one.items ?? []).flatMap((item) => (roll() ? [item] : (others.get(item.id) ?? [])));
    const more = (other.items ?? []).filter((item) => !(one.items ?? []).some(({ id }) => id === item.id) && roll());
    return [{ ...one, ...(roll() && { title: other.title ?? '' }), items: [...items, ...more] }];
  });
  const added = to.sections.filter((one) => !from.sections.some(({ id }) => id === one.id) && roll());
  return { title: roll() ? from.title : to.title, sections: [...kept, ...added] };
}

/** The overlay an organization would write by hand for the same change. */
function overlayOf(from: World, to: World): JsonObject {
  const patch: Record<string, Json> = {};
  if (from.title !== to.title) patch['title'] = to.title;
  const members: JsonObject[] = [];
  for (const one of to.sections) {
    const old = from.sections.find(({ id }) => id === one.id);
    if (!old) {
      members.push(one as unknown as JsonObject);
      continue;
    }
    const items: JsonObject[] = [];
    for (const item of one.items ?? []) {
      const was = old.items?.find(({ id }) => id === item.id);
      if (!was || JSON.stringify(was) !== JSON.stringify(item)) items.push(item as unknown as JsonObject);
    }
    for (const item of old.items ?? []) {
      if (!one.items?.some(({ id }) => id === item.id)) items.push({ id: item.id, remove: true });
    }
    const said = {
      id: one.id,
      ...(old.title !== one.title && { title: one.title }),
      ...(items.length > 0 && { items }),
    };
    if (Object.keys(said).length > 1) members.push(said as JsonObject);
  }
  for (const one of from.sections) {
    if (!to.sections.some(({ id }) => id === one.id)) members.push({ id: one.id, remove: true });
  }
  return { ...patch, ...(members.length > 0 && sections(...members)) };
}

/** Every property by its id path; a section or item is there by the path of its id. */
function leaves(document: JsonObject | undefined): ReadonlyMap<string, Json> {
  const found = new Map<string, Json>();
  const visit = (value: Json | undefined, path: string): void => {
    if (Array.isArray(value)) {
      for (const member of value as readonly JsonObject[]) visit(member, `${path}/${String(member['id'])}`);
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value)) visit(inner, `${path}/${key}`);
    } else if (value !== undefined) found.set(path, value);
  };
  visit(document, '');
  return found;
}

test('in 1,000 random merges every one-sided change is there, and every two-sided one is the same or listed', () => {
  const kinds = { theirs: 0, ours: 0, equal: 0, listed: 0 };
  fc.assert(
    fc.property(
      world,
      world,
      world,
      fc.array(fc.boolean(), { minLength: 7, maxLength: 23 }),
      fc.array(fc.boolean(), { minLength: 7, maxLength: 23 }),
      (base, one, other, dice, more) => {
        const [theirs, ours] = [mixed(base, one, dice), mixed(base, other, more)];
        const [old, next] = [
          vendor('1.0.0', { [FORM]: documentOf(base) }),
          vendor('1.1.0', { [FORM]: documentOf(theirs) }),
        ];
        const overlay = overlayOf(base, ours);
        if (Object.keys(overlay).length === 0) return;
        const layer = own({ [FORM]: patched(overlay) });
        const before = mergeLayers([old, layer]);
        expect(before.problems).toEqual([]);

        const { layer: merged, conflicts } = mergeUpgrade([old], [next], layer);
        const after = mergeLayers([next, merged]);
        expect(after.problems).toEqual([]);

        const [b, t, o, r] = [
          leaves(documentOf(base)),
          leaves(documentOf(theirs)),
          leaves(before.documents.get(FORM)),
          leaves(after.documents.get(FORM)),
        ];
        for (const path of new Set([...b.keys(), ...t.keys(), ...o.keys(), ...r.keys()])) {
          const listed = conflicts.some((conflict) => path === conflict.path || path.startsWith(`${conflict.path}/`));
          const [byThem, byUs] = [b.get(path) !== t.get(path), b.get(path) !== o.get(path)];
          if (listed) {
            kinds.listed += 1;
            expect(r.get(path)).toBe(o.get(path));
          } else if (byThem && byUs) {
            kinds.equal += 1;
            expect([r.get(path), t.get(path)]).toEqual([o.get(path), o.get(path)]);
          } else {
            if (byThem) kinds.theirs += 1;
            if (byUs) kinds.ours += 1;
            expect(r.get(path)).toBe(byThem ? t.get(path) : o.get(path));
          }
        }
        // Decided for the vendor everywhere, nothing two-sided is left of ours.
        const decided = conflicts.reduce((present, conflict) => takeTheirs([next], present, conflict), merged);
        const end = leaves(mergeLayers([next, decided]).documents.get(FORM));
        for (const [path, value] of t) if (b.get(path) !== value) expect(end.get(path)).toBe(value);
      },
    ),
    { numRuns: 1_000 },
  );
  for (const count of Object.values(kinds)) expect(count).toBeGreaterThan(200);
});

test('an entity and a field that a new version calls otherwise are followed in forms, views, overlays and translations', () => {
  const entity = (rating: string, was: JsonObject = {}): JsonObject => ({
    title: 'Car',
    type: 'object',
    entity: {
      plural: 'Cars',
      primary: 'shop_name',
      ownership: 'organization',
      ...('was' in was && { was: 'shop_car' }),
    },
    properties: {
      shop_name: { title: 'Name', type: 'string', field: { type: 'text' } },
      [rating]: { title: 'Stars', type: 'integer', field: { type: 'x', ...was } },
    },
  });
  const grid = (...columns: readonly string[]): JsonObject => ({
    title: 'All',
    kind: 'grid',
    columns: columns.map((id) => ({ id })),
  });
  const before = vendor('1.0.0', {
    'shop_car/entity': entity('shop_stars'),
    'shop_car/views/all': grid('shop_name', 'shop_stars'),
  });
  const after = vendor('1.1.0', {
    'shop_vehicle/entity': entity('shop_rating', { was: 'shop_stars' }),
    'shop_vehicle/views/all': grid('shop_name', 'shop_rating'),
  });
  const mine = own({
    'shop_car/entity': {
      overlays: 'shop@1.0.0:shop_car/entity',
      properties: { shop_stars: { title: 'shop_stars', maximum: 5 } },
    },
    'shop_car/views/all': {
      overlays: 'shop@1.0.0:shop_car/views/all',
      columns: [{ id: 'shop_stars', width: 90 }],
      sort: [{ id: 'shop_stars', direction: 'desc' }],
    },
    'shop_car/views/best': { ...grid('shop_stars'), filter: { field: 'shop_stars', is: 'eq', value: 'shop_stars' } },
    'trip/views/cars': grid('shop_carid.shop_stars'),
    'locales/fa': {
      title: 'فارسی',
      direction: 'rtl',
      texts: { 'shop_car/entity#properties/shop_stars/title': 'ستاره' },
    },
  });
  const { layer, conflicts, renames } = mergeUpgrade([before], [after], mine);
  expect(conflicts).toEqual([]);
  expect(renames).toEqual([
    { entity: undefined, from: 'shop_car', to: 'shop_vehicle' },
    { entity: 'shop_vehicle', from: 'shop_stars', to: 'shop_rating' },
  ]);
  const said = Object.fromEntries([...layer.documents].map(([id, { body }]) => [id, body]));
  expect(said).toEqual({
    'shop_vehicle/entity': {
      overlays: 'shop@1.1.0:shop_vehicle/entity',
      properties: { shop_rating: { title: 'shop_stars', maximum: 5 } },
    },
    'shop_vehicle/views/all': {
      overlays: expect.stringMatching(/^shop@1\.\d\.0:shop_vehicle\/views\/all$/),
      columns: [{ id: 'shop_rating', width: 90 }],
      sort: [{ id: 'shop_rating', direction: 'desc' }],
    },
    'shop_vehicle/views/best': {
      ...grid('shop_rating'),
      filter: { field: 'shop_rating', is: 'eq', value: 'shop_stars' },
    },
    'trip/views/cars': grid('shop_carid.shop_rating'),
    'locales/fa': {
      title: 'فارسی',
      direction: 'rtl',
      texts: { 'shop_vehicle/entity#properties/shop_rating/title': 'ستاره' },
    },
  });
});
