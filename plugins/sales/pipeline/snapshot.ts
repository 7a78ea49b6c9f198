// The forecast of this and the next three fiscal periods, kept as rows once a week, so that its course shows. A row belongs to whom its
// figures are of, and is seen by who sees their deals.
import type { Records } from 'peyvand/sdk';
import { fiscalSettings } from '../goals/fiscal-period.ts';
import { forecastCells, plus } from './forecast-cells.ts';
import { calendarOf, periodsFrom } from './periods.ts';

const PERIODS = 4;
const ID = /^[0-9a-f-]{36}$/;

/** `today`: `2026-11-23`. Once for a day; answers how many rows were made. */
export async function takeSnapshot(system: Records, today: string): Promise<number> {
  const [taken] = await system.list(
    'forecastsnapshot',
    `$select=forecastsnapshotid&$filter=takenon eq ${today}&$top=1`,
  );
  if (taken) return 0;
  const fiscal = await fiscalSettings(system);
  const periods = periodsFrom('fiscal-period', today, PERIODS, calendarOf(fiscal.calendar), fiscal);
  const cells = await forecastCells(system, periods, 'owner');
  const teams = await teamsAmong(system, [...cells.keys()]);
  const rows = [...cells].flatMap(([id, ofOwner]) =>
    ofOwner.flatMap(({ bestCase, omitted: _omitted, adjusted, ...cell }, index) => {
      const period = periods[index];
      if (!period || !ID.test(id)) return [];
      return [
        {
          ...cell,
          name: `${today} · ${period.first} – ${period.last}`,
          takenon: today,
          periodstart: period.first,
          periodend: period.last,
          bestcase: bestCase,
          adjusted: plus(cell.committed, adjusted.committed),
          ownerid: { entity: teams.has(id) ? 'team' : 'systemuser', id },
        },
      ];
    }),
  );
  if (rows.length > 0) await system.createMany('forecastsnapshot', rows);
  return rows.length;
}

async function teamsAmong(system: Records, owners: readonly string[]): Promise<ReadonlySet<string>> {
  const ids = owners.filter((id) => ID.test(id));
  const teams = new Set<string>();
  for (let at = 0; at < ids.length; at += 50) {
    const query = `$select=teamid&$filter=teamid in (${ids.slice(at, at + 50).join()})`;
    for (const team of await system.list('team', query)) teams.add(String(team['teamid']));
  }
  return teams;
}
