// Functions and actions as the data service has them: the plugins' and our own, which are described alike and answer
// themselves.
import type { Entity } from '../../../../core/model/model.ts';
import type { RecordAddress, RecordInput } from '../../../../core/records/input.ts';
import type { OperationDescription } from '../../../../core/sdk/index.ts';
import type { Services } from '../../services.ts';
import type { Segment } from '../path.ts';
import type { DataRequest } from '../request.ts';

/** A parameter of the type `entity`. */
export interface NamedRow {
  readonly entity: Entity;
  readonly address: RecordAddress;
}

/** A parameter of the type `record`. */
export interface GivenRecord {
  readonly entity: Entity;
  /** Where it says which row it is about. */
  readonly address: RecordAddress | undefined;
  readonly input: RecordInput;
}

export interface Invocation {
  readonly services: Services;
  readonly request: DataRequest;
  /** The path segment that named it. */
  readonly segment: Segment;
  /** The entity it is bound to. */
  readonly entity: Entity | undefined;
  /** The row it was called on. */
  readonly address: RecordAddress | undefined;
  /** Reads what the call says, by the description. Throws PARAMETERS_INVALID, BODY_…. */
  parameters(): Promise<Readonly<Record<string, unknown>>>;
}

export interface ShippedOperation extends OperationDescription {
  answer(invocation: Invocation): Response | Promise<Response>;
}

/** Types a shipped operation. */
export function shipped(operation: ShippedOperation): ShippedOperation {
  return operation;
}
