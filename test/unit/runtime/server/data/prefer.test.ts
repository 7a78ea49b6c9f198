// The Prefer header as published clients send it.
import { expect, test } from 'vitest';
import { readPreferences } from '../../../../../runtime/server/data/prefer.ts';

test('several preferences may stand in one header', () => {
  expect(readPreferences('return=representation,odata.include-annotations="*",odata.maxpagesize=3')).toEqual({
    representation: true,
    maxPageSize: 3,
    annotations: '*',
    continueOnError: false,
    respondAsync: false,
    trackChanges: false,
  });
});

test('a list of annotation terms in quotes is one preference', () => {
  const terms = 'OData.Community.Display.V1.FormattedValue,Microsoft.Dynamics.CRM.lookuplogicalname';
  expect(readPreferences(`odata.include-annotations="${terms}"`).annotations).toBe(terms);
});

test('unknown and pointless preferences are ignored', () => {
  expect(readPreferences('handling=lenient, odata.maxpagesize=many, x=";"')).toEqual({
    representation: false,
    maxPageSize: undefined,
    annotations: undefined,
    continueOnError: false,
    respondAsync: false,
    trackChanges: false,
  });
  expect(readPreferences(undefined).representation).toBe(false);
});
