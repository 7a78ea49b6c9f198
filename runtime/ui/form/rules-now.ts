// What a draft knows of business rules; form-rules.ts works it out.
import type { TemplateResult } from 'lit';
import type { FieldMetadata } from '../../../metadata/effective.ts';

/** What rules ask of the form as the record stands. */
export interface RulesNow {
  /** Ids of tabs, sections and items. */
  readonly hidden: ReadonlySet<string>;
  lockOf(field: FieldMetadata): 'rule' | undefined;
  /** The field as it stands open: required by a rule, with fewer choices. */
  fieldOf(field: FieldMetadata): FieldMetadata;
  /** Why the record would be refused because of the field. */
  refusal(field: FieldMetadata): string | undefined;
  advice(field: FieldMetadata): readonly TemplateResult[];
  /** Fields with a refusal. */
  readonly refused: readonly string[];
}
