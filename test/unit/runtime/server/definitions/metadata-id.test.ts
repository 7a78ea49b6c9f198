import { expect, test } from 'vitest';
import { languageCode, languageOf } from '../../../../../runtime/server/definitions/language-codes.ts';
import { metadataId } from '../../../../../core/model/metadata-id.ts';

test('a definition has the same id on every server, for ever', () => {
  expect(metadataId('account/entity')).toBe('a0c43a31-42c5-59c4-87a9-6aab3cc0e62f');
  expect(metadataId('account/entity#properties/name')).toBe('d9019ad2-b0c0-5b25-9a10-0e24a8478a15');
});

test('ids are name-based UUIDs, each path with its own', () => {
  const ids = Array.from({ length: 500 }, (_, index) => metadataId(`e${index}/entity`));
  expect(new Set(ids).size).toBe(500);
  for (const id of ids) expect(id).toMatch(/^[\da-f]{8}-[\da-f]{4}-5[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
});

test('languages and their numbers lead to each other, a region’s to its language', () => {
  expect(languageCode('en')).toBe(1033);
  expect(languageCode('fa-IR')).toBe(1065);
  expect(languageCode('tlh')).toBe(4096);
  expect(languageOf(1065, ['en', 'fa'])).toBe('fa');
  expect(languageOf(1031, ['en', 'fa'])).toBeUndefined();
});
