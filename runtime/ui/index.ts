// peyvand/ui: what a plugin's browser half may use.
export { defineFieldUi } from './field-ui.ts';
export type { FieldContext, FieldUi, FieldValue, FilterUi, InputRequest, LookupValue, Parsed } from './field-ui.ts';
export type { Calendar, DateStyle, Direction, Locale } from './locale/locale.ts';
export { icon } from './icon.ts';
export { hidePopup, placePopup } from './popup.ts';
