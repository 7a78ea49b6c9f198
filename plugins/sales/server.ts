// The server half of sales: what is done with leads, deals and goals as a whole, and what follows from changes to them.
import { definePlugin, defineSchedule } from 'peyvand/sdk';
import { rollUpAll } from './goals/roll-up.ts';
import { forecastAdjustment } from './handlers/forecast-adjustment.ts';
import { goalRules } from './handlers/goal-rules.ts';
import { leadRules } from './handlers/lead-rules.ts';
import { opportunityOutcome } from './handlers/opportunity-outcome.ts';
import { salesTeam } from './handlers/sales-team.ts';
import { stageHistory } from './handlers/stage-history.ts';
import { stakeholderName } from './handlers/stakeholder-name.ts';
import { closeAsLost, closeAsWon, loseOpportunity, winOpportunity } from './operations/close-opportunity.ts';
import { forecast } from './operations/forecast.ts';
import { forecastHistory } from './operations/forecast-history.ts';
import { funnel } from './operations/funnel.ts';
import { qualifyLead } from './operations/qualify-lead.ts';
import { recalculateGoal } from './operations/recalculate-goal.ts';
import { disqualifyLead, reactivateLead, reopenOpportunity } from './operations/reopen.ts';
import { takeSnapshot } from './pipeline/snapshot.ts';
import { dayIn } from './today.ts';

export default definePlugin({
  handlers: [
    ...opportunityOutcome,
    ...stageHistory,
    ...leadRules,
    ...stakeholderName,
    ...salesTeam,
    ...goalRules,
    ...forecastAdjustment,
  ],
  operations: [
    qualifyLead,
    disqualifyLead,
    reactivateLead,
    winOpportunity,
    loseOpportunity,
    closeAsWon,
    closeAsLost,
    reopenOpportunity,
    recalculateGoal,
    forecast,
    forecastHistory,
    funnel,
  ],
  schedules: [
    defineSchedule({
      name: 'forecast-snapshot',
      every: '0 3 * * 1',
      async run({ system, due, timeZone }) {
        await takeSnapshot(system, dayIn(timeZone, due));
      },
    }),
    defineSchedule({
      name: 'goal-progress',
      every: '1h',
      async run({ system, now, timeZone }) {
        await rollUpAll({ system, now, today: dayIn(timeZone, now) });
      },
    }),
  ],
});
