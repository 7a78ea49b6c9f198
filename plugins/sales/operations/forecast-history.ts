// sales_ForecastHistory: what the forecast of a period was, week by week, by the snapshots that the caller may read.
import { defineOperation } from 'peyvand/sdk';

const SUMS = ['won', 'committed', 'adjusted', 'bestcase', 'pipeline', 'lost', 'quota'];

export const forecastHistory = defineOperation({
  name: 'sales_ForecastHistory',
  kind: 'function',
  parameters: [
    { name: 'From', type: 'date', description: 'The first day of the period.' },
    { name: 'To', type: 'date', description: 'Its last day.' },
    { name: 'Owner', type: 'id', optional: true, description: 'Only the forecast of this user or team.' },
  ],
  returns: { type: 'json' },
  description: `[{takenon, ${SUMS.join(', ')}}], oldest first; amounts in the base currency, as text.`,
  async run({ parameters, records }) {
    const { From, To, Owner } = parameters;
    const whose = typeof Owner === 'string' ? ` and _ownerid_value eq ${Owner}` : '';
    const filter = `periodstart eq ${String(From)} and periodend eq ${String(To)}${whose}`;
    const sums = SUMS.map((name) => `${name} with sum as ${name}_sum`).join();
    const rows = await records.list(
      'forecastsnapshot',
      `$apply=filter(${filter})/groupby((takenon),aggregate(${sums}))`,
    );
    return rows
      .map((row) => ({
        takenon: String(row['takenon']),
        ...Object.fromEntries(SUMS.map((name) => [name, String(row[`${name}_sum`] ?? 0)])),
      }))
      .sort((one, other) => one.takenon.localeCompare(other.takenon));
  },
});
