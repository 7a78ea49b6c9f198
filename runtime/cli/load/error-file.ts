// The file of rejected rows: each with its number, the column, the reason, and its own cells, so that it can be mended and
// loaded again.
import { createWriteStream, mkdirSync, rmSync, type WriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { join } from 'node:path';
import type { Row } from './rows.ts';

export interface Problem {
  /** The CSV column, or '' where the whole row is meant. */
  readonly column: string;
  readonly reason: string;
}

export interface ErrorFile {
  reject(row: Row, problems: readonly Problem[]): void;
  /** Closes the file; its path when something was written. */
  close(): Promise<string | undefined>;
}

const own = ['row', 'column', 'reason'];

/** Opens `<folder>/<id>.errors.csv` at the first rejected row; one left by an earlier run is removed. */
export function openErrorFile(folder: string, id: string, columns: readonly string[]): ErrorFile {
  const path = join(folder, `${id}.errors.csv`);
  rmSync(path, { force: true });
  let stream: WriteStream | undefined;

  const open = (): WriteStream => {
    mkdirSync(folder, { recursive: true });
    const opened = createWriteStream(path);
    opened.write(line([...own, ...columns]));
    return opened;
  };

  return {
    reject(row, problems) {
      stream ??= open();
      for (const { column, reason } of problems) {
        stream.write(line([String(row.number), column, reason, ...columns.map((name) => row.cells[name] ?? '')]));
      }
    },
    async close() {
      if (!stream) return undefined;
      stream.end();
      await finished(stream);
      return path;
    },
  };
}

function line(cells: readonly string[]): string {
  return `${cells.map((cell) => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(',')}\n`;
}
