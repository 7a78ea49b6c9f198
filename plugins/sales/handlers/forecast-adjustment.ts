// An adjustment of a forecast changes it by something, over a time that ends after it begins, and is called after both.
import { defineHandler } from 'peyvand/sdk';

export const forecastAdjustment = [
  defineHandler({
    name: 'forecast-adjusted',
    stage: 'before',
    message: 'create',
    entity: 'forecastadjustment',
    run({ values, refuse }) {
      const [first, last] = [String(values['periodstart']), String(values['periodend'])];
      const wrong = (target: string, message: string): void => refuse({ code: 'ADJUSTMENT_INVALID', target, message });
      if (last < first) wrong('periodend', 'The period ends before it begins.');
      if (Number(values['amount']) === 0) wrong('amount', 'Say by how much: 0 changes nothing.');
      values['name'] = `${String(values['amount'])} · ${first} – ${last}`;
    },
  }),
];
