// What of a field stands open to the user on a record: whether it is there to be seen, and why it cannot be written.
import type { EntityMetadata, FieldMetadata, StateMetadata } from '../../metadata/effective.ts';

/** Texts of `form.locked.…` say each in full. */
export type FieldLock = 'system' | 'immutable' | 'closed' | 'rule' | 'masked' | 'secured';

export function lockOf(field: FieldMetadata, isNew: boolean): FieldLock | undefined {
  if (field.readOnly) return 'system';
  if (field.immutable && !isNew) return 'immutable';
  const { secured } = field;
  if (!secured) return undefined;
  if (isNew) return secured.create ? undefined : 'secured';
  // What is shown is not the value, so there is nothing to go on from.
  if (secured.read === 'masked') return 'masked';
  return secured.update ? undefined : 'secured';
}

/** A new record asks only for what the user may give, one that is there shows only what the user may read. */
export function isSeen({ secured }: FieldMetadata, isNew: boolean): boolean {
  return !secured || (isNew ? secured.create : secured.read !== 'none');
}

/** The readonly state that a record is in; undefined while it is open. */
export function closedState(entity: EntityMetadata, valueOf: (field: string) => unknown): StateMetadata | undefined {
  const state = Object.values(entity.fields).find(({ options }) => options['system'] === 'state');
  return state && entity.status?.find((one) => one.readonly && one.state === valueOf(state.name));
}

/** A closed record's field is locked, except its state, its reason and what the state leaves open. */
export function isClosed(field: FieldMetadata, state: StateMetadata | undefined): boolean {
  const { system } = field.options;
  return (
    state?.readonly !== undefined &&
    system !== 'state' &&
    system !== 'status' &&
    !state.readonly.except.includes(field.name)
  );
}
