// States and status reasons of an entity, and the choices of the two fields that hold them.
import type { Json, JsonObject } from '../sdk/index.ts';
import type { ChoiceOption, State } from './model.ts';
import { isArray, isObject } from './pointer.ts';
import type { ProblemList } from './problem-list.ts';
import type { EffectiveEntity } from './traits.ts';

/** What an entity has that says nothing about its states. */
export const defaultStatus: readonly State[] = [
  { state: 0, title: 'Active', reasons: [{ value: 1, title: 'Active', to: undefined }] },
  { state: 1, title: 'Inactive', reasons: [{ value: 2, title: 'Inactive', to: undefined }] },
];

export function statusOf(entity: EffectiveEntity, problems: ProblemList): readonly State[] | undefined {
  if (entity.keyword['stateless'] === true) return undefined;
  const said = entity.keyword['status'];
  if (!isArray(said) || said.length === 0) return defaultStatus;
  const states = said.filter(isObject).map(stateOf);
  const values = new Set(states.flatMap((state) => state.reasons.map((reason) => reason.value)));
  const seen = new Map<number, number>();
  if (states.every(({ readonly }) => readonly)) {
    const message = 'every state is readonly, so that no row could ever be changed; leave one open';
    problems.add('STATUS_INVALID', entity.id, '/entity/status', message);
  }
  for (const { state, reasons } of states) {
    const path = `/entity/status/${state}`;
    if (reasons.length === 0) {
      problems.add(
        'STATUS_INVALID',
        entity.id,
        path,
        `the state ${state} needs at least one reason; its first is the one a row gets with the state`,
      );
    }
    for (const { value, to } of reasons) {
      const reasonPath = `${path}/reasons/${value}`;
      const other = seen.get(value);
      if (other !== undefined && other !== state) {
        problems.add(
          'STATUS_INVALID',
          entity.id,
          reasonPath,
          `the reason ${value} already belongs to the state ${other}; values are unique in the entity`,
        );
      }
      seen.set(value, state);
      for (const next of to ?? []) {
        if (!values.has(next)) {
          problems.add(
            'STATUS_INVALID',
            entity.id,
            `${reasonPath}/to`,
            `there is no reason ${next} to go to; the reasons are ${[...values].join(', ')}`,
          );
        }
      }
    }
  }
  return states;
}

function stateOf(document: JsonObject): State {
  const reasons: readonly Json[] = isArray(document['reasons']) ? document['reasons'] : [];
  return {
    state: Number(document['state']),
    title: titleOf(document, 'state'),
    ...(document['readonly'] === true && {
      readonly: { except: isArray(document['except']) ? document['except'].map(String) : [] },
    }),
    ...(document['kept'] === true && { kept: true as const }),
    reasons: reasons.filter(isObject).map((reason) => ({
      value: Number(reason['value']),
      title: titleOf(reason, 'value'),
      to: isArray(reason['to']) ? reason['to'].map(Number) : undefined,
      ...(typeof reason['color'] === 'string' ? { color: reason['color'] } : {}),
    })),
  };
}

function titleOf(document: JsonObject, key: string): string {
  return typeof document['title'] === 'string' ? document['title'] : String(document[key]);
}

export function stateChoices(states: readonly State[]): readonly ChoiceOption[] {
  return states.map(({ state, title }) => ({ value: state, title, color: undefined }));
}

export function reasonChoices(states: readonly State[]): readonly ChoiceOption[] {
  return states.flatMap(({ reasons }) =>
    reasons.map((reason) => ({
      value: reason.value,
      title: reason.title,
      color: reason.color,
    })),
  );
}
