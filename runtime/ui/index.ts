// peyvand/ui: what a plugin's browser half may use.
export { defineFieldUi } from './field-ui.ts';
export type { EntityMetadata, FieldMetadata } from '../../metadata/effective.ts';
export type { FieldContext, FieldUi, FieldValue, FilterUi, InputRequest, LookupValue, Parsed } from './field-ui.ts';
export type { Calendar, DateStyle, Direction, Locale } from './locale/locale.ts';
export {
  calendarDate,
  firstWeekday,
  isoFrom,
  monthNames,
  wallClock,
  weekdayNames,
  weekdayOf,
} from './locale/calendar.ts';
export { foldText, latinDigits } from './locale/digits.ts';
export { odataString } from '../client/index.ts';
export type { Client } from '../client/index.ts';
export { icon } from './icon.ts';
export { hidePopup, placePopup } from './popup.ts';
export { styled } from './styled.ts';
