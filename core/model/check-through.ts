// Checks entities whose rows are had through another (`through`): there must always be such another, and one that has rights of
// its own.
import type { Model } from './model.ts';
import type { ProblemList } from './problem-list.ts';

export function checkThrough(model: Model, problems: ProblemList): void {
  for (const entity of model.entities.values()) {
    const { through } = entity;
    if (!through) continue;
    const refuse = (reason: string) =>
      problems.add('THROUGH_INVALID', `${entity.name}/entity`, '/entity/through', `${through.name} ${reason}`);
    if (!through.reference) refuse('is no lookup; name the lookup of the row that this one is a part of');
    else if (!through.required) refuse('may be empty, and a row without it would be nobody’s; make it required');
    else if (!through.immutable)
      refuse('may change, and a row could be slipped into one that the caller may not write; make it immutable');
    if (entity.ownership === 'user')
      refuse('decides who has the rows, so they have no owners; set ownership to organization');
    for (const name of through.reference?.targets ?? []) {
      const target = model.entities.get(name);
      if (target?.through) refuse(`leads to ${name}, which is had through another itself; name that one`);
      if (target?.union) refuse(`leads to ${name}, a union; name its members as targets`);
    }
  }
}
