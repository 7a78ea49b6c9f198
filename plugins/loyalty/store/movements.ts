// The ledger's postings added up for a roll-forward: by day within the periods, and as one sum before them.
import type { Records } from 'peyvand/sdk';
import type { Days } from '../engine/calendar.ts';
import type { Movement } from '../engine/roll-forward.ts';
import { ACCOUNTS } from './codes.ts';
import { textOf, wholeOf, wordOf } from './values.ts';

export interface Movements {
  readonly all: readonly Movement[];
  /** Of them, what was taken back: the postings that went back to where points are issued from. */
  readonly takenBack: readonly Movement[];
}

/** `own`: of which postings, `_loyaltyprogramid_value eq …`. */
export async function movementsOf(system: Records, own: string, periods: readonly Days[]): Promise<Movements> {
  const [first] = periods;
  if (!first) return { all: [], takenBack: [] };
  const sums = async (span: string, by: string, more = ''): Promise<readonly Movement[]> => {
    const rows = await system.list(
      'loyaltyposting',
      `$apply=filter(${own} and ${span}${more})/groupby((${by}),aggregate(points with sum as points))`,
    );
    return rows.map((row) => ({
      day: textOf(row, 'dayon') ?? '0001-01-01',
      currency: textOf(row, 'currencycode') ?? '',
      account: wordOf(ACCOUNTS, row['account'], 'issued'),
      points: wholeOf(row, 'points'),
    }));
  };
  const issued = ` and account eq ${ACCOUNTS.indexOf('issued') + 1} and points gt 0`;
  const all = [...(await sums(`dayon lt ${first.from}`, 'currencycode,account'))];
  const takenBack: Movement[] = [];
  for (const { from, to } of periods) {
    const span = `dayon ge ${from} and dayon le ${to}`;
    all.push(...(await sums(span, 'dayon,currencycode,account')));
    takenBack.push(...(await sums(span, 'dayon,currencycode,account', issued)));
  }
  return { all, takenBack };
}
