// sales_Funnel: of the deals that came to each sales stage in a time, how many went on, were won or were lost there, and how long they
// stayed; and what the open ones are expected to bring, by month. It counts what the caller may read, in the base currency.
import { Big } from 'big.js';
import { defineOperation, type Records, type Row } from 'peyvand/sdk';
import { fiscalSettings, type Days } from '../goals/fiscal-period.ts';
import { OUTCOME } from '../handlers/stage-history.ts';
import { calendarOf, periodsFrom } from '../pipeline/periods.ts';
import { dayIn } from '../today.ts';
import { baseCurrency } from './forecast.ts';

interface Stage {
  readonly stage: number;
  entered: number;
  /** Worth when they came. */
  value: string;
  still: number;
  onward: number;
  back: number;
  won: number;
  lost: number;
  /** Of those that left; null where none has. */
  averageDays: number | null;
}

export const funnel = defineOperation({
  name: 'sales_Funnel',
  kind: 'function',
  parameters: [
    {
      name: 'From',
      type: 'date',
      optional: true,
      description: 'Stages entered from this day on; a year ago where nothing is said.',
    },
    { name: 'To', type: 'date', optional: true, description: 'The last day; today where nothing is said.' },
    { name: 'Owner', type: 'id', optional: true, description: 'Only deals of this user or team.' },
  ],
  returns: { type: 'json' },
  description:
    'stages: [{stage, entered, value, still, onward, back, won, lost, averageDays}]; expected: [{first, last, count, value}]; currency.',
  async run({ parameters, records, system, refuse, calendar, timeZone, now }) {
    const today = dayIn(timeZone, now);
    const to = String(parameters['To'] ?? today);
    const from = String(
      parameters['From'] ?? `${String(Number(to.slice(0, 4)) - 1)}${to.slice(4).replace('-02-29', '-02-28')}`,
    );
    if (from > to) refuse({ code: 'PARAMETER_INVALID', target: 'From', message: 'From lies behind To.' });
    const owner = typeof parameters['Owner'] === 'string' ? parameters['Owner'] : undefined;
    const months = periodsFrom('month', today, 6, calendarOf(calendar), await fiscalSettings(system));
    return {
      from,
      to,
      stages: await stages(records, { first: from, last: to }, owner),
      expected: await expected(records, months, owner),
      currency: await baseCurrency(system),
    };
  },
});

async function stages(records: Records, { first, last }: Days, owner: string | undefined): Promise<readonly Stage[]> {
  const on = (name: string, day: string): string =>
    `Microsoft.Dynamics.CRM.${name}(PropertyName='enteredon',PropertyValue='${day}')`;
  const whose = owner === undefined ? '' : ` and opportunityid/_ownerid_value eq ${owner}`;
  const query = `$apply=filter(${on('OnOrAfter', first)} and ${on('OnOrBefore', last)}${whose})/groupby((salesstage,outcome),aggregate($count as n,estimatedvalue_entered with sum as value,days with sum as days))`;
  const found = new Map<number, Stage & { left: number; days: Big }>();
  for (const row of await records.list('opportunitystagehistory', query)) {
    const stage = Number(row['salesstage']);
    const line = found.get(stage) ?? {
      stage,
      entered: 0,
      value: '0',
      still: 0,
      onward: 0,
      back: 0,
      won: 0,
      lost: 0,
      averageDays: null,
      left: 0,
      days: Big(0),
    };
    found.set(stage, line);
    add(line, row);
  }
  return [...found.values()]
    .sort((one, other) => one.stage - other.stage)
    .map(({ left, days, ...line }) => ({
      ...line,
      averageDays: left === 0 ? null : days.div(left).round(1).toNumber(),
    }));
}

function add(line: Stage & { left: number; days: Big }, row: Row): void {
  const n = Number(row['n']);
  const outcome = Number(row['outcome']);
  line.entered += n;
  line.value = Big(line.value)
    .plus(String(row['value'] ?? 0))
    .toFixed();
  if (outcome === OUTCOME.still) line.still += n;
  else {
    line.left += n;
    line.days = line.days.plus(String(row['days'] ?? 0));
  }
  if (outcome === OUTCOME.onward) line.onward += n;
  if (outcome === OUTCOME.back) line.back += n;
  if (outcome === OUTCOME.won) line.won += n;
  if (outcome === OUTCOME.lost) line.lost += n;
}

/** Open deals by the month they may close in, each weighed by its probability. */
async function expected(records: Records, months: readonly Days[], owner: string | undefined) {
  const whose = owner === undefined ? '' : ` and _ownerid_value eq ${owner}`;
  const lines = [];
  for (const { first, last } of months) {
    const filter = `statecode eq 0 and estimatedclosedate ge ${first} and estimatedclosedate le ${last}${whose}`;
    const rows = await records.list(
      'opportunity',
      `$apply=filter(${filter})/groupby((closeprobability),aggregate($count as n,estimatedvalue_base with sum as value))`,
    );
    let [count, value] = [Big(0), Big(0)];
    for (const row of rows) {
      const share = Big(Number(row['closeprobability'] ?? 0)).div(100);
      count = count.plus(share.times(Number(row['n'])));
      value = value.plus(share.times(String(row['value'] ?? 0)));
    }
    lines.push({ first, last, count: count.toFixed(1), value: value.toFixed(2) });
  }
  return lines;
}
