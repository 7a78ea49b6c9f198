// Goals have a period, by dates or by the fiscal year; a part measures the same as the whole, within its period. Whatever decides the
// figures is followed by working them out anew.
import { defineHandler, type HandlerContext, type Row } from 'peyvand/sdk';
import { fiscalDays, fiscalSettings, periodsPerYear } from '../goals/fiscal-period.ts';
import { rollUpTree } from '../goals/roll-up.ts';
import { dayIn } from '../today.ts';

async function check(context: HandlerContext): Promise<void> {
  const { values, image = {}, system, refuse } = context;
  const goal: Row = { ...image, ...values };
  const wrong = (target: string, message: string): void => refuse({ code: 'GOAL_INVALID', target, message });
  if (goal['isfiscalperiodgoal'] === true) {
    const year = goal['fiscalyear'];
    const period = goal['fiscalperiod'] ?? undefined;
    if (typeof year !== 'number') return wrong('fiscalyear', 'A goal by fiscal period names the fiscal year.');
    const settings = await fiscalSettings(system);
    if (typeof period === 'number' && period > periodsPerYear(settings)) {
      return wrong('fiscalperiod', `The fiscal year has ${String(periodsPerYear(settings))} periods.`);
    }
    const { first, last } = fiscalDays(settings, year, period as number | undefined);
    Object.assign(values, { goalstartdate: first, goalenddate: last });
  }
  const [first, last] = [
    values['goalstartdate'] ?? goal['goalstartdate'],
    values['goalenddate'] ?? goal['goalenddate'],
  ];
  if (typeof first !== 'string') return wrong('goalstartdate', 'Say when the period of the goal begins.');
  if (typeof last !== 'string') return wrong('goalenddate', 'Say when the period of the goal ends.');
  if (last < first) return wrong('goalenddate', 'The period ends before it begins.');
  const parent =
    typeof goal['parentgoalid'] === 'string' ? await system.retrieve('goal', goal['parentgoalid']) : undefined;
  if (!parent) return;
  if (parent['metricid'] !== goal['metricid'])
    wrong('metricid', 'A part measures the same as the goal it is part of: choose its metric.');
  if (first < String(parent['goalstartdate']) || last > String(parent['goalenddate'])) {
    wrong(
      'parentgoalid',
      `The period lies outside that of the goal it is part of (${String(parent['goalstartdate'])} – ${String(parent['goalenddate'])}).`,
    );
  }
}

async function workOut({ system, id, now, timeZone, image, values }: HandlerContext): Promise<void> {
  const context = { system, now, today: dayIn(timeZone, now) };
  await rollUpTree(context, id);
  // What it was part of has lost it.
  const last = image?.['parentgoalid'];
  if (typeof last === 'string' && 'parentgoalid' in values && values['parentgoalid'] !== last)
    await rollUpTree(context, last);
}

const entity = 'goal';
const period = [
  'isfiscalperiodgoal',
  'fiscalyear',
  'fiscalperiod',
  'goalstartdate',
  'goalenddate',
  'metricid',
  'parentgoalid',
];
const figures = [
  ...period,
  'goalownerid',
  'targetdecimal',
  'rolluponlyfromchildgoals',
  'consideronlygoalownersrecords',
];

export const goalRules = [
  defineHandler({ name: 'goal-period', stage: 'before', message: 'create', entity, run: check }),
  defineHandler({
    name: 'goal-new-period',
    stage: 'before',
    message: 'update',
    entity,
    changed: period,
    image: period,
    run: check,
  }),
  defineHandler({ name: 'goal-figures', stage: 'after', message: 'create', entity, run: workOut }),
  defineHandler({
    name: 'goal-new-figures',
    stage: 'after',
    message: 'update',
    entity,
    changed: figures,
    image: figures,
    run: workOut,
  }),
];
