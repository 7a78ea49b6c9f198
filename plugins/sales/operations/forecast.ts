// sales_Forecast: by owner or unit and period, what is won, committed, likely and on its way, beside the quota of the goals. It counts
// what the caller may read, in the base currency; amounts are exact decimals as text.
import { Big } from 'big.js';
import { defineOperation, type OperationContext, type Records, type Row } from 'peyvand/sdk';
import { FORECAST } from '../handlers/opportunity-outcome.ts';
import { fiscalSettings, type Days } from '../goals/fiscal-period.ts';
import { calendarOf, periodsFrom, type PeriodKind } from '../pipeline/periods.ts';
import { dayIn } from '../today.ts';

const OPEN: readonly (readonly [keyof Cell, number])[] = [
  ['pipeline', FORECAST.pipeline],
  ['bestCase', FORECAST.bestCase],
  ['committed', FORECAST.committed],
  ['omitted', FORECAST.omitted],
];

/** Amounts of one owner in one period. */
interface Cell {
  pipeline: string;
  bestCase: string;
  committed: string;
  omitted: string;
  won: string;
  lost: string;
  quota: string;
  /** Open deals in it. */
  deals: number;
}

type Cells = Map<string, Cell[]>;
const empty = (): Cell => ({
  pipeline: '0',
  bestCase: '0',
  committed: '0',
  omitted: '0',
  won: '0',
  lost: '0',
  quota: '0',
  deals: 0,
});

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
    const group = by === 'unit' ? '_owningbusinessunit_value' : '_ownerid_value';
    const cells: Cells = new Map();
    for (const [index, period] of periods.entries()) await fill(records, cells, group, period, index, periods.length);
    if (by === 'owner')
      for (const [index, period] of periods.entries()) await quotas(records, cells, period, index, periods.length);
    return { periods, rows: await named(context, by, cells), currency: await baseCurrency(system) };
  },
});

function cellOf(cells: Cells, id: string, index: number, count: number): Cell {
  let row = cells.get(id);
  if (!row) cells.set(id, (row = Array.from({ length: count }, empty)));
  return (row[index] ??= empty());
}

async function fill(
  records: Records,
  cells: Cells,
  group: string,
  { first, last }: Days,
  index: number,
  count: number,
): Promise<void> {
  const sums = (date: string, state: string, by: string, field: string): Promise<readonly Row[]> =>
    records.list(
      'opportunity',
      `$apply=filter(${state} and ${date} ge ${first} and ${date} le ${last})/groupby((${group}${by}),aggregate(${field} with sum as total,$count as n))`,
    );
  for (const row of await sums(
    'estimatedclosedate',
    'statecode eq 0',
    ',msdyn_forecastcategory',
    'estimatedvalue_base',
  )) {
    const cell = cellOf(cells, String(row[group]), index, count);
    const name = OPEN.find(([, value]) => value === row['msdyn_forecastcategory'])?.[0] ?? 'pipeline';
    Object.assign(cell, { [name]: plus(String(cell[name]), row['total']) });
    cell.deals += Number(row['n']);
  }
  for (const row of await sums('actualclosedate', 'statecode eq 1', '', 'actualvalue_base')) {
    const cell = cellOf(cells, String(row[group]), index, count);
    cell.won = plus(cell.won, row['total']);
  }
  for (const row of await sums('actualclosedate', 'statecode eq 2', '', 'estimatedvalue_base')) {
    const cell = cellOf(cells, String(row[group]), index, count);
    cell.lost = plus(cell.lost, row['total']);
  }
}

/** Goals of an amount of deals whose period is this one. */
async function quotas(
  records: Records,
  cells: Cells,
  { first, last }: Days,
  index: number,
  count: number,
): Promise<void> {
  const filter = `goalstartdate eq ${first} and goalenddate eq ${last} and metricid/isamount eq true and metricid/sourceentity eq 'opportunity'`;
  for (const goal of await records.list('goal', `$select=_goalownerid_value,targetdecimal&$filter=${filter}`)) {
    const cell = cellOf(cells, String(goal['_goalownerid_value']), index, count);
    cell.quota = plus(cell.quota, goal['targetdecimal']);
  }
}

function plus(sum: string, value: unknown): string {
  return value === null || value === undefined ? sum : Big(sum).plus(String(value)).toFixed();
}

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
