// The contract of functions and actions: what a plugin adds to the data service beside reading and writing rows. A function
// (GET) tells something and changes nothing; an action (POST) runs in one transaction, all of it or none.
import type { PluginContext } from './context.ts';
import type { Violation } from './errors.ts';
import type { NamedRow } from './records.ts';

export type OperationType =
  | 'text'
  | 'boolean'
  | 'integer'
  | 'decimal' // exact: arrives as text
  | 'date' // `2026-11-22`
  | 'date-time' // `2026-11-22T10:00:00Z`
  | 'id'
  /** A row that is named; arrives as `{entity, id}`. */
  | 'entity'
  /** The values of a row; arrives as `{entity, id, values}`. */
  | 'record'
  /** Whatever JSON says. */
  | 'json';

export interface OperationValue {
  readonly type: OperationType;
  /** `entity` and `record`: the only entity it may be of; absent = any. */
  readonly entity?: string;
  /** A list of them. */
  readonly collection?: boolean;
}

export interface OperationParameter extends OperationValue {
  readonly name: string;
  /** May be left out, or null. */
  readonly optional?: boolean;
  readonly description?: string;
}

export interface OperationDescription {
  /** `WinOpportunity`; on the wire also as `Microsoft.Dynamics.CRM.WinOpportunity`. */
  readonly name: string;
  readonly kind: 'function' | 'action';
  /** Called on a row of the entity (`*`: of any), or on its set. Absent: called by its name alone. */
  readonly bound?: { readonly entity: string; readonly collection?: boolean };
  readonly parameters: readonly OperationParameter[];
  /** What it answers: one value, or several by name. Absent: nothing (204). */
  readonly returns?: OperationValue | { readonly properties: readonly OperationParameter[] };
  readonly description?: string;
  /** A right of roles that the caller needs beside what each row asks. */
  readonly right?: string;
}

export interface OperationContext extends PluginContext {
  /** By name; those left out are not there. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** The row it was called on. */
  readonly target?: NamedRow;
  /** The row a reference names: `/accounts(<id>)`, `accounts(accountnumber='A')`. */
  reference(text: string): Promise<NamedRow | undefined>;
  /** Ends it with 400 and what is wrong with the parameters. */
  refuse(...violations: readonly Violation[]): never;
}

export interface Operation extends OperationDescription {
  /** Answers what `returns` says; rows as `{entity, id}`. Throw a PeyvandError (`defineErrors`) to refuse with words. */
  run(context: OperationContext): unknown;
}

export function defineOperation(operation: Operation): Operation {
  return operation;
}
