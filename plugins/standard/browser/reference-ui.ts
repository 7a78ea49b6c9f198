// The browser half of every reference type: they differ only in their name.
import { defineFieldUi } from 'peyvand/ui';
import type { FieldUi } from 'peyvand/ui';
import { isLookupValue, lookupDisplay, lookupInput, lookupStrings, lookupStyles } from './lookup-input.ts';

export function referenceUi(type: string): FieldUi {
  return defineFieldUi({
    type,
    width: 200,
    styles: lookupStyles,
    strings: lookupStrings,
    display: lookupDisplay,
    input: lookupInput,
    text: (value) => (isLookupValue(value) ? value.name : ''),
    filter: { literal: (value) => (isLookupValue(value) ? value.id : String(value)) },
  });
}
