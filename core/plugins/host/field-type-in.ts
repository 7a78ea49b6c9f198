// Which of a module's exports is the field type of its folder. Read in the server and inside plugins' processes.
import type { FieldType } from '../../sdk/field-type.ts';

/** Of what a module exports, the field type of this name. */
export function fieldTypeIn(exported: object, name: string): FieldType | undefined {
  return Object.values(exported).find(
    (value: unknown): value is FieldType =>
      typeof value === 'object' && value !== null && 'decode' in value && 'name' in value && value.name === name,
  );
}
