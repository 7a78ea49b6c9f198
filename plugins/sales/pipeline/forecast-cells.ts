// The figures of a forecast: what is won, committed, likely and on its way in each period, of each owner or unit, with the quota of their
// goals and what managers adjusted. Amounts are exact decimals as text, in the base currency.
import { Big } from 'big.js';
import type { Records, Row } from 'peyvand/sdk';
import { FORECAST } from '../handlers/opportunity-outcome.ts';
import type { Days } from '../goals/fiscal-period.ts';

export const ADJUSTABLE: readonly (readonly ['pipeline' | 'bestCase' | 'committed', number])[] = [
  ['pipeline', FORECAST.pipeline],
  ['bestCase', FORECAST.bestCase],
  ['committed', FORECAST.committed],
];
const OPEN: readonly (readonly [Amount, number])[] = [...ADJUSTABLE, ['omitted', FORECAST.omitted]];

type Amount = 'pipeline' | 'bestCase' | 'committed' | 'omitted';

/** Amounts of one owner or unit in one period. */
export interface Cell {
  pipeline: string;
  bestCase: string;
  committed: string;
  omitted: string;
  won: string;
  lost: string;
  quota: string;
  /** Open deals in it. */
  deals: number;
  /** What managers raised (or lowered) each by. */
  readonly adjusted: { pipeline: string; bestCase: string; committed: string };
}

export type Cells = Map<string, Cell[]>;

const empty = (): Cell => ({
  pipeline: '0',
  bestCase: '0',
  committed: '0',
  omitted: '0',
  won: '0',
  lost: '0',
  quota: '0',
  deals: 0,
  adjusted: { pipeline: '0', bestCase: '0', committed: '0' },
});

export async function forecastCells(records: Records, periods: readonly Days[], by: 'owner' | 'unit'): Promise<Cells> {
  const group = by === 'unit' ? '_owningbusinessunit_value' : '_ownerid_value';
  const cells: Cells = new Map();
  for (const [index, period] of periods.entries()) {
    const at: At = { records, period, group, cellOf: (id) => cellOf(cells, id, index, periods.length) };
    await addDeals(at);
    await addAdjustments(at);
    if (by === 'owner') await addQuotas(at);
  }
  return cells;
}

interface At {
  readonly records: Records;
  readonly period: Days;
  readonly group: string;
  cellOf(id: string): Cell;
}

function cellOf(cells: Cells, id: string, index: number, count: number): Cell {
  let row = cells.get(id);
  if (!row) cells.set(id, (row = Array.from({ length: count }, empty)));
  return (row[index] ??= empty());
}

async function addDeals({ records, period: { first, last }, group, cellOf: of }: At): Promise<void> {
  const sums = (date: string, state: number, by: string, field: string): Promise<readonly Row[]> =>
    records.list(
      'opportunity',
      `$apply=filter(statecode eq ${String(state)} and ${date} ge ${first} and ${date} le ${last})/groupby((${group}${by}),aggregate(${field} with sum as total,$count as n))`,
    );
  for (const row of await sums('estimatedclosedate', 0, ',msdyn_forecastcategory', 'estimatedvalue_base')) {
    const cell = of(String(row[group]));
    const name = OPEN.find(([, value]) => value === row['msdyn_forecastcategory'])?.[0] ?? 'pipeline';
    cell[name] = plus(cell[name], row['total']);
    cell.deals += Number(row['n']);
  }
  for (const row of await sums('actualclosedate', 1, '', 'actualvalue_base')) {
    const cell = of(String(row[group]));
    cell.won = plus(cell.won, row['total']);
  }
  for (const row of await sums('actualclosedate', 2, '', 'estimatedvalue_base')) {
    const cell = of(String(row[group]));
    cell.lost = plus(cell.lost, row['total']);
  }
}

/** Those whose time lies within the period: a quarter has the ones of its months. */
async function addAdjustments({ records, period: { first, last }, group, cellOf: of }: At): Promise<void> {
  const filter = `periodstart ge ${first} and periodend le ${last}`;
  const query = `$apply=filter(${filter})/groupby((${group},category),aggregate(amount with sum as total))`;
  for (const row of await readable(records, 'forecastadjustment', query)) {
    const name = ADJUSTABLE.find(([, value]) => value === row['category'])?.[0];
    if (name === undefined) continue;
    const { adjusted } = of(String(row[group]));
    adjusted[name] = plus(adjusted[name], row['total']);
  }
}

/** Goals of an amount of deals whose period is this one. */
async function addQuotas({ records, period: { first, last }, cellOf: of }: At): Promise<void> {
  const filter = `goalstartdate eq ${first} and goalenddate eq ${last} and metricid/isamount eq true and metricid/sourceentity eq 'opportunity'`;
  const query = `$select=_goalownerid_value,targetdecimal&$filter=${filter}`;
  for (const goal of await readable(records, 'goal', query)) {
    const cell = of(String(goal['_goalownerid_value']));
    cell.quota = plus(cell.quota, goal['targetdecimal']);
  }
}

/** Rows of an entity; none where the caller may not read it at all: the deals are told all the same. */
async function readable(records: Records, entity: string, query: string): Promise<readonly Row[]> {
  try {
    return await records.list(entity, query);
  } catch (error) {
    if ((error as { readonly code?: unknown }).code === 'PRIVILEGE_MISSING') return [];
    throw error;
  }
}

export function plus(sum: string, value: unknown): string {
  return value === null || value === undefined ? sum : Big(sum).plus(String(value)).toFixed();
}
