// Handlers typed by what `peyvand types` writes. Most of it is said by the compiler: a line that should not compile and does is an
// error of the check `types`.
import { expect, test } from 'vitest';
import { defineHandler } from '../../../../core/sdk/index.ts';

interface VehicleValues {
  readonly vehicleid?: string | null;
  plate?: string | null;
  statecode?: 0 | 1 | null;
}

test('values, images and names of fields are those of the entity', () => {
  const handler = defineHandler<VehicleValues>({
    name: 'typed',
    stage: 'before',
    message: 'update',
    entity: 'vehicle',
    changed: ['plate'],
    image: ['statecode'],
    run({ values, image }) {
      const state: 0 | 1 | null | undefined = image?.statecode;
      values.plate = String(state);
      // @ts-expect-error: no such state
      values.statecode = 4;
      // @ts-expect-error: nobody writes it
      values.vehicleid = '1';
      // @ts-expect-error: no such field
      values.colour = 'red';
    },
  });
  expect(handler.changed).toEqual(['plate']);
  const wrong = defineHandler<VehicleValues>({
    name: 'wrong',
    stage: 'after',
    message: 'update',
    // @ts-expect-error: no such field
    changed: ['colour'],
    run() {},
  });
  expect(wrong.name).toBe('wrong');
});

test('without types any name is a field, as ever', () => {
  const handler = defineHandler({
    name: 'untyped',
    stage: 'before',
    message: 'create',
    changed: ['anything'],
    run({ values, image }) {
      values['anything'] = image?.['else'];
    },
  });
  expect(handler.name).toBe('untyped');
});
