import type { EntityMetadata, FieldMetadata } from '../../metadata/effective.ts';
import type { Row } from '../client/index.ts';
import type { FieldUi, FieldValue } from './field-ui.ts';
export type Values = Readonly<Record<string, FieldValue>>;
export declare function formattedOf(row: Row, field: FieldMetadata | undefined): string | undefined;
/** One field's value out of a row; null when empty or not selected. */
export declare function valueOf(row: Row, field: FieldMetadata): FieldValue;
export declare function valuesOf(row: Row, entity: EntityMetadata): Values;
/** The body of a write: lookups by `@odata.bind`. `setOf` gives an entity's set name. */
export declare function bodyOf(changes: Values, entity: EntityMetadata, setOf: (entity: string) => string): Row;
/** A row with values laid over it, as an optimistic write shows it; formatted texts of changed fields are dropped. */
export declare function overlayRow(row: Row, changes: Values, entity: EntityMetadata): Row;
export declare function isEmpty(value: FieldValue): boolean;
export declare function sameValue(a: FieldValue, b: FieldValue, ui?: FieldUi): boolean;
/** Its rows can be merged: they have where to say which one they were merged into. */
export declare function isMergeable(entity: EntityMetadata): boolean;
