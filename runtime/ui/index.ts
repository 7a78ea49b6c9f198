// peyvand/ui: what a plugin's browser half may use.
export { defineCommand, defineControl, definePage, defineView } from './contributions.ts';
export type {
  AskChoice,
  Command,
  CommandContext,
  Contribution,
  ContributionContext,
  Control,
  ControlContext,
  OperationTarget,
  Page,
  PageContext,
  PluginClient,
  RowQuery,
  View,
  ViewContext,
} from './contributions.ts';
export { defineFieldUi } from './field-ui.ts';
export { formattedOf, isEmpty, valueOf, valuesOf } from './record-values.ts';
export type { EntityMetadata, FieldMetadata, ViewMetadata } from '../../metadata/effective.ts';
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
export { ClientError, odataString } from '../client/index.ts';
export type { Client, ListQuery, Row } from '../client/index.ts';
export { openMenu } from './dialog/menu.ts';
export type { MenuItem } from './dialog/menu.ts';
export { icon } from './icon.ts';
export { hidePopup, placePopup } from './popup.ts';
export { styled } from './styled.ts';
