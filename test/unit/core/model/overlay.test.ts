// Overlays that turn what is below into what is wanted.
import { expect, test } from 'vitest';
import type { JsonObject } from '../../../../core/sdk/index.ts';
import { layerOf } from '../../../../core/model/read-layer.ts';
import { mergeLayers } from '../../../../core/model/merge.ts';
import { profileOverlay } from '../../../../core/model/overlay.ts';

const profile = (pin: JsonObject): JsonObject => ({ title: 'Clerk', fields: { person: { pin } } });

test('a mask that is taken out of a profile is gone, and the whole value seen', () => {
  const below = profile({ read: true, mask: { last: 4 } });
  const wanted = profile({ read: true });
  const overlay = profileOverlay(below, wanted, 'base@1.0.0:profiles/clerk');
  const read = (id: string, kind: 'base' | 'organization', document: JsonObject) =>
    layerOf({ id, version: '1.0.0', kind }, { 'profiles/clerk': document });
  const layers = [read('base', 'base', below), read('organization', 'organization', overlay ?? {})];
  expect(layers.flatMap(({ problems }) => problems)).toEqual([]);
  const { documents, problems } = mergeLayers(layers.map(({ layer }) => layer));
  expect(problems).toEqual([]);
  expect(documents.get('profiles/clerk')).toEqual(wanted);
});
