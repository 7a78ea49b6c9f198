// statecode and statuscode kept together: setting one settles the other, a reason belongs to its state, and on update only
// the transitions that the reasons allow (`to`).
import type { Entity, State } from '../model/model.ts';
import type { PeyvandError } from '../sdk/index.ts';
import type { ColumnValue } from '../sdk/index.ts';
import { columnOf, factsOf } from './entity-facts.ts';
import { invalid } from './invalid.ts';

type Reason = State['reasons'][number];

function find(entity: Entity, value: ColumnValue): { readonly state: State; readonly reason: Reason } | undefined {
  for (const state of entity.status ?? []) {
    const reason = state.reasons.find((one) => one.value === value);
    if (reason) return { state, reason };
  }
  return undefined;
}

export interface SettledState {
  /** Only the state was given: a row that is already in it keeps its reason. */
  readonly keepReason: boolean;
  /** The reasons the new one may be reached from; undefined = any. */
  readonly from: readonly number[] | undefined;
}

const nothing: SettledState = { keepReason: false, from: undefined };

/** Completes `columns` with the state or the reason that follows. Throws RECORD_INVALID. */
export function settleState(
  entity: Entity,
  columns: Map<string, ColumnValue>,
  message: 'create' | 'update',
): SettledState {
  const { system } = factsOf(entity);
  const [stateField, statusField] = [system.get('state'), system.get('status')];
  if (!entity.status || !stateField || !statusField) return nothing;
  const [stateColumn, statusColumn] = [columnOf(stateField).name, columnOf(statusField).name];
  const state = columns.get(stateColumn) ?? undefined;
  const reason = columns.get(statusColumn) ?? undefined;
  if (message === 'update' && state === undefined && reason === undefined) return nothing;
  if (reason === undefined) {
    const chosen = state === undefined ? entity.status[0] : entity.status.find((one) => one.state === state);
    const first = chosen?.reasons[0];
    if (chosen) columns.set(stateColumn, chosen.state);
    if (first) columns.set(statusColumn, first.value);
    return { keepReason: message === 'update', from: message === 'update' ? sources(entity, first?.value) : undefined };
  }
  const found = find(entity, reason);
  if (!found) {
    const all = entity.status.flatMap((one) => one.reasons).map(say);
    throw invalid(entity, [
      {
        code: 'STATUS_UNKNOWN',
        target: statusField.name,
        message: `${statusField.name} has no reason ${String(reason)}. It has ${all.join(', ')}.`,
      },
    ]);
  }
  if (state !== undefined && found.state.state !== state) {
    const chosen = entity.status.find((one) => one.state === state);
    throw invalid(entity, [
      {
        code: 'STATUS_OF_OTHER_STATE',
        target: statusField.name,
        message: `The reason ${say(found.reason)} belongs to the state ${found.state.state} (${found.state.title}), not to ${String(state)}. Of that state are ${(chosen?.reasons ?? []).map(say).join(', ') || 'none'}.`,
      },
    ]);
  }
  columns.set(stateColumn, found.state.state);
  return { keepReason: false, from: message === 'update' ? sources(entity, found.reason.value) : undefined };
}

function say(reason: Reason): string {
  return `${reason.value} (${reason.title})`;
}

/** The reasons that allow `next`; undefined when none of them restricts. */
function sources(entity: Entity, next: number | undefined): readonly number[] | undefined {
  const reasons = (entity.status ?? []).flatMap((state) => state.reasons);
  if (next === undefined || !reasons.some((reason) => reason.to)) return undefined;
  return reasons.filter((reason) => !reason.to || reason.to.includes(next)).map((reason) => reason.value);
}

/** STATUS_TRANSITION: the row's reason does not lead to the wanted one; says which it leads to, for who may read it. */
export function transitionRefused(entity: Entity, current: number | undefined, next: ColumnValue): PeyvandError {
  const field = factsOf(entity).system.get('status')?.name ?? 'statuscode';
  if (current === undefined) {
    const message = `The row is in a state that cannot become ${String(next)}. Choose another reason.`;
    return invalid(entity, [{ code: 'STATUS_TRANSITION', target: field, message }]);
  }
  const from = find(entity, current);
  const to = find(entity, next);
  const allowed = (from?.reason.to ?? []).flatMap((value) => {
    const reason = find(entity, value)?.reason;
    return reason ? [say(reason)] : [];
  });
  const way = `${from ? say(from.reason) : String(current)} cannot become ${to ? say(to.reason) : String(next)}.`;
  const message = `${way} Next may be ${allowed.length > 0 ? allowed.join(', ') : 'no other reason'}.`;
  return invalid(entity, [{ code: 'STATUS_TRANSITION', target: field, message }]);
}
