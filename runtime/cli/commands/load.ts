// peyvand load MAP --from FOLDER: imports CSV files by a map document.
import type { Call } from '../../../core/engine.ts';
import { usageFault, readOptions, type Command } from '../command.ts';
import { load as loadFiles, type FileReport } from '../load/load.ts';
import { progressBar } from '../load/progress.ts';
import { readMap } from '../load/read-map.ts';
import { openWorkspace } from '../workspace.ts';

/** Thrown to undo a dry run; never seen outside. */
class DryRunOver extends Error {}

export const load: Command = {
  summary: 'import CSV files by a map document; safe to run again',
  usage: ['load MAP --from FOLDER [--dry-run] [--errors FOLDER]'],
  async run(args) {
    const { values, positionals } = readOptions(args, {
      from: { type: 'string' },
      errors: { type: 'string', default: 'load-errors' },
      'dry-run': { type: 'boolean', default: false },
    });
    const [mapFile, ...more] = positionals;
    if (mapFile === undefined || more.length > 0) throw usageFault('load takes one map document.');
    if (values.from === undefined) throw usageFault('load needs --from FOLDER, where the CSV files are.');

    await using workspace = await openWorkspace();
    const call = workspace.call();
    const map = await readMap(mapFile, call.engine.model);
    const options = { folder: values.from, errorFolder: values.errors, progress: progressBar() };
    const reports = values['dry-run']
      ? await rehearse(call, (inside) => loadFiles(inside, map, { ...options, parallel: 1 }))
      : await loadFiles(call, map, { ...options, parallel: 6 });
    printReports(reports, values['dry-run']);
    return reports.some((report) => report.rejected > 0) ? 1 : 0;
  },
};

/** Does the work for real inside a transaction and takes it back, so that a dry run finds just what a load would find. */
async function rehearse<T>(call: Call, work: (call: Call) => Promise<T>): Promise<T> {
  let result: { readonly value: T } | undefined;
  try {
    await call.engine.database.transaction(async (executor) => {
      result = { value: await work({ ...call, executor }) };
      throw new DryRunOver();
    });
  } catch (error) {
    if (!(error instanceof DryRunOver) || !result) throw error;
  }
  if (!result) throw new TypeError('the transaction ended without a result');
  return result.value;
}

function printReports(reports: readonly FileReport[], dryRun: boolean): void {
  const heads = ['', 'rows', 'created', 'updated', 'unchanged', 'rejected'] as const;
  const lines = reports.map((report) => [
    report.id,
    ...[report.rows, report.created, report.updated, report.unchanged, report.rejected].map((n) =>
      n.toLocaleString('en'),
    ),
  ]);
  const widths = heads.map((head, index) => Math.max(head.length, ...lines.map((line) => line[index]?.length ?? 0)));
  for (const line of [heads, ...lines]) {
    console.log(
      line.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join('  '),
    );
  }
  for (const { id, repeated, unused, errorFile } of reports) {
    if (repeated > 0)
      console.log(`${id}: ${repeated} rows repeat an earlier key and were passed over, as the map says.`);
    if (unused.length > 0) console.log(`${id}: no field takes these columns: ${unused.join(', ')}`);
    if (errorFile !== undefined) console.log(`${id}: the rejected rows with their reasons are in ${errorFile}`);
  }
  if (dryRun) console.log('Dry run: nothing was stored.');
}
