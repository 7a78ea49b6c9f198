import type { EntityMetadata, FieldMetadata } from '../../metadata/effective.ts';
import type { Client } from '../client/index.ts';
import type { Locale } from './locale/locale.ts';
/** The value of a field that names another row (`FieldMetadata.targets` is set). */
export interface LookupValue {
    readonly entity: string;
    readonly id: string;
    readonly name: string;
}
/**
 * Values are wire values (null = empty); a field with `targets` has a LookupValue. A decimal is a number where that is
 * exact, else its text: both may be given back, the server takes both.
 */
export type FieldValue = unknown;
export interface FieldContext {
    readonly locale: Locale;
    readonly client: Client;
    readonly entity: EntityMetadata;
    /** Values of the row by field name (with unsaved changes in a form); for currency, dependent lookups. */
    readonly record: Readonly<Record<string, FieldValue>>;
    /** The row's id; undefined while it is being created. For files. */
    readonly recordId: string | undefined;
    /** The server's formatted text for a field of the row; stale once the value has been changed. */
    formatted(field: string): string | undefined;
    /** Metadata of another entity (cached): title, icon, set, key and primary field for lookups. */
    entityOf(name: string): Promise<EntityMetadata>;
    /** Opens the quick create dialog; resolves to the new row, or undefined when cancelled. */
    quickCreate(entity: string, initial?: Readonly<Record<string, FieldValue>>): Promise<LookupValue | undefined>;
    /** Goes to a record. */
    openRecord(entity: string, id: string): void;
    /** The record's address, for real links; openRecord does the same without a reload. */
    recordUrl(entity: string, id: string): string;
}
export interface InputRequest {
    readonly value: FieldValue;
    readonly field: FieldMetadata;
    readonly context: FieldContext;
    /** For the focusable control (inside a widget: for its input), so that `<label for>` reaches it. */
    readonly id: string;
    /** Ids for aria-describedby; may be empty. */
    readonly describedBy: string;
    /** For aria-label where no visible label stands by (grid cells, filters); else undefined. */
    readonly label: string | undefined;
    readonly invalid: boolean;
    readonly readOnly: boolean;
    readonly required: boolean;
    /** `cell`: in a grid cell, one line, no own frame. */
    readonly place: 'form' | 'cell' | 'filter';
    /** With each change of the value. Text that is no value of the type: `onInvalid` instead, and again when mended. */
    onChange(value: FieldValue): void;
    /** The typed text cannot be understood: a sentence that says how to mend it. Undefined takes it back. */
    onInvalid(message: string | undefined): void;
}
export type Parsed = {
    readonly value: FieldValue;
} | {
    readonly message: string;
};
export interface FilterUi {
    /** OData literal of a value: `'text'`, `12`, `2026-03-21`. Default: by JavaScript type, quoted text. */
    literal?(value: FieldValue, field: FieldMetadata): string;
    /** Editor of the value; default `input` with place `filter`. */
    input?(request: InputRequest): unknown;
}
export interface FieldUi {
    /** Field type's name. */
    readonly type: string;
    /** Where values stand in a grid column. Default start. */
    readonly align?: 'start' | 'end' | 'center';
    /** `block`: takes the section's full width and several lines (multiline, rich text, JSON). Default line. */
    readonly size?: 'line' | 'block';
    /** Default width of a grid column in px. */
    readonly width?: number;
    /** The control is its own display: no read text is shown instead of it (yes/no switch, file). */
    readonly always?: boolean;
    /** False where a grid cell cannot edit it (rich text, file, image). Default true. */
    readonly inline?: boolean;
    /** What stands in a form at rest and in a grid cell: anything Lit renders. Empty values never come here. */
    display(value: FieldValue, field: FieldMetadata, context: FieldContext): unknown;
    /** The control. */
    input(request: InputRequest): unknown;
    /** Plain text for clipboard, titles and conflict dialogs. '' for empty. */
    text(value: FieldValue, field: FieldMetadata, context: FieldContext): string;
    /** Pasted or typed text → value. */
    parse?(text: string, field: FieldMetadata, context: FieldContext): Parsed;
    /** Checks a value before it is sent: a sentence, or undefined when sound. Required and lengths are checked by the form. */
    validate?(value: FieldValue, field: FieldMetadata, context: FieldContext): string | undefined;
    /** Equal values do not count as a change. Default: JSON equality; lookups by id. */
    equal?(a: FieldValue, b: FieldValue): boolean;
    readonly filter?: FilterUi;
    /** CSS adopted by the document once, inside `@layer fields`. Logical properties and tokens only. */
    readonly styles?: string;
    /** Own texts by language, reached as `t('field.<type>.<key>')`. */
    readonly strings?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}
export declare function defineFieldUi(ui: FieldUi): FieldUi;
