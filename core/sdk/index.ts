// peyvand/sdk: everything a plugin's server half may use.
export type { Json, JsonObject, JsonSchema } from './json.ts';
export { PeyvandError, defineErrors } from './errors.ts';
export type { ErrorCatalogue, ErrorEntry, RaiseOptions, Violation } from './errors.ts';
export { defineFieldType } from './field-type.ts';
export type {
  Attribute,
  Blob,
  Cascade,
  ColumnSpec,
  ColumnType,
  ColumnValue,
  DecodeContext,
  Decoded,
  DefinedAttribute,
  DeleteCascade,
  Derived,
  FieldExample,
  FieldExamples,
  FieldSpec,
  FieldType,
  GeneratedPart,
  Operator,
  Options,
  Reference,
  SentAttribute,
  Rollup,
} from './field-type.ts';
export { defineHandler } from './events.ts';
export type { EventHandler, HandlerContext, Message, Stage, WriteMessage } from './events.ts';
export { defineOperation } from './operation.ts';
export type {
  Operation,
  OperationContext,
  OperationDescription,
  OperationParameter,
  OperationType,
  OperationValue,
} from './operation.ts';
export type { FetchOptions, Fetched, PluginContext } from './context.ts';
export type { NamedRow, NewFile, NewShare, Records, Row, Shared, SharedRight } from './records.ts';
export { defineSchedule } from './schedule.ts';
export type { Schedule, ScheduleContext } from './schedule.ts';
export { defineMigration } from './migration.ts';
export type { Migration, MigrationContext } from './migration.ts';
export { definePlugin } from './plugin.ts';
export type { ServerPlugin } from './plugin.ts';
