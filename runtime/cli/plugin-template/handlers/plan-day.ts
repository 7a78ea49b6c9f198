// A visit that is planned without a day takes place in as many days as the settings say.
import { defineHandler } from 'peyvand/sdk';

const DAY = 86_400_000;

export const planDay = defineHandler({
  name: 'plan-day',
  stage: 'before',
  message: 'create',
  entity: 'sample_visit',
  run({ values, now, settings }) {
    const day = Date.parse(now) + Number(settings['days']) * DAY;
    values['sample_on'] ??= new Date(day).toISOString().slice(0, 10);
  },
});
