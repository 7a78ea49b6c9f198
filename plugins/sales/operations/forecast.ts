// sales_Forecast: by owner or unit and period, what is won, committed, likely and on its way, beside the quota of the goals and what
// managers adjusted. It counts what the caller may read, in the base currency; amounts are exact decimals as text.
import { defineOperation, type OperationContext, type Records } from 'peyvand/sdk';
import { fiscalSettings } from '../goals/fiscal-period.ts';
import { forecastCells, type Cell, type Cells } from '../pipeline/forecast-cells.ts';
import { calendarOf, periodsFrom, type PeriodKind } from '../pipeline/periods.ts';
import { dayIn } from '../today.ts';

export const forecast = defineOperation({
  name: 'sales_Forecast',
  kind: 'function',
  parameters: [
    { name: 'Period', type: 'text', optional: true, description: 'month, quarter or fiscal-period (the usual one).' },
    {
      name: 'Count',
      type: 'integer',
      optional: true,
      description: 'How many periods, 1 to 12; 4 where nothing is said.',
    },
    {
      name: 'From',
      type: 'date',
      optional: true,
      description: 'A day in the first of them; today where nothing is said.',
    },
    { name: 'By', type: 'text', optional: true, description: 'owner (the usual one) or unit.' },
  ],
  returns: { type: 'json' },
  description:
    'periods: [{first, last}]; rows: [{id, entity, name, cells}]; currency: code of the base currency. Cells lie as the periods do.',
  async run(context) {
    const { parameters, records, system, refuse, calendar, timeZone, now } = context;
    const kind = String(parameters['Period'] ?? 'fiscal-period');
    const count = Number(parameters['Count'] ?? 4);
    const by = String(parameters['By'] ?? 'owner');
    const wrong = (target: string, message: string): never => refuse({ code: 'PARAMETER_INVALID', target, message });
    if (!['month', 'quarter', 'fiscal-period'].includes(kind))
      wrong('Period', 'Period is month, quarter or fiscal-period.');
    if (count < 1 || count > 12) wrong('Count', 'Count is 1 to 12.');
    if (by !== 'owner' && by !== 'unit') wrong('By', 'By is owner or unit.');
    const day = String(parameters['From'] ?? dayIn(timeZone, now));
    const periods = periodsFrom(kind as PeriodKind, day, count, calendarOf(calendar), await fiscalSettings(system));
    const cells = await forecastCells(records, periods, by === 'unit' ? 'unit' : 'owner');
    return { periods, rows: await named(context, by, cells), currency: await baseCurrency(system) };
  },
});

async function named({ records }: OperationContext, by: string, cells: Cells) {
  const ids = [...cells.keys()].filter((id) => /^[0-9a-f-]{36}$/.test(id));
  const rows: {
    readonly id: string;
    readonly entity: string;
    readonly name: string;
    readonly cells: readonly Cell[];
  }[] = [];
  const sources =
    by === 'unit'
      ? [['businessunit', 'name']]
      : [
          ['systemuser', 'fullname'],
          ['team', 'name'],
        ];
  for (const [entity = '', field = ''] of sources) {
    for (let at = 0; at < ids.length; at += 50) {
      const query = `$select=${entity}id,${field}&$filter=${entity}id in (${ids.slice(at, at + 50).join()})`;
      for (const row of await records.list(entity, query)) {
        const id = String(row[`${entity}id`]);
        rows.push({ id, entity, name: String(row[field] ?? ''), cells: cells.get(id) ?? [] });
      }
    }
  }
  return rows.sort((one, other) => one.name.localeCompare(other.name));
}

/** ISO code of the base currency; empty where none is chosen yet. */
export async function baseCurrency(system: Records): Promise<string> {
  const [row] = await system.list('organization', '$select=_basecurrencyid_value&$top=1');
  const id = row?.['_basecurrencyid_value'];
  const currency = typeof id === 'string' ? await system.retrieve('transactioncurrency', id) : undefined;
  return String(currency?.['isocurrencycode'] ?? '');
}
