// Recalculate: works out a goal with its whole tree now, instead of at the next full hour.
import { defineOperation } from 'peyvand/sdk';
import { rollUpTree } from '../goals/roll-up.ts';
import { dayIn } from '../today.ts';
import { fail } from './errors.ts';

export const recalculateGoal = defineOperation({
  name: 'Recalculate',
  kind: 'action',
  bound: { entity: 'goal' },
  parameters: [],
  returns: { properties: [{ name: 'Goals', type: 'integer', description: 'How many goals were worked out.' }] },
  async run({ target, records, system, now, timeZone }) {
    const id = target?.id ?? '';
    if (!(await records.retrieve('goal', id))) throw fail('GOAL_NOT_FOUND', { id });
    return { Goals: await rollUpTree({ system, now, today: dayIn(timeZone, now) }, id) };
  },
});
